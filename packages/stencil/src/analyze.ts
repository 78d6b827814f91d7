/**
 * @file What the engine must know of a stencil: fields read with their reach, fields written with whether they need a
 * second copy, parameters, scalars, reductions.
 *
 * A second copy is needed where a voxel may read what another voxel of the same pass writes: a tap away from the voxel
 * itself, or a computed coordinate, on a component that is written. With `color`, half of the voxels run: a tap whose
 * offset has an odd sum reads only voxels of the other colour, which nobody writes.
 */

import { alwaysWritten } from './always-written.ts';
import type { Print } from './debug.ts';
import type { FieldPlace } from './field-place.ts';
import { componentsOf, componentTypeOf } from './field-types.ts';
import type {
  Environment,
  Expression,
  FieldRead,
  FieldType,
  FieldWrite,
  LevelRelation,
  Local,
  Offset,
  Reach,
  Reduction,
  ScalarType,
  Statement,
  Stencil,
  StencilFunction,
  StencilSource,
  ValueType,
} from './ir.ts';
import { heldBox } from './reach/held.ts';
import { reachOfGathers } from './reach/reach.ts';
import { visitExpressions, visitStatements } from './walk.ts';

/** A lowered stencil, before it is analyzed. */
export interface Lowered {
  readonly stencil: StencilSource;
  readonly environment: Environment;
  readonly locals: readonly Local[];
  readonly body: readonly Statement[];
  readonly functions: readonly StencilFunction[];
  /** Storage types of outputs that nobody declared. */
  readonly made: ReadonlyMap<string, FieldType>;
  readonly reductions: readonly Reduction[];
  readonly prints: readonly Print[];
}

type FieldNode = Expression & { readonly op: 'tap' | 'gather' | 'sample' };

interface Access {
  readonly field: string;
  readonly level: LevelRelation;
  readonly components: readonly number[];
  /** Where it may be around the voxel where the domain is cut; null where it may be anywhere. */
  readonly box: Reach | null;
  /** The same where nothing holds it. */
  readonly free: Reach | null;
}

/** The whole stencil, with all that can be found out about it. */
export function analyze(lowered: Lowered): Stencil {
  const { stencil, environment, functions } = lowered;
  const color = stencil.color ?? null;
  const before = accessesOf(lowered);
  const writes = writesOf(lowered, before);
  const body = completeCopies(lowered, writes);
  const accesses = body === lowered.body ? before : accessesOf({ ...lowered, body });
  const reads = readsOf(accesses, environment);
  const { parameters, scalars } = namesOf([body, ...functions.map((one) => one.body)]);
  const neighbors = accesses.some(({ level, box }) => level !== 'same' || box === null || !isHere(box));
  return {
    name: stencil.name,
    source: stencil.code,
    color,
    locals: lowered.locals,
    body,
    functions,
    reads,
    writes: writesOf({ ...lowered, body }, accesses),
    reductions: lowered.reductions,
    parameters,
    scalars,
    neighborRadius: stencil.neighborRadius ?? null,
    requiresHalos: neighbors || stencil.requiresHalos === true,
    debug: stencil.debug === true,
    prints: lowered.prints,
  };
}

function isHere({ low, high }: Reach): boolean {
  return [...low, ...high].every((distance) => distance === 0);
}

function accessesOf(lowered: Lowered): readonly Access[] {
  const { environment, stencil, body, functions } = lowered;
  const accesses: Access[] = [];
  const boxes = reachOfGathers(lowered);
  const visit = (node: Expression): void => {
    if (node.op !== 'tap' && node.op !== 'gather' && node.op !== 'sample') return;
    const level = node.op === 'gather' ? node.level : 'same';
    const components = componentsRead(node, fieldType(environment, node.field, level));
    const tap = node.op === 'tap' ? { low: node.offset, high: node.offset } : null;
    const free = (node.op === 'gather' ? boxes.get(node) : tap) ?? null;
    const held = heldBox(stencil.neighborRadius ?? Infinity, level, placeOf(environment, node.field, level));
    const box = tap ?? (free === null ? null : heldWithin(free, held));
    accesses.push({ field: node.field, level, components, box, free });
  };
  for (const statements of [body, ...functions.map((one) => one.body)]) visitExpressions(statements, visit);
  return accesses;
}

/** A computed read goes no further than the radius that the stencil is given: the shader sees to it where the domain is cut. */
function heldWithin(box: Reach, { low, high }: Reach): Reach {
  const held = (offset: Offset): Offset => {
    const [x, y, z] = offset.map((distance, axis) => Math.min(Math.max(distance, low[axis]!), high[axis]!));
    return [x!, y!, z!];
  };
  return { low: held(box.low), high: held(box.high) };
}

function placeOf({ places }: Environment, field: string, level: LevelRelation): FieldPlace {
  return level === 'same' ? (places?.get(field) ?? 'center') : 'center';
}

