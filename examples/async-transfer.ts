/** Transfers under compute: while the device works on one block of data, the next goes up and the one before comes down. */
import { openDevice, type DeviceOptions } from '@halocline/gpu';

const SHADER = `
layout(local_size_x = 256) in;
layout(std430, binding = 0) buffer Words { uint at[]; };
layout(push_constant) uniform Push { uint rounds; } push;
void main() {
  uint i = (gl_WorkGroupID.y * gl_NumWorkGroups.x + gl_WorkGroupID.x) * 256u + gl_LocalInvocationIndex;
  uint x = at[i];
  for (uint round = 0u; round < push.rounds; round++) x = x * 1664525u + 1013904223u;
  at[i] = x;
}`;

/** Milliseconds for all blocks, one act after the other and side by side; and the words that came down. */
export type Streamed = { readonly apart: number; readonly together: number; readonly words: Uint32Array[] };

/** Sends `blocks` blocks of `count` words (a multiple of 256) through a kernel of `rounds` rounds. */
export async function asyncTransfer(
  { blocks, count, rounds }: { readonly blocks: number; readonly count: number; readonly rounds: number },
  options: DeviceOptions = {},
): Promise<Streamed> {
  await using device = await openDevice(options);
  using pipeline = device.createPipeline({ label: 'mix', spirv: await device.compile(SHADER, { label: 'mix' }) });
  using stack = new DisposableStack();
  const work = Array.from({ length: blocks }, (_, k) => {
    const buffer = stack.use(device.createBuffer({ label: `block ${k}`, byteLength: 4 * count }));
    const commands = device.record(`mix ${k}`, (encoder) =>
      encoder
        .pipeline(pipeline)
        .bind(0, buffer)
        .push(Uint32Array.of(rounds))
        .dispatch(count / 256),
    );
    stack.use(commands);
    return { buffer, commands, data: new Uint32Array(count).fill(k), words: new Uint32Array(count) };
  });
  // `concurrent`: a block's transfers needn't wait for the commands of the others.
  const send = async ({ buffer, commands, data, words }: (typeof work)[0], concurrent: boolean): Promise<void> => {
    await device.staging.upload(buffer, 0, data, { concurrent });
    const { timeline, value } = device.compute.submit([commands]);
    await timeline.wait(value);
    await device.staging.download(buffer, 0, 4 * count, { into: new Uint8Array(words.buffer), concurrent });
  };
  const run = async (concurrent: boolean): Promise<number> => {
    const start = performance.now();
    if (concurrent) await Promise.all(work.map((block) => send(block, true)));
    else for (const block of work) await send(block, false);
    return performance.now() - start;
  };
  await run(false); // the first transfers also start threads and take memory
  return { apart: await run(false), together: await run(true), words: work.map(({ words }) => words) };
}

if (import.meta.main) {
  const rounds = Number(process.argv[2] ?? 100); // a card wants some thousands until it has as much to do as the bus
  const { apart, together } = await asyncTransfer({ blocks: 8, count: 2 ** 22, rounds });
  process.stdout.write(`8 blocks one by one ${apart.toFixed(0)} ms, side by side ${together.toFixed(0)} ms\n`);
}
