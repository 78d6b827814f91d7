/** @file From a submit to its end: one tiny kernel, recorded once, submitted and waited for in both ways. */
import { pushedShader } from './calls.ts';
import type { Row, World } from './row.ts';

const ROUNDS = 400;

/** Microseconds of the middle one of many rounds. */
async function middle(body: () => unknown): Promise<number> {
  const times: number[] = [];
  for (let round = -20; round < ROUNDS; round++) {
    const start = performance.now();
    await body();
    if (round >= 0) times.push((performance.now() - start) * 1000);
  }
  return times.sort((a, b) => a - b)[ROUNDS / 2]!;
}

/** All rows. */
export async function submit({ device }: World): Promise<readonly Row[]> {
  const spirv = await device.compile(pushedShader, { label: 'bench' });
  using pipeline = device.createPipeline({ label: 'bench', spirv });
  using commands = device.record('bench', (encoder) => {
    encoder.pipeline(pipeline).push(new Uint32Array(4)).dispatch(1);
  });
  const blocking = await middle(() => {
    const { timeline, value } = device.compute.submit([commands]);
    timeline.waitBlocking(value);
  });
  const awaited = await middle(async () => {
    const { timeline, value } = device.compute.submit([commands]);
    await timeline.wait(value);
  });
  const recorded = await middle(() => device.submitOnce('bench', (encoder) => encoder.barrier([], [])));
  const note = 'the middle of 400';
  return [
    { name: 'submit and wait, the thread blocked', value: blocking, unit: 'µs', note },
    { name: 'submit and await', value: awaited, unit: 'µs', note },
    { name: 'record, submit and await: submitOnce', value: recorded, unit: 'µs', note },
  ];
}
