/** Several devices of one machine: memory that both see, and order between them. The one physical device may be opened twice. */
import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import { gpuTest } from '@halocline/testing';
import { CudaDevice, openDevice, shareDeviceMemory, shareHostMemory, type Device } from '../src/index.ts';
import { makerOf } from '../src/memory/buffer.ts';
import { changeCommands } from './changed-driver.ts';

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
      relay.post({ value: sent.value, signal: point });
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
  relay.post({ value: sent.value, copy, signal: { timeline: arrived, value: 1 } });
  await taken.timeline.wait(taken.value);
  expect(new Uint32Array((await other.staging.download(result)).buffer)[1023]).toBe(77);
  await device.idle();
});

gpuTest(
  'two logical devices of one card use the same device memory',
  { extensions: ['VK_KHR_external_memory_fd'] },
  async ({ device }) => {
    await using other = await openDevice({ device: device.uuid, validation: false });
    const [here, there] = shareDeviceMemory([device, other], { label: 'message', byteLength: 3 * MEGABYTE });
    using mine = here!;
    using theirs = there!;
    const words = Uint32Array.from({ length: (3 * MEGABYTE) / 4 }, (_, index) => Math.imul(index, 0x9e3779b1));
    await device.staging.upload(mine, 0, words);
    await device.idle();
    expect(new Uint32Array((await other.staging.download(theirs)).buffer)).toEqual(words);
    // The memory outlives the device buffer that it was made for.
    mine[Symbol.dispose]();
    expect(new Uint32Array((await other.staging.download(theirs)).buffer)).toEqual(words);
    await other.idle();
  },
);

gpuTest('host memory that a device can’t import is unmapped, and refused in words', {}, ({ device }) => {
  const { commands } = makerOf(device).driver;
  using _ = changeCommands(device, {
    has: (name) => name !== 'vkGetMemoryHostPointerPropertiesEXT' && commands.has(name),
  });
  expect(() => shareHostMemory([device], { label: 'not for all', byteLength: MEGABYTE })).toThrow(
    `Cannot share memory "not for all": device "${device.name}" lacks VK_EXT_external_memory_host; copy between the devices instead`,
  );
  expect(readFileSync('/proc/self/maps', 'utf8')).not.toContain('memfd:not for all');
});

gpuTest(
  'what is shared has a length, somebody who uses it, and a name of any length',
  { extensions: ['VK_EXT_external_memory_host'] },
  ({ device }) => {
    for (const share of [shareHostMemory, shareDeviceMemory]) {
      const shared = (byteLength: number) => () => share([device], { label: 'message', byteLength });
      for (const wrong of [NaN, 0, -1, 1.5]) {
        expect(shared(wrong)).toThrow(
          `Cannot share memory "message": its length is ${wrong}; give a whole number of bytes above 0`,
        );
      }
      expect(() => share([], { label: 'message', byteLength: 64 })).toThrow(
        'Cannot share memory "message": no device is given; give those that use it',
      );
    }
    for (const character of ['m', 'é', '木']) {
      const [buffer] = shareHostMemory([device], { label: character.repeat(300), byteLength: 64 });
      buffer![Symbol.dispose]();
    }
  },
);

gpuTest('memory of one card is not offered to another', {}, ({ device }) => {
  const stranger = { name: 'other card', uuid: '00'.repeat(16) };
  expect(() => shareDeviceMemory([device, stranger], { label: 'message', byteLength: 64 })).toThrow(
    `Cannot share memory "message": "${device.name}" and "other card" are two cards; share host memory instead`,
  );
});

function openCuda(device: Device): CudaDevice | string {
  try {
    return new CudaDevice(device);
  } catch (error) {
    return (error as Error).message;
  }
}

gpuTest(
  'CUDA copies between memory of its own that Vulkan has too, or says that it is not there',
  {},
  async ({ device }) => {
    const cuda = openCuda(device);
    if (typeof cuda === 'string') {
      expect(cuda).toMatch(
        /^Cannot use CUDA( on device ".+")?: .+; (install NVIDIA's driver with its CUDA library, or )?use another transport$/,
      );
      return;
    }
    using _ = cuda;
    using from = cuda.createBuffer({ label: 'from', byteLength: MEGABYTE, peers: [] });
    using to = cuda.createBuffer({ label: 'to', byteLength: MEGABYTE, peers: [] });
    await using relay = device.createRelay('cuda');
    using arrived = device.createTimeline('arrived');
    for (let round = 1; round <= 20; round++) {
      using fill = device.record('fill', (encoder) =>
        encoder.fill(from.buffer, 0, MEGABYTE, round).barrier(['transfer-target'], ['host-read']),
      );
      const { value } = device.compute.submit([fill]);
      const contexts = { from: cuda.context, to: cuda.context };
      const copy = { from: from.address, to: to.address, byteLength: MEGABYTE, contexts };
      relay.post({ value, copy, signal: { timeline: arrived, value: round } });
      await arrived.wait(round);
      relay.check();
      expect(new Uint32Array((await device.staging.download(to.buffer)).buffer)).toEqual(
        new Uint32Array(MEGABYTE / 4).fill(round),
      );
    }
    await device.idle();
  },
);

gpuTest(
  'a relay takes more messages than its thread has room for, of a submit to come',
  { validation: false },
  async ({ device }) => {
    await using other = await openDevice({ validation: false });
    using arrived = other.createTimeline('arrived');
    {
      await using relay = device.createRelay('crowd');
      const value = device.compute.timeline.last + 1;
      for (let message = 1; message <= 9000; message++) {
        relay.post({ value, signal: { timeline: arrived, value: message } });
      }
      expect(arrived.value()).toBe(0);
      using nothing = device.record('nothing', () => undefined);
      expect(device.compute.submit([nothing]).value).toBe(value);
      await arrived.wait(9000);
      await device.idle();
    }
    expect(arrived.value()).toBe(9000);
  },
);
