/**
 * @file `npm run bench -- cuts`: what the orders give along which a domain may be cut, for several domains and numbers of subdomains.
 * Each cell has the faces of the subdomain that has most; how many others one takes ghosts of, with a halo of two voxels; and how many
 * values of a sum one sends to each other. The table is the one of docs/subdomains.md. It needs no device, and is the same everywhere.
 */
import { levelSetSphere, type Grid } from '@halocline/vdb';
import { cutFaces } from '../packages/engine/src/cut/cut-faces.ts';
import { cutLeaves } from '../packages/engine/src/cut/cut.ts';
import { CUT_ORDERS, type CutOrder } from '../packages/engine/src/cut/curve.ts';
import { findGhosts } from '../packages/engine/src/cut/ghosts.ts';
import { shareSums } from '../packages/engine/src/shared-sums.ts';
import { boxTopology, sortTopology, type Topology } from '../packages/engine/src/topology.ts';

const box = (i: number, j: number, k: number): Topology => boxTopology({ min: [0, 0, 0], max: [i, j, k] });
const leavesOf = ({ tree: { leaf } }: Grid): Topology => sortTopology(leaf);

const DOMAINS: Readonly<Record<string, Topology>> = {
  '256³': box(256, 256, 256),
  '192³': box(192, 192, 192),
  '256×512×256': box(256, 512, 256),
  '200×120×88': box(200, 120, 88),
  '1024×64×64': box(1024, 64, 64),
  'shell of a ball, 400 wide': leavesOf(levelSetSphere([0, 0, 0], 200)),
};
const COUNTS = [2, 3, 4, 6, 8];

interface Figures {
  /** Faces of the subdomain that has most. */
  readonly faces: number;
  /** Subdomains that one takes ghosts of, at the most. */
  readonly partners: number;
  /** Values of a sum that one sends each other, at the most, where each is a device's. */
  readonly sums: number;
}

function measure(topology: Topology, count: number, order: CutOrder): Figures {
  const cut = cutLeaves(topology, count, { order });
  const faces = cutFaces(topology, cut);
  const reach = { min: [-2, -2, -2], max: [2, 2, 2] } as const;
  const partners = faces.map((_, owner) => {
    const { ranks } = findGhosts({ topology, owners: cut.owners, owner, reach });
    return new Set(Array.from(ranks, (rank) => cut.owners[rank])).size;
  });
  const sums = shareSums(cut.owners, count).sent.map(({ length }) => length);
  return { faces: Math.max(...faces), partners: Math.max(...partners), sums: Math.max(...sums) };
}

const rows = Object.entries(DOMAINS).flatMap(([name, topology]) =>
  COUNTS.map((count) => {
    const figures = CUT_ORDERS.map((order) => measure(topology, count, order));
    const least = Math.min(...figures.map(({ faces }) => faces));
    const cells = figures.map(({ faces, partners, sums }) => {
      const text = faces.toLocaleString('en');
      return `${faces === least ? `**${text}**` : text} · ${partners} · ${sums.toLocaleString('en')}`;
    });
    return [name, String(count), ...cells];
  }),
);
const table = [['domain', 'parts', ...CUT_ORDERS], ...rows];
const widths = table[0]!.map((_, column) => Math.max(...table.map((row) => row[column]!.length)));
const line = (row: readonly string[], fill = ' '): string =>
  `| ${row.map((cell, column) => cell.padEnd(widths[column]!, fill)).join(' | ')} |\n`;
const [heading, ...body] = table;
process.stdout.write(
  [
    line(heading!),
    line(
      heading!.map(() => ''),
      '-',
    ),
    ...body.map((row) => line(row)),
  ].join(''),
);
