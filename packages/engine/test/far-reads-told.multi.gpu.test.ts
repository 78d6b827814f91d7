/** What is told of a computed read that went too far: which voxel, which read, and that it is told wherever the read lies. */
import fc from 'fast-check';
import { expect } from 'vitest';
import { openDevice, type Device } from '@halocline/gpu';
import { gpuTest } from '@halocline/testing';
import { Simulation, type StencilOptions } from '../src/index.ts';
import { kernelText } from './kernel-text.ts';

const PLAIN = { validation: false, timeoutMs: 300_000 } as const;
/** Its last leaves along z are half empty. */
const domain = { min: [-16, 0, 0], max: [24, 16, 20] } as const;
const NOTHING = 'nothing was thrown';

type Kernel = { readonly glsl: string };
type Text = Partial<StencilOptions> & { readonly code: string };

/** What two subdomains tell of one step of a stencil, or a kernel, that reads "u" and "v": voxel and read. */
async function told(device: Device, text: Text | Kernel, neighborRadius: number | null = 2): Promise<string> {
  await using simulation = await Simulation.create({ device, domain, subdomains: 2 });
  for (const name of ['u', 'v']) simulation.addField(name, 'float32', 1);
  simulation.addField('flow', 'vec3', [0, 0, 0], { at: 'faces' });
  const access = {
    inputs: ['u', 'v', 'flow'],
    outputs: ['out'],
    ...(neighborRadius === null ? {} : { neighborRadius }),
  };
  simulation.addField('out', 'float32', 0);
  if ('glsl' in text) simulation.registerKernel('look', { ...access, glsl: text.glsl });
  else simulation.addStencil('look', { ...access, ...text });
  await simulation.runTimestep(0.1);
  return simulation.finish().then(
    () => NOTHING,
    ({ message }: Error) =>
      message.replace(/^.*: at voxel /u, '').replace(/ in step 0 (it|one of them)|, and .*/gu, ''),
  );
}

/** A stencil that writes `value`, in which `FAR` is true at one voxel. */
function at(voxel: string, value: string, rest: Partial<StencilOptions> = {}): Text {
  return { code: `bool far = coord == ivec3${voxel}; WriteField("out", idx, ${value});`, ...rest };
}

const INT_MIN = '(-2147483647 - 1)';
const EXTREMES = [INT_MIN, '2147483647', '-2147483647', '1073741824', '-1073741824'];

gpuTest('coordinates as far as numbers go are beyond every radius', PLAIN, async ({ device }) => {
  for (const [value, what] of [
    ['ReadField("u", FAR)', 'reads "u" more than'],
    ['float(IsActive(FAR))', 'asks whether a voxel is active more than'],
  ] as const) {
    for (const extreme of EXTREMES) {
      for (const to of [`ivec3(${extreme}, coord.yz)`, `ivec3(coord.xy, ${extreme})`]) {
        const text = at('(5, 6, 7)', value.replace('FAR', `far ? ${to} : coord`));
        expect(await told(device, text), `${value} ${to}`).toContain(`(5, 6, 7) ${what}`);
      }
    }
  }
  // Radii that reach across half of all numbers.
  for (const [radius, extreme] of [
    [1e9, INT_MIN],
    [1e9, '2147483647'],
    [3e9, INT_MIN],
    [3e9, '2147483647'],
  ] as const) {
    const text = at('(-16, 15, 0)', `ReadField("u", far ? ivec3(coord.x, ${extreme}, coord.z) : coord.zyx)`);
    expect(await told(device, text, radius), `${radius} ${extreme}`).toContain('(-16, 15, 0) reads "u" more than');
  }
});

