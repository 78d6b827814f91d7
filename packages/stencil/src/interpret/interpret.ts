/**
 * @file The interpreter: runs a stencil's IR on host arrays, and is the oracle that the shader must agree with, bit for
 * bit in + − × ÷, √, comparisons and integers. It knows nothing of how the shader is made: voxels run one by one.
 */
import type { Local, Reduction, ScalarType, Stencil, ValueType } from '../ir.ts';
import { sizeOf } from '../ir.ts';
import { reduction } from './arithmetic.ts';
import type { Callable, Scope } from './expression.ts';
import { Machine } from './machine.ts';
import { compileStatements } from './statement.ts';
import type { Effects } from './statement.ts';
import type { Elements, InterpreterReduction, InterpreterWorld } from './world.ts';

const LEAF = 512;

/** One reduction under way: contributions of the leaf at hand, and results of the leaves. */
interface Running {
  readonly reduction: Reduction;
  readonly identity: number;
  readonly combine: (a: number, b: number) => number;
  readonly contributions: Float64Array;
  readonly partials: Float64Array;
}

function newRunning(each: Reduction, leafCount: number): Running {
  const type: ScalarType = each.type === 'bool' ? 'uint' : each.type;
  const { identity, combine } = reduction(each.kind, type);
  const partials = new Float64Array(leafCount).fill(identity);
  return { reduction: each, identity, combine, contributions: new Float64Array(LEAF), partials };
}

/** (v0 ∘ v1) ∘ (v2 ∘ v3) for each thread, then strides 64 … 1. */
function reduceLeaf({ contributions, combine }: Running): number {
  const threads = Array.from({ length: 128 }, (_, thread) => {
    const [a, b, c, d] = contributions.subarray(4 * thread, 4 * thread + 4) as unknown as [
      number,
      number,
      number,
      number,
    ];
    return combine(combine(a, b), combine(c, d));
  });
  for (let stride = 64; stride > 0; stride >>= 1)
    for (let thread = 0; thread < stride; thread++)
      threads[thread] = combine(threads[thread]!, threads[thread + stride]!);
  return threads[0]!;
}

/** Adjacent pairs, level by level, the ranks padded with the identity to a power of two. */
function reduceRanks({ partials, identity, combine }: Running): number {
  let values = Array.from(partials);
  if (values.length === 0) return identity;
  let size = 1;
  while (size < values.length) size *= 2;
  while (values.length < size) values.push(identity);
  while (values.length > 1)
    values = Array.from({ length: values.length / 2 }, (_, at) => combine(values[2 * at]!, values[2 * at + 1]!));
  return values[0]!;
}

/** Where the locals of a function are, from `start` on, and the first place after them. */
interface Places {
  readonly places: readonly number[];
  readonly sizes: readonly number[];
  readonly types: readonly ValueType[];
  readonly end: number;
}

function place(locals: readonly Local[], start: number): Places {
  let end = start;
  const sizes = locals.map(({ type, length = 1 }) => length * sizeOf(type));
  const places = sizes.map((size) => {
    end += size;
    return end - size;
  });
  return { places, sizes, types: locals.map(({ type }) => type), end };
}

/** Compiles the stencil's functions and gives the scope of its own statements. */
function compileScopes(machine: Machine): Scope {
  const { stencil } = machine;
  const top = place(stencil.locals, 0);
  let { end } = top;
  const scopes: Scope[] = [];
  const callables: Callable[] = [];
  for (const source of stencil.functions) {
    const start = end;
    const own = place(source.locals, start);
    end = own.end;
    scopes.push({ machine, ...own, callables });
    callables.push({
      parameters: source.parameters.map(({ mode }, at) => ({ mode, at: own.places[at]!, size: own.sizes[at]! })),
      start,
      length: end - start,
      result: new Float64Array(source.returns === 'void' ? 0 : sizeOf(source.returns)),
      run() {},
    });
  }
  machine.locals = new Float64Array(end);
  stencil.functions.forEach((source, number) => {
    const callable = callables[number]!;
    callable.run = compileStatements({ scope: scopes[number]!, result: callable.result, effects: null }, source.body);
  });
  return { machine, ...top, callables };
}

