/** Checkpoints: a run that was stopped and goes on has the bits of one that wasn't, however it is cut. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Device } from '@halocline/gpu';
import { gpuTest } from '@halocline/testing';
import { readGrids } from '@halocline/vdb';
import { expect, vi } from 'vitest';
import { Simulation, type SimulationOptions } from '../src/index.ts';
import { topologyOf } from './topologies.ts';

async function temporary(): Promise<AsyncDisposable & { file: (name: string) => string; names: () => string[] }> {
  const path = await mkdtemp(join(tmpdir(), 'halocline-'));
  return {
    file: (name) => join(path, name),
    names: () => readdirSync(path),
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }),
  };
}

const wavy = (i: number, j: number, k: number): number =>
  Math.sin(0.37 * i) + Math.cos(0.53 * j) * Math.sin(0.71 * k + 1);

/** Fields of every type and place, levels, a loop that ends by a scalar, colours, parameters. */
async function everything(options: SimulationOptions): Promise<Simulation> {
  const simulation = await Simulation.create(options);
  simulation.addField('u', 'float32', 0.25);
  simulation.addField('h', 'float16', 0.5);
  simulation.addField('n', 'uint8', 3);
  simulation.addField('signed', 'int32', -7);
  simulation.addField('unsigned', 'uint32', 4_000_000_000);
  simulation.addField('two', 'vec2', [1, -2]);
  simulation.addField('flow', 'vec3', [0, 0, 1], { at: 'faces' });
  simulation.addField('four', 'vec4', [1, 2, 3, 4]);
  simulation.level(1).addField('coarse', 'float32', 2);
  simulation.addField('passing', 'float32', 0, { transient: true });
  simulation.addField('thin', 'vec3', [0.5, 1, -2], { storage: 'float16', at: 'faces' });
  simulation.addParameter('rate', 'float', 0.1);
  simulation.addParameter('edges', 'vec3', [0, 1, -1]);
  simulation.addScalar('most', 'float', 0);
  simulation.addScalar('turns', 'int', 5);
  simulation.addStencil('diffuse', {
    inputs: ['u'],
    outputs: ['u'],
    code: `WriteField("u", idx, ReadField("u", coord) + rate * Laplacian("u") * voxelSize * voxelSize);
           ReduceMax("most", ReadField("u", coord)); ReduceSum("turns", coord.x);`,
  });
  simulation.addStencil('mix', {
    inputs: ['u', 'h', 'n', 'signed', 'unsigned', 'two', 'flow', 'four'],
    outputs: ['h', 'n', 'signed', 'unsigned', 'two', 'flow', 'four', 'made'],
    code: `float u = ReadField("u", coord);
      WriteField("h", idx, 0.5 * ReadField("h", coord + ivec3(0, 0, 1)) + 0.1 * u + edges.z * float(turns & 3));
      WriteField("n", idx, (ReadField("n", coord + ivec3(1, 0, 0)) * 5u + frame) & 255u);
      WriteField("signed", idx, ReadField("signed", coord) * 3 - int(frame));
      WriteField("unsigned", idx, ReadField("unsigned", coord) + 77u);
      WriteField("two", idx, ReadField("two", coord - ivec3(0, 1, 0)) * 0.9 + u);
      WriteField("flow", idx, ReadField("flow", coord + ivec3(0, 1, 0)) * 0.5 + vec3(u, time, -u));
      WriteField("four", idx, ReadField("four", coord).wxyz);
      WriteField("made", idx, u * most);`,
  });
  simulation.addStencil('thin', {
    inputs: ['thin', 'u'],
    outputs: ['thin'],
    code: 'WriteField("thin", idx, 0.7 * ReadField("thin", coord - ivec3(0, 0, 1)) + ReadField("u", coord));',
  });
  simulation.addStencil('pass', {
    inputs: ['made'],
    outputs: ['passing'],
    code: 'WriteField("passing", idx, 2.0 * ReadField("made", coord));',
  });
  simulation.addStencil('take', {
    inputs: ['passing', 'four'],
    outputs: ['four'],
    code: 'WriteField("four", idx, ReadField("four", coord) + ReadField("passing", coord));',
  });
  simulation.level(1).addStencil('restrict', {
    inputs: ['u', 'coarse'],
    outputs: ['coarse'],
    code: 'WriteField("coarse", idx, 0.5 * ReadField("coarse", coord + ivec3(0, 0, 1)) + ReadFine("u", 2 * coord));',
  });
  simulation.repeat({ name: 'smooth', body: ['diffuse'], times: 40, until: { scalar: 'most', below: 'bound' } });
  simulation.addParameter('bound', 'float', 1.5);
  await simulation.initialize();
  await simulation.field('u').write(wavy);
  await simulation.field('n').write((i, j, k) => (i * 31 + j * 7 + k) & 255);
  return simulation;
}

