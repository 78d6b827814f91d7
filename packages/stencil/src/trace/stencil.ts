/**
 * @file Traced stencils: a body of plain TypeScript runs once, on values that write down what is done with them. The same
 * builders, analysis and verifier follow as for the language's text, so both give the same IR.
 */

import { checkOutputs, finish, settleReductions } from '../compile.ts';
import type { CompileOptions } from '../compile.ts';
import { componentFieldOf, componentsOf, isArrayField, readsAlike, valueTypeOf } from '../field-types.ts';
import type { Environment, FieldType, ScalarType, Stencil, StencilSource, ValueType } from '../ir.ts';
import { wantType } from '../language/constructors.ts';
import { checkDeclaration } from '../language/declaration.ts';
import { outputPart } from '../language/field-names.ts';
import { nearestName, quotedList } from '../language/nearest-name.ts';
import { article } from '../language/operators.ts';
import { splitArrays } from '../language/split-arrays.ts';
import { written } from './control.ts';
import { NOWHERE, Trace, withTrace } from './trace.ts';
import type { Handles, Outputs, Results, TraceOptions } from './types.ts';
import { expressionOf, TracedElements, TracedField, TracedValue } from './value.ts';

type Types<T> = Readonly<Record<string, T>>;

/** A stencil whose body is TypeScript: what `stencil(…)` gives, and what `addStencil(name, { body })` takes. */
export interface TracedStencil {
  /** What the body gets and gives, by name. */
  readonly inputs: Types<FieldType>;
  readonly outputs: Types<FieldType>;
  readonly parameters: Types<ValueType>;
  readonly scalars: Types<ScalarType>;
  /** Runs the body, for `compileTraced`. */
  readonly trace: (handles: never, outputs: never) => unknown;
}

/**
 * A stencil of TypeScript. `body` gets a handle for each input, parameter and scalar, and gives each output's new value;
 * it runs when the stencil is compiled, once, and never for each voxel. An output that it writes by hand, through its second
 * argument, it gives as `written`.
 */
export function stencil<
  const I extends Types<FieldType>,
  const O extends Types<FieldType>,
  const P extends Types<ValueType>,
  const S extends Types<ScalarType>,
>(
  options: TraceOptions<I, O, P, S>,
  body: (handles: Handles<I, P, S>, outputs: Outputs<O>) => Results<O>,
): TracedStencil {
  if (typeof body !== 'function') {
    throw new TypeError(
      `Cannot make a traced stencil: its body is of type ${typeof body}; give a function of the fields' handles`,
    );
  }
  const { inputs = {}, outputs = {}, parameters = {}, scalars = {} } = options;
  const twin = findTwin([inputs, parameters, scalars]);
  if (twin !== undefined) {
    throw new TypeError(
      `Cannot make a traced stencil: "${twin}" names two of its inputs, parameters and scalars; rename one`,
    );
  }
  return { inputs, outputs, parameters, scalars, trace: body };
}

function findTwin(lists: readonly Types<unknown>[]): string | undefined {
  const names = lists.flatMap((list) => Object.keys(list));
  return names.find((name, at) => names.indexOf(name) !== at);
}

/** What is said of a traced stencil beside its body; inputs, outputs and parameters are the body's own where they are left out. */
export type TracedSource = Pick<StencilSource, 'name'> & Partial<Omit<StencilSource, 'name' | 'code'>>;

/** Traces a stencil's body and compiles it against what it may name. Throws a `StencilError`. */
export function compileTraced(
  declared: TracedSource,
  body: TracedStencil,
  environment: Environment,
  options: CompileOptions = {},
): Stencil {
  const source: StencilSource = {
    inputs: Object.keys(body.inputs),
    outputs: Object.keys(body.outputs),
    parameters: Object.keys(body.parameters),
    ...declared,
    code: String(body.trace),
  };
  checkDeclaration(source, environment);
  const trace = new Trace(source, environment);
  const { lowering } = trace;
  withTrace(trace, () => {
    const results: unknown = body.trace(handlesOf(trace, body) as never, outputsOf(trace, body) as never);
    writeResults(trace, body, results);
    trace.checkUses();
  });
  const reductions = settleReductions(lowering);
  const finished = trace.finish();
  const { locals, body: statements } = splitArrays({ locals: lowering.frame.locals, body: finished }, 0);
  checkOutputs(lowering, statements);
  const made = new Map(Object.entries(body.outputs).filter(([name]) => outputPart(lowering, NOWHERE, name) === null));
  const program = { locals, body: statements, functions: lowering.built };
  return finish(lowering, { program, made, reductions }, options);
}

