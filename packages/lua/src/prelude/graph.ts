/** @file The render graph: resources, and passes that say what they read and write; barriers come of that. */

/** Lua: the sixth part of the prelude. */
export const GRAPH: string = String.raw`
local type, tostring, fail, place, plain_list = type, tostring, H.fail, H.place, H.plain_list
local setmetatable = setmetatable

local Graph = H.class('graph', 'a graph')
local Pass = H.class('pass', 'a pass')
local Resource = H.class('resource', 'a resource')

-- What a graph has been told, and the graph of a pass; what it is made of goes over when it is run or explained.
local told = setmetatable({}, { __mode = 'k' })
local pass_of = setmetatable({}, { __mode = 'k' })

function H.gpu_members.graph()
  local graph = H.call('gpu.graph')
  told[graph] = { passes = {}, changed = true }
  return graph
end

function Graph.methods.add_resource(self, name, options)
  H.check(self, Graph, 'add_resource')
  return (H.call('graph.add_resource', self, name, options))
end

function Graph.methods.add_pass(self, name, body, options)
  H.check(self, Graph, 'add_pass')
  if type(name) ~= 'string' then fail('Cannot add pass "%s": its name is of type %s; give text', tostring(name), type(name)) end
  if body ~= nil and type(body) ~= 'function' then
    fail('Cannot add pass "%s": its body is of type %s; give a function that gets cmd, or none', name, type(body))
  end
  local graph = told[self]
  local pass = H.make(Pass, -#graph.passes - 1)
  local said = { name = name, body = body, options = options, uses = {}, after = {}, line = place() }
  graph.passes[#graph.passes + 1] = said
  graph.changed = true
  pass_of[pass] = { said = said, graph = graph }
  return pass
end

for _, how in ipairs { 'read', 'write' } do
  Pass.methods[how] = function(self, resource, access)
    H.check(self, Pass, how)
    local of = pass_of[self]
    of.said.uses[#of.said.uses + 1] = plain_list(how, resource, access)
    of.graph.changed = true
    return self
  end
end
function Pass.methods.after(self, name)
  H.check(self, Pass, 'after')
  local of = pass_of[self]
  of.said.after[#of.said.after + 1] = plain_list(name)[1]
  of.graph.changed = true
  return self
end

-- Everything that was said, each command with its line; none where nothing is new.
local function passes_of(self)
  local graph = told[self]
  if not graph.changed then return nil end
  local passes, lines = {}, {}
  for at, said in ipairs(graph.passes) do
    lines[#lines + 1] = said.line
    local first, list, own = #lines, {}, {}
    if said.body then list, own = H.record('record pass "' .. said.name .. '"', said.body) end
    for index, line in ipairs(own) do lines[first + index] = line end
    passes[at] = {
      name = said.name, at = first, uses = said.uses, after = said.after, commands = list,
      options = plain_list(said.options)[1],
    }
  end
  return passes, lines
end

for name, what in next, {
  run = 'graph.run', explain = 'graph.explain', order = 'graph.order', to_mermaid = 'graph.to_mermaid',
  to_dot = 'graph.to_dot', to_svg = 'graph.to_svg',
} do
  Graph.methods[name] = function(self)
    H.check(self, Graph, name)
    local passes, lines = passes_of(self)
    local given = plain_list(self)
    given[2] = passes
    local value = H.ask(what, lines, nil, given)
    told[self].changed = false
    if value == nil then return self end
    return value
  end
end
H.method(Graph, 'free')
H.method(Resource, 'info')
`;
