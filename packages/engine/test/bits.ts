/** @file The bits of what fields hold, as text. */
import type { Values } from '@halocline/vdb';

/**
 * The bits of an array, where −0 is 0: Mesa 22.3 gives 0 − 0 either sign, by what stands around it in the shader, though it
 * offers to keep it.
 */
export function bitsOf(values: Values): string {
  const signless = values instanceof Float32Array ? values.map((each) => each + 0) : values;
  return Buffer.from(signless.buffer, signless.byteOffset, signless.byteLength).toString('base64');
}
