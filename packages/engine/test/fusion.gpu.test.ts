/** Stencils that run as one: the same bits as one after the other by the interpreter, fewer passes, less memory, and said so. */
import { describe, expect } from 'vitest';
import { openDevice, type Device } from '@halocline/gpu';
import { gpuTest } from '@halocline/testing';
import type { StencilOptions } from '../src/declarations.ts';
import { Simulation, type SimulationOptions } from '../src/index.ts';
import { Mirror } from './mirror.ts';

const domain = { min: [-3, 0, 2], max: [14, 17, 21] } as const;
/** Whole leaves, one of them within others. */
const whole = { min: [-8, -8, -8], max: [16, 16, 16] } as const;

type Stencils = Readonly<Record<string, StencilOptions>>;

/** Eight stencils, each of which reads at its own voxel what the one before it wrote. */
const CHAIN: Stencils = Object.fromEntries(
  Array.from({ length: 8 }, (_, at): [string, StencilOptions] => {
    const [from, to] = [`t${at}`, `t${at + 1}`];
    const code = `float x = ReadField("${from}", idx); WriteField("${to}", idx, x * 0.75 + float(coord.y) * dt - ${at}.5);`;
    return [`link${at}`, { inputs: [from], outputs: [to], code }];
  }),
);
const CHAIN_NAME = Object.keys(CHAIN).join(' + ');

const startAt = (i: number, j: number, k: number): number =>
  Math.sin(0.37 * i) + Math.cos(0.53 * j) * Math.sin(0.71 * k);

interface Declared {
  readonly fields: Readonly<Record<string, string>>;
  readonly transient?: readonly string[];
  readonly stencils: Stencils;
  readonly box?: typeof domain | typeof whole;
}

async function make(options: SimulationOptions, { fields, transient = [], stencils }: Declared): Promise<Simulation> {
  const simulation = await Simulation.create(options);
  for (const [name, type] of Object.entries(fields)) {
    simulation.addField(name, type, 0.25, { transient: transient.includes(name) });
  }
  for (const [name, stencil] of Object.entries(stencils)) simulation.addStencil(name, stencil);
  return simulation;
}

function mirrorOf({ fields, stencils, box = domain }: Declared): Mirror {
  const mirror = new Mirror(box);
  for (const [name, type] of Object.entries(fields)) mirror.declarations.addField(0, name, type, 0.25);
  for (const [name, stencil] of Object.entries(stencils)) mirror.declarations.addStencil(0, name, stencil);
  return mirror;
}

/** Three steps of the simulation and of its mirror; all fields that can be read must be the same. */
async function compare(device: Device, declared: Declared, options: Partial<SimulationOptions> = {}): Promise<string> {
  await using simulation = await make(
    { domain: declared.box ?? domain, ...(options.devices === undefined ? { device } : {}), ...options },
    declared,
  );
  const mirror = mirrorOf(declared);
  for (const name of Object.keys(declared.fields)) {
    if (declared.transient?.includes(name)) continue;
    await simulation.field(name).write(startAt);
    mirror.write(name, startAt);
  }
  for (let step = 0; step < 3; step++) {
    await simulation.runTimestep(0.016);
    mirror.step(0.016);
  }
  for (const field of simulation.fields) {
    if (!field.transient) expect(mirror.difference(await field.read(), field.name)).toBeNull();
  }
  return simulation.explain();
}

const chainFields = Object.fromEntries(Array.from({ length: 9 }, (_, at) => [`t${at}`, 'float32']));
const chainBetween = ['t1', 't2', 't3', 't4', 't5', 't6', 't7'];

describe('a chain of eight stencils', () => {
  gpuTest('runs as one pass', {}, async ({ device }) => {
    const text = await compare(device, { fields: chainFields, stencils: CHAIN });
    expect(text).toContain(`${CHAIN_NAME} run as one: 28 bytes a voxel less\n`);
    expect(text).toContain('2 passes');
  });

  gpuTest('needs no memory for what is transient, whatever runs as one', {}, async ({ device }) => {
    const declared = { fields: chainFields, transient: chainBetween, stencils: CHAIN };
    const text = await compare(device, declared);
    expect(text).toContain(`${CHAIN_NAME} run as one: 56 bytes a voxel less, ${chainBetween.join(', ')} not stored\n`);
    await using simulation = await make({ device, domain }, declared);
    await simulation.initialize();
    const bytes = new Map(simulation.memory().byField.map((each) => [each.name, each.bytes]));
    expect(chainBetween.map((name) => bytes.get(name))).toEqual(chainBetween.map(() => 0));
    expect(Math.min(bytes.get('t0')!, bytes.get('t8')!)).toBeGreaterThanOrEqual(4 * simulation.activeVoxels);
  });

  gpuTest('runs apart where fusion is off, with the same bits', {}, async ({ device }) => {
    const declared = { fields: chainFields, transient: chainBetween, stencils: CHAIN };
    const text = await compare(device, declared, { fusion: false });
    expect(text).not.toContain('run as one');
    expect(text).toContain('9 passes');
  });

  gpuTest('runs as one on several subdomains too', { validation: false }, async ({ device }) => {
    await using other = await openDevice({ device: device.name, validation: false });
    const declared = { fields: chainFields, transient: chainBetween, stencils: CHAIN };
    for (const options of [{ subdomains: 3 }, { devices: [device, other], subdomains: 4 }]) {
      expect(await compare(device, declared, options)).toContain('run as one');
    }
  });
});

