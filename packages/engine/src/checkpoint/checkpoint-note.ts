/**
 * @file What a checkpoint says beside its values, as JSON in the blind data of its first grid: which simulation it is of, and every
 * number that the next step needs. Numbers that JSON has no word for (−0, infinities, NaN) stand as strings; scalars
 * as their 32 bits, doubles as two words of them.
 */
import type { FieldPlace, FieldType, ScalarType, ValueType } from '@halocline/stencil';
import type { NotedStep } from './noted-stencils.ts';

/** Name of the grid that bears the note: no field can have it. */
export const NOTE_GRID = 'halocline checkpoint';
/** Versions of the note that are read; the last one is written. */
export const NOTE_VERSION = 1;

/** A field whose grids stand in the file. */
export interface NotedField {
  /** `density`, or `density@1` on level 1. */
  readonly key: string;
  readonly type: FieldType;
  readonly at: FieldPlace;
  /** Names of its grids: one, or one a component where a grid can't hold them all. */
  readonly grids: readonly string[];
}

/** A scalar, with its value. */
interface NotedScalar {
  readonly type: ScalarType;
  /** What the device has, or what waits for the next step. */
  readonly bits: number | readonly number[];
  /** A stencil that is gone had made it, and nothing names it any more: whoever goes on may do without. */
  readonly spare?: true;
}

/** Everything of a simulation between two steps but the values of its fields. */
export interface CheckpointNote extends NotedStep {
  readonly version: number;
  /** Of level 0: leaves, active voxels, and the checksum of both. */
  readonly topology: { readonly leaves: number; readonly voxels: number; readonly checksum: string };
  /** Index → world: nine numbers by rows, and the translation in metres. */
  readonly map: readonly (number | string)[];
  /** Seconds, and steps, of all steps so far. */
  readonly time: number | string;
  readonly frame: number;
  readonly fields: readonly NotedField[];
  readonly parameters: Readonly<Record<string, { readonly type: ValueType; readonly value: (number | string)[] }>>;
  readonly scalars: Readonly<Record<string, NotedScalar>>;
  /** Iterations that each repeat ran in the last step: what the next one is recorded by. */
  readonly iterations: Readonly<Record<string, number>>;
  /** Radii that follow the flow. */
  readonly radii: unknown;
  /** What the scene keeps in `simulation.state`. */
  readonly state: Readonly<Record<string, unknown>>;
  /** What whoever asked for the checkpoint adds. */
  readonly about: unknown;
}

/** A number as JSON can hold it, exactly. */
export function exactNumber(value: number): number | string {
  return Number.isFinite(value) && !Object.is(value, -0) ? value : Object.is(value, -0) ? '-0' : String(value);
}

/** The number that `exactNumber` wrote. */
export function numberOf(value: number | string): number {
  return Number(value);
}

/** The words of a scalar as the note has them. */
export function bitsOf(words: readonly number[]): number | readonly number[] {
  return words.length === 1 ? words[0]! : words;
}

/** The words that `bitsOf` wrote. */
export function wordsOfBits(bits: number | readonly number[]): readonly number[] {
  return typeof bits === 'number' ? [bits] : bits;
}

/** The note as bytes. */
export function encodeNote(note: CheckpointNote): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(JSON.stringify(note));
}

/** The note of bytes; null where they are none, or of a version that is not known: then the version. */
export function decodeNote(bytes: Uint8Array): CheckpointNote | { readonly unknown: unknown } | null {
  let note: unknown;
  try {
    note = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return null;
  }
  if (note === null || typeof note !== 'object' || !('version' in note)) return null;
  return note.version === NOTE_VERSION ? (note as CheckpointNote) : { unknown: note.version };
}

/** The path of what JSON would lose of a value (`a.b[2]`), with what it is; null where it keeps all. */
export function lostInJson(value: unknown, path: string, around: readonly object[] = []): string | null {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return null;
  if (typeof value === 'number') {
    return Number.isFinite(value) && !Object.is(value, -0) ? null : `${path} is ${Object.is(value, -0) ? '-0' : value}`;
  }
  if (typeof value !== 'object') return `${path} is of type ${typeof value}`;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (!Array.isArray(value) && prototype !== Object.prototype && prototype !== null) {
    return `${path} is of class ${value.constructor.name}`;
  }
  if (around.includes(value)) return `${path} is within itself`;
  const within = [...around, value];
  for (const [key, entry] of Object.entries(value)) {
    const at = Array.isArray(value) ? `${path}[${key}]` : `${path}.${key}`;
    const lost = lostInJson(entry, at, within);
    if (lost !== null) return lost;
  }
  return null;
}
