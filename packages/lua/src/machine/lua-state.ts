/**
 * @file A state of Lua 5.4 in WebAssembly, with its memory counted. This file alone says wasmoon, and takes nothing of it but
 * Lua's own C functions: no value of JavaScript ever becomes a value of Lua, so a script has none to climb up from.
 *
 * What breaks a limit is a JavaScript exception, thrown by the allocator or by the hook. It runs through Lua's C frames
 * without being one of Lua's errors, so no `pcall` catches it; the state is of no use afterwards.
 */
import { LuaFactory } from 'wasmoon';

/** Address in Lua's memory. */
export type Pointer = number;

/** Lua's C functions as the module exports them: numbers in, numbers out. */
export interface LuaFunctions {
  _malloc(byteLength: number): Pointer;
  _realloc(pointer: Pointer, byteLength: number): Pointer;
  _free(pointer: Pointer): void;
  // A signature has a letter for the result and one for each word: i an integer, v nothing.
  addFunction(body: (state: Pointer) => number | void, signature: 'ii' | 'vii'): number;
  addFunction(body: (a: number, b: number, c: number, d: number) => number, signature: 'iiiii'): number;
  readonly HEAPU8: Uint8Array<ArrayBuffer>;
  _lua_newstate(allocate: number, context: Pointer): Pointer;
  _lua_sethook(state: Pointer, hook: number, mask: number, count: number): void;
  _lua_getstack(state: Pointer, level: number, record: Pointer): number;
  _lua_getinfo(state: Pointer, what: Pointer, record: Pointer): number;
  _lua_checkstack(state: Pointer, slots: number): number;
  _lua_gettop(state: Pointer): number;
  _lua_settop(state: Pointer, index: number): void;
  _lua_type(state: Pointer, index: number): number;
  _lua_toboolean(state: Pointer, index: number): number;
  _lua_tonumberx(state: Pointer, index: number, isNumber: Pointer): number;
  _lua_tolstring(state: Pointer, index: number, length: Pointer): Pointer;
  _lua_next(state: Pointer, index: number): number;
  _lua_absindex(state: Pointer, index: number): number;
  _lua_pushnil(state: Pointer): void;
  _lua_pushboolean(state: Pointer, value: number): void;
  _lua_pushnumber(state: Pointer, value: number): void;
  _lua_pushinteger(state: Pointer, value: bigint): void;
  _lua_pushlstring(state: Pointer, text: Pointer, byteLength: number): Pointer;
  _lua_pushcclosure(state: Pointer, body: number, upvalues: number): void;
  _lua_pushvalue(state: Pointer, index: number): void;
  _lua_createtable(state: Pointer, places: number, keys: number): void;
  _lua_rawset(state: Pointer, index: number): void;
  _lua_rawseti(state: Pointer, index: number, place: bigint): void;
  _lua_setglobal(state: Pointer, name: Pointer): void;
  _lua_pcallk(state: Pointer, given: number, wanted: number, handler: number, context: number, k: number): number;
  _luaL_loadbufferx(state: Pointer, text: Pointer, length: number, name: Pointer, mode: Pointer): number;
}

/** Lua's types, by number. */
export const LUA: Readonly<Record<'nil' | 'boolean' | 'number' | 'string' | 'table', number>> = Object.freeze({
  nil: 0,
  boolean: 1,
  number: 3,
  string: 4,
  table: 5,
});

/** What a script may use. */
export interface Limits {
  /** Bytes that Lua's values may take. */
  readonly memoryBytes: number;
  /** Asked every so often; what runs is ended where it says so. */
  readonly isTimeOver: () => boolean;
  /** The name of the script's text: what errors tell the line of. */
  readonly chunk: string;
}

/** What ended a script that no `pcall` can keep alive. */
export class LimitError extends Error {
  override readonly name = 'LimitError';
  readonly limit: 'time' | 'memory';
  /** The line that ran, where it is known. */
  readonly line: number | null;

  constructor(limit: 'time' | 'memory', line: number | null) {
    super(`the limit of ${limit} is reached`);
    this.limit = limit;
    this.line = line;
  }
}

/** Instructions between two looks at the clock: about half a millisecond. */
const INSTRUCTIONS = 100_000;
const COUNT_MASK = 8;
/** Where `lua_Debug` has its members, 32-bit: `source`, `srclen`, `currentline`; and bytes enough for all of it. */
const RECORD = Object.freeze({ source: 16, sourceLength: 20, line: 24, byteLength: 128 });
/** Calls that are looked at for the script's own line. */
const DEEPEST_CALL = 200;

/** The libraries that a state gets before the prelude takes away what a scene may not have: no io, no os, no package. */
const LIBRARIES = ['base', 'coroutine', 'table', 'string', 'utf8', 'math', 'debug'] as const;

/** A state of Lua and its texts. */
export class LuaState {
  readonly c: LuaFunctions;
  /** The main thread's state; functions get that of the coroutine which calls them. */
  readonly main: Pointer;
  readonly #scratch: Pointer;
  /** Its text as bytes; made beforehand, since Lua has no memory left when it is needed. */
  readonly #what: Pointer;
  readonly #source: string;
  readonly #encoder = new TextEncoder();
  readonly #decoder = new TextDecoder();
  #used = 0;

