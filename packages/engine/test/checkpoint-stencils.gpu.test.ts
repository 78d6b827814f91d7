/** What is told where a scene goes on from a checkpoint with other stencils. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Device } from '@halocline/gpu';
import { stencil } from '@halocline/stencil/trace';
import { gpuTest, temporaryFolder } from '@halocline/testing';
import { expect, test } from 'vitest';
import { noteStep, tellOthers } from '../src/checkpoint/noted-stencils.ts';
import { Declarations } from '../src/declarations.ts';
import { Simulation, type StencilOptions } from '../src/index.ts';
import { compilerStamp } from '../src/memo/compiler-stamp.ts';

/** What a scene says that goes on from the checkpoint of another; paths of files stand as their names. */
async function toldOf(device: Device, was: Scene, now: Scene, edit?: () => void): Promise<string[]> {
  using folder = temporaryFolder();
  const words: string[] = [];
  const make = async (scene: Scene): Promise<Simulation> => {
    const domain = { min: [0, 0, 0], max: [8, 8, 8] } as const;
    const simulation = await Simulation.create({ device, domain, log: (word) => words.push(word) });
    simulation.addField('u', 'float32', 1);
    scene(simulation);
    return simulation;
  };
  const file = join(folder.path, 'c.nvdb');
  await using one = await make(was);
  await one.checkpoint(file);
  edit?.();
  await using other = await make(now);
  await other.resume(file);
  return words.filter((word) => !/^(?:Checkpoint|Resum)/u.test(word)).map((word) => word.replace(file, 'c.nvdb'));
}

type Scene = (simulation: Simulation) => void;

const double = 'WriteField("u", idx, 2.0 * ReadField("u", coord));';
const add =
  (options: Omit<StencilOptions, 'inputs' | 'outputs'>, name = 'a'): Scene =>
  (simulation) =>
    void simulation.addStencil(name, { inputs: ['u'], outputs: ['u'], ...options });
const both =
  (...scenes: readonly Scene[]): Scene =>
  (simulation) =>
    scenes.forEach((scene) => scene(simulation));
const theScenes = 'of "c.nvdb": the run goes on with the scene\'s';

gpuTest('a text of a file, a radius, and what is done beyond it, are a stencil too', {}, async ({ device }) => {
  using folder = temporaryFolder();
  const file = folder.file('a.txt', double);
  expect(await toldOf(device, add({ file }), add({ file }))).toEqual([]);
  expect(await toldOf(device, add({ file }), add({ code: double }))).toEqual([]);
  const others = [`Stencils "a" are not those ${theScenes}`];
  const edit = (): void => writeFileSync(file, double.replace('2.0', '3.0'));
  expect(await toldOf(device, add({ file }), add({ file }), edit)).toEqual(others);
  const code = double.replace('coord', 'coord + ivec3(floor(time), 0, 0)');
  const near = add({ code, neighborRadius: 1 });
  expect(await toldOf(device, near, near)).toEqual([]);
  expect(await toldOf(device, near, add({ code, neighborRadius: 2 }))).toEqual(others);
  expect(await toldOf(device, near, add({ code, neighborRadius: 1, beyondRadius: 'clamp' }))).toEqual(others);
});

gpuTest('a function of TypeScript is what was traced of it', {}, async ({ device }) => {
  const traced = (factor: number): Scene => {
    const body = stencil({ inputs: { u: 'float32' }, outputs: { u: 'float32' } }, ({ u }) => ({
      u: u.at(0, 0, 0).mul(factor),
    }));
    return (simulation) => void simulation.addStencil('a', { body });
  };
  expect(await toldOf(device, traced(2), traced(2))).toEqual([]);
  // Where the compiler's own files were just edited, there is nothing to go by.
  const told = compilerStamp() === null ? [] : [`Stencils "a" are not those ${theScenes}`];
  expect(await toldOf(device, traced(2), traced(3))).toEqual(told);
});

gpuTest('a kernel is told by its text, what that includes, and its options', {}, async ({ device }) => {
  using folder = temporaryFolder();
  const part = folder.file('part.glsl', '#define TIMES 2.0');
  const body =
    'void main() { Voxel v; for (uint t = 0; t < turns(); t++) if (takeVoxel(t, v)) write_u(v, TIMES * read_u(v)); }';
  const file = folder.file('k.glsl', `#include "halocline.glsl"\n#include "part.glsl"\n${body}`);
  const kernel =
    (options: object = {}): Scene =>
    (simulation) =>
      void simulation.registerKernel('k', { inputs: ['u'], outputs: ['u'], file, ...options });
  const others = [`Stencils "k" are not those ${theScenes}`];
  expect(await toldOf(device, kernel(), kernel())).toEqual([]);
  expect(await toldOf(device, kernel(), kernel({ overwrites: true }))).toEqual(others);
  expect(await toldOf(device, kernel(), kernel(), () => writeFileSync(part, '#define TIMES 3.0'))).toEqual(others);
});

gpuTest('stencils and repeats that are gone, other repeats and another order are told', {}, async ({ device }) => {
  const [a, b] = [add({ code: double }), add({ code: double }, 'b')];
  const times =
    (count: number): Scene =>
    (simulation) =>
      void simulation.repeat({ name: 'r', body: ['a'], times: count });
  expect(await toldOf(device, both(a, b), a)).toEqual([
    'Stencils "b" of "c.nvdb" are not in the scene: the run goes on without them',
  ]);
  expect(await toldOf(device, a, both(a, b))).toEqual([`Stencils "b" are not those ${theScenes}`]);
  expect(await toldOf(device, both(a, times(2)), both(a, times(3)))).toEqual([
    `Repeats "r" are not those ${theScenes}`,
  ]);
  expect(await toldOf(device, both(a, times(2)), a)).toEqual([
    'Repeats "r" of "c.nvdb" are not in the scene: the run goes on without them',
  ]);
  const order = [`Stencils are declared in another order than those ${theScenes}`];
  expect(await toldOf(device, both(a, b), both(b, a))).toEqual(order);
  const before: Scene = (simulation) => void simulation.addDependency('a', 'b');
  expect(await toldOf(device, both(a, b), both(a, b, before))).toEqual(order);
});

test('of the first checkpoints, which noted the texts of stencils alone, no more is told', () => {
  const words: string[] = [];
  const declarations = new Declarations();
  declarations.addField(0, 'u', 'float32', 1);
  for (const name of ['a', 'b']) declarations.addStencil(0, name, { inputs: ['u'], outputs: ['u'], code: double });
  const runtime = { declarations, checked: new Map(), program: null, warn: (word: string) => words.push(word) };
  const { stencils } = noteStep(runtime);
  tellOthers(runtime, 'c.nvdb', { stencils: { ...stencils, gone: '01234567' } });
  expect(words).toEqual([]);
  tellOthers(runtime, 'c.nvdb', { stencils: { ...stencils, a: '01234567' } });
  expect(words).toEqual([`Stencils "a" are not those ${theScenes}`]);
});
