/**
 * @file What is wrong with a grid, and where: its tree's links and order, its values, its class, its channels, its checksum.
 * Readers check what they read and builders what they build; this is for grids from elsewhere, and for files that others made.
 */
import { Accessor } from '../accessor.ts';
import { hasBit } from '../bits.ts';
import type { Grid } from '../grid.ts';
import type { NodeLevel, Tree } from '../tree.ts';
import { TYPES } from '../types.ts';
import { activeCoordinates } from '../nodes.ts';

/** One kind of fault. */
export interface Problem {
  /** What is wrong, in words. */
  readonly what: string;
  /** Where it first is: a voxel, a node, a channel. */
  readonly where: string;
  /** How often. */
  readonly count: number;
}

/** Collects faults: each kind once, with its first place. */
class Findings {
  readonly #found = new Map<string, { where: string; count: number }>();

  add(what: string, where: string): void {
    const known = this.#found.get(what);
    if (known === undefined) this.#found.set(what, { where, count: 1 });
    else known.count++;
  }

  list(): Problem[] {
    return [...this.#found].map(([what, { where, count }]) => ({ what, where, count }));
  }
}

/** Everything that is wrong with a grid; empty where nothing is. */
export function validate(grid: Grid): Problem[] {
  const findings = new Findings();
  const { tree } = grid;
  checkMap(grid, findings);
  const linked = checkTree(tree, findings);
  if (linked) {
    checkValues(grid, findings);
    if (tree.offsets !== undefined) checkNumbers(tree, findings);
  }
  for (const channel of grid.channels) {
    const where = `channel "${channel.name}"`;
    if (channel.elementBytes > 0 && channel.bytes.length < channel.count * channel.elementBytes) {
      findings.add(`a channel has ${channel.bytes.length} bytes for ${channel.count} elements`, where);
    }
    if (channel.classId === 4 && tree.offsets !== undefined && channel.count < tree.offsets.valueCount) {
      findings.add(`a channel has ${channel.count} elements for ${tree.offsets.valueCount} numbers`, where);
    }
  }
  if (grid.checksum === 'bad') findings.add("the file's checksum does not fit its bytes", `grid "${grid.name}"`);
  return findings.list();
}

function checkMap(grid: Grid, findings: Findings): void {
  const { matrix, translation, inverse } = grid.map;
  const where = `grid "${grid.name}"`;
  if (![...matrix, ...translation].every(Number.isFinite)) findings.add('the map is not finite', where);
  else if (!inverse.every(Number.isFinite)) findings.add('the map has no inverse', where);
}

/** Links, masks and order; false where they are such that voxels cannot be read. */
function checkTree(tree: Tree, findings: Findings): boolean {
  const { root, upper, lower, leaf } = tree;
  const before = findings.list().length;
  const tiles = tree.tileValues[0]?.length ?? 0;
  const uses = {
    upper: new Uint8Array(upper.count),
    lower: new Uint8Array(lower.count),
    leaf: new Uint8Array(leaf.count),
  };
  const link = (entry: number, level: 'upper' | 'lower' | 'leaf', origin: readonly number[], where: string): void => {
    if (entry < 0) {
      if (~entry >= tiles) findings.add('a tile has a value that is not there', where);
      return;
    }
    const nodes = tree[level];
    if (entry >= nodes.count) return findings.add(`a child is not among the ${level} nodes`, where);
    if (uses[level][entry]!++ > 0) findings.add(`a ${level} node hangs in the tree twice`, where);
    if (origin.some((v, a) => nodes.origins[3 * entry + a] !== v)) {
      findings.add(`a ${level} node stands elsewhere than its parent says`, place(nodes.origins, entry));
    }
  };
  for (let r = 0; r < root.count; r++) {
    const origin = [...root.origins.subarray(3 * r, 3 * r + 3)];
    const where = `root entry (${origin.join(', ')})`;
    if (origin.some((v) => (v & 4095) !== 0)) findings.add('a root entry is no multiple of 4096', where);
    if (r > 0 && !ascends(root.origins, r)) findings.add('root entries are out of order', where);
    link(root.table[r]!, 'upper', origin, where);
  }
  checkLevel(upper, 5, 7, 'upper', (entry, origin, where) => link(entry, 'lower', origin, where), findings);
  checkLevel(lower, 4, 3, 'lower', (entry, origin, where) => link(entry, 'leaf', origin, where), findings);
  for (const level of ['upper', 'lower', 'leaf'] as const) {
    const lost = uses[level].indexOf(0);
    if (lost >= 0) findings.add(`a ${level} node hangs nowhere in the tree`, place(tree[level].origins, lost));
  }
  if (leaf.masks.length < 16 * leaf.count)
    findings.add('masks are missing', `leaf ${Math.floor(leaf.masks.length / 16)}`);
  return findings.list().length === before;
}

function checkLevel(
  level: NodeLevel,
  bits: 4 | 5,
  shift: 3 | 7,
  name: string,
  link: (entry: number, origin: readonly number[], where: string) => void,
  findings: Findings,
): void {
  const slots = 1 << (3 * bits);
  const words = slots >> 5;
  const last = (1 << bits) - 1;
  for (let node = 0; node < level.count; node++) {
    for (let n = 0; n < slots; n++) {
      const entry = level.table[node * slots + n]!;
      const child = hasBit(level.childMask, node * words, n);
      const active = hasBit(level.valueMask, node * words, n);
      if (entry === -1 && !child) continue;
      const origin = [n >> (2 * bits), (n >> bits) & last, n & last].map(
        (v, a) => level.origins[3 * node + a]! + (v << shift),
      );
      const where = `${name} node at (${[0, 1, 2].map((a) => level.origins[3 * node + a]).join(', ')}), slot ${n}`;
      if (child !== entry >= 0) findings.add('the child mask does not fit the table', where);
      if (child && active) findings.add('a slot is child and active tile at once', where);
      link(entry, origin, where);
    }
  }
}

function place(origins: Int32Array, n: number): string {
  return `node at (${[0, 1, 2].map((a) => origins[3 * n + a]).join(', ')})`;
}

function ascends(origins: Int32Array, n: number): boolean {
  for (let a = 0; a < 3; a++) {
    const d = origins[3 * n + a]! - origins[3 * n - 3 + a]!;
    if (d !== 0) return d > 0;
  }
  return false;
}

/** Values that are no numbers, and what a grid's class promises. */
function checkValues(grid: Grid, findings: Findings): void {
  const { tree } = grid;
  const spec = TYPES[tree.type];
  if (spec.leaf !== 'stored') return;
  const wrong = tree.values.findIndex((array) => array.length !== 512 * tree.leaf.count);
  if (wrong >= 0) {
    findings.add(`there are ${tree.values[wrong]!.length} values for ${tree.leaf.count} leaves`, `component ${wrong}`);
    return;
  }
  const background = Number(grid.background[0]);
  // A code's step away from the background is as near as these types come.
  const quantised = tree.type.startsWith('fp');
  const check = (value: number, active: boolean, where: () => string): void => {
    if (!Number.isFinite(value)) return findings.add(`an ${active ? 'active' : 'inactive'} value is ${value}`, where());
    if (grid.gridClass === 'level set' && !quantised) {
      if (active && Math.abs(value) > background) {
        findings.add('an active value of a level set lies beyond the background', where());
      }
      if (!active && Math.abs(value) !== background) {
        findings.add('an inactive value of a level set is not the background or its negative', where());
      }
    }
    if (grid.gridClass === 'fog volume' && active && value < 0) {
      findings.add('an active value of a fog volume is negative', where());
    }
    if (tree.type === 'bool' && value !== 0 && value !== 1) findings.add('a bool is neither 0 nor 1', where());
  };
  if (grid.gridClass === 'level set' && !(background > 0)) {
    findings.add('the background of a level set is not above 0', `grid "${grid.name}"`);
  }
  const { origins, masks, count } = tree.leaf;
  for (const array of tree.values) {
    for (let leaf = 0; leaf < count; leaf++) {
      for (let n = 0; n < 512; n++) {
        const at = (): string =>
          `voxel (${origins[3 * leaf]! + (n >> 6)}, ${origins[3 * leaf + 1]! + ((n >> 3) & 7)}, ${origins[3 * leaf + 2]! + (n & 7)})`;
        check(Number(array[512 * leaf + n]), hasBit(masks, 16 * leaf, n), at);
      }
    }
  }
  tree.forEachTile((span, x, y, z, tile, active) => {
    for (const array of tree.tileValues)
      check(Number(array[tile]), active, () => `tile of ${span}³ at (${x}, ${y}, ${z})`);
  });
}

/** Numbers of an index grid: within the count, and none given twice. */
function checkNumbers(tree: Tree, findings: Findings): void {
  const { valueCount } = tree.offsets!;
  const coordinates = activeCoordinates(tree);
  const accessor = new Accessor(tree);
  const seen = new Set<number>();
  for (let n = 0; n < coordinates.length; n += 3) {
    const [i, j, k] = [coordinates[n]!, coordinates[n + 1]!, coordinates[n + 2]!];
    const number = accessor.get(i, j, k);
    const where = `voxel (${i}, ${j}, ${k})`;
    if (number >= valueCount) findings.add(`a voxel's number is beyond the ${valueCount} there are`, where);
    if (seen.has(number)) findings.add('a number is given twice', where);
    seen.add(number);
  }
}
