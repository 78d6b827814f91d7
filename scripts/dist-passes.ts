/** @file What threads of the compiled `@halocline/gpu` record for `dist.ts`. */
import type { Buffer, Encoder } from '@halocline/gpu';

/** Writes a word. */
export function mark(encoder: Encoder, { words, at, word }: { words: Buffer; at: number; word: number }): void {
  encoder.fill(words, at * 4, 4, word);
}
