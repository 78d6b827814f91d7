/**
 * @file The block of numbers that a step reads, one for each level:
 *
 *       0 f32 dt · 4 f32 time · 8 u32 frame · 12 f32 voxelSize (metres, of the level)
 *      16 three rows m0 m1 m2 t, index → world · 64 three rows, world → index · 112 zero
 *     128 parameters, 16 bytes each (three and four doubles: 32), in order of declaration
 */
import { scalarOf, sizeOf, type ValueType } from '@halocline/stencil';
import type { GridMap } from '@halocline/vdb';
import { scalarWords } from './field-type.ts';
import { indexToWorldRows, voxelEdge, worldToIndexRows } from './level-map.ts';

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
  value: readonly number[];
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

/** Writes the block of one level at `byteOffset` of `view`. */
export function writeUniforms(
  view: DataView,
  byteOffset: number,
  block: { clock: StepClock; map: GridMap; parameters: Iterable<Parameter> },
): void {
  const { clock, map, parameters } = block;
  view.setFloat32(byteOffset, clock.dt, true);
  view.setFloat32(byteOffset + 4, clock.time, true);
  view.setUint32(byteOffset + 8, clock.frame >>> 0, true);
  view.setFloat32(byteOffset + 12, voxelEdge(map), true);
  indexToWorldRows(map).forEach((value, index) => view.setFloat32(byteOffset + 16 + 4 * index, value, true));
  worldToIndexRows(map).forEach((value, index) => view.setFloat32(byteOffset + 64 + 4 * index, value, true));
  for (const parameter of parameters) {
    const scalar = scalarOf(parameter.type);
    const words = parameter.value.flatMap((value) => scalarWords(scalar, value));
    words.forEach((word, index) => view.setUint32(byteOffset + parameter.byteOffset + 4 * index, word, true));
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
  const given = Array.isArray(value)
    ? [...(value as readonly number[])]
    : Array.from({ length: size }, () => Number(value));
  if (given.length === size && given.every((entry) => typeof entry === 'number' && !Number.isNaN(entry))) return given;
  const wanted = size === 1 ? 'one number' : `${size} numbers`;
  throw new TypeError(
    `Cannot set "${name}": ${type} takes ${wanted}, and ${Array.isArray(value) ? `[${value.join(', ')}]` : String(value)} was given`,
  );
}
