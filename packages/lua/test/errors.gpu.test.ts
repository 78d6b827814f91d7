import { vulkanTest } from '@halocline/testing';
import { expect } from 'vitest';
import { runOnDevice } from './run-on-device.ts';

/** A simulation with a field, on one line, and what follows from line 2 on. */
const head = `local sim = FluidEngine.new { domain_bbox = { min = { 0, 0, 0 }, max = { 8, 8, 8 } } } sim:add_field('heat', 'float32', 0)\n`;
const options =
  'there are beyond_radius, code, color, debug, file, inputs, neighbor_radius, outputs, parameters, requires_halos, requires_neighbors';

/** What a script gets to see, with `pcall`; from line 2 on. */
const raised: readonly (readonly [text: string, error: string])[] = [
  [
    `sim:add_field('heat', 'float32', 0)`,
    'scene.lua:2: Cannot add field "heat": it is declared already, as float32; choose another name',
  ],
  [
    `\nsim:add_field('b', 'float33')`,
    'scene.lua:3: Cannot add field "b": "float33" is no field type (did you mean "float32"?); use one of float32, float16, float64, int32, uint32, uint8, vec2 … vec4, f16vec2 … f16vec4, dvec2 … dvec4, ivec2 … ivec4, uvec2 … uvec4, u8vec2 … u8vec4',
  ],
  [`sim:add_field(7)`, 'scene.lua:2: Cannot add field: its name is 7; give text'],
  [
    `sim:add_field('b', 'vec3', 'red')`,
    'scene.lua:2: Cannot add field "b": its default is "red"; give a number or a table of numbers',
  ],
  [
    `sim.add_field('b', 'float32')`,
    'scene.lua:2: Cannot call "add_field": it belongs to a simulation, and is called on a value of type string; write it with a colon, as in x:add_field(…)',
  ],
  [
    `sim:field('heat'):statistic()`,
    'scene.lua:2: Cannot call "statistic" of a field: there is none of that name (did you mean "statistics"?); there are clear, fill, get, info, read, statistics, write',
  ],
  [
    `sim.dt = 1`,
    'scene.lua:2: Cannot set "dt" of a simulation: it has methods alone; keep what is yours in a table of your own',
  ],
  [
    `sim:add_stencil('x', { inptus = {} })`,
    `scene.lua:2: Cannot add stencil "x": "inptus" is no option of it (did you mean "inputs"?); ${options}`,
  ],
  [
    `sim:add_stencil('x', { inputs = 'heat' })`,
    `scene.lua:2: Cannot add stencil "x": inputs is "heat"; give a table of names, as in {'density'}`,
  ],
  [
    `sim:add_stencil('x', { inputs = { 'heat' } })`,
    'scene.lua:2: Cannot add stencil "x": it has neither code nor file nor body; give one of them',
  ],
  [
    `sim:add_stencil('x', { parameters = { k = {} }, code = [[]] })`,
    'scene.lua:2: Cannot add stencil "x": parameter k has 0 numbers; give 2 to 4, or one',
  ],
  [
    `sim:add_dependency('heat', 'nope')\nsim:initialize()`,
    'scene.lua:3: Cannot add dependency "heat" → "nope": "nope" is no stencil; the stencils are none',
  ],
  [
    `sim:run_timestep()`,
    'scene.lua:2: Cannot run a step: dt is nil; write sim:run_timestep(0.016) or sim:run_timestep{dt=0.016}',
  ],
  [
    `sim:run_timestep { dT = 0.016 }`,
    'scene.lua:2: Cannot run a step: "dT" is no option of it; write sim:run_timestep(0.016) or sim:run_timestep{dt=0.016}',
  ],
  [`sim:run_timestep(0 / 0)`, 'scene.lua:2: Cannot run a step: dt is NaN; give seconds, as in sim:run_timestep(0.016)'],
  [
    `sim:field('heat'):get(0.5, 0, 0)`,
    'scene.lua:2: Cannot get voxel (0.5, 0, 0) of grid "heat": no voxel is there; give whole numbers from -2147483648 to 2147483647',
  ],
  [`sim:set('k', 1)`, 'scene.lua:2: Cannot set "k": there is no parameter or scalar of that name; there are none'],
  [
    `sim:field('haet')`,
    'scene.lua:2: Cannot find field "haet": there is none of that name (did you mean "heat"?); the fields are "heat"',
  ],
  [
    `sim:add_repeat { body = { 'x' }, times = 0 }`,
    'scene.lua:2: Cannot add repeat "repeat_1": times is 0; give a whole number of at least 1',
  ],
  [
    `sim:add_repeat { body = { 'x' }, times = 3, stop = { scalar = 's' } }`,
    "scene.lua:2: Cannot add repeat with stop: it is a table; give a scalar's name, or {scalar='residual', below=1e-3}",
  ],
  [`sim:save('heat.txt')`, 'scene.lua:2: Cannot save "heat.txt": its ending is ".txt"; give it .nvdb or .vdb'],
  [
    `sim:render('heat.jpg')`,
    'scene.lua:2: Cannot render "heat.jpg": its ending is ".jpg"; give one of a picture, .png',
  ],
  [
    `sim:render('heat.png', { camera = { azimut = 3 } })`,
    'scene.lua:2: Cannot render "heat.png" with camera: "azimut" is no option of it (did you mean "azimuth"?); there are azimuth, distance, elevation, eye, fov, target',
  ],
  [
    `sim:field('heat'):write(function(i) return i < 3 and i or nil end)`,
    'scene.lua:2: Cannot write field "heat": the function gave nil at (3, 0, 0); give a number',
  ],
  [
    `sim:field('heat'):write({ 1, 2 })`,
    'scene.lua:2: Cannot write field "heat": the array has 2 elements, and the box of 8 × 8 × 8 voxels takes 512; give 1 for each voxel, z fastest',
  ],
  [
    `sim:field('heat'):write('x')`,
    'scene.lua:2: Cannot write a field: the values are x; give a function of a voxel, or a table of numbers',
  ],
  [
    `FluidEngine.new { domain_bbox = { min = { 0, 0 }, max = { 1, 1, 1 } } }`,
    'scene.lua:2: Cannot create simulation: min of domain_bbox is a table; give three whole numbers, as in {min={0, 0, 0}, max={64, 64, 64}}',
  ],
  [
    `FluidEngine.new { device_count = 0, domain_bbox = { min = { 0, 0, 0 }, max = { 8, 8, 8 } } }`,
    'scene.lua:2: Cannot create simulation: device_count is 0; give a whole number, at least 1',
  ],
  [
    `FluidEngine.new { }`,
    'scene.lua:2: Cannot create simulation: neither domain_bbox nor grid is given; give one of them',
  ],
  [
    `FluidEngine.new { domain_bbox = { min = { 0, 0, 0 }, max = { 8, 8, 8 } }, grid = 'smoke.nvdb' }`,
    'scene.lua:2: Cannot create simulation: both domain_bbox and grid are given; give one of them',
  ],
  [
    `fluids.plum {}`,
    'scene.lua:2: Cannot call "plum" of table "fluids": there is none of that name (did you mean "plume"?); there are add_advection, add_closed_faces, add_forces, add_hierarchy, add_obstacles, add_projection, add_source, add_still_air, levels_of, plume, run_once',
  ],
  [
    `scene.files = {}`,
    'scene.lua:2: Cannot set "files" of table "scene": there is none of that name; there are camera, fields, rate, render',
  ],
];

