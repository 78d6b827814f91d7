/**
 * @file Submits that come late at random, so that what only luck orders comes out of order. `HALOCLINE_DELAYS=SEED` in the
 * environment has every `gpuTest` run so: results must not change, whatever the seed.
 */
import { delaySubmits } from '@halocline/gpu';
import { seeded } from './stencil-world.ts';

/** Delays for `delaySubmits`, in milliseconds: mostly none, sometimes up to two, many times what a step takes on a GPU. */
export function jitter(seed: number): () => number {
  const random = seeded(seed);
  return () => (random() < 0.7 ? 0 : 2 * random());
}

/** Delays the submits of this thread from now on, if the environment asks for it. */
export function delayAsAsked(env: NodeJS.ProcessEnv = process.env): void {
  const seed = env['HALOCLINE_DELAYS'];
  if (seed !== undefined && seed !== '') delaySubmits(jitter(Number(seed)));
}
