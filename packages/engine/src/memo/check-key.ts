/**
 * @file What the meaning of a stencil's text hangs on, as one string: the text, what is said beside it, and what its words name
 * among fields, parameters and scalars. While it is the same, a stencil that was checked is as good as one that would be
 * checked again.
 */
import { createHash } from 'node:crypto';
import { serialize } from 'node:v8';
import type { EmitOptions, Environment, Placement, Stencil, StencilSource } from '@halocline/stencil';

/** The key of a stencil's text, of what stands beside it, and of what their words name in an environment. */
export function sourceKey(source: StencilSource, environment: Environment): string {
  const { code, inputs, outputs, parameters: named = [] } = source;
  const words = new Set([...(code.match(/[A-Za-z_]\w*/g) ?? []), ...inputs, ...outputs, ...named]);
  // `velocity_x` is a component of `velocity`, unless a field bears that name.
  for (const word of words) if (/_[xyzw]$/.test(word)) words.add(word.slice(0, -2));
  const { fields, places, coarseFields, fineFields, parameters, scalars, ...rest } = environment;
  const hash = createHash('sha256').update(serialize([{ ...source, file: undefined }, rest]));
  for (const map of [fields, places, coarseFields, fineFields, parameters, scalars]) {
    hash.update('\0\0');
    for (const [name, type] of map ?? []) if (words.has(name)) hash.update(`\0${name} ${type}`);
  }
  return hash.digest('hex');
}

/**
 * What a stencil's shader hangs on beside the stencil: where the numbers that it reads stand, what inactive voxels of the fields
 * hold that it writes, and how it is emitted.
 */
export function shaderKey(
  stencil: Stencil,
  { parameters, scalars, backgrounds, ...rest }: Placement,
  options: EmitOptions,
): string {
  const offsets = (names: Iterable<string>, of: ReadonlyMap<string, number>): (string | number | undefined)[] =>
    [...names].flatMap((name) => [name, of.get(name)]);
  const places = [offsets(stencil.parameters.keys(), parameters), offsets(stencil.scalars.keys(), scalars)];
  const held = stencil.writes.map(({ field }) => backgrounds?.get(field));
  return createHash('sha256')
    .update(serialize([...places, held, rest, options]))
    .digest('hex');
}