/** What ends a script. */
const ended: readonly (readonly [text: string, error: string])[] = [
  [
    `\n\nsim:run_timestep(dt=0.016)`,
    'scene.lua:4: Cannot read the scene: sim:run_timestep(dt=0.016) is no Lua; write sim:run_timestep(0.016) or sim:run_timestep{dt=0.016}',
  ],
  [`for n = 1 do`, "scene.lua:2: Cannot read the scene: ',' expected near 'do'"],
  [
    `sim:field('heat'):write(function(i, j, k) return i + nothing end)`,
    "scene.lua:2: Cannot run the scene: attempt to perform arithmetic on a nil value (global 'nothing')",
  ],
  [
    `FluidEngin.new {}`,
    `scene.lua:2: Cannot run the scene: attempt to index a nil value (global 'FluidEngin') (did you mean "FluidEngine"?)`,
  ],
  [
    `io.open('x')`,
    "scene.lua:2: Cannot run the scene: attempt to index a nil value (global 'io'); scenes have no files: use sim:save and sim:load",
  ],
  [`error('too hot')`, 'scene.lua:2: Cannot run the scene: too hot'],
  [`error({ code = 2 })`, 'scene.lua: Cannot run the scene: it threw a table'],
  [
    `error(setmetatable({}, { __tostring = function() return 'of mine' end }))`,
    'scene.lua: Cannot run the scene: of mine',
  ],
  [
    `local ok, problem = pcall(sim.field, sim, 'x') error(problem, 0)`,
    'scene.lua:2: Cannot find field "x": there is none of that name; the fields are "heat"',
  ],
  [
    `coroutine.wrap(function()\n  sim:field('x')\nend)()`,
    'scene.lua:3: Cannot find field "x": there is none of that name; the fields are "heat"',
  ],
  [
    `local r <close> = sim\nsim:close()`,
    'scene.lua:3: Cannot close: what is given was freed; give a simulation that is alive',
  ],
];

