/** @file Variables of a module → bindings, push constants, shared memory: walks the types that they point to. */

import { arrayLength } from './spirv-constants.ts';
import { malformed, opcodeAt, place } from './spirv-module.ts';
import type { SpirvModule } from './spirv-module.ts';
import { Decoration, Op, StorageClass } from './spirv-words.ts';

/** What a binding holds. */
export type ShaderBindingKind =
  | 'storage-buffer'
  | 'uniform-buffer'
  | 'storage-image'
  | 'sampled-image'
  | 'combined-image-sampler'
  | 'sampler'
  | 'uniform-texel-buffer'
  | 'storage-texel-buffer'
  | 'input-attachment'
  | 'acceleration-structure';

/** The shape of an image, as a shader declares it. */
export type ShaderImageShape = '1d' | '2d' | '3d' | 'cube' | '1d-array' | '2d-array' | 'cube-array';

/** As what numbers a shader takes texels. */
export type ShaderTexels = 'float' | 'int' | 'uint';

/** A resource that a shader expects in a descriptor set. */
export interface ShaderBinding {
  readonly set: number;
  readonly binding: number;
  readonly kind: ShaderBindingKind;
  readonly name: string;
  /** Array length; 0 where it is set at run time. */
  readonly count: number;
  readonly readable: boolean;
  readonly writable: boolean;
  /** Images: the shape that the shader sees; null for the rest. */
  readonly shape: ShaderImageShape | null;
  /** Images: whether each texel has several samples. */
  readonly multisampled: boolean;
  /** Images and texel buffers: as what numbers the shader takes texels; null for the rest. */
  readonly texels: ShaderTexels | null;
  /** Images and texel buffers that are stored: the format that the shader declares, as GLSL writes it; null where it leaves that open. */
  readonly format: string | null;
  /** Least size of a buffer in bytes, without a trailing run-time array; 0 for images. */
  readonly byteLength: number;
}

/** A member of the push-constant block; offset and size in bytes. */
export interface ShaderMember {
  readonly name: string;
  readonly byteOffset: number;
  readonly byteLength: number;
}

/** The push-constant block: `byteLength` reaches from 0 to the end of the last member. */
export interface ShaderPushConstants {
  readonly name: string;
  readonly byteLength: number;
  readonly members: readonly ShaderMember[];
}

const DEEPEST = 64;

interface Variable {
  readonly id: number;
  readonly storage: number;
  /** Type that the variable's pointer points to. */
  readonly type: number;
}

/** Every variable that stands in a descriptor set, in order of set and binding. */
export function bindingsOf(module: SpirvModule): ShaderBinding[] {
  const bindings: ShaderBinding[] = [];
  for (const at of module.variables) {
    const { id, storage, type } = variable(module, at);
    const uniform =
      storage === StorageClass.UniformConstant ||
      storage === StorageClass.Uniform ||
      storage === StorageClass.StorageBuffer;
    if (!uniform) continue;
    const decorations = module.decorations.get(id);
    const [set, binding] = [decorations?.get(Decoration.DescriptorSet) ?? 0, decorations?.get(Decoration.Binding) ?? 0];
    const element = elementOf(module, type, at, `binding ${set}.${binding} ${module.names.get(id) ?? ''}`.trimEnd());
    const kind = bindingKind(module, storage, element.type, at);
    bindings.push({
      set,
      binding,
      kind,
      name: module.names.get(id) || module.names.get(element.type) || '',
      count: element.count,
      readable: isAllowed(module, kind, id, element.type, at, Decoration.NonReadable),
      writable: mayWrite(kind) && isAllowed(module, kind, id, element.type, at, Decoration.NonWritable),
      ...imageShape(module, element.type, at),
      byteLength: kind.endsWith('buffer') && !kind.includes('texel') ? sizeOf(module, element.type, at, 0) : 0,
    });
  }
  return bindings.sort((a, b) => a.set - b.set || a.binding - b.binding);
}

/** The push-constant block, or null; of several, which belong to several entry points, the longest. */
export function pushConstantsOf(module: SpirvModule): ShaderPushConstants | null {
  let longest: ShaderPushConstants | null = null;
  for (const at of module.variables) {
    const { id, storage, type } = variable(module, at);
    if (storage !== StorageClass.PushConstant) continue;
    const members = structMembers(module, type, at);
    const byteLength = members.reduce((end, member) => Math.max(end, member.byteOffset + member.byteLength), 0);
    const name = module.names.get(id) || module.names.get(type) || '';
    if (byteLength >= (longest?.byteLength ?? 0)) longest = { name, byteLength, members };
  }
  return longest;
}

/** Bytes of workgroup-shared variables, each at its natural size. */
export function sharedBytesOf(module: SpirvModule): number {
  let bytes = 0;
  for (const at of module.variables) {
    const { storage, type } = variable(module, at);
    if (storage === StorageClass.Workgroup) bytes += sizeOf(module, type, at, 0);
  }
  return bytes;
}

