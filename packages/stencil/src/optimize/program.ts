/**
 * @file What the passes work on: a stencil's statements and functions, before anything is found out about them. A pass is a
 * pure function from one such program to another that means the same, in every bit of every value that is written, reduced
 * or returned. `../../IR.md` says what a pass may rely on.
 */

import type { Expression, Local, Statement, Stencil } from '../ir.ts';
import { visitExpressions, visitStatements } from '../walk.ts';

/** The part of a stencil that passes change. A whole `Stencil` is one. */
export type Program = Pick<Stencil, 'locals' | 'body' | 'functions'>;

/** Gives a program that means the same. It changes nothing in the one that it is given. */
export type Pass = (program: Program) => Program;

/** The main code, or a function: its first `kept` locals are its parameters, and stay as they are. */
export interface Body {
  readonly locals: readonly Local[];
  readonly body: readonly Statement[];
  readonly kept: number;
  /** Locals that the caller sees when the function ends: those of `out` and `inout`. */
  readonly seen: readonly number[];
}

/** A pass that looks at the main code and at each function alone. */
export function eachBody(change: (one: Body) => Pick<Body, 'locals' | 'body'>): Pass {
  return ({ locals, body, functions }) => ({
    ...change({ locals, body, kept: 0, seen: [] }),
    functions: functions.map((one) => {
      const seen = one.parameters.flatMap(({ mode }, at) => (mode === 'in' ? [] : [at]));
      return { ...one, ...change({ locals: one.locals, body: one.body, kept: one.parameters.length, seen }) };
    }),
  });
}

/** Locals that a call writes: arguments of `out` and `inout`. */
export function localsWrittenBy(value: Expression): readonly number[] {
  if (value.op !== 'invoke') return [];
  return value.args.flatMap((arg) => (arg.mode === 'in' ? [] : [arg.local]));
}

/** Locals that a statement itself assigns, whole or in part; not those that statements inside it do. */
export function localsAssignedBy(node: Statement): readonly number[] {
  switch (node.op) {
    case 'assign':
      return [node.local, ...localsWrittenBy(node.value)];
    case 'assignIndex':
    case 'assignElement':
    case 'clear':
      return [node.local];
    case 'evaluate':
      return localsWrittenBy(node.value);
    default:
      return [];
  }
}

/** Locals that some statements, or statements inside them, assign. */
export function assignedIn(body: readonly Statement[]): ReadonlySet<number> {
  const found = new Set<number>();
  visitStatements(body, (node) => {
    for (const local of localsAssignedBy(node)) found.add(local);
  });
  return found;
}

/** Locals whose values some statements, or statements inside them, read. */
export function readIn(body: readonly Statement[]): ReadonlySet<number> {
  const found = new Set<number>();
  visitExpressions(body, (node) => {
    for (const local of localsReadAt(node)) found.add(local);
  });
  return found;
}

/** Locals that an expression reads by itself, its operands not counted. */
export function localsReadAt(node: Expression): readonly number[] {
  if (node.op === 'local' || node.op === 'element') return [node.local];
  if (node.op !== 'invoke') return [];
  return node.args.flatMap((arg) => (arg.mode === 'inout' ? [arg.local] : []));
}

/** Whether statements write or reduce: an output is declared by them, so they stay even where they never run. */
export function hasOutput(statements: readonly Statement[]): boolean {
  let found = false;
  visitStatements(statements, ({ op }) => (found ||= op === 'write' || op === 'reduce'));
  return found;
}
