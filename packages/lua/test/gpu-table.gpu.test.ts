import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inflateSync } from 'node:zlib';
import { temporaryFolder, vulkanTest } from '@halocline/testing';
import { expect } from 'vitest';
import { runOnDevice } from './run-on-device.ts';

const kernels = `
  local device = gpu.device_create()
  local double = gpu.kernel_compile(device, [[
    layout(local_size_x = 64) in;
    layout(binding = 0) buffer Values { float at[]; };
    layout(push_constant) uniform Push { float factor; } push;
    void main() { if (gl_GlobalInvocationID.x < at.length()) at[gl_GlobalInvocationID.x] *= push.factor; }
  ]], { label = 'scale' })
`;

vulkanTest('the flat functions: memory, kernels, launches', async () => {
  const { printed, error } = await runOnDevice(`${kernels}
    local buffer = gpu.buffer_alloc(device, 400, 'values')
    local values = {}
    for n = 1, 100 do values[n] = n end
    gpu.buffer_upload(buffer, values)
    gpu.kernel_launch(double, 2, { buffers = { buffer }, push = { 3 } })
    gpu.kernel_launch(double, { 2, 1, 1 }, { buffers = { buffer }, push = gpu.pack('float32', { 0.5 }) })
    gpu.device_sync(device)
    local back = gpu.unpack('float32', gpu.buffer_download(buffer))
    print(#back, back[1], back[100], gpu.unpack('float32', gpu.buffer_download(buffer, 396, 4))[1])
    buffer:upload(gpu.pack('float32', { 8 }), 4)
    print(gpu.unpack('float32', buffer:download())[2], buffer:info().byte_length, buffer:info().label)
    double:launch(2, { buffers = { buffer }, push = { 2 } })
    print(gpu.unpack('float32', buffer:download(4, 4))[1], double:info().workgroup_size[1])
    print(device:info().name ~= '', #gpu.list_devices() >= 1, device:heap().used > 0)
    print(select(2, pcall(gpu.device_free, device)):match('values') ~= nil)
    gpu.buffer_free(buffer)
    gpu.kernel_free(double)
    gpu.device_free(device)
    print(select(2, pcall(gpu.device_sync, device)))
  `);
  expect(error).toBe('');
  expect(printed.split('\n')).toEqual([
    '100\t1.5\t150.0\t150.0',
    '8.0\t400\tvalues',
    '16.0\t64',
    'true\ttrue\ttrue',
    'true',
    'scene.lua:28: Cannot wait for device: what is given was freed; give a device that is alive',
    '',
  ]);
});

vulkanTest('numbers of every type go to bytes and back', async () => {
  const { printed, error } = await runOnDevice(`
    for _, kind in ipairs { 'float32', 'float64', 'int8', 'uint8', 'int16', 'uint16', 'int32', 'uint32' } do
      local values = {}
      for n = 1, 130 do values[n] = n % 100 end
      local bytes = gpu.pack(kind, values)
      local back = gpu.unpack(kind, bytes)
      for n = 1, 130 do assert(values[n] == back[n]) end
      io = (io or '') .. #bytes // 130 .. ' '
    end
    print(io, #gpu.pack('int32', {}))
    print(select(2, pcall(gpu.pack, 'uint32', { 1, 2.5 })))
    print(select(2, pcall(gpu.pack, 'float', { 1 })))
    print(select(2, pcall(gpu.unpack, 'uint32', 7)))
  `);
  expect(error).toBe('');
  expect(printed.split('\n')).toEqual([
    '4 8 1 1 2 2 4 4 \t0',
    'scene.lua:11: Cannot pack uint32: value 2 is 2.5; give a number that is one',
    'scene.lua:12: Cannot pack "float" of number types: there is none of that name; there are float32, float64, int16, int32, int8, uint16, uint32, uint8',
    'scene.lua:13: Cannot unpack uint32: a value of type number is given; give a string of bytes',
    '',
  ]);
});

vulkanTest('a heap of its own places buffers, and is full when it is full', async () => {
  const { printed, error } = await runOnDevice(`
    local device = gpu.device_create()
    local heap <close> = gpu.heap_create(device, { label = 'mine', byte_length = 2 ^ 20 })
    local a = heap:alloc(2 ^ 18, 'a')
    a:upload(('x'):rep(2 ^ 18))
    print(heap:report().byte_length, heap:report().buffers, a:download(5, 3))
    print(select(2, pcall(heap.alloc, heap, 2 ^ 20, 'large')):match('buffer "large" in memory pool "mine"'))
    a:free()
    print(gpu.heap_report(heap).used)
  `);
  expect(error).toBe('');
  expect(printed).toBe('1048576\t1\txxx\nbuffer "large" in memory pool "mine"\n0\n');
});

