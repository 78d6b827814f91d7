/** @file Statements: declarations, conditions, jumps. Each lowering says whether it ends the path, so dead code is dropped. */

import { sizeOf } from '../ir.ts';
import type { Expression, Span, ValueType } from '../ir.ts';
import { lineOf } from '../stencil-error.ts';
import { hasOutput } from '../optimize/program.ts';
import { isAccessor, isEffect, lowerEffect } from './accessors.ts';
import { affineOf } from './affine.ts';
import { wantValue } from './aggregates.ts';
import { filled } from './build.ts';
import { lowerList } from './lists.ts';
import { lowerAny, lowerCondition, lowerExpression, lowerValue } from './expressions.ts';
import type { Lowering } from './lowering.ts';
import { lowerLoop } from './loops.ts';
import { article } from './operators.ts';
import { resolveType } from './resolve-type.ts';
import { lowerContinue, lowerSwitch } from './switches.ts';
import { allocate, clearStorage, refTo, writeRef } from './storage.ts';
import type { Storage } from './storage.ts';
import type { DeclarationNode, Declarator, ExpressionNode, StatementNode } from './syntax.ts';
import { isAggregate, partTypes, typeName } from './types.ts';
import type { AggregateType } from './types.ts';
import { leavesOf } from './values.ts';
import type { Value } from './values.ts';

/** Statements in order. Gives whether control never reaches their end; what stands behind that point is checked and dropped. */
export function lowerBlock(lowering: Lowering, statements: readonly StatementNode[]): boolean {
  let ended = false;
  for (const node of statements) {
    if (ended) lowering.capture(() => lowerStatement(lowering, node));
    else ended = lowerStatement(lowering, node);
  }
  return ended;
}

/** One statement. Gives whether control never passes it. */
export function lowerStatement(lowering: Lowering, node: StatementNode): boolean {
  return lowering.nested(node.span, () => lowerOne(lowering, node));
}

function lowerOne(lowering: Lowering, node: StatementNode): boolean {
  switch (node.kind) {
    case 'declaration':
      for (const declarator of node.declarators) lowerDeclarator(lowering, node, declarator);
      return false;
    case 'expression':
      lowerForEffect(lowering, node.expression);
      return false;
    case 'if':
      return lowerIf(lowering, node);
    case 'for':
    case 'while':
    case 'do':
      return lowerLoop(lowering, node, lowerStatement);
    case 'switch':
      return lowerSwitch(lowering, node, lowerStatement);
    case 'break':
      if (lowering.frame.loops === 0 && lowering.frame.switches === null) {
        throw lowering.fail(node.span, 'break stands outside of any loop; remove it, or use return');
      }
      lowering.emit({ op: 'break' });
      return true;
    case 'continue':
      if (lowering.frame.loops === 0) {
        throw lowering.fail(node.span, 'continue stands outside of any loop; remove it, or use return');
      }
      lowerContinue(lowering);
      return true;
    case 'return':
      lowerReturn(lowering, node);
      return true;
    case 'block':
      return lowering.scoped(() => lowerBlock(lowering, node.body));
    default:
      return false;
  }
}

/** An expression whose value nobody uses. */
function lowerForEffect(lowering: Lowering, node: ExpressionNode): void {
  if (node.kind === 'sequence') {
    for (const item of node.items) lowerForEffect(lowering, item);
    return;
  }
  if (node.kind === 'call' && isAccessor(node.callee) && isEffect(node.callee)) {
    lowerEffect(lowering, node, (arg) => lowerExpression(lowering, arg));
  } else {
    lowerAny(lowering, node.kind === 'update' ? { ...node, prefix: true } : node);
  }
}

function lowerDeclarator(lowering: Lowering, node: DeclarationNode, declarator: Declarator): void {
  const { name, span, initializer, lengths } = declarator;
  const { constant } = node;
  if (initializer?.kind === 'list') {
    const type = resolveType(lowering.types, node.type, lengths, initializer.items.length);
    const value = lowerList(lowering, initializer, type);
    checkNew(lowering, name, span);
    if (isAggregate(type)) declareAggregate(lowering, { name, span, constant }, type, value);
    else declare(lowering, { name, span, constant }, value as Expression);
    return;
  }
  const given = initializer === null ? null : lowerValue(lowering, initializer);
  const count = given !== null && isAggregate(given.type) ? partTypes(given.type).length : undefined;
  const type = resolveType(lowering.types, node.type, lengths, count);
  const value = given && wantValue(lowering, initializer!.span, `"${name}"`, { value: given, type });
  checkNew(lowering, name, span);
  if (isAggregate(type)) declareAggregate(lowering, { name, span, constant }, type, value);
  else declare(lowering, { name, span, constant }, (value as Expression | null) ?? filled(type, 0));
}

