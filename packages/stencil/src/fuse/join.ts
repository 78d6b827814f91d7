/**
 * @file The bodies of several stencils one after the other. What an earlier one writes and a later one reads at the same voxel
 * goes through a local. What a later one reads of it at another voxel is computed again: the earlier one's body, as that
 * voxel runs it, gives the value where the voxel is active; where it isn't, nobody wrote, and the field holds what it held.
 *
 * Within a part, a read gives what was there before the part, also after its own write of it: each part that writes
 * such a component gets a local of its own for the new value, and reads the one of the part before it.
 */
import { componentsOf, valueTypeOf } from '../field-types.ts';
import {
  scalarOf,
  type Expression,
  type FieldType,
  type Local,
  type Offset,
  type ScalarType,
  type Statement,
  type Stencil,
  type StencilFunction,
  type ValueType,
} from '../ir.ts';
import { mapOperands, mapStatement } from '../rebuild.ts';
import { writerBefore, type Again } from './again.ts';
import { coordAt, moveBody } from './move.ts';
import { componentKey, fieldOf, isHere, ownReads, ownWrites, touched, type Component } from './own-reads.ts';
import { renumber } from './renumber.ts';
import { withOneEnd } from './returns.ts';

/** What is known of the fields that the parts write. */
export interface FuseOptions {
  /** Fields that are not written: only parts after the one that always writes them read them. */
  readonly unstored: ReadonlySet<string>;
  /** Fields whose inactive voxels hold these values for sure, one for each component. */
  readonly inactive: ReadonlyMap<string, readonly number[]>;
}

/** The parts of a body that is joined. */
export interface Joined {
  readonly locals: readonly Local[];
  readonly body: readonly Statement[];
  readonly functions: readonly StencilFunction[];
}

const HERE: Offset = [0, 0, 0];

/** Joins parts, which can be. */
export function joinParts(parts: readonly Stencil[], options: FuseOptions): Joined {
  return new Joining(parts, options).join();
}

/** Where a read stands: in the body of a part, as the voxel `at` away runs it; what it needs is computed in `needs`, before. */
interface Reader extends Again {
  readonly needs: Statement[];
}

class Joining {
  readonly #parts: readonly Stencil[];
  readonly #options: FuseOptions;
  readonly #locals: Local[] = [];
  readonly #functions: StencilFunction[] = [];
  /** Part → number of its first function. */
  readonly #firstFunction: readonly number[];
  /** The locals that have what a part wrote, by part and offset. */
  readonly #written = new Map<string, ReadonlyMap<Component, number>>();
  /** The locals that have what a field holds at another voxel, after a part. */
  readonly #there = new Map<string, number>();
  readonly #types = new Map<string, FieldType>();

