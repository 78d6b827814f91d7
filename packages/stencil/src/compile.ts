/**
 * @file From a stencil's text to checked IR: parse, lower (types, constants, taps), settle the types of what nobody
 * declared, analyze, verify.
 */

import { analyze } from './analyze.ts';
import { fieldTypeOf } from './field-types.ts';
import { scalarOf } from './ir.ts';
import type {
  Environment,
  FieldType,
  Reduction,
  ScalarType,
  Span,
  Statement,
  Stencil,
  StencilSource,
  ValueType,
} from './ir.ts';
import { assignedNames } from './language/assigned-names.ts';
import { wantType } from './language/constructors.ts';
import { commonType, converted } from './language/conversions.ts';
import { checkDeclaration } from './language/declaration.ts';
import { resolveField } from './language/field-names.ts';
import { lowerBlock } from './language/statements.ts';
import { Lowering } from './language/lowering.ts';
import { quotedList } from './language/nearest-name.ts';
import { article } from './language/operators.ts';
import { libraryOf } from './language/library.ts';
import { parseProgram } from './language/parse-statement.ts';
import { collectStructs, plainConstants } from './language/resolve-type.ts';
import { splitArrays } from './language/split-arrays.ts';
import { checkFunctionName, collectFunctions, lowerFunction } from './language/user-functions.ts';
import { StencilError, errorAt } from './stencil-error.ts';
import { optimize } from './optimize/optimize.ts';
import type { Program } from './optimize/program.ts';
import { verifyStencil } from './verify.ts';
import { visitStatements } from './walk.ts';

/** How a stencil is compiled. */
export interface CompileOptions {
  /** Whether the passes of `optimize/` run; a stencil with `debug` is spared them always. Default: true. */
  readonly optimize?: boolean;
}

/**
 * Compiles a stencil against what it may name. Throws a `StencilError` that points into the user's text, or with line 0
 * where the declaration itself is wrong.
 */
export function compileStencil(
  stencil: StencilSource,
  environment: Environment,
  options: CompileOptions = {},
): Stencil {
  checkDeclaration(stencil, environment);
  const text = { name: stencil.name, text: stencil.code, file: stencil.file };
  const own = parseProgram(text);
  for (const node of own) if (node.kind === 'function') checkFunctionName(text, node);
  const nodes = [...libraryOf(own, environment.missing), ...own];
  const fail = (span: Span, problem: string): StencilError => errorAt(text, span, problem);
  const constants = plainConstants(nodes);
  const types = { constant: (name: string) => constants.get(name), fail, environment };
  const structs = collectStructs(nodes, types);
  const functions = collectFunctions(text, nodes, { ...types, structs });
  const assigned = assignedNames(
    nodes,
    functions.map(({ node }) => node),
  );
  const lowering = new Lowering(text, { stencil, environment }, { functions, assigned, structs });
  lowerBlock(lowering, own);
  const made = settleWrites(lowering);
  const reductions = settleReductions(lowering);
  const { entry, block } = lowering.frame;
  const { locals, body } = splitArrays({ locals: lowering.frame.locals, body: [...entry, ...block] }, 0);
  const reached = lowering.built.length;
  for (const one of functions) {
    if (one.variants.size === 0 && own.includes(one.node)) lowerFunction(lowering, one, []);
  }
  checkOutputs(lowering, body);
  const program = { locals, body, functions: lowering.built.slice(0, reached) };
  return finish(lowering, { program, made, reductions }, options);
}

/** What lowering leaves, before the passes. */
interface Lowered {
  readonly program: Program;
  /** Storage types of outputs that nobody declared. */
  readonly made: ReadonlyMap<string, FieldType>;
  readonly reductions: readonly Reduction[];
}

/** Optimizes, analyzes and verifies what the front end, or the tracer, gives. */
export function finish(lowering: Lowering, { program, ...rest }: Lowered, options: CompileOptions): Stencil {
  const { stencil, environment, prints } = lowering;
  const plain = options.optimize === false || stencil.debug === true;
  const better = plain ? program : optimize(program, stencil.neighborRadius);
  const compiled = analyze({ stencil, environment, prints, ...rest, ...better });
  verifyStencil(compiled);
  return compiled;
}

/** Gives each output that nobody declared the type that suits all of its writes, and converts them to it. */
function settleWrites(lowering: Lowering): ReadonlyMap<string, FieldType> {
  const types = new Map<string, ValueType>();
  for (const { field, span, statement } of lowering.writes) {
    const type = statement.value.type as ValueType;
    const earlier = types.get(field);
    const common = earlier === undefined ? type : commonType(earlier, type);
    if (common === undefined) {
      const problem = `the output "${field}" is written as ${article(earlier!)} before, and here as ${article(type)}; write one type`;
      throw lowering.fail(span, problem);
    }
    types.set(field, common);
  }
  for (const { field, statement } of lowering.writes) {
    statement.value = converted(statement.value, types.get(field)!);
  }
  return new Map([...types].map(([field, type]) => [field, fieldTypeOf(type)]));
}

/** Holds reductions against the types of their scalars; a scalar that nobody declared takes the values' type. */
export function settleReductions(lowering: Lowering): readonly Reduction[] {
  const { scalars } = lowering.environment;
  const settled = new Map<string, Reduction>();
  for (const { scalar, kind, span, statement } of lowering.reductions) {
    const given = statement.value.type as ScalarType;
    const declared = scalars.get(scalar);
    if (declared === undefined) {
      const earlier = settled.get(scalar)?.type ?? given;
      const type = scalarOf(commonType(earlier, given)!);
      settled.set(scalar, { scalar, kind, type, undeclared: true });
      continue;
    }
    wantType(lowering, span, `the scalar "${scalar}"`, { value: statement.value, type: declared });
    settled.set(scalar, { scalar, kind, type: declared, undeclared: false });
  }
  for (const { scalar, statement } of lowering.reductions) {
    statement.value = converted(statement.value, settled.get(scalar)!.type);
  }
  return [...settled.values()];
}

/** Every output must be written somewhere where control can come. */
export function checkOutputs({ stencil, environment, written }: Lowering, body: readonly Statement[]): void {
  const reached = new Set<string>();
  visitStatements(body, (node) => {
    if (node.op === 'write') reached.add(node.field);
  });
  const idle = stencil.outputs.filter((output) => {
    const field = resolveField(environment.fields, output)?.field ?? output;
    return !written.has(output) || !reached.has(field);
  });
  if (idle.length === 0) return;
  const what = `the output${idle.length === 1 ? '' : 's'} ${quotedList(idle)} ${idle.length === 1 ? 'is' : 'are'} never written`;
  const would = idle.every((output) => written.has(output))
    ? `, since control never comes to WriteField("${idle[0]}", …); move it before the return, or out of the condition`
    : `; add WriteField("${idle[0]}", idx, value), or remove it from outputs`;
  throw new StencilError(stencil.name, what + would);
}
