import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Simulation } from '@halocline/engine';
import { readGrids } from '@halocline/vdb';
import { temporaryFolder, vulkanTest } from '@halocline/testing';
import { expect, test } from 'vitest';
import { runOnDevice } from './run-on-device.ts';

test('a scene returns its simulation, a table that has one, or nothing; all else is an error', async () => {
  const returned = async (text: string): Promise<string> => (await runOnDevice(text)).error;
  expect(await returned('return 7')).toBe(
    'Cannot run the scene: it returns 7; give the simulation, or a table that has it, as in return {simulation=sim, frames=48}',
  );
  expect(await returned('return { frames = 2 }')).toBe(
    'Cannot run the scene: the table that it returns has no simulation; give the simulation, or a table that has it, as in return {simulation=sim, frames=48}',
  );
  expect(await returned('return { frame = 2 }')).toBe(
    'Cannot take the scene: "frame" is no option of it (did you mean "frames"?); there are camera, fields, frames, rate, render, report, simulation, steps_per_frame',
  );
});

const scene = `
  local sim = FluidEngine.new {
    domain_bbox = { min = { -9, -8, -7 }, max = { 8, 9, 11 } }, voxel_size = 0.1, translation = { 0.05, 0, -0.3 },
    subdomains = tonumber(scene.values.subdomains), cut_order = 'hilbert', halo_thickness = 2,
  }
  assert(sim:subdomains()[1].cut_order == 'hilbert')
  sim:add_field('density', 'float32', 0.25)
  sim:add_field('velocity', 'vec3', { 0, 0, 1 })
  sim:add_stencil('advect', {
    inputs = { 'density', 'velocity' }, outputs = { 'density' }, parameters = { gain = 1.0625 },
    requires_neighbors = true, neighbor_radius = 2,
    code = [[
      vec3 back = CoordToWorld(coord) - dt * ReadField("velocity", coord);
      WriteField("density", idx, gain * SampleField("density", back));
      ReduceMax("largest", gain);
    ]],
  })
  sim:initialize()
  sim:field('density'):write(function(i, j, k, x, y, z) return x * x * y / 7 + z * i - j // 3 + 1e-3 / (k * k + 0.1) end)
  sim:field('velocity'):write(function(i, j, k, x, y, z) return { y / 2, -x / 2, z / 4 } end)
  for _ = 1, 3 do sim:run_timestep(0.125) end
  sim:set('gain', 0.5)
  sim:run_timestep { dt = 0.25 }
  sim:save(scene.values.folder .. '/lua.nvdb')
`;

async function sameInTypeScript(file: string): Promise<void> {
  await using sim = await Simulation.create({
    domain: { min: [-9, -8, -7], max: [8, 9, 11] },
    voxelSize: 0.1,
    translation: [0.05, 0, -0.3],
    haloThickness: 2,
  });
  sim.addField('density', 'float32', 0.25);
  sim.addField('velocity', 'vec3', [0, 0, 1]);
  sim.addParameter('gain', 'float', 1.0625);
  sim.addStencil('advect', {
    inputs: ['density', 'velocity'],
    outputs: ['density'],
    neighborRadius: 2,
    code: `
      vec3 back = CoordToWorld(coord) - dt * ReadField("velocity", coord);
      WriteField("density", idx, gain * SampleField("density", back));
      ReduceMax("largest", gain);
    `,
  });
  await sim.initialize();
  await sim
    .field('density')
    .write((i, j, k, x, y, z) => (x * x * y) / 7 + z * i - Math.floor(j / 3) + 1e-3 / (k * k + 0.1));
  await sim.field('velocity').write((_i, _j, _k, x, y, z) => [y / 2, -x / 2, z / 4]);
  for (let step = 0; step < 3; step++) await sim.runTimestep(0.125);
  sim.set('gain', 0.5);
  await sim.runTimestep(0.25);
  await sim.save(file);
}

vulkanTest('a scene gives the bits of the same scene in TypeScript, whole and cut in three', async () => {
  using folder = temporaryFolder();
  const [typescript, lua] = ['typescript.nvdb', 'lua.nvdb'].map((name) => join(folder.path, name));
  await sameInTypeScript(typescript!);
  const [density, velocity] = readGrids(readFileSync(typescript!));
  expect(density!.statistics().max[0]).toBeGreaterThan(density!.statistics().min[0]! + 1);
  expect(velocity!.get(4, 2, 0)).toEqual([0.1, -0.225, -0.075].map(Math.fround));
  for (const subdomains of ['1', '3']) {
    const { error } = await runOnDevice(scene, {
      folders: [folder.path],
      values: { folder: folder.path, subdomains },
    });
    expect(error).toBe('');
    expect(readFileSync(lua!).equals(readFileSync(typescript!)), `${subdomains} subdomains`).toBe(true);
  }
});