function checkNew(lowering: Lowering, name: string, span: Span): void {
  const earlier = lowering.frame.scope.names.get(name);
  if (earlier !== undefined) {
    const line = lineOf(lowering.text, earlier.span);
    throw lowering.fail(span, `"${name}" is declared already, in line ${line}; rename one, or assign without the type`);
  }
  if (name === 'coord' || name === 'idx') {
    throw lowering.fail(span, `"${name}" is the voxel's own place; choose another name`);
  }
}

type Named = Pick<Declarator, 'name' | 'span'> & { readonly constant: boolean };

const fixedBy = (constant: boolean): string | null =>
  constant ? 'is const and cannot be assigned; remove the const' : null;

/** Makes the name of an array, a matrix or a struct. */
function declareAggregate(lowering: Lowering, named: Named, type: AggregateType, value: Value | null): void {
  const { name, span, constant } = named;
  const { frame } = lowering;
  const settled = constant || !lowering.assigned.has(name);
  if (settled && value?.op === 'aggregate' && leavesOf(value).every(({ op }) => op === 'constant')) {
    frame.scope.names.set(name, { kind: 'table', value, span });
    return;
  }
  const storage = allocate(lowering, name, type);
  if (value === null) for (const statement of clearStorage(storage)) lowering.emit(statement);
  else writeRef(lowering, refTo(type, storage), value);
  frame.scope.names.set(name, { kind: 'local', type, storage, fixed: fixedBy(constant), frame, span });
}

/** Makes a name. One that is never assigned and has a constant value needs no local. */
function declare(lowering: Lowering, { name, span, constant }: Named, value: Expression): void {
  const { frame } = lowering;
  const settled = constant || !lowering.assigned.has(name);
  if (settled && value.op === 'constant') {
    frame.scope.names.set(name, { kind: 'constant', value, span });
    return;
  }
  const type = value.type as ValueType;
  const index = lowering.newLocal(name, type);
  lowering.emit({ op: 'assign', local: index, value });
  const affine = settled ? affineOf(value, frame.affine) : undefined;
  if (affine !== undefined && affine.length === sizeOf(type)) frame.affine.set(index, affine);
  const storage: Storage = { kind: 'leaf', local: index, type, lengths: [] };
  frame.scope.names.set(name, { kind: 'local', type, storage, fixed: fixedBy(constant), frame, span });
}

function lowerIf(lowering: Lowering, node: StatementNode & { readonly kind: 'if' }): boolean {
  const condition = lowerCondition(lowering, node.condition, 'if');
  const then = lowering.capture(() => lowering.scoped(() => lowerStatement(lowering, node.then)));
  const otherwise = lowering.capture(() =>
    node.else === null ? false : lowering.scoped(() => lowerStatement(lowering, node.else!)),
  );
  if (condition.op === 'constant') {
    const [taken, dropped] = condition.value[0] === 1 ? [then, otherwise] : [otherwise, then];
    if (!hasOutput(dropped.statements)) {
      lowering.frame.block.push(...taken.statements);
      return taken.result;
    }
  }
  lowering.emit({ op: 'if', condition, then: then.statements, else: otherwise.statements });
  return then.result && otherwise.result;
}

function lowerReturn(lowering: Lowering, node: StatementNode & { readonly kind: 'return' }): void {
  const { returns, returned, main, name } = lowering.frame;
  if (node.value === null) {
    if (returns !== 'void') {
      const type = typeName(returns);
      throw lowering.fail(node.span, `the function "${name}" returns ${article(type)}; write return and a value`);
    }
    lowering.emit({ op: 'return' });
    return;
  }
  if (main) {
    throw lowering.fail(node.value.span, 'the main code returns no value; write it with WriteField');
  }
  if (returns === 'void') {
    throw lowering.fail(node.value.span, `the function "${name}" is void; return nothing, or give it a type`);
  }
  const given = lowerValue(lowering, node.value);
  const value = wantValue(lowering, node.value.span, `the value of "${name}"`, { value: given, type: returns });
  if (returned === null) lowering.emit({ op: 'return', value: value as Expression });
  else {
    writeRef(lowering, refTo(returns, returned), value);
    lowering.emit({ op: 'return' });
  }
}
