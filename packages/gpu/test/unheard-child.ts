/**
 * @file What a process says on stderr to whom nobody listens: with a missing barrier and a call that the layer refuses (`commands`),
 * a broken edit and a good one (`edit`), a broken file of the cache (`cache`). The folder is its own.
 */
import { readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as V from '@halocline/vulkan';
import { openDevice } from '../src/index.ts';

const [what, folder = ''] = process.argv.slice(2);
const shader = (value: string): string =>
  `layout(local_size_x = 1) in; layout(std430, binding = 0) buffer Words { uint at; }; void main() { at += ${value}; }`;
process.env['HALOCLINE_CACHE'] = path.join(folder, 'cache');

await using device = await openDevice();
using pipeline = device.createPipeline({
  label: 'add',
  spirv: await device.compile(shader('1'), { label: 'add' }),
});
using words = device.createBuffer({ label: 'words', byteLength: 64 });
await device.submitOnce('fill', (encoder) => encoder.fill(words, 0, 64, 0));
if (what === 'commands') {
  await device.submitOnce('adds', (encoder) => encoder.pipeline(pipeline).bind(0, words).dispatch(1).dispatch(1));
  const { commands } = device.raw;
  V.arena.scope(() => {
    const info = V.VkBufferCreateInfo({ size: 0, usage: V.VK_BUFFER_USAGE_TRANSFER_SRC_BIT });
    const out = V.arena.u64();
    if (commands.vkCreateBuffer(commands.handle, info, V.NULL, out) !== V.VK_SUCCESS) return;
    commands.vkDestroyBuffer(commands.handle, V.arena.readU64<V.VkBuffer>(out), V.NULL);
  });
}
if (what === 'edit') {
  const file = path.join(folder, 'add.comp');
  writeFileSync(file, shader('1'));
  using watched = await device.watchPipeline({ file });
  for (const value of ['one', '2']) {
    writeFileSync(file, shader(value));
    await watched.reload();
  }
}
if (what === 'cache') {
  const kept = path.join(folder, 'cache', 'spirv');
  for (const name of readdirSync(kept)) writeFileSync(path.join(kept, name), 'no shader');
  await device.compile(shader('1'), { label: 'add' });
}
