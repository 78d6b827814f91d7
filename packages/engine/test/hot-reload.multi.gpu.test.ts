/** A stencil's file that is edited while steps run, over a domain that is cut. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openDevice } from '@halocline/gpu';
import { gpuTest } from '@halocline/testing';
import { expect } from 'vitest';
import { Simulation, type SimulationOptions } from '../src/index.ts';

const domain = { min: [0, 0, 0], max: [48, 16, 16] } as const;
const start = (i: number, j: number, k: number): number => ((13 * i + 5 * j * k) % 17) / 4;
const reading = (dx: number): string =>
  `WriteField("u", idx, 0.5 * ReadField("u", coord) + 0.25 * ReadField("u", coord + ivec3(${dx}, 0, 0)));`;

/** The edits, each followed by a step: a text, a wider one, one that is broken, one that uses more. */
const edits = [
  reading(1),
  reading(11),
  'WriteField("u", idx, ReadField("u", coord) + );',
  `${reading(-2)} ReduceMax("most", ReadField("u", idx));`,
];

/** All values after the edits, and what was told. */
async function run(options: SimulationOptions): Promise<{ values: string; told: string[] }> {
  const folder = mkdtempSync(path.join(tmpdir(), 'halocline-'));
  const file = path.join(folder, 'move.stencil');
  const told: string[] = [];
  try {
    writeFileSync(file, edits[0]!);
    await using simulation = await Simulation.create({ ...options, log: (line) => void told.push(line) });
    const u = simulation.addField('u', 'float32', 0);
    simulation.addStencil('move', { inputs: ['u'], outputs: ['u'], file });
    await u.write(start);
    for (const text of edits) {
      writeFileSync(file, text);
      await simulation.runTimestep(1);
    }
    const most = await simulation.scalar('most').read();
    return {
      values: `${(await u.read()).tree.values.join()} ${most}`,
      told: told.map((line) => line.replace(file, 'FILE')),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

gpuTest(
  'an edited stencil is used by the next step, fields are kept, broken edits change nothing',
  { validation: false, timeoutMs: 300_000 },
  async ({ device }) => {
    const whole = await run({ device, domain });
    expect(whole.told).toEqual([
      `Cannot compile stencil "move": "FILE", line 1, column 46: found ")" where a value should stand; write a value
    1 | WriteField("u", idx, ReadField("u", coord) + );
      |                                              ^
Stencil "move" runs on as it was before this edit`,
    ]);
    const other = await openDevice({ device: `#${device.report.index}`, validation: false });
    try {
      expect(await run({ device, domain, subdomains: 3 })).toEqual(whole);
      expect(await run({ devices: [device, other], domain, subdomains: 4 })).toEqual(whole);
    } finally {
      await other[Symbol.asyncDispose]();
    }
  },
);
