/**
 * @file The constants of a module as numbers: literals, composites, and what OpSpecConstantOp makes of them, with the values that a
 * pipeline gives instead of the defaults. Only what is asked for is evaluated: a constant that no size is made of may be anything.
 * Source: SPIR-V Specification, version 1.6, section 3.49.7 "Constant-Creation Instructions".
 */

import type { ShaderError } from '../errors.ts';
import { malformed, opcodeAt, place } from './spirv-module.ts';
import type { SpirvConstant, SpirvModule } from './spirv-module.ts';
import { FLOAT_OPERATIONS, KERNEL_OPERATIONS, OPERATIONS } from './spirv-operations.ts';
import type { Operation, Scalar } from './spirv-operations.ts';
import { Decoration, Op } from './spirv-words.ts';

const DEEPEST = 512;
const MOST_COMPONENTS = 16;
/** Section 2.17 "Universal Limits". */
const MOST_INDICES = 255;

/** The whole number that a constant is; `by` is the word that uses it. */
export function constantValue(module: SpirvModule, id: number, by: number): number {
  const at = place(module, id, by);
  const value = evaluate(module, id, at, 0);
  const type = typeof value === 'bigint' ? componentOf(module, module.words[at + 1]!, at) : undefined;
  if (typeof value !== 'bigint' || !type) throw malformed(at, `id ${id} is used as a number and is none`);
  return Number(type.signed ? BigInt.asIntN(type.width, value) : value);
}

/** What others compiled: glslang leaves what stands between the brackets, as in s[gl_WorkGroupSize.x], to the function that it is in. */
const NAMED = 'give the length a name, as in const uint LENGTH = gl_WorkGroupSize.x';

/** Elements of the array that the OpTypeArray at this word declares. */
export function arrayLength(module: SpirvModule, at: number): number {
  const id = module.words[at + 3]!;
  if (!module.declared.has(id))
    throw malformed(at, `an array has id ${id} for its length, which is no constant`, NAMED);
  const length = constantValue(module, id, at);
  if (length < 1) throw unsuitable(module, at, `an array has a length of ${length}`);
  return length;
}

/** The error where the values, which may be given, make no sense. */
function unsuitable(module: SpirvModule, at: number, what: string): ShaderError {
  return malformed(at, what, module.given.size > 0 ? 'specialize it with other values' : undefined);
}

interface Component {
  readonly width: number;
  readonly signed: boolean;
}

/** What a scalar, or each component of a vector, is; undefined for floats and all else. */
function componentOf(module: SpirvModule, type: number, by: number): Component | undefined {
  const { words } = module;
  let at = place(module, type, by);
  if (opcodeAt(module, at) === Op.TypeVector) at = place(module, words[at + 2]!, at);
  if (opcodeAt(module, at) === Op.TypeBool) return { width: 1, signed: false };
  if (opcodeAt(module, at) !== Op.TypeInt) return undefined;
  const width = words[at + 2]!;
  if (![8, 16, 32, 64].includes(width)) throw malformed(at, `an integer has ${width} bits, not 8, 16, 32 or 64`);
  return { width, signed: words[at + 3] === 1 };
}

function evaluate(module: SpirvModule, id: number, at: number, depth: number): SpirvConstant {
  const known = module.constants.get(id);
  if (known !== undefined) return known;
  if (depth > DEEPEST) throw malformed(at, `constant ${id} is made of others ${DEEPEST} deep`);
  const value = valueAt(module, id, at, depth);
  module.constants.set(id, value);
  return value;
}

function valueAt(module: SpirvModule, id: number, at: number, depth: number): SpirvConstant {
  switch (opcodeAt(module, at)) {
    case Op.ConstantTrue:
    case Op.ConstantFalse:
    case Op.SpecConstantTrue:
    case Op.SpecConstantFalse:
      return truth(module, id, at);
    case Op.Constant:
    case Op.SpecConstant:
      return literal(module, id, at);
    case Op.ConstantComposite:
    case Op.SpecConstantComposite: {
      const count = (module.words[at]! >>> 16) - 3;
      return Array.from({ length: count }, (_, index) => operand(module, at, at + 3 + index, depth));
    }
    case Op.ConstantNull:
      return nothing(module, at);
    case Op.SpecConstantOp:
      return operation(module, at, depth);
    default:
      throw malformed(at, `id ${id} is used as a number and is none`);
  }
}

/** The value that the pipeline gives to a specialization constant, if it does. */
function given(module: SpirvModule, id: number): number | undefined {
  return module.given.get(module.decorations.get(id)?.get(Decoration.SpecId) ?? -1);
}

function truth(module: SpirvModule, id: number, at: number): bigint {
  const opcode = opcodeAt(module, at);
  const chosen = opcode === Op.SpecConstantTrue || opcode === Op.SpecConstantFalse ? given(module, id) : undefined;
  if (chosen !== undefined) return BigInt(chosen !== 0);
  return BigInt(opcode === Op.ConstantTrue || opcode === Op.SpecConstantTrue);
}

function literal(module: SpirvModule, id: number, at: number): bigint | null {
  const { words } = module;
  const type = componentOf(module, words[at + 1]!, at);
  if (!type) return null;
  const chosen = opcodeAt(module, at) === Op.SpecConstant ? given(module, id) : undefined;
  if (chosen !== undefined) return BigInt.asUintN(type.width, BigInt(chosen));
  const length = words[at]! >>> 16;
  if (type.width === 64 && length < 5) throw malformed(at, `a constant of 64 bits has ${length} of at least 5 words`);
  const high = type.width === 64 ? BigInt(words[at + 4]!) << 32n : 0n;
  return BigInt.asUintN(type.width, high | BigInt(words[at + 3]!));
}

