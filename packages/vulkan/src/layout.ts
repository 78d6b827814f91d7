/**
 * @file The compact notation of a struct's members, as the generator writes it, and its parser.
 *
 * Members are separated by spaces; each is `name=type@offset`, with `:shift+width` after it for a bit field and
 * `,counter` where an array's length fills the sibling `counter` (`,codeSize*4`: four times the length). Types:
 *
 *     b B h H i I l L   integers of 8, 16, 32, 64 bits (capital B and H are signed; l is signed, L unsigned)
 *     f d               float, double
 *     P                 a handle, or an address that the caller must have
 *     c                 a character; only in arrays, which are strings
 *     s                 char*: a string
 *     v                 void* with a length: bytes of a view, or an address
 *     VkName            a struct or union, in place
 *     [4]T  *T          a fixed array; a pointer to one or more T
 */

/** The type of a member. */
export type Shape =
  | { readonly kind: 'scalar'; readonly code: string }
  | { readonly kind: 'string' }
  | { readonly kind: 'data' }
  | { readonly kind: 'struct'; readonly name: string }
  | { readonly kind: 'array'; readonly length: number; readonly of: Shape }
  | { readonly kind: 'pointer'; readonly to: Shape };

/** A member: name, type, place in bytes. */
export interface Field {
  readonly name: string;
  readonly shape: Shape;
  readonly offset: number;
  readonly bits?: { readonly shift: number; readonly width: number };
  /** The sibling that holds this array's length, in units of 1/factor elements. */
  readonly counter?: { readonly name: string; readonly factor: number };
}

const FIELD = /^(\w+)=([^@]+)@(\d+)(?::(\d+)\+(\d+))?(?:,(\w+)(?:\*(\d+))?)?$/;

/** The members of a struct from their compact notation. */
export function parseFields(text: string): Field[] {
  if (text === '') return [];
  return text.split(' ').map((entry) => {
    const match = FIELD.exec(entry);
    if (match === null) throw new Error(`Bug in a struct's table: "${entry}" is no member`);
    const [, name = '', type = '', offset, shift, width, counter, factor = '1'] = match;
    return {
      name,
      shape: parseShape(type),
      offset: Number(offset),
      ...(shift === undefined ? {} : { bits: { shift: Number(shift), width: Number(width) } }),
      ...(counter === undefined ? {} : { counter: { name: counter, factor: Number(factor) } }),
    };
  });
}

function parseShape(type: string): Shape {
  if (type.startsWith('*')) return { kind: 'pointer', to: parseShape(type.slice(1)) };
  if (type.startsWith('[')) {
    const end = type.indexOf(']');
    return { kind: 'array', length: Number(type.slice(1, end)), of: parseShape(type.slice(end + 1)) };
  }
  if (type.length > 1) return { kind: 'struct', name: type };
  if (type === 's') return { kind: 'string' };
  return type === 'v' ? { kind: 'data' } : { kind: 'scalar', code: type };
}

const SCALAR_BYTES: Readonly<Record<string, number>> = {
  b: 1,
  B: 1,
  c: 1,
  h: 2,
  H: 2,
  i: 4,
  I: 4,
  f: 4,
  l: 8,
  L: 8,
  d: 8,
  P: 8,
};

/** Bytes of one value of a type; `structBytes` knows the structs. */
export function bytesOf(shape: Shape, structBytes: (name: string) => number): number {
  switch (shape.kind) {
    case 'scalar':
      return SCALAR_BYTES[shape.code] ?? 8;
    case 'struct':
      return structBytes(shape.name);
    case 'array':
      return shape.length * bytesOf(shape.of, structBytes);
    default:
      return 8;
  }
}