  constructor(parts: readonly Stencil[], options: FuseOptions) {
    this.#parts = parts;
    this.#options = options;
    for (const { field, type } of parts.flatMap(({ writes }) => writes)) this.#types.set(field, type);
    this.#firstFunction = parts.map(({ functions }) => {
      const first = this.#functions.length;
      for (const each of functions) {
        this.#functions.push({ ...each, body: renumber(each.body, { locals: 0, functions: first }) });
      }
      return first;
    });
  }

  join(): Joined {
    const body = this.#parts.flatMap((_, place) => this.#run({ place, at: HERE }));
    return { locals: this.#locals, body, functions: this.#functions };
  }

  /** A part as the voxel `at` away runs it, behind all that it needs. Only at the own voxel it stores and reduces. */
  #run({ place, at }: Again): Statement[] {
    const part = this.#parts[place]!;
    const shift = { locals: this.#locals.length, functions: this.#firstFunction[place]! };
    this.#locals.push(...part.locals);
    const reader: Reader = { place, at, needs: [] };
    const read = this.#readBack(moveBody(renumber(part.body, shift), at), reader);
    const fresh = new Map<Component, number>();
    const start: Statement[] = [];
    for (const component of this.#readLater(place)) {
      const [field, index] = [fieldOf(component), Number(component.split(' ').at(-1))];
      const local = this.#local(`${field}_${index}_${place}`, this.#scalar(field));
      fresh.set(component, local);
      if (!writesAlways(part, field)) start.push({ op: 'assign', local, value: this.#value(field, index, reader, at) });
    }
    const body = this.#keepWritten(read, fresh, isHere(at));
    this.#written.set(keyOf({ place, at }), fresh);
    const last = isHere(at) && place === this.#parts.length - 1;
    return [...reader.needs, ...start, ...(last ? body : withOneEnd(body))];
  }

  /** Components that a part writes and later ones read. */
  #readLater(place: number): Component[] {
    const later = this.#parts.slice(place + 1).map(ownReads);
    return [...ownWrites(this.#parts[place]!)].filter((component) =>
      later.some(({ own, around }) => own.has(component) || around.has(component)),
    );
  }

  #local(name: string, type: ValueType): number {
    this.#locals.push({ name, type });
    return this.#locals.length - 1;
  }

  #scalar(field: string): ScalarType {
    return scalarOf(valueTypeOf(this.#types.get(field)!));
  }

  /** What a component holds at the voxel `there` away, before the part that reads it. */
  #value(field: string, index: number, reader: Reader, there: Offset): Expression {
    const component = componentKey(field, index);
    const writer = writerBefore(this.#parts, component, reader.place);
    if (writer < 0) return this.#before(field, index, there);
    const at = { place: writer, at: there };
    if (!this.#written.has(keyOf(at))) reader.needs.push(...this.#run(at));
    const type = this.#scalar(field);
    const local: Expression = { op: 'local', type, local: this.#written.get(keyOf(at))!.get(component)! };
    // Whoever runs is active: the own voxel, and for what is computed again the one that it is computed for.
    if (isHere(there) || String(there) === String(reader.at)) return local;
    const key = `${keyOf(at)} ${component}`;
    let kept = this.#there.get(key);
    if (kept === undefined) {
      this.#there.set(key, (kept = this.#local(`${field}_${index}_there`, type)));
      const condition = { op: 'isActive', type: 'bool', coord: coordAt(there) } as const;
      const value: Expression = { op: 'select', type, condition, then: local, else: this.#idle(field, index, there) };
      reader.needs.push({ op: 'assign', local: kept, value });
    }
    return { op: 'local', type, local: kept };
  }

  /** What an inactive voxel holds. */
  #idle(field: string, index: number, there: Offset): Expression {
    const values = this.#options.inactive.get(field);
    if (values === undefined) return this.#before(field, index, there);
    return { op: 'constant', type: this.#scalar(field), value: [values[index]!] };
  }

  /** A component as it is before all parts. */
  #before(field: string, index: number, offset: Offset): Expression {
    const component = componentsOf(this.#types.get(field)!) === 1 ? -1 : index;
    return { op: 'tap', type: this.#scalar(field), field, component, offset };
  }

  /** Reads of what was written before, from the locals that hold it. */
  #readBack(body: readonly Statement[], reader: Reader): Statement[] {
    const value = (node: Expression): Expression => {
      if (node.op !== 'tap' || !this.#types.has(node.field)) return mapOperands(node, value);
      const { field, offset } = node;
      const parts = touched(field, node.component, this.#types.get(field)!);
      const written = (index: number): boolean =>
        writerBefore(this.#parts, componentKey(field, index), reader.place) >= 0;
      if (!parts.some(written)) return node;
      if (parts.length === 1) return this.#value(field, parts[0]!, reader, offset);
      const args = parts.map((index) => this.#value(field, index, reader, offset));
      return { op: 'construct', type: node.type, args };
    };
    const rebuild = (block: readonly Statement[]): Statement[] =>
      block.map((node) => mapStatement(node, value, rebuild));
    return rebuild(body);
  }

  /** Writes that are read later keep their values in locals; those that store nothing do nothing else. */
  #keepWritten(body: readonly Statement[], fresh: ReadonlyMap<Component, number>, stores: boolean): Statement[] {
    return body.flatMap((node) => {
      if (node.op === 'reduce' && !stores) return [];
      if (node.op !== 'write') {
        const block = (inner: readonly Statement[]): Statement[] => this.#keepWritten(inner, fresh, stores);
        return [mapStatement(node, (value) => value, block)];
      }
      const { field, component } = node;
      const parts = touched(field, component, this.#types.get(field)!);
      const kept = parts.filter((index) => fresh.has(componentKey(field, index)));
      const stored = stores && !this.#options.unstored.has(field);
      if (kept.length === 0) return stored ? [node] : [];
      const type = node.value.type as ValueType;
      const whole =
        parts.length === 1 ? fresh.get(componentKey(field, kept[0]!))! : this.#local(`${field}_written`, type);
      const written = { op: 'local', type, local: whole } as const;
      return [
        { op: 'assign', local: whole, value: node.value },
        ...(parts.length === 1 ? [] : kept).map((index): Statement => {
          const value: Expression = { op: 'swizzle', type: scalarOf(type), operand: written, components: [index] };
          return { op: 'assign', local: fresh.get(componentKey(field, index))!, value };
        }),
        ...(stored ? [{ ...node, value: written }] : []),
      ];
    });
  }
}

function keyOf({ place, at }: Again): string {
  return `${place} ${at.join(' ')}`;
}

/** Whether every voxel that runs writes every component of the field that the stencil writes at all. */
function writesAlways(stencil: Stencil, field: string): boolean {
  return stencil.writes.find((write) => write.field === field)!.always;
}
