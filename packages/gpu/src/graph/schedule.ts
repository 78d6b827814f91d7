/**
 * @file The order of passes. A pass stands on the lowest level that its dependencies allow, and a level is a count of
 * barriers: an edge that needs one raises by 1, an edge that only orders (between named stages) by 0:
 *
 *     a ──x──▶ b ──y──▶ d                level 0: a e
 *     e (touches nothing of theirs)      level 1: b        order "a e b d"
 *                                        level 2: d
 *
 * So on one queue there are as few barriers as the longest chain of hazards has links, and no order of the same passes can
 * do with fewer. Levels are those of a topological sort (Kahn 1962); within a level, declaration order holds.
 */

import { GraphError } from '../errors.ts';
import { describeCycle } from './cycle.ts';
import type { Edge } from './hazards.ts';
import type { PassNode } from './model.ts';

/** What stands between the passes of named stages: a node for each beginning and end, behind those of the passes. */
export interface StageEdges {
  readonly names: readonly string[];
  readonly edges: readonly Edge[];
  /** Numbers of the stages, where each comes after none but such as were declared before it. */
  readonly numbers: ReadonlyMap<string, number> | undefined;
}

/** Levels of passes in order of execution; `all` are the passes of the model, `living` those that stay. */
export function orderPasses(
  all: readonly PassNode[],
  living: readonly PassNode[],
  edges: readonly Edge[],
  initial: ReadonlySet<number>,
  stages: StageEdges,
): PassNode[][] {
  const count = all.length + stages.names.length;
  const names = [...all.map(({ name }) => name), ...stages.names];
  const next: Edge[][] = Array.from({ length: count }, () => []);
  const waiting = Array.from({ length: count }, () => 0);
  for (const edge of [...edges, ...stages.edges]) {
    next[edge.from]!.push(edge);
    waiting[edge.to]!++;
  }
  const level = levelsOf(next, waiting, initial, names);
  const lowest = Math.min(...living.map(({ index }) => level[index]!));
  const levels: PassNode[][] = [];
  for (const pass of living) (levels[level[pass.index]! - lowest] ??= []).push(pass);
  const before = weightless(next, count);
  const sorted = (list: PassNode[]): PassNode[] =>
    before && !isSorted(list, stages.numbers) ? sortLevel(list, before, all) : list;
  return Array.from(levels, (list) => sorted(list ?? []));
}

function levelsOf(
  next: readonly (readonly Edge[])[],
  waiting: number[],
  initial: ReadonlySet<number>,
  names: readonly string[],
): number[] {
  const level: number[] = next.map((_, index) => (initial.has(index) ? 1 : 0));
  const ready: number[] = [];
  for (const [index, count] of waiting.entries()) if (count === 0) ready.push(index);
  let done = 0;
  for (let at = ready.pop(); at !== undefined; at = ready.pop()) {
    done++;
    for (const { to, weight } of next[at]!) {
      level[to] = Math.max(level[to]!, level[at]! + weight);
      if (--waiting[to]! === 0) ready.push(to);
    }
  }
  if (done < next.length) {
    const targets = next.map((list) => list.map(({ to }) => to));
    const cycle = describeCycle(names, targets, waiting);
    throw new GraphError(
      `Cannot order the passes: they wait for each other (${cycle}); drop one of these dependencies`,
    );
  }
  return level;
}

/** For each node those that edges of weight 0 put before it; undefined if there are none. */
function weightless(next: readonly (readonly Edge[])[], count: number): number[][] | undefined {
  let before: number[][] | undefined;
  for (const list of next) {
    for (const { from, to, weight } of list) {
      if (weight === 1) continue;
      before ??= Array.from({ length: count }, () => []);
      before[to]!.push(from);
    }
  }
  return before;
}

/** Whether passes in declaration order are in that of their stages too. */
function isSorted(list: readonly PassNode[], numbers: StageEdges['numbers']): boolean {
  const stages = list.map(({ pass: { stage } }) => (stage === undefined ? NaN : (numbers?.get(stage) ?? NaN)));
  return stages.every((stage, index) => stage >= (index === 0 ? 0 : stages[index - 1]!));
}

/** Declaration order, but for what edges of weight 0 ask. */
function sortLevel(
  list: readonly PassNode[],
  before: readonly (readonly number[])[],
  all: readonly PassNode[],
): PassNode[] {
  const sorted: PassNode[] = [];
  const own = new Set(list.map(({ index }) => index));
  const seen = new Set<number>();
  const visit = (node: number): void => {
    if (seen.has(node)) return;
    seen.add(node);
    for (const each of before[node]!) visit(each);
    if (own.has(node)) sorted.push(all[node]!);
  };
  for (const { index } of list) visit(index);
  return sorted;
}
