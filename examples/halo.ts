/** A stencil of one's own in GLSL, over subdomains of several devices: halos are packed, sent and unpacked by hand. */
import { Halo, Subdomains } from '@halocline/engine';
import { openDevice, type ComputePipeline, type DeviceOptions } from '@halocline/gpu';

const SHADER = `
#extension GL_EXT_buffer_reference : require
#extension GL_EXT_buffer_reference_uvec2 : require
layout(local_size_x = 64) in;
layout(buffer_reference, std430, buffer_reference_align = 4) buffer Words { uint at[]; };
layout(buffer_reference, std430, buffer_reference_align = 4) buffer Floats { float at[]; };
layout(push_constant) uniform Push { uvec2 leaves, table, masks, from, to; } push;
float read(uint slot, ivec3 v) {
  uint there = Words(push.table).at[32 * slot + ((v.x >> 3) + 1) * 9 + ((v.y >> 3) + 1) * 3 + (v.z >> 3) + 1];
  return Floats(push.from).at[512 * there + ((v.x & 7) << 6 | (v.y & 7) << 3 | (v.z & 7))];
}
void main() {
  for (uint slot = Words(push.leaves).at[gl_WorkGroupID.x], i = gl_LocalInvocationID.x; i < 512; i += 64) {
    if ((Words(push.masks).at[16 * slot + (i >> 5)] >> (i & 31) & 1) == 0) continue; // what isn't active doesn't travel
    ivec3 v = ivec3(i >> 6, (i >> 3) & 7, i & 7), x = ivec3(1, 0, 0), y = x.yxz, z = x.yzx;
    Floats(push.to).at[512 * slot + i] = (read(slot, v - x) + read(slot, v + x) + read(slot, v - y)
      + read(slot, v + y) + read(slot, v - z) + read(slot, v + z)) / 6.0;
  }
}`;

/** Lets voxels be the mean of their neighbours, and gives their sum after some steps from a lump of 6⁶ beside the cut. */
export async function smooth(steps: number, options: DeviceOptions = {}, count = 2): Promise<number> {
  await using owned = new AsyncDisposableStack();
  const devices = await Array.fromAsync({ length: count }, async () => owned.use(await openDevice(options)));
  await using parts = await Subdomains.create({ domain: { min: [0, 0, 0], max: [28, 15, 15] }, devices });
  using a = await parts.createField('a', 'float32');
  using b = await parts.createField('b', 'float32');
  await using halo = new Halo(parts, { fields: { a } });
  const pipelines: ComputePipeline[] = [];
  for (const part of parts) {
    const lump = part.values((i, j, k) => (i === 15 && j === 8 && k === 8 ? 6 ** 6 : 0));
    await part.device.staging.upload(a.buffers[part.index]!, 0, lump);
    const spirv = await part.device.compile(SHADER, { label: 'smooth' });
    pipelines.push(owned.use(part.device.createPipeline({ label: 'smooth', spirv })));
  }
  for (let step = 0; step < steps; step++) {
    for (const { device } of parts) {
      using pack = device.record('pack', (encoder) => halo.pack(encoder));
      await halo.send(device, [pack]);
    }
    for (const { index, device, leafCount, leaves, leafTable, masks } of parts) {
      const [from, to] = [a.buffers[index]!, b.buffers[index]!];
      using sweep = device.record('unpack and sweep', (encoder) => {
        halo.unpack(encoder);
        const push = BigUint64Array.from([leaves, leafTable, masks, from, to], ({ address }) => address);
        encoder.pipeline(pipelines[index]!).push(push).dispatch(leafCount);
        encoder.barrier(['storage-write'], ['transfer-source']).copy(to, 0, from, 0, from.byteLength);
      });
      await halo.receive(device, [sweep]);
    }
  }
  const bytes = await Array.fromAsync(parts, ({ index, device }) => device.staging.download(a.buffers[index]!));
  return bytes.flatMap(({ buffer }) => [...new Float32Array(buffer)]).reduce((sum, value) => sum + value, 0);
}

if (import.meta.main) process.stdout.write(`${await smooth(6)} of ${6 ** 6}\n`);
