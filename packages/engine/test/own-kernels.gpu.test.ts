/** Kernels of one's own, against what the same sums give in JavaScript. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gpuTest } from '@halocline/testing';
import { describe, expect } from 'vitest';
import { openDevice } from '@halocline/gpu';
import { Simulation, type KernelOptions } from '../src/index.ts';
import { kernelText as kernel } from './kernel-text.ts';

const domain = { min: [-8, -8, 0], max: [16, 8, 8] } as const;
const places = Array.from(
  { length: 24 * 16 * 8 },
  (_, n) => [Math.floor(n / 128) - 8, (Math.floor(n / 8) % 16) - 8, n % 8] as const,
);
const start = (i: number, j: number, k: number): number => (7 * i + 3 * j * k + i * j) % 11;

const blur: KernelOptions = {
  inputs: ['u'],
  outputs: ['u'],
  parameters: ['k'],
  neighborRadius: 1,
  glsl: kernel(
    'write_u(v, read_u(v) + k * dt * (read_u(v.coord + ivec3(1, 0, 0)) - 2.0 * read_u(v) + read_u(v.coord - ivec3(1, 0, 0))));',
    128,
  ),
};

function blurred(steps: number): Map<string, number> {
  let now = new Map(places.map((at) => [String(at), start(...at)]));
  for (let step = 0; step < steps; step++) {
    now = new Map(
      places.map(([i, j, k]) => {
        const value = (di: number): number => now.get(String([i + di, j, k])) ?? 0;
        return [String([i, j, k]), value(0) + 0.5 * 0.5 * (value(1) - 2 * value(0) + value(-1))];
      }),
    );
  }
  return now;
}

async function expectBlurred(simulation: Simulation): Promise<void> {
  const u = simulation.addField('u', 'float32');
  simulation.addParameter('k', 'float', 0.5);
  simulation.registerKernel('blur', blur);
  await u.write(start);
  for (let step = 0; step < 3; step++) await simulation.runTimestep(0.5);
  const [values, expected] = [await u.read(), blurred(3)];
  for (const at of places) expect(values.get(...at), String(at)).toBe(expected.get(String(at)));
}

describe('a kernel of one’s own', () => {
  for (const subdomains of [1, 3]) {
    gpuTest(`reads neighbours and parameters as they were, over ${subdomains} subdomains`, {}, async ({ device }) => {
      await using simulation = await Simulation.create({ device, domain, subdomains });
      await expectBlurred(simulation);
    });
  }

  gpuTest(
    'runs over the boundary first and the interior later, on two devices',
    { validation: false },
    async ({ device }) => {
      const other = await openDevice({ device: `#${device.report.index}`, validation: false });
      try {
        await using simulation = await Simulation.create({ devices: [device, other], domain });
        await expectBlurred(simulation);
        expect(simulation.explain()).toContain('blur over the boundary');
      } finally {
        await other[Symbol.asyncDispose]();
      }
    },
  );

  gpuTest('is ordered among stencils by what it reads and writes', {}, async ({ device }) => {
    await using simulation = await Simulation.create({ device, domain });
    simulation.addField('a', 'float32', 1);
    simulation.addField('b', 'float32', 0);
    simulation.addStencil('first', {
      inputs: ['a'],
      outputs: ['a'],
      code: 'WriteField("a", idx, ReadField("a", idx) + 1.0);',
    });
    simulation.registerKernel('second', {
      inputs: ['a'],
      outputs: ['b'],
      neighborRadius: 0,
      glsl: kernel('write_b(v, 10.0 * read_a(v));'),
    });
    simulation.addStencil('third', {
      inputs: ['b'],
      outputs: ['c'],
      code: 'WriteField("c", idx, ReadField("b", idx) + 5.0);',
    });
    simulation.addStencil('apart', { outputs: ['d'], code: 'WriteField("d", idx, 1.0);' });
    await simulation.runTimestep(1);
    expect((await simulation.field('c').read()).get(0, 0, 0)).toBe(25);
    expect(simulation.explain()).toMatch(/order: .*second \| third/);
    simulation.removeStencil('second');
    await simulation.runTimestep(1);
    expect((await simulation.field('a').read()).get(0, 0, 0)).toBe(3);
  });

  gpuTest('reads and writes every type of field, whole or by component', {}, async ({ device }) => {
    await using simulation = await Simulation.create({ device, domain });
    simulation.addField('h', 'float16', 1.5);
    simulation.addField('m', 'uint8', 200);
    simulation.addField('n', 'int32', -7);
    simulation.addField('w', 'uint32', 9);
    simulation.addField('v', 'vec3', [1, 2, 3]);
    simulation.addField('q', 'vec2', [4, 5]);
    simulation.addField('s', 'vec3', [1, 2, 3], { storage: 'float16' });
    simulation.addParameter('shift', 'ivec3', [1, -2, 3]);
    simulation.addParameter('on', 'bool', true);
    simulation.addScalar('top', 'float', 0.25);
    simulation.registerKernel('all', {
      inputs: ['h', 'm', 'n', 'w', 'v', 'v_y', 'q', 's'],
      outputs: ['h', 'm', 'n', 'w', 'v_z', 'q', 's'],
      parameters: ['shift', 'on', 'top'],
      requiresHalos: false,
      glsl: kernel(`write_h(v, read_h(v) * 2.0 + top);
        write_m(v, read_m(v) + uint(on));
        write_n(v, read_n(v) + shift.x + shift.y * shift.z);
        write_w(v, read_w(v) + frame);
        write_v_z(v, read_v(v).z + read_v_y(v));
        write_q(v, read_q(v).yx);
        write_s(v, 0.5 * read_s(v).zyx);`),
    });
    await simulation.runTimestep(1);
    await simulation.runTimestep(1);
    const got = await Promise.all(
      ['h', 'm', 'n', 'w', 'v', 'q', 's'].map(async (name) => (await simulation.field(name).read()).get(3, -4, 5)),
    );
    expect(got).toEqual([6.75, 202, -17, 10, [1, 2, 7], [4, 5, 0], [0.25, 0.5, 0.75]]);
  });

  gpuTest('reads and writes elements of fields of arrays', {}, async ({ device }) => {
    for (const subdomains of [1, 2]) {
      await using simulation = await Simulation.create({ device, domain, subdomains });
      simulation.addField('f', 'float32[5]', [1, 2, 3, 4, 5]);
      simulation.addField('g', 'float32[3]', 0.5, { storage: 'float16' });
      simulation.addField('total', 'vec2', 0);
      simulation.registerKernel('turn', {
        inputs: ['f', 'g'],
        outputs: ['f', 'g'],
        neighborRadius: 1,
        glsl: kernel(`for (uint q = 0; q < 5; q++) write_f(v, q, read_f(v.coord - ivec3(1, 0, 0), (q + 1) % 5));
          write_g(v, 2, read_g(v, 0) + read_g(v, 77));`),
      });
      const all = [0, 1, 2, 3, 4].map((q) => `${10 ** q}.0 * ReadField("f", idx)[${q}]`).join(' + ');
      simulation.addStencil('sum', {
        inputs: ['f', 'g'],
        outputs: ['total'],
        code: `WriteField("total", idx, vec2(${all}, ReadField("g", idx)[2]));`,
      });
      await simulation.runTimestep(1);
      await simulation.runTimestep(1);
      expect((await simulation.field('total').read()).get(3, 4, 5)).toEqual([21543, 1.5, 0]);
    }
  });

  gpuTest('keeps the old value of a voxel that it doesn’t write, and of other components', {}, async ({ device }) => {
    await using simulation = await Simulation.create({ device, domain, subdomains: 2 });
    const v = simulation.addField('v', 'vec2', [0, 0]);
    await v.write((i, j, k) => [start(i, j, k), i]);
    simulation.registerKernel('half', {
      inputs: ['v'],
      outputs: ['v_x'],
      neighborRadius: 1,
      glsl: kernel('if ((v.coord.x & 1) == 0) write_v_x(v, read_v(v.coord + ivec3(1, 0, 0)).x);'),
    });
    for (let step = 0; step < 3; step++) await simulation.runTimestep(1);
    const values = await v.read();
    for (const [i, j, k] of places) {
      const from = (i & 1) === 0 ? i + 1 : i;
      expect(values.get(i, j, k)).toEqual([start(from, j, k), i, 0]);
    }
  });

  gpuTest('walks the index grid from coordinates to value indices and back', {}, async ({ device }) => {
    await using simulation = await Simulation.create({ device, domain: { min: [-40, 0, -16], max: [24, 8, 8] } });
    simulation.addField('u', 'float32', -1);
    simulation.addField('wrong', 'uint32', 0);
    await simulation.field('u').write((i, j, k) => i + 100 * j + 10_000 * k);
    simulation.registerKernel('walk', {
      inputs: ['u'],
      outputs: ['wrong'],
      glsl: kernel(`ivec3 far = ivec3(-17 - v.coord.x, 7 - v.coord.y, -9 - v.coord.z);
        uint bad = 0;
        if (coordOf(v.index) != v.coord || valueIndex(v.coord) != v.index) bad |= 1;
        if (coordOf(valueIndex(far)) != far || read_u(far) != float(far.x + 100 * far.y + 10000 * far.z)) bad |= 2;
        if (valueIndex(ivec3(5000, 5000, -5000)) >= 512u || read_u(ivec3(90, 0, 0)) != -1.0) bad |= 4;
        if (!isActive(v.index) || isActive(valueIndex(ivec3(30, 0, 0)))) bad |= 8;
        if (distance(worldToIndex(coordToWorld(vec3(v.coord))), vec3(v.coord)) > 1e-3) bad |= 16;
        if (leafAt(far >> 3) != voxelAt(far).slot || leafOrigin(v.slot) != (v.coord & ~7)) bad |= 32;
        write_wrong(v, bad);`),
    });
    await simulation.runTimestep(1);
    expect(await simulation.field('wrong').statistics()).toMatchObject({ max: [0] });
  });

  gpuTest('tells of a read that goes further than its halo, where the domain is cut', {}, async ({ device }) => {
    await using simulation = await Simulation.create({ device, domain, subdomains: 2 });
    simulation.addField('u', 'float32', 1);
    simulation.registerKernel('leap', {
      inputs: ['u'],
      outputs: ['u'],
      neighborRadius: 2,
      glsl: kernel('write_u(v, read_u(v.coord + (v.coord == ivec3(3, 2, 1) ? ivec3(0, 3, 0) : ivec3(2, 0, 0))));'),
    });
    await simulation.runTimestep(1);
    await expect(simulation.finish()).rejects.toThrow(
      new RangeError(
        'Cannot run kernel "leap": at voxel (3, 2, 1) in step 0 it reads "u" more than 2 voxels away, and the halo holds no more; ' +
          'give a larger neighborRadius, or haloThickness where it has none, or a smaller dt',
      ),
    );
  });

  gpuTest('runs on a level, beside that level’s stencils', {}, async ({ device }) => {
    await using simulation = await Simulation.create({ device, domain });
    const coarse = simulation.level(1);
    coarse.addField('c', 'float32', 2);
    coarse.registerKernel('grow', {
      inputs: ['c'],
      outputs: ['c'],
      neighborRadius: 0,
      glsl: kernel('write_c(v, read_c(v) * 3.0 + voxelSize);'),
    });
    await simulation.runTimestep(1);
    expect((await coarse.field('c').read()).get(0, 0, 0)).toBe(8);
  });
});

describe('workgroups of one’s own', () => {
  const glsl = `#include "halocline.glsl"
layout(local_size_x = 4, local_size_y = 2, local_size_z = 4) in;
void main() {
  ivec3 coord = ivec3(gl_GlobalInvocationID) + ivec3(-8, -8, 0);
  uint index = valueIndex(coord);
  write_u(index, read_u(index) + 1.0);
}`;
  const options = { inputs: ['u'], outputs: ['u'], neighborRadius: 0, groups: [6, 8, 2], glsl } as const;

  gpuTest('are dispatched as they are told', {}, async ({ device }) => {
    await using simulation = await Simulation.create({ device, domain });
    simulation.addField('u', 'float32', 5);
    simulation.registerKernel('count', options);
    await simulation.runTimestep(1);
    expect(await simulation.field('u').statistics()).toMatchObject({ min: [6], max: [6] });
  });

  gpuTest('stop with a repeat that ends on the device', {}, async ({ device }) => {
    await using simulation = await Simulation.create({ device, domain: { min: [-8, -8, 0], max: [16, 8, 4] } });
    simulation.addField('u', 'float32', 0);
    simulation.registerKernel('count', { ...options, groups: [6, 8] });
    simulation.addStencil('look', { inputs: ['u'], code: 'ReduceMin("left", 7.0 - ReadField("u", idx));' });
    simulation.repeat({ body: ['count', 'look'], times: 100, until: { scalar: 'left', below: 0.5 } });
    await simulation.runTimestep(1);
    expect(await simulation.field('u').statistics()).toMatchObject({ min: [7], max: [7] });
  });

  gpuTest('have no depth in a step that may stop', {}, async ({ device }) => {
    await using simulation = await Simulation.create({ device, domain });
    simulation.addField('u', 'float32', 0);
    simulation.registerKernel('count', options);
    simulation.addStencil('look', { inputs: ['u'], code: 'ReduceMin("left", 7.0 - ReadField("u", idx));' });
    simulation.repeat({ body: ['count', 'look'], times: 100, until: { scalar: 'left', below: 0.5 } });
    await expect(simulation.initialize()).rejects.toThrow(
      'Cannot run kernel "count": its groups are 6, 8, 2, and in a step with a repeat that a scalar ends z must be 1; fold z into y',
    );
  });
});

describe('the file of a kernel', () => {
  for (const subdomains of [1, 2]) {
    gpuTest(
      `is followed while steps run, with what it includes, on ${subdomains} subdomains`,
      {},
      async ({ device }) => {
        const folder = mkdtempSync(path.join(tmpdir(), 'halocline-'));
        try {
          const [file, part] = [path.join(folder, 'add.comp'), path.join(folder, 'amount.glsl')];
          const told: string[] = [];
          writeFileSync(part, 'const float amount = 1.0;\n');
          writeFileSync(
            file,
            kernel('write_u(v, read_u(v) + amount);').replace('layout', '#include "amount.glsl"\nlayout'),
          );
          const log = (line: string): void => void told.push(line);
          await using simulation = await Simulation.create({ device, domain, subdomains, log });
          const u = simulation.addField('u', 'float32', 0);
          simulation.registerKernel('add', { inputs: ['u'], outputs: ['u'], neighborRadius: 0, file });
          const after = async (): Promise<unknown> => {
            await simulation.runTimestep(1);
            return (await u.read()).get(0, 0, 0);
          };
          expect(await after()).toBe(1);
          writeFileSync(part, 'const float amount = 10.5;\n');
          expect(await after()).toBe(11.5);
          writeFileSync(file, kernel('write_u(v, read_u(v) + amounts);'));
          expect(await after()).toBe(22);
          expect(told).toEqual([
            `Cannot compile kernel "add": "${file}", line 7, column 28: there is no "amounts"; declare it, include halocline.glsl, or name it in parameters
  7 |     write_u(v, read_u(v) + amounts);
    |                            ^^^^^^^
Kernel "add" runs on as it was before this edit`,
          ]);
          writeFileSync(part, 'const float amount = ;\n');
          writeFileSync(
            file,
            kernel('write_u(v, read_u(v) + amount);').replace('layout', '#include "amount.glsl"\nlayout'),
          );
          expect(await after()).toBe(32.5);
          expect(told[1]).toContain(`Cannot compile kernel "add": "${part}", line 1, column`);
          expect(told.length).toBe(2);
          rmSync(file);
          expect(await after()).toBe(43);
          writeFileSync(file, kernel('write_u(v, 3.0);'));
          expect(await after()).toBe(3);
        } finally {
          rmSync(folder, { recursive: true });
        }
      },
    );
  }
});