gpuTest('a transient field that is read before the step writes it is refused', {}, async ({ device }) => {
  await using simulation = await Simulation.create({ device, domain });
  simulation.addField('u', 'float32');
  simulation.addField('t', 'float32', 0, { transient: true });
  const code = (to: string, value: string): string => `WriteField("${to}", idx, ${value});`;
  simulation.addStencil('use', { inputs: ['t'], outputs: ['u'], code: code('u', 'ReadField("t", coord)') });
  await simulation.initialize(); // the default, which nothing changes
  simulation.addStencil('make', { outputs: ['t'], code: code('t', '1.0') });
  await expect(simulation.initialize()).rejects.toThrow(
    'Cannot run stencil "use": it reads transient field "t" before "make" writes it in the step; declare it behind, or add the field without transient',
  );
  simulation.removeStencil('use');
  simulation.addStencil('use', { inputs: ['t'], outputs: ['u'], code: code('u', 'ReadField("t", coord)') });
  await simulation.initialize();
});

gpuTest('a transient field can neither be read, written nor saved', {}, async ({ device }) => {
  await using simulation = await make({ device, domain }, { fields: chainFields, transient: ['t1'], stencils: CHAIN });
  const problem = 'Cannot use field "t1": it is transient, and has values within a step only; add it without transient';
  const field = simulation.field('t1');
  await expect(field.read()).rejects.toThrow(new TypeError(problem));
  await expect(field.write(1 as never)).rejects.toThrow(new TypeError(problem));
  await expect(simulation.save('never-written.nvdb', ['t1'])).rejects.toThrow(new TypeError(problem));
  await expect(simulation.volume(['t1'])).rejects.toThrow(new TypeError(problem));
});

describe('stencils stay apart, and it is said why:', () => {
  const apart = async (device: Device, stencils: Stencils, fields = ['u', 'v', 'w']): Promise<string[]> => {
    const declared = { fields: Object.fromEntries(fields.map((name) => [name, 'float32'])), stencils };
    const text = await compare(device, declared);
    return text.split('\n').filter((line) => line.includes(' run apart: ') || line.includes(' run as one: '));
  };
  const own = (from: string, to: string, more = ''): StencilOptions => {
    return {
      inputs: [from],
      outputs: [to],
      code: `${more} WriteField("${to}", idx, ReadField("${from}", idx) * 0.5);`,
    };
  };

  gpuTest('one reads of other voxels, where it computes, what the other writes', {}, async ({ device }) => {
    const second = { inputs: ['v'], outputs: ['w'], code: 'WriteField("w", idx, ReadField("v", coord.zxy));' };
    expect(await apart(device, { first: own('u', 'v'), second })).toEqual([
      'first and second run apart: "second" reads "v" of other voxels, which "first" writes',
    ]);
  });

  gpuTest(
    'computing again would cost more than it saves, as long as the field between is stored',
    {},
    async ({ device }) => {
      const first = own('u', 'v', 'float a = float(coord.x); a = a * a - 0.5; a = a * a - 0.5;');
      const second = { inputs: ['v'], outputs: ['w'], code: 'WriteField("w", idx, Laplacian("v"));' };
      const long = { ...first, code: first.code!.replace('* 0.5', '* 0.5 + a') };
      expect(await apart(device, { long, second })).toEqual([
        'long and second run apart: computed again they take 66 operations more a voxel, and 4 bytes less are worth nothing while the field is stored too where 93 % of the leaves have inactive voxels; more, were v transient',
      ]);
    },
  );

  gpuTest('they share no field', {}, async ({ device }) => {
    expect(await apart(device, { first: own('u', 'v'), second: own('w', 'x') }, ['u', 'v', 'w', 'x'])).toEqual([
      'first and second run apart: they share no field',
    ]);
  });

  gpuTest('they run on different colours', {}, async ({ device }) => {
    const colored = (color: 'red' | 'black'): StencilOptions => ({ ...own('u', 'v'), color });
    expect(await apart(device, { first: colored('red'), second: colored('black') })).toEqual([
      'first and second run apart: "first" runs on red voxels, "second" on black voxels',
    ]);
  });

  gpuTest('one needs what the other sums up', {}, async ({ device }) => {
    const first = own('u', 'v', 'ReduceMax("top", ReadField("u", idx));');
    const second = { inputs: ['v'], outputs: ['w'], code: 'WriteField("w", idx, ReadField("v", idx) * top);' };
    expect(await apart(device, { first, second })).toEqual([
      'first and second run apart: "second" reads the scalar "top", which "first" reduces into',
    ]);
  });

  gpuTest('a stencil overtakes those that it has nothing to do with, and no others', {}, async ({ device }) => {
    const stencils = { first: own('u', 'v'), between: own('w', 'x'), second: own('v', 'u'), third: own('x', 'v') };
    expect(await apart(device, stencils, ['u', 'v', 'w', 'x'])).toEqual([
      'first + second run as one: 4 bytes a voxel less',
      'between + third run as one: 4 bytes a voxel less',
      'first and between run apart: they share no field',
    ]);
  });
});

