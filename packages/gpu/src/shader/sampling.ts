/**
 * @file Which images an entry point samples with which samplers, and how. A sampler that compares depths reads nothing else, and one that
 * doesn't compares none; filters are asked for by some of these instructions alone. What can't be followed to its variables isn't told, nor
 * what stands in branches that the values of constants turn off.
 * Source: SPIR-V Specification, version 1.6, section 3.49.10 "Image Instructions".
 */

import { LABEL, liveBlocks } from './spirv-branches.ts';
import type { SpirvModule } from './spirv-module.ts';
import type { SpirvEntry, SpirvHeader } from './spirv-read.ts';
import { Decoration, Op } from './spirv-words.ts';

/** How texels are read: as the sampler filters them, as they are, or compared with a depth of the shader's. */
export type SamplingMode = 'filter' | 'gather' | 'compare';

/** An image that a shader samples, by "set.binding"; its sampler may stand at the same place. */
export interface ShaderSampling {
  readonly image: string;
  readonly sampler: string;
  readonly mode: SamplingMode;
}

const MODES: ReadonlyMap<number, SamplingMode> = new Map<number, SamplingMode>([
  ...[87, 88, 91, 92, 305, 306, 309, 310].map((each) => [each, 'filter'] as const), // Image[Sparse]Sample[Proj]…Lod
  ...[89, 90, 93, 94, 97, 307, 308, 311, 312, 315].map((each) => [each, 'compare'] as const), // …Dref…
  ...[96, 314].map((each) => [each, 'gather'] as const), // Image[Sparse]Gather
]);

/** What the bodies of functions say of images, samplers, and pointers to them. */
interface Bodies {
  readonly words: Uint32Array;
  /** id → where it is made: a load, a pointer, a sampled image, a parameter. */
  readonly made: Map<number, number>;
  /** Parameter → what calls give for it. */
  readonly given: Map<number, number[]>;
  /** Where something is sampled. */
  readonly samples: number[];
}

/** Every pair that an entry point samples, once for each mode; those of the whole module where none is named. */
export function samplingsOf(module: SpirvModule, header: SpirvHeader, entry?: SpirvEntry): ShaderSampling[] {
  const bodies = bodiesOf(module, header.functions, entry && [entry.id]);
  const variables = new Set(module.variables.map((at) => module.words[at + 2]!));
  const found = new Map<string, ShaderSampling>();
  for (const at of bodies.samples) {
    const mode = MODES.get(module.words[at]! & 0xffff)!;
    for (const [image, sampler] of pairsOf(bodies, variables, module.words[at + 3]!)) {
      const sampling = { image: placeOf(module, image), sampler: placeOf(module, sampler), mode };
      found.set(`${sampling.image} ${sampling.sampler} ${mode}`, sampling);
    }
  }
  return [...found.values()];
}

function placeOf(module: SpirvModule, id: number): string {
  const decorations = module.decorations.get(id);
  return `${decorations?.get(Decoration.DescriptorSet) ?? 0}.${decorations?.get(Decoration.Binding) ?? 0}`;
}

/** Reads the functions that these call, and those that they call; all functions where none are named. */
function bodiesOf(
  module: SpirvModule,
  functions: ReadonlyMap<number, number>,
  roots: readonly number[] = [...functions.keys()],
): Bodies {
  const { words } = module;
  const bodies: Bodies = { words, made: new Map(), given: new Map(), samples: [] };
  const calls: [callee: number, given: readonly number[]][] = [];
  const parameters = new Map<number, number[]>();
  const queue = [...roots];
  const seen = new Set(queue);
  for (let id = queue.pop(); id !== undefined; id = queue.pop()) {
    const own: number[] = [];
    parameters.set(id, own);
    const from = functions.get(id) ?? words.length;
    const live = liveBlocks(module, from);
    let isLive = true;
    for (let at = from; at < words.length; at += words[at]! >>> 16) {
      const opcode = words[at]! & 0xffff;
      if (opcode === Op.FunctionEnd) break;
      if (opcode === LABEL) isLive = live.has(words[at + 1]!);
      if (!isLive) continue;
      if (MODES.has(opcode)) bodies.samples.push(at);
      else if (MAKES.has(opcode)) bodies.made.set(words[at + 2]!, at);
      if (opcode === FUNCTION_PARAMETER) own.push(words[at + 2]!);
      if (opcode !== FUNCTION_CALL) continue;
      const callee = words[at + 3]!;
      calls.push([callee, [...words.subarray(at + 4, at + (words[at]! >>> 16))]]);
      if (!seen.has(callee)) queue.push(callee);
      seen.add(callee);
    }
  }
  for (const [callee, given] of calls) {
    for (const [index, parameter] of (parameters.get(callee) ?? []).entries()) {
      const all = bodies.given.get(parameter) ?? [];
      bodies.given.set(parameter, all);
      if (given[index] !== undefined) all.push(given[index]);
    }
  }
  return bodies;
}

const [FUNCTION_PARAMETER, FUNCTION_CALL, LOAD, COPY_OBJECT, SAMPLED_IMAGE] = [55, 57, 61, 83, 86];
/** What gives on what its first operand is, or, of two, both. */
const MAKES: ReadonlySet<number> = new Set([
  FUNCTION_PARAMETER,
  LOAD,
  Op.AccessChain,
  Op.InBoundsAccessChain,
  COPY_OBJECT,
  SAMPLED_IMAGE,
]);

/** The variables of an image and its sampler; none where there are several of both, as nobody knows which go together. */
function pairsOf(bodies: Bodies, variables: ReadonlySet<number>, sampled: number): [image: number, sampler: number][] {
  const { words } = bodies;
  const pairs: [number, number][] = [];
  for (const end of endsOf(bodies, sampled)) {
    if (variables.has(end)) pairs.push([end, end]);
    const at = bodies.made.get(end);
    if (at === undefined) continue;
    const [images, samplers] = [words[at + 3]!, words[at + 4]!].map((id) =>
      endsOf(bodies, id).filter((each) => variables.has(each)),
    );
    if (images!.length > 1 && samplers!.length > 1) continue;
    for (const image of images!) for (const sampler of samplers!) pairs.push([image, sampler]);
  }
  return pairs;
}

/** Where an id comes from: variables, and what images and samplers are put together by. */
function endsOf({ words, made, given }: Bodies, from: number): number[] {
  const ends = new Set<number>();
  const queue = [from];
  const seen = new Set(queue);
  const follow = (id: number): void => {
    if (seen.has(id)) return;
    seen.add(id);
    queue.push(id);
  };
  for (let id = queue.pop(); id !== undefined; id = queue.pop()) {
    const at = made.get(id);
    const opcode = at === undefined ? undefined : words[at]! & 0xffff;
    if (at === undefined || opcode === SAMPLED_IMAGE) ends.add(id);
    else if (opcode === FUNCTION_PARAMETER) for (const each of given.get(id) ?? []) follow(each);
    else follow(words[at + 3]!);
  }
  return [...ends];
}
