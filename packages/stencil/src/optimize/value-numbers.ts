/**
 * @file Value numbers: two expressions that have one number have one value, in every bit. A local has the number of what was
 * assigned to it last; where paths meet, and where a loop may have gone round, a local that one of them assigns gets a new
 * one. Fields, parameters and scalars are read as they were before the stencil, whatever it writes, so that reads need no
 * care. (B. Alpern, M. Wegman, F. Zadeck, "Detecting equality of variables in programs", POPL 1988; here by hashing.)
 */

import { sizeOf } from '../ir.ts';
import type { Expression, Local } from '../ir.ts';
import { operands } from '../walk.ts';
import type { Body } from './program.ts';
import { localsWrittenBy } from './program.ts';

/** An expression with its number and those of its operands. The same node may have another number at another place. */
export interface Numbered {
  readonly node: Expression;
  readonly number: number;
  readonly operands: readonly Numbered[];
}

/** Numbers of the values of one body. */
export class ValueNumbers {
  readonly #numbers = new Map<string, number>();
  #held: number[];
  #last = 0;

  constructor({ locals, kept }: Pick<Body, 'locals' | 'kept'>) {
    this.#held = locals.map((local, at) =>
      at < kept || local.length !== undefined ? this.fresh() : this.#zero(local),
    );
  }

  /** A number that no other value has. */
  fresh(): number {
    return ++this.#last;
  }

  #zero({ type }: Local): number {
    return this.#numberOf({ op: 'constant', type, value: Array.from({ length: sizeOf(type) }, () => 0) }, []);
  }

  #of(key: string): number {
    let number = this.#numbers.get(key);
    if (number === undefined) this.#numbers.set(key, (number = this.fresh()));
    return number;
  }

  /** The number of what a local holds. */
  held(local: number): number {
    return this.#held[local]!;
  }

  /** Notes what a local holds from here on; by default, something new. */
  assign(local: number, number: number = this.fresh()): void {
    this.#held[local] = number;
  }

  /** What all locals hold, to come back to. */
  get state(): readonly number[] {
    return [...this.#held];
  }

  set state(state: readonly number[]) {
    this.#held = [...state];
  }

  /** Where paths meet: a local that holds something else on the other path holds something new. */
  meet(other: readonly number[]): void {
    this.#held = this.#held.map((number, local) => (number === other[local] ? number : this.fresh()));
  }

  /** Numbers an expression, and all under it. */
  number(node: Expression): Numbered {
    const under = operands(node).map((operand) => this.number(operand));
    return { node, number: this.#numberOf(node, under), operands: under };
  }

  #numberOf(node: Expression, under: readonly Numbered[]): number {
    if (node.op === 'local') return this.#held[node.local]!;
    if (localsWrittenBy(node).length > 0) return this.fresh();
    const array = node.op === 'element' ? this.#held[node.local] : '';
    return this.#of(`${attributes(node)} ${array} ${under.map(({ number }) => number).join()}`);
  }
}

/** All that an expression is beside its operands. */
function attributes(node: Expression): string {
  switch (node.op) {
    case 'constant':
      return `constant ${node.type} ${node.value.map((one) => (Object.is(one, -0) ? '-0' : one)).join()}`;
    case 'builtin':
    case 'parameter':
    case 'scalar':
    case 'call':
      return `${node.op} ${node.type} ${node.name}`;
    case 'unary':
    case 'binary':
      return `${node.op} ${node.operator}`;
    case 'swizzle':
      return `swizzle ${node.components.join()}`;
    case 'invoke':
      return `invoke ${node.function}`;
    case 'tap':
      return `tap ${node.component} ${node.offset.join()} ${node.field}`;
    case 'gather':
      return `gather ${node.component} ${node.level} ${node.field}`;
    case 'sample':
      return `sample ${node.component} ${node.at} ${node.filter} ${node.field}`;
    default:
      return `${node.op} ${node.type}`;
  }
}
