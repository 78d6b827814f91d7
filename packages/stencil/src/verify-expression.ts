/** @file The part of the IR's spec that speaks of expressions: what each operation takes, and the type that it gives. */

import { placeOfComponent } from './field-place.ts';
import { componentsOf, isArrayField, valueTypeOf } from './field-types.ts';
import { isFloating, roundingOf, scalarOf, sizeOf, vectorOf } from './ir.ts';
import type { CallName, Expression, LevelRelation, Local, Stencil, ValueType } from './ir.ts';
import { builtinType } from './language/names.ts';
import { operands } from './walk.ts';

/** What an expression is checked against. */
export interface Spec {
  readonly stencil: Stencil;
  /** The function, in words. */
  readonly where: string;
  readonly locals: readonly Local[];
  /** Functions with a lower number than this may be called. */
  readonly callable: number;
}

/** Throws unless a claim of the spec holds. */
export function check(spec: Spec, holds: boolean, problem: string): void {
  if (!holds) throw new Error(`Bug in ${spec.where}: its IR is wrong: ${problem}`);
}

/** Checks an expression and all under it; gives its type. */
export function checkExpression(
  spec: Spec,
  node: Expression,
  allow: { readonly effects?: boolean } = {},
): ValueType | 'void' {
  for (const operand of operands(node)) checkExpression(spec, operand);
  const claimed = node.type;
  const found = typeOf(spec, node, allow.effects === true);
  check(spec, found === claimed, `${node.op} of type ${found} says ${claimed}`);
  return claimed;
}

function typeOf(spec: Spec, node: Expression, effects: boolean): ValueType | 'void' {
  switch (node.op) {
    case 'constant':
      checkConstant(spec, node);
      return node.type;
    case 'local':
      check(spec, spec.locals[node.local] !== undefined, `there is no local ${node.local}`);
      check(spec, spec.locals[node.local]!.length === undefined, `local ${node.local} is an array and no value`);
      return spec.locals[node.local]!.type;
    case 'builtin':
      return builtinType(node.name) ?? 'void';
    case 'parameter':
      return spec.stencil.parameters.get(node.name) ?? 'void';
    case 'scalar':
      return spec.stencil.scalars.get(node.name) ?? 'void';
    case 'unary':
      return unaryType(spec, node);
    case 'binary':
      return binaryType(spec, node);
    case 'select':
      check(spec, node.condition.type === 'bool' && node.then.type === node.else.type, 'the sides of select differ');
      return node.then.type;
    case 'call':
      return callType(spec, node);
    case 'invoke':
      return invokeType(spec, node, effects);
    case 'construct':
      return constructType(spec, node);
    case 'convert':
      check(spec, sizeOf(valueOf(node.operand)) === sizeOf(node.type), 'convert changes the size');
      return node.type;
    case 'swizzle':
      return swizzleType(spec, node);
    case 'index':
      check(spec, sizeOf(valueOf(node.operand)) > 1, 'index of a scalar');
      check(spec, node.index.type === 'int' || node.index.type === 'uint', `index by ${node.index.type}`);
      return scalarOf(valueOf(node.operand));
    case 'element':
      check(spec, (spec.locals[node.local]?.length ?? 0) > 0, `local ${node.local} is no array`);
      check(spec, node.index.type === 'int' || node.index.type === 'uint', `element by ${node.index.type}`);
      return spec.locals[node.local]!.type;
    default:
      return placeType(spec, node);
  }
}

/** The type of an operand, which is never void. */
function valueOf(node: Expression): ValueType {
  return node.type as ValueType;
}

function checkConstant(spec: Spec, { type, value }: Expression & { readonly op: 'constant' }): void {
  check(spec, value.length === sizeOf(type), `a constant ${type} of ${value.length} components`);
  const scalar = scalarOf(type);
  const fits = (one: number): boolean => {
    if (isFloating(scalar)) return Number.isFinite(one) && roundingOf(scalar)(one) === one;
    if (scalar === 'bool') return one === 0 || one === 1;
    return scalar === 'int' ? (one | 0) === one : one >>> 0 === one;
  };
  check(spec, value.every(fits), `a constant ${type} of (${value.join(', ')})`);
}

function unaryType(spec: Spec, { operator, operand }: Expression & { readonly op: 'unary' }): ValueType {
  const type = valueOf(operand);
  const scalar = scalarOf(type);
  const fits = { '-': scalar !== 'bool', '!': type === 'bool', '~': scalar === 'int' || scalar === 'uint' }[operator];
  check(spec, fits, `${operator} of ${type}`);
  return type;
}

