/**
 * @file Handles: what a scene holds of a simulation, a field, a buffer. A handle is an empty table; its number and its class
 * stand in tables of the prelude's own. Also how values are passed to `host`, by copy, and how errors come back.
 */

/** Lua: the second part of the prelude. */
export const HANDLES: string = String.raw`
local type, error, next, tostring, math_type = type, error, next, tostring, math.type
local pack, concat, sort, floor = table.pack, table.concat, table.sort, math.floor
local raw_setmetatable, fail, place, host = setmetatable, H.fail, H.place, H.host

local ids = raw_setmetatable({}, { __mode = 'k' })
local classes = raw_setmetatable({}, { __mode = 'k' })
local by_name = {}

-- Tables in tables, and values in all, that one call may pass.
local DEEPEST, MOST = 16, 1000000

-- " (did you mean "x"?)", or nothing.
function H.did_you_mean(name, names)
  local ok, nearest = host('nearest', { tostring(name), names })
  return ok and nearest and ' (did you mean "' .. nearest .. '"?)' or ''
end

-- Raises the error of a name that isn't among those of a table.
function H.unknown(verb, key, whose, members)
  local names = {}
  for name in next, members do names[#names + 1] = name end
  sort(names)
  fail('Cannot %s "%s" of %s: there is none of that name%s; there are %s', verb, tostring(key), whose,
    H.did_you_mean(key, names), concat(names, ', '))
end

-- A class of handles: its name, how errors speak of one, and its methods.
function H.class(name, noun)
  local class = { name = name, noun = noun, methods = {} }
  class.meta = {
    __name = noun,
    __metatable = 'locked',
    __index = function(_, key)
      local method = class.methods[key]
      if method == nil then H.unknown('call', key, noun, class.methods) end
      return method
    end,
    __newindex = function(_, key)
      fail('Cannot set "%s" of %s: it has methods alone; keep what is yours in a table of your own', tostring(key), noun)
    end,
    __eq = function(one, other) return ids[one] == ids[other] end,
    __tostring = function(self) return (H.call('describe', self)) end,
    __close = function(self)
      local free = class.methods.close or class.methods.free
      if free then free(self) end
    end,
  }
  by_name[name] = class
  return class
end

-- The handle of a number.
function H.make(class, id)
  local handle = {}
  ids[handle], classes[handle] = id, class
  return raw_setmetatable(handle, class.meta)
end

-- What a method was called on must be a handle of its class.
function H.check(self, class, method)
  if classes[self] == class then return end
  fail('Cannot call "%s": it belongs to %s, and is called on a value of type %s; write it with a colon, as in x:%s(…)', method,
    class.noun, type(self), method)
end

-- A copy of a value for the other side: nil, booleans, numbers, strings, handles, tables of them.
local function plain(value, depth, left)
  local kind = type(value)
  if kind ~= 'table' then
    if kind == 'nil' or kind == 'number' or kind == 'string' or kind == 'boolean' then return value, left end
    fail('Cannot pass a value of type %s: only numbers, strings, booleans, tables of them and handles cross over', kind)
  end
  local id = ids[value]
  if id then return { ['$handle'] = id }, left end
  if depth > DEEPEST then fail('Cannot pass a table: it holds tables more than %d deep, or itself; make it flatter', DEEPEST) end
  local copy, places, highest = {}, 0, 0
  for key, each in next, value do
    if math_type(key) == 'integer' and key >= 1 then
      places = places + 1
      if key > highest then highest = key end
    elseif type(key) ~= 'string' then
      fail('Cannot pass a table: it has the key %s; use names, or 1, 2, 3 and so on', tostring(key))
    end
    left = left - 1
    if left < 0 then fail('Cannot pass a table: it holds more than %d values; pass fewer', MOST) end
    copy[key], left = plain(each, depth + 1, left)
  end
  if places ~= highest then fail('Cannot pass a table: it goes to place %d, and has %d of them; leave no holes', highest, places) end
  return copy, left
end

local function plain_list(...)
  local given, left = pack(...), MOST
  local count = given.n
  given.n = nil
  for index = 1, count do given[index], left = plain(given[index], 1, left) end
  return given
end
H.plain_list = plain_list

-- Asks the other side; raises its errors at the scene's line, or at that of the command that is to blame.
local function ask(what, lines, bytes, given)
  local ok, value, more
  if bytes == nil then ok, value, more = host(what, given) else ok, value, more = host(what, given, bytes) end
  if not ok then error((lines and lines[more] or place()) .. value, 0) end
  if type(value) == 'table' and value['$handle'] then value = H.make(by_name[value['$class']], value['$handle']) end
  return value, more
end
H.ask = ask

function H.call(what, ...) return ask(what, nil, nil, plain_list(...)) end
function H.call_bytes(what, bytes, ...) return ask(what, nil, bytes, plain_list(...)) end

-- A method that does no more than ask. One that has nothing to give gives its handle, so that calls chain.
function H.method(class, name, what)
  what = what or class.name .. '.' .. name
  class.methods[name] = function(self, ...)
    H.check(self, class, name)
    local value, bytes = H.call(what, self, ...)
    if bytes ~= nil then return bytes end
    if value == nil then return self end
    return value
  end
end

-- A table of functions for scenes: names that it lacks are errors.
function H.library(name)
  local members = {}
  return raw_setmetatable({}, {
    __metatable = 'locked',
    __index = function(_, key)
      if members[key] == nil then H.unknown('call', key, 'table "' .. name .. '"', members) end
      return members[key]
    end,
    __newindex = function(_, key)
      fail('Cannot set "%s" of table "%s": it is not yours; keep what is yours in a table of your own', tostring(key), name)
    end,
  }), members
end

-- The codes of string.pack for numbers as devices have them, little-endian.
local codes = { float32 = 'f', float64 = 'd', int8 = 'b', uint8 = 'B', int16 = 'h', uint16 = 'H', int32 = 'i4', uint32 = 'I4' }
local BLOCK = 64
local string_pack, string_unpack, string_rep, table_unpack = string.pack, string.unpack, string.rep, table.unpack
local packsize = string.packsize

local function code_of(verb, kind)
  local code = codes[kind]
  if code == nil then H.unknown(verb, kind, 'number types', codes) end
  return code
end

-- Numbers as bytes.
function H.pack_numbers(kind, values)
  local code = code_of('pack', kind)
  if type(values) ~= 'table' then fail('Cannot pack %s: a value of type %s is given; give a table of numbers', kind, type(values)) end
  local pieces, count = {}, #values
  local whole = '<' .. string_rep(code, BLOCK)
  for index = 1, count do
    local value = values[index]
    local fits = type(value) == 'number' and (code == 'f' or code == 'd' or value == floor(value))
    if not fits then fail('Cannot pack %s: value %d is %s; give a number that is one', kind, index, tostring(value)) end
  end
  for first = 1, count - BLOCK + 1, BLOCK do
    pieces[#pieces + 1] = string_pack(whole, table_unpack(values, first, first + BLOCK - 1))
  end
  local rest = count % BLOCK
  if rest > 0 then pieces[#pieces + 1] = string_pack('<' .. string_rep(code, rest), table_unpack(values, count - rest + 1, count)) end
  return concat(pieces)
end

-- And back.
function H.unpack_numbers(kind, bytes)
  local code = code_of('unpack', kind)
  if type(bytes) ~= 'string' then fail('Cannot unpack %s: a value of type %s is given; give a string of bytes', kind, type(bytes)) end
  local size = packsize('<' .. code)
  local values, count = {}, #bytes // size
  for first = 0, count - 1, BLOCK do
    local block = count - first < BLOCK and count - first or BLOCK
    local found = pack(string_unpack('<' .. string_rep(code, block), bytes, first * size + 1))
    for index = 1, block do values[first + index] = found[index] end
  end
  return values
end
`;
