/**
 * Barriers of a step over several devices: where one is needed it stands, and where none is needed none does. A line in what is told of a
 * submit is a barrier; text and commands come from the same plan.
 */
import { describe, expect } from 'vitest';
import { openDevice, type Device, type Encoder, type SubmitBatch } from '@halocline/gpu';
import { gpuTest } from '@halocline/testing';
import { Simulation, type SimulationOptions } from '../src/index.ts';
import { around } from './flow.ts';

/** Checks and layers see whole copies: nothing is told apart with them. */
const PLAIN = { validation: false } as const;
const domain = { min: [0, 0, 0], max: [40, 16, 16] } as const;

type Declare = (simulation: Simulation) => void;

/** What is told of the submits. */
async function submitsOf(device: Device, declare: Declare, options: Partial<SimulationOptions> = {}): Promise<string> {
  const validation = device.tracks ? 'synchronization' : false;
  await using other = await openDevice({ device: `#${device.report.index}`, validation, checks: device.tracks });
  await using simulation = await Simulation.create({ devices: [device, other], domain, ...options });
  declare(simulation);
  await simulation.initialize();
  return submitLines(simulation).join('\n');
}

function submitLines(simulation: Simulation): string[] {
  const lines = simulation.explain().split('\n');
  const submits = lines.filter((line) => line.startsWith('submit '));
  return submits.map((line) => line.replace(/^submit (\d+) on each of 2 devices:/u, '$1'));
}

/** Nothing that asks this is computed in ghosts. */
const ONLY_OWN = 'if (IsActive(coord + ivec3(1, 0, 0)))';

const sweep: Declare = (simulation) => {
  simulation.addField('u', 'float32', 1);
  const code = `${ONLY_OWN} WriteField("u", idx, ${around('u')} / 6.0);`;
  simulation.addStencil('sweep', { inputs: ['u'], outputs: ['u'], code });
};

/** Each voxel of a colour reads those of the other, also in ghosts, in the one copy that there is. */
const colours: Declare = (simulation) => {
  simulation.addField('u', 'float32', 1);
  const code = `${ONLY_OWN} WriteField("u", idx, ${around('u')} / 6.0 + ReadField("u", coord - ivec3(3, 0, 0)));`;
  for (const color of ['red', 'black'] as const) {
    simulation.addStencil(color, { inputs: ['u'], outputs: ['u'], code, color });
  }
};

describe('two copies', () => {
  gpuTest('packing goes beside the interior, and so does unpacking', PLAIN, async ({ device }) => {
    expect(await submitsOf(device, sweep)).toMatchInlineSnapshot(`
      "1 | begin · sweep over the boundary | [pack u:1]
      2 sweep over the interior
      3 [unpack u:1]"
    `);
  });

  gpuTest('whoever reads ghosts waits for them', PLAIN, async ({ device }) => {
    const declare: Declare = (simulation) => {
      sweep(simulation);
      // Behind it nothing but the ghosts is left to wait for.
      simulation.addStencil('own', {
        inputs: ['u'],
        outputs: ['w'],
        code: `${ONLY_OWN} WriteField("w", idx, ReadField("u", idx));`,
      });
      simulation.addStencil('next', {
        inputs: ['u'],
        outputs: ['v'],
        code: `WriteField("v", idx, ${around('u')});`,
      });
    };
    expect(await submitsOf(device, declare, { fusion: false })).toMatchInlineSnapshot(`
      "1 | begin · sweep over the boundary | [pack u:1]
      2 sweep over the interior | own
      3 [unpack u:1] | next"
    `);
  });

  gpuTest("a step's numbers are waited for where a stencil reads one, and nowhere else", PLAIN, async ({ device }) => {
    const declare: Declare = (simulation) => {
      simulation.addField('u', 'float32', 1);
      simulation.addStencil('sweep', {
        inputs: ['u'],
        outputs: ['u'],
        code: `${ONLY_OWN} WriteField("u", idx, dt * (${around('u')}));`,
      });
    };
    expect(await submitsOf(device, declare)).toMatchInlineSnapshot(`
      "1 | begin | sweep over the boundary | [pack u:1]
      2 sweep over the interior
      3 [unpack u:1]"
    `);
  });
});

