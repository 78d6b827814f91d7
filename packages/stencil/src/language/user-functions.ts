/** @file Definitions of functions: collecting them, and lowering each body once, when it is first called. */

import { scalarOf } from '../ir.ts';
import type { Span, Statement, StencilFunction } from '../ir.ts';
import { errorAt } from '../stencil-error.ts';
import type { SourceText } from '../stencil-error.ts';
import { isAccessor } from './accessors.ts';
import { constant as constantOf } from './build.ts';
import { callsOf } from './calls.ts';
import { isGlslFunction } from './glsl-functions.ts';
import { isLibraryFunction } from './library.ts';
import { Scope, newFrame } from './lowering.ts';
import type { AffineComponent, Lowering, UserFunction, UserParameter } from './lowering.ts';
import { isMatrixFunction } from './matrices.ts';
import { article } from './operators.ts';
import { resolveType } from './resolve-type.ts';
import type { TypeContext } from './resolve-type.ts';
import { splitArrays } from './split-arrays.ts';
import { lowerBlock } from './statements.ts';
import { allocate, clearStorage, leafStorages } from './storage.ts';
import type { FunctionNode, StatementNode } from './syntax.ts';
import { isAggregate, typeName } from './types.ts';
import type { AggregateType } from './types.ts';

/** The functions that a program defines; overloads differ in the types of their parameters. */
export function collectFunctions(
  source: SourceText,
  statements: readonly StatementNode[],
  types: TypeContext,
): readonly UserFunction[] {
  const functions: UserFunction[] = [];
  const readers = readingFunctions(statements);
  const promised: FunctionNode[] = [];
  for (const node of statements) {
    if (node.kind !== 'function') continue;
    if (node.body === null) {
      promised.push(node);
      continue;
    }
    const parameters = parametersOf(node, types);
    const signature = signatureOf(node.name, parameters);
    const twin = functions.find((one) => one.signature === signature);
    if (twin !== undefined)
      throw errorAt(source, node.nameSpan, `the function ${signature} is defined twice; remove one`);
    checkModes(source, node, parameters, functions);
    const returns = node.returns === null ? 'void' : resolveType(types, node.returns);
    functions.push({
      node,
      parameters,
      returns,
      signature,
      reads: readers.has(node.name),
      underWay: false,
      variants: new Map(),
    });
  }
  for (const node of promised) {
    const signature = signatureOf(node.name, parametersOf(node, types));
    if (functions.some((one) => one.signature === signature)) continue;
    throw errorAt(source, node.nameSpan, `the function ${signature} is declared and never defined; write its body`);
  }
  return functions;
}

/** Names of the functions that read fields at a coordinate, by themselves or through others. */
function readingFunctions(statements: readonly StatementNode[]): ReadonlySet<string> {
  const callers = new Map<string, Set<string>>();
  for (const node of statements) {
    if (node.kind !== 'function' || node.body === null) continue;
    for (const callee of callsOf(node)) callers.set(callee, (callers.get(callee) ?? new Set()).add(node.name));
  }
  const readers = new Set(callers.get('ReadField'));
  for (const reader of readers) for (const caller of callers.get(reader) ?? []) readers.add(caller);
  return readers;
}

/** A function's name and parameter types. */
function signatureOf(name: string, parameters: readonly UserParameter[]): string {
  const written = parameters.map(({ mode, type }) => (mode === 'in' ? typeName(type) : `${mode} ${typeName(type)}`));
  return `${name}(${written.join(', ')})`;
}

function parametersOf(node: FunctionNode, types: TypeContext): readonly UserParameter[] {
  return node.parameters.map((one) => ({ ...one, type: resolveType(types, one.type) }));
}

/** Throws where a user's function bears a name that is taken. */
export function checkFunctionName(source: SourceText, { name, nameSpan }: FunctionNode): void {
  if (name === 'main') {
    const problem = 'a stencil has no main; write its statements by themselves, outside of functions';
    throw errorAt(source, nameSpan, problem);
  }
  if (isAccessor(name) || isGlslFunction(name) || isMatrixFunction(name) || isLibraryFunction(name)) {
    throw errorAt(source, nameSpan, `"${name}" is a built-in function; choose another name`);
  }
}

