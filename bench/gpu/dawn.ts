/**
 * @file Dawn's side of the comparison, a process of its own: the same dispatches and the same bytes through the `webgpu`
 * package, by the fastest of the ways that it offers. Prints one line of JSON.
 */
import type { DawnFigures } from './rivals.ts';
import { milliseconds, TRANSFERS } from './row.ts';
import { webgpuModule, type Adapter, type ComputePass, type GpuDevice, type Webgpu } from './webgpu.ts';

const [countWord, bytesWord, runsWord] = process.argv.slice(2);
const [count, byteLength, runs] = [Number(countWord), Number(bytesWord), Number(runsWord)];
const [MAP_READ, MAP_WRITE, COPY_SRC, COPY_DST, UNIFORM, STORAGE] = [1, 2, 4, 8, 64, 128];
const COMPUTE = 4;

const { create } = (await import(webgpuModule.href)) as Webgpu;
const gpu = create(['backend=vulkan']);

/** The least milliseconds from the first word written to the return of the submit; the device is waited for between runs. */
async function encodeMilliseconds(device: GpuDevice, record: (run: number) => object): Promise<number> {
  let best = Number.POSITIVE_INFINITY;
  for (let run = -3; run < runs; run++) {
    const start = performance.now();
    const commands = record(run);
    device.queue.submit([commands]);
    const took = performance.now() - start;
    await device.queue.onSubmittedWorkDone();
    if (run >= 0) best = Math.min(best, took);
  }
  return best;
}

function recordPass(device: GpuDevice, pipeline: object, body: (pass: ComputePass) => void): object {
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  body(pass);
  pass.end();
  return encoder.finish();
}

/** The parameter from a uniform buffer, written once for all dispatches, by a dynamic offset for each. */
async function byOffsets(device: GpuDevice): Promise<number> {
  const module = device.createShaderModule({
    code: `@group(0) @binding(0) var<uniform> word: vec4u;
           var<workgroup> kept: u32;
           @compute @workgroup_size(1) fn main() { kept = word.x; }`,
  });
  const buffer = { type: 'uniform', hasDynamicOffset: true, minBindingSize: 16 };
  const layout = device.createBindGroupLayout({ entries: [{ binding: 0, visibility: COMPUTE, buffer }] });
  const pipeline = device.createComputePipeline({
    layout: device.createPipelineLayout({ bindGroupLayouts: [layout] }),
    compute: { module },
  });
  const uniform = device.createBuffer({ size: 256 * count, usage: UNIFORM | COPY_DST });
  const group = device.createBindGroup({
    layout,
    entries: [{ binding: 0, resource: { buffer: uniform, size: 16 } }],
  });
  const words = new Uint32Array(64 * count);
  const offset = new Uint32Array(1);
  return await encodeMilliseconds(device, (run) => {
    for (let i = 0; i < count; i++) words[64 * i] = i + run;
    device.queue.writeBuffer(uniform, 0, words);
    return recordPass(device, pipeline, (pass) => {
      for (let i = 0; i < count; i++) {
        offset[0] = 256 * i;
        pass.setBindGroup(0, group, offset, 0, 1);
        pass.dispatchWorkgroups(1);
      }
    });
  });
}

/** The parameter as immediates: WebGPU's push constants. */
async function byImmediates(device: GpuDevice): Promise<number> {
  const module = device.createShaderModule({
    code: `requires immediate_address_space;
           var<immediate> word: vec4u;
           var<workgroup> kept: u32;
           @compute @workgroup_size(1) fn main() { kept = word.x; }`,
  });
  const pipeline = device.createComputePipeline({
    layout: device.createPipelineLayout({ bindGroupLayouts: [], immediateSize: 16 }),
    compute: { module },
  });
  const words = new Uint32Array(4);
  return await encodeMilliseconds(device, (run) =>
    recordPass(device, pipeline, (pass) => {
      for (let i = 0; i < count; i++) {
        words[0] = i + run;
        pass.setImmediates(0, words, 0, 4);
        pass.dispatchWorkgroups(1);
      }
    }),
  );
}

/** Milliseconds for `byteLength` bytes from an array to the device, and back into an array of the caller's. */
async function transfers(device: GpuDevice): Promise<{ upload: number; download: number }> {
  const data = new Uint8Array(byteLength).fill(7);
  const back = new Uint8Array(byteLength);
  const onDevice = device.createBuffer({ size: byteLength, usage: STORAGE | COPY_SRC | COPY_DST });
  const up = device.createBuffer({ size: byteLength, usage: MAP_WRITE | COPY_SRC });
  const down = device.createBuffer({ size: byteLength, usage: MAP_READ | COPY_DST });
  const copy = (from: typeof up, to: typeof up): void => {
    const encoder = device.createCommandEncoder();
    encoder.copyBufferToBuffer(from, 0, to, 0, byteLength);
    device.queue.submit([encoder.finish()]);
  };
  const written = await milliseconds(async () => {
    device.queue.writeBuffer(onDevice, 0, data);
    await device.queue.onSubmittedWorkDone();
  }, TRANSFERS);
  const mapped = await milliseconds(async () => {
    await up.mapAsync(2);
    new Uint8Array(up.getMappedRange()).set(data);
    up.unmap();
    copy(up, onDevice);
    await device.queue.onSubmittedWorkDone();
  }, TRANSFERS);
  const download = await milliseconds(async () => {
    copy(onDevice, down);
    await down.mapAsync(1);
    back.set(new Uint8Array(down.getMappedRange()));
    down.unmap();
  }, TRANSFERS);
  if (back[byteLength - 1] !== 7) throw new Error('Bug in the comparison: other bytes came back');
  return { upload: Math.min(written, mapped), download };
}

async function measure(adapter: Adapter): Promise<DawnFigures> {
  const most = adapter.limits['maxBufferSize']!;
  const requiredLimits = { maxBufferSize: Math.min(most, 2 ** 30), maxImmediateSize: 16 };
  const device = await adapter.requestDevice({ requiredLimits });
  const { vendor, device: name, description } = adapter.info;
  const figures = {
    device: `${vendor} ${name} ${description}`,
    offsetsMs: await byOffsets(device),
    immediatesMs: await byImmediates(device),
    ...(await transfers(device)),
  };
  device.destroy();
  return figures;
}

const adapter = await gpu.requestAdapter();
process.stdout.write(`${JSON.stringify(adapter === null ? { refused: true } : await measure(adapter))}\n`);
// Dawn dies when its instance or adapter is collected while it works: both are named here, behind everything.
process.exit(gpu && (adapter ?? gpu) ? 0 : 1);
