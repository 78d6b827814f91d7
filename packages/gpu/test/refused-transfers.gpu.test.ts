/** Transfers whose commands a driver refuses: who asked for them hears of it, and the next go. */
import { gpuTest } from '@halocline/testing';
import * as V from '@halocline/vulkan';
import { expect } from 'vitest';
import { failCall } from './changed-driver.ts';

const OUT_OF_MEMORY = V.VK_ERROR_OUT_OF_HOST_MEMORY;

for (const command of ['vkEndCommandBuffer', 'vkQueueSubmit2'] as const) {
  const name = `a submit that fails as its transfers go along, at ${command}, rejects them, and leaves the rings free`;
  // The layer thinks that the commands whose end was refused are being recorded still.
  gpuTest(name, { expected: /VUID-vkBeginCommandBuffer-commandBuffer-00049/u }, async ({ device }) => {
    using words = device.createBuffer({ label: 'words', byteLength: 2 ** 18 });
    using nothing = device.record('nothing', (encoder) => encoder.barrier(['transfer-target'], ['transfer-source']));
    const refused = { command, result: 'VK_ERROR_OUT_OF_HOST_MEMORY' };
    // Together several times what the rings hold.
    for (let time = 0; time < 64; time++) {
      using _ = failCall(device, command, 1, OUT_OF_MEMORY);
      const transfers = [device.staging.upload(words, 0, new Uint8Array(2 ** 18)), device.staging.download(words)];
      expect(() => device.compute.submit([nothing])).toThrow(command);
      for (const each of transfers) await expect(each).rejects.toMatchObject(refused);
    }
    await device.staging.upload(words, 0, new Uint8Array(2 ** 18).fill(7));
    expect((await device.staging.download(words)).every((byte) => byte === 7)).toBe(true);
  });
}

gpuTest('transfers that can’t be begun are refused at once, and leave the rings free', {}, async ({ device }) => {
  using words = device.createBuffer({ label: 'words', byteLength: 2 ** 18 });
  for (let time = 0; time < 300; time++) {
    for (const begin of [
      () => device.staging.upload(words, 0, new Uint8Array(2 ** 18)),
      () => device.staging.download(words),
    ]) {
      using _ = failCall(device, 'vkBeginCommandBuffer', 1, OUT_OF_MEMORY);
      expect(begin).toThrow('vkBeginCommandBuffer gave VK_ERROR_OUT_OF_HOST_MEMORY');
    }
  }
  await device.staging.upload(words, 0, new Uint8Array(2 ** 18).fill(7));
  expect((await device.staging.download(words)).every((byte) => byte === 7)).toBe(true);
});
