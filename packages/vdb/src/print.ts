/** @file How a grid prints itself: four lines, figures with units. */
import { formatBytes } from './format-bytes.ts';
import type { Grid } from './grid.ts';

const triple = (v: readonly number[]): string => `(${v.join(', ')})`;
const short = (v: number): string => String(Number(v.toPrecision(6)));

/** A grid in four lines: name, type and class; map and background; boxes; counts and memory. */
export function describeGrid(grid: Grid): string {
  const box = grid.indexBounds;
  const world = grid.worldBounds;
  const { tree } = grid;
  const [t0, t1, t2] = tree.tileCounts;
  const number = (n: number): string => n.toLocaleString('en-US');
  const lines = [
    `Grid "${grid.name}": ${grid.type}, ${grid.gridClass}, from ${grid.source}`,
    `  voxel size ${grid.voxelSize.map(short).join(' × ')} m, ${grid.map.toString()}, background ${grid.background.join(', ')}`,
    box === null || world === null
      ? '  nothing active'
      : `  index box ${triple(box.min)} … ${triple(box.max)}, world box ${triple(world.min.map(short).map(Number))} … ${triple(world.max.map(short).map(Number))} m`,
    `  ${number(grid.activeVoxelCount)} active voxels, ${number(tree.leaf.count)} leaves, ${number(tree.lower.count)} lower and ${number(tree.upper.count)} upper nodes, ` +
      `active tiles ${number(t0)} of 8³, ${number(t1)} of 128³, ${number(t2)} of 4096³, ${formatBytes(tree.byteLength)}`,
  ];
  return lines.join('\n');
}
