/**
 * @file A small sparse world made by hand, in the device's layout, for stencils to run on without the engine: three
 * levels of leaves, some full, some ragged, some empty of active voxels, in scattered slots, near each other and far
 * apart (over root tiles, and on both sides of zero).
 */
import type { Elements, FieldType, InterpreterLevel, LevelRelation, Offset } from '@halocline/stencil';
import { componentsOf, componentTypeOf, elementBytes, isHalf } from '@halocline/stencil';
import { GridMap, indexGrid } from '@halocline/vdb';

const LEAF = 512;

/** A generator of numbers: the same seed gives the same numbers (mulberry32), each in [0, 1). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** One level: tables as the device has them, and the same knowledge as the interpreter asks for it. */
export interface HostLevel extends InterpreterLevel {
  readonly capacity: number;
  readonly leaves: Uint32Array<ArrayBuffer>;
  readonly masks: Uint32Array<ArrayBuffer>;
  readonly leafTable: Uint32Array<ArrayBuffer>;
  readonly children: Uint32Array<ArrayBuffer>;
  readonly grid: Uint8Array<ArrayBuffer>;
  readonly fields: Map<string, readonly Elements[]>;
}

/** Levels and their fields' types. */
export interface HostWorld {
  readonly levels: Readonly<Record<LevelRelation, HostLevel>>;
  readonly types: ReadonlyMap<string, FieldType>;
}

const leafKey = (i: number, j: number, k: number): string => `${i >> 3} ${j >> 3} ${k >> 3}`;

/** Origins of the leaves that cover other leaves one level up, each once. */
function coarsen(origins: readonly Offset[]): Offset[] {
  const covered = new Map<string, Offset>();
  for (const origin of origins) {
    const [i, j, k] = origin.map((value) => (value >> 4) << 3) as [number, number, number];
    covered.set(leafKey(i, j, k), [i, j, k]);
  }
  return [...covered.values()];
}

function fineOrigins(random: () => number, wide: number): Offset[] {
  const origins = new Map<string, Offset>();
  const centers: Offset[] = [
    [0, 0, 0],
    [4096, -4104, 8],
    [-128, 120, 4088],
  ];
  for (const [at, [ci, cj, ck]] of centers.entries()) {
    const radius = at === 0 ? wide : 1;
    for (let i = -radius; i < radius; i++)
      for (let j = -radius; j < radius; j++)
        for (let k = -radius; k < radius; k++) {
          const origin: Offset = [ci + 8 * i, cj + 8 * j, ck + 8 * k];
          if (random() < 0.7) origins.set(leafKey(...origin), origin);
        }
  }
  return [...origins.values()];
}

function shuffled(count: number, random: () => number): number[] {
  const list = Array.from({ length: count }, (_, at) => at);
  for (let at = count - 1; at > 0; at--) {
    const other = Math.floor(random() * (at + 1));
    [list[at], list[other]] = [list[other]!, list[at]!];
  }
  return list;
}

/** The 16 words of one leaf's mask: a third of the leaves full, a few empty, the rest ragged. */
function maskWords(random: () => number): number[] {
  const kind = random();
  return Array.from({ length: 16 }, () => {
    if (kind < 0.35) return 0xffffffff;
    if (kind < 0.42) return 0;
    return (random() < 0.3 ? 0xffffffff : Math.floor(random() * 4294967296)) >>> 0;
  });
}