gpuTest(
  'positions as far as numbers go, and those that are none, are beyond every radius',
  PLAIN,
  async ({ device }) => {
    const numbers = ['1e30', '-1e30', 'uintBitsToFloat(0x7f800000u)', 'uintBitsToFloat(0xff800000u)'];
    // What is no number is one that is far from the voxel: the least.
    const none = 'uintBitsToFloat(0x7fc00000u + uint(frame))';
    for (const sampled of ['"u", p', '"u", p, "nearest"', '"flow_y", p', '"flow_y", p, "nearest"']) {
      for (const number of [...numbers, '2.1474836e9', '-2147483648.0', none]) {
        const code = `vec3 p = CoordToWorld(coord); if (coord == ivec3(21, 5, 17)) p.y = ${number};
        WriteField("out", idx, SampleField(${sampled}));`;
        const field = sampled.includes('flow') ? 'flow' : 'u';
        expect(await told(device, { code }), `${sampled} ${number}`).toContain(
          `(21, 5, 17) reads "${field}" more than 2`,
        );
      }
    }
  },
);

gpuTest('the last voxel within the radius is read, and the one behind it is told of', PLAIN, async ({ device }) => {
  // For each kind of read: a coordinate or position, and how far along an axis is as far as radius 2 goes.
  const kinds = [
    ['ReadField("u", coord + ivec3(D, 0, 0))', -2, 2, 1],
    ['ReadField("u", coord + ivec3(0, D, 0))', -2, 2, 1],
    ['SampleField("u", CoordToWorld(vec3(coord) + vec3(0, 0, D)))', -2, 1.875, 0.125],
    ['SampleField("u", CoordToWorld(vec3(coord) + vec3(D, 0, 0)), "nearest")', -2.5, 2.375, 0.125],
    // Values on faces may be a voxel further away.
    ['SampleField("flow", CoordToWorld(vec3(coord) + vec3(0, D, 0))).y', -3.5, 2.375, 0.125],
    ['dot(vec3(1.0), SampleField("flow", CoordToWorld(vec3(coord) + vec3(0, 0, D))))', -3, 2.375, 0.125],
    ['SampleField("flow_x", CoordToWorld(vec3(coord) + vec3(0, 0, D)))', -3, 2.875, 0.125],
  ] as const;
  for (const [value, least, most, step] of kinds) {
    const outcome = async (d: number): Promise<string> => {
      const offset = value.startsWith('Read') ? `(far ? ${d} : 0)` : `(far ? ${d.toFixed(3)} : 0.0)`;
      return told(device, at('(7, 8, 18)', value.replace('D', offset)));
    };
    for (const within of [least, most]) expect(await outcome(within), `${value} ${within}`).toBe(NOTHING);
    for (const beyond of [least - step, most + step])
      expect(await outcome(beyond), `${value} ${beyond}`).toContain('(7, 8, 18) reads');
  }
});

/** Reads `d` voxels away, and whether one of them is within a radius, along an axis. */
const RANDOM_READS = [
  ['ReadField("u", coord + ivec3(d))', (d: number, radius: number) => Math.abs(Math.trunc(d)) <= radius],
  ['float(IsActive(coord + ivec3(4.0 * d)))', (d: number) => Math.abs(Math.trunc(4 * d)) <= 8],
  [
    'SampleField("u", CoordToWorld(vec3(coord) + d), "nearest")',
    (d: number, radius: number) => Math.abs(Math.floor(d + 0.5)) <= radius,
  ],
  [
    'SampleField("u", CoordToWorld(vec3(coord) + d))',
    (d: number, radius: number) => Math.floor(d) >= -radius && Math.floor(d) < radius,
  ],
] as const;

gpuTest('random reads are told of where one is too far, by a voxel that read so', PLAIN, async ({ device }) => {
  const eighths = fc.integer({ min: -36, max: 36 }).map((n) => n / 8);
  const voxel = fc.tuple(fc.integer({ min: -16, max: 23 }), fc.nat({ max: 15 }), fc.nat({ max: 19 }));
  const reader = fc.record({ voxel, away: fc.tuple(eighths, eighths, eighths) });
  const readers = fc.uniqueArray(reader, { maxLength: 3, selector: (each) => each.voxel.join() });
  const property = fc.asyncProperty(
    fc.constantFrom(...RANDOM_READS),
    fc.integer({ min: 1, max: 4 }),
    readers,
    async ([value, isNear], neighborRadius, far) => {
      await using simulation = await Simulation.create({ device, domain, subdomains: 2 });
      simulation.addField('u', 'float32', 1);
      simulation.addField('away', 'vec3', [0, 0, 0]);
      const code = `vec3 d = ReadField("away", coord); WriteField("out", idx, ${value});`;
      simulation.addStencil('look', { inputs: ['u', 'away'], outputs: ['out'], neighborRadius, code });
      const awayOf = new Map(far.map((each) => [each.voxel.join(), each.away]));
      await simulation.field('away').write((i, j, k) => [...(awayOf.get(`${i},${j},${k}`) ?? [0, 0, 0])]);
      await simulation.runTimestep(0.1);
      const message = await simulation.finish().then(
        () => NOTHING,
        (error: Error) => error.message,
      );
      const wanted = far.filter(({ away }) => !away.every((d) => isNear(d, neighborRadius)));
      const named = wanted.map((each) => `at voxel (${each.voxel.join(', ')})`);
      if (named.length === 0) expect(message).toBe(NOTHING);
      else
        expect(
          named.some((each) => message.includes(each)),
          `${message} of ${named.join()}`,
        ).toBe(true);
    },
  );
  await fc.assert(property, { numRuns: 60, seed: 1 });
});