/** A call is read before its overload is known, so overloads of one length agree on what is written. */
function checkModes(
  source: SourceText,
  node: FunctionNode,
  parameters: readonly UserParameter[],
  functions: readonly UserFunction[],
): void {
  for (const other of functions) {
    if (other.node.name !== node.name || other.node.parameters.length !== node.parameters.length) continue;
    const at = node.parameters.findIndex(({ mode }, i) => mode !== other.node.parameters[i]!.mode);
    if (at < 0) continue;
    const span: Span = node.parameters[at]!.span;
    const problem = `the overloads ${other.signature} and ${signatureOf(node.name, parameters)} differ in in, out or inout; choose another name`;
    throw errorAt(source, span, problem);
  }
}

/** What is known of an argument: its components are affine in `coord`. */
export type KnownArgument = readonly AffineComponent[] | null;

/** Lowers a function's body, after those that it calls, and gives its number. */
export function lowerFunction(lowering: Lowering, one: UserFunction, known: readonly KnownArgument[]): number {
  const { node } = one;
  const outer = lowering.frame;
  const { returns } = one;
  const frame = newFrame(node.name, returns, { main: false, scope: new Scope(lowering.top) });
  one.underWay = true;
  lowering.frame = frame;
  const parameters = declareParameters(lowering, one, known);
  if (isAggregate(returns)) parameters.push(...returnStorage(lowering, returns));
  const ends = lowerBlock(lowering, node.body!);
  if (returns !== 'void' && !ends) {
    const problem = `the function "${node.name}" can end without a value; return ${article(typeName(returns))} on every path`;
    throw lowering.fail(node.endSpan, problem);
  }
  lowering.frame = outer;
  one.underWay = false;
  const statements = [...frame.entry, ...frame.block];
  const { locals, body } = splitArrays({ locals: frame.locals, body: statements }, parameters.length);
  const built = {
    name: node.name,
    returns: isAggregate(returns) ? ('void' as const) : returns,
    parameters,
    locals,
    body,
  };
  return lowering.built.push(built) - 1;
}

/** The IR's parameters for the value that a function returns as an aggregate: one `out` for each of its locals. */
function returnStorage(lowering: Lowering, type: AggregateType): readonly IrParameter[] {
  const storage = allocate(lowering, 'returned', type);
  lowering.frame.returned = storage;
  for (const statement of clearStorage(storage)) lowering.emit(statement);
  return leafStorages(storage).map((leaf) => ({ mode: 'out', type: leaf.type }));
}

type IrParameter = StencilFunction['parameters'][number];

function declareParameters(lowering: Lowering, one: UserFunction, known: readonly KnownArgument[]): IrParameter[] {
  const { frame } = lowering;
  const made: IrParameter[] = [];
  const cleared: Statement[] = [];
  for (const [i, { name, type, mode, constant, span }] of one.parameters.entries()) {
    const storage = allocate(lowering, name ?? 'unnamed', type);
    for (const leaf of leafStorages(storage)) {
      made.push({ mode: mode === 'in' && leaf.lengths.length > 0 ? 'inout' : mode, type: leaf.type });
    }
    if (mode === 'out') cleared.push(...clearStorage(storage));
    if (name === null) continue;
    if (frame.scope.names.has(name)) {
      throw lowering.fail(span, `the function "${one.node.name}" has two parameters "${name}"; rename one`);
    }
    const assigned = lowering.assigned.has(name) || isAggregate(type) || scalarOf(type) !== 'int';
    const argument = assigned ? null : (known[i] ?? null);
    if (argument !== null && storage.kind === 'leaf') frame.affine.set(storage.local, argument);
    if (argument?.every(({ axis }) => axis === null) === true && !isAggregate(type)) {
      const value = constantOf(
        type,
        argument.map((component) => component.constant),
      );
      frame.scope.names.set(name, { kind: 'constant', value, span });
    } else {
      const fixed = constant ? 'is const and cannot be assigned; remove the const' : null;
      frame.scope.names.set(name, { kind: 'local', type, storage, fixed, frame, span });
    }
  }
  for (const statement of cleared) lowering.emit(statement);
  return made;
}
