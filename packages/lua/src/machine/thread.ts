/**
 * @file The thread that Lua runs in: opens a state, runs the prelude and then the script, hands what Lua asks for to the main
 * thread, and sleeps until that is answered. Once the script is done it waits to be asked for a function that it left.
 */
import { receiveMessageOnPort, workerData } from 'node:worker_threads';
import type { Ask, Failed, FromLua, ThreadStart, ToLua } from '../channel.ts';
import { PRELUDE, PRELUDE_CHUNK } from '../prelude/prelude.ts';
import { LimitError, LuaState, type Pointer } from './lua-state.ts';
import { pushValue, readValue, type LuaValue } from './values.ts';

const start = workerData as ThreadStart;
const bell = new Int32Array(start.bell);

/** Milliseconds that the script has computed before it was last woken, and when that was. */
let computed = 0;
let wokenAt = performance.now();

function say(message: FromLua): void {
  const bytes = message.kind === 'ask' ? message.bytes : undefined;
  start.port.postMessage(message, bytes === undefined ? [] : [bytes.buffer]);
}

/** Sleeps until there is a message. What passes meanwhile isn't the script's time. */
function listen(): ToLua {
  for (;;) {
    const rung = Atomics.load(bell, 0);
    const received = receiveMessageOnPort(start.port);
    if (received !== undefined) {
      wokenAt = performance.now();
      return received.message as ToLua;
    }
    Atomics.wait(bell, 0, rung);
  }
}

/** What the prelude calls: `host(what, given, bytes)` gives true, a value and bytes, or false, a message and the command to blame. */
function host(lua: LuaState, state: Pointer): number {
  const { c } = lua;
  c._lua_checkstack(state, 200);
  const what = lua.textAt(state, 1);
  const given = readValue(lua, state, 2) as readonly LuaValue[];
  const bytes = c._lua_gettop(state) > 2 ? lua.bytesAt(state, 3) : undefined;
  computed += performance.now() - wokenAt;
  const ask: Ask = { kind: 'ask', what, given, bytes, computed };
  say(ask);
  const answer = listen();
  if (answer.kind === 'call') throw new Error('Bug in host: a function is asked for while the script runs');
  c._lua_pushboolean(state, answer.kind === 'answer' ? 1 : 0);
  if (answer.kind === 'refusal') {
    pushValue(lua, state, answer.message);
    pushValue(lua, state, answer.at);
    return 3;
  }
  pushValue(lua, state, answer.value);
  if (answer.bytes === undefined) return 2;
  lua.pushBytes(state, answer.bytes);
  return 3;
}

/** Calls what stands on the stack under `given` values; gives what it gives, by name of how it ended. */
function run(lua: LuaState, given: number): void {
  const { c, main } = lua;
  const status = c._lua_pcallk(main, given, 2, 0, 0, 0);
  if (status !== 0) throw new Error(`Bug in prelude: ${lua.textAt(main, -1)}`);
  const isDone = c._lua_toboolean(main, -2) !== 0;
  if (isDone) say({ kind: 'done', value: readValue(lua, main, -1) });
  else say({ kind: 'failed', reason: 'error', message: lua.textAt(main, -1), line: null });
  c._lua_settop(main, -3);
}

/** Loads the script; says what is wrong with it where it is no Lua. The prelude's function to run it is on the stack. */
function runScript(lua: LuaState): boolean {
  if (lua.loads(start.source, `@${start.chunk}`)) {
    run(lua, 1);
    return true;
  }
  say({ kind: 'failed', reason: 'syntax', message: lua.textAt(lua.main, -1), line: null });
  return false;
}

function failureOf(error: unknown): Failed {
  if (error instanceof LimitError) return { kind: 'failed', reason: error.limit, message: '', line: error.line };
  const message = error instanceof Error ? error.message : String(error);
  return { kind: 'failed', reason: 'error', message: `Cannot go on: Lua broke off: ${message}`, line: null };
}

/** Runs the prelude, which leaves two functions: one that runs the script, one that calls a function which that left. */
function runPrelude(lua: LuaState): void {
  const { c, main } = lua;
  if (!lua.loads(PRELUDE, PRELUDE_CHUNK)) throw new Error(`Bug in prelude: ${lua.textAt(main, -1)}`);
  lua.pushFunction((state) => host(lua, state));
  pushValue(lua, main, new Map([['values', start.values]]));
  if (c._lua_pcallk(main, 2, 2, 0, 0, 0) !== 0) throw new Error(`Bug in prelude: ${lua.textAt(main, -1)}`);
}

try {
  const lua = await LuaState.open({
    memoryBytes: start.memoryBytes,
    isTimeOver: () => computed + performance.now() - wokenAt > start.timeMs,
    chunk: start.chunk,
  });
  runPrelude(lua);
  say({ kind: 'ready' });
  wokenAt = performance.now();
  lua.c._lua_pushvalue(lua.main, -2);
  if (runScript(lua)) {
    for (;;) {
      const asked = listen();
      if (asked.kind !== 'call') throw new Error(`Bug in host: ${asked.kind} comes to a script that is done`);
      lua.c._lua_pushvalue(lua.main, -1);
      lua.pushText(lua.main, asked.name);
      run(lua, 1);
    }
  }
} catch (error) {
  say(failureOf(error));
}
