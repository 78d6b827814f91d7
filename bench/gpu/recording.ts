/**
 * @file Recording on several threads: 20,000 dispatches, and as many draws, on this thread and with 1, 2, 4 and 8 others, from
 * `beginFrame` to the end of the submit. What was recorded also runs, but the time of that is not counted.
 */
import { availableParallelism } from 'node:os';
import type { ComputePipeline, Device, Frame, GraphicsPipeline, Image, ThreadedRecorder } from '@halocline/gpu';
import * as V from '@halocline/vulkan';
import { pushedShader } from './calls.ts';
import { dispatches, draws } from './recorded-passes.ts';
import type { Row, World } from './row.ts';

const COUNT = 20_000;
const WORKERS = [1, 2, 4, 8];
/** Functions a thread gets, large ones first: more even out where some cores are only half there, one costs least where there are few. */
const ROUNDS = availableParallelism() >= 16 ? 4 : 1;
/** Frames before those that count: a new thread's code is compiled meanwhile, on the same cores. */
const WARM = 20;
/** The same for a thread that has recorded before: each frame in flight has one that it takes back. */
const WARM_AGAIN = 2;
/** Frames of each count of threads, of which the least counts. */
const RUNS = 25;
/** Frames of this thread at a time: as many in all, before, between and after the others. */
const ALONE = RUNS / (WORKERS.length + 1);
const module = new URL('./recorded-passes.ts', import.meta.url);

/** One way to record a frame. */
type Record = (frame: Frame, recorder: ThreadedRecorder | undefined) => Promise<void>;

/** Milliseconds from beginFrame to the end of endFrame: the least of `runs` frames, behind `warm` others. */
async function frameTime(
  device: Device,
  record: Record,
  { warm, runs, recorder }: { warm: number; runs: number; recorder?: ThreadedRecorder },
): Promise<number> {
  let best = Number.POSITIVE_INFINITY;
  for (let run = -warm; run < runs; run++) {
    await device.idle();
    const start = performance.now();
    const frame = await device.beginFrame();
    await record(frame, recorder);
    device.endFrame(frame);
    const took = performance.now() - start;
    if (run >= 0) best = Math.min(best, took);
  }
  await device.idle();
  return best;
}

/** Of all commands. */
interface Part {
  readonly from: number;
  readonly to: number;
}

/** As many parts for each of some threads: in rounds, of which each is smaller than the one before, so that all end at once. */
function parts(threads: number, rounds: number): Part[] {
  const whole = (rounds * (rounds + 1)) / 2;
  const ends = [0];
  for (let round = rounds; round > 0; round--) {
    for (let thread = 0; thread < threads; thread++) ends.push(ends.at(-1)! + round / whole / threads);
  }
  const at = ends.map((end) => Math.round(COUNT * end));
  return at.slice(1).map((to, part) => ({ from: at[part]!, to }));
}

function recordDispatches(pipeline: ComputePipeline): Record {
  return async (frame, recorder) => {
    if (!recorder) {
      frame.record('dispatches', (encoder) => dispatches(encoder, { pipeline, from: 0, to: COUNT }));
      return;
    }
    const pass = recorder.encoderFor('dispatches');
    for (const part of parts(recorder.workers, ROUNDS))
      pass.record({ module, export: 'dispatches', data: { pipeline, ...part } });
    await recorder.finalize();
  };
}

function recordDraws(pipeline: GraphicsPipeline, image: Image): Record {
  const rendering = { color: [{ image, clear: 0 }] };
  return async (frame, recorder) => {
    frame.record('target', (encoder) =>
      encoder.transition(image, { before: 'undefined', after: ['color-attachment'] }),
    );
    if (!recorder) {
      frame.record('draws', (encoder) =>
        encoder.rendering(rendering, (render) => draws(render, { pipeline, from: 0, to: COUNT })),
      );
      return;
    }
    const pass = recorder.encoderFor('draws', { rendering });
    for (const part of parts(recorder.workers, ROUNDS))
      pass.record({ module, export: 'draws', data: { pipeline, ...part } });
    await recorder.finalize();
  };
}

