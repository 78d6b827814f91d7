/**
 * Raw Vulkan beside the runtime: VK_EXT_multi_draw, of which the runtime knows nothing, draws many ranges of vertices in one call.
 *
 * Asking for its feature turns the extension on; its command goes into the command buffer that the runtime records.
 */
import { openDevice, type DeviceOptions } from '@halocline/gpu';
import * as V from '@halocline/vulkan';

const [WIDTH, HEIGHT] = [8, 4];

/** A bar is a strip of four vertices; each is a column further to the right, and half a row taller. */
const BAR = `
void main() {
  int bar = gl_VertexIndex / 4;
  vec2 corner = vec2(bar + (gl_VertexIndex & 1), (gl_VertexIndex & 2) == 0 ? 0.0 : 0.5 * float(bar) + 0.75);
  gl_Position = vec4(2.0 * corner.x / ${WIDTH}.0 - 1.0, 1.0 - 2.0 * corner.y / ${HEIGHT}.0, 0, 1);
}`;
const INK = `layout(location = 0) out vec4 color; void main() { color = vec4(1); }`;

/** A picture of these bars, the first drawn by the runtime, all others by one call; undefined where the device can't. */
export async function rawVulkan(bars: readonly number[], options: DeviceOptions = {}): Promise<string | undefined> {
  await using device = await openDevice({ ...options, features: { wished: ['multiDraw'] } });
  const { commands } = device.raw;
  if (!device.features['multiDraw']) return undefined;

  using image = device.createImage({ label: 'chart', size: [WIDTH, HEIGHT], format: 'rgba8unorm' });
  using pipeline = device.createGraphicsPipeline({
    label: 'bars',
    vertex: { spirv: await device.compile(BAR, { label: 'bar', stage: 'vertex' }) },
    fragment: { spirv: await device.compile(INK, { label: 'ink', stage: 'fragment' }) },
    topology: 'triangle-strip',
    color: ['rgba8unorm'],
  });
  const [first = 0, ...others] = bars;
  await device.submitOnce('chart', (encoder) => {
    encoder.transition(image, { before: 'undefined', after: 'color-attachment' });
    encoder.rendering({ color: [{ image, clear: 0 }] }, (render) => {
      render.pipeline(pipeline).draw(4, 1, 4 * first); // sets what every draw behind it needs
      V.arena.scope(() => {
        const ranges = V.VkMultiDrawInfoEXT(others.map((bar) => ({ firstVertex: 4 * bar, vertexCount: 4 })));
        commands.vkCmdDrawMultiEXT(encoder.handle, others.length, ranges, 1, 0, V.VkMultiDrawInfoEXT.size);
      });
    });
  });
  const pixels = await device.downloadImage(image, { before: 'color-attachment' });
  const marks = Array.from({ length: WIDTH * HEIGHT }, (_, at) => (pixels[4 * at]! > 0 ? '#' : '.'));
  return marks.join('').replaceAll(new RegExp(`.{${WIDTH}}`, 'g'), '$&\n');
}

if (import.meta.main) {
  process.stdout.write((await rawVulkan([0, 1, 3, 5, 7])) ?? 'this device has no VK_EXT_multi_draw\n');
}
