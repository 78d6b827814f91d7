/**
 * @file Values between Lua and JavaScript, by copy: nil, booleans, numbers, strings, and tables of them. A table whose keys
 * are 1 … n becomes an array, any other a Map: no key of a script ever names a property of an object.
 */
import { LUA, type LuaState, type Pointer } from './lua-state.ts';

/** A value that both sides know. */
export type LuaValue = undefined | boolean | number | string | readonly LuaValue[] | ReadonlyMap<string, LuaValue>;

/** Tables in tables go this deep at most. */
const DEEPEST = 24;

/** The value at an index. What the prelude hands over is a tree of its own making; what isn't is an error of ours. */
export function readValue(lua: LuaState, state: Pointer, index: number, depth = 0): LuaValue {
  const { c } = lua;
  switch (c._lua_type(state, index)) {
    case LUA.boolean:
      return c._lua_toboolean(state, index) !== 0;
    case LUA.number:
      return c._lua_tonumberx(state, index, 0);
    case LUA.string:
      return lua.textAt(state, index);
    case LUA.table:
      if (depth > DEEPEST) throw new Error('Bug in prelude: a table is too deep');
      return readTable(lua, state, c._lua_absindex(state, index), depth);
    default:
      return undefined;
  }
}

function readTable(lua: LuaState, state: Pointer, index: number, depth: number): LuaValue {
  const { c } = lua;
  const places: LuaValue[] = [];
  const names = new Map<string, LuaValue>();
  c._lua_pushnil(state);
  while (c._lua_next(state, index) !== 0) {
    const value = readValue(lua, state, -1, depth + 1);
    if (c._lua_type(state, -2) === LUA.number) places[c._lua_tonumberx(state, -2, 0) - 1] = value;
    else names.set(lua.textAt(state, -2), value);
    c._lua_settop(state, -2);
  }
  if (names.size === 0) return places;
  places.forEach((value, place) => names.set(String(place + 1), value));
  return names;
}

/** Pushes a value. Whole numbers become Lua's integers. */
export function pushValue(lua: LuaState, state: Pointer, value: LuaValue | null): void {
  const { c } = lua;
  if (value === undefined || value === null) c._lua_pushnil(state);
  else if (typeof value === 'boolean') c._lua_pushboolean(state, value ? 1 : 0);
  else if (typeof value === 'number') pushNumber(lua, state, value);
  else if (typeof value === 'string') lua.pushText(state, value);
  else if (value instanceof Map) {
    c._lua_createtable(state, 0, value.size);
    for (const [name, each] of value as ReadonlyMap<string, LuaValue>) {
      lua.pushText(state, name);
      pushValue(lua, state, each);
      c._lua_rawset(state, -3);
    }
  } else {
    const list = value as readonly LuaValue[];
    c._lua_createtable(state, list.length, 0);
    for (const [place, each] of list.entries()) {
      pushValue(lua, state, each);
      c._lua_rawseti(state, -2, BigInt(place + 1));
    }
  }
}

function pushNumber({ c }: LuaState, state: Pointer, value: number): void {
  if (Number.isSafeInteger(value) && !Object.is(value, -0)) c._lua_pushinteger(state, BigInt(value));
  else c._lua_pushnumber(state, value);
}
