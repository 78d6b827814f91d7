/** @file What a scene has of Lua itself: no files, no system, no bytecode, no finalizers; and errors that tell its own line. */

/** Lua: the first part of the prelude. */
export const SANDBOX: string = String.raw`
local type, error, rawget, tostring, raw_setmetatable = type, error, rawget, tostring, setmetatable
local getinfo, raw_getmetatable, raw_load, collect = debug.getinfo, debug.getmetatable, load, collectgarbage
local format, select = string.format, select

-- Lua's functions as the prelude calls them.
H.lib = {}
for _, library in ipairs { 'string', 'table', 'coroutine', 'math' } do
  for name, value in pairs(_G[library]) do H.lib[library .. '_' .. name] = value end
end

-- The place of the scene that called the prelude, as "scene.lua:12: ", and its line.
local function place()
  for level = 2, 200 do
    local info = getinfo(level, 'Sl')
    if info == nil then break end
    if info.currentline > 0 and info.source ~= '=halocline' then
      return info.short_src .. ':' .. info.currentline .. ': ', info.currentline
    end
  end
  return '', nil
end
H.place = place

-- Raises an error at the scene's line.
local function fail(message, ...)
  if select('#', ...) > 0 then message = format(message, ...) end
  error(place() .. message, 0)
end
H.fail = fail

for _, name in ipairs { 'dofile', 'loadfile', 'require', 'package', 'io', 'os', 'warn' } do _G[name] = nil end
string.dump = nil
debug = { traceback = debug.traceback }
getmetatable('').__metatable = 'locked'
math.randomseed(1) -- the same numbers in every run

-- Text only, whatever mode is asked for.
function load(chunk, name, _, ...)
  if type(chunk) ~= 'string' and type(chunk) ~= 'function' then
    fail("bad argument #1 to 'load' (function expected, got %s)", type(chunk))
  end
  if select('#', ...) == 0 then return raw_load(chunk, name, 't') end
  return raw_load(chunk, name, 't', (...))
end

-- A finalizer would run at any moment, out of the reach of limits.
function setmetatable(value, meta)
  if type(value) ~= 'table' then fail("bad argument #1 to 'setmetatable' (table expected, got %s)", type(value)) end
  if meta ~= nil and type(meta) ~= 'table' then fail("bad argument #2 to 'setmetatable' (nil or table expected)") end
  local old = raw_getmetatable(value)
  if old and rawget(old, '__metatable') ~= nil then fail('cannot change a protected metatable') end
  if meta and rawget(meta, '__gc') ~= nil then
    fail('Cannot set a metatable: it has __gc, and scenes have no finalizers; use a variable with <close>, or free what you made')
  end
  return raw_setmetatable(value, meta)
end

local collectors = { collect = true, count = true, step = true }
function collectgarbage(option, ...)
  option = option or 'collect'
  if not collectors[option] then
    fail('Cannot collect garbage: "%s" is not for scenes; give "collect", "step" or "count"', tostring(option))
  end
  return collect(option, ...)
end

function print(...)
  local lines = {}
  for index = 1, select('#', ...) do lines[index] = tostring((select(index, ...))) end
  host('print', { H.lib.table_concat(lines, '\t') .. '\n' })
end
`;