describe('one copy', () => {
  gpuTest('an interior that reads the ghosts which are unpacked is waited for', PLAIN, async ({ device }) => {
    expect(await submitsOf(device, colours)).toMatchInlineSnapshot(`
      "1 | begin · red over the boundary | [pack u:0]
      2 red over the interior
      3 | [unpack u:0] | black over the boundary | [pack u:0]
      4 black over the interior
      5 | [unpack u:0]"
    `);
  });

  gpuTest('an interior that reads its own voxels alone is not', PLAIN, async ({ device }) => {
    const declare: Declare = (simulation) => {
      simulation.addField('u', 'float32', 1);
      simulation.addStencil('grow', {
        inputs: ['u'],
        outputs: ['u'],
        code: `${ONLY_OWN} WriteField("u", idx, 1.1 * ReadField("u", idx));`,
      });
      simulation.addStencil('look', { inputs: ['u'], outputs: ['v'], code: `WriteField("v", idx, ${around('u')});` });
    };
    expect(await submitsOf(device, declare, { fusion: false })).toMatchInlineSnapshot(`
      "1 | begin · grow over the boundary | [pack u:0]
      2 grow over the interior
      3 [unpack u:0] | look"
    `);
  });
});

gpuTest(
  'where what is recorded is checked, or memory is bound, every pass is waited for',
  { layer: true },
  async ({ device }) => {
    const kept = await submitsOf(device, sweep);
    expect(kept).toMatchInlineSnapshot(`
    "1 | begin · sweep over the boundary | [pack u:1]
    2 | sweep over the interior
    3 | [unpack u:1]"
  `);
    await using unchecked = await openDevice({ device: `#${device.report.index}`, validation: false });
    expect(await submitsOf(unchecked, sweep, { access: 'descriptor' })).toBe(kept);
  },
);

gpuTest(
  'where more than fields travels, or ghosts are computed, each submit begins with a barrier',
  PLAIN,
  async ({ device }) => {
    const sum = `float next = ${around('u')} / 7.0; ReduceMax("left", next); WriteField("u", idx, next);`;
    const declares: Declare[] = [
      (simulation) => {
        simulation.addStencil('sweep', { inputs: ['u'], outputs: ['u'], code: sum });
      },
      (simulation) => {
        simulation.addStencil('sweep', { inputs: ['u'], outputs: ['u'], code: sum });
        simulation.repeat({ name: 'solve', body: ['sweep'], times: 4, until: { scalar: 'left', below: 0.5 } });
      },
      (simulation) => {
        const code = `WriteField("u", idx, ${around('u')} / 6.0);`;
        for (const color of ['red', 'black'] as const) {
          simulation.addStencil(color, { inputs: ['u'], outputs: ['u'], code, color });
        }
      },
    ];
    for (const declare of declares) {
      const lines = await submitsOf(device, (simulation) => {
        simulation.addField('u', 'float32', 1);
        declare(simulation);
      });
      expect(lines.split('\n').length).toBeGreaterThanOrEqual(3);
      for (const line of lines.split('\n')) expect(line).toMatch(/^\d+ \| /u);
    }
  },
);

gpuTest(
  'what was asked for between two that became one pass is none of its parts’ matter',
  PLAIN,
  async ({ device }) => {
    const declare: Declare = (simulation) => {
      simulation.addField('u', 'float32', 1);
      simulation.addStencil('sweep', {
        inputs: ['u'],
        outputs: ['u'],
        code: `${ONLY_OWN} WriteField("u", idx, ${around('u')} / 6.0);`,
      });
      simulation.addStencil('look', {
        inputs: ['u'],
        outputs: ['v'],
        code: 'WriteField("v", idx, ReadField("u", idx));',
      });
      simulation.addDependency('sweep', 'look');
    };
    expect(await submitsOf(device, declare)).toMatchInlineSnapshot(`
    "1 | begin · sweep + look over the boundary | [pack u:1]
    2 sweep + look over the interior
    3 [unpack u:1]"
  `);
  },
);

