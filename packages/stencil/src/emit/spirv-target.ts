/**
 * @file The machine of `target.ts` in SPIR-V 1.5 (Khronos specification, unified): addresses are uvec2 and become
 * pointers into physical storage buffers by OpBitcast, so that no 64-bit integers are needed; every float + − × ÷ is
 * decorated NoContraction; locals are function variables, which drivers turn into registers. Control flow is structured
 * as §2.11 asks: a block that has ended takes no more instructions, and merges come by construction.
 */
import type { ScalarType, ValueType } from '../ir.ts';
import { isFloating, scalarOf, sizeOf, vectorOf } from '../ir.ts';
import { inTurns } from './in-turns.ts';
import { PUSHED_ADDRESSES } from './shader.ts';
import { CAPABILITY, DECORATION, floatBits, instruction, NO_MODES, OP, SpirvModule, STORAGE } from './spirv-module.ts';
import type { FloatModes } from './spirv-module.ts';
import { opcodeFor, opcodesOf, registerType, resultType } from './target.ts';
import type {
  ElementKind,
  FunctionParameter,
  FunctionReference,
  Operation,
  SharedArray,
  Target,
  Value,
  Variable,
  Width,
} from './target.ts';

/** Threads of a workgroup where nothing else is said. */
export const GROUP_THREADS = 256;

const BYTES: Readonly<Record<ElementKind, number>> = { f32: 4, f64: 8, i32: 4, u32: 4, f16: 2, u8: 1 };
const BUILT_IN = { NumWorkgroups: 24, WorkgroupId: 26, LocalInvocationIndex: 29 } as const;

/**
 * How shaders reach memory: by the addresses of the pass block, or, for validation layers, which don't see such accesses, as
 * storage buffers: entry n of the pass block is binding n of set 0.
 */
export type BufferAccess = 'address' | 'descriptor';

/** The function under construction: its variables and its straight start come before its body. */
interface FunctionText {
  readonly head: number[];
  readonly variables: number[];
  readonly prologue: number[];
  readonly body: number[];
}

const newFunctionText = (): FunctionText => ({ head: [], variables: [], prologue: [], body: [] });
const id = (value: Value | Variable | FunctionReference | SharedArray): number => value.ref as number;

/** Builds one module; `finish` gives its words. */
export class SpirvTarget implements Target {
  readonly #module = new SpirvModule();
  #function: FunctionText = newFunctionText();
  #code: number[] = this.#function.body;
  #ended = false;
  readonly #leave: number[] = [];
  readonly #next: number[] = [];
  readonly #main: number = this.#module.id();
  readonly #access: BufferAccess;
  readonly #floats: FloatModes;
  #groupThreads = GROUP_THREADS;
  /** Addresses in the push constants: that of the pass block, or those that it would hold. */
  #pushed = 1;

  constructor(access: BufferAccess = 'address', floats: FloatModes = NO_MODES) {
    this.#access = access;
    this.#floats = floats;
  }

  /** Runs `body` as the entry point's text, and gives the module's words. */
  finish(body: () => void): Uint32Array<ArrayBuffer> {
    const voidType = this.#module.type(OP.TypeVoid);
    this.#define(this.#main, voidType, [], body);
    return this.#module.assemble(this.#main, this.#groupThreads, this.#floats);
  }

