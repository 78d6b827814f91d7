import { readFileSync } from 'node:fs';
import * as V from '@halocline/vulkan';
import { expect, test } from 'vitest';
import { barrierBetween, barrierRequirements, Graph, use } from '../src/index.ts';
import type { Access, Pass } from '../src/index.ts';

const graph = new Graph();
const points = graph.importBuffer('points', { byteLength: 1024, role: 'vertex' });
const picture = graph.transientImage('picture', {
  size: [64, 64],
  format: 'rgba8unorm',
  mips: 4,
  role: 'render-target',
});
const move: Pass<never> = { name: 'move', reads: ['velocity'], writes: [use(points, 'storage-write')] };
const draw: Pass<never> = {
  name: 'draw',
  queue: 'graphics',
  reads: [points],
  writes: [use(picture, 'color-attachment', { mip: 0, mips: 1 })],
};
const tone: Pass<never> = { name: 'tone', reads: [use(picture, undefined, { mip: 0, mips: 1 })], writes: ['out'] };
const fetch: Pass<never> = { name: 'fetch', queue: 'transfer', reads: [picture] };

test('one pass alone tells what it requires', () => {
  expect(barrierRequirements(move)).toMatchInlineSnapshot(`
    "move
      reads velocity as storage-read: shader read in compute shader (memory)
      writes points as storage-write: shader write in compute shader (buffer)"
  `);
  expect(barrierRequirements(draw)).toMatchInlineSnapshot(`
    "draw
      reads points as vertex: vertex attribute read in vertex input (buffer)
      writes picture (mip 0) as color-attachment: color attachment read, color attachment write in color attachment output (image in layout color-attachment)"
  `);
  expect(barrierRequirements({ name: 'idle' })).toBe('idle touches nothing');
});

test('between two passes stands the call to paste', () => {
  expect(barrierBetween(move, draw)).toMatchInlineSnapshot(`
    "// between move and draw, on the compute queue
    vkCmdPipelineBarrier2(commandBuffer, &(VkDependencyInfo){
      .sType = VK_STRUCTURE_TYPE_DEPENDENCY_INFO,
      .memoryBarrierCount = 1,
      .pMemoryBarriers = &(VkMemoryBarrier2){
        .sType = VK_STRUCTURE_TYPE_MEMORY_BARRIER_2,
        .srcStageMask = VK_PIPELINE_STAGE_2_COMPUTE_SHADER_BIT,
        .srcAccessMask = VK_ACCESS_2_SHADER_WRITE_BIT,
        .dstStageMask = VK_PIPELINE_STAGE_2_VERTEX_INPUT_BIT,
        .dstAccessMask = VK_ACCESS_2_VERTEX_ATTRIBUTE_READ_BIT,
      },
    });"
  `);
  expect(barrierBetween(draw, tone)).toMatchInlineSnapshot(`
    "// between draw and tone, on the compute queue
    vkCmdPipelineBarrier2(commandBuffer, &(VkDependencyInfo){
      .sType = VK_STRUCTURE_TYPE_DEPENDENCY_INFO,
      .imageMemoryBarrierCount = 1,
      .pImageMemoryBarriers = (VkImageMemoryBarrier2[]){
        {
          .sType = VK_STRUCTURE_TYPE_IMAGE_MEMORY_BARRIER_2,
          .srcStageMask = VK_PIPELINE_STAGE_2_COLOR_ATTACHMENT_OUTPUT_BIT,
          .srcAccessMask = VK_ACCESS_2_COLOR_ATTACHMENT_READ_BIT | VK_ACCESS_2_COLOR_ATTACHMENT_WRITE_BIT,
          .dstStageMask = VK_PIPELINE_STAGE_2_COMPUTE_SHADER_BIT,
          .dstAccessMask = VK_ACCESS_2_SHADER_READ_BIT,
          .oldLayout = VK_IMAGE_LAYOUT_COLOR_ATTACHMENT_OPTIMAL,
          .newLayout = VK_IMAGE_LAYOUT_SHADER_READ_ONLY_OPTIMAL,
          .srcQueueFamilyIndex = VK_QUEUE_FAMILY_IGNORED,
          .dstQueueFamilyIndex = VK_QUEUE_FAMILY_IGNORED,
          .image = picture,
          .subresourceRange = { VK_IMAGE_ASPECT_COLOR_BIT, 0, 1, 0, VK_REMAINING_ARRAY_LAYERS },
        },
      },
    });"
  `);
});

