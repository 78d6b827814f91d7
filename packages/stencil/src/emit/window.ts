/**
 * @file What a thread of the quad shape reads before it computes. A thread owns a **patch** of its leaf: some rows, one behind
 * the other along x, each of one or two quads (four voxels, 16 bytes of float32) along z, or of half a quad. The taps of all its
 * voxels are planned together, so that a row which several of them read is read once, as aligned vec4s (vec2s, for half a quad) and
 * single values at the edges.
 *
 * A position p along z counts from the patch's first voxel: quad ⌊p/4⌋, component p mod 4 (for half a quad ⌊p/2⌋, p mod 2); a row X
 * counts from its first.
 */
import type { Offset } from '../ir.ts';
import { address, elementKind, fieldType } from './frame.ts';
import type { Frame } from './frame.ts';
import type { Leaf } from './kernel.ts';
import { edgeSlot, neighborSlot, sideSlot } from './scalar-voxel.ts';
import type { Crossing } from './scalar-voxel.ts';
import type { Tap } from './scan.ts';
import type { Value } from './target.ts';

/** The voxels of one thread: `rows` along x, of `quads` · 4 along z. */
export interface Patch {
  readonly rows: 1 | 2 | 4 | 8;
  readonly quads: 0.5 | 1 | 2;
}

/** Values of a patch's widest aligned load: what "quad" means in a window. */
export function widthOf({ quads }: Pick<Patch, 'quads'>): 2 | 4 {
  return quads === 0.5 ? 2 : 4;
}

/** Threads that share a row of a leaf. */
export function threadsPerRow({ quads }: Pick<Patch, 'quads'>): 1 | 2 | 4 {
  return quads === 0.5 ? 4 : quads === 1 ? 2 : 1;
}

/** One load of the plan: components `parts` of quad `quad` in the row at (dx, dy). */
export interface WindowLoad {
  readonly field: string;
  readonly component: number;
  readonly dx: number;
  readonly dy: number;
  readonly quad: number;
  /** Ascending; one part is a scalar load, more are a vec4, or the vec2 of half a quad. */
  readonly parts: readonly number[];
}

const ONE_QUAD: Patch = { rows: 1, quads: 1 };

/** The loads that the taps of a patch's voxels need, rows together, in the order of the taps. */
export function planWindow(taps: Iterable<Tap>, patch: Patch = ONE_QUAD): WindowLoad[] {
  const { rows, quads } = patch;
  const width = widthOf(patch);
  const needed = new Map<string, { load: Omit<WindowLoad, 'parts'>; parts: Set<number> }>();
  for (const { field, component, offset } of taps) {
    const [, dy, dz] = offset;
    for (let row = 0; row < rows; row++) {
      const dx = offset[0] + row;
      for (let lane = 0; lane < 4 * quads; lane++) {
        const position = lane + dz;
        const quad = Math.floor(position / width);
        const key = `${field} ${component} ${dx} ${dy} ${quad}`;
        let entry = needed.get(key);
        if (!entry) needed.set(key, (entry = { load: { field, component, dx, dy, quad }, parts: new Set() }));
        entry.parts.add(position - width * quad);
      }
    }
  }
  return [...needed.values()].map(({ load, parts }) => ({ ...load, parts: [...parts].sort((a, b) => a - b) }));
}

/** How many values a plan keeps in registers. */
export function windowSize(loads: readonly WindowLoad[]): number {
  return loads.reduce((sum, { parts }) => sum + parts.length, 0);
}

/** The rows, (dx, dy) and a quad along z, in which a patch's voxels find the voxels at some offsets. */
export function planRows(offsets: Iterable<Offset>, patch: Patch): readonly Pick<WindowLoad, 'dx' | 'dy' | 'quad'>[] {
  return planWindow(
    [...offsets].map((offset) => ({ field: '', component: 0, offset })),
    patch,
  );
}

/** Where a thread's patch begins in its leaf: row, y, and quad along z; each 0 … 7 (0 … 1, of half quads 0 … 3). */
export interface PatchStart {
  readonly x: Value;
  readonly y: Value;
  readonly zq: Value;
  /** Whether it is the second quad of its row. */
  readonly upper: Value;
}

const windowKey = (field: string, component: number, dx: number, dy: number, position: number): string =>
  `${field} ${component} ${dx} ${dy} ${position}`;

