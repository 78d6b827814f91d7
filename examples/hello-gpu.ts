/** Hello, GPU: opens the best device, sends it a greeting, and lets it turn the letters into capitals. */
import { openDevice, type DeviceOptions } from '@halocline/gpu';

/** One thread for each letter; the buffer is reached as binding 0, its length comes as a push constant. */
const SHADER = `
layout(local_size_x = 64) in;
layout(std430, binding = 0) buffer Text { uint letters[]; } text;
layout(push_constant) uniform Push { uint count; } push;
void main() {
  uint i = gl_GlobalInvocationID.x;
  if (i >= push.count) return;
  uint letter = text.letters[i];
  if (letter >= 97u && letter <= 122u) text.letters[i] = letter - 32u;
}`;

/** The greeting in capitals, as the device wrote it, and the device's name. */
export async function helloGpu(
  greeting: string,
  options: DeviceOptions = {},
): Promise<{ readonly text: string; readonly device: string }> {
  await using device = await openDevice(options);
  using pipeline = device.createPipeline({
    label: 'capitals',
    spirv: await device.compile(SHADER, { label: 'capitals' }),
  });
  const letters = Uint32Array.from(greeting, (letter) => letter.charCodeAt(0));
  using buffer = device.createBuffer({ label: 'greeting', byteLength: letters.byteLength });

  await device.staging.upload(buffer, 0, letters);
  await device.submitOnce('hello', (encoder) => {
    encoder
      .pipeline(pipeline)
      .bind(0, buffer)
      .push(Uint32Array.of(letters.length))
      .dispatch(Math.ceil(letters.length / 64));
  });
  const bytes = await device.staging.download(buffer);
  return { text: String.fromCharCode(...new Uint32Array(bytes.buffer)), device: device.name };
}

if (import.meta.main) {
  const { text, device } = await helloGpu('hello from the gpu');
  process.stdout.write(`${text}, ${device}\n`);
}
