/**
 * @file Which variables of a module belong to an entry point. From SPIR-V 1.4 on its interface lists all that it may touch; before, the
 * bodies of the functions that it calls are read.
 * Source: SPIR-V Specification, version 1.6, sections 2.17.2 "Logical Layout" and 3.49.3 "Mode-Setting Instructions" (OpEntryPoint).
 */

import { malformed } from './spirv-module.ts';
import type { SpirvModule } from './spirv-module.ts';
import type { SpirvEntry, SpirvHeader } from './spirv-read.ts';
import { Op } from './spirv-words.ts';

/** The variables that this entry point may touch; more where an instruction's literals happen to be their ids. */
export function reachOf(
  module: SpirvModule,
  { minor, functions }: SpirvHeader,
  entry: SpirvEntry,
): ReadonlySet<number> {
  if (!functions.has(entry.id)) {
    throw malformed(entry.at, `function ${entry.id} of entry point "${entry.name}" is used and not declared`);
  }
  if (minor >= 4) return entry.ports;
  const reached = new Set(entry.ports);
  const queue = [entry.id];
  const seen = new Set(queue);
  for (let id = queue.pop(); id !== undefined; id = queue.pop()) {
    for (const used of idsOf(module.words, functions.get(id)!)) {
      reached.add(used);
      if (!functions.has(used) || seen.has(used)) continue;
      seen.add(used);
      queue.push(used);
    }
  }
  return reached;
}

/** The ids that the function which begins at this word names. */
function idsOf(words: Uint32Array, from: number): Set<number> {
  const ids = new Set<number>();
  for (let at = from; at < words.length && (words[at]! & 0xffff) !== Op.FunctionEnd; at += words[at]! >>> 16) {
    const [first, count] = LITERALS.get(words[at]! & 0xffff) ?? NONE;
    const length = words[at]! >>> 16;
    for (let index = 1; index < length; index++) {
      if (index < first || index >= first + count) ids.add(words[at + index]!);
    }
  }
  return ids;
}

const NONE = [0, 0] as const;

/** Opcode → the first word of an instruction that is no id of a variable, and how many such words follow it with itself. */
const LITERALS: ReadonlyMap<number, readonly [number, number]> = new Map<number, readonly [number, number]>([
  [8, [2, 2]], // Line
  [12, [3, 2]], // ExtInst
  [54, [3, 1]], // Function
  [59, [3, 1]], // Variable
  [61, [4, Infinity]], // Load
  [62, [3, Infinity]], // Store
  [63, [3, Infinity]], // CopyMemory
  [64, [4, Infinity]], // CopyMemorySized
  [68, [4, 1]], // ArrayLength
  [79, [5, Infinity]], // VectorShuffle
  [81, [4, Infinity]], // CompositeExtract
  [82, [5, Infinity]], // CompositeInsert
  ...[87, 88, 91, 92, 95, 98].map((each) => [each, [5, Infinity]] as const), // ImageSample…Lod, ImageFetch, ImageRead
  ...[89, 90, 93, 94, 96, 97].map((each) => [each, [6, Infinity]] as const), // ImageSampleDref…, Image…Gather
  [99, [4, Infinity]], // ImageWrite
  [246, [3, Infinity]], // LoopMerge
  [247, [2, Infinity]], // SelectionMerge
  [250, [4, Infinity]], // BranchConditional
  [251, [2, Infinity]], // Switch
  [342, [4, 1]], // GroupNonUniformBallotBitCount
  ...Array.from({ length: 16 }, (_, index) => [349 + index, [4, 1]] as const), // GroupNonUniformIAdd … LogicalXor
]);
