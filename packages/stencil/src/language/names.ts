/** @file What a bare name stands for: a variable, a built-in quantity, a parameter, a scalar; or a helpful error. */

import type { BuiltinName, Expression, ScalarType, ValueType } from '../ir.ts';
import type { StencilError } from '../stencil-error.ts';
import { ACCESSORS } from './accessors.ts';
import { fieldNames } from './field-names.ts';
import { GLSL_FUNCTIONS } from './glsl-functions.ts';
import { LIBRARY_FUNCTIONS } from './library.ts';
import { MATRIX_FUNCTIONS } from './matrices.ts';
import { BUILTIN_NAMES, TYPE_NAMES } from './keywords.ts';
import type { Lowering } from './lowering.ts';
import { nearestName } from './nearest-name.ts';
import { readRef, refTo } from './storage.ts';
import type { CallNode, NameNode } from './syntax.ts';
import type { Value } from './values.ts';

const BUILTINS: Readonly<Record<BuiltinName, ValueType>> = {
  coord: 'ivec3',
  dt: 'float',
  time: 'float',
  frame: 'uint',
  voxelSize: 'float',
};

/** Types of the built-in quantities. */
export function builtinType(name: string): ValueType | undefined {
  return Object.hasOwn(BUILTINS, name) ? BUILTINS[name as BuiltinName] : undefined;
}

/** The value of a bare name. */
export function lowerName(lowering: Lowering, node: NameNode): Value {
  const { name, span } = node;
  const binding = lowering.frame.scope.find(name);
  if (binding?.kind === 'constant' || binding?.kind === 'table') return binding.value;
  if (binding !== undefined) {
    if (binding.frame === lowering.frame) return readRef(refTo(binding.type, binding.storage));
    const problem = `"${name}" is a variable of the main code, which functions do not see; pass it as an argument`;
    throw lowering.fail(span, problem);
  }
  const type = builtinType(name);
  if (type !== undefined) return { op: 'builtin', type, name: name as BuiltinName };
  const value = lowerOutside(lowering, name);
  if (value !== undefined) return value;
  throw unknownName(lowering, node);
}

/** A parameter or a scalar of the simulation. */
function lowerOutside(lowering: Lowering, name: string): Expression | undefined {
  const { parameters, scalars } = lowering.environment;
  const type = parameters.get(name);
  const allowed = lowering.stencil.parameters?.includes(name) ?? true;
  if (type !== undefined && allowed) {
    return { op: 'parameter', type, name };
  }
  const scalar: ScalarType | undefined = scalars.get(name);
  if (scalar === undefined) return undefined;
  return { op: 'scalar', type: scalar, name };
}

function unknownName(lowering: Lowering, { name, span }: NameNode): StencilError {
  const { fields, parameters, scalars } = lowering.environment;
  if (name === 'idx') {
    return lowering.fail(span, 'idx is a place, no number; give it to ReadField or WriteField, or use coord');
  }
  if (parameters.has(name)) {
    return lowering.fail(span, `"${name}" is a parameter, but not among those of this stencil; add it to parameters`);
  }
  if (fieldNames(fields).includes(name)) {
    return lowering.fail(span, `"${name}" is a field; write ReadField("${name}", coord) to read it`);
  }
  if (isFunction(lowering, name)) {
    return lowering.fail(span, `"${name}" is a function; write ${name}(…) to call it`);
  }
  const visible = [...lowering.frame.scope.all(), ...BUILTIN_NAMES, ...parameters.keys(), ...scalars.keys()];
  const nearest = nearestName(name, visible);
  const advice = nearest === undefined ? `declare it first, as in float ${name} = …;` : `did you mean "${nearest}"?`;
  return lowering.fail(span, `there is no variable "${name}"; ${advice}`);
}

function isFunction(lowering: Lowering, name: string): boolean {
  return functionNames(lowering).includes(name);
}

function functionNames(lowering: Lowering): readonly string[] {
  return [
    ...lowering.functions.map(({ node }) => node.name),
    ...ACCESSORS,
    ...GLSL_FUNCTIONS,
    ...MATRIX_FUNCTIONS,
    ...LIBRARY_FUNCTIONS,
  ];
}

const ELSEWHERE: Readonly<Record<string, string>> = {
  atan2: 'write atan(y, x)',
  lerp: 'write mix(a, b, t)',
  saturate: 'write clamp(x, 0.0, 1.0)',
  frac: 'write fract(x)',
  rsqrt: 'write inversesqrt(x)',
  fmod: 'write mod(x, y)',
  ddx: 'a stencil has no derivatives of the screen, take differences of ReadField',
  dFdx: 'a stencil has no derivatives of the screen, take differences of ReadField',
  dFdy: 'a stencil has no derivatives of the screen, take differences of ReadField',
  texture: 'write SampleField("name", position)',
  imageLoad: 'write ReadField("name", coord)',
  imageStore: 'write WriteField("name", idx, value)',
  barrier: 'voxels do not wait for each other, write two stencils',
};

/** The error of a call to a function that nobody knows. */
export function unknownFunction(lowering: Lowering, node: CallNode): StencilError {
  const name = node.callee;
  const problem = `there is no function "${name}"`;
  const elsewhere = Object.hasOwn(ELSEWHERE, name) ? ELSEWHERE[name] : undefined;
  if (elsewhere !== undefined) return lowering.fail(node.calleeSpan, `${problem}; ${elsewhere}`);
  if (lowering.frame.scope.find(name) !== undefined || builtinType(name) !== undefined) {
    return lowering.fail(node.calleeSpan, `"${name}" is a variable and cannot be called; remove the parentheses`);
  }
  const nearest = nearestName(name, [...functionNames(lowering), ...TYPE_NAMES, ...lowering.structs.keys()]);
  const advice =
    nearest === undefined ? 'define it, or use one of the built-in functions' : `did you mean "${nearest}"?`;
  return lowering.fail(node.calleeSpan, `${problem}; ${advice}`);
}
