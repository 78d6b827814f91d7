/**
 * @file Whether computing again is cheaper than a pass over memory. What is saved are bytes: the field in between is not read,
 * nor written where nobody else needs it. What is paid are the operations of the earlier stencil at each voxel that the later one
 * reads, and the taps of its inputs there; threads that stand side by side share some of both.
 */
import { shapeOfStencil } from '../emit/emit.ts';
import { keptByThread, sameForAll } from '../emit/same.ts';
import { sizeOf, type Expression, type Statement, type Stencil, type ValueType } from '../ir.ts';
import { operands } from '../walk.ts';
import { computedAgain } from './again.ts';
import { fieldOf, ownReads, ownWrites } from './own-reads.ts';
import { bytesPerVoxel } from './refusal.ts';

/** A field that is computed again, and at how many voxels for each. */
interface AgainField {
  readonly field: string;
  readonly voxels: number;
}

const NOWHERE = { parameters: new Map<string, number>(), scalars: new Map<string, number>() };

/**
 * Operations that a pass is worth for each byte that it needn't move, by the shape of the joined stencil: with rows in registers, and
 * without; where all leaves are whole, and where none lies within whole ones: there the text asks which voxels around are active,
 * and computes for inactive ones too. A tap more counts as some operations. The figures are in docs/fusion.md.
 */
const OPERATIONS_PER_BYTE = { column: { whole: 20, ragged: 7 }, other: { whole: 8, ragged: 3 } };
/** The same where the field between is stored all the same: measured in columns alone. */
const STORED = { column: { whole: 14, ragged: 0 }, other: { whole: 0, ragged: 0 } };
/** Leaves that don't lie within whole ones, for each leaf that isn't whole itself: those beside it. */
const LEAVES_BESIDE = 2;
const OPERATIONS_PER_TAP = 2;

/** The fields that parts make at other voxels than their own, for later ones; `whyNotFused` has said null. */
export function fieldsAgain(parts: readonly Stencil[]): AgainField[] {
  const found = computedAgain(parts);
  if (typeof found === 'string') return [];
  const fields = new Map<string, Set<string>>();
  for (const { place, at } of found.toSorted((one, other) => one.place - other.place)) {
    const later = parts.slice(place + 1).map(ownReads);
    for (const component of ownWrites(parts[place]!)) {
      if (!later.some(({ own, around }) => own.has(component) || around.has(component))) continue;
      const voxels = fields.get(fieldOf(component)) ?? new Set<string>();
      fields.set(fieldOf(component), voxels.add(String(at)));
    }
  }
  return [...fields].map(([field, voxels]) => ({ field, voxels: voxels.size }));
}

/** What running stencils as one saves and costs a voxel. */
interface Price {
  readonly bytes: number;
  /** Operations and taps of the text that are more. */
  readonly operations: number;
  readonly taps: number;
}

/** The price of `together`, beside `apart` one after the other. */
export function priceOf(apart: readonly Stencil[], together: Stencil): Price {
  const sum = (of: (stencil: Stencil) => number): number => apart.reduce((total, each) => total + of(each), 0);
  return {
    bytes: sum(bytesPerVoxel) - bytesPerVoxel(together),
    operations: operationsOf(together) - sum(operationsOf),
    taps: tapsOf(together) - sum(tapsOf),
  };
}

/** What computing again is worth hangs on besides. */
export interface WorthWhere {
  /** The share of the leaves that have inactive voxels, 0 to 1. */
  readonly raggedShare: number;
  /** Whether a field that is computed again is stored all the same. */
  readonly stored: boolean;
}

/** Why it isn't worth it to run `together` instead of `apart`, one after the other; null where it is. */
export function whyNotWorth(
  apart: readonly Stencil[],
  together: Stencil,
  { raggedShare, stored }: WorthWhere,
): string | null {
  const { bytes, operations, taps } = priceOf(apart, together);
  if (bytes <= 0) return 'they would move as many bytes';
  const shape = shapeOfStencil(together, NOWHERE);
  if (shape === 'loop') return 'together they would run a voxel a thread';
  const { whole, ragged } = (stored ? STORED : OPERATIONS_PER_BYTE)[shape === 'column' ? 'column' : 'other'];
  const most = Math.round(bytes * (whole + (ragged - whole) * Math.min(1, LEAVES_BESIDE * raggedShare)));
  if (most > 0 && operations + OPERATIONS_PER_TAP * taps <= most) return null;
  const more = taps > 0 ? ` and ${taps} reads` : '';
  const where = raggedShare === 0 ? '' : ` where ${Math.ceil(100 * raggedShare)} % of the leaves have inactive voxels`;
  return `computed again they take ${operations} operations${more} more a voxel, and ${bytes} bytes less are worth ${most === 0 ? 'nothing while the field is stored too' : most}${where}`;
}

/** Distinct values that a stencil's text reads at constant offsets. */
function tapsOf(stencil: Stencil): number {
  const { own, around } = ownReads(stencil);
  return own.size + [...around.values()].reduce((sum, offsets) => sum + offsets.length, 0);
}

/** Operations on numbers in a stencil's text, one for each component; in a loop as often as it may turn. */
function operationsOf(stencil: Stencil): number {
  const costs: number[] = [];
  for (const each of stencil.functions) costs.push(costOf(each.body, costs, NOTHING));
  return costOf(stencil.body, costs, keptByThread(stencil));
}

const NOTHING: ReadonlySet<string> = new Set();

/** `kept`: what a thread computes once (`emit/same.ts`). */
function costOf(body: readonly Statement[], functions: readonly number[], kept: ReadonlySet<string>): number {
  const isKept = (node: Expression): boolean => {
    const same = sameForAll(node);
    return same !== null && kept.has(same);
  };
  // Within whole leaves nothing is asked of the voxels around.
  const value = (node: Expression): number =>
    node.op === 'isActive' || isKept(node)
      ? 0
      : operands(node).reduce((sum, each) => sum + value(each), weightOf(node, functions));
  const block = (statements: readonly Statement[]): number =>
    statements.reduce((sum, node) => sum + statement(node), 0);
  const statement = (node: Statement): number => {
    switch (node.op) {
      case 'if':
        return 1 + value(node.condition) + block(node.then) + block(node.else);
      case 'loop':
        return node.limit * (value(node.condition) + block(node.body) + block(node.continuing));
      case 'assignIndex':
      case 'assignElement':
        return 1 + value(node.index) + value(node.value);
      case 'print':
      case 'clear':
      case 'break':
      case 'continue':
        return 0;
      default:
        return node.value === undefined ? 0 : value(node.value);
    }
  };
  return block(body);
}

const SIMPLE: ReadonlySet<string> = new Set(['abs', 'sign', 'floor', 'ceil', 'trunc', 'fract', 'min', 'max', 'step']);

/** Roughly how many additions an operation is. */
function weightOf(node: Expression, functions: readonly number[]): number {
  const { op } = node;
  if (op === 'invoke') return functions[node.function]!;
  if (op === 'unary' || op === 'convert' || op === 'select') return sizeOf(node.type);
  if (op === 'binary') return sizeOf(node.left.type as ValueType) * (node.operator === '/' ? 8 : 1);
  if (op === 'call')
    return (
      node.args.reduce((most, { type }) => Math.max(most, sizeOf(type as ValueType)), 1) *
      (SIMPLE.has(node.name) ? 1 : CALLS)
    );
  return op === 'element' || op === 'index' ? 2 : 0;
}

/** What a function of GLSL is taken for that is more than one operation. */
const CALLS = 8;