/** Arrays that results go to, with the old values that unwritten voxels keep. */
interface Copied {
  readonly from: Elements;
  readonly to: Elements;
}

function outputArrays(machine: Machine, field: string): readonly Elements[] {
  const found = machine.world.outputs.get(field);
  if (!found)
    throw new TypeError(
      `Cannot interpret stencil "${machine.stencil.name}": field "${field}" is written and has no output; give its arrays`,
    );
  return found;
}

function oldCopies(machine: Machine): Copied[] {
  return machine.stencil.writes.flatMap(({ field }) => {
    const old = machine.world.same.fields.get(field);
    return old ? outputArrays(machine, field).map((to, component) => ({ from: old[component]!, to })) : [];
  });
}

function tellNonFinite(machine: Machine, field: string, component: number, value: Float64Array): void {
  value.forEach((one, at) => {
    if (!Number.isFinite(one)) machine.world.debug?.nonFinite(field, Math.max(component, at), machine.coord(), one);
  });
}

function newEffects(machine: Machine, running: readonly Running[]): Effects {
  const outputs = new Map(machine.stencil.writes.map(({ field }) => [field, outputArrays(machine, field)]));
  const reductions = new Map(running.map((each) => [each.reduction.scalar, each]));
  return {
    write(field, component, value) {
      const arrays = outputs.get(field)!;
      const element = machine.base + machine.n;
      if (machine.stencil.debug) tellNonFinite(machine, field, component, value);
      if (component >= 0) arrays[component]![element] = value[0]!;
      else for (let c = 0; c < value.length; c++) arrays[c]![element] = value[c]!;
    },
    print(number, values) {
      const { debug } = machine.world;
      if (debug?.voxel?.join() === machine.coord().join()) debug.print(number, values());
    },
    reduce(scalar, value) {
      const { contributions, combine } = reductions.get(scalar)!;
      contributions[machine.n] = combine(contributions[machine.n]!, value);
    },
  };
}

/**
 * Runs a stencil over the leaves of a world (or the ranks that it names). Active voxels get their new values in
 * `world.outputs`, or keep the old ones where they write nothing; inactive voxels are left alone. Gives the reductions.
 */
export function interpret(stencil: Stencil, world: InterpreterWorld): ReadonlyMap<string, InterpreterReduction> {
  const machine = new Machine(stencil, world);
  const { leaves, masks } = world.same;
  const running = stencil.reductions.map((each) => newRunning(each, leaves.length));
  const scope = compileScopes(machine);
  const effects = newEffects(machine, running);
  const run = compileStatements({ scope, result: new Float64Array(0), effects }, stencil.body);
  const topLength = place(stencil.locals, 0).end;
  const copies = oldCopies(machine);
  const parity = stencil.color === 'black' ? 1 : 0;
  for (const rank of world.ranks ?? Array.from(leaves, (_, at) => at)) {
    const slot = leaves[rank]!;
    machine.enterLeaf(slot);
    for (const { contributions, identity } of running) contributions.fill(identity);
    for (let n = 0; n < LEAF; n++) {
      if (((masks[16 * slot + (n >> 5)]! >>> (n & 31)) & 1) === 0) continue;
      machine.enterVoxel(n);
      for (const { from, to } of copies) to[machine.base + n] = from[machine.base + n]!;
      if (stencil.color && ((machine.x + machine.y + machine.z) & 1) !== parity) continue;
      if (topLength > 0) machine.locals.fill(0, 0, topLength);
      run();
    }
    for (const each of running) each.partials[rank] = reduceLeaf(each);
  }
  return new Map(running.map((each) => [each.reduction.scalar, { partials: each.partials, value: reduceRanks(each) }]));
}
