/**
 * @file What the lowering of one shader knows (`Lowering`), and of the function that it is in (`Frame`): which
 * addresses the pass block must hold, in which order, and the values that every thread needs once.
 */
import type { Expression, FieldType, LevelRelation, Offset, ScalarType, Stencil, ValueType } from '../ir.ts';
import type { Binding, Placement } from './shader.ts';
import { componentsOf, componentTypeOf, elementBytes, isHalf, valueTypeOf } from '../field-types.ts';
import { isFloating, scalarOf, sizeOf } from '../ir.ts';
import { nearReads } from '../reach/held.ts';
import { Code } from './code.ts';
import { sampleGroups } from './sample-groups.ts';
import type { Sample, SampleGroup } from './sample-groups.ts';
import type { StencilUses, Uses } from './scan.ts';
import { scanStencil } from './scan.ts';
import { keptByThread } from './same.ts';
import type { ElementKind, FunctionReference, Target, Value, Variable } from './target.ts';

/** The lowering of one stencil onto one target. */
export interface Lowering {
  readonly code: Code;
  readonly target: Target;
  readonly stencil: Stencil;
  readonly placement: Placement;
  readonly uses: StencilUses;
  /** Computed reads that go no further than the stencil's radius, whatever happens. */
  readonly near: ReadonlySet<Expression>;
  /** Field types by `level name`. */
  readonly fields: ReadonlyMap<string, FieldType>;
  /** In the order of the pass block; grows as things are used. */
  readonly bindings: Binding[];
  readonly bindingNumbers: Map<string, number>;
  /** Keys of what a thread computes once, for all of its voxels (`same.ts`). */
  readonly same: ReadonlySet<string>;
  /** Where functions find addresses, by name. */
  readonly kept: Map<string, { readonly binding: Binding; readonly variable: Variable }>;
  /** Functions made so far: the user's by number, look-ups by name. */
  readonly functions: Map<string | number, FunctionReference>;
  /** Samples that are looked up with others. */
  readonly samples: ReadonlyMap<Expression, SampleGroup>;
  /** What the groups of a voxel's text have given so far. */
  readonly sampled: WeakMap<Voxel, Map<SampleGroup, readonly Value[]>>;
  /** Variables of the thread that are about far reads (`guard.ts`), by name; made as they are used. */
  readonly guard: Map<string, Variable>;
  /** Reads of voxels that are not active, of this thread; null where nothing is debugged. */
  readonly outside: Variable | null;
}

/** The voxel that text is emitted for. */
export interface Voxel {
  /** Its leaf's slot, and its place n in the leaf. */
  readonly slot: Value;
  readonly index: Value;
  /** Index coordinate (ivec3), where anything asks for it. */
  readonly coord: Value | null;
  tap(field: string, component: number, offset: Offset): Value;
  /** Whether the voxel `offset` away is active, a bool. */
  active(offset: Offset): Value;
}

/** Where the top function's effects go. */
export interface Effects {
  write(field: string, component: number, value: Value): void;
  reduce(scalar: string, value: Value): void;
}

/** One function under lowering. */
export interface Frame {
  readonly lowering: Lowering;
  /** Whether it is the stencil's own text. */
  readonly top: boolean;
  readonly uses: Uses;
  /** Values made in the function's prologue, by key. */
  readonly once: Map<string, Value>;
  readonly locals: readonly Variable[];
  readonly voxel: Voxel | null;
  /** Null in user functions. */
  readonly effects: Effects | null;
}

export function newLowering(stencil: Stencil, placement: Placement, target: Target): Lowering {
  const fields = new Map<string, FieldType>();
  for (const { field, type, level } of stencil.reads) fields.set(`${level} ${field}`, type);
  for (const { field, type } of stencil.writes) fields.set(`same ${field}`, type);
  const components = (field: string): number => componentsOf(typeOfField(fields, field, 'same'));
  return {
    code: new Code(target),
    target,
    stencil,
    placement,
    uses: scanStencil(stencil, components),
    // Nobody asks in a domain that is whole.
    near: placement.beyondRadius === undefined ? new Set() : nearReads(stencil),
    fields,
    bindings: [],
    bindingNumbers: new Map(),
    same: keptByThread(stencil),
    kept: new Map(),
    functions: new Map(),
    samples: sampleGroups(stencil, ({ field, ...sample }) =>
      stencil.debug ? 0 : widthInGroup(typeOfField(fields, field, 'same'), sample),
    ),
    sampled: new WeakMap(),
    guard: new Map(),
    outside: stencil.debug ? target.global('uint', 'outside') : null,
  };
}

/** Components of a sample that may share its look-up: of floats, which live at the voxels' centres. */
function widthInGroup(type: FieldType, { filter, at, component }: Pick<Sample, 'filter' | 'at' | 'component'>): number {
  if (at !== 'center' || sampledType(type, filter) !== 'float') return 0;
  return component < 0 ? sizeOf(valueTypeOf(type)) : 1;
}

/** What samples of a field of a type are computed in: nothing but floats and doubles can be mixed. */
export function sampledType(type: FieldType, filter: Sample['filter']): ScalarType {
  const stored = componentTypeOf(type);
  return filter === 'nearest' || isFloating(stored) ? stored : 'float';
}

function typeOfField(fields: ReadonlyMap<string, FieldType>, field: string, level: LevelRelation): FieldType {
  const type = fields.get(`${level} ${field}`);
  if (!type) throw new Error(`Bug in the stencil compiler: field "${field}" (${level}) is in neither reads nor writes`);
  return type;
}

/** The type of a field of a level that the stencil names. */
export function fieldType(lowering: Lowering, field: string, level: LevelRelation = 'same'): FieldType {
  return typeOfField(lowering.fields, field, level);
}

