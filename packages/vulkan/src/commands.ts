/**
 * @file Tables of commands: objects whose members are the driver's own functions, each fetched when it is first used.
 *
 * A member starts as a getter on a prototype that all tables of a level share. The first use asks the ProcAddr function,
 * and puts the foreign function on the object itself: from then on a call is one property and one foreign call.
 */
import { functionAt, type ForeignFunction } from './ffi.ts';

/** Asks the driver for a command's address; 0n when it has none. */
export type ProcAddr = (name: string) => bigint;

/** What every table of commands can say about itself. */
export interface CommandTable {
  /** Whether the driver has the command, by this name or by one that it was promoted from or to; any of them may be asked for. */
  has(name: string): boolean;
}

const procAddr = Symbol('procAddr');
type Table = CommandTable & { [procAddr]: ProcAddr };

/** A command's signature in letters and the other names of it (promoted from or to). */
interface Entry {
  readonly signature: string;
  readonly names: readonly string[];
}

/** Makes the constructor of a level's tables from the generated list; `what` names the level in errors. */
export function defineTable<T>(what: string, list: readonly string[]): (ask: ProcAddr) => T & CommandTable {
  let prototype: object | undefined;
  return (ask) => {
    prototype ??= makePrototype(what, list);
    const table = Object.create(prototype) as Table;
    Object.defineProperty(table, procAddr, { value: ask });
    return table as unknown as T & CommandTable;
  };
}

function makePrototype(what: string, list: readonly string[]): object {
  const entries = new Map<string, Entry>();
  const prototype = {
    has(this: Table, name: string): boolean {
      const entry = entries.get(name);
      return entry !== undefined && find(this, entry) !== 0n;
    },
  };
  for (const line of list) {
    const [name = '', signature = '', ...others] = line.split(' ');
    const entry = { signature, names: [name, ...others] };
    entries.set(name, entry);
    for (const other of others) if (!entries.has(other)) entries.set(other, entry);
    Object.defineProperty(prototype, name, {
      configurable: true,
      enumerable: true,
      get(this: Table) {
        const address = this[procAddr] === undefined ? 0n : find(this, entry);
        const call: ForeignFunction = address === 0n ? absent(what, name) : functionAt(address, entry.signature);
        Object.defineProperty(this, name, { value: call, enumerable: true });
        return call;
      },
    });
  }
  return prototype;
}

function find(table: Table, { names }: Entry): bigint {
  for (const name of names) {
    const address = table[procAddr](name);
    if (address !== 0n) return address;
  }
  return 0n;
}

function absent(what: string, name: string): ForeignFunction {
  return () => {
    throw new Error(
      `Cannot call "${name}": the ${what} does not have it; enable the version or extension that it belongs to, or ask has("${name}") first`,
    );
  };
}
