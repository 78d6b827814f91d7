/**
 * @file The ceiling that benchmarks are held against: a copy shader that moves 16 bytes a thread, measured on the same
 * device in the same run, by the device's own clock.
 */
import type { Device } from '@halocline/gpu';

const source = `
#extension GL_EXT_buffer_reference : require
#extension GL_EXT_buffer_reference_uvec2 : require
layout(local_size_x = 256) in;
layout(buffer_reference, std430, buffer_reference_align = 16) readonly buffer From { vec4 at[]; };
layout(buffer_reference, std430, buffer_reference_align = 16) writeonly buffer To { vec4 at[]; };
layout(push_constant) uniform Push { uvec2 from; uvec2 to; uint count; } push;
void main() {
  uint i = (gl_WorkGroupID.y * gl_NumWorkGroups.x + gl_WorkGroupID.x) * 256u + gl_LocalInvocationID.x;
  if (i < push.count) To(push.to).at[i] = From(push.from).at[i];
}`;

/** How long a device copies before it is measured: one that had nothing to do is slow at first. */
const WARM_MILLISECONDS = 300;

/** Copy bandwidth in bytes per second, read and written bytes both counted: the best of some runs. */
export async function copyBandwidth(device: Device): Promise<number> {
  const software = device.kind === 'cpu';
  const byteLength = software ? 32 * 2 ** 20 : 1024 * 2 ** 20;
  const [passes, runs] = software ? [2, 3] : [20, 5];
  using from = device.createBuffer({ label: 'ceiling, from', byteLength });
  using to = device.createBuffer({ label: 'ceiling, to', byteLength });
  using pipeline = device.createPipeline({
    label: 'ceiling',
    spirv: await device.compile(source, { label: 'ceiling' }),
  });
  using queries = device.createQueryPool({ label: 'ceiling', count: 2 });
  const push = new DataView(new ArrayBuffer(20));
  push.setBigUint64(0, from.address, true);
  push.setBigUint64(8, to.address, true);
  push.setUint32(16, byteLength / 16, true);
  using commands = device.record('ceiling', (encoder) => {
    encoder.resetQueries(queries).pipeline(pipeline).push(push).timestamp(queries, 0);
    for (let pass = 0; pass < passes; pass++) {
      encoder.dispatch(Math.ceil(byteLength / 16 / 256)).barrier(['storage-write'], ['storage-read', 'storage-write']);
    }
    encoder.timestamp(queries, 1);
  });
  const run = async (): Promise<number> => {
    const point = device.compute.submit([commands]);
    await point.timeline.wait(point.value);
    return queries.nanoseconds()[1]!;
  };
  const warm = performance.now() + (software ? 0 : WARM_MILLISECONDS);
  while (performance.now() < warm) await run();
  let best = Number.POSITIVE_INFINITY;
  for (let at = 0; at < runs; at++) best = Math.min(best, await run());
  return (2 * byteLength * passes) / (best * 1e-9);
}