/** How a field's elements lie in memory. */
export function elementKind(type: FieldType): ElementKind {
  if (isHalf(type)) return 'f16';
  return elementBytes(type) === 1 ? 'u8' : scalarKind(componentTypeOf(type));
}

/** How a scalar that is kept whole lies in memory; bools are words. */
export function scalarKind(scalar: ScalarType): ElementKind {
  if (scalar === 'double') return 'f64';
  return scalar === 'int' ? 'i32' : scalar === 'float' ? 'f32' : 'u32';
}

/** A value that is made once, at the function's start. */
export function once(frame: Frame, key: string, make: () => Value): Value {
  const known = frame.once.get(key);
  if (known) return known;
  const value = frame.lowering.target.prologue(make);
  frame.once.set(key, value);
  return value;
}

function bindingName(binding: Binding): string {
  switch (binding.kind) {
    case 'leafTable':
    case 'masks':
    case 'grid':
      return binding.level === 'same' ? binding.kind : `${binding.level}_${binding.kind}`;
    case 'read':
      return `${binding.level === 'same' ? 'old' : binding.level}_${binding.field}_${binding.component}`;
    case 'write':
      return `new_${binding.field}_${binding.component}`;
    case 'partials':
      return `partials_${binding.scalar}`;
    default:
      return binding.kind;
  }
}

/** Number of a binding in the pass block, which it joins at its first use. */
function entryOf({ bindings, bindingNumbers }: Lowering, binding: Binding): number {
  const name = bindingName(binding);
  let entry = bindingNumbers.get(name);
  if (entry === undefined) bindingNumbers.set(name, (entry = bindings.push(binding) - 1));
  return entry;
}

/** The address of a binding in the top function, read where it is asked for: of many, each waits in no register. */
export function addressHere({ lowering }: Frame, binding: Binding): Value {
  const { target } = lowering;
  return target.keep(target.address(entryOf(lowering, binding)), bindingName(binding));
}

/** The address of a binding, read once at the start. */
export function address(frame: Frame, binding: Binding): Value {
  const { lowering } = frame;
  const { target } = lowering;
  const name = bindingName(binding);
  const entry = entryOf(lowering, binding);
  const value = (): Value => {
    if (frame.top || !target.namesAddresses) return target.address(entry);
    const known = lowering.kept.get(name) ?? { binding, variable: target.global('uvec2', `kept_${name}`) };
    lowering.kept.set(name, known);
    return target.get(known.variable);
  };
  return once(frame, `address ${name}`, () => target.keep(value(), name));
}

/**
 * Sets the addresses that functions use, at the start of the top function: a function in a loop that stores would load them again
 * for each voxel.
 */
export function keepAddresses(frame: Frame): void {
  const { kept, target } = frame.lowering;
  for (const { binding, variable } of kept.values()) {
    const value = address(frame, binding);
    target.prologue(() => target.set(variable, value));
  }
}

/** One u32 of a table. */
export function tableWord(frame: Frame, binding: Binding, index: Value): Value {
  return frame.lowering.target.load('u32', 1, address(frame, binding), index);
}

/** A value of the `uniforms` or `scalars` block at a byte offset, components 4 bytes apart, of doubles 8. */
export function blockValue(
  frame: Frame,
  kind: 'uniforms' | 'scalars',
  byteOffset: number,
  type: ValueType,
  name: string,
): Value {
  const { code, target } = frame.lowering;
  const from = address(frame, { kind });
  return once(frame, `${kind} ${byteOffset} ${type}`, () => {
    const scalar = scalarOf(type);
    const element = scalarKind(scalar);
    const first = byteOffset / (scalar === 'double' ? 8 : 4);
    const parts = Array.from({ length: sizeOf(type) }, (_, component) => {
      const raw = target.load(element, 1, from, code.uint(first + component));
      return scalar === 'bool' ? code.differs(raw, 0) : raw;
    });
    return target.keep(code.join(parts), name);
  });
}

/** The twelve numbers of a map between index space and the world: three rows m0 m1 m2 t. */
export function mapRows(frame: Frame, direction: 'indexToWorld' | 'worldToIndex'): Value[] {
  const { code, target } = frame.lowering;
  const from = address(frame, { kind: 'uniforms' });
  const first = direction === 'indexToWorld' ? 1 : 4;
  return [0, 1, 2].flatMap((row) =>
    code.components(
      once(frame, `${direction} ${row}`, () =>
        target.keep(target.load('f32', 4, from, code.uint(first + row)), `${direction}_${row}`),
      ),
    ),
  );
}

/**
 * Applies a map to a vec3: each row is ((m0·x + m1·y) + m2·z) + t, each operation rounded. Where the axes are aligned, and the point has
 * finite numbers (or those that come of others don't count), the products with 0 change nothing: they are left out.
 */
export function applyMap(
  frame: Frame,
  direction: 'indexToWorld' | 'worldToIndex',
  point: Value,
  isFinite: boolean,
): Value {
  const { code, target, placement } = frame.lowering;
  const rows = mapRows(frame, direction);
  const axes = code.components(target.keep(point, 'point')) as [Value, Value, Value];
  const row = (at: number): Value => {
    const [a, b, c, t] = rows.slice(4 * at, 4 * at + 4) as [Value, Value, Value, Value];
    const [x, y, z] = axes;
    if (placement.aligned && isFinite) return code.add(code.mul([a, b, c][at]!, axes[at]!), t);
    return code.add(code.add(code.add(code.mul(a, x), code.mul(b, y)), code.mul(c, z)), t);
  };
  return target.keep(code.join([row(0), row(1), row(2)]), 'mapped');
}
