/** @file The declarations of a SPIR-V module, indexed by id, and the two things that everybody asks of them. */

import { ShaderError } from '../errors.ts';
import { Op } from './spirv-words.ts';

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
  /** type → bytes, once they were counted. */
  readonly sizes: Map<number, number>;
}

/** The error for a broken module, with the word where it shows. */
export function malformed(word: number, what: string): ShaderError {
  return new ShaderError(`Cannot read SPIR-V: at word ${word} ${what}; compile the shader again`);
}

/** The low word of an integer constant. */
export function constantValue(module: SpirvModule, id: number): number {
  const at = module.declared.get(id);
  if (at === undefined) throw malformed(0, `constant ${id} is used and not declared`);
  const opcode = module.words[at]! & 0xffff;
  if (opcode !== Op.Constant && opcode !== Op.SpecConstant)
    throw malformed(at, `id ${id} is used as a number and is none`);
  return module.words[at + 3]!;
}