  private constructor(c: LuaFunctions, { memoryBytes, isTimeOver, chunk }: Limits) {
    this.c = c;
    this.#scratch = c._malloc(RECORD.byteLength);
    this.#what = c._malloc(3);
    c.HEAPU8.set([0x53, 0x6c, 0], this.#what); // "Sl"
    this.#source = `@${chunk}`;
    this.main = newState(c, c.addFunction(this.#allocator(memoryBytes), 'iiiii'));
    for (const library of LIBRARIES) {
      const open = (c as unknown as Record<string, (state: Pointer) => number>)[`_luaopen_${library}`]!;
      open(this.main);
      this.withText(library === 'base' ? '_G' : library, (name) => c._lua_setglobal(this.main, name));
    }
    const look = (state: Pointer): void => {
      if (isTimeOver()) throw new LimitError('time', this.#lineOf(state));
    };
    const hook = c.addFunction(look, 'vii');
    c._lua_sethook(this.main, hook, COUNT_MASK, INSTRUCTIONS);
  }

  /** Opens a state with the libraries that can't reach out of it. */
  static async open(limits: Limits): Promise<LuaState> {
    const lua = await new LuaFactory(undefined, {}).getLuaModule();
    return new LuaState(lua.module as unknown as LuaFunctions, limits);
  }

  /** Bytes that Lua's values take. */
  get used(): number {
    return this.#used;
  }

  /** Calls `body` with the text as UTF-8 that ends with a zero, and its bytes before that. */
  withText<T>(text: string, body: (pointer: Pointer, byteLength: number) => T): T {
    const bytes = this.#encoder.encode(text);
    const pointer = this.c._malloc(bytes.length + 1);
    try {
      this.c.HEAPU8.set(bytes, pointer);
      this.c.HEAPU8[pointer + bytes.length] = 0;
      return body(pointer, bytes.length);
    } finally {
      this.c._free(pointer);
    }
  }

  /** The bytes of the string at an index, copied. */
  bytesAt(state: Pointer, index: number): Uint8Array<ArrayBuffer> {
    const start = this.c._lua_tolstring(state, index, this.#scratch);
    const { HEAPU8: heap } = this.c;
    const length = new DataView(heap.buffer).getUint32(this.#scratch, true);
    return heap.slice(start, start + length);
  }

  /** The string at an index as text. */
  textAt(state: Pointer, index: number): string {
    return this.#decoder.decode(this.bytesAt(state, index));
  }

  /** Pushes bytes as a string. */
  pushBytes(state: Pointer, bytes: Uint8Array): void {
    const pointer = this.c._malloc(bytes.length);
    try {
      this.c.HEAPU8.set(bytes, pointer);
      this.c._lua_pushlstring(state, pointer, bytes.length);
    } finally {
      this.c._free(pointer);
    }
  }

  /** Pushes text as a string. */
  pushText(state: Pointer, text: string): void {
    this.pushBytes(state, this.#encoder.encode(text));
  }

  /** Pushes a function of ours: it gets the state that calls it, and gives the number of results that it pushed. */
  pushFunction(body: (state: Pointer) => number): void {
    this.c._lua_pushcclosure(this.main, this.c.addFunction(body, 'ii'), 0);
  }

  /** Pushes the function that a text is (never bytecode), or what is wrong with it: then true. */
  loads(text: string, chunk: string): boolean {
    return this.withText(text, (start, length) =>
      this.withText(chunk, (name) =>
        this.withText('t', (mode) => this.c._luaL_loadbufferx(this.main, start, length, name, mode) === 0),
      ),
    );
  }

  /**
   * What Lua asks memory from. It is refused once beyond the limit, so that Lua collects its garbage and asks again; where it
   * asks for something else then, the refusal was swallowed (by a `pcall`, or by a function that doesn't collect), and what is told
   * is the line where that was.
   */
  #allocator(most: number): (context: Pointer, pointer: Pointer, before: number, after: number) => number {
    const { c } = this;
    let refused = '';
    let line: number | null = null;
    return (_context, pointer, before, after) => {
      if (after === 0) {
        if (pointer !== 0) this.#used -= before;
        c._free(pointer);
        return 0;
      }
      const growth = pointer === 0 ? after : after - before;
      if (growth > 0) {
        const wish = `${pointer} ${after}`;
        const beyond = this.#used + growth > most;
        if (refused !== '' && (beyond || refused !== wish)) throw new LimitError('memory', line);
        refused = beyond ? wish : '';
        if (beyond) {
          line = this.#lineOf(this.main);
          return 0;
        }
      }
      const moved = c._realloc(pointer, after);
      // WebAssembly itself has no more, whatever the limit is.
      if (moved === 0) throw new LimitError('memory', this.#lineOf(this.main));
      this.#used += growth;
      return moved;
    };
  }

  /** The line of the script that a thread is at, through what it called; null where it is in none. Asks Lua for no memory. */
  #lineOf(state: Pointer): number | null {
    const record = this.#scratch;
    for (let level = 0; level < DEEPEST_CALL && this.c._lua_getstack(state, level, record) !== 0; level++) {
      this.c._lua_getinfo(state, this.#what, record);
      const heap = new DataView(this.c.HEAPU8.buffer);
      const start = heap.getUint32(record + RECORD.source, true);
      const length = heap.getUint32(record + RECORD.sourceLength, true);
      const source = this.#decoder.decode(this.c.HEAPU8.subarray(start, start + length));
      if (source === this.#source) return heap.getInt32(record + RECORD.line, true);
    }
    return null;
  }
}

/** Opens a state while the clock stands still: it is what Lua seeds its hashes with, and with them the order of `pairs`. */
function newState(c: LuaFunctions, allocator: number): Pointer {
  const { now } = Date;
  Date.now = () => 0;
  try {
    return c._lua_newstate(allocator, 0);
  } finally {
    Date.now = now;
  }
}
