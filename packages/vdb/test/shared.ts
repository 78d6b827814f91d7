import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Folder of the grids that lie beside the checkout, or where HALOCLINE_SHARED says. */
const shared = process.env['HALOCLINE_SHARED'] ?? fileURLToPath(new URL('../../../../shared/', import.meta.url));
const grids = `${shared}/data/grids`;
const fixtures = fileURLToPath(new URL('./fixtures/', import.meta.url));

/** Whether those grids are there. */
export const hasShared: boolean = existsSync(grids);

/** Why a test is skipped, for its name. */
export const sharedWords: string = hasShared ? '' : ' (skipped: no grids beside the checkout)';

/** Bytes of `reference/NAME`, `real/NAME` beside the checkout. */
export function sharedFile(path: string): Uint8Array {
  return new Uint8Array(readFileSync(`${grids}/${path}`));
}

/** Bytes of a file under test/fixtures. */
export function fixture(name: string): Uint8Array {
  return new Uint8Array(readFileSync(`${fixtures}${name}`));
}

/** One voxel that the reference reader was asked for. */
export interface Probe {
  readonly ijk: readonly [number, number, number];
  readonly value: number | boolean | readonly number[];
  readonly active: boolean;
}

/** What the reference reader says of one grid. */
export interface ProbedGrid {
  readonly name: string;
  readonly type: string;
  readonly typeId: number;
  readonly classId: number;
  readonly version: string;
  readonly flags: number;
  readonly gridSize: number;
  readonly voxelSize: readonly number[];
  readonly mat: readonly number[];
  readonly vec: readonly number[];
  readonly indexBBox: readonly [readonly number[], readonly number[]];
  readonly worldBBox: readonly [readonly number[], readonly number[]];
  readonly nodeCount: readonly number[];
  readonly tileCount: readonly number[];
  readonly activeVoxels: number;
  readonly data1: number;
  readonly background: number | boolean | readonly number[];
  readonly min: number | boolean | readonly number[];
  readonly max: number | boolean | readonly number[];
  readonly avg: number;
  readonly std: number;
  readonly checksum: { readonly mode: string };
  readonly blind: readonly {
    readonly name: string;
    readonly count: number;
    readonly valueSize: number;
    readonly semantic: number;
  }[];
  readonly probes: readonly Probe[];
}

/** The words of the reference reader on a file: from the fixtures, else from beside the checkout. */
export function probesOf(file: string): readonly ProbedGrid[] {
  const own = `${fixtures}${file}.json`;
  const text = readFileSync(existsSync(own) ? own : `${grids}/reference/probes/${file}.json`, 'utf8');
  return (JSON.parse(text) as { grids: ProbedGrid[] }).grids;
}