/** A step, with numbers that the scene sets between. */
async function step(simulation: Simulation): Promise<void> {
  const { state } = simulation;
  state['count'] = Number(state['count'] ?? 0) + 1;
  simulation.set('bound', 1.6 - 0.02 * Number(state['count']));
  if (Number(state['count']) % 3 === 0) simulation.set('turns', Number(state['count']));
  await simulation.runTimestep(0.01);
}

/** Every field's bits, scalars, time and state. */
async function contents(simulation: Simulation): Promise<Record<string, unknown>> {
  const { time, frame, state } = simulation;
  const result: Record<string, unknown> = { time, frame, state: { ...state } };
  for (const field of [...simulation.fields, ...simulation.level(1).fields]) {
    if (field.transient) continue;
    const { values } = (await field.read()).tree;
    result[`${field.name}@${field.level}`] = values.map((each) => Buffer.from(each.buffer).toString('base64'));
  }
  for (const name of ['most', 'turns']) result[name] = await simulation.scalar(name).read();
  return result;
}

const grid = topologyOf(5, 18);

gpuTest('a run goes on from a checkpoint with the same bits, on any number of subdomains', {}, async ({ device }) => {
  await using folder = await temporary();
  const file = folder.file('c.nvdb');
  const words: string[] = [];
  await using whole = await everything({ device, grid, log: (word) => words.push(word) });
  for (let count = 0; count < 5; count++) await step(whole);
  await whole.checkpoint(file, { about: { frame: 5 } });
  expect(words.at(-1)).toMatch(/^Checkpoint ".*c\.nvdb": step 5, 11 fields, [\d.]+ [KM]iB, written in [\d.]+ s$/);
  for (let count = 0; count < 5; count++) await step(whole);
  const expected = await contents(whole);
  for (const subdomains of [1, 2, 5]) {
    await using parts = await everything({ device, grid, subdomains });
    expect(await parts.resume(file)).toEqual({ time: 0.05, frame: 5, about: { frame: 5 } });
    await parts.checkpoint(folder.file('again.nvdb'), { about: { frame: 5 } });
    expect(readFileSync(folder.file('again.nvdb')).equals(readFileSync(file)), `${subdomains}`).toBe(true);
    for (let count = 0; count < 5; count++) await step(parts);
    expect(await contents(parts), `${subdomains} subdomains`).toEqual(expected);
  }
  const [note, ...others] = readGrids(readFileSync(file));
  expect([note!.name, note!.activeVoxelCount]).toEqual(['halocline checkpoint', whole.activeVoxels]);
  expect(others.map(({ name, type }) => `${name} ${type}`)).toMatchInlineSnapshot(`
    [
      "u float",
      "h float",
      "n uint8",
      "signed int32",
      "unsigned uint32",
      "two vec3f",
      "flow vec3f",
      "four vec4f",
      "coarse@1 float",
      "thin vec3f",
      "made float",
    ]
  `);
});

gpuTest('values of inactive voxels, NaN, infinities and −0 survive', {}, async ({ device }) => {
  await using folder = await temporary();
  const odd = (i: number): number => [NaN, Infinity, -Infinity, -0, 1e-42][i % 5]!;
  const make = async (): Promise<Simulation> => {
    const simulation = await Simulation.create({ device, domain: { min: [0, 0, 0], max: [11, 3, 2] } });
    simulation.addField('u', 'float32', -0);
    simulation.addParameter('p', 'vec2', [Infinity, -0]);
    simulation.addScalar('s', 'float', NaN);
    return simulation;
  };
  await using one = await make();
  await one.field('u').write(odd);
  one.set('s', -Infinity);
  await one.checkpoint(folder.file('odd.nvdb'));
  await using other = await make();
  other.set('p', 3);
  await other.resume(folder.file('odd.nvdb'));
  const values = (await other.field('u').read()).tree.values[0]!;
  expect(Object.is(values[7], -0)).toBe(true);
  expect(values.toString()).toBe((await one.field('u').read()).tree.values[0]!.toString());
  expect(await other.scalar('s').read()).toBe(-Infinity);
});