gpuTest('of a thread’s voxels the one is named that read, whatever the thread’s shape', PLAIN, async ({ device }) => {
  const read = 'ReadField("u", far ? coord.zxy + 9 : coord)';
  const sum = Array.from({ length: 60 }, (_, n) => `+ ${n}.5 * s * float(coord.x)`).join('');
  const long = { code: `float s = 0.0; bool far = coord == VOXEL; WriteField("out", idx, ${read} ${sum});` };
  const shapes: Record<string, (voxel: string) => Text> = {
    'side by side': (voxel) => at(voxel, read),
    'one after the other': (voxel) => ({ code: long.code.replace('VOXEL', `ivec3${voxel}`) }),
    'quads of a reduction': (voxel) => ({ code: `${at(voxel, read).code} ReduceMax("most", 1.0);` }),
    // 1 + 2 + 3 is even, and so are the others.
    'one colour': (voxel) => at(voxel, read, { color: 'red' }),
  };
  for (const [shape, text] of Object.entries(shapes)) {
    for (const voxel of ['(1, 2, 3)', '(11, 4, 19)', '(-3, 9, 16)', '(-10, 5, 1)', '(23, 15, 0)', '(14, 7, 7)'])
      expect(await told(device, text(voxel)), `${shape} ${voxel}`).toContain(`${voxel} reads "u" more than 2`);
  }
});

gpuTest(
  'a thread’s second read is named where that went too far, and the first where both did',
  PLAIN,
  async ({ device }) => {
    const samples = (u: string, v: string): Text => {
      const p = (offset: string): string => `CoordToWorld(vec3(coord) + (far ? ${offset} : vec3(0.0)))`;
      return at('(0, 3, 12)', `SampleField("u", ${p(u)}) + SampleField("v", ${p(v)})`);
    };
    const [near, far] = ['vec3(0.5)', 'vec3(2.5)'];
    expect(await told(device, samples(near, near))).toBe(NOTHING);
    expect(await told(device, samples(near, far))).toBe('(0, 3, 12) reads "v" more than 2 voxels away');
    expect(await told(device, samples(far, near))).toBe('(0, 3, 12) reads "u" more than 2 voxels away');
    expect(await told(device, samples(far, far))).toBe('(0, 3, 12) reads "u" more than 2 voxels away');
    const activity = at(
      '(0, 3, 12)',
      'float(IsActive(far ? coord - 99 : coord)) + ReadField("v", far ? coord + 5 : coord)',
    );
    expect(await told(device, activity)).toMatch(
      /^\(0, 3, 12\) asks whether a voxel is active more than \d+ voxels away$/u,
    );
  },
);