vulkanTest('an encoder chains its calls; a recording is submitted as often as wished', async () => {
  const { printed, error } = await runOnDevice(`${kernels}
    local a, b = gpu.buffer_alloc(device, 256, 'a'), gpu.buffer_alloc(device, 256, 'b')
    local one = gpu.unpack('uint32', gpu.pack('float32', { 1 }))[1]
    local kept
    gpu.encode(function(cmd)
      kept = cmd
      cmd:fill(a, 0, 256, one):barrier('transfer-target', { 'storage-read', 'storage-write' })
        :label('scale', function(cmd)
          cmd:pipeline(double):bind(0, a):push(gpu.pack('float32', { 10 })):dispatch_threads(64)
        end)
        :barrier('storage-write', 'transfer-source'):copy(a, 0, b, 0, 256)
    end)
    print(gpu.unpack('float32', b:download())[64])
    local again = gpu.record(function(cmd)
      cmd:barrier({ 'storage-write', 'transfer-target' }, { 'storage-read', 'storage-write' })
        :pipeline(double):bind(0, b, { byte_offset = 0, byte_length = 128 }):push({ 2 }):dispatch(1)
    end)
    again:submit():submit():submit()
    local values = gpu.unpack('float32', b:download())
    print(values[32], values[33])
    again:free()
    print(select(2, pcall(again.submit, again)))
    print(select(2, pcall(function() kept:dispatch(1) end)))
    print(select(2, pcall(gpu.encode, nil)))
    print(select(2, pcall(gpu.encode, function(cmd) cmd.dispatch(1) end)))
    print(select(2, pcall(gpu.encode, function(cmd) cmd:pipeline(a):uses(a) end)))
    print(select(2, pcall(gpu.encode, function(cmd) error('of mine') end)))
    gpu.encode(function() end)
  `);
  expect(error).toBe('');
  expect(printed.split('\n')).toEqual([
    '10.0',
    '80.0\t10.0',
    'scene.lua:30: Cannot submit: what is given was freed; give a recording that is alive',
    expect.stringMatching(
      /^scene\.lua:\d+: Cannot call "dispatch": it is called on an encoder whose function has ended; write cmd:dispatch\(…\), within the function that got cmd$/u,
    ),
    'scene.lua:32: Cannot encode: nil is given; give a function, as in gpu.encode(function(cmd) … end)',
    expect.stringMatching(/^scene\.lua:\d+: Cannot call "dispatch": it is called on a value of type number; write/u),
    expect.stringMatching(/^scene\.lua:\d+: Cannot record pipeline: argument 1 is a table; give a pipeline$/u),
    expect.stringMatching(/^scene\.lua:\d+: of mine$/u),
    '',
  ]);
});

vulkanTest('a graph orders its passes, explains itself, and runs as often as wished', async () => {
  const { printed, error } = await runOnDevice(`${kernels}
    local out = gpu.buffer_alloc(device, 256, 'out')
    local graph = gpu.graph()
    local between = graph:add_resource('between', { byte_length = 256 })
    local result = graph:add_resource('result', { buffer = out })
    local one = gpu.unpack('uint32', gpu.pack('float32', { 1 }))[1]
    graph:add_pass('start', function(cmd) cmd:fill(between, 0, 256, one) end):write(between, 'transfer-target')
    graph:add_pass('scale', function(cmd) cmd:pipeline(double):bind(0, between):push({ 5 }):dispatch(1) end):read(between):write(between)
    graph:add_pass('show', function(cmd) cmd:copy(between, 0, result, 0, 256) end)
      :read(between, 'transfer-source'):write(result, 'transfer-target')
    print(graph:order())
    print(graph:explain():find('scale') ~= nil, graph:to_mermaid():find('flowchart') ~= nil, graph:to_dot():find('digraph') ~= nil, graph:to_svg():find('<svg') ~= nil)
    graph:run():run()
    print(gpu.unpack('float32', out:download())[64])
    graph:add_pass('more', function(cmd) cmd:pipeline(double):bind(0, result):push({ 2 }):dispatch(1) end):read(result):write(result):after('start')
    print(graph:run():order(), gpu.unpack('float32', out:download())[1], between:info().byte_length)
    print(select(2, pcall(graph.add_resource, graph, 'between', { byte_length = 4 })))
    print(select(2, pcall(graph.add_resource, graph, 'other', {})))
    graph:add_pass('start')
    print(select(2, pcall(graph.run, graph)))
  `);
  expect(error).toBe('');
  expect(printed.split('\n')).toEqual([
    'start scale show',
    'true\ttrue\ttrue\ttrue',
    '5.0',
    'start scale show more\t10.0\t256',
    'scene.lua:25: Cannot add resource "between": the graph has a resource of that name; give each its own',
    'scene.lua:26: Cannot add resource "other": it has neither buffer nor byte_length; give one of them',
    'scene.lua:28: Cannot add pass "start": the graph has a pass of that name; give each its own',
    '',
  ]);
});