/** The variable that an OpVariable at this word declares. */
export function variable(module: SpirvModule, at: number): Variable {
  const { words } = module;
  const pointer = place(module, words[at + 1]!, at);
  if (opcodeAt(module, pointer) !== Op.TypePointer)
    throw malformed(at, `the type of variable ${words[at + 2]} is no pointer`);
  return { id: words[at + 2]!, storage: words[at + 3]!, type: words[pointer + 3]! };
}

/** Peels an array of descriptors, which `name` says; what remains is no array. */
function elementOf(module: SpirvModule, type: number, by: number, name: string): { type: number; count: number } {
  const first = place(module, type, by);
  const lengths: number[] = [];
  let element = type;
  for (let at = first; ; at = place(module, element, at)) {
    const length = lengthOf(module, at);
    if (length === undefined) break;
    if (lengths.length > DEEPEST) throw malformed(at, `type ${element} contains itself`);
    lengths.push(length);
    element = module.words[at + 2]!;
  }
  if (lengths.length <= 1) return { type: element, count: lengths[0] ?? 1 };
  const sizes = lengths.map((length) => `[${length === 0 ? '' : length}]`).join('');
  const product = lengths.reduce((a, b) => a * b, 1);
  throw malformed(
    first,
    `${name} is an array of arrays, ${sizes}, and arrays of descriptors have one dimension`,
    product === 0 ? 'declare one array' : `declare one array of ${product}`,
  );
}

/** Elements of an array, 0 where they are counted at run time; undefined for what is no array. */
function lengthOf(module: SpirvModule, at: number): number | undefined {
  const opcode = opcodeAt(module, at);
  if (opcode === Op.TypeRuntimeArray) return 0;
  return opcode === Op.TypeArray ? arrayLength(module, at) : undefined;
}

function bindingKind(module: SpirvModule, storage: number, type: number, by: number): ShaderBindingKind {
  if (storage === StorageClass.StorageBuffer) return 'storage-buffer';
  if (storage === StorageClass.Uniform) {
    return module.decorations.get(type)?.has(Decoration.BufferBlock) ? 'storage-buffer' : 'uniform-buffer';
  }
  const at = place(module, type, by);
  switch (opcodeAt(module, at)) {
    case Op.TypeSampler:
      return 'sampler';
    case Op.TypeSampledImage: {
      const image = place(module, module.words[at + 2]!, at);
      return module.words[image + 3] === BUFFER_DIMENSION ? 'uniform-texel-buffer' : 'combined-image-sampler';
    }
    case Op.TypeAccelerationStructure:
      return 'acceleration-structure';
    case Op.TypeImage: {
      const [dimension, sampled] = [module.words[at + 3], module.words[at + 7]];
      if (dimension === SUBPASS_DIMENSION) return 'input-attachment';
      if (dimension === BUFFER_DIMENSION) return sampled === 2 ? 'storage-texel-buffer' : 'uniform-texel-buffer';
      return sampled === 2 ? 'storage-image' : 'sampled-image';
    }
    default:
      throw malformed(at, `type ${type} of a variable is no resource`);
  }
}

const BUFFER_DIMENSION = 5;
const SUBPASS_DIMENSION = 6;

function mayWrite(kind: ShaderBindingKind): boolean {
  return kind === 'storage-buffer' || kind === 'storage-image' || kind === 'storage-texel-buffer';
}

/** Whether a binding, or a member of its block, is without this decoration. */
function isAllowed(
  module: SpirvModule,
  kind: ShaderBindingKind,
  id: number,
  type: number,
  by: number,
  decoration: number,
): boolean {
  if (module.decorations.get(id)?.has(decoration)) return false;
  if (kind !== 'storage-buffer') return true;
  const members = module.memberDecorations.get(type) ?? [];
  const count = structMembers(module, type, by).length;
  for (let index = 0; index < count; index++) if (!members[index]?.has(decoration)) return true;
  return count === 0;
}

const SHAPES: readonly ShaderImageShape[] = ['1d', '2d', '3d', 'cube'];

/** SPIR-V's image formats, by number, as GLSL writes them; 0 leaves the format open. */
const FORMATS = (
  ' rgba32f rgba16f r32f rgba8 rgba8_snorm rg32f rg16f r11f_g11f_b10f r16f rgba16 rgb10_a2 rg16 rg8 r16 r8 ' +
  'rgba16_snorm rg16_snorm rg8_snorm r16_snorm r8_snorm rgba32i rgba16i rgba8i r32i rg32i rg16i rg8i r16i r8i ' +
  'rgba32ui rgba16ui rgba8ui r32ui rgb10_a2ui rg32ui rg16ui rg8ui r16ui r8ui r64ui r64i'
).split(' ');