  constant(type: ValueType, values: readonly number[]): Value {
    const scalar = scalarOf(type);
    const parts = values.map((value) => this.#scalarConstant(scalar, value));
    const ref =
      parts.length === 1 ? parts[0]! : this.#module.constant(OP.ConstantComposite, this.#type(type), ...parts);
    return { type, ref, constant: values };
  }

  apply(operation: Operation, ...operands: readonly Value[]): Value {
    const row = opcodesOf(operation);
    const operandType = operands[0]!.type;
    const scalar = scalarOf(operandType);
    const opcode = opcodeFor(operation, scalar);
    if (opcode === undefined) throw new Error(`Bug in SpirvTarget.apply: ${operation} of ${operandType}`);
    const type = resultType(operation, operandType);
    if (row.extended) return this.#emit(type, OP.ExtInst, this.#module.glsl, opcode, ...operands.map(id));
    const result = this.#emit(type, opcode, ...operands.map(id));
    if (isFloating(scalar) && !row.compares && !this.#ended)
      this.#module.decorate(id(result), DECORATION.NoContraction);
    return result;
  }

  quantify(which: 'any' | 'all', operand: Value): Value {
    return this.#emit('bool', which === 'any' ? 154 : 155, id(operand));
  }

  select(condition: Value, then: Value, otherwise: Value): Value {
    return this.#emit(then.type, OP.Select, id(condition), id(then), id(otherwise));
  }

  construct(type: ValueType, parts: readonly Value[]): Value {
    if (parts.length === 1 && parts[0]!.type === type) return parts[0]!;
    return this.#emit(type, OP.CompositeConstruct, ...parts.map(id));
  }

  swizzle(operand: Value, components: readonly number[]): Value {
    const size = sizeOf(operand.type);
    const type = vectorOf(scalarOf(operand.type), components.length);
    if (size === 1)
      return components.length === 1
        ? operand
        : this.construct(
            type,
            components.map(() => operand),
          );
    if (components.length === 1) return this.#emit(type, OP.CompositeExtract, id(operand), components[0]!);
    return this.#emit(type, OP.VectorShuffle, id(operand), id(operand), ...components);
  }

  extract(operand: Value, index: Value): Value {
    return this.#emit(scalarOf(operand.type), OP.VectorExtractDynamic, id(operand), id(index));
  }

  insert(operand: Value, index: Value, component: Value): Value {
    return this.#emit(operand.type, OP.VectorInsertDynamic, id(operand), id(component), id(index));
  }

  convert(type: ValueType, operand: Value): Value {
    const [from, to] = [scalarOf(operand.type), scalarOf(type)];
    if (from === to) return operand;
    if (to === 'float16_t') return this.#narrow(this.#convert(type, from, operand));
    return isFloating(from) || isFloating(to) ? this.#convert(type, from, operand) : this.bitcast(type, operand);
  }

  #convert(type: ValueType, from: ScalarType, operand: Value): Value {
    const [ofFloat, signed] = [isFloating(from), from === 'int'];
    if (isFloating(scalarOf(type)))
      return this.#emit(type, ofFloat ? OP.FConvert : signed ? OP.ConvertSToF : OP.ConvertUToF, id(operand));
    return this.#emit(type, scalarOf(type) === 'int' ? OP.ConvertFToS : OP.ConvertFToU, id(operand));
  }

  /**
   * A half that stays one. NVIDIA's compiler (580.159.04) leaves a value as it was which becomes a half and something wider again, by
   * packHalf2x16 too; behind an `or` with a zero that it can't know, the third number of a workgroup, it doesn't.
   */
  #narrow(half: Value): Value {
    const zero = this.swizzle(this.workgroupId(), [2]);
    const parts = Array.from({ length: sizeOf(half.type) }, (_, component): Value => {
      const one = this.swizzle(half, [component]);
      const bits = this.apply('or', this.bitcast('uint', this.construct('f16vec2', [one, one])), zero);
      return this.swizzle(this.#emit('f16vec2', OP.Bitcast, id(bits)), [0]);
    });
    return this.construct(half.type, parts);
  }

  bitcast(type: ValueType, operand: Value): Value {
    return type === operand.type ? operand : this.#emit(type, OP.Bitcast, id(operand));
  }

  unpackHalf(operand: Value): Value {
    return this.#emit('vec2', OP.ExtInst, this.#module.glsl, 62, id(operand));
  }

  packHalf(operand: Value): Value {
    return this.#emit('uint', OP.ExtInst, this.#module.glsl, 58, id(operand));
  }

  keep(value: Value): Value {
    return value;
  }

  variable(type: ValueType, name: string, length?: number): Variable {
    const ref = this.#module.id();
    const pointer = this.#pointer(STORAGE.Function, type, length);
    instruction(this.#function.variables, OP.Variable, pointer, ref, STORAGE.Function);
    this.#module.name(ref, name);
    return { type, ref, ...(length === undefined ? {} : { length }) };
  }

  get(variable: Variable): Value {
    return this.#emit(variable.type, OP.Load, id(variable));
  }

  set(variable: Variable, value: Value): void {
    this.#write(OP.Store, id(variable), id(value));
  }

  getElement(array: Variable, index: Value): Value {
    return this.#emit(array.type, OP.Load, this.#localElement(array, index));
  }

  setElement(array: Variable, index: Value, value: Value): void {
    this.#write(OP.Store, this.#localElement(array, index), id(value));
  }

  clear(array: Variable): void {
    const type = this.#array(array.type, array.length!);
    this.#write(OP.Store, id(array), this.#module.constant(OP.ConstantNull, type));
  }

  copy(to: Variable, from: Variable): void {
    const type = from.length === undefined ? this.#type(from.type) : this.#array(from.type, from.length);
    this.#write(OP.Store, id(to), this.#raw(type, OP.Load, id(from)));
  }

  branch(condition: Value, then: () => void, otherwise?: () => void): void {
    const [yes, merge] = [this.#module.id(), this.#module.id()];
    const no = otherwise ? this.#module.id() : merge;
    this.#write(OP.SelectionMerge, merge, 0);
    this.#write(OP.BranchConditional, id(condition), yes, no);
    this.#label(yes);
    then();
    this.#jump(merge);
    if (otherwise) {
      this.#label(no);
      otherwise();
      this.#jump(merge);
    }
    this.#label(merge);
  }

  loop(check: () => Value, body: () => void, continuing: () => void): void {
    const [header, test, start, next, leave] = Array.from({ length: 5 }, () => this.#module.id());
    this.#jump(header!);
    this.#label(header!);
    this.#write(OP.LoopMerge, leave!, next!, 0);
    this.#jump(test!);
    this.#label(test!);
    this.#write(OP.BranchConditional, id(check()), start!, leave!);
    this.#label(start!);
    this.#inside(next!, leave!, body);
    this.#jump(next!);
    this.#label(next!);
    continuing();
    this.#jump(header!);
    this.#label(leave!);
  }

  once(body: () => void): void {
    const [header, start, next, leave] = Array.from({ length: 4 }, () => this.#module.id());
    this.#jump(header!);
    this.#label(header!);
    this.#write(OP.LoopMerge, leave!, next!, 0);
    this.#jump(start!);
    this.#label(start!);
    this.#inside(next!, leave!, body);
    this.#jump(leave!);
    this.#label(next!);
    this.#jump(header!);
    this.#label(leave!);
  }

  leave(): void {
    this.#jump(this.#leave.at(-1)!);
  }

  next(): void {
    this.#jump(this.#next.at(-1)!);
  }

  return(value?: Value): void {
    if (value) this.#write(OP.ReturnValue, id(value));
    else this.#write(OP.Return);
    this.#ended = true;
  }

  abreast(bodies: readonly (() => void)[]): void {
    const code = this.#code;
    const texts = bodies.map((body) => {
      this.#code = [];
      body();
      return this.#code;
    });
    this.#code = code;
    for (const word of inTurns(texts)) code.push(word);
  }

  prologue<T>(make: () => T): T {
    const [code, ended] = [this.#code, this.#ended];
    this.#code = this.#function.prologue;
    this.#ended = false;
    const made = make();
    this.#code = code;
    this.#ended = ended;
    return made;
  }

  function(
    name: string,
    returns: ValueType | 'void',
    parameters: readonly FunctionParameter[],
    body: (parameters: readonly (Value | Variable)[]) => void,
  ): FunctionReference {
    const ref = this.#module.id();
    this.#module.name(ref, name);
    const result = returns === 'void' ? this.#module.type(OP.TypeVoid) : this.#type(returns);
    const values = parameters.map((parameter): Value => {
      const own = this.#module.id();
      this.#module.name(own, parameter.name);
      return { type: parameter.type, ref: own, ...lengthOf(parameter) };
    });
    const types = parameters.map(({ type, variable, length }) =>
      variable ? this.#pointer(STORAGE.Function, type, length) : this.#type(type),
    );
    const outer = [this.#function, this.#code, this.#ended] as const;
    this.#define(
      ref,
      result,
      types.map((type, at) => [type, id(values[at]!)] as const),
      () => {
        body(values);
        if (returns !== 'void' && !this.#ended) this.return(this.constant(returns, zeros(returns)));
      },
    );
    [this.#function, this.#code, this.#ended] = outer;
    return { returns, ref };
  }

  call(callee: FunctionReference, args: readonly (Value | Variable)[]): Value | null {
    if (callee.returns !== 'void') return this.#emit(callee.returns, OP.FunctionCall, id(callee), ...args.map(id));
    this.#write(OP.FunctionCall, this.#module.type(OP.TypeVoid), this.#module.id(), id(callee), ...args.map(id));
    return null;
  }

  get namesAddresses(): boolean {
    return this.#access === 'address';
  }

  pushAddresses(): void {
    this.#pushed = PUSHED_ADDRESSES;
  }

  address(entry: number): Value {
    if (this.#access === 'descriptor') return { type: 'uvec2', ref: describedEntry(entry) };
    const pair = this.#type('uvec2');
    const block = this.#module.block(pair, 8, false);
    if (this.#pushed > 1) return this.#emit('uvec2', OP.Load, this.#pushConstant(pair, entry));
    const start = this.#emit('uvec2', OP.Load, this.#pushConstant(pair, 0));
    const pointer = this.#module.physicalPointer(block);
    const base = this.#raw(pointer, OP.Bitcast, id(start));
    const element = this.#module.type(OP.TypePointer, STORAGE.PhysicalStorageBuffer, pair);
    const zero = this.#scalarConstant('uint', 0);
    const at = this.#raw(element, OP.AccessChain, base, zero, this.#scalarConstant('uint', entry));
    return this.#emit('uvec2', OP.Load, at, 2, 8);
  }

  load(kind: ElementKind, width: Width, address: Value, index: Value): Value {
    const type = registerType(kind, width);
    const [stored, at, bytes] = this.#element(kind, width, address, index, false);
    const raw = this.#raw(stored, OP.Load, at, 2, bytes);
    if (kind === 'f16') return this.#emit(type, OP.FConvert, raw);
    return kind === 'u8' ? this.#emit(type, OP.UConvert, raw) : { type, ref: raw };
  }

  store(kind: ElementKind, width: Width, address: Value, index: Value, value: Value): void {
    const [stored, at, bytes] = this.#element(kind, width, address, index, true);
    let ref = id(value);
    if (kind === 'f16') {
      ref = this.#raw(stored, OP.FConvert, ref);
      if (!this.#ended) this.#module.decorate(ref, DECORATION.FPRoundingMode, 0);
    } else if (kind === 'u8') ref = this.#raw(stored, OP.UConvert, ref);
    this.#write(OP.Store, at, ref, 2, bytes);
  }

  atomicAdd(address: Value, index: Value, value: Value): Value {
    const [, at] = this.#element('u32', 1, address, index, true);
    const [device, relaxed] = [this.#scalarConstant('uint', 1), this.#scalarConstant('uint', 0)];
    return this.#emit('uint', OP.AtomicIAdd, at, device, relaxed, id(value));
  }

  global(type: ValueType, name: string): Variable {
    const ref = this.#module.global(this.#pointer(STORAGE.Private, type), STORAGE.Private);
    this.#module.name(ref, name);
    return { type, ref };
  }

  workgroupId(): Value {
    return this.#input('uvec3', BUILT_IN.WorkgroupId);
  }

  workgroupCount(): Value {
    return this.#input('uvec3', BUILT_IN.NumWorkgroups);
  }

  localIndex(): Value {
    return this.#input('uint', BUILT_IN.LocalInvocationIndex);
  }

  shared(type: ScalarType, length: number, name: string): SharedArray {
    const array = this.#array(type, length);
    const pointer = this.#module.type(OP.TypePointer, STORAGE.Workgroup, array);
    const ref = this.#module.global(pointer, STORAGE.Workgroup);
    this.#module.name(ref, name);
    return { type, ref };
  }

  getShared(array: SharedArray, index: Value): Value {
    return this.#emit(array.type, OP.Load, this.#sharedElement(array, index));
  }

  setShared(array: SharedArray, index: Value, value: Value): void {
    this.#write(OP.Store, this.#sharedElement(array, index), id(value));
  }

  /** Workgroup execution and memory, acquire and release of shared memory. */
  barrier(): void {
    const scope = this.#scalarConstant('uint', 2);
    this.#write(OP.ControlBarrier, scope, scope, this.#scalarConstant('uint', 0x108));
  }

  exchange(value: Value, between: 'threads' | 'pairs' = 'threads'): Value {
    this.#module.capability(CAPABILITY.GroupNonUniform);
    this.#module.capability(CAPABILITY.GroupNonUniformQuad);
    const direction = this.#scalarConstant('uint', between === 'threads' ? 0 : 1);
    return this.#emit(value.type, OP.GroupNonUniformQuadSwap, this.#scalarConstant('uint', 3), id(value), direction);
  }

  setGroupThreads(count: number): void {
    this.#groupThreads = count;
  }

  #define(ref: number, result: number, parameters: readonly (readonly [number, number])[], body: () => void): void {
    this.#function = newFunctionText();
    this.#code = this.#function.body;
    this.#ended = false;
    const { head, variables, prologue } = this.#function;
    const type = this.#module.type(OP.TypeFunction, result, ...parameters.map(([parameter]) => parameter));
    instruction(head, OP.Function, result, ref, 0, type);
    for (const parameter of parameters) instruction(head, OP.FunctionParameter, ...parameter);
    instruction(head, OP.Label, this.#module.id());
    const text = this.#function;
    body();
    if (!this.#ended) instruction(text.body, OP.Return);
    instruction(text.body, OP.FunctionEnd);
    this.#module.function([...head, ...variables, ...prologue]);
    this.#module.function(text.body);
  }

  #inside(next: number, leave: number, body: () => void): void {
    this.#next.push(next);
    this.#leave.push(leave);
    body();
    this.#next.pop();
    this.#leave.pop();
  }

  #write(opcode: number, ...operands: readonly number[]): void {
    if (!this.#ended) instruction(this.#code, opcode, ...operands);
  }

  #raw(type: number, opcode: number, ...operands: readonly number[]): number {
    const ref = this.#module.id();
    this.#write(opcode, type, ref, ...operands);
    return ref;
  }

  #emit(type: ValueType, opcode: number, ...operands: readonly number[]): Value {
    return { type, ref: this.#raw(this.#type(type), opcode, ...operands) };
  }

  #label(ref: number): void {
    this.#ended = false;
    instruction(this.#code, OP.Label, ref);
  }

  #jump(ref: number): void {
    this.#write(OP.Branch, ref);
    this.#ended = true;
  }

  #type(type: ValueType): number {
    const size = sizeOf(type);
    if (size > 1) return this.#module.type(OP.TypeVector, this.#type(scalarOf(type)), size);
    if (type === 'double') this.#module.capability(CAPABILITY.Float64);
    if (type === 'float16_t') this.#module.capability(CAPABILITY.Float16);
    if (isFloating(type as ScalarType)) return this.#module.type(OP.TypeFloat, FLOAT_BITS[type as 'float']);
    return type === 'bool' ? this.#module.type(OP.TypeBool) : this.#module.type(OP.TypeInt, 32, type === 'int' ? 1 : 0);
  }

  #pointer(storage: number, type: ValueType, length?: number): number {
    const pointee = length === undefined ? this.#type(type) : this.#array(type, length);
    return this.#module.type(OP.TypePointer, storage, pointee);
  }

  #array(type: ValueType, length: number): number {
    return this.#module.type(OP.TypeArray, this.#type(type), this.#scalarConstant('uint', length));
  }

  #localElement(array: Variable, index: Value): number {
    return this.#raw(this.#pointer(STORAGE.Function, array.type), OP.AccessChain, id(array), id(index));
  }

  #scalarConstant(scalar: ScalarType, value: number): number {
    const type = this.#type(scalar);
    if (scalar === 'bool') return this.#module.constant(value === 0 ? OP.ConstantFalse : OP.ConstantTrue, type);
    return this.#module.constant(OP.Constant, type, ...scalarWords(scalar, value));
  }

  #storedType(kind: ElementKind): number {
    if (kind === 'f16') {
      this.#module.capability(CAPABILITY.StorageBuffer16BitAccess);
      return this.#module.type(OP.TypeFloat, 16);
    }
    if (kind !== 'u8') return this.#type(registerType(kind, 1));
    this.#module.capability(CAPABILITY.StorageBuffer8BitAccess);
    return this.#module.type(OP.TypeInt, 8, 0);
  }

  /** Type in memory, pointer, and alignment of one element. */
  #element(
    kind: ElementKind,
    width: Width,
    address: Value,
    index: Value,
    writable: boolean,
  ): readonly [number, number, number] {
    const scalar = this.#storedType(kind);
    const stored = width === 1 ? scalar : this.#module.type(OP.TypeVector, scalar, width);
    const bytes = BYTES[kind] * width;
    // Buffers stand on 16 bytes, no more is said of them.
    const aligned = Math.min(bytes, 16);
    const block = this.#module.block(stored, bytes, writable);
    if (this.#access === 'descriptor') {
      const variable = this.#module.storageBuffer(block, describedEntry(id(address)));
      const place = this.#module.type(OP.TypePointer, STORAGE.StorageBuffer, stored);
      return [stored, this.#raw(place, OP.AccessChain, variable, this.#scalarConstant('uint', 0), id(index)), aligned];
    }
    const pointer = this.#module.physicalPointer(block);
    const element = this.#module.type(OP.TypePointer, STORAGE.PhysicalStorageBuffer, stored);
    const base = this.#raw(pointer, OP.Bitcast, id(address));
    const at = this.#raw(element, OP.AccessChain, base, this.#scalarConstant('uint', 0), id(index));
    return [stored, at, aligned];
  }

  #sharedElement(array: SharedArray, index: Value): number {
    return this.#raw(this.#pointer(STORAGE.Workgroup, array.type), OP.AccessChain, id(array), id(index));
  }

  /** Pointer to a push constant. */
  #pushConstant(pair: number, member: number): number {
    const variable = this.#module.once('push constant', () => {
      const pointer = this.#module.type(
        OP.TypePointer,
        STORAGE.PushConstant,
        this.#module.pushBlock(pair, this.#pushed),
      );
      return this.#module.global(pointer, STORAGE.PushConstant);
    });
    const pointer = this.#module.type(OP.TypePointer, STORAGE.PushConstant, pair);
    return this.#raw(pointer, OP.AccessChain, variable, this.#scalarConstant('uint', member));
  }

  #input(type: ValueType, builtIn: number): Value {
    const variable = this.#module.once(`input ${builtIn}`, () => {
      const ref = this.#module.global(this.#pointer(STORAGE.Input, type), STORAGE.Input);
      this.#module.decorate(ref, DECORATION.BuiltIn, builtIn);
      return ref;
    });
    return this.#emit(type, OP.Load, variable);
  }
}

/** A number that is no identifier, for an entry of the pass block that is a binding; and the entry of such a number. */
function describedEntry(number: number): number {
  return -1 - number;
}

const FLOAT_BITS = { float: 32, double: 64, float16_t: 16 } as const;

/** The words of a constant, the lowest first. */
function scalarWords(scalar: ScalarType, value: number): readonly number[] {
  if (scalar === 'float') return [floatBits(value)];
  if (scalar === 'double') return [...new Uint32Array(Float64Array.of(value).buffer)];
  if (scalar === 'float16_t') return [new Uint16Array(Float16Array.of(value).buffer)[0]!];
  return [value >>> 0];
}

function lengthOf({ length }: { readonly length?: number }): { readonly length?: number } {
  return length === undefined ? {} : { length };
}

function zeros(type: ValueType): number[] {
  return Array.from({ length: sizeOf(type) }, () => 0);
}
