/** @file From a type as it is written to the type: names of structs, and array lengths that are constants. */

import { scalarOf } from '../ir.ts';
import type { Environment, Span, ValueType } from '../ir.ts';
import type { StencilError } from '../stencil-error.ts';
import { isTypeName } from './keywords.ts';
import type { ExpressionNode, Lengths, StatementNode, StructNode, TypeNode } from './syntax.ts';
import { leafCount, matrixOf } from './types.ts';
import type { StructType, Type } from './types.ts';

/** Vectors and scalars that one variable may consist of. */
const LEAF_LIMIT = 1024;

/** What a type's name and lengths can refer to, and how to fail. */
export interface TypeContext {
  readonly structs: ReadonlyMap<string, StructType>;
  /** The whole number that a name stands for, where it is a constant one. */
  constant(name: string): number | undefined;
  /** What `.length()` of a variable gives, where there are variables. */
  length?(name: string): number | undefined;
  fail(span: Span, problem: string): StencilError;
  readonly environment: Environment;
}

/** Throws where a type is of a kind of number that the device does not have. */
export function checkDevice(context: Pick<TypeContext, 'environment' | 'fail'>, span: Span, type: ValueType): void {
  const scalar = scalarOf(type);
  if (context.environment.missing?.some((one) => one === scalar) !== true) return;
  throw context.fail(span, `this device has no ${scalar} numbers; use float`);
}

/** The value of a constant whole number, of literals, names and their `.length()`; undefined for all else. */
function lengthOf(context: TypeContext, node: ExpressionNode): number | undefined {
  switch (node.kind) {
    case 'number':
      return node.type === 'int' || node.type === 'uint' ? node.value : undefined;
    case 'name':
      return context.constant(node.name);
    case 'call': {
      const [of] = node.args;
      return node.callee === '.length' && of?.kind === 'name' ? context.length?.(of.name) : undefined;
    }
    case 'binary': {
      const [a, b] = [lengthOf(context, node.left), lengthOf(context, node.right)];
      if (a === undefined || b === undefined) return undefined;
      const { operator } = node;
      if (operator === '+') return a + b;
      if (operator === '-') return a - b;
      return operator === '*' ? a * b : operator === '/' && b !== 0 ? Math.trunc(a / b) : undefined;
    }
    default:
      return undefined;
  }
}

/** The type of a type's text. `outer` are lengths behind the name, `given` the length of an initializer for empty brackets. */
export function resolveType(context: TypeContext, node: TypeNode, outer: Lengths = [], given?: number): Type {
  let type: Type = baseType(context, node);
  const lengths = [...outer, ...node.lengths];
  for (const [at, length] of lengths.toReversed().entries()) {
    const last = at === lengths.length - 1;
    type = { kind: 'array', element: type, length: checkedLength(context, node, length, last ? given : undefined) };
  }
  if (leafCount(type) <= LEAF_LIMIT) return type;
  const problem = `this has ${leafCount(type)} vectors and numbers, and a variable at most ${LEAF_LIMIT}; use a field`;
  throw context.fail(node.span, problem);
}

function baseType(context: TypeContext, { name, span }: TypeNode): Type {
  const matrix = matrixOf(name);
  const plain = isTypeName(name) ? name : matrix?.column;
  if (plain !== undefined) checkDevice(context, span, plain);
  if (isTypeName(name)) return name;
  const known = matrix ?? context.structs.get(name);
  if (known !== undefined) return known;
  throw new Error(`Bug in the parser: it took "${name}" for a type`);
}

function checkedLength(
  context: TypeContext,
  { name, span }: TypeNode,
  length: ExpressionNode | null,
  given: number | undefined,
): number {
  if (length === null) {
    if (given !== undefined) return given;
    throw context.fail(span, `the array has no length; write ${name}[4], or start it with ${name}[](…)`);
  }
  const value = lengthOf(context, length);
  if (value === undefined) {
    throw context.fail(
      length.span,
      'the length of an array is a constant whole number; write one, or name a const int',
    );
  }
  if (value >= 1 && value <= LEAF_LIMIT) return value;
  throw context.fail(length.span, `the length of an array is ${value}; give 1 to ${LEAF_LIMIT}`);
}

/** The structs of a program, in order; each knows those before it. */
export function collectStructs(
  statements: readonly StatementNode[],
  context: Omit<TypeContext, 'structs'>,
): ReadonlyMap<string, StructType> {
  const structs = new Map<string, StructType>();
  const own: TypeContext = { ...context, structs };
  for (const node of statements) if (node.kind === 'struct') structs.set(node.name, structOf(own, node));
  return structs;
}

function structOf(context: TypeContext, { name, members }: StructNode): StructType {
  const resolved = members.map((member) => ({ name: member.name, type: resolveType(context, member.type) }));
  return { kind: 'struct', name, members: resolved };
}

/** Constant whole numbers of a program's outermost block that are written as plain numbers: what lengths of parameters may name. */
export function plainConstants(statements: readonly StatementNode[]): ReadonlyMap<string, number> {
  const constants = new Map<string, number>();
  for (const node of statements) {
    if (node.kind !== 'declaration' || !node.constant) continue;
    for (const { name, initializer } of node.declarators) {
      if (initializer?.kind === 'number' && initializer.type !== 'float') constants.set(name, initializer.value);
    }
  }
  return constants;
}