describe('stencils that run as one', () => {
  gpuTest('see the old values of what others around them write', {}, async ({ device }) => {
    // The first reads around the field that the second then writes: it needs a second copy that neither needed alone.
    const first = { inputs: ['u'], outputs: ['v'], code: 'WriteField("v", idx, Laplacian("u"));' };
    const second = {
      inputs: ['u', 'v'],
      outputs: ['u'],
      code: 'WriteField("u", idx, ReadField("u", idx) + dt * ReadField("v", idx));',
    };
    const text = await compare(device, {
      fields: { u: 'float32', v: 'float32' },
      transient: ['v'],
      stencils: { first, second },
    });
    expect(text).toContain('first + second run as one: 12 bytes a voxel less, v not stored');
  });

  gpuTest('may return early, write sometimes, and write the same field', {}, async ({ device }) => {
    const stencils = {
      some: {
        inputs: ['u'],
        outputs: ['v'],
        code: 'if (coord.x % 3 == 0) return;\nif (coord.y > 4) WriteField("v", idx, ReadField("u", idx) * 2.0);',
      },
      more: {
        inputs: ['u', 'v'],
        outputs: ['v', 'u'],
        code: 'float old = ReadField("v", idx); if (old > 0.5) return;\nWriteField("v", idx, old + 1.0); WriteField("u", idx, ReadField("v", idx) - old);',
      },
      last: {
        inputs: ['v', 'u'],
        outputs: ['w'],
        code: 'WriteField("w", idx, ReadField("v", idx) - ReadField("u", idx));',
      },
    };
    const fields = { u: 'float32', v: 'float32', w: 'float32' };
    expect(await compare(device, { fields, stencils })).toContain('some + more + last run as one');
  });

  gpuTest('run as one within a repeat', {}, async ({ device }) => {
    const fields = { u: 'float32', v: 'float32' };
    const stencils = {
      smooth: {
        inputs: ['u'],
        outputs: ['v'],
        code: 'WriteField("v", idx, ReadField("u", idx) + 0.1 * Laplacian("u"));',
      },
      back: {
        inputs: ['v'],
        outputs: ['u'],
        code: 'WriteField("u", idx, ReadField("v", idx)); ReduceMax("top", ReadField("v", idx));',
      },
    };
    await using simulation = await make({ device, domain }, { fields, transient: ['v'], stencils });
    const mirror = mirrorOf({ fields, stencils });
    const repeat = { name: 'both', body: ['smooth', 'back'], times: 5 };
    simulation.repeat(repeat);
    mirror.declarations.repeat(repeat);
    await simulation.field('u').write(startAt);
    mirror.write('u', startAt);
    for (let step = 0; step < 2; step++) {
      await simulation.runTimestep(0.016);
      mirror.step(0.016);
    }
    expect(mirror.difference(await simulation.field('u').read(), 'u')).toBeNull();
    expect(await simulation.scalar('top').read()).toBe(mirror.scalar('top'));
    expect(simulation.explain()).toContain('smooth + back run as one: 8 bytes a voxel less, v not stored');
  });
});

