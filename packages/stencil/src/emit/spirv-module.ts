/**
 * @file A SPIR-V module under construction: identifiers, the sections in the order that the specification asks for
 * (SPIR-V 1.5, §2.4 "Logical Layout of a Module"), and types and constants of which there is one each. It knows words
 * and nothing of stencils; `spirv-target.ts` knows what to say with them.
 */

/** The instructions that Halocline's shaders are made of, by their names in the specification without `Op`. */
export const OP = {
  Name: 5,
  Extension: 10,
  ExtInstImport: 11,
  ExtInst: 12,
  MemoryModel: 14,
  EntryPoint: 15,
  ExecutionMode: 16,
  Capability: 17,
  TypeVoid: 19,
  TypeBool: 20,
  TypeInt: 21,
  TypeFloat: 22,
  TypeVector: 23,
  TypeArray: 28,
  TypeRuntimeArray: 29,
  TypeStruct: 30,
  TypePointer: 32,
  TypeFunction: 33,
  TypeForwardPointer: 39,
  ConstantTrue: 41,
  ConstantFalse: 42,
  Constant: 43,
  ConstantComposite: 44,
  ConstantNull: 46,
  Function: 54,
  FunctionParameter: 55,
  FunctionEnd: 56,
  FunctionCall: 57,
  Variable: 59,
  Load: 61,
  Store: 62,
  AccessChain: 65,
  Decorate: 71,
  MemberDecorate: 72,
  VectorExtractDynamic: 77,
  VectorInsertDynamic: 78,
  VectorShuffle: 79,
  CompositeConstruct: 80,
  CompositeExtract: 81,
  CompositeInsert: 82,
  ConvertFToU: 109,
  ConvertFToS: 110,
  ConvertSToF: 111,
  ConvertUToF: 112,
  UConvert: 113,
  FConvert: 115,
  Bitcast: 124,
  Select: 169,
  ControlBarrier: 224,
  AtomicIAdd: 234,
  GroupNonUniformQuadSwap: 366,
  LoopMerge: 246,
  SelectionMerge: 247,
  Label: 248,
  Branch: 249,
  BranchConditional: 250,
  Return: 253,
  ReturnValue: 254,
} as const;

/** Storage classes. */
export const STORAGE = {
  Input: 1,
  Workgroup: 4,
  Private: 6,
  Function: 7,
  PushConstant: 9,
  StorageBuffer: 12,
  PhysicalStorageBuffer: 5349,
} as const;

/** Decorations. */
export const DECORATION = {
  Block: 2,
  ArrayStride: 6,
  BuiltIn: 11,
  NonWritable: 24,
  Binding: 33,
  DescriptorSet: 34,
  Offset: 35,
  FPRoundingMode: 39,
  NoContraction: 42,
} as const;

/** Capabilities; the values are the specification's. */
export const CAPABILITY = {
  Shader: 1,
  Float16: 9,
  Float64: 10,
  GroupNonUniform: 61,
  GroupNonUniformQuad: 68,
  DenormPreserve: 4464,
  SignedZeroInfNanPreserve: 4466,
  RoundingModeRTE: 4467,
  StorageBuffer16BitAccess: 4433,
  StorageBuffer8BitAccess: 4448,
  PhysicalStorageBufferAddresses: 5347,
} as const;

/** Widths of floats for which a module asks that denormals are kept, that −0, ∞ and NaN are, that ties go to even. */
export interface FloatModes {
  readonly denormals: readonly number[];
  readonly specials: readonly number[];
  readonly nearestEven: readonly number[];
}

/** Nothing is asked for. */
export const NO_MODES: FloatModes = { denormals: [], specials: [], nearestEven: [] };

/** The capability and the execution mode of each of them. */
const MODES: Readonly<Record<keyof FloatModes, readonly [capability: number, mode: number]>> = {
  denormals: [CAPABILITY.DenormPreserve, 4459],
  specials: [CAPABILITY.SignedZeroInfNanPreserve, 4461],
  nearestEven: [CAPABILITY.RoundingModeRTE, 4462],
};