gpuTest('it is told whichever way the thread goes on', PLAIN, async ({ device }) => {
  const far = 'ReadField("u", coord == ivec3(6, 1, 9) ? coord - ivec3(0, 0, 4) : coord)';
  const ways = {
    'an early return': `float a = ${far}; if (a > -1.0) return; WriteField("out", idx, a);`,
    'a return from a loop': `for (int n = 0; n < 4; n++) { if (${far} > -1.0) return; } WriteField("out", idx, 1.0);`,
    'a function that returns early': `float f(int n) { float a = ${far}; if (a > 0.0) return a; return 2.0 * a; }
      WriteField("out", idx, f(3));`,
    'a branch that not all take': `float a = 0.0; if (coord.y == 1) a = ${far}; WriteField("out", idx, a);`,
    'a choice': `WriteField("out", idx, coord.y == 1 && ${far} > 0.0 ? 1.0 : 2.0);`,
    'a loop that samples': `float a = 0.0; int steps = coord == ivec3(6, 1, 9) ? 3 : 2;
      for (int n = 0; n < steps; n++) a += SampleField("u", CoordToWorld(vec3(coord) + vec3(0, 1.1 * float(n), 0)));
      WriteField("out", idx, a);`,
    'a loop that breaks': `float a = 0.0;
      for (int n = 0; n < 9; n++) { a += ${far.replace('4)', '4 * (n & 1))')}; if (n > 4) break; }
      WriteField("out", idx, a);`,
    'nothing that is written': `ReduceSum("sum", coord.x > 0 ? ${far} : 0.0);`,
  };
  for (const [way, code] of Object.entries(ways)) {
    const outputs = code.includes('Reduce') ? [] : ['out'];
    expect(await told(device, { code, outputs }), way).toBe('(6, 1, 9) reads "u" more than 2 voxels away');
  }
});

gpuTest('of one pass of several stencils what went too far is told, and no more', PLAIN, async ({ device }) => {
  const outcome = async (first: string, second: string): Promise<string> => {
    await using simulation = await Simulation.create({ device, domain, subdomains: 2 });
    for (const name of ['u', 'v', 'flow', 'a', 'b']) simulation.addField(name, 'float32', 1);
    const add = (name: string, input: string, output: string, by: string): void => {
      const value = `ReadField("${input}", coord + ivec3(0, int(ReadField("flow", coord)) * (${by}), 0))`;
      const code = `WriteField("${output}", idx, ${value});`;
      simulation.addStencil(name, { inputs: [input, 'flow'], outputs: [output], neighborRadius: 3, code });
    };
    add('first', 'u', 'a', first);
    add('second', 'v', 'b', second);
    await simulation.runTimestep(0.1);
    expect(simulation.explain()).toContain('first + second run as one');
    return simulation.finish().then(
      () => NOTHING,
      ({ message }: Error) => message.replace(/, and .*/u, ''),
    );
  };
  expect(await outcome('3', '-3')).toBe(NOTHING);
  const second = 'coord == ivec3(9, 8, 7) ? 4 : 1';
  expect(await outcome('1', second)).toBe(
    'Cannot run stencil "second": at voxel (9, 8, 7) in step 0 it reads "v" more than 3 voxels away',
  );
  expect(await outcome(second, '1')).toBe(
    'Cannot run stencil "first": at voxel (9, 8, 7) in step 0 it reads "u" more than 3 voxels away',
  );
});

gpuTest('a kernel’s coordinates as far as numbers go are told of', PLAIN, async ({ device }) => {
  for (const extreme of EXTREMES) {
    const to = `ivec3(v.coord.x, ${extreme}, v.coord.z)`;
    const glsl = kernelText(`write_out(v, read_u(v.coord == ivec3(8, 0, 0) ? ${to} : v.coord));`);
    expect(await told(device, { glsl }), extreme).toBe('(8, 0, 0) reads "u" more than 2 voxels away');
  }
});

gpuTest('memory that validation layers see tells of it too', PLAIN, async ({ device }) => {
  await using bound = await openDevice({ device: device.name, validation: false });
  await using simulation = await Simulation.create({ device: bound, domain, subdomains: 2, access: 'descriptor' });
  simulation.addField('u', 'float32', 1);
  const code = 'WriteField("u", idx, ReadField("u", coord == ivec3(-1, 9, 19) ? coord + 7 : coord));';
  simulation.addStencil('look', { inputs: ['u'], outputs: ['u'], neighborRadius: 2, code });
  await simulation.runTimestep(0.1);
  await expect(simulation.finish()).rejects.toThrow(
    'at voxel (-1, 9, 19) in step 0 it reads "u" more than 2 voxels away',
  );
});
