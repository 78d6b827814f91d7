/** @file SPIR-V by hand: words for what GLSL can't say, or says otherwise. */

/** An instruction: its operands are words and strings. */
export function instruction(opcode: number, ...operands: readonly (number | string)[]): number[] {
  const words = operands.flatMap((each) => (typeof each === 'number' ? [each >>> 0] : stringWords(each)));
  return [((words.length + 1) << 16) | opcode, ...words];
}

function stringWords(text: string): number[] {
  const bytes = new Uint8Array(4 * (1 + (text.length >> 2)));
  bytes.set(new TextEncoder().encode(text));
  return [...new Uint32Array(bytes.buffer)];
}

/** A module of these instructions; `minor` is that of version 1.x. */
export function assemble(instructions: readonly (readonly number[])[], minor = 5): Uint32Array {
  return Uint32Array.from([0x07230203, 0x00010000 | (minor << 8), 0, 4096, 0, ...instructions.flat()]);
}

/** The word where an instruction of this opcode begins; the first, or the one that makes this id. */
export function wordOf(words: Uint32Array, opcode: number, id?: number): number {
  for (let at = 5; at < words.length; at += words[at]! >>> 16) {
    if ((words[at]! & 0xffff) === opcode && (id === undefined || words[at + 2] === id)) return at;
  }
  throw new RangeError(`the module has no instruction ${opcode}`);
}
