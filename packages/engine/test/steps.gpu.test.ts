import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect } from 'vitest';
import { gpuTest } from '@halocline/testing';
import { Simulation } from '../src/index.ts';

const domain = { min: [0, 0, 0], max: [16, 8, 8] } as const;
const add = (to: string, what: string): { inputs: string[]; outputs: string[]; code: string } => ({
  inputs: [to],
  outputs: [to],
  code: `WriteField("${to}", idx, ReadField("${to}", idx) + ${what});`,
});

describe('a step', () => {
  gpuTest('is one submit of one queue, and nothing waits for it', {}, async ({ device }) => {
    await using simulation = await Simulation.create({ device, domain });
    simulation.addField('u', 'float32', 0);
    simulation.addParameter('rate', 'float', 2);
    simulation.addStencil('grow', add('u', 'rate * dt'));
    simulation.addStencil('smooth', {
      inputs: ['u'],
      outputs: ['u', 'v'],
      code: 'WriteField("u", idx, 0.5 * (ReadField("u", coord + ivec3(1, 0, 0)) + ReadField("u", idx))); WriteField("v", idx, 1.0);',
    });
    simulation.addStencil('measure', { inputs: ['u'], code: 'ReduceSum("sum", ReadField("u", idx));' });
    await simulation.initialize();
    for (let step = 0; step < 5; step++) {
      await simulation.finish();
      const before = { ...device.counters };
      simulation.set('rate', step);
      await simulation.runTimestep(0.5);
      const { submits, waits, uploads } = device.counters;
      expect({ submits, waits, uploads }).toEqual({
        submits: before.submits + 1,
        waits: before.waits,
        uploads: before.uploads,
      });
    }
    expect(simulation.time).toBe(2.5);
    expect(simulation.frame).toBe(5);
  });

  gpuTest('finds its own numbers, however many are under way', {}, async ({ device }) => {
    await using simulation = await Simulation.create({ device, domain });
    simulation.addField('u', 'float32', 0);
    simulation.addParameter('rate', 'vec2', [0, 0]);
    simulation.addStencil('grow', add('u', 'rate.x * dt + rate.y + time + float(frame)'));
    const steps: Promise<void>[] = [];
    let wanted = 0;
    for (let step = 0; step < 9; step++) {
      simulation.set('rate', [step, 1]);
      steps.push(simulation.runTimestep(0.25));
      await steps.at(-1);
      wanted += step * 0.25 + 1 + 0.25 * step + step;
    }
    expect((await simulation.field('u').read()).get(15, 7, 7)).toBe(wanted);
  });

  gpuTest('takes up stencils, fields and parameters that were added or removed since', {}, async ({ device }) => {
    await using simulation = await Simulation.create({ device, domain });
    simulation.addField('u', 'float32', 1);
    simulation.addStencil('shift', {
      inputs: ['u'],
      outputs: ['u'],
      code: 'WriteField("u", idx, ReadField("u", coord - ivec3(1, 0, 0)) + 1.0);',
    });
    await simulation.initialize();
    await simulation.runTimestep(1);
    simulation.addField('w', 'int32', 7);
    simulation.addParameter('k', 'int', 3);
    simulation.addStencil('multiply', {
      inputs: ['w'],
      outputs: ['w'],
      code: 'WriteField("w", idx, ReadField("w", idx) * k);',
    });
    await simulation.runTimestep(1);
    expect((await simulation.field('u').read()).get(5, 0, 0)).toBe(3);
    expect((await simulation.field('w').read()).get(5, 0, 0)).toBe(21);
    simulation.removeStencil('shift');
    await simulation.runTimestep(1);
    expect((await simulation.field('u').read()).get(5, 0, 0)).toBe(3);
    expect((await simulation.field('w').read()).get(5, 0, 0)).toBe(63);
    simulation.addStencil('again', add('u', '0.5'));
    await simulation.runTimestep(1);
    expect((await simulation.field('u').read()).get(5, 0, 0)).toBe(3.5);
  });

  gpuTest('that doesn’t compile changes nothing, and what was declared can be mended', {}, async ({ device }) => {
    await using simulation = await Simulation.create({ device, domain });
    simulation.addField('u', 'float32', 1);
    simulation.addStencil('grow', add('u', '1.0'));
    await simulation.runTimestep(1);
    simulation.addStencil('bad', { inputs: ['u'], outputs: ['u'], code: 'WriteField("u", idx, 1.0 +);' });
    await expect(simulation.runTimestep(1)).rejects.toThrow('Cannot compile stencil "bad": line 1, column 27');
    simulation.removeStencil('bad');
    await simulation.runTimestep(1);
    expect((await simulation.field('u').read()).get(0, 0, 0)).toBe(3);
    expect(simulation.frame).toBe(2);
  });

  gpuTest(
    'reads a stencil’s file again when it has changed, and keeps the old one when that is broken',
    {},
    async ({ device }) => {
      const folder = mkdtempSync(path.join(tmpdir(), 'halocline-'));
      const file = path.join(folder, 'grow.stencil');
      let stamp = 1_000_000;
      const put = (code: string): void => {
        writeFileSync(file, code);
        utimesSync(file, stamp, stamp++);
      };
      try {
        const messages: string[] = [];
        await using simulation = await Simulation.create({ device, domain, log: (message) => messages.push(message) });
        simulation.addField('u', 'float32', 0);
        put('WriteField("u", idx, ReadField("u", idx) + 1.0);');
        simulation.addStencil('grow', { inputs: ['u'], outputs: ['u'], file });
        await simulation.runTimestep(1);
        put('WriteField("u", idx, ReadField("u", idx) + 10.0);');
        await simulation.runTimestep(1);
        put('WriteField("u", idx, ReadField("u", idx) + 10.0;');
        await simulation.runTimestep(1);
        expect((await simulation.field('u').read()).get(0, 0, 0)).toBe(21);
        expect(messages.length).toBe(1);
        expect(messages[0]).toContain(`Cannot compile stencil "grow": "${file}", line 1, column`);
        expect(messages[0]).toContain('Stencil "grow" runs on as it was before this edit');
      } finally {
        rmSync(folder, { recursive: true });
      }
    },
  );
});

