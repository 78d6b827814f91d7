/**
 * @file Reductions over a leaf's 512 voxels, always in the same order: a thread combines its four voxels as
 * (v0 ∘ v1) ∘ (v2 ∘ v3), then a tree over the leaf's 128 threads with strides 64, 32 … 1 in shared memory. Voxels that
 * are inactive or contribute nothing count as the identity. Every thread of the workgroup comes to every barrier.
 */
import type { ReduceKind, Reduction, ScalarType } from '../ir.ts';
import type { Code } from './code.ts';
import { address, scalarKind, tableWord } from './frame.ts';
import type { Frame } from './frame.ts';
import { GROUP_THREADS } from './spirv-target.ts';
import type { Value, Variable } from './target.ts';

/** The type that a reduction is computed in: bool contributions count as uint 0 or 1. */
function reducedType(reduction: Reduction): ScalarType {
  return reduction.kind === 'any' || reduction.kind === 'all' || reduction.type === 'bool' ? 'uint' : reduction.type;
}

const GREATEST: Readonly<Partial<Record<ScalarType, number>>> = { int: 2147483647, uint: 4294967295, bool: 1 };
const LEAST: Readonly<Partial<Record<ScalarType, number>>> = { int: -2147483648, uint: 0, bool: 0 };

/** What a voxel without a contribution counts as. */
function identityOf(kind: ReduceKind, type: ScalarType): number {
  if (kind === 'sum' || kind === 'any') return 0;
  if (kind === 'all') return 1;
  return kind === 'min' ? (GREATEST[type] ?? Infinity) : (LEAST[type] ?? -Infinity);
}

/** a ∘ b. */
export function combine(code: Code, kind: ReduceKind, a: Value, b: Value): Value {
  if (kind === 'sum') return code.target.apply('add', a, b);
  return kind === 'min' || kind === 'all' ? code.min(a, b) : code.max(a, b);
}

/** One reduction while a shader is made. */
export interface Accumulator {
  readonly reduction: Reduction;
  readonly type: ScalarType;
  readonly identity: Value;
  /** The thread's total. */
  readonly total: Variable;
  /** The contribution of the voxel at hand. */
  readonly contribution: Variable;
}

/** Variables of each reduction, the totals at their identities. */
export function newAccumulators(code: Code, reductions: readonly Reduction[]): Accumulator[] {
  return reductions.map((reduction) => {
    const type = reducedType(reduction);
    const identity = code.target.constant(type, [identityOf(reduction.kind, type)]);
    const total = code.target.variable(type, `total_${reduction.scalar}`);
    code.target.set(total, identity);
    return { reduction, type, identity, total, contribution: code.target.variable(type, `own_${reduction.scalar}`) };
  });
}

/** (v0 ∘ v1) ∘ (v2 ∘ v3). */
export function combineFour(code: Code, kind: ReduceKind, [a, b, c, d]: readonly Value[]): Value {
  const { target } = code;
  const [low, high] = [
    target.keep(combine(code, kind, a!, b!), 'low'),
    target.keep(combine(code, kind, c!, d!), 'high'),
  ];
  return combine(code, kind, low, high);
}

/**
 * The tree over the threads of each leaf, and the leaf's partial result, which stands at the leaf's rank in the whole domain: a
 * pass may run over some of the leaves, or those of a subdomain, in any order. `slotOf` emits the slot of the thread's leaf;
 * `here` tells whether there is one.
 */
export function emitTrees(frame: Frame, accumulators: readonly Accumulator[], slotOf: () => Value, here: Value): void {
  const { code, target } = frame.lowering;
  if (accumulators.length === 0) return;
  const local = target.keep(target.localIndex(), 'local');
  const thread = target.keep(code.mask(local, 127), 'thread');
  const arrays = accumulators.map(({ type, reduction }) =>
    target.shared(type, GROUP_THREADS, `shared_${reduction.scalar}`),
  );
  accumulators.forEach(({ total }, at) => target.setShared(arrays[at]!, local, target.get(total)));
  target.barrier();
  for (let stride = 64; stride > 0; stride >>= 1) {
    target.branch(target.apply('lt', thread, code.uint(stride)), () => {
      accumulators.forEach(({ reduction }, at) => {
        const own = target.keep(target.getShared(arrays[at]!, local), 'own');
        const other = target.keep(target.getShared(arrays[at]!, code.add(local, code.uint(stride))), 'other');
        target.setShared(arrays[at]!, local, combine(code, reduction.kind, own, other));
      });
    });
    target.barrier();
  }
  target.branch(code.and(here, code.equals(thread, 0)), () => {
    const word = code.add(code.left(slotOf(), 5), code.uint(31));
    const rank = target.keep(tableWord(frame, { kind: 'leafTable', level: 'same' }, word), 'rank');
    accumulators.forEach(({ reduction, type }, at) => {
      const to = address(frame, { kind: 'partials', scalar: reduction.scalar });
      target.store(scalarKind(type), 1, to, rank, target.getShared(arrays[at]!, local));
    });
  });
}
