/** @file Definitions of functions: collecting them, and lowering each body once, when it is first called. */

import { constant as constantOf, filled } from './build.ts';
import { scalarOf } from '../ir.ts';
import type { Span } from '../ir.ts';
import { isAccessor } from './accessors.ts';
import { isGlslFunction } from './glsl-functions.ts';
import { Scope, newFrame } from './lowering.ts';
import type { AffineComponent, Lowering, UserFunction } from './lowering.ts';
import { article } from './operators.ts';
import { callsOf } from './calls.ts';
import { lowerBlock } from './statements.ts';
import type { FunctionNode, StatementNode } from './syntax.ts';
import { errorAt } from '../stencil-error.ts';
import type { SourceText } from '../stencil-error.ts';

/** The functions that a program defines; overloads differ in the types of their parameters. */
export function collectFunctions(source: SourceText, statements: readonly StatementNode[]): readonly UserFunction[] {
  const functions: UserFunction[] = [];
  const readers = readingFunctions(statements);
  const promised: FunctionNode[] = [];
  for (const node of statements) {
    if (node.kind !== 'function') continue;
    checkName(source, node);
    if (node.body === null) {
      promised.push(node);
      continue;
    }
    const signature = signatureOf(node);
    const twin = functions.find((one) => one.node.name === node.name && signatureOf(one.node) === signature);
    if (twin !== undefined)
      throw errorAt(source, node.nameSpan, `the function ${signature} is defined twice; remove one`);
    checkModes(source, node, functions);
    functions.push({ node, signature, reads: readers.has(node.name), underWay: false, variants: new Map() });
  }
  for (const node of promised) {
    const signature = signatureOf(node);
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
function signatureOf(node: FunctionNode): string {
  return `${node.name}(${node.parameters.map(({ mode, type }) => (mode === 'in' ? type : `${mode} ${type}`)).join(', ')})`;
}

function checkName(source: SourceText, { name, nameSpan }: FunctionNode): void {
  if (name === 'main') {
    const problem = 'a stencil has no main; write its statements by themselves, outside of functions';
    throw errorAt(source, nameSpan, problem);
  }
  if (isAccessor(name) || isGlslFunction(name)) {
    throw errorAt(source, nameSpan, `"${name}" is a built-in function; choose another name`);
  }
}

/** A call is read before its overload is known, so overloads of one length agree on what is written. */
function checkModes(source: SourceText, node: FunctionNode, functions: readonly UserFunction[]): void {
  for (const other of functions) {
    if (other.node.name !== node.name || other.node.parameters.length !== node.parameters.length) continue;
    const at = node.parameters.findIndex(({ mode }, i) => mode !== other.node.parameters[i]!.mode);
    if (at < 0) continue;
    const span: Span = node.parameters[at]!.span;
    const problem = `the overloads ${other.signature} and ${signatureOf(node)} differ in in, out or inout; choose another name`;
    throw errorAt(source, span, problem);
  }
}

/** What is known of an argument: its components are affine in `coord`. */
export type KnownArgument = readonly AffineComponent[] | null;

/** Lowers a function's body, after those that it calls, and gives its number. */
export function lowerFunction(lowering: Lowering, one: UserFunction, known: readonly KnownArgument[]): number {
  const { node } = one;
  const outer = lowering.frame;
  const frame = newFrame(node.name, node.returns, { main: false, scope: new Scope(lowering.top) });
  one.underWay = true;
  lowering.frame = frame;
  declareParameters(lowering, node, known);
  const ends = lowerBlock(lowering, node.body!);
  if (node.returns !== 'void' && !ends) {
    const problem = `the function "${node.name}" can end without a value; return ${article(node.returns)} on every path`;
    throw lowering.fail(node.endSpan, problem);
  }
  lowering.frame = outer;
  one.underWay = false;
  return (
    lowering.built.push({
      name: node.name,
      returns: node.returns,
      parameters: node.parameters.map(({ mode, type }) => ({ mode, type })),
      locals: frame.locals,
      body: frame.block,
    }) - 1
  );
}

function declareParameters(lowering: Lowering, node: FunctionNode, known: readonly KnownArgument[]): void {
  const { frame } = lowering;
  for (const [i, { name, type, mode, constant, span }] of node.parameters.entries()) {
    const index = lowering.newLocal(name ?? 'unnamed', type);
    if (mode === 'out') lowering.emit({ op: 'assign', local: index, value: filled(type, 0) });
    if (name === null) continue;
    if (frame.scope.names.has(name)) {
      throw lowering.fail(span, `the function "${node.name}" has two parameters "${name}"; rename one`);
    }
    const argument = lowering.assigned.has(name) || scalarOf(type) !== 'int' ? null : (known[i] ?? null);
    if (argument !== null) frame.affine.set(index, argument);
    if (argument?.every(({ axis }) => axis === null) === true) {
      const value = constantOf(
        type,
        argument.map((component) => component.constant),
      );
      frame.scope.names.set(name, { kind: 'constant', value, span });
    } else {
      const fixed = constant ? 'is const and cannot be assigned; remove the const' : null;
      frame.scope.names.set(name, { kind: 'local', local: index, type, fixed, frame, span });
    }
  }
}