async function refusal(act: Promise<unknown>): Promise<string> {
  return act.then(
    () => 'nothing was thrown',
    (error: Error) => error.message,
  );
}

type Scene = (simulation: Simulation) => unknown;

/** A checkpoint of one simulation, taken by another: what it says. */
async function refusalOf(
  device: Device,
  file: string,
  scene: Scene,
  options: Partial<SimulationOptions> = {},
): Promise<string> {
  const domain = { min: [0, 0, 0], max: [16, 8, 8] } as const;
  await using simulation = await Simulation.create({ device, domain, ...options });
  scene(simulation);
  const message = await refusal(simulation.resume(file));
  return message.replace(`Cannot resume from "${file}": `, '');
}

const plain: Scene = (simulation) => {
  simulation.addField('u', 'float32', 1);
  simulation.addParameter('p', 'float', 2);
  simulation.addScalar('s', 'int', 3);
};

gpuTest('a checkpoint of something else is refused, and says of what', {}, async ({ device }) => {
  await using folder = await temporary();
  const file = folder.file('c.nvdb');
  await using simulation = await Simulation.create({ device, domain: { min: [0, 0, 0], max: [16, 8, 8] } });
  plain(simulation);
  await simulation.checkpoint(file);
  const give = '; give the scene, and the options, that it was written with';
  const field =
    (type: string, value = 1, at = 'center'): Scene =>
    (other) => {
      other.addField('u', type, value, { at: at as 'center' });
      other.addParameter('p', 'float', 2);
      other.addScalar('s', 'int', 3);
    };
  const say = (scene: Scene, options?: Partial<SimulationOptions>): Promise<string> =>
    refusalOf(device, file, scene, options);
  expect(await say(plain)).toBe('nothing was thrown');
  expect(await say(plain, { voxelSize: 2 })).toBe(`its voxels have another size or place than the simulation's${give}`);
  expect(await say(plain, { domain: { min: [0, 0, 0], max: [16, 8, 9] } })).toBe(
    `its domain has 2 leaves and 1024 voxels, and the simulation's has 4 and 1152${give}`,
  );
  expect(await say(plain, { domain: { min: [0, 0, 0], max: [8, 16, 8] } })).toBe(
    `its domain has 2 leaves and 1024 voxels, and the simulation's has others${give}`,
  );
  expect(await say(field('vec3'))).toBe(
    `field "u" is float32 at center there, and vec3 at center in the simulation${give}`,
  );
  expect(await say(field('float32', 1, 'face-x'))).toBe(
    `field "u" is float32 at center there, and float32 at face-x in the simulation${give}`,
  );
  expect(await say(field('float32', 2))).toBe(
    'field "u" has background 1 there, and 2 here; give the scene that it was written with, or another file',
  );
  expect(await say((other) => other.addField('w', 'float32', 1))).toBe(
    `it has field "u", and the simulation has none of that name; its fields are "w"${give}`,
  );
  expect(await say((other) => (plain(other), other.addField('w', 'float32', 1)))).toBe(
    `it has no field "w", which the simulation has${give}`,
  );
  expect(await say((other) => other.addField('u', 'float32', 1))).toBe(
    `it has parameter "p", and the simulation has none of that name; its parameters are none${give}`,
  );
  expect(await say((other) => (plain(other), other.addScalar('t', 'int')))).toBe(
    `it has no scalar "t", which the simulation has${give}`,
  );
});

