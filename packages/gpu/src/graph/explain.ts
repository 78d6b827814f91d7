/** @file A plan in words: passes with what they touch and how, barriers and waits with their reasons, boundaries of stages. */

import { AFTERWARDS } from './barriers.ts';
import type { CompiledGraph } from './compile.ts';
import { usageText, usageWords } from './flag-names.ts';
import type { PassNode } from './model.ts';
import { labelOf } from './pass.ts';
import type { SettledUse } from './pass.ts';
import { HOST_LANE, queueName } from './queues.ts';
import type { GraphBarrier, GraphImageBarrier, Hazard, Step } from './steps.ts';
import { usagesOf } from './usage.ts';

/** Everything that a plan does and why, step by step. */
export function explainPlan(compiled: CompiledGraph): string {
  const lines: string[] = [];
  const several = new Set(compiled.steps.map(({ lane }) => lane)).size > 1;
  for (const step of compiled.steps) {
    const { before, after } = step.finished;
    const queue = queueName(compiled.queues, step.lane);
    const waits = waitsText(compiled, step);
    if (waits) lines.push(`${queue} waits for ${waits}`, ...because(step.reasons));
    if (before) lines.push(...barrierLines(before, several));
    if (step.passes.length > 0) lines.push(`level ${step.level}${several ? ` on ${queue}` : ''}:`);
    for (const pass of step.passes) lines.push(...passLines(pass));
    if (after) lines.push(...barrierLines(after, several));
  }
  for (const { name } of compiled.culled) lines.push(`left out: ${name}, since nobody uses what it writes`);
  lines.push(...memoryLines(compiled), ...boundaryLines(compiled));
  return lines.join('\n');
}

/** A pass with its uses, one a line. */
export function passLines({ name, uses }: PassNode): string[] {
  if (uses.length === 0) return [`  ${name} touches nothing`];
  return [`  ${name}`, ...uses.map((use) => `    ${useText(use)}`)];
}

/** One use: "reads velocity as storage-read: shader read in compute shader". */
function useText({ resource, usage, part, writes, resolved }: SettledUse): string {
  const { text, side } = resolved;
  const as = typeof usage === 'string' ? ` as ${text}` : '';
  return `${writes ? 'writes' : 'reads'} ${labelOf(resource)}${partText(part)}${as}: ${usageWords(usagesOf(side))}`;
}

/** " (mips 1 to 3)": the part of a resource that a use is about; nothing where it is the whole. */
function partText({ byteOffset, byteLength, mip, mips, layer, layers }: SettledUse['part']): string {
  const words: string[] = [];
  if (byteOffset !== undefined || byteLength !== undefined) {
    const start = byteOffset ?? 0;
    words.push(byteLength === undefined ? `bytes from ${start}` : `bytes ${start} to ${start + byteLength}`);
  }
  if (mip !== undefined || mips !== undefined) words.push(rangeText('mip', mip, mips));
  if (layer !== undefined || layers !== undefined) words.push(rangeText('layer', layer, layers));
  return words.length === 0 ? '' : ` (${words.join(', ')})`;
}

function rangeText(word: string, first: number = 0, count?: number): string {
  if (count === 1) return `${word} ${first}`;
  return count === undefined ? `${word}s from ${first}` : `${word}s ${first} to ${first + count - 1}`;
}

function barrierLines(barrier: GraphBarrier, several: boolean): string[] {
  const { reasons, queue, place } = barrier;
  const where = several ? ` on ${queue}${place === 'after' ? ', for others to see' : ''}` : '';
  return [`barrier${where}: ${barrierText(barrier, imageText)}`, ...because(reasons)];
}

/** What a barrier does: "storage-write → vertex; image color undefined → color-attachment". */
export function barrierText(
  { before, after, images }: GraphBarrier,
  textOf: (image: GraphImageBarrier) => string,
): string {
  const memory = before.length > 0 ? [`${usageText(before)} → ${usageText(after)}`] : [];
  return [...memory, ...images.map(textOf)].join('; ');
}

/** What becomes of an image's layout: "image color (mip 0) undefined → color-attachment". */
export function layoutText({ node, layouts, range }: GraphImageBarrier): string {
  const [old, next] = layouts;
  return `image ${node.label}${partText(range ?? {})} ${old === next ? `stays ${next}` : `${old} → ${next}`}`;
}