function makeLevel(origins: readonly Offset[], random: () => number): HostLevel {
  const capacity = origins.length + 3;
  const slots = shuffled(capacity - 1, random)
    .slice(0, origins.length)
    .map((slot) => slot + 1);
  const slotOf = new Map(origins.map((origin, rank) => [leafKey(...origin), slots[rank]!]));
  const originOf = new Map(origins.map((origin, rank) => [slots[rank]!, origin]));
  const slotAt = (i: number, j: number, k: number): number => slotOf.get(leafKey(i, j, k)) ?? 0;
  const masks = new Uint32Array(16 * capacity);
  const leafTable = new Uint32Array(32 * capacity);
  origins.forEach(([i, j, k], rank) => {
    const slot = slots[rank]!;
    masks.set(maskWords(random), 16 * slot);
    for (let n = 0; n < 27; n++) {
      const [a, b, c] = [Math.floor(n / 9) - 1, (Math.floor(n / 3) % 3) - 1, (n % 3) - 1];
      leafTable[32 * slot + n] = slotAt(i + 8 * a, j + 8 * b, k + 8 * c);
    }
    leafTable.set([i, j, k, 0, rank], 32 * slot + 27);
  });
  const grid = indexGrid({
    name: 'test',
    map: GridMap.scale(1),
    origins: Int32Array.from(origins.flat()),
    masks: Uint32Array.from(slots.flatMap((slot) => [...masks.subarray(16 * slot, 16 * slot + 16)])),
    offsets: (leaf) => LEAF * slots[leaf]!,
  });
  return {
    capacity,
    leaves: Uint32Array.from(slots),
    masks,
    leafTable,
    children: new Uint32Array(8 * capacity),
    grid,
    fields: new Map(),
    slotAt,
    origin: (slot) => originOf.get(slot) ?? [0, 0, 0],
  };
}

/** Writes what one level knows of the next finer one. */
function link(coarse: HostLevel, fine: HostLevel): void {
  for (const slot of fine.leaves) {
    const [i, j, k] = fine.origin(slot);
    const parent = coarse.slotAt(i >> 1, j >> 1, k >> 1);
    fine.leafTable[32 * slot + 30] = parent;
    coarse.children[8 * parent + 4 * ((i >> 3) & 1) + 2 * ((j >> 3) & 1) + ((k >> 3) & 1)] = slot;
  }
}

/** An array for one component of a field. */
export function makeElements(type: FieldType, length: number): Elements {
  if (isHalf(type)) return new Float16Array(length);
  if (elementBytes(type) === 1) return new Uint8Array(length);
  const scalar = componentTypeOf(type);
  if (scalar === 'double') return new Float64Array(length);
  return scalar === 'int'
    ? new Int32Array(length)
    : scalar === 'uint'
      ? new Uint32Array(length)
      : new Float32Array(length);
}

function randomValue(type: FieldType, random: () => number): number {
  const scalar = componentTypeOf(type);
  if (elementBytes(type) === 1) return Math.floor(random() * 256);
  if (scalar === 'int') return Math.floor((random() - 0.5) * (random() < 0.2 ? 4294967295 : 50));
  if (scalar === 'uint') return Math.floor(random() * (random() < 0.2 ? 4294967295 : 50));
  const value = (random() - 0.5) * 8;
  return random() < 0.1 ? Math.round(value) : value;
}

/** Random values at active voxels of every level, one background elsewhere. */
function addField(level: HostLevel, name: string, type: FieldType, random: () => number): void {
  const arrays = Array.from({ length: componentsOf(type) }, () => {
    const values = makeElements(type, LEAF * level.capacity) as Float32Array;
    values.fill(randomValue(type, random));
    for (const slot of level.leaves)
      for (let n = 0; n < LEAF; n++) {
        const active = (level.masks[16 * slot + (n >> 5)]! >>> (n & 31)) & 1;
        if (active) values[LEAF * slot + n] = randomValue(type, random);
      }
    return values;
  });
  level.fields.set(name, arrays);
}

/**
 * A world of three levels with random values in the fields that are named. On the finest, leaves fill two thirds of a cube
 * of 2·`radius` around the origin, and of two small ones far away.
 */
export function makeWorld(types: ReadonlyMap<string, FieldType>, seed: number = 1, radius: number = 3): HostWorld {
  const random = seeded(seed);
  const origins = fineOrigins(random, radius);
  const middle = [...coarsen(origins), [800, 0, 0] as Offset, [808, 0, 0] as Offset];
  const levels = {
    fine: makeLevel(origins, random),
    same: makeLevel(middle, random),
    coarse: makeLevel(coarsen(middle), random),
  };
  link(levels.same, levels.fine);
  link(levels.coarse, levels.same);
  for (const level of Object.values(levels)) for (const [name, type] of types) addField(level, name, type, random);
  return { levels, types };
}