function fieldType(environment: Environment, field: string, level: LevelRelation): FieldType {
  const { fields, coarseFields, fineFields } = environment;
  return { same: fields, coarse: coarseFields, fine: fineFields }[level]!.get(field)!;
}

function componentsRead(node: FieldNode, type: FieldType): readonly number[] {
  return node.component >= 0 ? [node.component] : all(type);
}

function all(type: FieldType): readonly number[] {
  return Array.from({ length: componentsOf(type) }, (_, component) => component);
}

function ascending(components: Iterable<number>): readonly number[] {
  return [...new Set(components)].sort((a, b) => a - b);
}

function readsOf(accesses: readonly Access[], environment: Environment): readonly FieldRead[] {
  const groups = Map.groupBy(accesses, ({ field, level }) => `${level} ${field}`);
  return [...groups.values()].map((group) => {
    const { field, level } = group[0]!;
    const components = ascending(group.flatMap((access) => access.components));
    return {
      field,
      type: fieldType(environment, field, level),
      at: placeOf(environment, field, level),
      level,
      ...howRead(group),
      components,
      parts: components.map((component) => ({
        component,
        ...howRead(group.filter((access) => access.components.includes(component))),
      })),
    };
  });
}

function howRead(group: readonly Access[]): Pick<FieldRead, 'reach' | 'gather'> {
  const boxes = group.flatMap(({ box }) => (box === null ? [] : [box]));
  return { reach: unionOf(boxes), gather: boxes.length < group.length };
}

/** The box of some boxes. */
function unionOf(boxes: readonly Reach[]): Reach | null {
  if (boxes.length === 0) return null;
  const along = (axis: 0 | 1 | 2, end: 'low' | 'high'): readonly number[] => boxes.map((box) => box[end][axis]);
  const least = (axis: 0 | 1 | 2): number => Math.min(...along(axis, 'low'));
  const most = (axis: 0 | 1 | 2): number => Math.max(...along(axis, 'high'));
  return { low: [least(0), least(1), least(2)], high: [most(0), most(1), most(2)] };
}

function writesOf(lowered: Lowered, accesses: readonly Access[]): readonly FieldWrite[] {
  const { environment, made, body } = lowered;
  const written = new Map<string, Set<number>>();
  visitStatements(body, (node) => {
    if (node.op !== 'write') return;
    const type = environment.fields.get(node.field) ?? made.get(node.field)!;
    const components = written.get(node.field) ?? new Set();
    for (const component of node.component < 0 ? all(type) : [node.component]) components.add(component);
    written.set(node.field, components);
  });
  const sizes = new Map(
    [...written.keys()].map((field) => [field, componentsOf(environment.fields.get(field) ?? made.get(field)!)]),
  );
  const certain = alwaysWritten(body, sizes);
  return [...written].map(([field, set]) => {
    const undeclared = !environment.fields.has(field);
    const type = environment.fields.get(field) ?? made.get(field)!;
    const components = ascending(set);
    const always = components.every((component) => certain.has(`${field} ${component}`));
    const doubleBuffered = accesses.some((access) => access.field === field && isHazard(access, set, lowered.stencil));
    return { field, type, undeclared, components, always, doubleBuffered };
  });
}

/** In a domain that is whole nothing may hold a read. */
function isHazard(
  { level, free: box, components }: Access,
  written: ReadonlySet<number>,
  { color }: StencilSource,
): boolean {
  if (level !== 'same' || !components.some((component) => written.has(component))) return false;
  if (box === null) return true;
  const single = box.low.every((low, axis) => low === box.high[axis]);
  const odd = single && (box.low[0] + box.low[1] + box.low[2]) % 2 !== 0;
  return !isHere(box) && !(color !== undefined && odd);
}

/**
 * A second copy that replaces the first must be whole: components that the stencil leaves alone are copied over, by
 * writes at the top of the body.
 */
function completeCopies(lowered: Lowered, writes: readonly FieldWrite[]): readonly Statement[] {
  const copies: Statement[] = [];
  for (const { field, type, components, doubleBuffered } of writes) {
    if (!doubleBuffered || componentsOf(type) === components.length) continue;
    for (const component of all(type)) {
      if (components.includes(component)) continue;
      const value: Expression = { op: 'tap', type: componentTypeOf(type), field, component, offset: [0, 0, 0] };
      copies.push({ op: 'write', field, component, value });
    }
  }
  return copies.length === 0 ? lowered.body : [...copies, ...lowered.body];
}

function namesOf(bodies: readonly (readonly Statement[])[]): {
  readonly parameters: ReadonlyMap<string, ValueType>;
  readonly scalars: ReadonlyMap<string, ScalarType>;
} {
  const parameters = new Map<string, ValueType>();
  const scalars = new Map<string, ScalarType>();
  for (const body of bodies) {
    visitExpressions(body, (node) => {
      if (node.op === 'parameter') parameters.set(node.name, node.type);
      else if (node.op === 'scalar') scalars.set(node.name, node.type);
    });
  }
  return { parameters, scalars };
}
