/**
 * @file Puts components of constants where constants stand. Where a type or a constant is made of one, as in
 * `shared float s[gl_WorkGroupSize.x]` of a workgroup that is specialized, glslang takes it by OpCompositeExtract in the function
 * that it is in, behind what uses it; OpSpecConstantOp of the same id, in front of that, says the same.
 * Source: SPIR-V Specification, version 1.6, sections 2.4 "Logical Layout of a Module" (types and constants stand before functions,
 * and all operands of theirs before them) and 3.49.6 "Type-Declaration Instructions" (lengths are constant instructions).
 */

import { Op } from './spirv-words.ts';

const COMPOSITES: ReadonlySet<number> = new Set([Op.ConstantComposite, Op.SpecConstantComposite, Op.SpecConstantOp]);
const USERS: ReadonlySet<number> = new Set([Op.TypeArray, Op.SpecConstantComposite, Op.SpecConstantOp]);

/** A module of glslang's in which each component of a constant that types or constants are made of stands before these. */
export function withComponentsInPlace(words: Uint32Array): Uint32Array {
  const places = placesOf(words);
  const first = places.findIndex((at) => opcode(words, at) === Op.Function);
  const taken = new Map(
    places.slice(first).flatMap((at) => (opcode(words, at) === Op.CompositeExtract ? [[words[at + 2]!, at]] : [])),
  );
  const pieces = [words.subarray(0, 5)];
  const constants = new Set<number>();
  const moved = new Set<number>();
  const put = (id: number): void => {
    const at = taken.get(id);
    if (at === undefined || moved.has(at)) return;
    put(words[at + 3]!);
    if (!constants.has(words[at + 3]!)) return;
    const [, type, , ...operands] = instruction(words, at);
    const head = ((operands.length + 4) << 16) | Op.SpecConstantOp;
    pieces.push(Uint32Array.of(head, type!, id, Op.CompositeExtract, ...operands));
    moved.add(at);
    constants.add(id);
  };
  for (const at of places) {
    const code = opcode(words, at);
    if (USERS.has(code)) for (const operand of instruction(words, at).subarray(2)) put(operand);
    if (COMPOSITES.has(code)) constants.add(words[at + 2]!);
    if (!moved.has(at)) pieces.push(instruction(words, at));
  }
  return moved.size === 0 ? words : joined(pieces);
}

/** The words where its instructions begin. */
function placesOf(words: Uint32Array): number[] {
  const places: number[] = [];
  for (let at = 5; at < words.length; at += words[at]! >>> 16) places.push(at);
  return places;
}

function opcode(words: Uint32Array, at: number): number {
  return words[at]! & 0xffff;
}

function instruction(words: Uint32Array, at: number): Uint32Array {
  return words.subarray(at, at + (words[at]! >>> 16));
}

function joined(pieces: readonly Uint32Array[]): Uint32Array {
  const all = new Uint32Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}
