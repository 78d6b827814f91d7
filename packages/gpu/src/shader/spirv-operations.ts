/**
 * @file The operations of OpSpecConstantOp on whole numbers and truth values, by opcode: those that shaders may use.
 * Source: SPIR-V Specification, version 1.6, sections 3.49.7 "Constant-Creation Instructions" (which operations), 3.49.13
 * "Arithmetic Instructions", 3.49.14 "Bit Instructions" and 3.49.15 "Relational and Logical Instructions" (what they mean).
 */

/** A whole number of `width` bits; a truth value is one of 1 bit. */
export interface Scalar {
  /** The bits, read without a sign. */
  readonly u: bigint;
  /** The bits, read with a sign. */
  readonly s: bigint;
  readonly width: number;
}

/** An operation on components; its result is cut to the bits of the type that it has. */
export interface Operation {
  readonly name: string;
  readonly operands: 1 | 2;
  /** Throws RangeError, with what is wrong, where the specification leaves the result open. */
  readonly apply: (a: Scalar, b: Scalar) => bigint;
}

function divided(name: string, apply: (a: Scalar, b: Scalar) => bigint): Operation {
  return {
    name,
    operands: 2,
    apply: (a, b) => {
      if (b.u === 0n) throw new RangeError(`${name} divides by 0`);
      return apply(a, b);
    },
  };
}

function shifted(name: string, apply: (a: Scalar, by: bigint) => bigint): Operation {
  return {
    name,
    operands: 2,
    apply: (a, b) => {
      if (b.u >= BigInt(a.width)) throw new RangeError(`${name} shifts ${a.width} bits by ${b.u}`);
      return apply(a, b.u);
    },
  };
}

const one = (name: string, apply: (a: Scalar) => bigint): Operation => ({ name, operands: 1, apply });
const two = (name: string, apply: (a: Scalar, b: Scalar) => bigint): Operation => ({ name, operands: 2, apply });
const asks = (name: string, apply: (a: Scalar, b: Scalar) => boolean): Operation =>
  two(name, (a, b) => BigInt(apply(a, b)));

/** Operations, by opcode. */
export const OPERATIONS: ReadonlyMap<number, Operation> = new Map([
  [113, one('UConvert', (a) => a.u)],
  [114, one('SConvert', (a) => a.s)],
  [126, one('SNegate', (a) => -a.u)],
  [128, two('IAdd', (a, b) => a.u + b.u)],
  [130, two('ISub', (a, b) => a.u - b.u)],
  [132, two('IMul', (a, b) => a.u * b.u)],
  [134, divided('UDiv', (a, b) => a.u / b.u)],
  [135, divided('SDiv', (a, b) => a.s / b.s)],
  [137, divided('UMod', (a, b) => a.u % b.u)],
  [138, divided('SRem', (a, b) => a.s % b.s)],
  [139, divided('SMod', (a, b) => ((a.s % b.s) + b.s) % b.s)],
  [164, asks('LogicalEqual', (a, b) => a.u === b.u)],
  [165, asks('LogicalNotEqual', (a, b) => a.u !== b.u)],
  [166, two('LogicalOr', (a, b) => a.u | b.u)],
  [167, two('LogicalAnd', (a, b) => a.u & b.u)],
  [168, one('LogicalNot', (a) => a.u ^ 1n)],
  [170, asks('IEqual', (a, b) => a.u === b.u)],
  [171, asks('INotEqual', (a, b) => a.u !== b.u)],
  [172, asks('UGreaterThan', (a, b) => a.u > b.u)],
  [173, asks('SGreaterThan', (a, b) => a.s > b.s)],
  [174, asks('UGreaterThanEqual', (a, b) => a.u >= b.u)],
  [175, asks('SGreaterThanEqual', (a, b) => a.s >= b.s)],
  [176, asks('ULessThan', (a, b) => a.u < b.u)],
  [177, asks('SLessThan', (a, b) => a.s < b.s)],
  [178, asks('ULessThanEqual', (a, b) => a.u <= b.u)],
  [179, asks('SLessThanEqual', (a, b) => a.s <= b.s)],
  [194, shifted('ShiftRightLogical', (a, by) => a.u >> by)],
  [195, shifted('ShiftRightArithmetic', (a, by) => a.s >> by)],
  [196, shifted('ShiftLeftLogical', (a, by) => a.u << by)],
  [197, two('BitwiseOr', (a, b) => a.u | b.u)],
  [198, two('BitwiseXor', (a, b) => a.u ^ b.u)],
  [199, two('BitwiseAnd', (a, b) => a.u & b.u)],
  [200, one('Not', (a) => ~a.u)],
]);

/** Operations that give floats, which no size is made of. */
export const FLOAT_OPERATIONS: ReadonlySet<number> = new Set([115, 116]);

/** Operations that only kernels of OpenCL may use, by opcode. */
export const KERNEL_OPERATIONS: ReadonlyMap<number, string> = new Map([
  [65, 'AccessChain'],
  [66, 'InBoundsAccessChain'],
  [67, 'PtrAccessChain'],
  [70, 'InBoundsPtrAccessChain'],
  [109, 'ConvertFToU'],
  [110, 'ConvertFToS'],
  [111, 'ConvertSToF'],
  [112, 'ConvertUToF'],
  [117, 'ConvertPtrToU'],
  [120, 'ConvertUToPtr'],
  [121, 'PtrCastToGeneric'],
  [122, 'GenericCastToPtr'],
  [124, 'Bitcast'],
  [127, 'FNegate'],
  [129, 'FAdd'],
  [131, 'FSub'],
  [133, 'FMul'],
  [136, 'FDiv'],
  [140, 'FRem'],
  [141, 'FMod'],
]);