gpuTest(
  'an interior that is computed last of all, behind what is unpacked, has the same bits',
  PLAIN,
  async ({ device }) => {
    await using other = await openDevice({ device: `#${device.report.index}`, validation: false });
    const wanted = await bitsOf([device]);
    const late = [device, other].map(computeInteriorLast);
    expect(await bitsOf([device, other])).toEqual(wanted);
    expect(late.map(({ moved }) => moved > 0)).toEqual([true, true]);
  },
);

/** A wave between two copies, after some steps. */
async function bitsOf(devices: readonly Device[]): Promise<unknown> {
  await using simulation = await Simulation.create({ devices, domain });
  sweep(simulation);
  await simulation.field('u').write((i, j, k) => Math.sin(i + 2 * j + 3 * k));
  for (let step = 0; step < 6; step++) await simulation.runTimestep(0.01);
  return (await simulation.field('u').read()).tree.values;
}

/** Puts what stands in a submit that signals nothing behind the commands of the next, as a queue may where no barrier stands between. */
function computeInteriorLast({ compute }: Device): { moved: number } {
  const said = { moved: 0 };
  const shift = (batches: readonly SubmitBatch[]): SubmitBatch[] => {
    const shifted = batches.map((batch) => ({ ...batch }));
    for (const [number, batch] of shifted.entries()) {
      const next = shifted[number + 1];
      if (batch.quiet !== true || (batch.signal ?? []).length > 0 || next === undefined) continue;
      next.commands = [...next.commands, ...batch.commands];
      batch.commands = [];
    }
    return shifted;
  };
  const submitAll = compute.submitAll.bind(compute);
  const prepare = compute.prepare.bind(compute);
  compute.submitAll = (batches) => {
    if (batches.some(({ quiet }) => quiet === true)) said.moved++;
    return submitAll(shift(batches));
  };
  compute.prepare = (batches, first) => prepare(shift(batches), first);
  return said;
}

gpuTest('what is told is what is recorded', PLAIN, async ({ device }) => {
  await using other = await openDevice({ device: `#${device.report.index}`, validation: false });
  for (const declare of [sweep, colours]) {
    await using simulation = await Simulation.create({ devices: [device, other], domain });
    declare(simulation);
    // At first nobody knows what is stale.
    await simulation.runTimestep(0.01);
    await simulation.finish();
    const told = submitLines(simulation);
    expect(await recordedOf(device, simulation)).toEqual(told.map((line) => line.replace(/^\d+ ?/u, '')));
  }
});

/** The passes and derived barriers of the command buffers that a step records on a device. */
async function recordedOf(device: Device, simulation: Simulation): Promise<string[]> {
  const record = device.record.bind(device);
  const buffers: string[] = [];
  device.record = (label, body, options) => {
    if (label !== 'step') return record(label, body, options);
    const said: string[] = [];
    const commands = record(
      label,
      (encoder) => {
        listen(encoder, said);
        body(encoder);
      },
      options,
    );
    const text = said.map((word, place) =>
      word === '|' || place === 0 || said[place - 1] === '|' ? word : `· ${word}`,
    );
    buffers.push(text.join(' '));
    return commands;
  };
  try {
    await simulation.runTimestep(0.01);
    await simulation.finish();
  } finally {
    device.record = record;
  }
  return buffers;
}

function listen(encoder: Encoder, said: string[]): void {
  const barrier = encoder.barrier.bind(encoder);
  const label = encoder.label.bind(encoder);
  encoder.barrier = (before, after, derived) => {
    if (derived === true) said.push('|');
    return barrier(before, after, derived);
  };
  encoder.label = (name, body, declared) => {
    if (name !== 'step') said.push(name.replace(/ #\d+$/u, ''));
    return label(name, body, declared);
  };
}
