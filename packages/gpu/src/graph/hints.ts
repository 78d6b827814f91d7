/**
 * @file Hints for those who write barriers by hand: what one pass requires, and the Vulkan call between two. No graph and no device
 * is needed.
 */

import { accessMask } from '../convert.ts';
import { compileGraph } from './compile.ts';
import { passLines } from './explain.ts';
import { accessConstants, aspectConstant, layoutConstant, stageConstants } from './flag-names.ts';
import { soloModel } from './model.ts';
import { checkPass, settleUses } from './pass.ts';
import type { Pass } from './pass.ts';
import { USUAL_QUEUES } from './queues.ts';
import type { QueueTable } from './queues.ts';
import type { ImageLike } from './resource.ts';
import type { GraphBarrier, GraphImageBarrier } from './steps.ts';

/** What one pass requires, a line a use: the kind of the resource, stages, accesses and, for images, the layout. */
export function barrierRequirements(pass: Pass<never>): string {
  const [node] = soloModel(pass).passes;
  const kinds = node!.uses.map(({ resource, resolved }) => {
    if (typeof resource === 'string') return 'memory';
    if (resource.kind !== 'image') return resource.kind;
    return `image in layout ${resolved.layout}`;
  });
  const [title, ...lines] = passLines(node!);
  return [title!.trim(), ...lines.map((line, index) => `${line.slice(2)} (${kinds[index] ?? 'nothing'})`)].join('\n');
}

/**
 * The Vulkan call that must stand between two passes, `a` before `b`, as C to paste; a comment where none is needed, where they
 * run on different queues, or where one runs on the host. Image and family names are those of the resources' labels.
 */
export function barrierBetween(a: Pass<never>, b: Pass<never>, queues: QueueTable = USUAL_QUEUES): string {
  for (const pass of [a, b]) checkPass(pass);
  const passes = [a, b].map(({ stage: _stage, ...pass }) => ({ ...pass, after: [] }));
  const uses = passes.map((pass) => settleUses(pass as Pass<never>));
  const source = { passes: passes as Pass<never>[], uses, wishes: [], stages: new Map(), loose: true };
  const { barriers, steps } = compileGraph(source, { queues, cull: false });
  const between = barriers.filter(({ reasons }) =>
    reasons.some(({ earlier, later }) => earlier === a.name && later === b.name),
  );
  const lines = between.flatMap((barrier) => callLines(barrier, a, b));
  for (const { waits, hostWaits } of steps) {
    if (waits.length > 0) lines.push(`// ${waiter(b)} for the timeline semaphore that ${a.name}'s submit signals`);
    if (hostWaits.length > 0) lines.push(`// ${follower(b)} when ${a.name} has run on the host`);
  }
  return lines.join('\n') || `// nothing is needed between ${a.name} and ${b.name}`;
}

function waiter({ name, queue }: Pass<never>): string {
  return queue === 'host' ? `${name} waits on the host` : `${name}'s submit waits`;
}

function follower({ name, queue }: Pass<never>): string {
  return queue === 'host' ? `${name} runs` : `${name} is submitted`;
}

function callLines({ before, after, images, queue, place }: GraphBarrier, a: Pass<never>, b: Pass<never>): string[] {
  const where = place === 'after' ? `behind ${a.name}` : `between ${a.name} and ${b.name}`;
  const fields: string[] = [];
  if (before.length > 0) {
    const body = maskLines(before, after).map((line) => `    ${line}`);
    fields.push(
      '  .memoryBarrierCount = 1,',
      '  .pMemoryBarriers = &(VkMemoryBarrier2){',
      '    .sType = VK_STRUCTURE_TYPE_MEMORY_BARRIER_2,',
      ...body,
      '  },',
    );
  }
  const own = images.filter(({ node }) => touches(b, node.label) && touches(a, node.label));
  if (own.length > 0) {
    fields.push(`  .imageMemoryBarrierCount = ${own.length},`, '  .pImageMemoryBarriers = (VkImageMemoryBarrier2[]){');
    for (const image of own) fields.push(...imageLines(image).map((line) => `    ${line}`));
    fields.push('  },');
  }
  return [
    `// ${where}, on the ${queue} queue`,
    'vkCmdPipelineBarrier2(commandBuffer, &(VkDependencyInfo){',
    '  .sType = VK_STRUCTURE_TYPE_DEPENDENCY_INFO,',
    ...fields,
    '});',
  ];
}

function touches(pass: Pass<never>, label: string): boolean {
  return settleUses(pass).some(({ resource }) => typeof resource === 'object' && resource.label === label);
}

function maskLines(before: GraphBarrier['before'], after: GraphBarrier['after']): string[] {
  const [from, to] = [accessMask(before), accessMask(after)];
  return [
    `.srcStageMask = ${stageConstants(from.stages)},`,
    `.srcAccessMask = ${accessConstants(from.accesses)},`,
    `.dstStageMask = ${stageConstants(to.stages)},`,
    `.dstAccessMask = ${accessConstants(to.accesses)},`,
  ];
}

function imageLines({ node, layouts, before, after, range = {}, handOver }: GraphImageBarrier): string[] {
  const { mip = 0, mips, layer = 0, layers } = range;
  const image = node.object as ImageLike;
  const counts = [mips ?? 'VK_REMAINING_MIP_LEVELS', layers ?? 'VK_REMAINING_ARRAY_LAYERS'];
  const families = [handOver?.from, handOver?.to].map((family) => family ?? 'VK_QUEUE_FAMILY_IGNORED');
  return [
    '{',
    '  .sType = VK_STRUCTURE_TYPE_IMAGE_MEMORY_BARRIER_2,',
    ...maskLines(before, after).map((line) => `  ${line}`),
    `  .oldLayout = ${layoutConstant(layouts[0])},`,
    `  .newLayout = ${layoutConstant(layouts[1])},`,
    `  .srcQueueFamilyIndex = ${families[0]},`,
    `  .dstQueueFamilyIndex = ${families[1]},`,
    `  .image = ${node.label.replaceAll(/\W+/g, '_')},`,
    `  .subresourceRange = { ${aspectConstant(image.format)}, ${mip}, ${counts[0]}, ${layer}, ${counts[1]} },`,
    '},',
  ];
}
