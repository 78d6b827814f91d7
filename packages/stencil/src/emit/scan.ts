/**
 * @file What a stencil's text uses, function by function: found once, before anything is emitted, so that addresses,
 * taps and the shape of the shader are known from the start.
 */
import type { Expression, Offset, Statement, Stencil } from '../ir.ts';
import { offsetOf } from '../language/affine.ts';
import { operands } from '../walk.ts';

/** The largest offset that stays within the 27 neighbour leaves from any voxel: beyond it a tap is a look-up. */
export const TABLE_REACH = 8;

/** One value that is read at a constant offset. `component` is never −1 here. */
export interface Tap {
  readonly field: string;
  readonly component: number;
  readonly offset: Offset;
}

/** What one function's text uses (the functions that it invokes not counted). */
export interface Uses {
  /** Taps by `tapKey`, in the order of their first appearance. */
  readonly taps: Map<string, Tap>;
  /** Offsets whose voxels' activity is asked for, each once. */
  readonly actives: Map<string, Offset>;
  /** Whether something is read at a computed coordinate: a gather, a sample, or an activity. */
  lookups: boolean;
  /** Whether `coord`, or a look-up that starts from it, is used. */
  coord: boolean;
  /** Whether `return` occurs. */
  returns: boolean;
  /** Whether an invocation passes a variable, so that reading a local must happen in order. */
  passesVariables: boolean;
  /** Number of IR nodes: a measure of the shader's size. */
  nodes: number;
  readonly invokes: Set<number>;
}

export function tapKey(field: string, component: number, offset: Offset): string {
  return `${field} ${component} ${offset.join(' ')}`;
}

const NO_LOCALS: Parameters<typeof offsetOf>[1] = new Map();

/** The constant offset of the voxel whose activity is asked for; null where it is computed, or too far for the neighbour leaves. */
export function activeOffset({ coord }: Expression & { readonly op: 'isActive' }): Offset | null {
  const offset = offsetOf(coord, NO_LOCALS);
  return offset === undefined || offset.some((d) => Math.abs(d) > TABLE_REACH) ? null : offset;
}

/** The components that a read or write of `component` means, in a field of `count` components. */
export function componentList(component: number, count: number): number[] {
  return component < 0 ? Array.from({ length: count }, (_, c) => c) : [component];
}

/**
 * Whether evaluating it costs so little, and does so little, that a branch around it would cost more. Where reads are counted
 * (`debug`), a tap does something.
 */
export function isCheap(expression: Expression, debug: boolean): boolean {
  const { op } = expression;
  if (debug && op === 'tap') return false;
  if (op === 'invoke' || op === 'gather' || op === 'sample' || op === 'isActive') return false;
  return operands(expression).every((operand) => isCheap(operand, debug));
}

function scanExpression(uses: Uses, expression: Expression, components: (field: string) => number): void {
  uses.nodes++;
  const active = expression.op === 'isActive' ? activeOffset(expression) : null;
  if (active !== null) {
    uses.actives.set(active.join(' '), active);
    return;
  }
  if (expression.op === 'tap') {
    const { field, offset } = expression;
    for (const component of componentList(expression.component, components(field)))
      uses.taps.set(tapKey(field, component, offset), { field, component, offset });
    if (offset.some((d) => Math.abs(d) > TABLE_REACH)) {
      uses.lookups = true;
      uses.coord = true;
    }
  } else if (expression.op === 'gather' || expression.op === 'sample' || expression.op === 'isActive') {
    uses.lookups = true;
    uses.coord = true;
  } else if (expression.op === 'builtin' && expression.name === 'coord') uses.coord = true;
  else if (expression.op === 'invoke') {
    uses.invokes.add(expression.function);
    if (expression.args.some((argument) => argument.mode !== 'in')) uses.passesVariables = true;
  }
  for (const operand of operands(expression)) scanExpression(uses, operand, components);
}