vulkanTest('calls wait, in coroutines and in callbacks too', async () => {
  const { printed, error } = await runOnDevice(`
    local sim = FluidEngine.new { domain_bbox = { min = { 0, 0, 0 }, max = { 8, 8, 8 } } }
    sim:add_field('n', 'float32', 0)
    sim:add_stencil('count', { inputs = { 'n' }, outputs = { 'n' }, code = [[ WriteField("n", idx, ReadField("n", coord) + 1.0); ]] })
    local function step() return sim:run_timestep(1):statistics('n').max end
    print(step())
    local co = coroutine.wrap(function() while true do coroutine.yield(step()) end end)
    print(co(), co())
    print((('x'):gsub('x', step)))
    table.sort({ 3, 1, 2 }, function(a, b) step() return a < b end)
    print(step() > 6)
    print(select(2, pcall(step)) == select(2, xpcall(function() return sim:statistics('n').max end, print)))
    for value in coroutine.wrap(function() for _ = 1, 2 do coroutine.yield(step()) end end) do io = value end
    print(setmetatable({}, { __index = function(_, key) return step() - io end }).anything)
    print(sim:field('n'):get(1, 2, 3) == io + 1, #sim:field('n'):read(), #sim:field('n'):read { min = { 0, 0, 0 }, max = { 2, 2, 1 } })
  `);
  expect(error).toBe('');
  expect(printed).toBe('1\n2\t3\n4\ntrue\ntrue\n1\ntrue\t512\t4\n');
});

vulkanTest('what a scene asks of a simulation', async () => {
  const { printed, error } = await runOnDevice(`
    local sim <close> = FluidEngine.new { domain_bbox = { min = { x = 0, y = 0, z = 0 }, max = { 16, 8, 8 } }, voxel_size = 0.5 }
    sim:add_field('a', 'float32', 0)
    sim:add_parameter('k', 'float', 2)
    sim:add_scalar('sum', 'float', 0)
    sim:add_stencil('one', { inputs = { 'a' }, outputs = { 'a' }, code = [[
      WriteField("a", idx, 0.5 * ReadField("a", coord) + k); ReduceSum("sum", k); ]] })
    sim:add_stencil('two', { inputs = { 'a' }, outputs = { 'b' }, code = [[ WriteField("b", idx, 2.0 * ReadField("a", coord)); ]] })
    sim:add_dependency('one', 'two')
    sim:add_repeat { name = 'again', body = { 'one' }, times = 3 }
    sim:initialize():run_timestep(0.5):finish()
    print(sim:time(), sim:frame(), sim:iterations('again'), sim:field('a'):get(0, 0, 0), sim:field('b'):get(15, 7, 7))
    print(sim:scalar('sum'):read(), table.concat(sim:fields(), ','), sim:info().active_voxels, sim:info().voxel_size)
    print(sim:field('a'):info().type, sim:field('a') == sim:field('a'), sim:memory().total > 0, #sim:subdomains())
    sim:set('k', 0):remove_repeat('again'):remove_stencil('two'):remove_field('b')
    sim:field('a'):fill(8)
    sim:run_timestep(0.5)
    print(sim:field('a'):get(3, 3, 3), sim:explain():match('one'))
    local values = {}
    for n = 1, 16 * 8 * 8 do values[n] = n end
    print(sim:field('a'):write(values):get(15, 7, 7), sim:field('a'):clear():statistics().max)
    print(tostring(sim), sim:level(1):info().active_voxels)
    sim:level(1):add_field('coarse', 'float32', 3)
    print(sim:level(1):field('coarse'):get(0, 0, 0), table.concat(sim:level(1):fields(), ','))
  `);
  expect(error).toBe('');
  expect(printed.split('\n')).toEqual([
    '0.5\t1\t3\t3.5\t7',
    '2048\ta,b\t1024\t0.5',
    'float32\ttrue\ttrue\t1',
    '4\tone',
    '1024\t0',
    expect.stringMatching(/^Simulation\(1024 voxels, 2 leaves, 1 field, 1 stencil, step 2, on .*\)\t128$/u),
    '3\tcoarse',
    '',
  ]);
});