const MAGIC = 0x07230203;
const VERSION_1_5 = 0x00010500;
const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

/** The bits of a float32, as an unsigned number. */
export function floatBits(value: number): number {
  float[0] = value;
  return bits[0]!;
}

/** A string as SPIR-V words: UTF-8, at least one zero byte, four bytes a word, the first byte lowest. */
function stringWords(text: string): number[] {
  const bytes: number[] = [];
  for (const character of text) {
    const code = character.codePointAt(0)!;
    if (code < 0x80) bytes.push(code);
    else if (code < 0x800) bytes.push(0xc0 | (code >> 6), 0x80 | (code & 63));
    else if (code < 0x10000) bytes.push(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63));
    else bytes.push(0xf0 | (code >> 18), 0x80 | ((code >> 12) & 63), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63));
  }
  const words: number[] = Array.from({ length: (bytes.length >> 2) + 1 }, () => 0);
  bytes.forEach((byte, at) => {
    words[at >> 2] = (words[at >> 2]! | (byte << ((at & 3) * 8))) >>> 0;
  });
  return words;
}

/** Appends one instruction to a list of words. */
export function instruction(words: number[], opcode: number, ...operands: readonly number[]): void {
  words.push(((operands.length + 1) << 16) | opcode);
  for (const operand of operands) words.push(operand >>> 0);
}

/** A module under construction. Sections are lists of words; `assemble` joins them. */
export class SpirvModule {
  readonly #capabilities = new Set<number>([CAPABILITY.Shader, CAPABILITY.PhysicalStorageBufferAddresses]);
  readonly #unique = new Map<string, number>();
  readonly #interface: number[] = [];
  readonly #names: number[] = [];
  readonly #decorations: number[] = [];
  readonly #globals: number[] = [];
  readonly #functions: number[] = [];
  #bound = 1;
  /** The extended instruction set `GLSL.std.450`. */
  readonly glsl: number = this.id();

  /** A fresh identifier. */
  id(): number {
    return this.#bound++;
  }

  capability(value: number): void {
    this.#capabilities.add(value);
  }

