/** @file A plan in Mermaid and in Graphviz: a box a level, an arrow a hazard, queues in the passes' boxes, waits dotted. */

import type { CompiledGraph } from './compile.ts';
import { queueName } from './queues.ts';
import type { PassNode } from './model.ts';

/** A Mermaid flow chart. */
export function planToMermaid(compiled: CompiledGraph): string {
  const ids = nodeIds(compiled);
  const lines = ['flowchart LR'];
  for (const [index, passes] of compiled.levels.entries()) {
    lines.push(`  subgraph level${index}[level ${index}]`);
    for (const pass of passes) lines.push(`    ${ids.get(pass.name)}["${escaped(titleOf(compiled, pass))}"]`);
    lines.push('  end');
  }
  for (const { from, to, label, wait } of arrowsOf(compiled)) {
    const text = label === '' ? '' : `|"${escaped(label)}"|`;
    lines.push(`  ${ids.get(from)} ${wait ? '-.->' : '-->'}${text} ${ids.get(to)}`);
  }
  return lines.join('\n');
}

/** A Graphviz digraph of the same. */
export function planToDot(compiled: CompiledGraph): string {
  const ids = nodeIds(compiled);
  const lines = ['digraph plan {', '  rankdir = LR;', '  node [shape = box];'];
  for (const [index, passes] of compiled.levels.entries()) {
    const nodes = passes.map((pass) => `${ids.get(pass.name)} [label = ${JSON.stringify(titleOf(compiled, pass))}];`);
    lines.push(`  subgraph level${index} { rank = same; ${nodes.join(' ')} }`);
  }
  for (const { from, to, label, wait } of arrowsOf(compiled)) {
    const style = wait ? ', style = dashed' : '';
    lines.push(`  ${ids.get(from)} -> ${ids.get(to)} [label = ${JSON.stringify(label)}${style}];`);
  }
  return [...lines, '}'].join('\n');
}

/** An arrow between two passes. */
export interface Arrow {
  readonly from: string;
  readonly to: string;
  /** The resources between them. */
  readonly label: string;
  /** One queue, or the host, waits for another's; else a barrier stands between. */
  readonly wait: boolean;
}

/** One arrow for each pair of passes that a barrier or a wait separates. */
export function arrowsOf({ steps, model }: CompiledGraph): Arrow[] {
  const labels = new Map<string, { from: string; to: string; resources: Set<string>; wait: boolean }>();
  const queues = new Map(model.passes.map(({ name, queue }) => [name, queue]));
  for (const step of steps) {
    for (const reason of [...(step.before?.reasons ?? []), ...step.reasons]) {
      const { kind, earlier, later, resource } = reason;
      if (kind === 'last run' || !queues.has(earlier) || !queues.has(later)) continue;
      const key = JSON.stringify([earlier, later]);
      const wait = step.reasons.includes(reason);
      const entry = labels.get(key) ?? { from: earlier, to: later, resources: new Set<string>(), wait };
      if (resource !== '') entry.resources.add(resource);
      labels.set(key, entry);
    }
  }
  return [...labels.values()].map(({ resources, ...arrow }) => ({ ...arrow, label: [...resources].join(', ') }));
}

function nodeIds({ levels }: CompiledGraph): Map<string, string> {
  return new Map(levels.flat().map(({ name }, index) => [name, `p${index}`]));
}

/** The pass's name, and its queue where there are several. */
function titleOf({ steps, queues }: CompiledGraph, { name, queue }: PassNode): string {
  const several = steps.some(({ lane }) => lane !== steps[0]!.lane);
  if (!several) return name;
  return `${name} (${queue === 'host' ? queue : queueName(queues, queues[queue].queue)})`;
}

function escaped(text: string): string {
  return text.replaceAll('"', '#quot;');
}
