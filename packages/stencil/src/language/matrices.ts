/**
 * @file Matrices, as columns of vectors: GLSL 4.60 §5.9 (operators) and §8.6 (functions), each said in + − × ÷ on vectors in a
 * fixed order, so that shader and interpreter agree in every bit. M·v is ((c₀x + c₁y) + c₂z); determinant and inverse are by
 * cofactors along the first row.
 */

import { scalarOf, sizeOf } from '../ir.ts';
import type { BinaryOperator, Expression, ScalarType, Span, ValueType } from '../ir.ts';
import { binary, call, construct, convert, filled, splat, swizzle, unary } from './build.ts';
import { becomes, commonScalar } from './conversions.ts';
import type { Lowering } from './lowering.ts';
import { article } from './operators.ts';
import { isAggregate, matrixOf, rowsOf, typeName } from './types.ts';
import type { MatrixType } from './types.ts';
import { aggregate, compareValues, keepLeaf, leavesOf, mapLeaves } from './values.ts';
import type { Aggregate, Value } from './values.ts';

type Matrix = Aggregate & { readonly type: MatrixType };

function isMatrix(value: Value): value is Matrix {
  return value.op === 'aggregate' && value.type.kind === 'matrix';
}

/** The matrix type of so many columns and rows. */
function matrixType(scalar: ScalarType, columns: number, rows: number): MatrixType {
  const prefix = { float: '', double: 'd', float16_t: 'f16' }[scalar as 'float'];
  return matrixOf(`${prefix}mat${columns}x${rows}`)!;
}

function scalarOfMatrix({ type }: Matrix): ScalarType {
  return scalarOf(type.column);
}

function columnsOf(value: Matrix): readonly Expression[] {
  return leavesOf(value);
}

function matrix(columns: readonly Expression[]): Matrix {
  const column = columns[0]!.type as ValueType;
  return aggregate({ kind: 'matrix', columns: columns.length, column }, columns) as Matrix;
}

/** Every column in a local, for columns that are used several times. */
function kept(lowering: Lowering, value: Matrix): Matrix {
  return mapLeaves(value, (leaf) => keepLeaf(lowering, leaf)) as Matrix;
}

function convertedMatrix(value: Matrix, scalar: ScalarType): Matrix {
  return matrix(columnsOf(value).map((column) => convert(scalar, column)));
}

const part = (vector: Expression, at: number): Expression => swizzle(vector, [at]);
const sumOf = (terms: readonly Expression[]): Expression => terms.reduce((sum, term) => binary('+', sum, term));

/** M·v: each column times the vector's component, added in order. */
function timesVector(m: Matrix, vector: Expression): Expression {
  const rows = rowsOf(m.type);
  return sumOf(columnsOf(m).map((column, at) => binary('*', column, splat(rows, part(vector, at)))));
}

/** v·M: the dot product with each column. */
function vectorTimes(vector: Expression, m: Matrix): Expression {
  const dots = columnsOf(m).map((column) => call('dot', scalarOfMatrix(m), [vector, column]));
  return construct(matrixColumn(m, dots.length), dots);
}

function matrixColumn(m: Matrix, size: number): ValueType {
  return matrixType(scalarOfMatrix(m), 2, size).column;
}

/** An operator of which at least one side is an aggregate. */
export function lowerAggregateBinary(
  lowering: Lowering,
  span: Span,
  operator: BinaryOperator,
  { left, right }: { readonly left: Value; readonly right: Value },
): Value {
  const equality = operator === '==' || operator === '!=';
  const [a, b] = [typeName(left.type), typeName(right.type)];
  if (equality && a === b) return compareValues(operator, left, right);
  const refuse = (advice: string): Error =>
    lowering.fail(span, `the operator ${operator} does not take ${article(a)} and ${article(b)}; ${advice}`);
  const arithmetic = ['+', '-', '*', '/'].includes(operator);
  const takes = (value: Value): boolean => isMatrix(value) || (!isAggregate(value.type) && value.type !== 'void');
  if (equality) throw refuse('both sides need one type');
  if (!arithmetic || !takes(left) || !takes(right)) throw refuse('it takes numbers, vectors and matrices');
  const scalar = commonOf(left, right);
  if (scalar === undefined) throw refuse('both sides need one kind of number');
  const ready = (value: Value): Value =>
    isMatrix(value) ? convertedMatrix(value, scalar) : convert(scalar, value as Expression);
  const made = operator === '*' ? product(lowering, ready(left), ready(right)) : undefined;
  const result = made ?? componentwise(operator, ready(left), ready(right));
  if (result !== undefined) return result;
  throw refuse(
    operator === '*' ? 'the columns of the left must be as many as the rows of the right' : 'both sides need one size',
  );
}

function commonOf(left: Value, right: Value): ScalarType | undefined {
  const of = (value: Value): ScalarType =>
    isMatrix(value) ? scalarOfMatrix(value) : scalarOf(value.type as ValueType);
  const floats = [left, right].filter(isMatrix).map(scalarOfMatrix);
  const common = commonScalar(of(left), of(right));
  return common !== undefined && floats.every((one) => becomes(one, common)) ? common : undefined;
}