gpuTest('a file that is cut off, damaged, newer or no checkpoint is refused', {}, async ({ device }) => {
  await using folder = await temporary();
  const file = folder.file('c.nvdb');
  await using simulation = await Simulation.create({ device, domain: { min: [0, 0, 0], max: [16, 8, 8] } });
  plain(simulation);
  await simulation.field('u').write(wavy);
  await simulation.checkpoint(file);
  const whole = readFileSync(file);
  const say = (): Promise<string> => refusalOf(device, file, plain);
  for (const kept of [0.1, 0.5, 0.9, 0.999]) {
    writeFileSync(file, whole);
    truncateSync(file, Math.floor(kept * whole.length));
    expect(await say(), `${kept}`).toMatch(/it is cut off or damaged; take an older checkpoint/);
  }
  // The file without its last segment, which a copy that was stopped may leave.
  const second = whole.indexOf('NanoVDB2', 8);
  writeFileSync(file, whole.subarray(0, second));
  expect(await say()).toBe('grid "u" is not there: it is cut off or damaged; take an older checkpoint');
  const damaged = Buffer.from(whole);
  damaged[second + 3000]! ^= 1;
  writeFileSync(file, damaged);
  expect(await say()).toMatch(/damaged/);
  // The note's version: its checksum is not looked at where it is marked as none.
  const note = whole.indexOf('{"version":1');
  const newer = Buffer.from(whole);
  newer.write('{"version":9', note);
  newer.fill(0xff, newer.indexOf('NanoVDB1') + 8, newer.indexOf('NanoVDB1') + 16);
  writeFileSync(file, newer);
  expect(await say()).toBe('its version is 9, and this Halocline reads 1; use the one that wrote it');
  await simulation.save(file);
  expect(await say()).toBe('it is no checkpoint; give a file that checkpoint() or --checkpoint wrote');
  writeFileSync(file, 'words');
  expect(await say()).toMatch(/^it is cut off or damaged; take an older checkpoint \(grids: .*\)$/);
  const nowhere = folder.file('none.nvdb');
  expect(await refusalOf(device, nowhere, plain)).toBe('there is no such file; give the path of a .nvdb file');
  expect(await refusal(simulation.resume('c.vdb'))).toBe(
    'Cannot resume from "c.vdb": a checkpoint is a .nvdb file; give it that ending',
  );
});

gpuTest('until a resume is over, what uses or changes numbers is refused', {}, async ({ device }) => {
  await using folder = await temporary();
  const [file, later] = [folder.file('c.nvdb'), folder.file('later.nvdb')];
  const domain = { min: [0, 0, 0], max: [8, 8, 8] } as const;
  await using one = await Simulation.create({ device, domain });
  plain(one);
  one.set('p', 5).set('s', 6).state['name'] = 'one';
  await one.checkpoint(file);
  await one.set('p', 7).checkpoint(later);
  await using other = await Simulation.create({ device, domain });
  plain(other);
  const resumed = other.resume(file);
  const awaitIt = 'a resume is under way; await it first';
  expect(() => other.set('p', 3)).toThrow(new TypeError(`Cannot set "p": ${awaitIt}`));
  expect(() => other.addParameter('q', 'float', 1)).toThrow(new TypeError(`Cannot add parameter "q": ${awaitIt}`));
  expect(() => other.addScalar('t', 'float')).toThrow(new TypeError(`Cannot add scalar "t": ${awaitIt}`));
  expect(
    await Promise.all([other.runTimestep(1), other.checkpoint(file), other.scalar('s').read()].map(refusal)),
  ).toEqual([
    `Cannot run a step: ${awaitIt}`,
    `Cannot write checkpoint "${file}": ${awaitIt}`,
    `Cannot read scalar "s": ${awaitIt}`,
  ]);
  await resumed;
  await other.runTimestep(1);
  expect([await other.scalar('s').read(), other.state]).toEqual([6, { name: 'one' }]);
  // Resumes and fields keep the order of the calls, and one that is refused is over too.
  const nowhere = refusal(other.resume(folder.file('none.nvdb')));
  await Promise.all([nowhere, other.resume(file), other.resume(later), other.field('u').fill(2)]);
  await other.checkpoint(file);
  await one.resume(file);
  expect((await one.field('u').read()).get(0, 0, 0)).toBe(2);
  expect(readFileSync(file).includes('"p":{"type":"float","value":[7]}')).toBe(true);
});

