/** What is declared, set and removed between, before and during acts that nobody awaited. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'vitest';
import { fillMemory, gpuTest } from '@halocline/testing';
import { Simulation } from '../src/index.ts';

const domain = { min: [0, 0, 0], max: [16, 8, 8] } as const;
const add = (to: string, what: string): { inputs: string[]; outputs: string[]; code: string } => ({
  inputs: [to],
  outputs: [to],
  code: `WriteField("${to}", idx, ReadField("${to}", idx) + ${what});`,
});
const shift = (name: string): { inputs: string[]; outputs: string[]; code: string } => ({
  inputs: [name],
  outputs: [name],
  code: `WriteField("${name}", idx, ReadField("${name}", coord + ivec3(1, 0, 0)));`,
});

gpuTest('a field that is removed and added anew between two steps is another field', {}, async ({ device }) => {
  await using simulation = await Simulation.create({ device, domain });
  simulation.addField('u', 'float32', 1);
  simulation.addStencil('shift', shift('u'));
  await simulation.runTimestep(1);
  simulation.removeStencil('shift').removeField('u');
  simulation.addField('u', 'vec3', [1, 2, 3]);
  expect((await simulation.field('u').read()).get(0, 0, 0)).toEqual([1, 2, 3]);
  simulation.addStencil('grow', add('u', 'vec3(1.0)'));
  await simulation.runTimestep(1);
  await simulation.runTimestep(1);
  expect((await simulation.field('u').read()).get(15, 7, 7)).toEqual([3, 4, 5]);
});

gpuTest('what is declared while a step is being compiled is taken up by the next', {}, async ({ device }) => {
  await using simulation = await Simulation.create({ device, domain });
  simulation.addField('u', 'float32', 0);
  simulation.addStencil('grow', add('u', '1.0'));
  const ready = simulation.initialize();
  while (device.counters.submits === 0) await new Promise((resolve) => setImmediate(resolve));
  simulation.addStencil('more', add('u', '10.0'));
  simulation.level(2);
  await ready;
  await simulation.runTimestep(1);
  expect((await simulation.field('u').read()).get(0, 0, 0)).toBe(11);
});

gpuTest('a parameter or a scalar that is set counts from the next step on, awaited or not', {}, async ({ device }) => {
  await using simulation = await Simulation.create({ device, domain });
  simulation.addField('u', 'float32', 0);
  simulation.addParameter('rate', 'float', 1);
  simulation.addScalar('bonus', 'float', 100);
  simulation.addStencil('grow', { ...add('u', 'rate + bonus'), parameters: ['rate'] });
  const first = simulation.runTimestep(1);
  simulation.set('rate', 2).set('bonus', 200);
  const second = simulation.runTimestep(1);
  simulation.set('rate', 3);
  await Promise.all([first, second]);
  expect((await simulation.field('u').read()).get(0, 0, 0)).toBe(1 + 100 + 2 + 200);
  await simulation.runTimestep(1);
  expect((await simulation.field('u').read()).get(0, 0, 0)).toBe(1 + 100 + 2 + 200 + 3 + 200);
});

gpuTest('a level that is made while a loop has stalled leaves the loop’s steps whole', {}, async ({ device }) => {
  await using simulation = await Simulation.create({ device, domain });
  simulation.addField('count', 'int32', 0);
  simulation.addScalar('most', 'int', 0);
  simulation.addStencil('add', {
    inputs: ['count'],
    outputs: ['count'],
    code: 'int next = ReadField("count", idx) + 1; WriteField("count", idx, next); ReduceMin("left", 200 - next);',
  });
  simulation.repeat({ body: ['add'], times: 1000, until: { scalar: 'left', below: 1 } });
  await simulation.runTimestep(1);
  simulation.level(2);
  await simulation.volume(['count']);
  expect((await simulation.field('count').read()).get(3, 3, 3)).toBe(200);
});

gpuTest('a stencil of a file is not the one that bore its name before', {}, async ({ device }) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'halocline-'));
  try {
    const [good, bad] = [path.join(folder, 'good.stencil'), path.join(folder, 'bad.stencil')];
    writeFileSync(good, 'WriteField("u", idx, 1.0);');
    writeFileSync(bad, 'WriteField("u", idx, 1.0;');
    await using simulation = await Simulation.create({ device, domain });
    simulation.addField('u', 'float32', 0);
    simulation.addStencil('set', { outputs: ['u'], file: good });
    await simulation.runTimestep(1);
    simulation.removeStencil('set').addStencil('set', { outputs: ['u'], file: bad });
    await expect(simulation.runTimestep(1)).rejects.toThrow(`Cannot compile stencil "set": "${bad}", line 1`);
    simulation.removeStencil('set').addStencil('set', { outputs: ['u'], file: path.join(folder, 'none.stencil') });
    await expect(simulation.runTimestep(1)).rejects.toThrow('there is no such file; give the path of its text');
  } finally {
    rmSync(folder, { recursive: true });
  }
});

gpuTest('a level that there is no memory for can be had later', { memoryLimit: 2 ** 24 }, async ({ device }) => {
  await using simulation = await Simulation.create({ device, domain: { min: [0, 0, 0], max: [64, 64, 64] } });
  simulation.addField('u', 'float32', 3);
  await simulation.runTimestep(1);
  const filling = fillMemory(device);
  const coarse = simulation.level(1);
  coarse.addField('c', 'float32', 5);
  await expect(coarse.field('c').read()).rejects.toThrow('Cannot allocate buffer');
  for (const buffer of filling) buffer[Symbol.dispose]();
  coarse.addStencil('down', {
    inputs: ['u'],
    outputs: ['c'],
    code: 'WriteField("c", idx, ReadFine("u", 2 * coord) + 1.0);',
  });
  await simulation.runTimestep(1);
  expect((await coarse.field('c').read()).get(31, 31, 31)).toBe(4);
});