/** Rows that are loaded with one value on each side: the load of the quad, and those of the sides. */
function edgePairs(loads: readonly WindowLoad[]): Map<WindowLoad, readonly WindowLoad[]> {
  const pairs = new Map<WindowLoad, readonly WindowLoad[]>();
  for (const load of loads) {
    if (load.quad !== 0 || !load.parts.includes(0) || !load.parts.includes(3)) continue;
    const side = (quad: number, part: number): WindowLoad | undefined =>
      loads.find(
        (other) =>
          other.field === load.field &&
          other.component === load.component &&
          other.dx === load.dx &&
          other.dy === load.dy &&
          other.quad === quad &&
          other.parts.length === 1 &&
          other.parts[0] === part,
      );
    const [lower, upper] = [side(-1, 3), side(1, 0)];
    if (lower && upper) pairs.set(load, [lower, upper]);
  }
  return pairs;
}

type Sides = readonly [WindowLoad, WindowLoad];

const isWholeRow = ({ quad, parts }: WindowLoad): boolean => quad === 0 && parts.length === 4;

/** Of some rows, those before and after each own one along y, where there are both. */
function besideOwn(rows: readonly WindowLoad[]): Map<WindowLoad, Sides> {
  const found = new Map<WindowLoad, Sides>();
  for (const own of rows.filter(({ dy }) => dy === 0)) {
    const beside = (dy: number): WindowLoad | undefined =>
      rows.find(
        (other) =>
          other.field === own.field && other.component === own.component && other.dx === own.dx && other.dy === dy,
      );
    const [before, after] = [beside(-1), beside(1)];
    if (before && after) found.set(own, [before, after]);
  }
  return found;
}

/** Whether position + d leaves the leaf, for positions that are multiples of `extent` below `size`. */
function crossing(frame: Frame, position: Value, d: number, extent: number, size: number): Crossing {
  const { code, target } = frame.lowering;
  if (d >= 0 && d < extent) return { crosses: null, sign: 0 };
  const sign = Math.sign(d);
  // From a later row of a patch, eight voxels are more than a leaf.
  if (extent === size || Math.abs(d) >= size) return { crosses: 'always', sign };
  const crosses =
    d > 0 ? target.apply('ge', position, code.uint(size - d)) : target.apply('lt', position, code.uint(-d));
  return { crosses, sign };
}

/** What the threads of a leaf do for each other, and how they count (`Cut`). */
interface WindowOptions {
  readonly exchanges?: boolean;
  readonly givesRows?: boolean;
  readonly based?: boolean;
}

/** What is loaded so far, and the places that loads are made from. */
export class Window {
  readonly #frame: Frame;
  readonly #leaf: Leaf;
  readonly #start: PatchStart;
  readonly #patch: Patch;
  readonly #slots = new Map<string, Value>();
  readonly #places = new Map<string, Value>();
  readonly #values = new Map<string, Value>();
  /** Values beyond the leaf, beside quads that are loaded, whose other sides are not exchanged yet. */
  #beyond: { readonly load: WindowLoad; readonly beyond: () => Value }[] = [];

  /** Own rows that are loaded, with the `far` ones beside them; those on the other side are not exchanged yet. */
  #beside: { readonly own: WindowLoad; readonly far: Value }[] = [];

  /** Whether the two threads of a row may exchange values at its middle. */
  readonly #exchanges: boolean;
  /**
   * Whether, of the rows on both sides of a thread's own along y, one comes from the pair of threads of its quad that owns it, and so
   * does what is beyond its ends: such single values lie in lines of memory of their own, and cost the first cache as much as rows.
   */
  readonly #givesRows: boolean;
  /** Whether places of whole columns count from that of their first row: one addition each. */
  readonly #based: boolean;

  constructor(
    frame: Frame,
    leaf: Leaf,
    start: PatchStart,
    patch: Patch,
    { exchanges = false, givesRows = false, based = false }: WindowOptions = {},
  ) {
    this.#exchanges = exchanges && patch.quads === 1;
    this.#givesRows = this.#exchanges && based && givesRows;
    this.#based = based;
    this.#frame = frame;
    this.#leaf = leaf;
    this.#start = start;
    this.#patch = patch;
  }

  /** A component of a field `offset` away from lane `lane` of row `row`. */
  at(field: string, component: number, offset: Offset, lane: number, row: number = 0): Value {
    return this.find(field, component, offset, lane, row)!;
  }

  /** The same, where it is loaded. */
  find(field: string, component: number, [dx, dy, dz]: Offset, lane: number, row: number): Value | undefined {
    return this.#values.get(windowKey(field, component, row + dx, dy, lane + dz));
  }