/** What OpConstantNull is of whole numbers and vectors of them. */
function nothing(module: SpirvModule, at: number): SpirvConstant {
  const type = module.words[at + 1]!;
  if (!componentOf(module, type, at)) return null;
  const declared = place(module, type, at);
  if (opcodeAt(module, declared) !== Op.TypeVector) return 0n;
  const count = module.words[declared + 3]!;
  if (count > MOST_COMPONENTS) throw malformed(declared, `a vector has ${count} components`);
  return Array.from({ length: count }, () => 0n);
}

/** The constant whose id stands at a word of the instruction at `by`. */
function operand(module: SpirvModule, by: number, word: number, depth: number): SpirvConstant {
  const id = module.words[word]!;
  const at = place(module, id, by);
  if (at >= by) throw malformed(by, `constant ${id} is used before it is declared`);
  return evaluate(module, id, at, depth + 1);
}

function operation(module: SpirvModule, at: number, depth: number): SpirvConstant {
  const { words } = module;
  const opcode = words[at + 3]!;
  const count = (words[at]! >>> 16) - 4;
  const wants = (name: string, least: number): void => {
    if (count < least) throw malformed(at, `operation ${name} has ${count} of at least ${least} operands`);
  };
  const constant = (index: number): SpirvConstant => operand(module, at, at + 4 + index, depth);
  const indices = (from: number): Uint32Array => {
    if (count - from > MOST_INDICES) throw malformed(at, `${count - from} members are named, one in the other`);
    return words.subarray(at + 4 + from, at + 4 + count);
  };
  switch (opcode) {
    case Op.CompositeExtract:
      wants('CompositeExtract', 2);
      return extract(constant(0), indices(1), at);
    case Op.CompositeInsert:
      wants('CompositeInsert', 3);
      return insert(constant(0), constant(1), [...indices(2)], at);
    case Op.VectorShuffle:
      wants('VectorShuffle', 3);
      return shuffle(constant(0), constant(1), indices(2), at);
    case Op.Select:
      wants('Select', 3);
      return select(constant(0), constant(1), constant(2), at);
    default:
  }
  if (FLOAT_OPERATIONS.has(opcode)) return null;
  const known = OPERATIONS.get(opcode);
  if (!known) {
    const name = KERNEL_OPERATIONS.get(opcode) ?? `${opcode}`;
    throw malformed(at, `a specialization constant is made by operation ${name}, which shaders have none of`);
  }
  wants(known.name, known.operands);
  return componentWise(
    module,
    at,
    known,
    Array.from({ length: known.operands }, (_, index) => constant(index)),
  );
}

function extract(from: SpirvConstant, indices: Uint32Array, at: number): SpirvConstant {
  let value = from;
  for (const index of indices) value = members(value, index, at)[index]!;
  return value;
}

function insert(
  object: SpirvConstant,
  into: SpirvConstant,
  [index, ...deeper]: readonly number[],
  at: number,
): SpirvConstant {
  const list = members(into, index!, at);
  return list.with(index!, deeper.length > 0 ? insert(object, list[index!]!, deeper, at) : object);
}

/** The members of a composite that has one of this index. */
function members(value: SpirvConstant, index: number, at: number): readonly SpirvConstant[] {
  if (!Array.isArray(value)) throw malformed(at, `member ${index} is taken of a constant without members`);
  const list = value as readonly SpirvConstant[];
  if (index >= list.length) throw malformed(at, `member ${index} is taken of a constant of ${list.length} members`);
  return list;
}

function shuffle(a: SpirvConstant, b: SpirvConstant, indices: Uint32Array, at: number): SpirvConstant {
  if (!Array.isArray(a) || !Array.isArray(b)) throw malformed(at, 'VectorShuffle has an operand that is no vector');
  const all = [...a, ...b] as SpirvConstant[];
  return Array.from(indices, (index) => (index === NO_COMPONENT ? null : members(all, index, at)[index]!));
}

/** The index of VectorShuffle for a component that may be anything. */
const NO_COMPONENT = 0xffffffff;

function select(condition: SpirvConstant, yes: SpirvConstant, no: SpirvConstant, at: number): SpirvConstant {
  if (typeof condition === 'bigint') return condition === 0n ? no : yes;
  if (condition === null || condition.some((each) => typeof each !== 'bigint')) {
    throw malformed(at, 'Select has a condition that is no truth value');
  }
  return condition.map((each, index) => members(each === 0n ? no : yes, index, at)[index]!);
}

function componentWise(
  module: SpirvModule,
  at: number,
  { name, apply }: Operation,
  operands: readonly SpirvConstant[],
): SpirvConstant {
  const { words } = module;
  const result = componentOf(module, words[at + 1]!, at);
  const types = operands.map((_, index) => {
    const declared = place(module, words[at + 4 + index]!, at);
    return componentOf(module, words[declared + 1]!, declared);
  });
  const scalar = (value: SpirvConstant | undefined, index: number): Scalar => {
    const type = types[index];
    if (typeof value !== 'bigint' || !type) throw malformed(at, `${name} has an operand that is no whole number`);
    return { u: value, s: BigInt.asIntN(type.width, value), width: type.width };
  };
  const applied = (values: readonly (SpirvConstant | undefined)[]): bigint => {
    if (!result) throw malformed(at, `${name} has a result that is no whole number`);
    const [a, b] = values.map(scalar);
    try {
      return BigInt.asUintN(result.width, apply(a!, b ?? a!));
    } catch (error) {
      throw unsuitable(module, at, (error as RangeError).message);
    }
  };
  const [first] = operands;
  if (!Array.isArray(first)) return applied(operands);
  return first.map((_, component) =>
    applied(operands.map((each) => (Array.isArray(each) ? (each[component] as SpirvConstant) : undefined))),
  );
}
