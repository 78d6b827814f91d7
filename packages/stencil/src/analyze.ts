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
import { componentsOf } from './ir.ts';
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
import { offsetOf } from './language/affine.ts';
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
  /** Null where the coordinate is computed. */
  readonly offset: Offset | null;
}

/** The whole stencil, with all that can be found out about it. */
export function analyze(lowered: Lowered): Stencil {
  const { stencil, environment, functions } = lowered;
  const color = stencil.color ?? null;
  const bodies = [lowered.body, ...functions.map(({ body }) => body)];
  const before = accessesOf(bodies, environment);
  const writes = writesOf(lowered, before);
  const body = completeCopies(lowered, writes);
  const accesses = accessesOf([body, ...functions.map((one) => one.body)], environment);
  const reads = readsOf(accesses, environment);
  const { parameters, scalars } = namesOf([body, ...functions.map((one) => one.body)]);
  const neighbors = accesses.some(({ level, offset }) => level !== 'same' || offset === null || !isHere(offset));
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

function isHere(offset: Offset): boolean {
  return offset.every((distance) => distance === 0);
}

const NO_LOCALS: Parameters<typeof offsetOf>[1] = new Map();

function accessesOf(bodies: readonly (readonly Statement[])[], environment: Environment): readonly Access[] {
  const accesses: Access[] = [];
  const visit = (node: Expression): void => {
    if (node.op !== 'tap' && node.op !== 'gather' && node.op !== 'sample') return;
    const level = node.op === 'gather' ? node.level : 'same';
    const components = componentsRead(node, fieldType(environment, node.field, level));
    accesses.push({ field: node.field, level, components, offset: offsetRead(node) });
  };
  for (const body of bodies) visitExpressions(body, visit);
  return accesses;
}

/** A gather whose coordinate is `coord` and a constant is a tap too far for the neighbour table: it has a reach. */
function offsetRead(node: FieldNode): Offset | null {
  if (node.op === 'tap') return node.offset;
  if (node.op === 'sample' || node.level !== 'same') return null;
  return offsetOf(node.coord, NO_LOCALS) ?? null;
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
    return {
      field,
      type: fieldType(environment, field, level),
      at: level === 'same' ? (environment.places?.get(field) ?? 'center') : 'center',
      level,
      reach: reachOf(group.flatMap(({ offset }) => (offset === null ? [] : [offset]))),
      gather: group.some(({ offset }) => offset === null),
      components: ascending(group.flatMap(({ components }) => components)),
    };
  });
}

/** The box of some offsets. */
function reachOf(offsets: readonly Offset[]): Reach | null {
  if (offsets.length === 0) return null;
  const along = (axis: 0 | 1 | 2): readonly number[] => offsets.map((offset) => offset[axis]);
  const low: Offset = [Math.min(...along(0)), Math.min(...along(1)), Math.min(...along(2))];
  const high: Offset = [Math.max(...along(0)), Math.max(...along(1)), Math.max(...along(2))];
  return { low, high };
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

function isHazard(
  { level, offset, components }: Access,
  written: ReadonlySet<number>,
  { color }: StencilSource,
): boolean {
  if (level !== 'same' || !components.some((component) => written.has(component))) return false;
  if (offset === null) return true;
  const odd = (offset[0] + offset[1] + offset[2]) % 2 !== 0;
  return !isHere(offset) && !(color !== undefined && odd);
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
      const value: Expression = { op: 'tap', type: 'float', field, component, offset: [0, 0, 0] };
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
