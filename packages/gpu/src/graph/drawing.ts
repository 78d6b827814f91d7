/** @file A plan in words, in Mermaid and in Graphviz. */

import type { Hazard } from './hazards.ts';
import type { Pass, Plan, Use } from './graph.ts';

/** Every pass with its reads and writes, level by level, and the reasons of every barrier. */
export function explainPlan(plan: Plan<never>): string {
  const lines: string[] = [];
  for (const [index, passes] of plan.passes.entries()) {
    const barrier = plan.barriers.find((each) => each.level === index);
    if (barrier) {
      lines.push(`barrier: ${barrier.before.join(', ')} → ${barrier.after.join(', ')}`);
      for (const reason of barrier.reasons) lines.push(`  because ${hazardText(reason)}`);
    }
    lines.push(`level ${index}:`);
    for (const pass of passes) lines.push(`  ${passText(pass)}`);
  }
  return lines.join('\n');
}

function passText(pass: Pass<never>): string {
  const reads = pass.reads?.length ? ` reads ${usesText(pass.reads)}` : '';
  const writes = pass.writes?.length ? ` writes ${usesText(pass.writes)}` : '';
  return `${pass.name}${reads}${reads && writes ? ',' : ''}${writes}${reads || writes ? '' : ' touches nothing'}`;
}

function usesText(uses: readonly Use[]): string {
  return uses.map((use) => `${use.resource} (${use.access})`).join(', ');
}

/** One hazard as a sentence without its stop. */
function hazardText({ kind, resource, earlier, later }: Hazard): string {
  switch (kind) {
    case 'read after write':
      return `${later} reads ${resource} that ${earlier} writes (read after write)`;
    case 'write after read':
      return `${later} writes ${resource} that ${earlier} reads (write after read)`;
    case 'write after write':
      return `${later} writes ${resource} that ${earlier} writes (write after write)`;
    case 'asked for':
      return `${later} was asked to follow ${earlier}`;
    case 'last run':
      return 'the plan runs again on the same resources (its last run comes before)';
  }
}

/** A Mermaid flow chart: one box a level, one arrow a hazard. */
export function planToMermaid(plan: Plan<never>): string {
  const ids = nodeIds(plan);
  const lines = ['flowchart LR'];
  for (const [index, names] of plan.levels.entries()) {
    lines.push(`  subgraph level${index}[level ${index}]`);
    for (const name of names) lines.push(`    ${ids.get(name)}["${name.replaceAll('"', '#quot;')}"]`);
    lines.push('  end');
  }
  for (const arrow of arrowsOf(plan)) {
    const label = arrow.label === '' ? '' : `|"${arrow.label.replaceAll('"', '#quot;')}"|`;
    lines.push(`  ${ids.get(arrow.from)} -->${label} ${ids.get(arrow.to)}`);
  }
  return lines.join('\n');
}

/** A Graphviz digraph of the same. */
export function planToDot(plan: Plan<never>): string {
  const ids = nodeIds(plan);
  const lines = ['digraph plan {', '  rankdir = LR;', '  node [shape = box];'];
  for (const [index, names] of plan.levels.entries()) {
    const nodes = names.map((name) => `${ids.get(name)} [label = ${JSON.stringify(name)}];`).join(' ');
    lines.push(`  subgraph level${index} { rank = same; ${nodes} }`);
  }
  for (const arrow of arrowsOf(plan)) {
    lines.push(`  ${ids.get(arrow.from)} -> ${ids.get(arrow.to)} [label = ${JSON.stringify(arrow.label)}];`);
  }
  return [...lines, '}'].join('\n');
}

function nodeIds(plan: Plan<never>): Map<string, string> {
  return new Map(plan.levels.flat().map((name, index) => [name, `p${index}`]));
}

/** One arrow for each pair of passes that a barrier separates, labelled with the resources between them. */
function arrowsOf(plan: Plan<never>): { from: string; to: string; label: string }[] {
  const labels = new Map<string, { from: string; to: string; resources: Set<string> }>();
  for (const { reasons } of plan.barriers) {
    for (const { kind, earlier, later, resource } of reasons) {
      if (kind === 'last run') continue;
      const key = JSON.stringify([earlier, later]);
      const entry = labels.get(key) ?? { from: earlier, to: later, resources: new Set<string>() };
      if (resource !== '') entry.resources.add(resource);
      labels.set(key, entry);
    }
  }
  return [...labels.values()].map(({ from, to, resources }) => ({ from, to, label: [...resources].join(', ') }));
}
