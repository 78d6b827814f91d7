/**
 * @file Where everything of a plan stands in its drawing, in pixels. Queues are bands, levels are columns, the gap before a
 * column holds its barriers; below, each resource has a line from its first touch to its last, with a mark for each:
 *
 *               level 0      level 1
 *     compute  [ step ]  ▌  [ mix  ]
 *     transfer [ load ]
 *     field        ■────────────○
 */

import type { CompiledGraph } from './compile.ts';
import { hazardText } from './explain.ts';
import { queueName } from './queues.ts';
import type { PassNode, ResourceNode } from './model.ts';
import type { Call, Step } from './steps.ts';
import type { PassQueue } from './usage.ts';

/** A pass's box. */
export interface PassBox {
  readonly pass: PassNode;
  readonly x: number;
  readonly y: number;
}

/** A band of passes of one queue. */
export interface Band {
  readonly queue: PassQueue;
  readonly y: number;
  readonly height: number;
}

/** A barrier's bar: where it stands, how many image barriers are in it, why. */
export interface Bar {
  readonly x: number;
  readonly y: number;
  readonly height: number;
  readonly images: number;
  readonly title: string;
}

/** A resource's line, with a mark for each touch. */
export interface ResourceLine {
  readonly node: ResourceNode;
  readonly y: number;
  readonly from: number;
  readonly to: number;
  readonly marks: readonly {
    readonly x: number;
    readonly writes: boolean;
    readonly title: string;
    readonly layout: string;
  }[];
}

/** Everything that is drawn. */
export interface Drawing {
  readonly width: number;
  readonly height: number;
  readonly boxWidth: number;
  readonly left: number;
  readonly columns: readonly number[];
  readonly bands: readonly Band[];
  readonly boxes: readonly PassBox[];
  readonly bars: readonly Bar[];
  readonly arrows: readonly (Arrow & { readonly start: PassBox; readonly end: PassBox })[];
  readonly lines: readonly ResourceLine[];
}

export const BOX_HEIGHT = 30;
const CHARACTER = 7.2;
const GAP = 56;
const ROW = 42;
const LINE = 26;
const HEAD = 64;
const MARGIN = 20;

/** The layout of a plan. */
export function layOut(compiled: CompiledGraph): Drawing {
  const { levels, steps, queues, model } = compiled;
  const living = levels.flat();
  const nodes = model.nodes.filter((node) =>
    living.some(({ touches }) => touches.some((touch) => touch.node === node)),
  );
  const longest = (texts: readonly string[]): number => Math.max(0, ...texts.map(({ length }) => length)) * CHARACTER;
  const boxWidth = Math.max(64, longest(living.map(({ name }) => name)) + 24);
  const left = MARGIN + Math.max(80, longest(nodes.map(({ label }) => label)) + 16);
  const columns = Array.from({ length: levels.length + 1 }, (_, level) => left + GAP + level * (boxWidth + GAP));
  const { bands, boxes, bottom } = placePasses(compiled, columns);
  const boxOf = new Map(boxes.map((box) => [box.pass.name, box]));
  const bars = steps.flatMap((step) => barsOf(step, columns, boxWidth, bands, queueName(queues, step.lane)));
  const arrows = arrowsOf(compiled).map((arrow) => ({
    ...arrow,
    start: boxOf.get(arrow.from)!,
    end: boxOf.get(arrow.to)!,
  }));
  const lines = nodes.map((node, index) => resourceLine(node, bottom + 44 + index * LINE, boxes, boxWidth));
  const ends = steps.some(({ passes }) => passes.length === 0);
  const width = columns.at(-1)! - (ends ? 0 : GAP) + MARGIN + (ends ? 16 : 0);
  const height = bottom + (lines.length > 0 ? 44 + lines.length * LINE : 0) + MARGIN + 24;
  return {
    width: Math.max(width, 520),
    height,
    boxWidth,
    left,
    columns: columns.slice(0, -1),
    bands,
    boxes,
    bars,
    arrows,
    lines,
  };
}

function placePasses(
  { levels, queues }: CompiledGraph,
  columns: readonly number[],
): { bands: Band[]; boxes: PassBox[]; bottom: number } {
  const nameOf = ({ queue }: PassNode): PassQueue =>
    queue === 'host' ? queue : queueName(queues, queues[queue].queue);
  const bands: Band[] = [];
  const boxes: PassBox[] = [];
  let bottom = HEAD;
  for (const queue of ['host', 'compute', 'graphics', 'transfer'] as const) {
    const cells = levels.map((passes) => passes.filter((pass) => nameOf(pass) === queue));
    const most = Math.max(0, ...cells.map(({ length }) => length));
    if (most === 0) continue;
    const height = most * ROW + 12;
    bands.push({ queue, y: bottom, height });
    for (const [level, passes] of cells.entries()) {
      const first = bottom + (height - passes.length * ROW) / 2 + (ROW - BOX_HEIGHT) / 2;
      for (const [row, pass] of passes.entries()) boxes.push({ pass, x: columns[level]!, y: first + row * ROW });
    }
    bottom += height + 10;
  }
  return { bands, boxes, bottom };
}

function barsOf(
  { level, before, after }: Step,
  columns: readonly number[],
  boxWidth: number,
  bands: readonly Band[],
  queue: PassQueue,
): Bar[] {
  const band = bands.find((each) => each.queue === queue);
  if (!band) return [];
  const bar = (call: Call | undefined, x: number): Bar[] => {
    if (!call) return [];
    const title = [...new Set(call.reasons.map(hazardText))].join('\n');
    return [{ x, y: band.y + 6, height: band.height - 12, images: call.images.length, title }];
  };
  return [...bar(before, columns[level]! - GAP / 2), ...bar(after, columns[level]! + boxWidth + 12)];
}

function resourceLine(node: ResourceNode, y: number, boxes: readonly PassBox[], boxWidth: number): ResourceLine {
  const marks: ResourceLine['marks'][number][] = [];
  for (const { pass, x } of boxes) {
    const own = pass.touches.filter((touch) => touch.node === node);
    if (own.length === 0) continue;
    const beside = boxes.filter((box) => box.x === x && box.pass.touches.some((touch) => touch.node === node));
    const index = beside.findIndex((box) => box.pass === pass);
    const writes = own.some((touch) => touch.writes);
    const at = x + boxWidth / 2 + (index - (beside.length - 1) / 2) * 18;
    const layout = node.kind === 'image' ? own[0]!.layout : '';
    marks.push({ x: at, writes, title: `${pass.name} ${writes ? 'writes' : 'reads'} ${node.label}`, layout });
  }
  marks.sort((a, b) => a.x - b.x);
  return { node, y, from: marks[0]!.x, to: marks.at(-1)!.x, marks };
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
function arrowsOf({ steps, model }: CompiledGraph): Arrow[] {
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
