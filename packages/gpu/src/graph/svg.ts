/** @file A plan as a picture that stands alone: no script, no font and no style sheet from elsewhere. */

import type { CompiledGraph } from './compile.ts';
import type { PassQueue } from './usage.ts';
import { BOX_HEIGHT, layOut } from './svg-layout.ts';
import type { Bar, Drawing, PassBox, ResourceLine } from './svg-layout.ts';

const QUEUES: Readonly<Record<PassQueue, { readonly fill: string; readonly line: string; readonly band: string }>> =
  Object.freeze({
    compute: { fill: '#dceafe', line: '#3b74c9', band: '#f4f8ff' },
    graphics: { fill: '#e7e0fb', line: '#7352c4', band: '#f8f6fe' },
    transfer: { fill: '#fdeccd', line: '#c07f14', band: '#fffaf0' },
    host: { fill: '#dbf3e2', line: '#2f8f54', band: '#f4fbf6' },
  });
const INK = '#1f2733';
const FAINT = '#7a8694';
const BARRIER = '#c2364a';
/** What XML 1.0 has no way to say (its production Char, turned round). */
const UNSAYABLE = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu;

/** An SVG drawing: queues as bands, levels as columns, barriers as bars, waits dashed, resources as lines with their touches. */
export function planToSvg(compiled: CompiledGraph): string {
  const drawing = layOut(compiled);
  const { width, height, columns, bands, boxWidth, left, lines } = drawing;
  const several = bands.length > 1;
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="system-ui, 'Segoe UI', 'DejaVu Sans', sans-serif" font-size="13" fill="${INK}">`,
    '<defs>',
    ...['flow', 'wait'].map((id) => arrowHead(id, id === 'flow' ? FAINT : BARRIER)),
    '</defs>',
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    text(20, 26, summary(compiled), 'font-size="14" font-weight="600"'),
    ...bands.map(
      ({ queue, y, height }) =>
        `<rect x="12" y="${y}" width="${width - 24}" height="${height}" rx="8" fill="${QUEUES[queue].band}"/>` +
        text(24, y + height / 2 + 4, several ? queue : '', `font-weight="600" fill="${QUEUES[queue].line}"`),
    ),
    ...columns.map((x, level) =>
      text(x + boxWidth / 2, 54, `level ${level}`, `text-anchor="middle" fill="${FAINT}" font-size="12"`),
    ),
    ...drawing.arrows.map((arrow) => arrowPath(arrow, boxWidth)),
    ...drawing.bars.map(barShape),
    ...drawing.boxes.map((box) => passShape(box, boxWidth)),
    ...lines.flatMap((line) => lineShapes(line, left)),
    legend(height),
    '</svg>',
  ];
  return parts.filter((part) => part !== '').join('\n');
}

function summary({ levels, barriers, steps, culled }: CompiledGraph): string {
  const waits = steps.reduce((sum, step) => sum + step.waits.length, 0);
  const counts: [number, string][] = [
    [levels.flat().length, 'pass'],
    [levels.length, 'level'],
    [barriers.length, 'barrier'],
    [waits, 'wait'],
    [culled.length, 'left out'],
  ];
  const plural = (count: number, word: string): string => {
    if (count === 1 || word === 'left out') return `${count} ${word}`;
    return `${count} ${word}${word === 'pass' ? 'es' : 's'}`;
  };
  return counts
    .filter(([count, word]) => count > 0 || word === 'pass' || word === 'barrier')
    .map(([count, word]) => plural(count, word))
    .join(' · ');
}

function passShape({ pass, x, y }: PassBox, width: number): string {
  const { fill, line } = QUEUES[pass.queue];
  const label = text(x + width / 2, y + BOX_HEIGHT / 2 + 4.5, pass.name, 'text-anchor="middle"');
  return `<g><rect x="${x}" y="${y}" width="${width}" height="${BOX_HEIGHT}" rx="6" fill="${fill}" stroke="${line}"/>${label}</g>`;
}

/** A bar for the call, with how many images are in it. */
function barShape({ x, y, height, images, title }: Bar): string {
  const bar = `<rect x="${x - 3}" y="${y}" width="6" height="${height}" rx="3" fill="${BARRIER}"/>`;
  const words = images === 0 ? '' : images === 1 ? '1 image' : `${images} images`;
  const badge = text(x, y - 3, words, badgeStyle);
  return `<g>${title === '' ? '' : `<title>${escaped(title)}</title>`}${bar}${badge}</g>`;
}

const badgeStyle = `text-anchor="middle" font-size="10" font-weight="600" fill="${BARRIER}"`;

function arrowPath({ start, end, label, wait }: Drawing['arrows'][number], width: number): string {
  const [x, y] = [start.x + width, start.y + BOX_HEIGHT / 2];
  const [toX, toY] = [end.x - 2, end.y + BOX_HEIGHT / 2];
  const bend = Math.max(24, (toX - x) / 2);
  const style = wait
    ? `stroke="${BARRIER}" stroke-dasharray="5 4" marker-end="url(#wait)"`
    : `stroke="${FAINT}" stroke-opacity="0.7" marker-end="url(#flow)"`;
  const title = label === '' ? '' : `<title>${escaped(label)}</title>`;
  return `<path d="M ${x} ${y} C ${x + bend} ${y}, ${toX - bend} ${toY}, ${toX} ${toY}" fill="none" stroke-width="1.4" ${style}>${title}</path>`;
}

function lineShapes({ node, y, from, to, marks }: ResourceLine, left: number): string[] {
  const transient = node.origin === 'transient';
  const color = node.kind === 'image' ? '#8a5a9e' : '#4d6a86';
  const style = `stroke="${color}" stroke-width="${transient ? 2 : 3}"${transient ? ' stroke-dasharray="2 3"' : ''} stroke-opacity="0.55"`;
  const shapes = [
    text(left - 4, y + 4, node.label, `text-anchor="end" font-size="12"${transient ? ' font-style="italic"' : ''}`),
    `<line x1="${from}" y1="${y}" x2="${to}" y2="${y}" ${style}/>`,
  ];
  let layout = '';
  for (const mark of marks) {
    const fill = mark.writes ? color : '#ffffff';
    const shape = mark.writes
      ? `<rect x="${mark.x - 5}" y="${y - 5}" width="10" height="10" rx="2" fill="${fill}" stroke="${color}">`
      : `<circle cx="${mark.x}" cy="${y}" r="5" fill="${fill}" stroke="${color}" stroke-width="1.6">`;
    shapes.push(`${shape}<title>${escaped(mark.title)}</title></${mark.writes ? 'rect' : 'circle'}>`);
    if (mark.layout !== layout) {
      shapes.push(text(mark.x, y - 8, mark.layout, `text-anchor="middle" font-size="9.5" fill="${FAINT}"`));
    }
    layout = mark.layout;
  }
  return shapes;
}

function legend(height: number): string {
  const y = height - 16;
  const style = `font-size="11" fill="${FAINT}"`;
  return [
    `<g><rect x="20" y="${y - 9}" width="5" height="12" rx="2.5" fill="${BARRIER}"/>${text(31, y + 1, 'barrier', style)}`,
    `<line x1="88" y1="${y - 3}" x2="112" y2="${y - 3}" stroke="${BARRIER}" stroke-width="1.4" stroke-dasharray="5 4"/>${text(118, y + 1, 'wait', style)}`,
    `<rect x="156" y="${y - 8}" width="10" height="10" rx="2" fill="#4d6a86"/>${text(171, y + 1, 'writes', style)}`,
    `<circle cx="222" cy="${y - 3}" r="5" fill="#fff" stroke="#4d6a86" stroke-width="1.6"/>${text(232, y + 1, 'reads', style)}`,
    `<line x1="276" y1="${y - 3}" x2="300" y2="${y - 3}" stroke="#4d6a86" stroke-width="2" stroke-dasharray="2 3"/>${text(306, y + 1, 'transient', style)}</g>`,
  ].join('');
}

function arrowHead(id: string, color: string): string {
  return `<marker id="${id}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M 0 0.6 L 7.4 4 L 0 7.4 z" fill="${color}"/></marker>`;
}

function text(x: number, y: number, words: string, style: string): string {
  return words === '' ? '' : `<text x="${x}" y="${y}" ${style}>${escaped(words)}</text>`;
}

function escaped(words: string): string {
  return words
    .replaceAll(UNSAYABLE, ' ')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
