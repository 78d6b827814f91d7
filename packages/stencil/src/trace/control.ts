/** @file What a traced body does beside computing: conditions with effects, early ends, variables, and writes by hand. */

import type { FieldType, ValueType } from '../ir.ts';
import { local } from '../language/build.ts';
import { wantType } from '../language/constructors.ts';
import { article } from '../language/operators.ts';
import { printValues } from '../language/printf.ts';
import { currentTrace, NOWHERE } from './trace.ts';
import type { Trace } from './trace.ts';
import type { AnyValue, Given, Operand, Value } from './types.ts';
import { expressionOf, TracedValue } from './value.ts';

/** Stands in what a body gives for an output that the body has written by hand, through its second argument. */
export const written: unique symbol = Symbol('written');

/** An output that a body writes itself, where `when(…)` says whether. */
export interface OutputHandle<F extends FieldType> {
  /** The voxel's own new value; the last write wins. */
  write(value: Given<F>): void;
}

function conditionOf(trace: Trace, what: string, condition: unknown): ReturnType<typeof expressionOf> {
  const test = expressionOf(trace, condition, null);
  if (test.type === 'bool') return test;
  throw trace.fail(`the condition of ${what} is a bool, and this is ${article(test.type)}; compare it, as in a.gt(0)`);
}

/**
 * Runs what `then` does where the condition holds, else what `otherwise` does. Both run once while tracing; they write outputs,
 * set variables, reduce, or `exit()`, and give nothing back. For a value that hangs on a condition there is `where`.
 */
export function when(condition: Value<'bool'> | boolean, then: () => void, otherwise?: () => void): void {
  const trace = currentTrace('when(…)');
  const test = conditionOf(trace, 'when', condition);
  const run = (body: () => void): void => {
    const given: unknown = body();
    if (given === undefined) return;
    throw trace.fail('a branch of when gives a value; use where(c, a, b) for values, or set a variable(…)');
  };
  if (test.op === 'constant') {
    const taken = test.value[0] === 1 ? then : otherwise;
    if (taken !== undefined) run(taken);
    return;
  }
  const yes = trace.inBlock(() => run(then), 'when');
  const no = otherwise === undefined ? [] : trace.inBlock(() => run(otherwise), 'when');
  trace.lowering.emit({ op: 'if', condition: test, then: yes, else: no });
}

/** Ends the voxel's work here: outputs that are not written yet keep their old values. */
export function exit(): void {
  currentTrace('exit()').lowering.emit({ op: 'return' });
}

/** One line from the voxel that is chosen, where the stencil is debugged: `printf('u %f at %v', u, coord)`. */
export function printf(format: string, ...values: readonly (AnyValue | number)[]): void {
  const trace = currentTrace('printf(…)');
  const given = values.map((value) => expressionOf(trace, value, 'float'));
  printValues(trace.lowering, { span: NOWHERE, text: NOWHERE }, format, given);
}

/** Ends the loop around it where the condition holds: its state is then that of the round before. */
export function breakWhen(condition: Value<'bool'>): void {
  const trace = currentTrace('breakWhen(…)');
  if (!trace.inLoop())
    throw trace.fail('breakWhen(…) stands outside of any loop(…); use when(c, exit) to end the voxel');
  const test = conditionOf(trace, 'breakWhen', condition);
  trace.lowering.emit({ op: 'if', condition: test, then: [{ op: 'break' }], else: [] });
}

/** A value that can be set again, in `when` and in loops. Reading it gives what it holds there and then. */
export type Variable<T extends ValueType> = Value<T> & {
  set(value: Operand<T> | (T extends 'bool' ? boolean : never)): void;
};

/** A local of the stencil; reads are kept at their place, since what it holds may change after. */
class TracedVariable extends TracedValue {
  readonly #local: number;
  readonly #type: ValueType;

  constructor(index: number, type: ValueType) {
    super(() => this.#now());
    this.#local = index;
    this.#type = type;
  }

  set(value: unknown): void {
    const trace = currentTrace('set(…)');
    const given = expressionOf(trace, value, this.#type);
    const ready = wantType(trace.lowering, NOWHERE, 'the variable', { value: given, type: this.#type });
    trace.lowering.emit({ op: 'assign', local: this.#local, value: ready });
    trace.changed();
  }

  #now(): ReturnType<typeof local> {
    const trace = currentTrace('a variable');
    return trace.readOnce(this.#local, () => local(this.#type, this.#local));
  }
}

/** A variable that starts as a value; a plain number starts a float. */
export function variable<T extends ValueType = 'float'>(
  initial: Value<T> | number,
  name: string = 'variable',
): Variable<T> {
  const trace = currentTrace('variable(…)');
  const given = expressionOf(trace, initial, 'float');
  const { index } = trace.declare(name, given);
  return new TracedVariable(index, given.type as ValueType) as unknown as Variable<T>;
}