gpuTest('a field is removed when no stencil names it, and its memory comes back', {}, async ({ device }) => {
  await using simulation = await Simulation.create({ device, domain });
  const field = simulation.addField('u', 'float32', 1);
  simulation.addField('v', 'vec4', 1);
  simulation.addStencil('grow', add('u', '1.0'));
  await simulation.runTimestep(1);
  expect(() => simulation.removeField('u')).toThrow(
    new TypeError('Cannot remove field "u": stencil "grow" names it; remove the stencil first'),
  );
  const before = simulation.memory().fields;
  simulation.removeStencil('grow').removeField('u');
  await simulation.runTimestep(1);
  expect(before - simulation.memory().fields).toBe(4 * 512 * 3);
  await expect(field.read()).rejects.toThrow(
    new TypeError('Cannot use field "u": it has been removed; add it again, and take the new one'),
  );
  simulation.addField('u', 'int32', 5);
  expect((await simulation.field('u').read()).get(0, 0, 0)).toBe(5);
});

gpuTest('a field may bear the name of another’s component', {}, async ({ device }) => {
  await using simulation = await Simulation.create({ device, domain });
  simulation.addField('v', 'vec2', [1, 2]);
  simulation.addField('v_x', 'float32', 10);
  simulation.addStencil('roll', {
    inputs: ['v'],
    outputs: ['v'],
    code: 'WriteField("v", idx, ReadField("v", coord + ivec3(1, 0, 0)) + 1.0);',
  });
  simulation.addStencil('copy', {
    inputs: ['v_x', 'v_y'],
    outputs: ['w'],
    code: 'WriteField("w", idx, vec2(ReadField("v_x", idx), ReadField("v_y", idx)));',
  });
  await simulation.runTimestep(1);
  expect((await simulation.field('w').read()).get(3, 3, 3)).toEqual([10, 3, 0]);
});

