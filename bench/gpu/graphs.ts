/**
 * @file Graphs of 10, 100 and 1,000 passes: declared and compiled, recorded, and executed to their end, recorded for it or
 * as recorded before. Each pass reads what two passes before it wrote, and dispatches one workgroup, so that every level
 * has its barrier.
 */
import { Graph, type CommandBuffer, type ComputePipeline } from '@halocline/gpu';
import { pushedShader } from './calls.ts';
import { milliseconds, type Row, type World } from './row.ts';

function graphOf(passes: number, pipeline: ComputePipeline): Graph {
  const words = new Uint32Array(4);
  const graph = new Graph();
  for (let i = 0; i < passes; i++) {
    graph.pass({
      name: `pass ${i}`,
      reads: [Math.max(0, i - 3), i].map((at) => ({ resource: `x${at}`, access: 'storage-read' as const })),
      writes: [{ resource: `x${i + 1}`, access: 'storage-write' }],
      record: (encoder) => {
        words[0] = i;
        encoder.pipeline(pipeline).push(words).dispatch(1);
      },
    });
  }
  return graph;
}

/** 1,000 passes on 10 levels: with the graph's barrier a level, and with the barrier behind each pass that a careful hand puts. */
async function levelRows({ device }: World, pipeline: ComputePipeline): Promise<Row[]> {
  const words = new Uint32Array(4);
  const graph = new Graph();
  for (let i = 0; i < 1000; i++) {
    graph.pass({
      name: `pass ${i}`,
      reads: [{ resource: `x${i % 100}`, access: 'storage-read' }],
      writes: [{ resource: `x${i % 100}`, access: 'storage-write' }],
      record: (encoder) => {
        words[0] = i;
        encoder.pipeline(pipeline).push(words).dispatch(1);
      },
    });
  }
  const plan = graph.compile({ repeats: true });
  using byLevel = device.record('a barrier a level', (encoder) => plan.record(encoder));
  using byPass = device.record('a barrier a pass', (encoder) => {
    for (const { record } of plan.passes.flat()) {
      record?.(encoder, undefined as never);
      encoder.barrier(['storage-read', 'storage-write'], ['storage-read', 'storage-write']);
    }
  });
  const run = async (commands: CommandBuffer): Promise<void> => {
    const { timeline, value } = device.compute.submit([commands]);
    await timeline.wait(value);
  };
  const name = '1,000 passes, 100 side by side';
  return [
    {
      name: `${name}: ${plan.counts.barriers} barriers`,
      value: await milliseconds(() => run(byLevel), 15, 3),
      unit: 'ms',
    },
    { name: `${name}: a barrier behind each`, value: await milliseconds(() => run(byPass), 15, 3), unit: 'ms' },
  ];
}

/** All rows. */
export async function graphs(world: World): Promise<readonly Row[]> {
  const { device } = world;
  const spirv = await device.compile(pushedShader, { label: 'bench' });
  using pipeline = device.createPipeline({ label: 'bench', spirv });
  const rows: Row[] = await levelRows(world, pipeline);
  const compiled = await milliseconds(() => graphOf(200, pipeline).compile(), 15, 5);
  const goal = { goal: 'under 5 ms', reached: compiled < 5 };
  rows.push({ name: 'graph of 200 passes: declared and compiled', value: compiled, unit: 'ms', ...goal });
  for (const passes of [10, 100, 1000]) {
    const name = `graph of ${passes} passes`;
    const compiled = await milliseconds(() => graphOf(passes, pipeline).compile(), 15, 5);
    using plan = graphOf(passes, pipeline).compile();
    const recorded = await milliseconds(
      () => device.record('bench', (encoder) => plan.record(encoder))[Symbol.dispose](),
      15,
      5,
    );
    const anew = await milliseconds(() => plan.execute({ device }), 15, 3);
    const kept = await milliseconds(() => plan.execute({ device, reuse: true }), 15, 3);
    rows.push({ name: `${name}: declared and compiled`, value: compiled, unit: 'ms' });
    rows.push({ name: `${name}: recorded`, value: recorded, unit: 'ms' });
    rows.push({ name: `${name}: executed, recorded anew`, value: anew, unit: 'ms', note: 'to the end' });
    rows.push({ name: `${name}: executed again as recorded`, value: kept, unit: 'ms', note: 'to the end' });
  }
  return rows;
}
