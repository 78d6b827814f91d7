import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gpuTest } from '@halocline/testing';
import { expect, vi } from 'vitest';
import { listDevices, openDevice } from '../src/index.ts';

const SCALE = `
#extension GL_EXT_buffer_reference : require
#extension GL_EXT_buffer_reference_uvec2 : require
layout(local_size_x_id = 0) in;
layout(constant_id = 1) const float FACTOR = 2.0;
layout(buffer_reference, std430) buffer Floats { float at[]; };
layout(push_constant) uniform Push { uvec2 address; uint count; } push;
void main() {
  uint i = (gl_WorkGroupID.y * gl_NumWorkGroups.x + gl_WorkGroupID.x) * gl_WorkGroupSize.x + gl_LocalInvocationID.x;
  if (i < push.count) Floats(push.address).at[i] *= FACTOR;
}`;

const COUNT = 100_000;

function pushOf(address: bigint, count: number): DataView {
  const push = new DataView(new ArrayBuffer(12));
  push.setBigUint64(0, address, true);
  push.setUint32(8, count, true);
  return push;
}

gpuTest('numbers go up, are scaled twice, and come down', {}, async ({ device }) => {
  using floats = device.createBuffer({ label: 'floats', byteLength: COUNT * 4 });
  const spirv = await device.compile(SCALE, { label: 'scale' });
  using scale = device.createPipeline({ label: 'scale', spirv, specialization: { 0: 64, 1: 3 } });
  expect(String(scale)).toBe('ComputePipeline("scale", 64×1×1 threads, 12 bytes pushed)');
  using commands = device.record('scale', (encoder) =>
    encoder
      .barrier(['storage-write'], ['storage-read', 'storage-write'])
      .pipeline(scale)
      .push(pushOf(floats.address, COUNT))
      .dispatch(Math.ceil(COUNT / 64)),
  );
  void device.staging.upload(
    floats,
    0,
    Float32Array.from({ length: COUNT }, (_, i) => i),
  );
  device.compute.submit([commands]);
  device.compute.submit([commands]);
  const result = new Float32Array((await device.staging.download(floats)).buffer);
  expect([result[0], result[1], result[COUNT - 1]]).toEqual([0, 9, 9 * (COUNT - 1)]);
});

gpuTest('an upload and the commands after it are one submit', {}, async ({ device }) => {
  using words = device.createBuffer({ label: 'words', byteLength: 64 });
  using commands = device.record('fill', (encoder) => encoder.fill(words, 0, 32, 7));
  void device.staging.upload(words, 0, new Uint32Array(16).fill(1));
  const { timeline, value } = device.compute.submit([commands]);
  expect(device.counters).toMatchObject({
    submits: device.transfer === device.compute ? 1 : 2,
    waits: 0,
    uploads: 1,
    bytesUp: 64,
  });
  await timeline.wait(value);
  const down = new Uint32Array((await device.staging.download(words)).buffer);
  expect([...down]).toEqual([...Array(8).fill(7), ...Array(8).fill(1)]);
});

gpuTest('devices are listed with what they have', {}, ({ device }) => {
  const reports = listDevices();
  expect(reports.map((report) => report.uuid)).toContain(device.uuid);
  expect(device.report.missing).toEqual([]);
  expect(device.report.queues[device.compute.family]!.flags).toContain('compute');
});

gpuTest("the driver's pipelines are kept on disk when the device closes", {}, async ({ device }) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'halocline-test-'));
  vi.stubEnv('HALOCLINE_CACHE', folder);
  try {
    for (let round = 0; round < 2; round++) {
      await using other = await openDevice({ device: device.uuid, validation: device.validation });
      using scale = other.createPipeline({ label: 'scale', spirv: await other.compile(SCALE, { label: 'scale' }) });
      expect(scale.pushBytes).toBe(12);
    }
    expect(readdirSync(path.join(folder, 'spirv')).length).toBe(1);
    const pipelines = existsSync(path.join(folder, 'pipelines')) ? readdirSync(path.join(folder, 'pipelines')) : [];
    expect(pipelines.length).toBeLessThanOrEqual(1);
  } finally {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true });
  }
});

gpuTest('a shader that the device cannot run is refused before the driver sees it', {}, async ({ device }) => {
  const source =
    'layout(local_size_x = 1) in; layout(push_constant) uniform Push { vec4 a[64]; } push; shared vec4 b[1]; void main() { b[0] = push.a[63]; }';
  const spirv = await device.compile(source, { label: 'wide' });
  expect(() => device.createPipeline({ label: 'wide', spirv })).toThrow(
    `Cannot use shader "wide": device "${device.name}" lacks 1024 bytes of push constants (it has ${device.limits.maxPushBytes}); choose another device`,
  );
  expect(() => device.createPipeline({ label: 'wide', spirv, specialization: { 3: 1 } })).toThrow(
    'Cannot create pipeline "wide": the shader has no specialization constant 3; it has none',
  );
});
