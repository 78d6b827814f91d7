import type { Device, ThreadedRecorder } from '@halocline/gpu';
import { vulkanTest } from '@halocline/testing';
import { expect } from 'vitest';
import { judged } from './judged-device.ts';
import { trianglePipeline, wordsIn } from './kernels.ts';

const module = new URL('./recorded-passes.ts', import.meta.url);

const DOUBLE = `layout(local_size_x = 4) in;
  layout(set = 0, binding = 0) readonly buffer From { uint from[]; };
  layout(set = 1, binding = 2) writeonly buffer To { uint to[]; };
  void main() { to[gl_LocalInvocationID.x] = from[gl_LocalInvocationID.x] * 2; }`;
const CORNERS = `layout(location = 0) in vec2 at; void main() { gl_Position = vec4(at, 0.5, 1); }`;
const RED = `layout(location = 0) out vec4 color; void main() { color = vec4(1, 0, 0, 1); }`;

/** Runs `turns` frames of what `passes` gives the threads. */
async function frames(device: Device, turns: number, passes: (recorder: ThreadedRecorder, turn: number) => void) {
  await using recorder = device.createRecorder({ workers: 3 });
  for (let turn = 0; turn < turns; turn++) {
    const frame = await device.beginFrame();
    passes(recorder, turn);
    await recorder.finalize();
    device.endFrame(frame);
  }
  await device.idle();
}

/** Three passes of two functions each, on three threads, that hand numbers on, and no barrier in any. */
async function handOn(device: Device): Promise<number[]> {
  using double = device.createPipeline({ label: 'double', spirv: await device.compile(DOUBLE, { label: 'double' }) });
  using a = device.createBuffer({ label: 'a', byteLength: 16 });
  using b = device.createBuffer({ label: 'b', byteLength: 16 });
  using c = device.createBuffer({ label: 'c', byteLength: 16 });
  await frames(device, 4, (recorder, turn) => {
    recorder.encoderFor('mark').record({ module, export: 'mark', data: { words: a, at: 0, word: turn + 1 } });
    recorder.encoderFor('mark on').record({ module, export: 'mark', data: { words: a, at: 1, word: 10 } });
    recorder
      .encoderFor('double')
      .record({ module, export: 'double', data: { pipeline: double, from: a, to: b } })
      .record({ module, export: 'double', data: { pipeline: double, from: b, to: c } });
    recorder.encoderFor('hand on').record({ module, export: 'chain', data: { buffers: [c, b, a], times: 2 } });
  });
  return (await wordsIn(device, a)).slice(0, 2);
}

vulkanTest('with automatic barriers, what threads record without any is sound to the validation layer', async () => {
  let result: number[] = [];
  const both = await judged(
    { autoBarriers: true, checks: true },
    async (device) => void (result = await handOn(device)),
  );
  expect(both).toEqual([]);
  expect(result).toEqual([16, 40]);
  const alone = await judged(
    { autoBarriers: true, checks: false },
    async (device) => void (result = await handOn(device)),
  );
  expect(alone).toEqual([]);
  expect(result).toEqual([16, 40]);
});

vulkanTest(
  'without them, the checks name what is missing within what one thread records, and between two',
  async () => {
    const said = await judged({ checks: true, validation: false }, async (device) => {
      using a = device.createBuffer({ label: 'a', byteLength: 16 });
      using b = device.createBuffer({ label: 'b', byteLength: 16 });
      await frames(device, 1, (recorder) => {
        recorder.encoderFor('mark').record({ module, export: 'mark', data: { words: a, at: 0, word: 1 } });
        recorder.encoderFor('hand on').record({ module, export: 'chain', data: { buffers: [a, b, a], times: 1 } });
      });
    });
    expect(said.sort()).toMatchInlineSnapshot(`
      [
        "missing-barrier: Cannot let pass "hand on" read buffer "a" bytes 0 to 4 in copy: pass "mark" writes it in fill, and no barrier stands between; put encoder.barrier(['transfer-target'], ['transfer-source']) there",
        "missing-barrier: Cannot let pass "hand on" read buffer "b" in copy: pass "hand on" writes it in copy, and no barrier stands between; put encoder.barrier(['transfer-target'], ['transfer-source']) there",
        "missing-barrier: Cannot let pass "hand on" write buffer "a" bytes 0 to 4 in copy: pass "mark" writes it in fill, and no barrier stands between; put encoder.barrier(['transfer-target'], ['transfer-target']) there",
        "missing-barrier: Cannot let pass "hand on" write buffer "a" in copy: pass "hand on" reads it in copy, and no barrier stands between; put encoder.barrier(['transfer-source'], ['transfer-target']) there",
        "read-before-write: Cannot let pass "hand on" read buffer "a" bytes 4 to 16 in copy (['transfer-source']): nothing wrote it; upload, fill or write it first",
      ]
    `);
  },
);