function imageText(image: GraphImageBarrier): string {
  const { before, after, handOver } = image;
  const hand = handOver ? `, from queue family ${handOver.from} to ${handOver.to}` : '';
  return `${layoutText(image)}${hand} (${usageWords(before)} → ${usageWords(after)})`;
}

function because(reasons: readonly Hazard[]): string[] {
  return [...new Set(reasons.map((reason) => `  because ${hazardText(reason)}`))];
}

/** One hazard as a sentence without its stop. */
export function hazardText({ kind, resource, earlier, later, layouts }: Hazard): string {
  const state = layouts ? `${resource} as ${layouts[1]}` : resource;
  if (earlier === '') return `${later} needs ${state}, which comes to the graph otherwise (${kind})`;
  if (later === AFTERWARDS) return `${later} needs ${state}, which ${earlier} leaves otherwise (${kind})`;
  const moved = layouts ? `; its layout goes from ${layouts[0]} to ${layouts[1]}` : '';
  switch (kind) {
    case 'read after write':
      return `${later} reads ${resource} that ${earlier} writes (read after write${moved})`;
    case 'write after read':
      return `${later} writes ${resource} that ${earlier} reads (write after read${moved})`;
    case 'write after write':
      return `${later} writes ${resource} that ${earlier} writes (write after write${moved})`;
    case 'layout change':
      return `${later} reads ${resource} that ${earlier} reads in another layout (layout change${moved})`;
    case 'queue hand-over':
      return `${later} reads ${resource} that ${earlier} reads on another queue (queue hand-over)`;
    case 'shared memory':
      return `${resource}, which ${later} begins, takes over memory that ${earlier} used (shared memory)`;
    case 'asked for':
      return `${later} was asked to follow ${earlier}`;
    case 'last run':
      return 'the plan runs again on the same resources (its last run comes before)';
  }
}

/** "transfer (copy) and host (parse)": whom a step waits for. */
function waitsText({ queues, model }: CompiledGraph, { waits, hostWaits }: Step): string {
  const texts = waits.map(
    ({ lane, passes }) => `${queueName(queues, lane)} (${passes.map(({ name }) => name).join(', ')})`,
  );
  if (hostWaits.length > 0) {
    texts.push(`${queueName(queues, HOST_LANE)} (${hostWaits.map((pass) => model.passes[pass]!.name).join(', ')})`);
  }
  return texts.join(' and ');
}

function memoryLines({ arenas }: CompiledGraph): string[] {
  return arenas.map(({ kind, byteLength, places }) => {
    const apart = places.reduce((sum, place) => sum + place.byteLength, 0);
    const list = places.map(
      ({ node, byteOffset, first, last }) => `${node.label} at ${byteOffset} (levels ${first} to ${last})`,
    );
    return `transient ${kind}s share ${byteLength} bytes, ${apart} apart: ${list.join(', ')}`;
  });
}

/** One line for each stage that comes after another, and for any two that hazards cross: those hazards. */
function boundaryLines({ stages, model, steps }: CompiledGraph): string[] {
  const stageOf = new Map(model.passes.map(({ name, pass }) => [name, pass.stage]));
  const crossing = new Map([...stages.keys()].map((stage) => [stage, new Map<string, Set<string>>()]));
  const add = (hazard: Hazard): void => {
    const [before, stage] = [stageOf.get(hazard.earlier), stageOf.get(hazard.later)];
    if (before === undefined || stage === undefined || before === stage) return;
    const own = crossing.get(stage)!;
    const texts = own.get(before);
    if (texts) texts.add(hazardText(hazard));
    else own.set(before, new Set([hazardText(hazard)]));
  };
  for (const { before, after, reasons, ended } of steps) {
    for (const list of [before?.reasons ?? [], after?.reasons ?? [], reasons, ended])
      for (const each of list) add(each);
  }
  const lines: string[] = [];
  for (const [stage, after] of stages) {
    const own = crossing.get(stage)!;
    const others = own.size === 0 ? [] : [...stages.keys()].filter((each) => own.has(each));
    for (const before of new Set([...after, ...others])) {
      const texts = [...(own.get(before) ?? ['no hazard between their passes'])];
      lines.push(`Between ${before} and ${stage}: ${texts.join('; ')}`);
    }
  }
  return lines;
}