gpuTest('a level that is added between steps changes nothing else', {}, async ({ device }) => {
  await using simulation = await Simulation.create({ device, domain });
  simulation.addField('u', 'float32', 1);
  simulation.addStencil('grow', add('u', '1.0'));
  await simulation.runTimestep(1);
  simulation.level(2);
  await simulation.volume(['u']);
  await simulation.runTimestep(1);
  expect((await simulation.field('u').read()).get(0, 0, 0)).toBe(3);
});

gpuTest('a simulation explains its step, and prints itself', {}, async ({ device }) => {
  await using simulation = await Simulation.create({ device, domain });
  expect(simulation.explain()).toBe('Nothing is compiled yet: call initialize()');
  simulation.addField('p', 'float32');
  simulation.addScalar('left', 'float', 1);
  simulation.addStencil('make', { outputs: ['f'], code: 'WriteField("f", idx, 1.0);' });
  simulation.addStencil('sweep', {
    inputs: ['p', 'f'],
    outputs: ['p'],
    code: 'float next = 0.5 * ReadField("p", coord + ivec3(0, 1, 0)) + ReadField("f", idx); ReduceMax("left", next); WriteField("p", idx, next);',
  });
  simulation.repeat({ name: 'solve', body: ['sweep'], times: 9, until: { scalar: 'left', below: 0.5 } });
  simulation
    .level(1)
    .addStencil('down', { inputs: ['p'], outputs: ['c'], code: 'WriteField("c", idx, ReadFine("p", 2 * coord));' });
  await simulation.initialize();
  expect(simulation.explain()).toBe(
    [
      'order: make | solve | down',
      'make: nothing → f',
      'repeat solve, at most 9 times, until left is below 0.5:',
      '  sweep: p, f → p (second copy), max into left',
      'down on level 1: p → c@1',
      'because solve reads "f", which make writes',
      'because down reads "p", which solve writes',
      'one recording of two iterations of each loop:',
      '12 barriers, 13 passes',
    ].join('\n'),
  );
  expect(String(simulation).replace(device.name, 'a device')).toBe(
    'Simulation(1024 voxels, 2 leaves, 3 fields, 3 stencils, step 0, on a device)',
  );
});

gpuTest('there can be 256 fields in one simulation, and no more', {}, async ({ device }) => {
  await using simulation = await Simulation.create({ device, domain: { min: [0, 0, 0], max: [8, 8, 8] } });
  for (let n = 0; n < 255; n++) simulation.addField(`f${n}`, 'float32', n);
  const inputs = Array.from({ length: 255 }, (_, n) => `f${n}`);
  const sum = inputs.map((name) => `ReadField("${name}", idx)`).join(' + ');
  simulation.addStencil('sum', { inputs, outputs: ['total'], code: `WriteField("total", idx, ${sum});` });
  await simulation.runTimestep(1);
  expect((await simulation.field('total').read()).get(4, 5, 6)).toBe((254 * 255) / 2);
  expect(simulation.fields.length).toBe(256);
  expect(() => simulation.addField('f256', 'float32')).toThrow(
    new RangeError(
      'Cannot add field "f256": the simulation has 256 fields, the most there can be; join fields into vectors',
    ),
  );
});

gpuTest(
  'a stencil runs on the fields of another’s making, in whatever order they are declared',
  {},
  async ({ device }) => {
    await using simulation = await Simulation.create({ device, domain });
    simulation.addStencil('use', {
      inputs: ['made'],
      outputs: ['used'],
      code: 'WriteField("used", idx, ReadField("made", idx) * 2);',
    });
    simulation.addStencil('make', { outputs: ['made'], code: 'WriteField("made", idx, coord.x + 1);' });
    await simulation.runTimestep(1);
    await simulation.runTimestep(1);
    expect((await simulation.field('used').read()).get(3, 0, 0)).toBe(8);
    expect(simulation.field('made').type).toBe('int32');
  },
);
