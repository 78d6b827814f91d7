/**
 * @file What transfers cost the kernels beside them: a kernel that streams the device's memory, alone and while bytes come down or go up
 * on the queue of transfers.
 */
import type { Buffer, CommandBuffer, Device } from '@halocline/gpu';
import type { Row, World } from './row.ts';

const MiB = 2 ** 20;
const ARRAYS = 10;
const DISPATCHES = 40;
const TURNS = 5;
/** What a kernel may lose to transfers that run beside it by the caller's promise. */
const LOSS = 1.05;

const SHADER = `
layout(local_size_x = 256) in;
${Array.from({ length: ARRAYS }, (_, n) => `layout(std430, binding = ${n}) buffer Array${n} { vec4 at[]; } a${n};`).join('\n')}
void main() {
  uint i = (gl_WorkGroupID.y * gl_NumWorkGroups.x + gl_WorkGroupID.x) * 256u + gl_LocalInvocationIndex;
  vec4 sum = a0.at[i] + a1.at[i] + a2.at[i] + a3.at[i] + a4.at[i] + a5.at[i];
  a6.at[i] = 0.5 * sum;
  a7.at[i] = sum + 0.5;
  a8.at[i] = sum - 0.5;
  a9.at[i] = sum;
}`;

/** Microseconds of a dispatch while what `begin` begins is under way. */
async function dispatchBeside(device: Device, commands: CommandBuffer, begin: () => unknown[]): Promise<number> {
  const start = performance.now();
  // A submit waits for the uploads before it, also for concurrent ones.
  const { timeline, value } = device.compute.submit([commands]);
  const others = begin();
  await timeline.wait(value);
  const took = performance.now() - start;
  await Promise.all(others);
  return (1000 * took) / DISPATCHES;
}

/** Bare copies between two buffers, in pieces, on the queue of transfers. */
function copies(device: Device, [from, to]: readonly [Buffer, Buffer], piece: number): CommandBuffer {
  const body = (encoder: Parameters<Parameters<Device['record']>[1]>[0]): void => {
    for (let at = 0; at < from.byteLength; at += piece) encoder.copy(from, at, to, at, piece);
  };
  return device.record('copies', body, { queue: 'transfer' });
}

/** All rows. */
export async function beside({ device, software, say }: World): Promise<readonly Row[]> {
  if (!device.raw.extensions.includes('VK_EXT_external_memory_host')) {
    say('beside: this device has no host arrays');
    return [];
  }
  const arrayBytes = (software ? 1 : 256) * MiB;
  const moved = (software ? 8 : 512) * MiB;
  const times = software ? 1 : 3;
  using stack = new DisposableStack();
  const make = (label: string, byteLength: number): Buffer => stack.use(device.createBuffer({ label, byteLength }));
  const arrays = Array.from({ length: ARRAYS }, (_, n) => make(`array ${n}`, arrayBytes));
  using pipeline = device.createPipeline({ label: 'stream', spirv: await device.compile(SHADER, { label: 'stream' }) });
  const stream = stack.use(
    device.record('stream', (encoder) => {
      encoder.pipeline(pipeline);
      for (const [n, array] of arrays.entries()) encoder.bind(n, array);
      for (let n = 0; n < DISPATCHES; n++)
        encoder.dispatchThreads([arrayBytes / 16, 1, 1]).barrier(['storage-write'], ['storage-read']);
    }),
  );
  const buffer = make('moved', moved);
  const bytes = new Uint8Array(stack.use(device.hostArray(moved)).array);
  const host = stack.use(device.createBuffer({ label: 'host', byteLength: moved, memory: 'download' }));
  const bare = stack.use(copies(device, [buffer, host], Math.min(moved, 16 * MiB)));
  const repeated = (act: () => unknown): unknown[] => Array.from({ length: times }, act);
  const submitted = (): unknown => {
    const { timeline, value } = device.transfer.submit([bare]);
    return timeline.wait(value);
  };
  const ways: readonly { readonly name: string; readonly begin: () => unknown[]; readonly aimed?: boolean }[] = [
    { name: 'alone', begin: () => [] },
    {
      name: 'downloads, concurrent',
      begin: () => repeated(() => device.staging.download(buffer, 0, moved, { into: bytes, concurrent: true })),
      aimed: !software && device.transfer !== device.compute,
    },
    {
      name: 'uploads, concurrent',
      begin: () => repeated(() => device.staging.upload(buffer, 0, bytes, { concurrent: true })),
    },
    { name: 'bare copies down, 16 MiB each', begin: () => repeated(submitted) },
  ];
  const found = ways.map(() => Number.POSITIVE_INFINITY);
  for (let turn = 0; turn <= TURNS; turn++) {
    for (const [n, { begin }] of ways.entries())
      found[n] = Math.min(found[n]!, await dispatchBeside(device, stream, begin));
  }
  return ways.map(({ name, aimed }, n): Row => {
    const ratio = found[n]! / found[0]!;
    const row = { name: `a streaming kernel, ${name}`, value: found[n]!, unit: 'µs' };
    if (n === 0) return { ...row, note: `${ARRAYS} arrays of ${arrayBytes / MiB} MiB` };
    const note = `${ratio.toFixed(3)} of alone`;
    return aimed === true
      ? { ...row, note, goal: `at most ${LOSS} of alone`, reached: ratio <= LOSS }
      : { ...row, note };
  });
}