test('the call for a depth image names its depth, whatever its layouts', () => {
  const shadow = graph.importImage('shadow', { size: [64, 64], format: 'depth32float', role: 'depth-target' });
  const fill: Pass<never> = { name: 'fill', writes: [use(shadow, 'transfer-target')] };
  const light: Pass<never> = { name: 'light', reads: [use(shadow, 'sampled')] };
  const save: Pass<never> = { name: 'save', reads: [use(shadow, 'transfer-source')] };
  for (const call of [barrierBetween(fill, light), barrierBetween(light, save)]) {
    expect(call).toContain('.subresourceRange = { VK_IMAGE_ASPECT_DEPTH_BIT, 0, ');
  }
});

test('passes on two queues wait, and an image is handed over', () => {
  expect(barrierBetween({ ...draw, writes: [picture] }, fetch)).toMatchInlineSnapshot(`
    "// behind draw, on the compute queue
    vkCmdPipelineBarrier2(commandBuffer, &(VkDependencyInfo){
      .sType = VK_STRUCTURE_TYPE_DEPENDENCY_INFO,
      .imageMemoryBarrierCount = 1,
      .pImageMemoryBarriers = (VkImageMemoryBarrier2[]){
        {
          .sType = VK_STRUCTURE_TYPE_IMAGE_MEMORY_BARRIER_2,
          .srcStageMask = VK_PIPELINE_STAGE_2_COLOR_ATTACHMENT_OUTPUT_BIT,
          .srcAccessMask = VK_ACCESS_2_COLOR_ATTACHMENT_READ_BIT | VK_ACCESS_2_COLOR_ATTACHMENT_WRITE_BIT,
          .dstStageMask = VK_PIPELINE_STAGE_2_NONE,
          .dstAccessMask = VK_ACCESS_2_NONE,
          .oldLayout = VK_IMAGE_LAYOUT_COLOR_ATTACHMENT_OPTIMAL,
          .newLayout = VK_IMAGE_LAYOUT_TRANSFER_SRC_OPTIMAL,
          .srcQueueFamilyIndex = 0,
          .dstQueueFamilyIndex = 1,
          .image = picture,
          .subresourceRange = { VK_IMAGE_ASPECT_COLOR_BIT, 0, VK_REMAINING_MIP_LEVELS, 0, VK_REMAINING_ARRAY_LAYERS },
        },
      },
    });
    // between draw and fetch, on the transfer queue
    vkCmdPipelineBarrier2(commandBuffer, &(VkDependencyInfo){
      .sType = VK_STRUCTURE_TYPE_DEPENDENCY_INFO,
      .imageMemoryBarrierCount = 1,
      .pImageMemoryBarriers = (VkImageMemoryBarrier2[]){
        {
          .sType = VK_STRUCTURE_TYPE_IMAGE_MEMORY_BARRIER_2,
          .srcStageMask = VK_PIPELINE_STAGE_2_ALL_COMMANDS_BIT,
          .srcAccessMask = VK_ACCESS_2_NONE,
          .dstStageMask = VK_PIPELINE_STAGE_2_ALL_TRANSFER_BIT,
          .dstAccessMask = VK_ACCESS_2_TRANSFER_READ_BIT,
          .oldLayout = VK_IMAGE_LAYOUT_COLOR_ATTACHMENT_OPTIMAL,
          .newLayout = VK_IMAGE_LAYOUT_TRANSFER_SRC_OPTIMAL,
          .srcQueueFamilyIndex = 0,
          .dstQueueFamilyIndex = 1,
          .image = picture,
          .subresourceRange = { VK_IMAGE_ASPECT_COLOR_BIT, 0, VK_REMAINING_MIP_LEVELS, 0, VK_REMAINING_ARRAY_LAYERS },
        },
      },
    });
    // fetch's submit waits for the timeline semaphore that draw's submit signals"
  `);
});

