/**
 * @file What a call costs the processor: raw, as `@halocline/vulkan` makes it, and through the encoder and the graph of
 * `@halocline/gpu`. Recorded commands are never run.
 */
import { Graph, type ComputePipeline, type Encoder } from '@halocline/gpu';
import * as V from '@halocline/vulkan';
import { nanosecondsEach, type Row, type World } from './row.ts';

/** A shader with four words of push constants, and next to nothing to do. */
export const pushedShader = `
layout(local_size_x = 1) in;
layout(push_constant) uniform Push { uvec4 word; } push;
shared uint kept;
void main() { kept = push.word.x; }`;

const COUNT = 10_000;
const PASSES = 1000;

/** The bare foreign calls, and what writing a struct adds to one. */
function rawRows({ device }: World, pipeline: ComputePipeline): Row[] {
  const { commands } = device.raw;
  using scratch = V.pinned(16);
  const address = scratch.address;
  const rows: Row[] = [];
  const row = (name: string, note: string, count: number, body: (count: number) => void): void =>
    void rows.push({ name, value: nanosecondsEach(count, body), unit: 'ns', note });

  row('empty call', 'vkDestroyFence of no fence', 100_000, (count) => {
    for (let i = 0; i < count; i++) commands.vkDestroyFence(commands.handle, V.VK_NULL_HANDLE, V.NULL);
  });
  row('struct of 10 members', 'VkImageMemoryBarrier2, and the arena around it', 100_000, (count) => {
    for (let i = 0; i < count; i++) V.arena.scope(writeStruct);
  });
  const recorded = (name: string, body: (encoder: Encoder, count: number) => void): void =>
    row(name, 'recorded', COUNT, (count) => {
      device.record('bench', (encoder) => body(encoder.pipeline(pipeline), count))[Symbol.dispose]();
    });
  recorded('vkCmdDispatch', ({ handle }, count) => {
    for (let i = 0; i < count; i++) commands.vkCmdDispatch(handle, 1, 1, 1);
  });
  recorded('vkCmdPushConstants', ({ handle }, count) => {
    const { layout } = pipeline;
    for (let i = 0; i < count; i++) {
      commands.vkCmdPushConstants(handle, layout, V.VK_SHADER_STAGE_COMPUTE_BIT, 0, 16, address);
    }
  });
  return rows;
}

function writeStruct(): unknown {
  return V.VkImageMemoryBarrier2({
    srcStageMask: 0x800,
    srcAccessMask: 0x40,
    dstStageMask: 0x80,
    dstAccessMask: 0x20,
    oldLayout: 1,
    newLayout: 5,
    srcQueueFamilyIndex: 0,
    dstQueueFamilyIndex: 0,
    image: V.VK_NULL_HANDLE,
    subresourceRange: { aspectMask: 1, baseMipLevel: 0, levelCount: 1, baseArrayLayer: 0, layerCount: 1 },
  });
}

/** The same through the encoder, which checks, and through a graph, which orders and puts the barriers. */
function encoderRows({ device }: World, pipeline: ComputePipeline): Row[] {
  const words = new Uint32Array(4);
  const each = (name: string, note: string, body: (encoder: Encoder) => void): Row => ({
    name,
    value: nanosecondsEach(COUNT, () => device.record('bench', body)[Symbol.dispose]()),
    unit: 'ns',
    note,
  });
  const graph = new Graph();
  for (let i = 0; i < PASSES; i++) {
    graph.pass({
      name: `pass ${i}`,
      reads: [{ resource: `x${i}`, access: 'storage-read' }],
      writes: [{ resource: `x${i + 1}`, access: 'storage-write' }],
      record: (encoder) => {
        words[0] = i;
        encoder.pipeline(pipeline).push(words).dispatch(1);
      },
    });
  }
  const plan = graph.compile();
  return [
    each('encoder.push and dispatch', 'checked', (encoder) => {
      encoder.pipeline(pipeline);
      for (let i = 0; i < COUNT; i++) {
        words[0] = i;
        encoder.push(words).dispatch(1);
      }
    }),
    each('a pass of a graph: barrier, push, dispatch', 'a compiled plan of 1,000 passes', (encoder) => {
      for (let at = 0; at < COUNT; at += PASSES) plan.record(encoder);
    }),
  ];
}

/** All rows. */
export async function calls(world: World): Promise<readonly Row[]> {
  const spirv = await world.device.compile(pushedShader, { label: 'bench' });
  using pipeline = world.device.createPipeline({ label: 'bench', spirv });
  return [...rawRows(world, pipeline), ...encoderRows(world, pipeline)];
}
