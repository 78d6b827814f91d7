/** One million particles: a shell of them is carried by curling noise for 300 steps, and drawn as points of light. */
import { writeWhole } from '@halocline/engine/files';
import { openDevice, type DeviceOptions } from '@halocline/gpu';
import { createImage, encodePng, type Image } from '@halocline/render';

/** A step along a field without sources: waves in three octaves. The fourth number of a particle is its speed; 0: not begun. */
const STEP = `layout(local_size_x = 256) in;
layout(binding = 0) buffer Particles { vec4 at[]; };
vec3 velocity(vec3 p) {
  vec3 v = vec3(0);
  for (float k = 2.1, size = 0.42; k < 20.0; k *= 2.2, size *= 0.42)
    v += size * (sin(k * p.zxy + vec3(0.3, 2.1, 4.7) * k) + cos(k * p.yzx * 1.1 + vec3(1.9, 5.2, 0.6) / k));
  return v;
}
void main() {
  uint i = gl_GlobalInvocationID.x;
  if (i >= at.length()) return;
  float z = 1.0 - (2.0 * float(i) + 1.0) / float(at.length()), turn = float(i * 2654435769u) * 1.4629181e-9;
  vec3 p = at[i].w > 0.0 ? at[i].xyz : vec3(sqrt(1.0 - z * z) * vec2(cos(turn), sin(turn)), z);
  vec3 v = velocity(p + 0.003 * velocity(p)); // at the middle of the step
  at[i] = vec4(p + 0.006 * v, length(v));
}`;
const POINT = `layout(location = 0) in vec4 particle; layout(location = 0) out vec3 light;
layout(push_constant) uniform Push { float power; } push;
void main() {
  vec3 p = mat3(0.82, 0.23, 0.53, -0.16, 0.97, -0.17, -0.55, 0.06, 0.83) * (particle.xyz - vec3(0.25, -0.95, 0.1));
  gl_Position = vec4(p.xy * vec2(9.0 / 16.0, 1.0) * 1.75, 0.5, 4.0 - p.z), gl_PointSize = 1.0;
  vec3 slow = vec3(0.04, 0.22, 1.0), middle = vec3(0.85, 0.1, 0.6), fast = vec3(1.0, 0.6, 0.12);
  light = push.power * mix(mix(slow, middle, smoothstep(0.3, 0.9, particle.w)), fast, smoothstep(0.8, 1.4, particle.w));
}`;
const LIGHT = `layout(location = 0) in vec3 light; layout(location = 0) out vec4 color; void main() { color = vec4(light, 1); }`;

/** `count` particles after 300 steps, with the light of their last `tail`; 16 to 9. */
export async function particles(count: number, width: number, tail: number, options?: DeviceOptions): Promise<Image> {
  await using device = await openDevice(options);
  using step = device.createPipeline({ label: 'step', spirv: await device.compile(STEP, { label: 'step' }) });
  const vertex = { spirv: await device.compile(POINT, { label: 'point', stage: 'vertex' }) };
  const fragment = { spirv: await device.compile(LIGHT, { label: 'light', stage: 'fragment' }) };
  const [format, height] = ['rgba16float', (width * 9) / 16] as const;
  const color = [{ format, blend: 'add' }] as const;
  using draw = device.createGraphicsPipeline({ label: 'draw', vertex, fragment, color, topology: 'points' });
  using points = device.createBuffer({ label: 'particles', byteLength: count * 16, role: 'vertex' });
  using image = device.createImage({ label: 'light', size: [width, height], format, role: 'render-target' });
  const power = Float32Array.of((0.09 * width * width) / count / tail);
  await device.submitOnce((e) => {
    e.transition(image, { before: 'undefined', after: 'color-attachment' }).fill(points, 0, points.byteLength, 0);
    e.barrier(['transfer-target'], ['storage-read', 'storage-write']).pipeline(step).bind(0, points);
    for (let left = 299; left >= 0; left--) {
      e.dispatchThreads(count).barrier(['storage-write'], ['storage-read', 'storage-write', 'vertex']);
      const color = [{ image, ...(left === tail - 1 ? { clear: [0.002, 0.003, 0.006] } : {}) }];
      if (left < tail) e.rendering({ color }, (r) => r.pipeline(draw).push(power).vertexBuffer(points).draw(count));
      e.barrier(['vertex', 'color-attachment'], ['storage-write', 'color-attachment']);
    }
  });
  const light = new Float16Array((await device.downloadImage(image, { before: 'color-attachment' })).buffer);
  const tone = (value: number, at: number): number => (at % 4 === 3 ? 255 : 255 * (1 - Math.exp(-value)) ** (1 / 2.2));
  return createImage(width, height, Uint8Array.from(light, tone));
}

if (import.meta.main) await writeWhole('out/particles.png', encodePng(await particles(1_000_000, 1280, 16)));