gpuTest('a field that is removed while a checkpoint is written or read is told so', {}, async ({ device }) => {
  await using folder = await temporary();
  const domain = { min: [0, 0, 0], max: [8, 8, 8] } as const;
  await using simulation = await Simulation.create({ device, domain });
  for (let number = 0; number < 20; number++) simulation.addField(`f${number}`, 'float32');
  const removed = 'Cannot use field "f19": it has been removed; add it again, and take the new one';
  const written = refusal(simulation.checkpoint(folder.file('c.nvdb')));
  while (folder.names().length === 0) await new Promise((resolve) => setImmediate(resolve));
  simulation.removeField('f19');
  expect([await written, folder.names()]).toEqual([removed, []]);
  simulation.addField('f19', 'float32');
  await simulation.checkpoint(folder.file('c.nvdb'));
  const before = device.counters.submits;
  const resumed = refusal(simulation.resume(folder.file('c.nvdb')));
  while (device.counters.submits === before) await new Promise((resolve) => setImmediate(resolve));
  simulation.removeField('f19');
  expect(await resumed).toBe(removed);
});

gpuTest('what a killed run left beside its checkpoint goes with the next', {}, async ({ device }) => {
  await using folder = await temporary();
  const file = folder.file('run.nvdb');
  const left = folder.file('.run.nvdb.0123abcd.part');
  const domain = { min: [0, 0, 0], max: [8, 8, 8] } as const;
  writeFileSync(left, 'half');
  await using simulation = await Simulation.create({ device, domain, checkpointEvery: 1, checkpointFile: file });
  expect(existsSync(left)).toBe(false);
  await simulation.runTimestep(1);
  writeFileSync(left, 'half');
  await simulation.resume(file);
  expect(existsSync(left)).toBe(false);
});

gpuTest('a checkpoint is written every so many steps, and holds what was set by then', {}, async ({ device }) => {
  await using folder = await temporary();
  const checkpointFile = folder.file('every.nvdb');
  const domain = { min: [0, 0, 0], max: [8, 8, 8] } as const;
  const make = async (options: Partial<SimulationOptions> = {}): Promise<Simulation> => {
    const simulation = await Simulation.create({ device, domain, ...options });
    plain(simulation);
    return simulation;
  };
  await using simulation = await make({ checkpointEvery: 2, checkpointFile });
  const steps: Promise<void>[] = [];
  for (let count = 1; count <= 5; count++) {
    simulation.set('p', count);
    simulation.state['count'] = count;
    steps.push(simulation.runTimestep(0.5));
  }
  await Promise.all(steps);
  await using other = await make();
  expect(await other.resume(checkpointFile)).toEqual({ time: 2, frame: 4, about: null });
  expect(other.state).toEqual({ count: 4 });
  simulation.state['map'] = new Map();
  expect(await refusal(simulation.checkpoint(checkpointFile))).toBe(
    `Cannot write checkpoint "${checkpointFile}": state.map is of class Map, which JSON can't hold; keep finite numbers, strings, booleans, lists and plain objects`,
  );
  const keep = "which JSON can't hold; keep finite numbers, strings, booleans, lists and plain objects";
  simulation.state['map'] = { twice: [[1], [1]], me: simulation.state };
  for (const act of [() => simulation.checkpoint(checkpointFile), () => simulation.runTimestep(0.5)]) {
    expect(await refusal(act())).toBe(
      `Cannot write checkpoint "${checkpointFile}": state.map.me is within itself, ${keep}`,
    );
  }
  const shared = [1];
  delete simulation.state['map'];
  await simulation.checkpoint(checkpointFile, { about: { one: shared, other: shared } });
  expect(await refusal(make({ checkpointEvery: 0 }))).toBe(
    'Cannot create simulation: checkpointEvery is 0; give a whole number of steps, at least 1',
  );
  const nowhere = join(checkpointFile, 'c.nvdb');
  expect(await refusal(make({ checkpointEvery: 2, checkpointFile: nowhere }))).toBe(
    `Cannot write file "${nowhere}": a part of its path is a file; write elsewhere`,
  );
});

