/**
 * @file What the first dispatch of a shader costs, with empty disk caches and with those that the last run left: each in a
 * fresh process (first-dispatch.ts), the caches that drivers keep by themselves turned off.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import type { FirstDispatch } from './first-dispatch.ts';
import type { Row, World } from './row.ts';

const RUNS = 3;
const script = fileURLToPath(new URL('first-dispatch.ts', import.meta.url));

function start(device: string, cache: string): FirstDispatch {
  const env = {
    ...process.env,
    HALOCLINE_CACHE: cache,
    HALOCLINE_DEVICE: device,
    MESA_SHADER_CACHE_DISABLE: 'true',
    __GL_SHADER_DISK_CACHE: '0',
  };
  const result = spawnSync(process.execPath, ['--conditions=@halocline/source', script], { encoding: 'utf8', env });
  if (result.status !== 0) throw new Error(`Cannot run the benchmark of pipelines: ${result.stderr.trim()}`);
  return JSON.parse(result.stdout) as FirstDispatch;
}

/** Steps of a start, in milliseconds: the least of some, each for itself. */
function least(each: readonly FirstDispatch[]): FirstDispatch {
  const of = (key: keyof FirstDispatch): number => Math.min(...each.map((times) => times[key]));
  return { open: of('open'), glsl: of('glsl'), pipeline: of('pipeline'), dispatch: of('dispatch') };
}

/** All rows. */
export function pipelines({ device }: World): readonly Row[] {
  const [cold, warm]: FirstDispatch[][] = [[], []];
  for (let run = 0; run < RUNS; run++) {
    const cache = mkdtempSync(join(tmpdir(), 'halocline-bench-'));
    try {
      cold!.push(start(device.uuid, cache));
      warm!.push(start(device.uuid, cache));
    } finally {
      rmSync(cache, { recursive: true, force: true });
    }
  }
  const steps: [keyof FirstDispatch, string][] = [
    ['glsl', 'GLSL to SPIR-V'],
    ['pipeline', 'SPIR-V to pipeline'],
    ['dispatch', 'its first dispatch, awaited'],
  ];
  const rows = [
    ['cold', least(cold!)],
    ['warm', least(warm!)],
  ] as const;
  return rows.flatMap(([state, times]) => {
    const note = state === 'cold' ? 'in a new process, caches empty' : 'in a new process, with the caches of the last';
    return steps.map(([key, name]): Row => ({ name: `${state}: ${name}`, value: times[key], unit: 'ms', note }));
  });
}