function binaryType(spec: Spec, { operator, left, right }: Expression & { readonly op: 'binary' }): ValueType {
  const [a, b] = [valueOf(left), valueOf(right)];
  const scalar = scalarOf(a);
  const integer = scalar === 'int' || scalar === 'uint';
  const words = `${operator} of ${a} and ${b}`;
  switch (operator) {
    case '<<':
    case '>>':
      check(spec, integer && ['int', 'uint'].includes(scalarOf(b)) && sizeOf(a) === sizeOf(b), words);
      return a;
    case '&&':
    case '||':
    case '^^':
      check(spec, a === 'bool' && b === 'bool', words);
      return 'bool';
    case '==':
    case '!=':
      check(spec, a === b, words);
      return 'bool';
    case '<':
    case '<=':
    case '>':
    case '>=':
      check(spec, a === b && sizeOf(a) === 1 && scalar !== 'bool', words);
      return 'bool';
    case '%':
    case '&':
    case '|':
    case '^':
      check(spec, a === b && integer, words);
      return a;
    default:
      check(spec, a === b && scalar !== 'bool', words);
      return a;
  }
}

const REDUCING: ReadonlySet<CallName> = new Set(['dot', 'length', 'distance']);
const LOGICAL: ReadonlySet<CallName> = new Set(['any', 'all']);
const TESTING: ReadonlySet<CallName> = new Set(['isnan', 'isinf']);
const COMPARING: ReadonlySet<CallName> = new Set([
  'lessThan',
  'lessThanEqual',
  'greaterThan',
  'greaterThanEqual',
  'equal',
  'notEqual',
]);
const INTEGERS_TOO: ReadonlySet<CallName> = new Set(['abs', 'sign', 'min', 'max', 'clamp', 'mix']);
const BITS: Readonly<Partial<Record<CallName, readonly ['float' | 'int' | 'uint', 'float' | 'int' | 'uint']>>> = {
  floatBitsToInt: ['float', 'int'],
  floatBitsToUint: ['float', 'uint'],
  intBitsToFloat: ['int', 'float'],
  uintBitsToFloat: ['uint', 'float'],
};

/** Functions that there are not for doubles, as in GLSL. */
const SINGLE: ReadonlySet<CallName> = new Set([
  ...(['pow', 'exp', 'exp2', 'log', 'log2', 'sin', 'cos', 'tan', 'asin', 'acos', 'atan', 'atan2'] as const),
  ...(['sinh', 'cosh', 'tanh', 'asinh', 'acosh', 'atanh', 'radians', 'degrees'] as const),
]);

const PAIRS: ReadonlySet<CallName> = new Set([
  ...COMPARING,
  ...(['mod', 'min', 'max', 'step', 'pow', 'atan2', 'dot', 'distance', 'cross', 'reflect'] as const),
]);
const TRIPLES: ReadonlySet<CallName> = new Set(['clamp', 'mix', 'smoothstep', 'fma']);

function argumentCount(name: CallName): number {
  return TRIPLES.has(name) ? 3 : PAIRS.has(name) ? 2 : 1;
}

function callType(spec: Spec, { name, args }: Expression & { readonly op: 'call' }): ValueType {
  const types = args.map(valueOf);
  const first = types[0]!;
  const size = sizeOf(first);
  const scalar = scalarOf(first);
  const words = `${name}(${types.join(', ')})`;
  check(spec, args.length === argumentCount(name), words);
  const mask = name === 'mix' && types[2] === vectorOf('bool', size) && size > 1;
  check(
    spec,
    types.every((type, i) => type === first || (mask && i === 2)),
    words,
  );
  if (LOGICAL.has(name) || name === 'not') {
    check(spec, scalar === 'bool' && size > 1, words);
    return name === 'not' ? first : 'bool';
  }
  if (COMPARING.has(name)) {
    check(spec, size > 1 && (scalar !== 'bool' || name === 'equal' || name === 'notEqual'), words);
    return vectorOf('bool', size);
  }
  if (name === 'packDouble2x32' || name === 'unpackDouble2x32') {
    check(spec, first === (name === 'packDouble2x32' ? 'uvec2' : 'double'), words);
    return name === 'packDouble2x32' ? 'double' : 'uvec2';
  }
  const bits = BITS[name];
  if (bits !== undefined) {
    check(spec, scalar === bits[0], words);
    return vectorOf(bits[1], size);
  }
  check(spec, isFloating(scalar) || (INTEGERS_TOO.has(name) && (scalar !== 'bool' || mask)), words);
  check(spec, name !== 'dot' || size > 1, words);
  check(spec, name !== 'mix' || mask || isFloating(scalar), words);
  check(spec, name !== 'cross' || (size === 3 && isFloating(scalar)), words);
  check(spec, scalar !== 'double' || !SINGLE.has(name), words);
  if (TESTING.has(name)) return vectorOf('bool', size);
  return REDUCING.has(name) ? scalar : first;
}

