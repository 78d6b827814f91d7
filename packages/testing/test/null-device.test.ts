import { Graph } from '@halocline/gpu';
import type { FrameCommands, FrameDevice } from '@halocline/gpu';
import { NullDevice } from '@halocline/testing';
import { expect, test } from 'vitest';

/** Records on whatever device it is given. */
async function play(device: FrameDevice, frames: number): Promise<void> {
  const pipeline = { label: 'increment' };
  for (let i = 0; i < frames; i++) {
    const frame = await device.beginFrame();
    const words = frame.linear.take(16);
    frame.record('step', (encoder: FrameCommands) =>
      encoder
        .pipeline(pipeline)
        .push(new BigUint64Array([words.address]))
        .dispatch(4),
    );
    device.endFrame(frame);
  }
}

test('a null device writes down what frames record', async () => {
  const device = new NullDevice();
  await play(device, 1);
  expect(device.text).toMatchInlineSnapshot(`
    "frame 0 in slot 0
      step:
        pipeline increment
        push 8 bytes
        dispatch 4 1 1
    submit 1"
  `);
});

test('a null device waits only for a frame whose memory is taken over', async () => {
  const device = new NullDevice({ frames: 2, finishes: 'when told' });
  await play(device, 2);
  expect(device.counters).toEqual({ waits: 0, submits: 2 });
  const third = play(device, 1);
  await Promise.resolve();
  expect(device.counters).toEqual({ waits: 1, submits: 2 });
  device.finish(1);
  await third;
  expect(device.counters).toEqual({ waits: 1, submits: 3 });
});

test('a graph records its barriers on a null device', async () => {
  const device = new NullDevice();
  const [a, b] = [{ label: 'a' }, { label: 'b' }];
  const plan = new Graph<FrameCommands>()
    .pass({
      name: 'fill',
      writes: [{ resource: 'a', access: 'transfer-target' }],
      record: (to) => to.fill(a, 0, 64, 7),
    })
    .pass({
      name: 'copy',
      reads: [{ resource: 'a', access: 'transfer-source' }],
      writes: [{ resource: 'b', access: 'transfer-target' }],
      record: (to) => to.copy(a, 0, b, 0, 64),
    })
    .compile();
  const frame = await device.beginFrame();
  frame.record('plan', (encoder) => plan.record(encoder));
  device.endFrame(frame);
  expect(device.text).toMatchInlineSnapshot(`
    "frame 0 in slot 0
      plan:
        fill:
          fill a 0+64 with 7
        barrier transfer-target → transfer-source
        copy:
          copy 64 bytes a@0 → b@0
    submit 1"
  `);
});
