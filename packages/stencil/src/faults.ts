/**
 * @file The record of a stencil whose computed reads have an end: eight 32-bit words. The host writes the two radii, the
 * device the rest, once: the first thread that goes too far.
 */
import type { LevelRelation, Offset, Stencil } from './ir.ts';

/** Where words stand in a record. `read` counts the stencil's reads; their number means an activity. */
export const FAULT_WORDS = { count: 0, step: 1, voxel: 2, read: 5, radius: 6, activeRadius: 7, length: 8 } as const;

/** A computed read that went further than it may. */
export interface FarRead {
  /** Number of the step. */
  readonly step: number;
  /** The voxel that read, by its index coordinate. */
  readonly voxel: Offset;
  /** What it read; null where it asked whether a voxel is active. */
  readonly field: string | null;
  /** The level that it read, seen from its own. */
  readonly level: LevelRelation;
  /** Voxels that it may read away. */
  readonly radius: number;
}

/** A record that nothing has gone too far in; values may be read `radius` voxels away, activities `activeRadius`. */
export function newFaultWords(radius: number, activeRadius: number): Uint32Array<ArrayBuffer> {
  const words = new Uint32Array(FAULT_WORDS.length);
  words[FAULT_WORDS.radius] = radius;
  words[FAULT_WORDS.activeRadius] = activeRadius;
  return words;
}

/** What a record says; null where nothing has gone too far. */
export function readFaultWords(stencil: Pick<Stencil, 'reads'>, words: Uint32Array): FarRead | null {
  if (words[FAULT_WORDS.count] === 0) return null;
  const [x, y, z] = new Int32Array(words.slice(FAULT_WORDS.voxel, FAULT_WORDS.voxel + 3).buffer);
  const read = stencil.reads[words[FAULT_WORDS.read]!];
  return {
    step: words[FAULT_WORDS.step]!,
    voxel: [x!, y!, z!],
    field: read?.field ?? null,
    level: read?.level ?? 'same',
    radius: words[read === undefined ? FAULT_WORDS.activeRadius : FAULT_WORDS.radius]!,
  };
}
