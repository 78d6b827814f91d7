/** @file A call that a script made: what it gave, read by place; and what it gets. */
import type { LuaValue } from '../machine/values.ts';
import type { Handles } from './handles.ts';
import { readOptions, wordsOf, type Kinds, type Read } from './options.ts';

/** A value, and bytes beside it where there are some. */
export interface Result {
  readonly value?: LuaValue;
  readonly bytes?: Uint8Array<ArrayBuffer>;
}

/** What a script asked for; `act` begins its errors, as in `Cannot add field: …`. */
export class Call {
  readonly handles: Handles;
  readonly bytes: Uint8Array<ArrayBuffer> | undefined;
  readonly #given: readonly LuaValue[];

  constructor(handles: Handles, given: readonly LuaValue[], bytes: Uint8Array<ArrayBuffer> | undefined) {
    this.handles = handles;
    this.#given = given;
    this.bytes = bytes;
  }

  /** What stands at a place, from 0. */
  at(place: number): LuaValue {
    return this.#given[place];
  }

  /** The object of the handle at a place. */
  object<T extends object>(place: number, act: string, kind: string): T {
    return this.handles.take(act, kind, this.#given[place]) as T;
  }

  text(place: number, act: string, name: string): string {
    const value = this.#given[place];
    if (typeof value === 'string') return value;
    throw new TypeError(`Cannot ${act}: its ${name} is ${wordsOf(value)}; give text`);
  }

  number(place: number, act: string, name: string): number {
    const value = this.#given[place];
    if (typeof value === 'number') return value;
    throw new TypeError(`Cannot ${act}: its ${name} is ${wordsOf(value)}; give a number`);
  }

  options<const S extends Kinds>(place: number, act: string, kinds: S): Read<S> {
    return readOptions(act, this.#given[place], kinds);
  }
}

/** What answers a call. It may wait for the device. */
export type Operation = (call: Call) => Result | void | Promise<Result | void>;

/** Operations by name. */
export type Operations = Readonly<Record<string, Operation>>;

/** A plain record, list, number or text as a script has it; names get underscores. */
export function toLua(value: unknown): LuaValue {
  if (value === null || value === undefined) return undefined;
  if (typeof value === 'bigint') return Number(value);
  if (typeof value === 'number' || typeof value === 'string' || typeof value === 'boolean') return value;
  if (Array.isArray(value)) return value.map(toLua);
  const entries = Object.entries(value).filter(([, each]) => typeof each !== 'function');
  return new Map(entries.map(([name, each]) => [snake(name), toLua(each)]));
}

const snake = (name: string): string => name.replaceAll(/[A-Z]/gu, (letter) => `_${letter.toLowerCase()}`);
