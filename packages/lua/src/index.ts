/** @file `@halocline/lua`: scenes in Lua, in a sandbox of their own. */
export type { LuaScene } from './host/returned.ts';
export { LuaError, LuaScript, StopScript } from './script.ts';
export type { LuaOptions } from './script-options.ts';