/** The handles by name; a name that there is not is an error that lists those that there are. */
function handlesOf(trace: Trace, body: TracedStencil): Types<TracedValue | TracedElements> {
  const handles = new Map<string, TracedValue | TracedElements>();
  for (const [name, type] of Object.entries(body.inputs))
    handles.set(name, isArrayField(type) ? new TracedElements(name, type) : new TracedField(name, type));
  for (const [name, type] of Object.entries(body.parameters)) {
    checkOutside(trace, `parameter "${name}"`, type, trace.lowering.environment.parameters.get(name));
    handles.set(name, new TracedValue({ op: 'parameter', type, name }));
  }
  for (const [name, type] of Object.entries(body.scalars)) {
    checkOutside(trace, `scalar "${name}"`, type, trace.lowering.environment.scalars.get(name));
    handles.set(name, new TracedValue({ op: 'scalar', type, name }));
  }
  return new Proxy<Record<string, TracedValue | TracedElements>>(Object.fromEntries(handles), {
    get: (_, name) => {
      if (typeof name === 'symbol') return undefined;
      const handle = handles.get(name);
      if (handle !== undefined) return handle;
      const nearest = nearestName(name, handles.keys());
      const advice =
        nearest === undefined ? `its handles are ${quotedList([...handles.keys()])}` : `did you mean "${nearest}"?`;
      throw trace.fail(`the body asks for "${name}", which is no input, parameter or scalar of the stencil; ${advice}`);
    },
  });
}

/** The outputs that a body may write itself. */
function outputsOf(trace: Trace, body: TracedStencil): Types<{ write(value: unknown): void }> {
  const handles = Object.entries(body.outputs).map(([name, storage]) => [
    name,
    { write: (value: unknown) => writeOutput(trace, name, storage, value) },
  ]);
  return Object.fromEntries(handles) as Types<{ write(value: unknown): void }>;
}

function checkOutside(trace: Trace, what: string, type: string, found: string | undefined): void {
  if (found === undefined) throw trace.fail(`there is no ${what} in the simulation; add it first`);
  if (found === type) return;
  throw trace.fail(
    `the ${what} is ${article(type)} in the stencil, and ${article(found)} in the simulation; write '${found}'`,
  );
}

/** Writes what the body gave, in the order of the outputs. */
function writeResults(trace: Trace, body: TracedStencil, results: unknown): void {
  const outputs = Object.keys(body.outputs);
  if (results !== undefined && (typeof results !== 'object' || results === null || results instanceof TracedValue)) {
    throw trace.fail(`the body gives no object; give the outputs by name, as in { ${outputs[0] ?? 'u'}: value }`);
  }
  const given = (results ?? {}) as Types<unknown>;
  const extra = Object.keys(given).find((name) => !outputs.includes(name));
  if (extra !== undefined) {
    const nearest = nearestName(extra, outputs);
    const advice = nearest === undefined ? 'add it to outputs' : `did you mean "${nearest}"?`;
    throw trace.fail(`the body gives "${extra}", which is no output; ${advice}`);
  }
  for (const [name, storage] of Object.entries(body.outputs)) {
    if (given[name] === written) continue;
    if (given[name] === undefined) throw trace.fail(`the body does not give the output "${name}"; give its new value`);
    writeOutput(trace, name, storage, given[name]);
  }
}

function writeOutput(trace: Trace, name: string, storage: FieldType, given: unknown): void {
  const { lowering } = trace;
  const part = outputPart(lowering, NOWHERE, name);
  const found = part === null ? storage : part.component < 0 ? part.storage : componentFieldOf(part.storage);
  if (!readsAlike(found, storage)) {
    const problem = `the output "${name}" is ${article(storage)} in the stencil, and ${article(found)} in the simulation`;
    throw trace.fail(`${problem}; write ${name}: '${found}'`);
  }
  const type = valueTypeOf(storage);
  const values = isArrayField(storage) ? elementsOf(trace, name, storage, given) : [given];
  lowering.written.add(name);
  for (const [at, one] of values.entries()) {
    const value = expressionOf(trace, one, type);
    const ready = wantType(lowering, NOWHERE, `the output "${name}"`, { value, type });
    const component = isArrayField(storage) ? at : (part?.component ?? -1);
    lowering.emit({ op: 'write', field: part?.field ?? name, component, value: ready });
  }
}

/** The new values of the elements of an array. */
function elementsOf(trace: Trace, name: string, storage: FieldType, given: unknown): readonly unknown[] {
  const count = componentsOf(storage);
  if (Array.isArray(given) && given.length === count) return given;
  const what = Array.isArray(given) ? `${given.length} values` : 'no list';
  throw trace.fail(`the output "${name}" takes a list of ${count} values, and gets ${what}; give one for each element`);
}
