/** @file The declarations of a SPIR-V module, indexed by id, and the two things that everybody asks of them. */

import { ShaderError } from '../errors.ts';

/** A constant: the bits of a whole number or truth value, the members of a composite, or null for floats. */
export type SpirvConstant = bigint | readonly SpirvConstant[] | null;

/** The declarations of a module, indexed by id. */
export interface SpirvModule {
  readonly words: Uint32Array;
  readonly names: Map<number, string>;
  readonly memberNames: Map<number, string[]>;
  /** id → decoration → first operand (or 0). */
  readonly decorations: Map<number, Map<number, number>>;
  /** struct id → member → decoration → first operand. */
  readonly memberDecorations: Map<number, Map<number, number>[]>;
  /** id → place of the instruction that declares it as a type, constant or variable. */
  readonly declared: Map<number, number>;
  /** Places of the OpVariable instructions. */
  readonly variables: number[];
  /** SpecId → the value that a pipeline gives to the constant. */
  readonly given: ReadonlyMap<number, number>;
  /** type → bytes, once they were counted with the values given. */
  readonly sizes: Map<number, number>;
  /** constant → what it is, once it was evaluated with the values given. */
  readonly constants: Map<number, SpirvConstant>;
}

/** The error for a broken module, with the word where it shows. */
export function malformed(word: number, what: string, remedy = 'compile the shader again'): ShaderError {
  return new ShaderError(`Cannot read SPIR-V: at word ${word} ${what}; ${remedy}`);
}

/** The word where an id is declared; `by` is the word that uses it. */
export function place(module: SpirvModule, id: number, by: number): number {
  const at = module.declared.get(id);
  if (at === undefined) throw malformed(by, `id ${id} is used and not declared`);
  return at;
}

/** The opcode of an instruction. */
export function opcodeAt(module: SpirvModule, at: number): number {
  return module.words[at]! & 0xffff;
}
