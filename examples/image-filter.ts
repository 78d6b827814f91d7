/** An image filter: a picture is blurred along x, then along y, and brought to the layout that each step wants. */
import { openDevice, type DeviceOptions } from '@halocline/gpu';
import { createImage, type Image } from '@halocline/render';

/** A Gaussian of radius 8 along one axis; a sampler that clamps gives the edge's texel to what is beyond it. */
const BLUR = `layout(local_size_x = 8, local_size_y = 8) in;
layout(binding = 0) uniform sampler2D source;
layout(binding = 1, rgba8) writeonly uniform image2D target;
layout(push_constant) uniform Push { ivec2 along; float sigma; } push;
void main() {
  ivec2 at = ivec2(gl_GlobalInvocationID.xy), size = imageSize(target);
  if (at.x >= size.x || at.y >= size.y) return;
  vec4 sum = vec4(0);
  float weights = 0.0;
  for (int i = -8; i <= 8; i++) {
    float weight = exp(-float(i * i) / (2.0 * push.sigma * push.sigma));
    sum += weight * texture(source, (vec2(at + i * push.along) + 0.5) / vec2(size));
    weights += weight;
  }
  imageStore(target, at, sum / weights);
}`;

/** The picture, blurred; `sigma` in pixels. */
export async function blur({ width, height, pixels }: Image, sigma: number, options?: DeviceOptions): Promise<Image> {
  await using device = await openDevice(options);
  using pipeline = device.createPipeline({ label: 'blur', spirv: await device.compile(BLUR, { label: 'blur' }) });
  using sampler = device.createSampler({ label: 'edge', filter: 'nearest', edge: 'clamp' });
  const picture = { size: [width, height], format: 'rgba8unorm', role: 'storage-image' } as const;
  using a = device.createImage({ ...picture, label: 'a' });
  using b = device.createImage({ ...picture, label: 'b' });
  const push = new DataView(new ArrayBuffer(12));
  push.setFloat32(8, sigma, true);

  await device.uploadImage(a, pixels, { after: 'sampled' });
  await device.submitOnce('blur', (encoder) => {
    encoder.pipeline(pipeline);
    for (const [axis, from, to] of [
      [0, a, b],
      [4, b, a],
    ] as const) {
      push.setBigInt64(0, axis === 0 ? 1n : 1n << 32n, true);
      encoder
        .transition(to, { before: axis === 0 ? 'undefined' : 'sampled', after: 'storage-write', discard: true })
        .push(push)
        .bind(0, from, { sampler })
        .bind(1, to)
        .dispatchThreads([width, height])
        .transition(to, { before: 'storage-write', after: 'sampled' });
    }
  });
  return createImage(width, height, await device.downloadImage(a, { before: 'sampled' }));
}

if (import.meta.main) {
  const lit = (x: number, y: number): boolean => x > 7 && x < 24 && y > 3 && y < 12;
  const square = Uint8Array.from({ length: 32 * 16 * 4 }, (_, at) => (lit((at >> 2) % 32, at >> 7) ? 255 : 0));
  const { pixels } = await blur(createImage(32, 16, square), 2);
  const shades = Array.from({ length: 32 * 16 }, (_, at) => ' .:-=+*#'[pixels[at * 4]! >> 5]!).join('');
  process.stdout.write(shades.replaceAll(/.{32}/g, '$&\n'));
}