vulkanTest('errors that calls raise bear the line of the call', async () => {
  const { printed, error } = await runOnDevice(
    `${head}
    _G.sim = sim
    for n = 1, tonumber(scene.values.count) do
      local chunk = assert(load('\\n' .. scene.values[tostring(n)], '@' .. scene.values.name))
      print(select(2, pcall(chunk)))
    end`,
    {
      values: {
        name: 'scene.lua',
        count: String(raised.length),
        ...Object.fromEntries(raised.map(([text], index) => [String(index + 1), text])),
      },
    },
  );
  expect(error).toBe('');
  expect(printed.trimEnd().split('\n')).toEqual(raised.map(([, message]) => message));
});

vulkanTest.each(ended)('%s', async (text, error) => {
  expect((await runOnDevice(head + text)).error).toBe(error);
});

vulkanTest('an error within code = [[…]] is told at its line of the scene', async () => {
  const { error } = await runOnDevice(`${head}
sim:add_stencil('cool', {
  inputs = { 'heat' }, outputs = { 'heat' },
  code = [[
    float h = ReadField("heat", coord);
    WriteField("heat", idx, h * rate);
  ]],
})
sim:initialize()`);
  expect(error).toBe(
    `scene.lua:10: Cannot compile stencil "cool": line 7, column 33: there is no variable "rate"; declare it first, as in float rate = …;
    7 | WriteField("heat", idx, h * rate);
      |                             ^^^^`,
  );
});

vulkanTest('in its first line too, and of two texts that are the same at the right one', async () => {
  const { error } = await runOnDevice(`${head}
local same = [[ WriteField("heat", idx, 1.0) ]]
sim:add_stencil('a', { outputs = { 'heat' }, code = [[ WriteField("heat", idx, 1.0) ]] })
sim:initialize()`);
  expect(error).toBe(
    `scene.lua:5: Cannot compile stencil "a": line 4, column 84: the text ends after a statement; write ";"
    4 | WriteField("heat", idx, 1.0)
      |                             ^`,
  );
});

vulkanTest('a text that is put together keeps its own lines', async () => {
  const { error } = await runOnDevice(`${head}
local name = 'rate'
sim:add_stencil('cool', { outputs = { 'heat' }, code = '\\n' .. 'WriteField("heat", idx, ' .. name .. ');' })
sim:initialize()`);
  expect(error).toBe(
    `scene.lua:5: Cannot compile stencil "cool": line 2, column 25: there is no variable "rate"; declare it first, as in float rate = …;
    2 | WriteField("heat", idx, rate);
      |                         ^^^^`,
  );
});

vulkanTest('a shader is told at its line of the scene, and a command that is refused at its own', async () => {
  const shader = await runOnDevice(`local device = gpu.device_create()
gpu.kernel_compile(device, [[
  layout(local_size_x = 1) in;
  void main() {
    float a = b;
  }
]], { label = 'wrong' })`);
  expect(shader.error).toMatch(
    /^scene\.lua:2: Cannot compile shader "wrong": .*\(line 5, column \d+\).*\n {2}5 \| {5}float a = b;\n {4}\| {15}\^$/su,
  );
  const command = await runOnDevice(`local device = gpu.device_create()
local buffer = gpu.buffer_alloc(device, 16, 'small')
gpu.encode(function(cmd)
  cmd:label('a group', function(cmd)
    cmd:fill(buffer, 0, 16, 0)
    cmd:fill(buffer, 0, 32, 0)
  end)
end)`);
  expect(command.error).toBe('scene.lua:6: Cannot fill buffer "small": bytes 0 to 32 are asked for, it has 16');
});

vulkanTest('a tap beyond neighbor_radius is an error, a radius beyond the taps is kept', async () => {
  const text = (radius: string): string => `${head}
sim:add_stencil('far', { inputs = { 'heat' }, outputs = { 'heat' }, ${radius},
  code = [[ WriteField("heat", idx, ReadField("heat", coord + ivec3(2, 0, 0))); ]] })
sim:run_timestep(1)`;
  expect((await runOnDevice(text('neighbor_radius = 3'))).error).toBe('');
  expect((await runOnDevice(text('neighbor_radius = 2'))).error).toBe('');
  for (const radius of ['neighbor_radius = 1', 'requires_neighbors = false']) {
    expect((await runOnDevice(text(radius))).error).toMatch(/^scene\.lua:5: Cannot compile stencil "far": .*\b2\b/u);
  }
});

vulkanTest('device_count beyond the machine puts several subdomains on a device, with a word', async () => {
  const { error, log } = await runOnDevice(
    `local sim = FluidEngine.new { device_count = 32, domain_bbox = { min = { 0, 0, 0 }, max = { 32, 32, 16 } } }
    assert(#sim:subdomains() == 32)`,
  );
  expect(error).toBe('');
  expect(log[0]).toMatch(/^32 devices are asked for, and there (?:is|are) .*: several subdomains share a device$/u);
});
