import { gpuTest } from '@halocline/testing';
import { expect } from 'vitest';
import { GraphError, Graph, VulkanError } from '../src/index.ts';
import type { Encoder, VulkanErrorKind } from '../src/index.ts';

/** The kind and labels of what a body throws. */
function failure(body: () => unknown): { kind: VulkanErrorKind; labels: readonly string[] } {
  try {
    body();
  } catch (error) {
    if (error instanceof VulkanError) return { kind: error.kind, labels: error.labels };
    throw error;
  }
  throw new GraphError('nothing was thrown');
}

const BOUND = `
layout(local_size_x = 1) in;
layout(binding = 0) buffer A { uint a[]; };
void main() { a[0] = 1; }`;

gpuTest('a failure has a kind and names its objects', {}, async ({ device }) => {
  using words = device.createBuffer({ label: 'words', byteLength: 64 });
  const gone = device.createBuffer({ label: 'gone', byteLength: 64, memory: 'upload' });
  gone.mapped[0] = 1;
  gone[Symbol.dispose]();
  using bound = device.createPipeline({ label: 'bound', spirv: await device.compile(BOUND, { label: 'bound' }) });
  const recorded = (body: (encoder: Encoder) => unknown) => () =>
    device.record('step', (encoder) => void body(encoder));
  const found = [
    failure(() => words.mapped),
    failure(() => gone.mapped),
    failure(() => device.createBuffer({ label: 'huge', byteLength: 2 ** 52 })),
    failure(() => void device.staging.upload(gone, 0, new Uint8Array(4))),
    failure(recorded((encoder) => encoder.fill(words, 60, 8, 0))),
    failure(recorded((encoder) => encoder.fill(gone, 0, 8, 0))),
    failure(recorded((encoder) => encoder.pipeline(bound).dispatch(1))),
    failure(() => device.createPipeline({ label: 'bare', spirv: new Uint32Array(5) })),
  ];
  expect(found.map(({ kind, labels }) => [kind, ...labels].join(' '))).toEqual([
    'not-mapped words',
    'not-mapped gone',
    'buffer huge',
    'buffer gone',
    'buffer-too-small words',
    'command-buffer gone step',
    'command-buffer bound step',
    'shader-compilation',
  ]);
});

gpuTest('recorded commands know the passes of their graph', {}, ({ device }) => {
  using words = device.createBuffer({ label: 'words', byteLength: 64 });
  const graph = new Graph();
  for (const name of ['clear', 'paint']) {
    const record = (encoder: Encoder): unknown => encoder.fill(words, 0, 64, 1);
    graph.pass({ name, writes: [{ resource: 'words', access: 'transfer-target' }], record: (it) => void record(it) });
  }
  using commands = device.record('step 7', (encoder) => graph.compile().record(encoder));
  expect(commands.passes).toEqual(['clear', 'paint']);
});

gpuTest('what the driver refuses half-way leaves nothing behind', {}, async ({ device }) => {
  const spirv = await device.compile(BOUND, { label: 'bound' });
  const { commands } = device.raw;
  const refuse = (command: string, body: () => unknown): void => {
    Object.defineProperty(commands, command, { value: () => -2, configurable: true });
    expect(body).toThrow(`${command} gave VK_ERROR_OUT_OF_DEVICE_MEMORY`);
    Reflect.deleteProperty(commands, command);
  };
  const upload = { label: 'words', byteLength: 2 ** 20, memory: 'upload' } as const;
  refuse('vkMapMemory', () => device.createBuffer(upload));
  refuse('vkBindBufferMemory2', () => device.createBuffer(upload));
  refuse('vkCreateDescriptorSetLayout', () => device.createPipeline({ label: 'bound', spirv }));
  refuse('vkCreatePipelineLayout', () => device.createPipeline({ label: 'bound', spirv }));
  // The layer would name at the device's end what is left.
  expect([device.heap.used, device.children.size]).toEqual([0, 0]);
});