vulkanTest('what a scene leaves behind is freed, after an error too', async () => {
  const { error } = await runOnDevice(`${kernels}
    local heap = gpu.heap_create(device, { byte_length = 65536 })
    local a, b = heap:alloc(1024), gpu.buffer_alloc(device, 1024)
    local graph = gpu.graph()
    local r = graph:add_resource('r', { byte_length = 1024 })
    graph:add_pass('p', function(cmd) cmd:fill(r, 0, 1024, 0):copy(r, 0, b, 0, 0) end):write(r, 'transfer-target'):write(b, 'transfer-target')
    pcall(graph.run, graph)
    local recorded = gpu.record(function(cmd) cmd:pipeline(double):bind(0, b):push({ 1 }):dispatch(1) end)
    recorded:submit()
    local sim = FluidEngine.new { domain_bbox = { min = { 0, 0, 0 }, max = { 8, 8, 8 } } }
    sim:add_field('a', 'float32')
    sim:run_timestep(1)
    error('in the middle')
  `);
  expect(error).toMatch(/^scene\.lua:\d+: Cannot run the scene: in the middle$/u);
});

const examples = fileURLToPath(new URL('../../../examples/', import.meta.url));

vulkanTest('examples/hello_gpu.lua: a greeting comes back in capitals', async () => {
  const text = readFileSync(join(examples, 'hello_gpu.lua'), 'utf8');
  const { printed, error } = await runOnDevice(text, { values: { greeting: 'good morning' } });
  expect(error).toBe('');
  expect(printed).toMatch(/^GOOD MORNING, .+\n$/u);
});

vulkanTest('examples/particles.lua: the picture shows the light of the particles', async () => {
  using folder = temporaryFolder();
  const file = join(folder.path, 'particles.png');
  const text = readFileSync(join(examples, 'particles.lua'), 'utf8');
  const { error } = await runOnDevice(text, {
    folders: [folder.path],
    values: { count: '2000', width: '64', steps: '20', file },
  });
  expect(error).toBe('');
  const pixels = pixelsOf(readFileSync(file));
  expect(pixels.length).toBe(64 * 36);
  const lit = pixels.filter(([r, g, b]) => r! + g! + b! > 60).length;
  expect(lit).toBeGreaterThan(150);
  expect(lit).toBeLessThan(64 * 36 * 0.9);
});

vulkanTest('examples/setup.lua: four stencils over a box in two parts', async () => {
  const text = readFileSync(join(examples, 'setup.lua'), 'utf8');
  const look = `
    local velocity = sim:statistics('velocity')
    print(table.concat(sim:fields(), ' '), sim:frame(), #sim:subdomains())
    print(velocity.finite, sim:statistics('temperature').min, sim:statistics('divergence').max)`;
  const { printed, error, log } = await runOnDevice(text + look, { values: { half: '12', steps: '3' } });
  expect(error).toBe('');
  const [fields, figures] = printed.split('\n');
  expect(fields).toBe('density velocity pressure temperature density_new divergence\t3\t2');
  expect(figures).toMatch(/^true\t300\t\d+\.\d+$/u);
  expect(log[0]).toMatch(/^2 devices are asked for/u);
});

/** Red, green and blue of each pixel of a PNG with 8 bits and no interlacing, rows filtered in any way. */
function pixelsOf(png: Uint8Array): number[][] {
  const view = new DataView(png.buffer, png.byteOffset);
  const [width, height] = [view.getUint32(16), view.getUint32(20)];
  const channels = png[25] === 6 ? 4 : 3;
  const parts: Uint8Array[] = [];
  for (let at = 8; at < png.length; at += 12 + view.getUint32(at)) {
    if (Buffer.from(png.subarray(at + 4, at + 8)).toString() === 'IDAT')
      parts.push(png.subarray(at + 8, at + 8 + view.getUint32(at)));
  }
  const bytes = inflateSync(Buffer.concat(parts));
  const row = width * channels;
  const out = new Uint8Array(row * height);
  for (let y = 0; y < height; y++) {
    const filter = bytes[y * (row + 1)]!;
    for (let x = 0; x < row; x++) {
      const left = x < channels ? 0 : out[y * row + x - channels]!;
      const up = y === 0 ? 0 : out[(y - 1) * row + x]!;
      const corner = y === 0 || x < channels ? 0 : out[(y - 1) * row + x - channels]!;
      const guess = left + up - corner;
      const paeth = [left, up, corner].toSorted((a, b) => Math.abs(guess - a) - Math.abs(guess - b))[0]!;
      const from = [0, left, up, (left + up) >> 1, paeth][filter]!;
      out[y * row + x] = bytes[y * (row + 1) + 1 + x]! + from;
    }
  }
  return Array.from({ length: width * height }, (_, at) => [...out.subarray(at * channels, at * channels + 3)]);
}