  /** Emits loads: first every neighbour's slot, then all the values but those that are exchanged. */
  load(loads: readonly WindowLoad[]): void {
    const edges = this.#exchanges ? edgePairs(loads) : new Map<WindowLoad, readonly WindowLoad[]>();
    const joined = new Set([...edges.values()].flat());
    const rows = this.#givesRows ? besideOwn(loads.filter(isWholeRow)) : new Map<WindowLoad, Sides>();
    const skipped = new Set([...this.#wide(loads), ...joined, ...[...rows.values()].flat()]);
    // Values that are exchanged stand in the leaf of one side alone, which is asked for with them.
    if (!this.#givesRows) for (const load of loads) if (!joined.has(load)) this.slot(load.dx, load.dy, load.quad);
    const later = [...edges.keys()];
    const ends = this.#givesRows ? besideOwn(later) : new Map<WindowLoad, Sides>();
    const given = new Set([...ends.values()].flat());
    for (const load of loads) {
      if (skipped.has(load)) continue;
      if (this.#patch.quads === 2 && this.#isHalf(load.field) && this.#pair(loads, load)) this.#loadEight(load);
      else this.#loadFour(load);
    }
    for (const own of rows.keys()) this.#loadFar(own);
    for (const load of later) {
      const sides = ends.get(load);
      if (sides) this.#loadThree(load, sides);
      else if (!given.has(load)) this.#loadEdges(load);
    }
  }

  /** Exchanges what was loaded for it, in rows up to `last`: so far ahead of its use, it would only wait for the load. */
  exchange(last: number): void {
    for (const { own, far } of this.#beside.filter((each) => each.own.dx <= last)) this.#exchangeRow(own, far);
    this.#beside = this.#beside.filter((each) => each.own.dx > last);
    for (const { load, beyond } of this.#beyond.filter((each) => each.load.dx <= last))
      this.#exchangeEdges(load, beyond());
    this.#beyond = this.#beyond.filter((each) => each.load.dx > last);
  }

  /**
   * The single values on both sides of a quad that is loaded: one of them is beyond the leaf, the other is at the edge of the
   * other thread's quad, and each thread loads one and is given one.
   */
  #loadEdges(load: WindowLoad): void {
    const beyond = this.#loadBeyond(load, load.dy);
    this.#beyond.push({ load, beyond: () => beyond });
  }

  /** Of the rows on both sides of an own one along y, the one that no thread of the quad owns. */
  #loadFar(own: WindowLoad): void {
    const { target } = this.#frame.lowering;
    const from = address(this.#frame, { kind: 'read', field: own.field, component: own.component, level: 'same' });
    const kind = elementKind(fieldType(this.#frame.lowering, own.field));
    this.#beside.push({ own, far: target.keep(target.load(kind, 4, from, this.#farPlace(own.dx)), own.field) });
  }

  #exchangeRow({ field, component, dx }: WindowLoad, far: Value): void {
    const { target } = this.#frame.lowering;
    const second = this.#second();
    for (const part of [0, 1, 2, 3]) {
      const key = (dy: number): string => windowKey(field, component, dx, dy, part);
      const beside = target.keep(target.exchange(this.#values.get(key(0))!, 'pairs'), 'beside');
      const other = target.swizzle(far, [part]);
      this.#values.set(key(-1), target.keep(target.select(second, beside, other), field));
      this.#values.set(key(1), target.keep(target.select(second, other, beside), field));
    }
  }

  /** The same of what is beyond the ends of an own row, and of those on both sides of it. */
  #loadThree(own: WindowLoad, [before, after]: Sides): void {
    const { target } = this.#frame.lowering;
    const near = this.#loadBeyond(own, 0);
    const far = this.#loadBeyond(own, 'far');
    const second = this.#second();
    let exchanged: Value | undefined;
    const beside = (): Value => (exchanged ??= target.keep(target.exchange(near, 'pairs'), 'beside'));
    const choose = (then: Value, otherwise: Value): Value =>
      target.keep(target.select(second, then, otherwise), own.field);
    this.#beyond.push({ load: own, beyond: () => near });
    this.#beyond.push({ load: before, beyond: () => choose(beside(), far) });
    this.#beyond.push({ load: after, beyond: () => choose(far, beside()) });
  }

  #loadBeyond({ field, component, dx }: WindowLoad, dy: number | 'far'): Value {
    const { target } = this.#frame.lowering;
    const from = address(this.#frame, { kind: 'read', field, component, level: 'same' });
    const kind = elementKind(fieldType(this.#frame.lowering, field));
    return target.keep(target.load(kind, 1, from, this.#edge(dx, dy, this.#start.upper)), field);
  }

  #exchangeEdges({ field, component, dx, dy }: WindowLoad, beyond: Value): void {
    const { target } = this.#frame.lowering;
    const { upper } = this.#start;
    const own = (part: number): Value => this.#values.get(windowKey(field, component, dx, dy, part))!;
    const other = target.keep(target.exchange(target.select(upper, own(0), own(3))), 'other');
    this.#values.set(windowKey(field, component, dx, dy, -1), target.keep(target.select(upper, other, beyond), field));
    this.#values.set(windowKey(field, component, dx, dy, 4), target.keep(target.select(upper, beyond, other), field));
  }

  /** The second quads of rows that are loaded whole, in 16 bytes, with the first. */
  #wide(loads: readonly WindowLoad[]): Set<WindowLoad> {
    if (this.#patch.quads !== 2) return new Set();
    const seconds = loads
      .filter((load) => load.quad === 0 && this.#isHalf(load.field))
      .flatMap((load) => this.#pair(loads, load) ?? []);
    return new Set(seconds);
  }

  #isHalf(field: string): boolean {
    return elementKind(fieldType(this.#frame.lowering, field)) === 'f16';
  }

  /** The second quad of a row whose first is `load`, where more than one value of each is wanted. */
  #pair(loads: readonly WindowLoad[], load: WindowLoad): WindowLoad | undefined {
    if (load.quad !== 0 || load.parts.length === 1) return undefined;
    const same = (other: WindowLoad): boolean =>
      other.field === load.field &&
      other.component === load.component &&
      other.dx === load.dx &&
      other.dy === load.dy &&
      other.quad === 1 &&
      other.parts.length > 1;
    return loads.find(same);
  }

  #loadFour({ field, component, dx, dy, quad, parts }: WindowLoad): void {
    const { code, target } = this.#frame.lowering;
    const from = address(this.#frame, { kind: 'read', field, component, level: 'same' });
    const kind = elementKind(fieldType(this.#frame.lowering, field));
    const at = this.#place(dx, dy, quad);
    const width = widthOf(this.#patch);
    const keep = (part: number, value: Value): void => {
      this.#values.set(windowKey(field, component, dx, dy, width * quad + part), value);
    };
    if (parts.length === 1) {
      const index = code.add(code.left(at, Math.log2(width)), code.uint(parts[0]!));
      return keep(parts[0]!, target.keep(target.load(kind, 1, from, index), field));
    }
    const four = target.keep(target.load(kind, width, from, at), field);
    for (const part of parts) keep(part, target.swizzle(four, [part]));
  }

  /** Eight halves of a row in one load. */
  #loadEight({ field, component, dx, dy }: WindowLoad): void {
    const { code, target } = this.#frame.lowering;
    const from = address(this.#frame, { kind: 'read', field, component, level: 'same' });
    const words = target.keep(target.load('u32', 4, from, code.right(this.#place(dx, dy, 0), 1)), 'halves');
    for (let word = 0; word < 4; word++) {
      const two = target.keep(target.unpackHalf(target.swizzle(words, [word])), field);
      for (const part of [0, 1])
        this.#values.set(windowKey(field, component, dx, dy, 2 * word + part), target.swizzle(two, [part]));
    }
  }

  /**
   * The voxel beyond the row at (dx, dy): its first on the upper side, its last on the lower; a number among those of all leaves. The
   * `far` row is beside the thread's own along y, and owned by none of its quad: before the first of two, or after the second.
   */
  #edge(dx: number, dy: number | 'far', upper: Value): Value {
    const { code, target } = this.#frame.lowering;
    const { x, y } = this.#start;
    const { rows } = this.#patch;
    const key = `edge ${dx} ${dy}`;
    let edge = this.#places.get(key);
    if (edge) return edge;
    const ax = crossing(this.#frame, x, dx, rows, 8);
    // The far row of the leaf's first lies before it, that of its last behind it: one of both is crossed, or none.
    const across = (dy === 'far' ? [-1, 1] : [dy]).map((by) => crossing(this.#frame, y, by, 1, 8));
    const slotKey = `edge ${ax.crosses === null ? 'own' : ax.crosses === 'always' ? `all ${ax.sign}` : dx} ${across[0]!.crosses === null ? 'own' : dy}`;
    let slot = this.#slots.get(slotKey);
    if (!slot) this.#slots.set(slotKey, (slot = edgeSlot(this.#frame, this.#leaf, [ax, ...across], upper)));
    const end = target.select(upper, code.uint(0), code.uint(7));
    const place = (row: Value): Value => target.keep(code.add(code.left(slot, 9), code.or(row, end)), 'edge');
    const along = this.#based ? null : code.left(this.#moved(x, dx, rows, 7), 6);
    const row = code.left(dy === 'far' ? this.#far() : this.#moved(y, dy, 1, 7), 3);
    edge = along ? place(code.or(along, row)) : this.#behind(`${slotKey} ${dy}`, dx, 6, () => place(row));
    this.#places.set(key, edge);
    return edge;
  }

  /** Number of the quad of a `far` row among those of all leaves. */
  #farPlace(dx: number): Value {
    const { code, target } = this.#frame.lowering;
    const { y, zq } = this.#start;
    const along = dx < 0 ? -1 : dx < 8 ? 0 : 1;
    const key = `far ${along}`;
    let slot = this.#slots.get(key);
    if (!slot) {
      const sides = [target.apply('lt', y, code.uint(1)), target.apply('ge', y, code.uint(7))] as const;
      this.#slots.set(key, (slot = sideSlot(this.#frame, this.#leaf, along, sides)));
    }
    return this.#behind(key, dx, 4, () => {
      const within = code.or(code.left(this.#far(), 1), zq);
      return target.keep(code.add(code.left(slot, 7), within), 'at');
    });
  }

  /** Whether the thread's row is the second of the two that its quad owns. */
  #second(): Value {
    const { code } = this.#frame.lowering;
    return code.differs(code.mask(this.#start.y, 1), 0);
  }

  /** The `far` row's place along y. */
  #far(): Value {
    const { code, target } = this.#frame.lowering;
    return code.mask(code.add(this.#start.y, target.select(this.#second(), code.uint(1), code.uint(7))), 7);
  }

  #moved(position: Value, d: number, extent: number, mask: number): Value {
    const { code } = this.#frame.lowering;
    if (d === 0) return position;
    const there = code.add(position, code.uint(d & mask));
    return d > 0 && d < extent ? there : code.mask(there, mask);
  }

  /** The slot of the leaf that has quad `quad` of the row at (dx, dy). */
  slot(dx: number, dy: number, quad: number): Value {
    const { rows, quads } = this.#patch;
    const { x, y, zq } = this.#start;
    const axes = [
      crossing(this.#frame, x, dx, rows, 8),
      crossing(this.#frame, y, dy, 1, 8),
      crossing(this.#frame, zq, quad, Math.ceil(quads), 8 / widthOf(this.#patch)),
    ];
    // Rows within the leaf share its slot, whatever their number.
    const key = axes
      .map(({ crosses, sign }, axis) =>
        crosses === null ? 'own' : crosses === 'always' ? `all ${sign}` : [dx, dy, quad][axis],
      )
      .join(' ');
    let slot = this.#slots.get(key);
    if (!slot) this.#slots.set(key, (slot = neighborSlot(this.#frame, this.#leaf, axes)));
    return slot;
  }

  /** Number of a quad among those of all leaves. */
  #place(dx: number, dy: number, quad: number): Value {
    const { code, target } = this.#frame.lowering;
    const key = `${dx} ${dy} ${quad}`;
    let place = this.#places.get(key);
    if (place) return place;
    const { x, y, zq } = this.#start;
    const { rows, quads } = this.#patch;
    const bits = 3 - Math.log2(widthOf(this.#patch));
    const own = rows === 1 && quads <= 1 && dx === 0 && dy === 0 && quad === 0;
    const last = 2 ** bits - 1;
    const within = (row: Value): Value => code.or(row, this.#moved(zq, quad & last, Math.ceil(quads), last));
    const made = (slot: Value, part: Value): Value => target.keep(code.add(code.left(slot, 6 + bits), part), 'at');
    const along = this.#based ? null : code.left(this.#moved(x, dx, rows, 7), 3 + bits);
    const across = code.left(this.#moved(y, dy, 1, 7), bits);
    if (along) {
      const row = code.or(along, across);
      const part = own ? this.#leaf.thread : within(row);
      place = made(this.slot(dx, dy, quad), part);
    } else {
      const slot = this.slot(dx, dy, quad);
      place = this.#behind(`${slot.ref} ${dy} ${quad}`, dx, 3 + bits, () => made(slot, within(across)));
    }
    this.#places.set(key, place);
    return place;
  }

  /** Number of the patch's first quad, of columns as long as a leaf. */
  own(): Value {
    return this.#place(0, 0, 0);
  }

  /** What is `dx` rows behind the first of a column through one leaf, whose number `first` makes; rows are 2 ^ `bits` apart. */
  #behind(column: string, dx: number, bits: number, first: () => Value): Value {
    const { code, target } = this.#frame.lowering;
    const key = `column ${column}`;
    const known = this.#places.get(key) ?? first();
    this.#places.set(key, known);
    return (dx & 7) === 0 ? known : target.keep(code.add(known, code.uint((dx & 7) << bits)), 'behind');
  }
}
