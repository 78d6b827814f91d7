/**
 * @file What tests of the oracle share: names with their types for the compiler and with their values for a run, and the
 * differences between a stencil's shader, in several shapes, and its interpreter.
 */
import type { Device } from '@halocline/gpu';
import type { Environment, FieldPlace, FieldType, ScalarType, Stencil, ValueType } from '@halocline/stencil';
import { firstDifference, runInterpreter, runOnDevice, VALUES } from '../src/stencil-harness.ts';
import type { DeviceRunOptions, RunValues } from '../src/stencil-harness.ts';
import type { HostWorld } from '../src/stencil-world.ts';

/** What stencils may name: fields of all three levels; parameters and scalars with a type and a value each. */
export interface Names {
  readonly fields: ReadonlyMap<string, FieldType>;
  readonly places?: ReadonlyMap<string, FieldPlace>;
  readonly parameters: ReadonlyMap<string, readonly [ValueType, readonly number[]]>;
  readonly scalars: ReadonlyMap<string, readonly [ScalarType, number]>;
}

/** The names with their types, as the compiler asks for them. */
export function environmentOf({ fields, places, parameters, scalars }: Names): Environment {
  return {
    fields,
    coarseFields: fields,
    fineFields: fields,
    ...(places && { places }),
    parameters: new Map([...parameters].map(([name, [type]]) => [name, type])),
    scalars: new Map([...scalars].map(([name, [type]]) => [name, type])),
  };
}

/** The names with their values, as a run asks for them. */
export function valuesOf({ parameters, scalars }: Names): RunValues {
  return {
    ...VALUES,
    parameters: new Map([...parameters].map(([name, [, value]]) => [name, value])),
    scalars: new Map([...scalars].map(([name, [, value]]) => [name, value])),
  };
}

/** Leaf by quads and by voxels, and by the other way to the device: what every stencil can be run in. */
export const BOTH: readonly DeviceRunOptions[] = [{ shape: 'quad' }, { shape: 'loop' }, { shape: 'quad', via: 'glsl' }];

/** What a stencil is held against, and when two values are the same: to the bit, where nothing else is said. */
export interface Run {
  readonly world: HostWorld;
  readonly values: RunValues;
  readonly equal?: (a: number, b: number) => boolean;
}

/** Where a stencil's shader differs from its interpreter, a line for each of `shapes`; [] where it doesn't. */
export async function differences(
  device: Device,
  stencil: Stencil,
  { world, values, equal }: Run,
  shapes: readonly DeviceRunOptions[],
): Promise<string[]> {
  const oracle = runInterpreter(stencil, world, values);
  const found: string[] = [];
  for (const options of shapes) {
    const result = await runOnDevice(device, stencil, world, values, options);
    const difference = firstDifference(world, result, oracle, equal);
    if (difference !== null) found.push(`${JSON.stringify(options)}: ${difference}`);
  }
  return found;
}
