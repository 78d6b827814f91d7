/**
 * @file Several stencils as one: their bodies one after the other, in one pass over memory. What an earlier one writes and
 * a later one reads at the same voxel goes through a local; all other reads see the fields as they were before the pass.
 *
 * Within a part, a read gives what was there before the part, also after its own write of it: each part that writes
 * such a component gets a local of its own for the new value, and reads the one of the part before it.
 */
import { analyze } from '../analyze.ts';
import type { FieldPlace } from '../field-place.ts';
import {
  componentsOf,
  scalarOf,
  valueTypeOf,
  type Environment,
  type Expression,
  type FieldType,
  type Local,
  type ScalarType,
  type Statement,
  type Stencil,
  type StencilFunction,
  type ValueType,
} from '../ir.ts';
import { optimize } from '../optimize/optimize.ts';
import { mapOperands, mapStatement } from '../rebuild.ts';
import { verifyStencil } from '../verify.ts';
import { componentKey, fieldOf, isOwnTap, ownReads, ownWrites, touched, type Component } from './own-reads.ts';
import { renumber } from './renumber.ts';
import { withOneEnd } from './returns.ts';

/**
 * One stencil that does what `parts` do one after the other. `whyNotFused` has said null of each of them with those before
 * it. Fields in `unstored` are not written: only parts after the one that always writes them read them.
 */
export function fuseStencils(name: string, parts: readonly Stencil[], unstored: ReadonlySet<string>): Stencil {
  const fusion = new Fusion(parts, unstored);
  const { locals, body, functions } = optimize(fusion.join());
  const first = parts[0]!;
  const radius = parts.find(({ reads }) => reads.some(({ gather }) => gather))?.neighborRadius ?? null;
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

class Fusion {
  readonly #parts: readonly Stencil[];
  readonly #unstored: ReadonlySet<string>;
  readonly #locals: Local[] = [];
  readonly #functions: StencilFunction[] = [];
  /** The local that has a component's newest value. */
  readonly #newest = new Map<Component, number>();
  readonly #types = new Map<string, FieldType>();

  constructor(parts: readonly Stencil[], unstored: ReadonlySet<string>) {
    this.#parts = parts;
    this.#unstored = unstored;
    for (const { field, type } of parts.flatMap(({ writes }) => writes)) this.#types.set(field, type);
  }

  join(): { locals: Local[]; body: Statement[]; functions: StencilFunction[] } {
    const body = this.#parts.flatMap((_, place) => this.#part(place));
    return { locals: this.#locals, body, functions: this.#functions };
  }

  #part(place: number): Statement[] {
    const part = this.#parts[place]!;
    const shift = { locals: this.#locals.length, functions: this.#functions.length };
    this.#locals.push(...part.locals);
    for (const each of part.functions) {
      this.#functions.push({ ...each, body: renumber(each.body, { locals: 0, functions: shift.functions }) });
    }
    const read = this.#readBack(renumber(part.body, shift));
    const last = place === this.#parts.length - 1;
    const later = new Set(this.#parts.slice(place + 1).flatMap((other) => [...ownReads(other).own]));
    const fresh = new Map<Component, number>();
    const start: Statement[] = [];
    for (const component of ownWrites(part)) {
      if (!later.has(component)) continue;
      const [field, index] = [fieldOf(component), Number(component.split(' ').at(-1))];
      const local = this.#local(`${field}_${index}_${place}`, scalarOf(valueTypeOf(this.#types.get(field)!)));
      fresh.set(component, local);
      if (!writesAlways(part, field)) start.push({ op: 'assign', local, value: this.#componentNow(field, index) });
    }
    const body = this.#keepWritten(read, fresh);
    for (const [component, local] of fresh) this.#newest.set(component, local);
    return [...start, ...(last ? body : withOneEnd(body))];
  }

  #local(name: string, type: ValueType): number {
    this.#locals.push({ name, type });
    return this.#locals.length - 1;
  }

  /** A component at the own voxel, before the part that is being added. */
  #componentNow(field: string, component: number): Expression {
    const type = scalarOf(valueTypeOf(this.#types.get(field)!));
    const local = this.#newest.get(componentKey(field, component));
    if (local !== undefined) return { op: 'local', type, local };
    return {
      op: 'tap',
      type,
      field,
      component: componentsOf(this.#types.get(field)!) === 1 ? -1 : component,
      offset: [0, 0, 0],
    };
  }

  /** Reads at the own voxel of what was written before, from the locals that hold it. */
  #readBack(body: readonly Statement[]): Statement[] {
    const value = (node: Expression): Expression => {
      if (!isOwnTap(node) || !this.#types.has(node.field)) return mapOperands(node, value);
      const parts = touched(node.field, node.component, this.#types.get(node.field)!);
      if (!parts.some((index) => this.#newest.has(componentKey(node.field, index)))) return node;
      if (parts.length === 1) return this.#componentNow(node.field, parts[0]!);
      return { op: 'construct', type: node.type, args: parts.map((index) => this.#componentNow(node.field, index)) };
    };
    const rebuild = (block: readonly Statement[]): Statement[] =>
      block.map((node) => mapStatement(node, value, rebuild));
    return rebuild(body);
  }

  /** Writes that are read later keep their values in locals; those of fields that are not stored do nothing else. */
  #keepWritten(body: readonly Statement[], fresh: ReadonlyMap<Component, number>): Statement[] {
    return body.flatMap((node) => {
      if (node.op !== 'write')
        return [
          mapStatement(
            node,
            (value) => value,
            (block) => this.#keepWritten(block, fresh),
          ),
        ];
      const { field, component } = node;
      const parts = touched(field, component, this.#types.get(field)!);
      const kept = parts.filter((index) => fresh.has(componentKey(field, index)));
      const stored = !this.#unstored.has(field);
      if (kept.length === 0) return stored ? [node] : [];
      const type = node.value.type as ValueType;
      const whole =
        parts.length === 1 ? fresh.get(componentKey(field, kept[0]!))! : this.#local(`${field}_written`, type);
      const written = { op: 'local', type, local: whole } as const;
      const scalar = scalarOf(type);
      return [
        { op: 'assign', local: whole, value: node.value },
        ...(parts.length === 1 ? [] : kept).map((index): Statement => {
          const value: Expression = { op: 'swizzle', type: scalar, operand: written, components: [index] };
          return { op: 'assign', local: fresh.get(componentKey(field, index))!, value };
        }),
        ...(stored ? [{ ...node, value: written }] : []),
      ];
    });
  }
}

/** Whether every voxel that runs writes every component of the field that the stencil writes at all. */
function writesAlways(stencil: Stencil, field: string): boolean {
  return stencil.writes.find((write) => write.field === field)!.always;
}