function imageShape(
  module: SpirvModule,
  type: number,
  by: number,
): Pick<ShaderBinding, 'shape' | 'multisampled' | 'texels' | 'format'> {
  let at = place(module, type, by);
  if (opcodeAt(module, at) === Op.TypeSampledImage) at = place(module, module.words[at + 2]!, at);
  if (opcodeAt(module, at) !== Op.TypeImage) return { shape: null, multisampled: false, texels: null, format: null };
  const shape = SHAPES[module.words[at + 3]!] ?? null;
  const arrayed = module.words[at + 5] === 1 && shape !== null && shape !== '3d';
  return {
    shape: arrayed ? (`${shape}-array` as ShaderImageShape) : shape,
    multisampled: module.words[at + 6] === 1,
    texels: numbersOf(module, module.words[at + 2]!, at),
    format: FORMATS[module.words[at + 8]!] || null,
  };
}

function numbersOf(module: SpirvModule, type: number, by: number): ShaderTexels | null {
  const at = place(module, type, by);
  const opcode = opcodeAt(module, at);
  if (opcode === Op.TypeFloat) return 'float';
  if (opcode !== Op.TypeInt) return null;
  return module.words[at + 3] === 1 ? 'int' : 'uint';
}

function structMembers(module: SpirvModule, type: number, by: number): ShaderMember[] {
  const at = place(module, type, by);
  if (opcodeAt(module, at) !== Op.TypeStruct) throw malformed(at, `type ${type} of a block is no struct`);
  const members: ShaderMember[] = [];
  const length = module.words[at]! >>> 16;
  for (let index = 0; index < length - 2; index++) {
    const decorations = module.memberDecorations.get(type)?.[index];
    members.push({
      name: module.memberNames.get(type)?.[index] ?? '',
      byteOffset: decorations?.get(Decoration.Offset) ?? 0,
      byteLength: sizeOf(module, module.words[at + 2 + index]!, at, 1, matrixLayout(decorations)),
    });
  }
  return members;
}

/** How the matrices of a member lie, arrays of them too: bytes from one row or column to the next. */
interface MatrixLayout {
  readonly stride: number;
  readonly rowMajor: boolean;
}

function matrixLayout(decorations: ReadonlyMap<number, number> | undefined): MatrixLayout | undefined {
  const stride = decorations?.get(Decoration.MatrixStride);
  return stride === undefined ? undefined : { stride, rowMajor: decorations!.has(Decoration.RowMajor) };
}

/** Bytes of a value, whose type stands at the word `by`; run-time arrays count 0. Without explicit offsets (shared memory) members lie behind one another. */
function sizeOf(module: SpirvModule, type: number, by: number, depth: number, matrices?: MatrixLayout): number {
  const at = place(module, type, by);
  if (depth > DEEPEST) throw malformed(at, `type ${type} contains itself`);
  const opcode = opcodeAt(module, at);
  const laidOut = opcode === Op.TypeMatrix || opcode === Op.TypeArray ? matrices : undefined;
  const known = laidOut ? undefined : module.sizes.get(type);
  if (known !== undefined) return known;
  const size = countSize(module, type, at, depth, laidOut);
  if (size > Number.MAX_SAFE_INTEGER) throw malformed(at, `type ${type} has more bytes than any memory`);
  if (!laidOut) module.sizes.set(type, size);
  return size;
}

function countSize(
  module: SpirvModule,
  type: number,
  at: number,
  depth: number,
  matrices: MatrixLayout | undefined,
): number {
  const { words } = module;
  switch (opcodeAt(module, at)) {
    case Op.TypeBool:
      return 4;
    case Op.TypeInt:
    case Op.TypeFloat:
      return words[at + 2]! / 8;
    case Op.TypeVector:
      return words[at + 3]! * sizeOf(module, words[at + 2]!, at, depth + 1);
    case Op.TypeMatrix: {
      const [columns, column] = [words[at + 3]!, words[at + 2]!];
      if (!matrices) return columns * sizeOf(module, column, at, depth + 1);
      return matrices.stride * (matrices.rowMajor ? rowsOf(module, column, at) : columns);
    }
    case Op.TypePointer:
      return 8;
    case Op.TypeRuntimeArray:
      return 0;
    case Op.TypeArray: {
      const stride =
        module.decorations.get(type)?.get(Decoration.ArrayStride) ??
        sizeOf(module, words[at + 2]!, at, depth + 1, matrices);
      return stride * arrayLength(module, at);
    }
    case Op.TypeStruct:
      return structSize(module, type, at, depth);
    default:
      throw malformed(at, `type ${type} has no size`);
  }
}

/** Rows of a matrix: components of its columns. */
function rowsOf(module: SpirvModule, column: number, by: number): number {
  const at = place(module, column, by);
  if (opcodeAt(module, at) !== Op.TypeVector) throw malformed(by, `type ${column} of a matrix's columns is no vector`);
  return module.words[at + 3]!;
}

function structSize(module: SpirvModule, type: number, at: number, depth: number): number {
  let end = 0;
  const length = module.words[at]! >>> 16;
  for (let index = 0; index < length - 2; index++) {
    const decorations = module.memberDecorations.get(type)?.[index];
    const size = sizeOf(module, module.words[at + 2 + index]!, at, depth + 1, matrixLayout(decorations));
    end = Math.max(end, (decorations?.get(Decoration.Offset) ?? end) + size);
  }
  return end;
}
