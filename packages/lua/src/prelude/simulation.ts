/** @file Simulations, levels, fields and scalars as a scene has them, and the ready solvers. */

/** Lua: the third part of the prelude. */
export const SIMULATION: string = String.raw`
local type, tostring, next, fail, place, method = type, tostring, next, H.fail, H.place, H.method
local concat, table_unpack, math_type = table.concat, table.unpack, math.type
local string_pack, string_unpack, string_byte, string_rep = string.pack, string.unpack, string.byte, string.rep

local Simulation = H.class('simulation', 'a simulation')
local Level = H.class('level', 'a level')
local Field = H.class('field', 'a field')
local Scalar = H.class('scalar', 'a scalar')

for _, name in ipairs {
  'add_field', 'add_dependency', 'add_parameter', 'add_scalar', 'add_repeat', 'remove_field', 'remove_stencil',
  'remove_repeat', 'set', 'initialize', 'finish', 'field', 'level', 'scalar', 'iterations', 'save', 'load', 'render',
  'checkpoint', 'resume', 'defragment', 'explain_stencil', 'kernel_header', 'debug_reports',
  'statistics', 'fields', 'info', 'memory', 'subdomains', 'explain', 'time', 'frame', 'close',
} do method(Simulation, name) end
for _, name in ipairs { 'add_field', 'remove_field', 'field', 'fields', 'info' } do method(Level, name) end
for _, name in ipairs { 'read', 'get', 'fill', 'clear', 'statistics', 'info' } do method(Field, name) end
for _, name in ipairs { 'read' } do method(Scalar, name) end

-- With the scene's line, so that an error in code = [[…]] is told at its line of the scene.
for _, class in ipairs { Simulation, Level } do
  class.methods.add_stencil = function(self, name, options)
    H.check(self, class, 'add_stencil')
    local _, line = place()
    H.call(class.name .. '.add_stencil', self, name, options, line)
    return self
  end
end
function Simulation.methods.register_kernel(self, name, options)
  H.check(self, Simulation, 'register_kernel')
  local _, line = place()
  H.call('simulation.register_kernel', self, name, options, line)
  return self
end

local ways = 'write sim:run_timestep(0.016) or sim:run_timestep{dt=0.016}'
function Simulation.methods.run_timestep(self, step)
  H.check(self, Simulation, 'run_timestep')
  local dt = step
  if type(step) == 'table' then
    dt = step.dt
    for key in next, step do
      if key ~= 'dt' then fail('Cannot run a step: "%s" is no option of it; %s', tostring(key), ways) end
    end
  end
  if type(dt) ~= 'number' then fail('Cannot run a step: dt is %s; %s', tostring(dt), ways) end
  H.call('simulation.run_timestep', self, dt)
  return self
end

-- Bytes of a leaf among what field.cells gives: an origin, and 64 of mask. Leaves whose values cross at once.
local LEAF, CROSSING = 76, 128
local formats = {}

-- Numbers as bytes, all at once.
local function doubles(values, count)
  local packing = formats[count]
  if packing == nil then
    packing = '<' .. string_rep('d', count)
    formats[count] = packing
  end
  return string_pack(packing, table_unpack(values, 1, count))
end

-- What a function gave for a voxel, where that isn't just a number: its components go behind those that are there.
local function components_of(cells, values, held, value, i, j, k)
  local count = cells.components
  if type(value) == 'table' and #value == count then
    for component = 1, count do
      local each = value[component]
      if type(each) ~= 'number' then
        fail('Cannot write field "%s": the function gave component %d as %s at (%d, %d, %d); give a number', cells.name, component, tostring(each), i, j, k)
      end
      values[held + component] = each
    end
  elseif type(value) == 'number' then
    for component = 1, count do values[held + component] = value end
  else
    local wanted = count == 1 and 'a number' or 'a number or a table of ' .. count
    local what = type(value) == 'table' and 'a table of ' .. #value or tostring(value)
    fail('Cannot write field "%s": the function gave %s at (%d, %d, %d); give %s', cells.name, what, i, j, k, wanted)
  end
  return held + count
end

-- The function is called for each active voxel with its index and its position in metres, in Lua alone.
local function write_function(self, value_of)
  local cells, leaves = H.call('field.cells', self)
  local a, b, c, d, e, f, g, h, l, x0, y0, z0 = table_unpack(cells.matrix)
  local single = cells.components == 1
  local parts, values = {}, {}
  for at = 1, #leaves, LEAF do
    local i0, j0, k0 = string_unpack('<i4i4i4', leaves, at)
    local held = 0
    for i = i0, i0 + 7 do
      for j = j0, j0 + 7 do
        local row = string_byte(leaves, at + 12 + 8 * (i - i0) + j - j0)
        for k = k0, k0 + 7 do
          if row & 1 << k - k0 ~= 0 then
            local value = value_of(i, j, k, a * i + b * j + c * k + x0, d * i + e * j + f * k + y0, g * i + h * j + l * k + z0)
            if single and math_type(value) then
              held = held + 1
              values[held] = value
            else
              held = components_of(cells, values, held, value, i, j, k)
            end
          end
        end
      end
    end
    parts[#parts + 1] = doubles(values, held)
    if #parts == CROSSING then
      H.call_bytes('field.put', concat(parts), self)
      parts = {}
    end
  end
  H.call_bytes('field.put', concat(parts), self)
  H.call('field.place', self)
end

function Field.methods.write(self, source)
  H.check(self, Field, 'write')
  if type(source) == 'function' then write_function(self, source)
  elseif type(source) == 'table' then H.call_bytes('field.write', H.pack_numbers('float64', source), self)
  else fail('Cannot write a field: the values are %s; give a function of a voxel, or a table of numbers', tostring(source)) end
  return self
end

local engine
FluidEngine, engine = H.library('FluidEngine')
function engine.new(options)
  return (H.call('engine.new', options))
end

local solvers
fluids, solvers = H.library('fluids')
for _, name in ipairs {
  'plume', 'levels_of', 'add_advection', 'add_forces', 'add_source', 'add_obstacles', 'add_closed_faces', 'add_still_air',
  'add_hierarchy', 'add_projection', 'run_once',
} do
  solvers[name] = function(...) return (H.call('fluids.' .. name, ...)) end
end

-- The scene: what the command line gave, and what a scene that steps itself says of its files.
local settings, told = H.settings, { fields = true, render = true, camera = true, rate = true }
local chosen = {}

-- The values that --set gave, as a table that tells the host which were asked for; the first time of each.
local given, asked = settings.values, {}
local function note(key)
  if asked[key] or type(key) ~= 'string' or next(given) == nil then return end
  asked[key] = true
  H.call('scene.asked', key)
end
local values = setmetatable({}, {
  __metatable = 'locked',
  __index = function(_, key)
    note(key)
    return given[key]
  end,
  __pairs = function()
    for key in next, given do note(key) end
    return next, given, nil
  end,
})
scene = setmetatable({}, {
  __metatable = 'locked',
  __index = function(_, key)
    if key == 'values' then return values end
    if key == 'value' then return H.scene_value end
    return chosen[key]
  end,
  __newindex = function(_, key, value)
    if not told[key] then H.unknown('set', key, 'table "scene"', told) end
    chosen[key] = value
    H.call('scene.set', key, value)
  end,
})

-- What --set gave for a name, as the type of the default has it.
function H.scene_value(name, default)
  local text, kind = values[name], type(default)
  if text == nil then return default end
  local value
  if kind == 'string' or kind == 'nil' then value = text
  elseif kind == 'number' then value = tonumber(text)
  elseif kind == 'boolean' then value = ({ ['true'] = true, ['false'] = false })[text] end
  if value == nil then fail('Cannot read option "--set %s=%s": it is no %s; give one', tostring(name), text, kind) end
  return value
end
`;