vulkanTest('levels have stencils, and stencils are debugged', async () => {
  const { printed, error, log } = await runOnDevice(`
    local sim = FluidEngine.new { domain_bbox = { min = { 0, 0, 0 }, max = { 16, 16, 16 } }, fusion = false }
    sim:add_field('half', 'float32', 1, { storage = 'float16' })
    local coarse = sim:level(1)
    coarse:add_field('mean', 'float32')
    coarse:add_stencil('coarsen', { outputs = { 'mean' }, code = [[ WriteField("mean", idx, 7.0); ]] })
    sim:add_stencil('bad', {
      inputs = { 'half' }, outputs = { 'half' }, debug = { voxel = { 1, 2, 3 } },
      code = [[ printf("here %d", coord.z); WriteField("half", idx, ReadField("half", coord) / dt); ]],
    })
    sim:run_timestep(0)
    print(coarse:field('mean'):get(0, 0, 0), #sim:debug_reports(), sim:defragment() == sim)
    print(sim:explain_stencil('bad'):find('ReadField') ~= nil)
  `);
  expect(error).toBe('');
  expect(printed).toBe('7\t1\ttrue\ntrue\n');
  expect(log.join('\n')).toContain('here 3');
});

vulkanTest('a field that is saved is loaded, and shown', async () => {
  using folder = temporaryFolder();
  const { printed, error } = await runOnDevice(
    `
    local sim = FluidEngine.new { domain_bbox = { min = { 0, 0, 0 }, max = { 8, 8, 8 } } }
    sim:add_field('density', 'float32', 0):write(function(i, j, k) return i + j + k end)
    local file = scene.values.folder .. '/a.nvdb'
    sim:save(file, { 'density' }, { codec = 'none' })
    sim:field('density'):clear()
    print(table.concat(sim:load(file), ' '), sim:field('density'):get(1, 2, 3))
    sim:checkpoint(scene.values.folder .. '/c.nvdb')
    sim:field('density'):clear()
    sim:resume(scene.values.folder .. '/c.nvdb')
    sim:render(scene.values.folder .. '/a.png', { width = 16, height = 8, camera = { azimuth = 30 }, transfer = { map = { name = 'viridis', range = { 0, 21 } } } })
    local other = FluidEngine.new { grid = file, voxel_size = 2 }
    other:add_field('shown', 'float32')
    print(table.concat(other:load(file, { fields = { density = 'shown' } })), other:field('shown'):statistics().max, other:info().voxel_size)
    sim:close()
    print(pcall(sim.time, sim))
  `,
    { folders: [folder.path], values: { folder: folder.path } },
  );
  expect(error).toBe('');
  expect(printed).toBe(
    'density\t6\nshown\t21\t2\nfalse\tscene.lua:16: Cannot tell the time: what is given was freed; give a simulation that is alive\n',
  );
  expect([...readFileSync(join(folder.path, 'a.png')).subarray(16, 24)]).toEqual([0, 0, 0, 16, 0, 0, 0, 8]);
});

vulkanTest('a kernel of its own stands among the stencils, and includes no file from elsewhere', async () => {
  const text = (line: string): string => `
    local sim = FluidEngine.new { domain_bbox = { min = { 0, 0, 0 }, max = { 8, 8, 8 } } }
    sim:add_field('u', 'float32', 2)
    sim:register_kernel('scale', {
      inputs = { 'u' }, outputs = { 'u' }, parameters = { k = 3 }, neighbor_radius = 0,
      glsl = [[
        #include "halocline.glsl"
        layout(local_size_x = 256) in;
        void main() {
          Voxel v;
          for (uint turn = 0; turn < turns(); turn++) {
            if (!takeVoxel(turn, v)) continue;
            ${line}
          }
        }
      ]],
    })
    sim:run_timestep(1)
    print(sim:field('u'):get(3, 4, 5))`;
  const good = await runOnDevice(text('write_u(v, k * read_u(v) + float(v.coord.z));'));
  expect([good.error, good.printed]).toEqual(['', '11\n']);
  const wrong = await runOnDevice(text('write_u(v, rate);'));
  expect(wrong.error).toMatch(/^scene\.lua:18: Cannot compile kernel "scale": line 13, column \d+: .*rate/u);
  const elsewhere = await runOnDevice(text('\n#include "/etc/hostname"\n'));
  expect(elsewhere.error).toBe(
    'scene.lua:4: Cannot register kernel "scale" with include "/etc/hostname": a scene in Lua reaches files of this folder and of its own; move it there, or allow its folder with --allow',
  );
});

