/**
 * @file The block of numbers that a step reads, one for each level:
 *
 *       0 f32 dt · 4 f32 time · 8 u32 frame · 12 f32 voxelSize (metres, of the level)
 *      16 three rows m0 m1 m2 t, index → world · 64 three rows, world → index · 112 zero
 *     128 parameters, 16 bytes each (three and four doubles: 32), in order of declaration
 */
import { scalarOf, sizeOf, type ValueType } from '@halocline/stencil';
import type { GridMap } from '@halocline/vdb';
import type { Declarations } from './declarations.ts';
import { checkWhole, scalarWords } from './field-type.ts';
import { indexToWorldRows, voxelEdge, worldToIndexRows } from './level-map.ts';
import { shown } from './options/kinds.ts';

/** Byte offset of the first parameter. */
const PARAMETERS_OFFSET = 128;
/** Parameters (and scalars) that a simulation may have. */
export const MAX_PARAMETERS = 256;
/** Bytes of one level's block. */
export const UNIFORMS_BYTES: number = PARAMETERS_OFFSET + 16 * MAX_PARAMETERS;
/** Bytes of the block of scalars, 16 each. */
export const SCALARS_BYTES: number = 16 * MAX_PARAMETERS;

/** A parameter: its type, its value (one number a component) and its place in the block. */
export interface Parameter {
  readonly name: string;
  readonly type: ValueType;
  readonly value: readonly number[];
  readonly byteOffset: number;
}

/** What a step's block says besides parameters. `dt` and `time` in seconds. */
export interface StepClock {
  readonly dt: number;
  readonly time: number;
  readonly frame: number;
}

/** What a step is asked for with besides its clock; by name. */
export interface StepNumbers {
  /** One number a component. */
  readonly parameters: ReadonlyMap<string, readonly number[]>;
  /** Scalars that the host sets before the step; the others keep what they have. */
  readonly scalars: ReadonlyMap<string, number>;
}

/** Writes what the levels' blocks of a slot say in every step. */
export function writeLevels(slot: Uint32Array, maps: readonly GridMap[]): void {
  const floats = new Float32Array(slot.buffer, slot.byteOffset, slot.length);
  for (const [level, map] of maps.entries()) {
    const at = level * (UNIFORMS_BYTES / 4);
    floats[at + 3] = voxelEdge(map);
    floats.set(indexToWorldRows(map), at + 4);
    floats.set(worldToIndexRows(map), at + 16);
  }
}

/** The numbers of one step as words. All levels' blocks have them alike, on every device: they are made once and copied. */
export class StepWords {
  readonly #declarations: Declarations;
  readonly #clock = new Uint32Array(3);
  readonly #seconds = new Float32Array(this.#clock.buffer, 0, 2);
  #parameters = new Uint32Array();
  /** What the words of parameters were made of. */
  #values: StepNumbers['parameters'] = new Map();
  #scalars = new Uint32Array();
  #numbers: StepNumbers | null = null;
  /** How often parameters and scalars were made into words. */
  #edition = 0;

  constructor(declarations: Declarations) {
    this.#declarations = declarations;
  }

  /** Takes a step's numbers. A parameter that isn't among them has the value that was declared last. */
  set({ dt, time, frame }: StepClock, numbers: StepNumbers): void {
    this.#seconds[0] = dt;
    this.#seconds[1] = time;
    this.#clock[2] = frame;
    if (this.#numbers === numbers) return;
    const { parameters, scalars } = numbers;
    if (this.#values !== parameters) this.#setParameters(parameters);
    this.#setScalars(scalars);
    this.#numbers = numbers;
    this.#edition++;
  }

  #setParameters(values: StepNumbers['parameters']): void {
    const { parameters } = this.#declarations;
    this.#parameters = new Uint32Array((endOfParameters(parameters.values()) - PARAMETERS_OFFSET) / 4);
    for (const { name, type, value, byteOffset } of parameters.values()) {
      const words = (values.get(name) ?? value).flatMap((each) => scalarWords(scalarOf(type), each));
      this.#parameters.set(words, (byteOffset - PARAMETERS_OFFSET) / 4);
    }
    this.#values = values;
  }

  #setScalars(values: StepNumbers['scalars']): void {
    const { scalars } = this.#declarations;
    if (this.#scalars.length === 4 * scalars.size) this.#scalars.fill(0);
    else this.#scalars = new Uint32Array(4 * scalars.size);
    for (const [name, value] of values) {
      const { type, byteOffset } = scalars.get(name)!;
      this.#scalars.set([1, ...scalarWords(type, value)], byteOffset / 4);
    }
  }

  /**
   * Writes a step's slot: the blocks of all levels, of which `writeLevels` has written the rest, and then that of scalars. What it
   * gives tells what the slot holds: given `before` the next time, only what is another since is written.
   */
  write(slot: Uint32Array, before: number = 0): number {
    const levels = slot.length - SCALARS_BYTES / 4;
    const [dt, time, frame] = [this.#clock[0]!, this.#clock[1]!, this.#clock[2]!];
    const edited = before !== this.#edition;
    for (let at = 0; at < levels; at += UNIFORMS_BYTES / 4) {
      slot[at] = dt;
      slot[at + 1] = time;
      slot[at + 2] = frame;
      if (edited) slot.set(this.#parameters, at + PARAMETERS_OFFSET / 4);
    }
    if (edited) slot.set(this.#scalars, levels);
    return this.#edition;
  }
}

/** Bytes that a parameter has in the block. */
export function parameterBytes(type: ValueType): number {
  return scalarOf(type) === 'double' && sizeOf(type) > 2 ? 32 : 16;
}

/** The byte behind the last of these parameters. */
export function endOfParameters(parameters: Iterable<Parameter>): number {
  return [...parameters].reduce(
    (end, { byteOffset, type }) => Math.max(end, byteOffset + parameterBytes(type)),
    PARAMETERS_OFFSET,
  );
}

/** The value of a parameter, one number a component; a single number is repeated. */
export function parameterValue(name: string, type: ValueType, value: number | boolean | readonly number[]): number[] {
  const size = sizeOf(type);
  const one = typeof value === 'number' || typeof value === 'boolean';
  const given = Array.isArray(value)
    ? [...(value as readonly number[])]
    : Array.from({ length: one ? size : 0 }, () => Number(value));
  if (given.length === size && given.every((entry) => typeof entry === 'number' && !Number.isNaN(entry))) {
    const numbers = scalarOf(type);
    if (numbers === 'int' || numbers === 'uint') checkWhole(`Cannot set "${name}"`, type, given, numbers);
    return given;
  }
  const wanted = size === 1 ? 'one number' : `${size} numbers`;
  throw new TypeError(`Cannot set "${name}": ${type} takes ${wanted}, and ${shown(value)} was given`);
}