function scanStatements(uses: Uses, body: readonly Statement[], components: (field: string) => number): void {
  for (const statement of body) {
    uses.nodes++;
    if (statement.op === 'return') uses.returns = true;
    if (statement.op === 'print') for (const value of statement.values) scanExpression(uses, value, components);
    if ('value' in statement && statement.value) scanExpression(uses, statement.value, components);
    if ('condition' in statement) scanExpression(uses, statement.condition, components);
    if (statement.op === 'assignIndex' || statement.op === 'assignElement')
      scanExpression(uses, statement.index, components);
    if (statement.op === 'if') {
      scanStatements(uses, statement.then, components);
      scanStatements(uses, statement.else, components);
    } else if (statement.op === 'loop') {
      scanStatements(uses, statement.body, components);
      scanStatements(uses, statement.continuing, components);
    }
  }
}

/** What a function's, or the stencil's own, statements use. `components` gives a field's component count. */
export function scan(body: readonly Statement[], components: (field: string) => number): Uses {
  const uses: Uses = {
    taps: new Map(),
    actives: new Map(),
    lookups: false,
    coord: false,
    returns: false,
    passesVariables: false,
    nodes: 0,
    invokes: new Set(),
  };
  scanStatements(uses, body, components);
  return uses;
}

/** Whether `statements` contain a `return`, at any depth. */
export function returnsWithin(statements: readonly Statement[]): boolean {
  return statements.some(
    (statement) =>
      statement.op === 'return' ||
      (statement.op === 'if' && (returnsWithin(statement.then) || returnsWithin(statement.else))) ||
      (statement.op === 'loop' && (returnsWithin(statement.body) || returnsWithin(statement.continuing))),
  );
}

/** What the stencil's own text and each of its functions use; a function that reads also counts what it invokes. */
export interface StencilUses {
  readonly top: Uses;
  readonly functions: readonly Uses[];
  /** For each function: whether it, or one that it invokes, needs to know its voxel. */
  readonly needsVoxel: readonly boolean[];
}

export function scanStencil(stencil: Stencil, components: (field: string) => number): StencilUses {
  const functions = stencil.functions.map((each) => scan(each.body, components));
  const known = new Map<number, boolean>();
  const needs = (at: number): boolean => {
    const found = known.get(at);
    if (found !== undefined) return found;
    const uses = functions[at]!;
    const result = uses.coord || uses.taps.size > 0 || uses.actives.size > 0 || [...uses.invokes].some(needs);
    known.set(at, result);
    return result;
  };
  return { top: scan(stencil.body, components), functions, needsVoxel: functions.map((_, at) => needs(at)) };
}

function localsOf(expression: Expression, into: Set<number>): void {
  if (expression.op === 'local' || expression.op === 'element') into.add(expression.local);
  if (expression.op === 'invoke')
    for (const argument of expression.args) if (argument.mode !== 'in') into.add(argument.local);
  for (const operand of operands(expression)) localsOf(operand, into);
}

function localsWithin(statements: readonly Statement[], into: Set<number>): void {
  for (const statement of statements) {
    if ('local' in statement) into.add(statement.local);
    if (statement.op === 'print') for (const value of statement.values) localsOf(value, into);
    if ('value' in statement && statement.value) localsOf(statement.value, into);
    if ('condition' in statement) localsOf(statement.condition, into);
    if (statement.op === 'assignIndex' || statement.op === 'assignElement') localsOf(statement.index, into);
    if (statement.op === 'if') localsWithin([...statement.then, ...statement.else], into);
    if (statement.op === 'loop') localsWithin([...statement.body, ...statement.continuing], into);
  }
}

/** Locals that a list of statements assigns whole, at its own level, before anything else mentions them. */
export function assignedFirst(statements: readonly Statement[]): Set<number> {
  const assigned = new Set<number>();
  const mentioned = new Set<number>();
  for (const statement of statements) {
    if (statement.op === 'clear' && !mentioned.has(statement.local)) assigned.add(statement.local);
    if (statement.op === 'assign' && !statement.components && !mentioned.has(statement.local)) {
      localsOf(statement.value, mentioned);
      if (!mentioned.has(statement.local)) assigned.add(statement.local);
    }
    localsWithin([statement], mentioned);
  }
  return assigned;
}
