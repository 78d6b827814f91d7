/**
 * @file What the meaning of a stencil's text hangs on, as one string: the text and what its words name among fields, parameters
 * and scalars. While it is the same, a stencil that was checked is as good as one that would be checked again.
 */
import { createHash } from 'node:crypto';
import type { Environment, Placement, Stencil } from '@halocline/stencil';

/** The key of a text in an environment; `names` are those that stand beside the text: inputs, outputs, parameters. */
export function checkKey(code: string, names: readonly string[], environment: Environment): string {
  const words = new Set([...(code.match(/[A-Za-z_]\w*/g) ?? []), ...names]);
  // `velocity_x` is a component of `velocity`, unless a field bears that name.
  for (const word of words) if (/_[xyzw]$/.test(word)) words.add(word.slice(0, -2));
  const hash = createHash('sha256').update(code);
  const maps: readonly (ReadonlyMap<string, string> | undefined)[] = [
    environment.fields,
    environment.places,
    environment.coarseFields,
    environment.fineFields,
    environment.parameters,
    environment.scalars,
  ];
  for (const map of maps) {
    hash.update('\0\0');
    for (const [name, type] of map ?? []) if (words.has(name)) hash.update(`\0${name} ${type}`);
  }
  return hash.digest('base64');
}

/**
 * The key of a stencil's shader: where the numbers that it reads stand, what it does where it reads too far, and what inactive
 * voxels of the fields hold that it writes.
 */
export function placementKey({ parameters, scalars, writes }: Stencil, placement: Placement): string {
  const offsets = (names: Iterable<string>, of: ReadonlyMap<string, number>): string =>
    [...names].map((name) => `${name} ${of.get(name)}`).join();
  return [
    offsets(parameters.keys(), placement.parameters),
    offsets(scalars.keys(), placement.scalars),
    placement.beyondRadius ?? '',
    writes.map(({ field }) => placement.backgrounds?.get(field)?.map(bits) ?? 'unknown').join(' '),
  ].join(';');
}

/** A number as text that tells −0 from 0. */
function bits(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value);
}
