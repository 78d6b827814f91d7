/**
 * @file What tracking costs: dispatches encoded with barriers by hand, without them on a device with `autoBarriers`, and with
 * `checks` looking on; what one unused hook costs; and how many barriers automatic recording takes where a graph, which may
 * reorder passes, takes fewer.
 */
import { Graph, openDevice, type Buffer, type ComputePipeline, type Device, type Encoder } from '@halocline/gpu';
import { inTurns, median, medianRatio, type Row, type World } from './row.ts';

const SHADER = `
layout(local_size_x = 1) in;
layout(binding = 0) readonly buffer From { uint from[]; };
layout(binding = 1) writeonly buffer To { uint to[]; };
layout(push_constant) uniform Push { uint word; } push;
void main() { to[0] = from[0] + push.word; }`;

const WRITER = `
layout(local_size_x = 1) in;
layout(binding = 1) writeonly buffer To { uint to[]; };
layout(push_constant) uniform Push { uint word; } push;
void main() { to[0] = push.word; }`;

const COUNT = 2000;
const TURNS = 120;

/** Each dispatch reads what the one before wrote. */
function chain(encoder: Encoder, pipeline: ComputePipeline, [a, b]: readonly [Buffer, Buffer], byHand: boolean): void {
  const word = new Uint32Array(1);
  encoder.pipeline(pipeline);
  for (let i = 0; i < COUNT; i++) {
    word[0] = i;
    if (byHand) encoder.barrier(['storage-write', 'storage-read'], ['storage-read', 'storage-write']);
    encoder
      .bind(0, i % 2 === 0 ? a : b)
      .bind(1, i % 2 === 0 ? b : a)
      .push(word)
      .dispatch(1);
  }
}

/** A body that encodes the chain once, with what it needs; everything goes with the stack. */
async function encoding(stack: DisposableStack, device: Device, byHand: boolean): Promise<() => void> {
  const spirv = await device.compile(SHADER, { label: 'chain' });
  const pipeline = stack.use(device.createPipeline({ label: 'chain', spirv }));
  const [a, b] = [0, 1].map((at) => stack.use(device.createBuffer({ label: `chain ${at}`, byteLength: 16 })));
  return () => device.record('chain', (encoder) => chain(encoder, pipeline, [a!, b!], byHand))[Symbol.dispose]();
}

/** Random passes over a few buffers: the barriers of a graph of them, and those that a tracking device inserts in program order. */
async function barrierCounts(device: Device, passes: number): Promise<{ graph: number; automatic: number }> {
  let seed = 7;
  const random = (below: number): number => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return Math.floor((seed / 2 ** 32) * below);
  };
  using pipeline = device.createPipeline({ label: 'random', spirv: await device.compile(SHADER, { label: 'random' }) });
  using fill = device.createPipeline({ label: 'fill', spirv: await device.compile(WRITER, { label: 'fill' }) });
  using stack = new DisposableStack();
  const buffers = Array.from({ length: 24 }, (_, index) =>
    stack.use(device.createBuffer({ label: `r${index}`, byteLength: 16 })),
  );
  const graph = new Graph();
  const word = new Uint32Array(1);
  using commands = device.record('random passes', (encoder) => {
    for (let index = 0; index < passes; index++) {
      const [from, to] = [random(buffers.length), random(buffers.length)];
      graph.pass({
        name: `pass ${index}`,
        reads: from === to ? [] : [{ resource: `r${from}`, access: 'storage-read' }],
        writes: [{ resource: `r${to}`, access: 'storage-write' }],
      });
      if (from === to) encoder.pipeline(fill).bind(1, buffers[to]!);
      else encoder.pipeline(pipeline).bind(0, buffers[from]!).bind(1, buffers[to]!);
      encoder.push(word).dispatch(1);
    }
  });
  return { graph: graph.compile({ cull: false }).barriers.length, automatic: commands.recorded!.log.length };
}

/** The rows. */
export async function tracking({ device }: World): Promise<readonly Row[]> {
  const options = { device: device.uuid };
  await using automatic = await openDevice({ ...options, autoBarriers: true });
  await using checked = await openDevice({ ...options, checks: true });
  using stack = new DisposableStack();
  const [byHand, inserted, looked] = inTurns(
    [
      await encoding(stack, device, true),
      await encoding(stack, automatic, false),
      await encoding(stack, checked, true),
    ],
    TURNS,
  ).map((times) => times.map((took) => (took * 1e6) / COUNT));
  const more = medianRatio(inserted!, byHand!) - 1;
  const { graph, automatic: barriers } = await barrierCounts(automatic, 200);
  return [
    { name: 'dispatch with a barrier by hand', value: median(byHand!), unit: 'ns', note: 'two bindings, a push' },
    { name: 'the same with automatic barriers', value: median(inserted!), unit: 'ns' },
    { name: 'cost of automatic barriers', value: more * 100, unit: '%', goal: 'at most 5 %', reached: more <= 0.05 },
    { name: 'the same with checks', value: median(looked!), unit: 'ns', note: 'barriers by hand' },
    { name: 'cost of checks', value: (medianRatio(looked!, byHand!) - 1) * 100, unit: '%' },
    { name: 'barriers of a graph of 200 passes', value: graph, unit: 'barriers', note: 'random, 24 resources' },
    {
      name: 'the same in program order, automatic',
      value: barriers,
      unit: 'barriers',
      note: `${(barriers / graph).toFixed(2)} × the graph's`,
    },
  ];
}
