/**
 * @file Which blocks of a function may run, where the constants that it branches by have the values given.
 * Source: SPIR-V Specification, version 1.6, section 3.49.17 "Control-Flow Instructions".
 */

import { constantValue } from './spirv-constants.ts';
import type { SpirvModule } from './spirv-module.ts';
import { Op } from './spirv-words.ts';

/** The opcode that begins a block. */
export const LABEL = 248;
const [BRANCH, BRANCH_CONDITIONAL, SWITCH] = [249, 250, 251];

/** The labels of the blocks that the function which begins at this word may come to. */
export function liveBlocks(module: SpirvModule, from: number): ReadonlySet<number> {
  const { words } = module;
  const ends = new Map<number, number>();
  let first: number | undefined;
  let label = 0;
  for (let at = from; at < words.length && (words[at]! & 0xffff) !== Op.FunctionEnd; at += words[at]! >>> 16) {
    const opcode = words[at]! & 0xffff;
    if (opcode === LABEL) {
      label = words[at + 1]!;
      first ??= label;
    }
    ends.set(label, at);
  }
  const live = new Set<number>(first === undefined ? [] : [first]);
  // What is added while a set is walked is walked as well.
  for (const block of live) {
    const end = ends.get(block);
    if (end !== undefined) for (const next of targetsOf(module, end)) live.add(next);
  }
  return live;
}

/** The blocks that may follow the one that ends at this word; of a Switch by no constant its literals, too, which may be no blocks. */
function targetsOf(module: SpirvModule, at: number): Iterable<number> {
  const { words } = module;
  const opcode = words[at]! & 0xffff;
  const end = at + (words[at]! >>> 16);
  if (opcode === BRANCH) return [words[at + 1]!];
  if (opcode !== BRANCH_CONDITIONAL && opcode !== SWITCH) return [];
  const chosen = known(module, words[at + 1]!, at);
  if (opcode === BRANCH_CONDITIONAL) {
    if (chosen === undefined) return words.subarray(at + 2, at + 4);
    return [words[at + (chosen === 0 ? 3 : 2)]!];
  }
  if (chosen === undefined) return words.subarray(at + 2, end);
  for (let pair = at + 3; pair < end; pair += 2) if (words[pair] === chosen >>> 0) return [words[pair + 1]!];
  return [words[at + 2]!];
}

/** The number of at most 32 bits that a constant is; undefined for all else. */
function known(module: SpirvModule, id: number, by: number): number | undefined {
  const { words, declared } = module;
  const at = declared.get(id);
  if (at === undefined || !CONSTANTS.has(words[at]! & 0xffff)) return undefined;
  const type = declared.get(words[at + 1]!);
  if (type === undefined || ((words[type]! & 0xffff) === Op.TypeInt && words[type + 2]! > 32)) return undefined;
  try {
    return constantValue(module, id, by);
  } catch {
    return undefined; // Made of what isn't evaluated here, such as floats.
  }
}

const CONSTANTS: ReadonlySet<number> = new Set([
  Op.ConstantTrue,
  Op.ConstantFalse,
  Op.Constant,
  Op.ConstantNull,
  Op.SpecConstantTrue,
  Op.SpecConstantFalse,
  Op.SpecConstant,
  Op.SpecConstantOp,
]);
