/**
 * @file What a kernel of the user's own finds in memory. Its push constant is the address of its pass block, an array of
 * 64-bit addresses:
 *
 *     0 leaves · 1 count · 2 leafTable · 3 masks · 4 index grid · 5 uniforms · 6 record of far reads, or 0
 *     then one for each parameter and scalar, one for each component that is read, one for each that is written
 *
 * The order follows from inputs, outputs and parameters alone, so a module that was compiled elsewhere stays good when
 * other things are declared. A number that is made of names and types stands in the header as a constant that can be
 * specialized; reflection finds it, and a module that was compiled with another header is refused.
 */
import { createHash } from 'node:crypto';
import {
  componentsOf,
  componentTypeOf,
  elementBytes,
  isHalf,
  valueTypeOf,
  type Binding,
  type FieldType,
  type ValueType,
} from '@halocline/stencil';
import type { Declarations, FieldDeclaration } from '../declarations.ts';
import { fieldKey } from '../declarations.ts';
import { didYouMean, listNames } from '../names.ts';
import type { KernelAccess } from './kernel-options.ts';

/** An address of a pass block: what stencils ask for, and what only kernels do. Offsets in bytes. */
export type PassBinding =
  | Binding
  | { readonly kind: 'parameter' | 'scalar'; readonly byteOffset: number }
  | { readonly kind: 'nothing' };

/** Entries before the parameters. */
export const FIRST_ENTRIES = 7;
/** Id of the constant that says which header a module was compiled with. */
export const LAYOUT_CONSTANT = 2046;

/** A field, or a component of one, that a kernel names. */
export interface KernelField {
  /** As the kernel names it. */
  readonly name: string;
  readonly field: FieldDeclaration;
  /** The components that the name means, ascending. */
  readonly components: readonly number[];
  /** Of the value that an accessor gives or takes. */
  readonly valueType: ValueType;
  /** Place in the pass block of the first of its components. */
  readonly entry: number;
}

/** A parameter or scalar that a kernel names. */
export interface KernelNumber {
  readonly name: string;
  readonly type: ValueType;
  readonly entry: number;
  readonly binding: PassBinding;
}

/** Everything that a header says. */
export interface KernelLayout {
  readonly kernel: string;
  readonly inputs: readonly KernelField[];
  readonly outputs: readonly KernelField[];
  readonly numbers: readonly KernelNumber[];
  readonly bindings: readonly PassBinding[];
  /** What names this header; not 0. */
  readonly stamp: number;
}

/** The layout of a kernel on `level`; throws for names that nobody declared. `cut` says whether the domain is. */
export function layoutKernel(
  kernel: string,
  level: number,
  { inputs = [], outputs = [], parameters = [] }: KernelAccess,
  { declarations, cut }: { readonly declarations: Declarations; readonly cut: boolean },
): KernelLayout {
  const bindings: PassBinding[] = [
    { kind: 'leaves' },
    { kind: 'count' },
    { kind: 'leafTable', level: 'same' },
    { kind: 'masks', level: 'same' },
    { kind: 'grid', level: 'same' },
    { kind: 'uniforms' },
    cut ? { kind: 'faults' } : { kind: 'nothing' },
  ];
  const numbers = parameters.map((name) => {
    const { type, binding } = numberOf(kernel, name, declarations);
    return { name, type, binding, entry: bindings.push(binding) - 1 };
  });
  const place = (role: 'input' | 'output', name: string): KernelField => {
    const { field, components } = fieldOf(kernel, role, name, level, declarations);
    const entry = bindings.length;
    for (const component of components) {
      const one = { field: field.name, component };
      bindings.push(role === 'input' ? { kind: 'read', level: 'same', ...one } : { kind: 'write', ...one });
    }
    const whole = valueTypeOf(field.type);
    const valueType = components.length === 1 && componentsOf(field.type) > 1 ? componentTypeOf(field.type) : whole;
    return { name, field, components, valueType, entry };
  };
  const ins = [...new Set(inputs)].map((name) => place('input', name));
  const outs = [...new Set(outputs)].map((name) => place('output', name));
  return { kernel, inputs: ins, outputs: outs, numbers, bindings, stamp: stampOf(ins, outs, numbers) };
}

/** A number of 32 bits that hangs on names, types and order. */
function stampOf(
  inputs: readonly KernelField[],
  outputs: readonly KernelField[],
  numbers: readonly KernelNumber[],
): number {
  const fields = (list: readonly KernelField[]): string =>
    list.map(({ name, field }) => `${name} ${field.type}`).join();
  const text = [fields(inputs), fields(outputs), numbers.map(({ name, type }) => `${name} ${type}`).join()].join(';');
  return createHash('sha256').update(text).digest().readUInt32LE(0) || 1;
}

function fieldOf(
  kernel: string,
  role: 'input' | 'output',
  name: string,
  level: number,
  declarations: Declarations,
): { field: FieldDeclaration; components: readonly number[] } {
  const whole = declarations.fields.get(fieldKey(name, level));
  if (whole !== undefined) {
    return { field: whole, components: Array.from({ length: componentsOf(whole.type) }, (_, index) => index) };
  }
  const component = 'xyzw'.indexOf(/_([xyzw])$/.exec(name)?.[1] ?? '?');
  const owner = declarations.fields.get(fieldKey(name.slice(0, -2), level));
  if (owner !== undefined && component >= 0 && componentsOf(owner.type) > Math.max(1, component)) {
    return { field: owner, components: [component] };
  }
  const names = [...declarations.fields.values()].filter((field) => field.level === level).map((field) => field.name);
  const where = level === 0 ? 'field' : `level-${level} field`;
  throw new TypeError(
    `Cannot register kernel "${kernel}": its ${role} "${name}" is no ${where}${didYouMean(name, names)}; add it with addField, the fields are ${listNames(names)}`,
  );
}

function numberOf(
  kernel: string,
  name: string,
  { parameters, scalars }: Declarations,
): { type: ValueType; binding: PassBinding } {
  const parameter = parameters.get(name);
  if (parameter !== undefined) {
    return { type: parameter.type, binding: { kind: 'parameter', byteOffset: parameter.byteOffset } };
  }
  const scalar = scalars.get(name);
  if (scalar !== undefined) return { type: scalar.type, binding: { kind: 'scalar', byteOffset: scalar.byteOffset } };
  const names = [...parameters.keys(), ...scalars.keys()];
  throw new TypeError(
    `Cannot register kernel "${kernel}": there is no parameter or scalar "${name}"${didYouMean(name, names)}; there are ${listNames(names)}`,
  );
}

/** The bytes of one value of a component in memory, as an accessor loads it. */
export type StoredAs = 'float' | 'double' | 'half' | 'int' | 'uint' | 'byte';

/** How a field's components lie in memory. */
export function storedAs(type: FieldType): StoredAs {
  if (isHalf(type)) return 'half';
  return elementBytes(type) === 1 ? 'byte' : (componentTypeOf(type) as StoredAs);
}
