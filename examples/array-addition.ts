/** Two arrays added on the GPU: a million sums, one thread each. */
import { openDevice, type DeviceOptions } from '@halocline/gpu';

const SHADER = `
layout(local_size_x = 256) in;
layout(std430, binding = 0) readonly buffer A { float a[]; };
layout(std430, binding = 1) readonly buffer B { float b[]; };
layout(std430, binding = 2) writeonly buffer Sum { float sum[]; };
layout(push_constant) uniform Push { uint count; } push;
void main() {
  uint i = (gl_WorkGroupID.y * gl_NumWorkGroups.x + gl_WorkGroupID.x) * 256u + gl_LocalInvocationIndex;
  if (i < push.count) sum[i] = a[i] + b[i];
}`;

/** The sums of two arrays of one length. */
export async function addArrays(a: Float32Array, b: Float32Array, options: DeviceOptions = {}): Promise<Float32Array> {
  await using device = await openDevice(options);
  const spirv = await device.compile(SHADER, { label: 'addition' });
  using pipeline = device.createPipeline({ label: 'addition', spirv });
  using first = device.createBuffer({ label: 'a', byteLength: a.byteLength });
  using second = device.createBuffer({ label: 'b', byteLength: a.byteLength });
  using sum = device.createBuffer({ label: 'sum', byteLength: a.byteLength });

  await Promise.all([device.staging.upload(first, 0, a), device.staging.upload(second, 0, b)]);
  await device.submitOnce('add', (encoder) => {
    encoder
      .pipeline(pipeline)
      .bind(0, first)
      .bind(1, second)
      .bind(2, sum)
      .push(Uint32Array.of(a.length))
      .dispatch(Math.ceil(a.length / 256));
  });
  const bytes = await device.staging.download(sum);
  return new Float32Array(bytes.buffer);
}

if (import.meta.main) {
  const count = 1_000_000;
  const a = Float32Array.from({ length: count }, (_, i) => i);
  const b = Float32Array.from({ length: count }, (_, i) => 2 * i);
  const sum = await addArrays(a, b);
  process.stdout.write(`${a[7]} + ${b[7]} = ${sum[7]}; the last of ${count} sums is ${sum.at(-1)}\n`);
}