vulkanTest(
  'what threads do to what their pass declares, to memory that nobody wrote, and with barriers of no use is told',
  async () => {
    const said = await judged({ checks: true, validation: false }, async (device) => {
      using a = device.createBuffer({ label: 'a', byteLength: 16 });
      using b = device.createBuffer({ label: 'b', byteLength: 16 });
      await frames(device, 1, (recorder) => {
        const declared = [
          { resource: a, access: 'transfer-target' },
          { resource: b, access: 'transfer-source' },
        ] as const;
        recorder
          .encoderFor('begin', { declared })
          .record({ module, export: 'cautious', data: { words: a } })
          .record({ module, export: 'chain', data: { buffers: [a, b], times: 1 } });
      });
      using c = device.createBuffer({ label: 'c', byteLength: 16 });
      using d = device.createBuffer({ label: 'd', byteLength: 16 });
      await frames(device, 1, (recorder) => {
        recorder.encoderFor('copy').record({ module, export: 'chain', data: { buffers: [c, d], times: 1 } });
      });
    });
    expect(said.sort()).toMatchInlineSnapshot(`
      [
        "read-before-write: Cannot let pass "copy" read buffer "c" in copy (['transfer-source']): nothing wrote it; upload, fill or write it first",
        "undeclared-use: Cannot let pass "begin" read buffer "a" in copy: it declares ['transfer-target']; add ['transfer-source'] to its reads",
        "undeclared-use: Cannot let pass "begin" write buffer "b" in copy: it declares ['transfer-source']; add ['transfer-target'] to its writes",
        "useless-barrier: Cannot find a use of barrier 1 of "begin": nothing after it touches what it waits for; leave it out",
      ]
    `);
  },
);

vulkanTest('barriers for what threads draw stand ahead of the rendering, where none may stand within', async () => {
  let red: number[] = [];
  const said = await judged({ autoBarriers: true, checks: true }, async (device) => {
    using pipeline = await trianglePipeline(device, CORNERS, RED);
    using image = device.createImage({ label: 'picture', size: [4, 4], format: 'rgba8unorm' });
    using pixels = device.createBuffer({ label: 'pixels', byteLength: 64 });
    using from = device.createBuffer({ label: 'from', byteLength: 24 });
    using vertices = device.createBuffer({ label: 'corners', byteLength: 24, role: 'vertex' });
    void device.staging.upload(from, 0, Float32Array.of(-1, -1, 3, -1, -1, 3));
    await using recorder = device.createRecorder({ workers: 2 });
    for (let turn = 0; turn < 3; turn++) {
      const frame = await device.beginFrame();
      frame.record('copy', (encoder) => encoder.copy(from, 0, vertices, 0, 24));
      const pass = recorder.encoderFor('draw', { rendering: { color: [{ image, clear: [0, 1, 0, 1] }] } });
      for (let i = 0; i < 4; i++) pass.record({ module, export: 'corners', data: { pipeline, vertices } });
      await recorder.finalize();
      frame.record('save', (encoder) => encoder.copyImageToBuffer(image, pixels));
      device.endFrame(frame);
    }
    red = [...new Set(await wordsIn(device, pixels))];
  });
  expect(said).toEqual([]);
  expect(red).toEqual([0xff0000ff]);
});

vulkanTest('commands that several recordings execute are known in each of them', async () => {
  const run = async (device: Device): Promise<void> => {
    using a = device.createBuffer({ label: 'a', byteLength: 16 });
    using b = device.createBuffer({ label: 'b', byteLength: 16 });
    using copy = device.recordSecondary('copy', (encoder) => void encoder.copy(a, 0, b, 0, 16));
    using fill = device.record('fill', (encoder) => encoder.fill(a, 0, 16, 7).execute(copy));
    using again = device.record('again', (encoder) => encoder.execute(copy, copy));
    device.compute.submit([fill, again]);
    expect(await wordsIn(device, b)).toEqual([7, 7, 7, 7]);
  };
  expect(await judged({ checks: true, autoBarriers: true }, run)).toEqual([]);
  expect(await judged({ checks: true, validation: false }, run)).toMatchInlineSnapshot(`
    [
      "missing-barrier: Cannot let pass "copy" read buffer "a" in copy: pass "fill" writes it in fill, and no barrier stands between; put encoder.barrier(['transfer-target'], ['transfer-source']) there",
      "missing-barrier: Cannot let pass "copy" write buffer "b" in copy: pass "copy" writes it in copy, and no barrier stands between; put encoder.barrier(['transfer-target'], ['transfer-target']) there",
    ]
  `);
});
