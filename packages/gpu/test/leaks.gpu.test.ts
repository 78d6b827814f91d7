import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { vulkanTest } from '@halocline/testing';
import { expect } from 'vitest';
import type { Held } from './leak-round.ts';

const LONG = process.env['HALOCLINE_LONG'] === '1';
const ROUNDS = LONG ? 1000 : 12;

interface Growth {
  /** Of resident memory and of JavaScript's heap, in KiB a round. */
  readonly kibibytes: number;
  readonly heap: number;
  /** Of open files and of threads, in a round: some end a little after their device. */
  readonly descriptors: number;
  readonly threads: number;
  /** All that the devices were seen to hold after a round, as JSON. */
  readonly held: readonly string[];
}

async function growth(way: 'runtime' | 'raw'): Promise<Growth> {
  const child = fileURLToPath(new URL('leak-child.ts', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--expose-gc',
    '--conditions=@halocline/source',
    child,
    way,
    String(ROUNDS),
  ]);
  return JSON.parse(stdout) as Growth;
}

// Short runs are blurred by what the allocators keep for later: the bound is as tight as a run is long.
const BLUR = LONG ? 64 : 1024;

vulkanTest(
  'devices, and all that is made from one, leave no more behind than bare calls do',
  { timeout: LONG ? 3_600_000 : 240_000 },
  async () => {
    const [raw, runtime] = await Promise.all([growth('raw'), growth('runtime')]);
    expect(runtime.kibibytes, `bare calls: ${raw.kibibytes} KiB a round`).toBeLessThan(
      Math.max(0, raw.kibibytes) + BLUR,
    );
    expect(runtime.heap).toBeLessThan(LONG ? 4 : 64);
    expect(Math.max(runtime.descriptors, runtime.threads)).toBeLessThan(0.05);
    expect(runtime.held).toHaveLength(1);
    const { kept, closed } = JSON.parse(runtime.held[0]!) as Record<'kept' | 'closed', Held>;
    expect([kept.children, closed.children]).toEqual([0, 0]);
    expect(kept).toEqual(closed);
  },
);
