/**
 * @file A plan in Mermaid and in Graphviz: a box a level, nodes for passes, barriers and what comes in and goes out; arrows say what
 * goes along them, waits are dotted, queues stand in the passes' boxes.
 */

import type { CompiledGraph } from './compile.ts';
import { flowOf } from './flow.ts';

/** A Mermaid flow chart. */
export function planToMermaid(compiled: CompiledGraph): string {
  const { passes, barriers, resources, arrows } = flowOf(compiled);
  const lines = ['flowchart LR'];
  for (const [index, level] of passes.entries()) {
    lines.push(`  subgraph level${index}[level ${index}]`);
    for (const { id, title } of level) lines.push(`    ${id}["${entities(title)}"]`);
    lines.push('  end');
  }
  for (const { id, title } of barriers) lines.push(`  ${id}{{"${entities(title)}"}}`);
  for (const { id, title } of resources) lines.push(`  ${id}[("${entities(title)}")]`);
  for (const { from, to, label, wait } of arrows) {
    const text = label === '' ? '' : `|"${entities(label)}"|`;
    lines.push(`  ${from} ${wait ? '-.->' : '-->'}${text} ${to}`);
  }
  return lines.join('\n');
}

/** A Graphviz digraph of the same. */
export function planToDot(compiled: CompiledGraph): string {
  const { passes, barriers, resources, arrows } = flowOf(compiled);
  const lines = ['digraph plan {', '  rankdir = LR;', '  node [shape = box];'];
  for (const [index, level] of passes.entries()) {
    const nodes = level.map(({ id, title }) => `${id} [label = ${quoted(title)}];`);
    lines.push(`  subgraph level${index} { rank = same; ${nodes.join(' ')} }`);
  }
  for (const { id, title } of barriers) lines.push(`  ${id} [shape = hexagon, label = ${quoted(title)}];`);
  for (const { id, title } of resources) lines.push(`  ${id} [shape = cylinder, label = ${quoted(title)}];`);
  for (const { from, to, label, wait } of arrows) {
    const style = wait ? ', style = dashed' : '';
    lines.push(`  ${from} -> ${to} [label = ${quoted(label)}${style}];`);
  }
  return [...lines, '}'].join('\n');
}

/** A text within quotes of Mermaid, which takes it for HTML, and one in backquotes for Markdown. */
function entities(text: string): string {
  return printable(text).replaceAll(/["#&<>`]/g, (character) => `#${character.charCodeAt(0)};`);
}

/** A text in quotes of Graphviz. */
function quoted(text: string): string {
  return `"${printable(text).replaceAll(/["\\]/g, String.raw`\$&`)}"`;
}

/** A text in one line: neither language has a way to say a control character. */
function printable(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, ' ');
}
