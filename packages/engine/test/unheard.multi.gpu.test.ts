/** Simulations without a `log`: what is wrong goes to stderr, and nothing else does. */
import { join } from 'node:path';
import { writeFileSync } from 'node:fs';
import { gpuTest, temporaryFolder } from '@halocline/testing';
import { fogSphere } from '@halocline/vdb';
import { expect, vi } from 'vitest';
import { Simulation } from '../src/index.ts';

const PLAIN = { validation: false, timeoutMs: 60_000 } as const;
const domain = { min: [0, 0, 0], max: [32, 16, 8] } as const;

/** The lines that an act writes to stderr. */
async function heard(act: () => Promise<void>): Promise<string[]> {
  const lines: string[] = [];
  const spy = vi.spyOn(process.stderr, 'write').mockImplementation((text) => lines.push(String(text)) > 0);
  try {
    await act();
  } finally {
    spy.mockRestore();
  }
  return lines;
}

gpuTest(
  'a broken edit, a wish that can’t be and voxels left out are told on stderr, or to a log alone',
  PLAIN,
  async ({ device }) => {
    using folder = temporaryFolder();
    const file = folder.file('s.stencil', 'WriteField("u", idx, ReadField("u", idx) + 1.0);');
    const run = async (log?: (line: string) => void): Promise<void> => {
      writeFileSync(file, 'WriteField("u", idx, ReadField("u", idx) + 1.0);');
      await using simulation = await Simulation.create({
        devices: [device],
        rebalance: 'time',
        domain,
        ...(log && { log }),
      });
      simulation.addField('u', 'float32', 1);
      simulation.addStencil('s', { inputs: ['u'], outputs: ['u'], file });
      await simulation.field('u').write(fogSphere([0, 0, 0], 9, { name: 'ball', voxelSize: 1 }));
      await simulation.runTimestep(1);
      writeFileSync(file, 'WriteField("u", idx, 1.0');
      await simulation.runTimestep(1);
      await simulation.checkpoint(join(folder.path, 'c.nvdb'));
      await simulation.resume(join(folder.path, 'c.nvdb'));
    };
    const wrong = [
      /^rebalance 'time' shifts the cut between devices, and there is one: the cut stays as it is$/u,
      /^Field "u": \d+ active voxels of grid "ball" are outside of the domain and were left out$/u,
      /^Cannot compile stencil "s": [^]*\nStencil "s" runs on as it was before this edit$/u,
    ].map((line) => expect.stringMatching(line) as string);
    expect((await heard(run)).map((line) => line.trimEnd())).toEqual(wrong);
    const told: string[] = [];
    expect(await heard(() => run((line) => told.push(line)))).toEqual([]);
    expect(told).toEqual(expect.arrayContaining(wrong));
  },
);