/** The products of linear algebra; undefined for scalars, and where sizes do not fit. */
function product(lowering: Lowering, left: Value, right: Value): Value | undefined {
  if (isMatrix(left) && isMatrix(right)) {
    if (left.type.columns !== rowsOf(right.type)) return undefined;
    const [a, b] = [kept(lowering, left), kept(lowering, right)];
    return matrix(columnsOf(b).map((column) => timesVector(a, column)));
  }
  if (isMatrix(left) && sizeOf(right.type as ValueType) > 1) {
    if (left.type.columns !== sizeOf(right.type as ValueType)) return undefined;
    return timesVector(left, keepLeaf(lowering, right as Expression));
  }
  if (isMatrix(right) && sizeOf(left.type as ValueType) > 1) {
    if (rowsOf(right.type) !== sizeOf(left.type as ValueType)) return undefined;
    return vectorTimes(keepLeaf(lowering, left as Expression), right);
  }
  return undefined;
}

/** An operator on each component; a scalar beside a matrix is spread. */
function componentwise(operator: BinaryOperator, left: Value, right: Value): Value | undefined {
  const whole = isMatrix(left) ? left : isMatrix(right) ? right : undefined;
  if (whole === undefined) return undefined;
  const columns = (value: Value): readonly Expression[] | undefined => {
    if (isMatrix(value)) return typeName(value.type) === typeName(whole.type) ? columnsOf(value) : undefined;
    const one = value as Expression;
    if (sizeOf(one.type as ValueType) > 1) return undefined;
    return columnsOf(whole).map(() => splat(rowsOf(whole.type), one));
  };
  const [a, b] = [columns(left), columns(right)];
  if (a === undefined || b === undefined) return undefined;
  return matrix(a.map((column, at) => binary(operator, column, b[at]!)));
}

/** −m and +m; undefined for all other operators and aggregates. */
export function lowerAggregateUnary(operator: string, value: Aggregate): Value | undefined {
  if (!isMatrix(value) || (operator !== '-' && operator !== '+')) return undefined;
  return operator === '+' ? value : mapLeaves(value, (leaf) => unary('-', leaf));
}

/** A matrix of a type from the arguments of its constructor: one number for the diagonal, one matrix, or its components. */
export function lowerMatrixConstructor(
  lowering: Lowering,
  node: { readonly span: Span; readonly args: readonly { readonly span: Span }[] },
  type: MatrixType,
  args: readonly Value[],
): Value {
  const scalar = scalarOf(type.column);
  const rows = rowsOf(type);
  const entry = (at: (column: number, row: number) => Expression): Matrix =>
    matrix(
      Array.from({ length: type.columns }, (_, c) =>
        construct(
          type.column,
          Array.from({ length: rows }, (__, r) => at(c, r)),
        ),
      ),
    );
  const [zero, one] = [filled(scalar, 0), filled(scalar, 1)];
  const first = args[0];
  if (args.length === 1 && first !== undefined) {
    if (isMatrix(first)) {
      const columns = columnsOf(kept(lowering, first));
      const [width, height] = [first.type.columns, rowsOf(first.type)];
      return entry((c, r) => (c < width && r < height ? convert(scalar, part(columns[c]!, r)) : c === r ? one : zero));
    }
    if (!isAggregate(first.type) && sizeOf(first.type as ValueType) === 1) {
      const diagonal = keepLeaf(lowering, convert(scalar, first as Expression));
      return entry((c, r) => (c === r ? diagonal : zero));
    }
  }
  const name = typeName(type);
  const numbers: Expression[] = [];
  for (const [at, arg] of args.entries()) {
    const { span } = node.args[at]!;
    if (arg.op === 'aggregate') {
      throw lowering.fail(
        span,
        `${name}(…) takes numbers and vectors, or one matrix, and this is ${article(typeName(arg.type))}; give its parts`,
      );
    }
    if (numbers.length >= type.columns * rows)
      throw lowering.fail(span, `${name}(…) is full before this argument; remove it`);
    const value = keepLeaf(lowering, convert(scalar, arg));
    for (let c = 0; c < sizeOf(arg.type as ValueType); c++) numbers.push(componentAt(value, c));
  }
  if (numbers.length >= type.columns * rows) return entry((c, r) => numbers[c * rows + r]!);
  const problem = `${name}(…) needs ${type.columns * rows} components and gets ${numbers.length}; give ${type.columns} columns of ${rows}, or one number for the diagonal`;
  throw lowering.fail(node.span, problem);
}

function componentAt(value: Expression, at: number): Expression {
  return sizeOf(value.type as ValueType) === 1 ? value : part(value, at);
}