vulkanTest(
  'the ready solvers',
  async () => {
    const { printed, error } = await runOnDevice(`
    local plume = fluids.plume { voxels = 16, source = { density = 2 }, balls = { { center = { 0.5, 1, 0.5 }, radius = 0.1 } } }
    plume:run_timestep(0.02)
    print(plume:statistics('density').max > 0, plume:statistics('velocity').finite)

    local sim = FluidEngine.new { domain_bbox = { min = { 0, 0, 0 }, max = { 16, 16, 16 } }, voxel_size = 1 / 16 }
    sim:add_field('density', 'float32', 0)
    sim:add_field('temperature', 'float32', 300)
    sim:add_field('velocity', 'vec3', { 0, 0, 0 }, { at = 'faces' })
    local once = fluids.add_obstacles(sim, { floor = true })
    for _, name in ipairs(fluids.add_hierarchy(sim, fluids.levels_of(16))) do once[#once + 1] = name end
    fluids.run_once(sim, once)
    fluids.add_advection(sim, { 'density', 'temperature' }, { decay = { density = 0.1 } })
    fluids.add_source(sim, { center = { 0.5, 0.2, 0.5 }, radius = 0.15 })
    fluids.add_still_air(sim, { density = 0, temperature = 300 })
    fluids.add_forces(sim, { gravity = 9 })
    fluids.add_closed_faces(sim)
    fluids.add_projection(sim, { levels = fluids.levels_of(16), tolerance = 0.1 })
    for _ = 1, 3 do sim:run_timestep(0.02) end
    print(sim:statistics('density').max > 0, sim:statistics('temperature').max > 300)
  `);
    expect(error).toBe('');
    expect(printed).toBe('true\ttrue\ntrue\ttrue\n');
  },
  120_000,
);

vulkanTest('the README of the room names every method', async () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  const { printed } = await runOnDevice(`
    local sim = FluidEngine.new { domain_bbox = { min = { 0, 0, 0 }, max = { 8, 8, 8 } } }
    local device = gpu.device_create()
    local graph = gpu.graph()
    local kernel = gpu.kernel_compile(device, 'layout(local_size_x = 1) in; void main() {}')
    local handles = {
      sim = sim, level = sim:level(0), field = sim:add_field('f', 'float32'), scalar = sim:add_scalar('s', 'float'),
      device = device, buffer = device:alloc(4), kernel = kernel, heap = gpu.heap_create(device, { byte_length = 65536 }),
      graph = graph, pass = graph:add_pass('p'), resource = graph:add_resource('r', { byte_length = 4 }),
      recording = gpu.record(function(cmd) cmd:pipeline(kernel):dispatch(1) end),
    }
    for name, handle in pairs(handles) do
      local problem = select(2, pcall(function() return handle.no_such_method end))
      for method in problem:match('there are (.*)$'):gmatch('[%w_]+') do print(name .. ':' .. method) end
    end
    gpu.encode(function(cmd)
      for method in select(2, pcall(function() return cmd.no_such_method end)):match('there are (.*)$'):gmatch('[%w_]+') do
        print('cmd:' .. method)
      end
    end)
  `);
  const methods = printed.trimEnd().split('\n');
  expect(methods.length).toBeGreaterThan(70);
  expect(methods.filter((method) => !readme.includes(`\`${method}`))).toEqual([]);
});

vulkanTest.each(['../README.md', '../../../README.md'])('the scene in %s runs', async (file) => {
  const readme = readFileSync(new URL(file, import.meta.url), 'utf8');
  const text = /```lua\n(.*?)```/su.exec(readme)![1]!;
  let warmest = 0;
  const { error } = await runOnDevice(text, {}, async ({ scene }) => {
    await scene!.simulation.runTimestep(0.1);
    warmest = (await scene!.simulation.field('heat').statistics()).max[0]!;
  });
  expect(error).toBe('');
  expect(warmest).toBeCloseTo(Math.exp(-0.05), 5);
});
