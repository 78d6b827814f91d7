/**
 * @file The encoder: `gpu.encode(function(cmd) … end)`. What the function says is noted in Lua, each command with its line,
 * and goes over in one call; a command that is refused is told at its own line.
 */

/** Lua: the fifth part of the prelude. */
export const ENCODER: string = String.raw`
local type, tostring, fail, place, plain_list = type, tostring, H.fail, H.place, H.plain_list
local string_format, string_gsub, string_byte = string.format, string.gsub, string.byte
local setmetatable, next = setmetatable, next

local Recording = H.class('recording', 'a recording')
local commands = {}

-- What an encoder has noted: { name, arguments… } one after the other, and the line of each.
local notes = setmetatable({}, { __mode = 'k' })
local meta = {
  __name = 'an encoder',
  __metatable = 'locked',
  __index = function(_, key)
    if commands[key] == nil then H.unknown('call', key, 'an encoder', commands) end
    return commands[key]
  end,
}

local function note(cmd, name, ...)
  local noted = notes[cmd]
  if noted == nil then
    fail('Cannot call "%s": it is called on %s; write cmd:%s(…), within the function that got cmd', name,
      type(cmd) == 'table' and 'an encoder whose function has ended' or 'a value of type ' .. type(cmd), name)
  end
  local at = #noted.list + 1
  noted.list[at] = { name, plain_list(...) }
  noted.lines[at] = place()
  return cmd
end

for _, name in ipairs {
  'pipeline', 'bind', 'dispatch', 'dispatch_threads', 'dispatch_indirect', 'copy', 'fill', 'barrier', 'uses',
} do
  commands[name] = function(cmd, ...) return note(cmd, name, ...) end
end

local function hex(bytes)
  return (string_gsub(bytes, '.', function(letter) return string_format('%02x', string_byte(letter)) end))
end

-- A dot in a pattern is any byte, line ends too.
function commands.push(cmd, data, byte_offset)
  return note(cmd, 'push', hex(H.bytes_of('push', data)), byte_offset)
end

function commands.label(cmd, name, body)
  if type(body) ~= 'function' then fail('Cannot label "%s": the body is %s; give a function', tostring(name), tostring(body)) end
  note(cmd, 'label', name)
  body(cmd)
  return note(cmd, 'end')
end

-- Notes what a body says: the list of commands, and their lines.
function H.record(what, body)
  if type(body) ~= 'function' then fail('Cannot %s: %s is given; give a function, as in gpu.encode(function(cmd) … end)', what, tostring(body)) end
  local cmd, noted = setmetatable({}, meta), { list = {}, lines = {} }
  notes[cmd] = noted
  body(cmd)
  notes[cmd] = nil
  return noted.list, noted.lines
end

function H.gpu_members.encode(body)
  local list, lines = H.record('encode', body)
  H.ask('gpu.encode', lines, nil, { list })
end

-- The same, to be submitted as often as wished.
function H.gpu_members.record(body)
  local list, lines = H.record('record', body)
  return (H.ask('gpu.record', lines, nil, { list }))
end
H.method(Recording, 'submit', 'gpu.recording_submit')
H.method(Recording, 'free', 'gpu.recording_free')
`;
