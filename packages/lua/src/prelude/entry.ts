/** @file How a scene is run, how what it ends with is told, and how a function that it left is called. */

/** Lua: the last part of the prelude. */
export const ENTRY: string = String.raw`
local type, tostring, pcall, xpcall, next, rawget, getmetatable = type, tostring, pcall, xpcall, next, rawget, getmetatable
local match, place = string.match, H.place

local left = {}

-- An error as text; one that is no text is asked for it, which may fail in turn.
local function text_of(problem)
  if type(problem) == 'string' then
    -- What Lua raised in ours, for want of a better word of ours, is told at the scene's line.
    local ours = match(problem, '^halocline:%d+: (.*)$')
    return ours and place() .. ours or problem
  end
  if type(problem) == 'table' and getmetatable(problem) == nil then return 'it threw a table' end
  local ok, text = pcall(tostring, problem)
  return ok and type(text) == 'string' and text or 'it threw a value of type ' .. type(problem)
end

-- What stands before Lua's own words, and a nearer name of a global that isn't there.
local function told(problem)
  local text = text_of(problem)
  local name = match(text, "%(global '([%w_]+)'%)")
  if name == nil then return text end
  if H.absent[name] then return text .. '; ' .. H.absent[name] end
  local names = {}
  for known, value in next, _G do
    if type(known) == 'string' and value ~= nil then names[#names + 1] = known end
  end
  return text .. H.did_you_mean(name, names)
end

H.absent = {
  io = 'scenes have no files: use sim:save and sim:load',
  os = 'scenes have no system: use scene.value for settings',
  require = 'scenes are one file',
  package = 'scenes are one file',
  dofile = 'scenes are one file',
  loadfile = 'scenes are one file',
}

local function finished(ok, ...)
  if not ok then return false, told((...)) end
  return true, ...
end

-- Runs the scene; what it gives is a simulation, a table that has one, or nothing.
function H.run(chunk)
  local ok, value = finished(xpcall(chunk, text_of))
  if not ok then return false, value end
  if value == nil then return true, nil end
  local shown, answer = xpcall(H.returned, text_of, value)
  return shown, answer
end

-- A scene's report is a function: it stays here, and its name goes over.
function H.returned(value)
  if type(value) == 'table' and type(rawget(value, 'report')) == 'function' then
    left.report, value.report = value.report, true
  end
  return H.plain_list(value)[1]
end

function H.call_back(name)
  local ok, value = finished(xpcall(left[name], text_of))
  if not ok then return false, value end
  local shown, answer = xpcall(function() return H.plain_list(value)[1] end, text_of)
  return shown, answer
end
`;
