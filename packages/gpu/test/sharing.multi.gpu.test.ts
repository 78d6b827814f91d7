/** Several devices of one machine: memory that both see, and order between them. The one physical device may be opened twice. */
import { expect } from 'vitest';
import { gpuTest } from '@halocline/testing';
import { openDevice, shareHostMemory } from '../src/index.ts';

const MEGABYTE = 2 ** 20;

gpuTest(
  'a word crosses from device to device, ordered by a relay',
  { extensions: ['VK_EXT_external_memory_host'] },
  async ({ device }) => {
    await using other = await openDevice({ validation: false });
    const [here, there] = shareHostMemory([device, other], { label: 'message', byteLength: MEGABYTE }) as [
      never,
      never,
    ];
    using mine = here;
    using theirs = there;
    using result = other.createBuffer({ label: 'result', byteLength: MEGABYTE });
    await using relay = device.createRelay('device to device');
    using arrived = other.createTimeline('arrived');
    for (let round = 1; round <= 20; round++) {
      using fill = device.record('fill', (encoder) =>
        encoder.fill(mine, 0, MEGABYTE, 1000 + round).barrier(['transfer-target'], ['host-read']),
      );
      using take = other.record('take', (encoder) => encoder.copy(theirs, 0, result, 0, MEGABYTE));
      const point = { timeline: arrived, value: round };
      // The taker is submitted first: it waits on the device.
      const taken = other.compute.submit([take], { wait: [point] });
      const sent = device.compute.submit([fill]);
      await relay.post({ value: sent.value, signal: point });
      await taken.timeline.wait(taken.value);
      const words = new Uint32Array((await other.staging.download(result)).buffer);
      expect([words[0], words[words.length - 1]]).toEqual([1000 + round, 1000 + round]);
    }
    await device.idle();
  },
);

gpuTest('a relay copies where memory is not shared', {}, async ({ device }) => {
  await using other = await openDevice({ validation: false });
  using out = device.createBuffer({ label: 'out', byteLength: 4096, memory: 'download' });
  using into = other.createBuffer({ label: 'in', byteLength: 4096, memory: 'upload' });
  using result = other.createBuffer({ label: 'result', byteLength: 4096 });
  await using relay = device.createRelay('copy');
  using arrived = other.createTimeline('arrived');
  using fill = device.record('fill', (encoder) =>
    encoder.fill(out, 0, 4096, 77).barrier(['transfer-target'], ['host-read']),
  );
  using take = other.record('take', (encoder) => encoder.copy(into, 0, result, 0, 4096));
  const taken = other.compute.submit([take], { wait: [{ timeline: arrived, value: 1 }] });
  const sent = device.compute.submit([fill]);
  const copy = { from: out.mappedAddress, to: into.mappedAddress, byteLength: 4096 };
  await relay.post({ value: sent.value, copy, signal: { timeline: arrived, value: 1 } });
  await taken.timeline.wait(taken.value);
  expect(new Uint32Array((await other.staging.download(result)).buffer)[1023]).toBe(77);
  await device.idle();
});
