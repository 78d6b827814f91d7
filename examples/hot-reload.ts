/** Hot reload: ripples in the terminal, from a shader in a file. Edit out/ripples.comp while it runs, and break it too. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { openDevice, type DeviceOptions } from '@halocline/gpu';

const [WIDTH, HEIGHT] = [72, 20];
const RIPPLES = `layout(local_size_x = 8, local_size_y = 4) in;
layout(binding = 0) writeonly buffer Shades { float shade[]; };
layout(push_constant) uniform Push { float time; } push;
void main() {
  ivec2 at = ivec2(gl_GlobalInvocationID.xy);
  if (at.x >= ${WIDTH} || at.y >= ${HEIGHT}) return;
  float r = length((vec2(at) - vec2(${WIDTH / 2}, ${HEIGHT / 2})) * vec2(1, 2));
  shade[at.y * ${WIDTH} + at.x] = 0.5 + 0.5 * sin(0.6 * r - 4.0 * push.time);
}
`;

/** Shows the shader of `file`, which is written if there is none, frame by frame and edit by edit. */
export async function hotReload(
  file: string,
  { frames, show, ...options }: DeviceOptions & { frames: number; show: (picture: string) => Promise<void> },
): Promise<void> {
  mkdirSync(dirname(file), { recursive: true });
  if (!existsSync(file)) writeFileSync(file, RIPPLES);
  await using device = await openDevice(options);
  using pipeline = await device.watchPipeline({ file });
  using shades = device.createBuffer({ label: 'shades', byteLength: WIDTH * HEIGHT * 4 });
  for (let frame = 0; frame < frames; frame++) {
    await pipeline.current.run([shades], { threads: [WIDTH, HEIGHT], push: Float32Array.of(frame / 30) });
    const values = new Float32Array((await device.staging.download(shades)).buffer);
    const letters = Array.from(values, (value) => ' .:-=+*#'[Math.floor(Math.min(7, Math.max(0, value * 8)))]);
    await show(letters.join('').replaceAll(new RegExp(`.{${WIDTH}}`, 'g'), '$&\n'));
  }
}

if (import.meta.main) {
  let said = 'edit out/ripples.comp';
  const log = (line: string): void => void (said = line);
  const show = async (picture: string): Promise<void> => {
    process.stdout.write(`\x1b[H\x1b[J${picture}${said}\n`);
    await pause(33);
  };
  await hotReload('out/ripples.comp', { frames: 30 * 60, show, log });
}
