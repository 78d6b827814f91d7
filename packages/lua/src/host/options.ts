/**
 * @file What a script gives, read: places of a call and tables of options, by kinds as data. Names of options are written
 * with underscores there and in camel case here.
 */
import { nearestName } from '@halocline/stencil';
import type { LuaValue } from '../machine/values.ts';

/** What an option may be, by the word that a table of options says. */
interface KindTypes {
  readonly number: number;
  readonly text: string;
  readonly flag: boolean;
  readonly vector: readonly [number, number, number];
  readonly numbers: readonly number[];
  readonly texts: readonly string[];
  readonly devices: readonly string[];
  readonly table: ReadonlyMap<string, LuaValue>;
  readonly any: LuaValue;
}

/** The word for what an option is: one of these, a table of options of its own, or a list of such tables. */
export type Kind = keyof KindTypes | Kinds | readonly [Kinds];

/** Options by name, with underscores. */
export interface Kinds {
  readonly [name: string]: Kind;
}

type Camel<S extends string> = S extends `${infer Head}_${infer Tail}` ? `${Head}${Capitalize<Camel<Tail>>}` : S;
type TypeOf<K> = K extends keyof KindTypes
  ? KindTypes[K]
  : K extends readonly [infer Each]
    ? readonly Read<Each>[]
    : Read<K>;

/** Options as they were read: those that were given, in camel case. */
export type Read<S> = { -readonly [N in keyof S as Camel<N & string>]?: TypeOf<S[N]> };

const WORDS: Readonly<Record<keyof KindTypes, string>> = Object.freeze({
  number: 'a number',
  text: 'text',
  flag: 'true or false',
  vector: 'three numbers, as in {0, 0, 0}',
  numbers: 'a table of numbers',
  texts: "a table of names, as in {'density'}",
  devices: "a table of names, as in {'#0', '#1'}, or their number as device_count",
  table: 'a table of names and values, as in {k=1}',
  any: 'a value',
});

const camel = (name: string): string => name.replaceAll(/_(\w)/gu, (_, letter: string) => letter.toUpperCase());

/** A value in words, for messages. */
export function wordsOf(value: LuaValue): string {
  if (value === undefined) return 'nil';
  if (typeof value === 'string') return JSON.stringify(value);
  return typeof value === 'object' ? 'a table' : String(value);
}

/** The entries of a table with names; an empty table is one, too. */
export function entriesOf(value: LuaValue): ReadonlyMap<string, LuaValue> | null {
  if (value instanceof Map) return value as ReadonlyMap<string, LuaValue>;
  if (Array.isArray(value)) return new Map(value.map((each: LuaValue, at) => [String(at + 1), each]));
  return null;
}

/** The list that a table is; null if it is none. */
export function listOf(value: LuaValue): readonly LuaValue[] | null {
  return Array.isArray(value) ? (value as readonly LuaValue[]) : null;
}

/** Three numbers: as a list, or by x, y and z. */
export function vectorOf(value: LuaValue): readonly [number, number, number] | null {
  const list = value instanceof Map ? ['x', 'y', 'z'].map((axis) => value.get(axis)) : listOf(value);
  const fits = list?.length === 3 && list.every((each) => typeof each === 'number');
  return fits ? (list as unknown as readonly [number, number, number]) : null;
}

/** Reads a table of options; `act` is what an error says can't be done, such as `add stencil "x"`. Nil is an empty table. */
export function readOptions<const S extends Kinds>(act: string, value: LuaValue, kinds: S): Read<S> {
  const entries = value === undefined ? new Map<string, LuaValue>() : entriesOf(value);
  if (entries === null) throw new TypeError(`Cannot ${act}: its options are ${wordsOf(value)}; give a table`);
  const read: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
  for (const [name, given] of entries) {
    const kind = Object.hasOwn(kinds, name) ? kinds[name] : undefined;
    if (kind === undefined) {
      const nearest = nearestName(name, Object.keys(kinds));
      const hint = nearest === undefined ? '' : ` (did you mean "${nearest}"?)`;
      throw new TypeError(
        `Cannot ${act}: "${name}" is no option of it${hint}; there are ${Object.keys(kinds).toSorted().join(', ')}`,
      );
    }
    read[camel(name)] = readKind(act, name, given, kind);
  }
  return { ...read } as Read<S>;
}

function readKind(act: string, name: string, value: LuaValue, kind: Kind): unknown {
  if (typeof kind === 'object') {
    if (!Array.isArray(kind)) return readOptions(`${act} with ${name}`, value, kind as Kinds);
    const list = listOf(value);
    if (list === null) throw new TypeError(`Cannot ${act}: ${name} is ${wordsOf(value)}; give a list of tables`);
    return list.map((each) => readOptions(`${act} with ${name}`, each, (kind as readonly [Kinds])[0]));
  }
  const read = readPlain(value, kind);
  if (read === null) throw new TypeError(`Cannot ${act}: ${name} is ${wordsOf(value)}; give ${WORDS[kind]}`);
  return read;
}

/** The value as a kind has it; null if it is none. */
function readPlain(value: LuaValue, kind: keyof KindTypes): unknown {
  const listWhere = (type: string): unknown => {
    const list = listOf(value);
    return list?.every((each) => typeof each === type) === true ? list : null;
  };
  switch (kind) {
    case 'number':
      return typeof value === 'number' ? value : null;
    case 'text':
      return typeof value === 'string' ? value : null;
    case 'flag':
      return typeof value === 'boolean' ? value : null;
    case 'vector':
      return vectorOf(value);
    case 'numbers':
      return listWhere('number');
    case 'texts':
    case 'devices':
      return listWhere('string');
    case 'table':
      return entriesOf(value);
    default:
      return value;
  }
}