gpuTest('a step whose checkpoint can’t be written is done, and says so', {}, async ({ device }) => {
  await using folder = await temporary();
  const within = folder.file('within');
  const checkpointFile = join(within, 'every.nvdb');
  const domain = { min: [0, 0, 0], max: [8, 8, 8] } as const;
  mkdirSync(within);
  await using simulation = await Simulation.create({ device, domain, checkpointEvery: 2, checkpointFile });
  plain(simulation);
  await simulation.runTimestep(0.5);
  rmSync(within, { recursive: true });
  writeFileSync(within, 'a file');
  expect(await refusal(simulation.runTimestep(0.5))).toBe(
    `Cannot write checkpoint "${checkpointFile}" after step 2, which is done: Cannot write file "${checkpointFile}": a part of its path is a file; write elsewhere`,
  );
  expect([simulation.frame, simulation.time]).toEqual([2, 1]);
  rmSync(within);
  await simulation.runTimestep(0.5);
  await simulation.runTimestep(0.5);
  expect(await simulation.resume(checkpointFile)).toEqual({ time: 2, frame: 4, about: null });
});

gpuTest(
  'a scalar that a stencil left when it went is kept where there is one, and asked of nobody',
  {},
  async ({ device }) => {
    await using folder = await temporary();
    const [left, without] = [folder.file('left.nvdb'), folder.file('without.nvdb')];
    const measure: Scene = (simulation) => {
      plain(simulation);
      simulation.addStencil('measure', { inputs: ['u'], code: 'ReduceMax("most", 2.0 * ReadField("u", coord));' });
    };
    const domain = { min: [0, 0, 0], max: [16, 8, 8] } as const;
    await using one = await Simulation.create({ device, domain });
    measure(one);
    await one.runTimestep(0.1);
    const held = folder.file('held.nvdb');
    await one.checkpoint(held);
    one.removeStencil('measure');
    await one.checkpoint(left);
    // Whoever left the stencil can still read the scalar, and goes on with it.
    await one.runTimestep(0.1);
    await one.resume(left);
    expect(await one.scalar('most').read()).toBe(2);
    expect(await refusalOf(device, left, plain)).toBe('nothing was thrown');
    expect(await refusalOf(device, left, measure)).toBe('nothing was thrown');
    await using other = await Simulation.create({ device, domain });
    plain(other);
    await other.checkpoint(without);
    await one.resume(without);
    expect(await one.scalar('most').read()).toBe(2);
    // While a stencil names it, it belongs to the scene.
    const give = '; give the scene, and the options, that it was written with';
    expect(await refusalOf(device, held, plain)).toBe(
      `it has scalar "most", and the simulation has none of that name; its scalars are "s"${give}`,
    );
    expect(await refusalOf(device, without, measure)).toBe(`it has no scalar "most", which the simulation has${give}`);
  },
);

gpuTest('what the scene has otherwise is told: parameters and stencils', {}, async ({ device }) => {
  await using folder = await temporary();
  const words: string[] = [];
  const heard = { log: (word: string) => void words.push(word) };
  const make = async (rate: number, factor: string, log: Partial<typeof heard> = heard): Promise<Simulation> => {
    const domain = { min: [0, 0, 0], max: [8, 8, 8] } as const;
    const simulation = await Simulation.create({ device, domain, ...log });
    simulation.addField('u', 'float32', 1);
    simulation.addParameter('rate', 'float', rate);
    simulation.addStencil('cool', {
      inputs: ['u'],
      outputs: ['u'],
      code: `WriteField("u", idx, ${factor} * rate * ReadField("u", coord));`,
    });
    return simulation;
  };
  const file = folder.file('c.nvdb');
  await using one = await make(0.25, '1.0');
  await one.checkpoint(file);
  await using other = await make(0.5, '2.0');
  await other.resume(file);
  expect(words.filter((word) => !/^(?:Checkpoint|Resum)/u.test(word))).toEqual([
    'Parameter "rate" is 0.25, as in the checkpoint; the scene says 0.5',
    `Stencils "cool" are not those of "${file}": the run goes on with the scene's`,
  ]);
  // A parameter that the checkpoint has otherwise is nothing to warn of.
  await using unheard = await make(0.5, '2.0', {});
  const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  try {
    await unheard.resume(file);
    expect(write.mock.calls).toEqual([[expect.stringMatching(/^Stencils "cool" are not those/u)]]);
  } finally {
    write.mockRestore();
  }
});
