/**
 * @file Where variables are. A variable of a value type is one local. A struct is its members, each on its own; a matrix is
 * an array of columns; and under an array every vector or scalar becomes an IR array of its own (a struct of arrays), of as
 * many elements as all array lengths around it multiply to, the outermost slowest. `split-arrays.ts` then turns arrays that
 * no computed index reaches into plain locals.
 */

import type { Expression, Statement, ValueType } from '../ir.ts';
import { binary, call, constant, convert, filled, local } from './build.ts';
import { operands } from '../walk.ts';
import type { Lowering } from './lowering.ts';
import { isAggregate, partTypes } from './types.ts';
import type { Type } from './types.ts';
import { aggregate, leavesOf } from './values.ts';
import type { Value } from './values.ts';

/** One local, an array where `lengths` is not empty. */
export interface Leaf {
  readonly kind: 'leaf';
  readonly local: number;
  readonly type: ValueType;
  readonly lengths: readonly number[];
}

/** The locals of a variable, in the shape of its type's structs. */
export type Storage = Leaf | { readonly kind: 'members'; readonly members: readonly Storage[] };

/** A variable or a part of one: its storage, and the indices of the arrays around it so far. */
export interface Ref {
  readonly op: 'ref';
  readonly type: Type;
  readonly storage: Storage;
  readonly indices: readonly Expression[];
}

/** New locals for a variable of a type. */
export function allocate(lowering: Lowering, name: string, type: Type, lengths: readonly number[] = []): Storage {
  if (!isAggregate(type)) {
    const length = lengths.reduce((product, one) => product * one, 1);
    const index = lowering.newLocal(name, type, lengths.length === 0 ? undefined : length);
    return { kind: 'leaf', local: index, type, lengths };
  }
  if (type.kind === 'matrix') return allocate(lowering, name, type.column, [...lengths, type.columns]);
  if (type.kind === 'array') return allocate(lowering, name, type.element, [...lengths, type.length]);
  const members = type.members.map((member) => allocate(lowering, `${name}.${member.name}`, member.type, lengths));
  return { kind: 'members', members };
}

export function refTo(type: Type, storage: Storage): Ref {
  return { op: 'ref', type, storage, indices: [] };
}

/** The locals of a storage, in order. */
export function leafStorages(storage: Storage): readonly Leaf[] {
  return storage.kind === 'leaf' ? [storage] : storage.members.flatMap(leafStorages);
}

/** A member of a struct, by number. */
export function memberRef(ref: Ref, member: number): Ref {
  if (!isAggregate(ref.type) || ref.storage.kind === 'leaf') throw new Error('Bug in memberRef: no struct');
  return { ...ref, type: partTypes(ref.type)[member]!, storage: ref.storage.members[member]! };
}

/** A column or an element, by an int or uint. */
export function indexRef(ref: Ref, index: Expression): Ref {
  if (!isAggregate(ref.type)) throw new Error('Bug in indexRef: no array');
  return { ...ref, type: partTypes(ref.type)[0]!, indices: [...ref.indices, index] };
}

/** An index held within an array's length, as int. */
function clamped(index: Expression, length: number): Expression {
  if (index.op === 'constant') return convert('int', index);
  const type = index.type as ValueType;
  const most = filled(type, length - 1);
  const held = call('min', type, [type === 'int' ? call('max', type, [index, filled('int', 0)]) : index, most]);
  return convert('int', held);
}

/** The place of the element in the leaf's array; null where the leaf is no array. */
function elementIndex({ lengths }: Leaf, indices: readonly Expression[]): Expression | null {
  if (lengths.length === 0) return null;
  if (lengths.length === 1) return indices[0]!;
  return indices
    .map((index, at) => clamped(index, lengths[at]!))
    .reduce((sum, index, at) => binary('+', binary('*', sum, constant('int', [lengths[at]!])), index));
}

/** What a variable, or a part of it, holds. */
export function readRef(ref: Ref): Value {
  const { type, storage, indices } = ref;
  if (isAggregate(type)) {
    const parts = partTypes(type).map((_, at) =>
      readRef(type.kind === 'struct' ? memberRef(ref, at) : indexRef(ref, constant('int', [at]))),
    );
    return aggregate(type, parts);
  }
  const leaf = storage as Leaf;
  const index = elementIndex(leaf, indices);
  return index === null ? local(type, leaf.local) : { op: 'element', type, local: leaf.local, index };
}

/** Some components of a value type's place: all, those named, or one by a computed index. */
export interface Part {
  readonly components?: readonly number[] | null;
  readonly index?: Expression | null;
}

/** Assigns a value of the place's type, or of the part's. */
export function writeRef(lowering: Lowering, ref: Ref, value: Value, part: Part = {}): void {
  const { type } = ref;
  if (isAggregate(type) && value.op === 'aggregate') {
    value.parts.forEach((one, at) =>
      writeRef(lowering, type.kind === 'struct' ? memberRef(ref, at) : indexRef(ref, constant('int', [at])), one),
    );
    return;
  }
  writeLeaf(lowering, ref, value as Expression, part);
}

function writeLeaf(lowering: Lowering, ref: Ref, value: Expression, { components, index }: Part): void {
  const leaf = ref.storage as Leaf;
  const element = elementIndex(leaf, ref.indices);
  const some = components ? { components } : {};
  if (element === null) {
    if (index) lowering.emit({ op: 'assignIndex', local: leaf.local, index, value });
    else lowering.emit({ op: 'assign', local: leaf.local, ...some, value });
    return;
  }
  if (!index) {
    lowering.emit({ op: 'assignElement', local: leaf.local, index: element, ...some, value });
    return;
  }
  // A component by a computed index, of an element: taken out, changed, and put back.
  const at = element.op === 'constant' ? element : lowering.spill(element);
  const copy = lowering.newLocal('temporary', leaf.type);
  lowering.emit({ op: 'assign', local: copy, value: { op: 'element', type: leaf.type, local: leaf.local, index: at } });
  lowering.emit({ op: 'assignIndex', local: copy, index, value });
  lowering.emit({ op: 'assignElement', local: leaf.local, index: at, value: local(leaf.type, copy) });
}

/** Statements that make a new variable zero. */
export function clearStorage(storage: Storage): readonly Statement[] {
  return leafStorages(storage).map(({ local: index, type, lengths }) =>
    lengths.length > 0 ? { op: 'clear', local: index } : { op: 'assign', local: index, value: filled(type, 0) },
  );
}

/** Whether a value reads any local of a storage. */
export function mentions(value: Value, storage: Storage): boolean {
  const locals = new Set(leafStorages(storage).map((leaf) => leaf.local));
  const visit = (node: Expression): boolean =>
    ((node.op === 'local' || node.op === 'element') && locals.has(node.local)) || operands(node).some(visit);
  return leavesOf(value).some(visit);
}
