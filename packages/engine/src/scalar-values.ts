/** @file What scalars hold, as the device has them and as the next step will find them. */
import type { Runtime } from './runtime.ts';
import { scalarBytes } from './engine-kernels.ts';
import { onDevice } from './loss/on-device.ts';
import { heldScalar, scalarFromWords, scalarWords } from './field-type.ts';

/**
 * The words that each scalar has in the next step, one or two; `waiting` are those that the host sets before it. Within the lane,
 * settled.
 */
export async function wordsOfScalars(
  { declarations, device, numbers, team }: Runtime,
  waiting: ReadonlyMap<string, number>,
): Promise<Map<string, readonly number[]>> {
  const all = [...declarations.scalars.values()];
  if (all.length === 0) return new Map();
  const { scalars } = team.members[0]!;
  const bytes = await onDevice(team.place(0), () => device.staging.download(scalars, 0, 16 * all.length));
  const words = new Uint32Array(bytes.slice().buffer);
  return new Map(
    all.map((scalar) => {
      const { name, type, byteOffset } = scalar;
      const next = waiting.get(name) ?? numbers.first(scalar);
      const own = [...words.subarray(byteOffset / 4, (byteOffset + scalarBytes(type)) / 4)];
      return [name, next === undefined ? own : scalarWords(type, next)] as const;
    }),
  );
}

/** Reads a scalar as the device has it; waits for all submitted steps. Within the lane. */
export async function readScalar(runtime: Runtime, name: string): Promise<number> {
  const { declarations, device, numbers, team } = runtime;
  await runtime.settle();
  const scalar = declarations.scalars.get(name);
  if (scalar === undefined) throw new TypeError(runtime.unknown('read', 'scalar', name, declarations.scalars.keys()));
  const first = numbers.first(scalar);
  if (first !== undefined) return heldScalar(scalar.type, first);
  const { scalars } = team.members[0]!;
  const bytes = await onDevice(team.place(0), () => device.staging.download(scalars, scalar.byteOffset, 8));
  return scalarFromWords(scalar.type, [...new Uint32Array(bytes.slice().buffer)]);
}