/**
 * The time with each count of threads, and alone: between them, the least; and what a thread adds to the memory of the process, once
 * it has recorded.
 */
async function rowsOf(world: World, what: string, record: Record): Promise<Row[]> {
  const { device } = world;
  const cores = availableParallelism();
  const goals: Readonly<{ [workers: number]: number }> = cores >= 16 ? { 4: 2, 8: 3 } : { 2: 1.6 };
  let alone = await frameTime(device, record, { warm: WARM, runs: ALONE });
  const found: { workers: number; value: number; memory: number }[] = [];
  for (const workers of WORKERS) {
    const before = process.memoryUsage().rss;
    {
      await using recorder = device.createRecorder({ workers });
      const value = await frameTime(device, record, { warm: WARM, runs: RUNS, recorder });
      found.push({ workers, value, memory: (process.memoryUsage().rss - before) / 2 ** 20 / workers });
    }
    alone = Math.min(alone, await frameTime(device, record, { warm: WARM_AGAIN, runs: ALONE }));
  }
  return [
    { name: `${COUNT} ${what} on this thread`, value: alone, unit: 'ms' },
    ...found.map(({ workers, value, memory }): Row => {
      const goal = goals[workers];
      return {
        name: `${COUNT} ${what} with ${workers} workers`,
        value,
        unit: 'ms',
        note: `${(alone / value).toFixed(2)}× this thread; ${memory.toFixed(0)} MiB a worker`,
        ...(goal === undefined ? {} : { goal: `${goal}×`, reached: alone / value >= goal }),
      };
    }),
  ];
}

/** What vkCmdExecuteCommands takes for a secondary command buffer of 625 dispatches. */
function executeRow({ device }: World, pipeline: ComputePipeline): Row {
  const count = 32;
  const secondaries = parts(count, 1).map((part) =>
    device.recordSecondary('part', (encoder) => dispatches(encoder, { pipeline, ...part })),
  );
  const { commands } = device.raw;
  using memory = V.pinned(count * 8);
  new BigUint64Array(memory.buffer, 0, count).set(secondaries.map((each) => each.handle));
  const handles = memory.address as V.Pointer<V.VkCommandBuffer>;
  let best = Number.POSITIVE_INFINITY;
  for (let run = 0; run < 20; run++) {
    using primary = device.record('execute', ({ handle }) => {
      const start = performance.now();
      commands.vkCmdExecuteCommands(handle, count, handles);
      best = Math.min(best, performance.now() - start);
    });
    void primary;
  }
  for (const each of secondaries) each[Symbol.dispose]();
  return {
    name: 'vkCmdExecuteCommands, each',
    value: (best * 1000) / count,
    unit: 'µs',
    note: 'of 32, 625 dispatches in each',
  };
}

/** All rows. */
export async function recording(world: World): Promise<readonly Row[]> {
  const { device } = world;
  const compile = (source: string, stage: 'compute' | 'vertex' | 'fragment'): Promise<Uint32Array> =>
    device.compile(source, { label: stage, stage });
  using pipeline = device.createPipeline({ label: 'dispatches', spirv: await compile(pushedShader, 'compute') });
  const rows = await rowsOf(world, 'dispatches', recordDispatches(pipeline));
  rows.push(executeRow(world, pipeline));
  using image = device.createImage({ label: 'target', size: [16, 16], format: 'rgba8unorm' });
  const vertex = `layout(push_constant) uniform Push { uvec4 word; } push;
    void main() { gl_Position = vec4(push.word.x + 2u, 0, 0, 1); }`;
  const fragment = 'layout(location = 0) out vec4 color; void main() { color = vec4(1); }';
  using triangle = device.createGraphicsPipeline({
    label: 'draws',
    vertex: { spirv: await compile(vertex, 'vertex') },
    fragment: { spirv: await compile(fragment, 'fragment') },
    color: ['rgba8unorm'],
  });
  return [...rows, ...(await rowsOf(world, 'draws', recordDraws(triangle, image)))];
}