  name(id: number, text: string): void {
    instruction(this.#names, OP.Name, id, ...stringWords(text));
  }

  decorate(id: number, decoration: number, ...operands: readonly number[]): void {
    instruction(this.#decorations, OP.Decorate, id, decoration, ...operands);
  }

  decorateMember(id: number, member: number, decoration: number, ...operands: readonly number[]): void {
    instruction(this.#decorations, OP.MemberDecorate, id, member, decoration, ...operands);
  }

  /** A type of which there may be one only: made at its first use. */
  type(opcode: number, ...operands: readonly number[]): number {
    return this.once(`type ${opcode} ${operands.join(' ')}`, () => {
      const id = this.id();
      instruction(this.#globals, opcode, id, ...operands);
      return id;
    });
  }

  /** A constant of a type, made at its first use. */
  constant(opcode: number, type: number, ...operands: readonly number[]): number {
    return this.once(`constant ${opcode} ${type} ${operands.join(' ')}`, () => {
      const id = this.id();
      instruction(this.#globals, opcode, type, id, ...operands);
      return id;
    });
  }

  /** A struct of one run-time array, in an external buffer: elements of `stride` bytes. */
  block(element: number, stride: number, writable: boolean): number {
    return this.once(`block ${element} ${stride} ${writable}`, () => {
      const [array, struct] = [this.id(), this.id()];
      instruction(this.#globals, OP.TypeRuntimeArray, array, element);
      instruction(this.#globals, OP.TypeStruct, struct, array);
      this.decorate(array, DECORATION.ArrayStride, stride);
      this.decorate(struct, DECORATION.Block);
      this.decorateMember(struct, 0, DECORATION.Offset, 0);
      if (!writable) this.decorateMember(struct, 0, DECORATION.NonWritable);
      return struct;
    });
  }

  /**
   * A pointer into a physical storage buffer. It is announced first, as glslang does: without that, validators of 2023
   * refuse the cast to a block of 8- or 16-bit elements.
   */
  physicalPointer(block: number): number {
    return this.once(`physical pointer ${block}`, () => {
      const id = this.id();
      instruction(this.#globals, OP.TypeForwardPointer, id, STORAGE.PhysicalStorageBuffer);
      instruction(this.#globals, OP.TypePointer, id, STORAGE.PhysicalStorageBuffer, block);
      return id;
    });
  }

  /** A storage buffer of set 0; the same binding may be seen as several blocks. */
  storageBuffer(block: number, binding: number): number {
    return this.once(`storage buffer ${block} ${binding}`, () => {
      const id = this.global(this.type(OP.TypePointer, STORAGE.StorageBuffer, block), STORAGE.StorageBuffer);
      this.decorate(id, DECORATION.DescriptorSet, 0);
      this.decorate(id, DECORATION.Binding, binding);
      return id;
    });
  }

  /** A struct in the push constants, of so many members of 8 bytes. */
  pushBlock(member: number, count: number): number {
    return this.once(`push ${member}`, () => {
      const struct = this.id();
      instruction(this.#globals, OP.TypeStruct, struct, ...Array.from({ length: count }, () => member));
      this.decorate(struct, DECORATION.Block);
      for (let at = 0; at < count; at++) this.decorateMember(struct, at, DECORATION.Offset, 8 * at);
      return struct;
    });
  }

  /** A variable outside every function; it becomes part of the entry point's interface. */
  global(pointer: number, storage: number): number {
    const id = this.id();
    instruction(this.#globals, OP.Variable, pointer, id, storage);
    this.#interface.push(id);
    return id;
  }

  /** What `make` gave at the first call with this key. */
  once(key: string, make: () => number): number {
    const known = this.#unique.get(key);
    if (known !== undefined) return known;
    const id = make();
    this.#unique.set(key, id);
    return id;
  }

  /** Appends a whole function's words. */
  function(words: readonly number[]): void {
    for (const word of words) this.#functions.push(word);
  }

  /** What is asked for the widths that the module computes with, or loads and stores. */
  #modes(floats: FloatModes): (readonly [keyof FloatModes, number])[] {
    const has = (...names: readonly (keyof typeof CAPABILITY)[]): boolean =>
      names.some((name) => this.#capabilities.has(CAPABILITY[name]));
    const used = [32, ...(has('Float16', 'StorageBuffer16BitAccess') ? [16] : []), ...(has('Float64') ? [64] : [])];
    const names = ['denormals', 'specials', 'nearestEven'] as const;
    return names.flatMap((name) =>
      used.filter((bits) => floats[name].includes(bits)).map((bits) => [name, bits] as const),
    );
  }

  /** The words of the module, with one compute entry point `main` of `width`×1×1 threads. */
  assemble(main: number, width: number, floats: FloatModes): Uint32Array<ArrayBuffer> {
    const modes = this.#modes(floats);
    for (const [name] of modes) this.capability(MODES[name][0]);
    const head: number[] = [];
    for (const value of this.#capabilities) instruction(head, OP.Capability, value);
    instruction(head, OP.ExtInstImport, this.glsl, ...stringWords('GLSL.std.450'));
    instruction(head, OP.MemoryModel, 5348, 1);
    instruction(head, OP.EntryPoint, 5, main, ...stringWords('main'), ...this.#interface);
    instruction(head, OP.ExecutionMode, main, 17, width, 1, 1);
    for (const [name, bits] of modes) instruction(head, OP.ExecutionMode, main, MODES[name][1], bits);
    const sections = [head, this.#names, this.#decorations, this.#globals, this.#functions];
    const words = new Uint32Array(5 + sections.reduce((sum, section) => sum + section.length, 0));
    words.set([MAGIC, VERSION_1_5, 0, this.#bound, 0]);
    let at = 5;
    for (const section of sections) {
      words.set(section, at);
      at += section.length;
    }
    return words;
  }
}
