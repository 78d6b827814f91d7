/** @file Definitions of functions: collecting them, and lowering each body once, when it is first called. */

import { filled } from './build.ts';
import type { Span } from '../ir.ts';
import { isAccessor } from './accessors.ts';
import { isGlslFunction } from './glsl-functions.ts';
import { Scope, newFrame } from './lowering.ts';
import type { Frame, Lowering, UserFunction } from './lowering.ts';
import { lowerBlock } from './statements.ts';
import type { FunctionNode, StatementNode } from './syntax.ts';
import { errorAt } from '../stencil-error.ts';
import type { SourceText } from '../stencil-error.ts';

/** The functions that a program defines; overloads differ in the types of their parameters. */
export function collectFunctions(source: SourceText, statements: readonly StatementNode[]): readonly UserFunction[] {
  const functions: UserFunction[] = [];
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
    functions.push({ node, signature, state: 'waiting', index: -1 });
  }
  for (const node of promised) {
    const signature = signatureOf(node);
    if (functions.some((one) => one.signature === signature)) continue;
    throw errorAt(source, node.nameSpan, `the function ${signature} is declared and never defined; write its body`);
  }
  return functions;
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

/** Lowers a function's body; those that it calls are lowered before. */
export function lowerFunction(lowering: Lowering, one: UserFunction): void {
  const { node } = one;
  one.state = 'under way';
  const outer = lowering.frame;
  const frame = newFrame(node.name, node.returns, { main: false, scope: new Scope(lowering.top) });
  lowering.frame = frame;
  declareParameters(lowering, node, frame);
  const ends = lowerBlock(lowering, node.body!);
  if (node.returns !== 'void' && !ends) {
    const problem = `the function "${node.name}" can end without a value; return ${node.returns === 'bool' ? 'a' : /^[iu]/.test(node.returns) ? 'an' : 'a'} ${node.returns} on every path`;
    throw lowering.fail(node.endSpan, problem);
  }
  lowering.frame = outer;
  one.index = lowering.built.length;
  one.state = 'built';
  lowering.built.push({
    name: node.name,
    returns: node.returns,
    parameters: node.parameters.map(({ mode, type }) => ({ mode, type })),
    locals: frame.locals,
    body: frame.block,
  });
}

function declareParameters(lowering: Lowering, node: FunctionNode, frame: Frame): void {
  for (const { name, type, mode, constant, span } of node.parameters) {
    const index = lowering.newLocal(name ?? 'unnamed', type);
    if (mode === 'out') lowering.emit({ op: 'assign', local: index, value: filled(type, 0) });
    if (name === null) continue;
    if (frame.scope.names.has(name)) {
      throw lowering.fail(span, `the function "${node.name}" has two parameters "${name}"; rename one`);
    }
    const fixed = constant ? 'is const and cannot be assigned; remove the const' : null;
    frame.scope.names.set(name, { kind: 'local', local: index, type, fixed, frame, span });
  }
}
