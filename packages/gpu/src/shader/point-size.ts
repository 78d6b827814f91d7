/**
 * @file Whether a vertex shader says how large its points are. Compilers declare gl_PointSize beside gl_Position whether it is
 * written or not, so the bodies of functions are read.
 * Source: SPIR-V Specification, version 1.6, sections 3.21 "BuiltIn" and 3.49.8 "Memory Instructions" (OpAccessChain).
 */

import { variable } from './reflection-types.ts';
import { constantValue } from './spirv-constants.ts';
import { opcodeAt } from './spirv-module.ts';
import type { SpirvModule } from './spirv-module.ts';
import { readSpirv } from './spirv-read.ts';
import { BUILTIN_POINT_SIZE, Decoration, Op, StorageClass } from './spirv-words.ts';

const CHAINS: readonly number[] = [Op.AccessChain, Op.InBoundsAccessChain];

/** Whether a vertex shader may write gl_PointSize: false only where no instruction of its module touches it. */
export function mayWritePointSize(words: Uint32Array, entry: string): boolean {
  const { module, header } = readSpirv(words);
  const ports = header.entries.find((each) => each.stage === 'vertex' && each.name === entry)?.ports;
  for (const at of module.variables) {
    const { id, storage, type } = variable(module, at);
    if (storage !== StorageClass.Output || ports?.has(id) !== true) continue;
    const member = module.memberDecorations.get(type)?.findIndex(isPointSize) ?? -1;
    if ((member >= 0 || isPointSize(module.decorations.get(id))) && isTouched(module, id, member)) return true;
  }
  return false;
}

function isPointSize(decorations: ReadonlyMap<number, number> | undefined): boolean {
  return decorations?.get(Decoration.BuiltIn) === BUILTIN_POINT_SIZE;
}

/** Whether a function touches a variable elsewhere than in other members of it; −1: it has none. */
function isTouched(module: SpirvModule, id: number, member: number): boolean {
  const { words } = module;
  let within = false;
  for (let at = 5; at < words.length; at += words[at]! >>> 16) {
    const opcode = opcodeAt(module, at);
    if (opcode === Op.Function) within = true;
    if (!within || !words.subarray(at + 1, at + (words[at]! >>> 16)).includes(id)) continue;
    const chosen = CHAINS.includes(opcode) && words[at]! >>> 16 > 4;
    if (!chosen || member < 0 || constantValue(module, words[at + 4]!, at) === member) return true;
  }
  return false;
}