/** GLSL's functions of matrices, with what each is written like. */
const FUNCTIONS: Readonly<Record<string, string>> = {
  matrixCompMult: 'matrixCompMult(a, b)',
  outerProduct: 'outerProduct(column, row)',
  transpose: 'transpose(m)',
  determinant: 'determinant(m)',
  inverse: 'inverse(m)',
};

/** Names of GLSL's functions of matrices. */
export const MATRIX_FUNCTIONS: readonly string[] = Object.keys(FUNCTIONS);

export function isMatrixFunction(name: string): boolean {
  return Object.hasOwn(FUNCTIONS, name);
}

/** A call of one of them. */
export function lowerMatrixCall(lowering: Lowering, span: Span, name: string, args: readonly Value[]): Value {
  const result = matrixCall(lowering, name, args);
  if (result !== undefined) return result;
  const types = args.map(({ type }) => typeName(type)).join(', ');
  const takes = { matrixCompMult: 'two matrices of one type', outerProduct: 'two vectors of one kind of number' }[name];
  const wanted = takes ?? (name === 'transpose' ? 'a matrix' : 'a square matrix');
  throw lowering.fail(span, `${name} does not take (${types}); write ${FUNCTIONS[name]} with ${wanted}`);
}

function matrixCall(lowering: Lowering, name: string, args: readonly Value[]): Value | undefined {
  const [a, b] = args;
  if (
    a === undefined ||
    args.length > 2 ||
    (args.length === 2) !== (name === 'matrixCompMult' || name === 'outerProduct')
  ) {
    return undefined;
  }
  if (name === 'outerProduct') return outerProduct(lowering, a, b!);
  if (!isMatrix(a)) return undefined;
  if (name === 'matrixCompMult') return isMatrix(b!) ? componentwise('*', a, b) : undefined;
  const own = kept(lowering, a);
  if (name === 'transpose') return transpose(own);
  if (own.type.columns !== rowsOf(own.type)) return undefined;
  return name === 'determinant' ? determinantOf(entriesOf(own)) : inverse(lowering, own);
}

function outerProduct(lowering: Lowering, left: Value, right: Value): Value | undefined {
  if (left.op === 'aggregate' || right.op === 'aggregate') return undefined;
  const [a, b] = [left.type as ValueType, right.type as ValueType];
  const common = commonScalar(scalarOf(a), scalarOf(b));
  const scalar = common === 'int' || common === 'uint' ? 'float' : common;
  if (scalar === undefined || scalar === 'bool' || sizeOf(a) < 2 || sizeOf(b) < 2) return undefined;
  const [column, row] = [keepLeaf(lowering, convert(scalar, left)), keepLeaf(lowering, convert(scalar, right))];
  return matrix(Array.from({ length: sizeOf(b) }, (_, at) => binary('*', column, splat(sizeOf(a), part(row, at)))));
}

function transpose(m: Matrix): Matrix {
  const columns = columnsOf(m);
  const type = matrixType(scalarOfMatrix(m), rowsOf(m.type), columns.length);
  return matrix(
    Array.from({ length: rowsOf(m.type) }, (_, row) =>
      construct(
        type.column,
        columns.map((column) => part(column, row)),
      ),
    ),
  );
}

/** Numbers by column and row. */
type Entries = readonly (readonly Expression[])[];

function entriesOf(m: Matrix): Entries {
  return columnsOf(m).map((column) => Array.from({ length: rowsOf(m.type) }, (_, row) => part(column, row)));
}

/** The entries without a column and a row. */
function minor(entries: Entries, column: number, row: number): Entries {
  return entries.filter((_, c) => c !== column).map((one) => one.filter((_, r) => r !== row));
}

/** Along the first row: Σ ± entry · determinant of its minor, added in order. */
function determinantOf(entries: Entries): Expression {
  const [first, second] = entries;
  if (entries.length === 1) return first![0]!;
  if (entries.length === 2)
    return binary('-', binary('*', first![0]!, second![1]!), binary('*', second![0]!, first![1]!));
  return entries
    .map((column, at) => binary('*', column[0]!, determinantOf(minor(entries, at, 0))))
    .reduce((sum, term, at) => binary(at % 2 === 1 ? '-' : '+', sum, term));
}

/** Cofactors, transposed, over the determinant. */
function inverse(lowering: Lowering, m: Matrix): Matrix {
  const entries = entriesOf(m);
  const size = entries.length;
  const cofactor = (column: number, row: number): Expression => {
    const value = determinantOf(minor(entries, column, row));
    return (column + row) % 2 === 0 ? value : unary('-', value);
  };
  const cofactors = entries.map((_, c) => entries.map((__, r) => keepLeaf(lowering, cofactor(c, r))));
  const whole = sumOf(entries.map((column, c) => binary('*', column[0]!, cofactors[c]![0]!)));
  const over = splat(size, keepLeaf(lowering, whole));
  return matrix(
    entries.map((_, c) =>
      binary(
        '/',
        construct(
          m.type.column,
          entries.map((__, r) => cofactors[r]![c]!),
        ),
        over,
      ),
    ),
  );
}
