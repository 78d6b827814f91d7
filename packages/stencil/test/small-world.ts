/** A leaf of a few voxels, full of numbers that are hard to get right, and what a stencil makes of it, in bits. */

import { componentsOf, interpret } from '../src/index.ts';
import type { Elements, Environment, FieldType, InterpreterLevel, Stencil } from '../src/index.ts';

const HARD = [0, -0, 1, -1.5, 0.1, 3, 2 ** 31, -5e9, 1e-40, 3e38, Infinity, -Infinity, NaN];
const WHOLE = [0, 1, 2, 3, 5, 7, 31, 64, 255, 100000, 2 ** 31 - 1, 2 ** 31];

function elements(type: FieldType, seed: number): Elements {
  const make = { int32: Int32Array, uint32: Uint32Array, uint8: Uint8Array, float16: Float16Array };
  const array = type in make ? new make[type as keyof typeof make](1024) : new Float32Array(1024);
  const hard = array instanceof Float32Array || array instanceof Float16Array ? HARD : WHOLE;
  for (let at = 0; at < 1024; at++) {
    const random = Math.imul(at + seed, 0x9e3779b1) >>> 8;
    array[at] = random % 3 === 0 ? hard[random % hard.length]! : (random % 1000) / (hard === HARD ? 64 : 1) - 3;
  }
  return array;
}

function level(fields: ReadonlyMap<string, FieldType>): InterpreterLevel {
  const masks = new Uint32Array(32);
  for (const n of [0, 9, 73, 146, 219, 301, 438, 511]) masks[16 + (n >> 5)]! |= 1 << (n & 31);
  const inside = (at: number): boolean => at >= 0 && at < 8;
  return {
    leaves: [1],
    slotAt: (i, j, k) => (inside(i) && inside(j) && inside(k) ? 1 : 0),
    origin: () => [0, 0, 0],
    masks,
    fields: new Map(
      [...fields].map(([name, type], field) => [
        name,
        Array.from({ length: componentsOf(type) }, (_, at) => elements(type, 7 * field + 1000 * at)),
      ]),
    ),
  };
}

function bitsOf(values: Elements | Float64Array): string {
  if (values instanceof Float64Array) return [...values].map((one) => (Object.is(one, -0) ? '-0' : one)).join();
  // One NaN is as good as another: the interpreter's host does not keep apart which it is.
  if (values instanceof Float32Array || values instanceof Float16Array) {
    return Array.from(values, (one) => (Object.is(one, -0) ? '-0' : one)).join();
  }
  return [...(values as Int32Array)].join();
}

/** Everything that a stencil writes and reduces on the small world, as text. */
export function resultsOn(stencil: Stencil, environment: Environment): string {
  const same = level(environment.fields);
  const outputs = new Map(
    stencil.writes.map(({ field, type }) => [
      field,
      Array.from({ length: componentsOf(type) }, () => {
        const like = elements(type, 0);
        (like as Float32Array).fill(0);
        return like;
      }),
    ]),
  );
  const parameters = new Map<string, readonly number[]>([
    ['buoyancy', [1.25]],
    ['wind', [0.5, -2, 1e20]],
    ['steps', [3]],
    ['open', [1]],
  ]);
  const scalars = new Map([
    ['largest', 4.5],
    ['count', -3],
    ['done', 0],
  ]);
  const identity = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0];
  const rest = { dt: 0.016, time: 2.5, frame: 40, voxelSize: 0.5, indexToWorld: identity, worldToIndex: identity };
  const coarse = level(environment.coarseFields ?? new Map());
  const fine = level(environment.fineFields ?? new Map());
  const reductions = interpret(stencil, { same, coarse, fine, outputs, parameters, scalars, ...rest });
  return [
    ...[...outputs].map(([name, parts]) => `${name}: ${parts.map(bitsOf).join(' | ')}`),
    ...[...reductions].map(([name, { partials }]) => `${name}: ${bitsOf(partials)}`),
  ].join('\n');
}
