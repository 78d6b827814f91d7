import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { vulkanTest } from '@halocline/testing';
import { expect } from 'vitest';

/** What such a process tells. */
async function found(lacks: 'version' | 'compute'): Promise<unknown> {
  const child = fileURLToPath(new URL('lesser-child.ts', import.meta.url));
  const { HALOCLINE_DEVICE: _, ...env } = process.env;
  const words = ['--conditions=@halocline/source', child, lacks];
  return JSON.parse((await promisify(execFile)(process.execPath, words, { env })).stdout);
}

for (const [lacks, missing, kind] of [
  ['version', 'Vulkan 1.3 (it has 1.2.0)', 'no-device'],
  ['compute', 'a queue that computes', 'no-compute-queue'],
] as const) {
  vulkanTest(`a card that lacks ${missing} is listed behind all that can be used, and not opened`, async () => {
    const refused = `${kind}: Cannot open device "Lesser card": it lacks ${missing}`;
    expect(await found(lacks)).toEqual({
      alone: {
        available: false,
        listed: [`#0 Lesser card: ${missing}`],
        opened: `${refused}; there are #0 "Lesser card" (lacks ${missing})`,
      },
      beside: {
        available: true,
        listed: ['#0 real: ', `#1 Lesser card: ${missing}`],
        opened: refused,
      },
    });
  });
}