test('passes that share nothing need nothing', () => {
  expect(barrierBetween(move, tone)).toBe('// nothing is needed between move and tone');
});

test('behind a pass on the host no barrier stands, but what follows comes when it has run', () => {
  const read: Pass<never> = { name: 'read', queue: 'host', writes: ['rows'] };
  const load: Pass<never> = { name: 'load', reads: ['rows'], writes: ['cells'] };
  const show: Pass<never> = { name: 'show', queue: 'host', reads: ['rows', 'cells'] };
  expect(barrierBetween(read, load)).toBe('// load is submitted when read has run on the host');
  expect(barrierBetween(read, show)).toBe('// show runs when read has run on the host');
  expect(barrierBetween(load, show)).toMatchInlineSnapshot(`
    "// behind load, on the compute queue
    vkCmdPipelineBarrier2(commandBuffer, &(VkDependencyInfo){
      .sType = VK_STRUCTURE_TYPE_DEPENDENCY_INFO,
      .memoryBarrierCount = 1,
      .pMemoryBarriers = &(VkMemoryBarrier2){
        .sType = VK_STRUCTURE_TYPE_MEMORY_BARRIER_2,
        .srcStageMask = VK_PIPELINE_STAGE_2_COMPUTE_SHADER_BIT,
        .srcAccessMask = VK_ACCESS_2_SHADER_WRITE_BIT,
        .dstStageMask = VK_PIPELINE_STAGE_2_HOST_BIT,
        .dstAccessMask = VK_ACCESS_2_HOST_READ_BIT,
      },
    });
    // show waits on the host for the timeline semaphore that load's submit signals"
  `);
  expect(barrierBetween(read, { name: 'clear', writes: ['other'] })).toBe(
    '// nothing is needed between read and clear',
  );
});

test('every name in a call to paste is one of Vulkan, and every member one of its struct', () => {
  const layouts = JSON.parse(
    readFileSync(new URL('../../vulkan/test/fixtures/vulkan-layout.json', import.meta.url), 'utf8'),
  ) as Record<string, { members: Record<string, unknown> }>;
  const cells = new Graph().importBuffer('cells', { byteLength: 64 });
  const photo = new Graph().importImage('photo', { size: [8, 8], format: 'rgba8unorm', arrives: 'undefined' });
  const writes: Access[] = ['storage-write', 'transfer-target', 'host-write'];
  const reads: Access[] = [
    'storage-read',
    'uniform',
    'indirect',
    'vertex',
    'index',
    'transfer-source',
    'conditional',
    'host-read',
  ];
  const at = (access: Access) => ({ queue: access.startsWith('host') ? ('host' as const) : ('graphics' as const) });
  const calls = writes.flatMap((write) => {
    const first = { name: 'a', ...at(write), writes: [use(cells, write)] };
    const drawn = { name: 'a', queue: 'graphics' as const, writes: [use(photo, 'color-attachment')] };
    return [
      ...reads.map((read) => barrierBetween(first, { name: 'b', ...at(read), reads: [use(cells, read)] })),
      ...(['sampled', 'transfer-source', 'storage-read'] as const).map((read) =>
        barrierBetween(drawn, { name: 'b', reads: [use(photo, read)] }),
      ),
    ];
  });
  for (const text of calls.filter((each) => each.includes('vkCmd'))) {
    for (const [name] of text.matchAll(/\bVK_\w+/g)) expect(V, text).toHaveProperty(name);
    const members = [...text.matchAll(/\(?(Vk\w+)(?:\[\])?\)\{/g)].flatMap(([, struct]) => [
      'sType',
      ...Object.keys(layouts[struct!]!.members),
    ]);
    for (const [, member] of text.matchAll(/^\s+\.(\w+) =/gm)) expect(members, text).toContain(member);
  }
  expect(calls.filter((each) => each.includes('vkCmd')).length).toBeGreaterThan(20);
});
