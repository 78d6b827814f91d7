/** @file Specialization constants: what a module declares, and the values that a pipeline gives, checked against it. */

import { malformed, place } from './spirv-module.ts';
import type { SpirvModule } from './spirv-module.ts';
import { Decoration, Op } from './spirv-words.ts';

/** A constant that a pipeline may set; several may share an id. */
export interface ShaderSpecialization {
  readonly id: number;
  readonly name: string;
  readonly type: 'bool' | 'int' | 'uint' | 'float';
  readonly bits: number;
  /** The default, as the number that it means. */
  readonly value: number;
}

/** Values of specialization constants, by id; true and false count as 1 and 0. */
export type SpecializationValues = Readonly<Record<number, number | boolean>>;

/** A constant with the value that a pipeline is made with. */
export interface GivenConstant extends ShaderSpecialization {
  readonly given: number;
}

/** The specialization constant of this id. */
export function specializationOf(module: SpirvModule, id: number): ShaderSpecialization {
  const { words } = module;
  const at = module.declared.get(id)!;
  const opcode = words[at]! & 0xffff;
  const common = { id: module.decorations.get(id)!.get(Decoration.SpecId)!, name: module.names.get(id) ?? '' };
  if (opcode !== Op.SpecConstant)
    return { ...common, type: 'bool', bits: 32, value: opcode === Op.SpecConstantTrue ? 1 : 0 };
  const type = place(module, words[at + 1]!, at);
  const float = (words[type]! & 0xffff) === Op.TypeFloat;
  const bits = words[type + 2]!;
  if (!float && (words[type]! & 0xffff) !== Op.TypeInt) throw malformed(at, `constant ${id} is no number`);
  if (![8, 16, 32, 64].includes(bits) || (float && bits === 8)) throw malformed(type, `a number has ${bits} bits`);
  const view = new DataView(new ArrayBuffer(8));
  view.setUint32(0, words[at + 3]!, true);
  if (bits === 64 && words[at]! >>> 16 >= 5) view.setUint32(4, words[at + 4]!, true);
  if (float) {
    const value =
      bits === 64 ? view.getFloat64(0, true) : bits === 32 ? view.getFloat32(0, true) : view.getFloat16(0, true);
    return { ...common, type: 'float', bits, value };
  }
  if (words[type + 3] === 1) {
    const value = bits === 64 ? Number(view.getBigInt64(0, true)) : view.getInt32(0, true);
    return { ...common, type: 'int', bits, value };
  }
  const value = bits === 64 ? Number(view.getBigUint64(0, true)) : view.getUint32(0, true);
  return { ...common, type: 'uint', bits, value };
}

/**
 * The constants that get values, one an id; throws what `refuse` makes of a value that its constant can't hold. A pipeline gives bits to
 * an id (VUID-VkSpecializationInfo-constantID-04911: once), and constants that share it get these as they are, so values are refused
 * too that their types write in different bits.
 */
export function givenConstants(
  declared: readonly ShaderSpecialization[],
  values: SpecializationValues,
  refuse: (what: string) => Error,
): GivenConstant[] {
  const given = Object.entries(values).filter(([, value]: [string, unknown]) => value !== undefined);
  return given.map(([key, value]: [string, unknown]) => {
    const sharing = declared.filter(({ id }) => id === Number(key));
    for (const constant of sharing) {
      const wanted = isNumber(value) ? wantedInstead(constant, Number(value)) : anyOf(constant);
      if (wanted === undefined) continue;
      const name = constant.name === '' ? '' : ` ${constant.name}`;
      throw refuse(`specialization constant ${key}${name} is given ${wordsOf(value)}; give ${wanted}`);
    }
    const [constant] = sharing;
    if (constant) {
      const first = { ...constant, given: Number(value) };
      const other = sharing.find((each) => !sameBytes(bytesOf(first), bytesOf({ ...each, given: first.given })));
      if (!other) return first;
      const what = `${wordsOf(value)}, and is both ${typeOf(constant)} and ${typeOf(other)}, which hold it in different bits`;
      throw refuse(`specialization constant ${key} is given ${what}; give each of them an id of its own`);
    }
    const ids = [...new Set(declared.map(({ id }) => id))].join(', ');
    throw refuse(`the shader has no specialization constant ${key}; it has ${ids || 'none'}`);
  });
}

/** The bytes that a pipeline gives to a constant, lowest first. */
export function bytesOf({ type, bits, given }: GivenConstant): Uint8Array {
  const view = new DataView(new ArrayBuffer(8));
  if (type !== 'float') view.setBigInt64(0, BigInt(given), true);
  else if (bits === 64) view.setFloat64(0, given, true);
  else if (bits === 32) view.setFloat32(0, given, true);
  else view.setFloat16(0, given, true);
  return new Uint8Array(view.buffer, 0, bits / 8);
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at]);
}

function typeOf({ type, bits, name }: ShaderSpecialization): string {
  const what = type === 'bool' ? 'a bool' : `${/^[aeio]/.test(type) ? 'an' : 'a'} ${type} of ${bits} bits`;
  return name === '' ? what : `${what} (${name})`;
}

function isNumber(value: unknown): value is number | boolean {
  return typeof value === 'number' || typeof value === 'boolean';
}

function wordsOf(value: unknown): string {
  if (typeof value === 'string') return `"${value}"`;
  return isNumber(value) || value === null || value === undefined ? `${value}` : `a value of type ${typeof value}`;
}

function anyOf({ type, bits }: ShaderSpecialization): string {
  if (type === 'bool') return 'true or false';
  if (type === 'float') return 'a number';
  const [least, most] = rangeOf(type, bits);
  return `a whole number from ${least} to ${most}`;
}

/** Least and greatest whole number of so many bits. */
function rangeOf(type: 'int' | 'uint', bits: number): readonly [bigint, bigint] {
  const span = 1n << BigInt(bits);
  return type === 'int' ? [-span / 2n, span / 2n - 1n] : [0n, span - 1n];
}

/** What the constant can hold instead; undefined where it holds this number. */
function wantedInstead(constant: ShaderSpecialization, given: number): string | undefined {
  const { type, bits } = constant;
  if (type === 'bool') return given === 0 || given === 1 ? undefined : anyOf(constant);
  if (type === 'float') {
    const held = bits === 64 ? given : bits === 32 ? Math.fround(given) : Math.f16round(given);
    return Number.isFinite(given) && !Number.isFinite(held) ? `a number that ${bits} bits hold` : undefined;
  }
  const [least, most] = rangeOf(type, bits);
  const fits = Number.isInteger(given) && BigInt(given) >= least && BigInt(given) <= most;
  return fits ? undefined : anyOf(constant);
}
