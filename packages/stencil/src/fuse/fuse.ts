/**
 * @file Several stencils as one: their bodies one after the other, in one pass over memory. What an earlier one writes and
 * a later one reads goes through locals (`join.ts`); all other reads see the fields as they were before the pass.
 */
import { analyze } from '../analyze.ts';
import type { FieldPlace } from '../field-place.ts';
import type { Environment, FieldType, ScalarType, Stencil, ValueType } from '../ir.ts';
import { optimize } from '../optimize/optimize.ts';
import { verifyStencil } from '../verify.ts';
import { joinParts, type FuseOptions } from './join.ts';
import { sharedRadius } from './shared-radius.ts';

/** One stencil that does what `parts` do one after the other. `whyNotFused` has said null of each of them with those before it. */
export function fuseStencils(name: string, parts: readonly Stencil[], options: FuseOptions): Stencil {
  const radius = sharedRadius(parts);
  const { locals, body, functions } = optimize(joinParts(parts, options), radius ?? Infinity);
  const first = parts[0]!;
  const code = parts.map(({ name: part, source }) => `// ${part}\n${source}`).join('\n');
  const fused = analyze({
    stencil: {
      name,
      inputs: [],
      outputs: [],
      code,
      requiresHalos: parts.some(({ requiresHalos }) => requiresHalos),
      ...(first.color === null ? {} : { color: first.color }),
      ...(radius === null ? {} : { neighborRadius: radius }),
    },
    environment: environmentOf(parts),
    locals,
    body,
    functions,
    made: new Map(),
    reductions: parts.flatMap(({ reductions }) => reductions),
    prints: [],
  });
  verifyStencil(fused);
  return fused;
}

/** The fields that the parts name. */
function environmentOf(parts: readonly Stencil[]): Environment {
  const fields = { same: new Map<string, FieldType>(), coarse: new Map(), fine: new Map() } as const;
  const places = new Map<string, FieldPlace>();
  for (const { reads, writes } of parts) {
    for (const { field, type } of writes) fields.same.set(field, type);
    for (const { field, type, level, at } of reads) {
      fields[level].set(field, type);
      if (level === 'same') places.set(field, at);
    }
  }
  const none = { parameters: new Map<string, ValueType>(), scalars: new Map<string, ScalarType>() };
  return { fields: fields.same, coarseFields: fields.coarse, fineFields: fields.fine, places, ...none };
}
