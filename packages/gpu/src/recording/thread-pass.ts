/** @file What a function that records on a thread gets of its pass. */

import type { Image } from '../image/image.ts';
import type { ImageAccess } from './shared-layouts.ts';

/** The pass that a thread's function records for: its third argument. */
export interface ThreadPass {
  readonly label: string;
  /** The pass uses an image so: it is brought to the layout of that ahead of the pass, once, however many threads say it. */
  expect(image: Image, access: ImageAccess): void;
}