describe('what a stencil reads of other voxels is computed again there', () => {
  const fields = { u: 'float32', v: 'float32', w: 'float32' };
  const scale = {
    inputs: ['u'],
    outputs: ['v'],
    code: 'WriteField("v", idx, 1.5 * ReadField("u", idx) + 0.25 * float(coord.x - coord.z));',
  };
  const spread = { inputs: ['v'], outputs: ['w'], code: 'WriteField("w", idx, Laplacian("v"));' };

  gpuTest('where the field between is transient, on one subdomain and on several', {}, async ({ device }) => {
    const declared = { fields, transient: ['v'], stencils: { scale, spread } };
    const text = await compare(device, declared);
    expect(text).toContain(
      'scale + spread run as one: 8 bytes a voxel less, v not stored, v computed again at 6 voxels around each\n',
    );
    for (const subdomains of [2, 5]) expect(await compare(device, declared, { subdomains })).toContain('v not stored');
  });

  gpuTest('and not where fusion is off, with the same bits', {}, async ({ device }) => {
    const declared = { fields, transient: ['v'], stencils: { scale, spread } };
    expect(await compare(device, declared, { fusion: false })).not.toContain('run as one');
  });

  gpuTest('through several stencils, where each reads around', {}, async ({ device }) => {
    const smooth = {
      inputs: ['u'],
      outputs: ['a'],
      code: 'WriteField("a", idx, ReadField("u", coord + ivec3(0, 0, 1)) - ReadField("u", coord - ivec3(0, 1, 0)));',
    };
    const half = {
      inputs: ['a', 'u'],
      outputs: ['b'],
      code: 'WriteField("b", idx, ReadField("a", idx) * 0.5 + ReadField("u", idx));',
    };
    const slope = {
      inputs: ['a', 'b'],
      outputs: ['w'],
      code: 'WriteField("w", idx, ReadField("b", coord + ivec3(1, 0, 0)) - ReadField("b", coord - ivec3(2, 0, 0)) + ReadField("a", idx));',
    };
    const declared = {
      fields: { u: 'float32', a: 'float32', b: 'float32', w: 'float32' },
      transient: ['a', 'b'],
      stencils: { smooth, half, slope },
    };
    const text = await compare(device, declared, { subdomains: 3 });
    expect(text).toContain(
      'a, b not stored, a computed again at 2 voxels around each, b computed again at 2 voxels around each',
    );
  });

  gpuTest('of a vec3, sown into its own input', {}, async ({ device }) => {
    const force = {
      inputs: ['u', 'f'],
      outputs: ['f'],
      code: 'WriteField("f", idx, vec3(ReadField("u", idx), 2.0, float(coord.y)) * 0.125);',
    };
    const divergence = {
      inputs: ['f', 'u'],
      outputs: ['u'],
      code: 'WriteField("u", idx, ReadField("u", idx) + dt * Divergence("f", "faces"));'.replace(', "faces"', ''),
    };
    const declared = { fields: { u: 'float32', f: 'vec3' }, transient: ['f'], stencils: { force, divergence } };
    expect(await compare(device, declared)).toContain('f not stored, f computed again at 6 voxels around each');
  });

  gpuTest('where it is stored besides: the earlier one is read no more', {}, async ({ device }) => {
    const cheap = { ...scale, code: 'WriteField("v", idx, ReadField("u", idx) * 0.5);' };
    const text = await compare(device, { fields, stencils: { cheap, spread }, box: whole });
    expect(text).toContain(
      'cheap + spread run as one: 4 bytes a voxel less, v computed again at 6 voxels around each; were v transient, less would be stored\n',
    );
    // What is read of it in the next step is there.
    const late = { inputs: ['v'], outputs: ['u'], code: 'WriteField("u", idx, 0.5 * ReadField("v", idx) + 0.1);' };
    const early = {
      inputs: ['v'],
      outputs: ['x'],
      code: 'WriteField("x", idx, ReadField("v", coord + ivec3(0, float(coord.x) > 2.0 ? 1 : 0, 0)));',
    };
    const declared = { fields: { ...fields, x: 'float32' }, stencils: { early, cheap, spread, late }, box: whole };
    for (const subdomains of [1, 3]) {
      expect(await compare(device, declared, { subdomains })).toContain(
        'cheap + spread + late run as one: 8 bytes a voxel less, v computed again at 6 voxels around each\n',
      );
    }
  });

  gpuTest('also where it is transient and others need it stored', {}, async ({ device }) => {
    const cheap = { ...scale, code: 'WriteField("v", idx, ReadField("u", idx) * 0.5);' };
    const late = {
      inputs: ['v', 'w'],
      outputs: ['w'],
      code: 'WriteField("w", idx, ReadField("v", coord.zxy) + ReadField("w", coord.yzx));',
    };
    const text = await compare(device, { fields, transient: ['v'], stencils: { cheap, spread, late }, box: whole });
    expect(text).toContain(
      'cheap + spread run as one: 4 bytes a voxel less, v computed again at 6 voxels around each\n',
    );
  });

  gpuTest('but not where that costs more than it saves', {}, async ({ device }) => {
    const long = {
      ...scale,
      code: `float x = ReadField("u", idx); ${'x = x * x - 0.5; '.repeat(16)} WriteField("v", idx, x);`,
    };
    const text = await compare(device, { fields, transient: ['v'], stencils: { long, spread } });
    expect(text).toMatch(
      /long and spread run apart: computed again they take \d+ operations more a voxel, and 8 bytes less are worth 24 where 93 % of the leaves have inactive voxels\n/,
    );
  });
});