function invokeType(spec: Spec, node: Expression & { readonly op: 'invoke' }, effects: boolean): ValueType | 'void' {
  const callee = spec.stencil.functions[node.function];
  check(spec, callee !== undefined && node.function < spec.callable, `a call of function ${node.function}`);
  const { name, parameters, returns } = callee!;
  check(spec, node.args.length === parameters.length, `${node.args.length} arguments for "${name}"`);
  const written = new Set<number>();
  for (const [i, arg] of node.args.entries()) {
    const parameter = parameters[i]!;
    const type = arg.mode === 'in' ? arg.value.type : spec.locals[arg.local]?.type;
    check(spec, arg.mode === parameter.mode && type === parameter.type, `argument ${i} of "${name}"`);
    if (arg.mode === 'in') continue;
    check(
      spec,
      spec.locals[arg.local]!.length === callee!.locals[i]!.length,
      `argument ${i} of "${name}" has another length`,
    );
    check(spec, effects, `"${name}" has effects inside an expression`);
    check(spec, !written.has(arg.local), `"${name}" writes one local twice`);
    written.add(arg.local);
  }
  return returns;
}

function constructType(spec: Spec, { type, args }: Expression & { readonly op: 'construct' }): ValueType {
  const count = args.reduce((sum, arg) => sum + sizeOf(valueOf(arg)), 0);
  const words = `${type}(${args.map(valueOf).join(', ')})`;
  check(spec, count === sizeOf(type) || (args.length === 1 && count === 1), words);
  check(
    spec,
    args.every((arg) => scalarOf(valueOf(arg)) === scalarOf(type)),
    words,
  );
  return type;
}

function swizzleType(spec: Spec, { operand, components }: Expression & { readonly op: 'swizzle' }): ValueType {
  const type = valueOf(operand);
  const fits = components.every((one) => one >= 0 && one < sizeOf(type));
  check(spec, sizeOf(type) > 1 && fits && components.length >= 1 && components.length <= 4, `swizzle of ${type}`);
  return vectorOf(scalarOf(type), components.length);
}

type PlaceNode = Expression & {
  readonly op: 'tap' | 'gather' | 'sample' | 'isActive' | 'indexToWorld' | 'worldToIndex';
};

function placeType(spec: Spec, node: PlaceNode): ValueType {
  switch (node.op) {
    case 'isActive':
      check(spec, node.coord.type === 'ivec3', `isActive of ${node.coord.type}`);
      return 'bool';
    case 'indexToWorld':
      check(
        spec,
        node.operand.type === 'ivec3' || node.operand.type === 'vec3',
        `indexToWorld of ${node.operand.type}`,
      );
      return 'vec3';
    case 'worldToIndex':
      check(spec, node.operand.type === 'vec3', `worldToIndex of ${node.operand.type}`);
      return 'vec3';
    case 'tap':
      checkReach(spec, node);
      return readType(spec, node, 'same');
    case 'gather':
      check(spec, node.coord.type === 'ivec3', `gather at ${node.coord.type}`);
      checkGather(spec, node);
      return readType(spec, node, node.level);
    default:
      check(spec, node.position.type === 'vec3', `sample at ${node.position.type}`);
      checkPlace(spec, node);
      check(spec, node.filter === 'nearest' || isFloating(scalarOf(node.type)), 'a trilinear sample of integers');
      return readType(spec, node, 'same');
  }
}

function checkReach(spec: Spec, { field, offset }: Expression & { readonly op: 'tap' }): void {
  const read = spec.stencil.reads.find((one) => one.field === field && one.level === 'same');
  const reach = read?.reach ?? null;
  const within = ([0, 1, 2] as const).every((axis) => {
    const distance = offset[axis];
    return (
      Number.isInteger(distance) &&
      Math.abs(distance) <= 8 &&
      reach !== null &&
      reach.low[axis] <= distance &&
      distance <= reach.high[axis]
    );
  });
  check(spec, within, `a tap of "${field}" at (${offset.join(', ')}) is beyond the listed reach`);
}

function checkGather(spec: Spec, { field, level }: Expression & { readonly op: 'gather' }): void {
  const read = spec.stencil.reads.find((one) => one.field === field && one.level === level);
  const listed = read?.gather === true || (read?.reach ?? null) !== null;
  check(spec, listed, `a computed read of "${field}" has neither a reach nor none`);
}

function checkPlace(spec: Spec, { field, component, at }: Expression & { readonly op: 'sample' }): void {
  const read = spec.stencil.reads.find((one) => one.field === field && one.level === 'same');
  const place = placeOfComponent(read?.at ?? 'center', component);
  check(spec, at === place, `a sample of "${field}" at ${at}, which lives at ${place}`);
}

function readType(
  spec: Spec,
  { field, component }: { readonly field: string; readonly component: number },
  level: LevelRelation,
): ValueType {
  const read = spec.stencil.reads.find((one) => one.field === field && one.level === level);
  check(spec, read !== undefined, `the read of "${field}" is not listed`);
  const { type, components } = read!;
  check(spec, component >= 0 || !isArrayField(type), `the whole array of "${field}" is no value`);
  const wanted = component < 0 ? Array.from({ length: componentsOf(type) }, (_, i) => i) : [component];
  check(
    spec,
    wanted.every((one) => components.includes(one)),
    `a component of "${field}" is not listed`,
  );
  return component < 0 ? valueTypeOf(type) : scalarOf(valueTypeOf(type));
}
