/**
 * @file The machine of `target.ts` in GLSL 4.60 text, for people, and for tests that compile it with glslang. Pure
 * expressions nest; what is used twice gets a name. Floats are `precise`, which glslang turns into the NoContraction of
 * every operation that leads to them.
 */
import type { ScalarType, ValueType } from '../ir.ts';
import { isFloating, scalarOf, sizeOf, vectorOf } from '../ir.ts';
import { booleanText, inner, literal, RESERVED } from './glsl-text.ts';
import { PUSHED_ADDRESSES } from './shader.ts';
import { GROUP_THREADS } from './spirv-target.ts';
import { opcodesOf, registerType, resultType } from './target.ts';
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

const STORED: Readonly<Record<ElementKind, Readonly<Record<Width, string>>>> = {
  f32: { 1: 'float', 2: 'vec2', 4: 'vec4' },
  f64: { 1: 'double', 2: 'dvec2', 4: 'dvec4' },
  i32: { 1: 'int', 2: 'ivec2', 4: 'ivec4' },
  u32: { 1: 'uint', 2: 'uvec2', 4: 'uvec4' },
  f16: { 1: 'float16_t', 2: 'f16vec2', 4: 'f16vec4' },
  u8: { 1: 'uint8_t', 2: 'u8vec2', 4: 'u8vec4' },
};
const BYTES: Readonly<Record<ElementKind, number>> = { f32: 4, f64: 8, i32: 4, u32: 4, f16: 2, u8: 1 };
const AXES = 'xyzw';
const HALF_EXTENSION = 'GL_EXT_shader_explicit_arithmetic_types_float16';

interface FunctionText {
  readonly prologue: string[];
  readonly body: string[];
}

/** A loop under way: what its `continuing` part is, as text, and whether a `continue` was met. */
interface LoopText {
  continues: boolean;
}

const text = (value: Value | Variable | FunctionReference | SharedArray): string => value.ref as string;

/** Builds one text; `finish` gives it. */
export class GlslTarget implements Target {
  readonly namesAddresses = true;
  readonly #blocks = new Map<string, string>();
  readonly #shared: string[] = [];
  readonly #functions: string[] = [];
  readonly #extensions = new Set<string>();
  readonly #used = new Set<string>(['main', 'push', 'd']);
  readonly #loops: LoopText[] = [];
  #function: FunctionText = { prologue: [], body: [] };
  #lines: string[] = this.#function.body;
  #indent = 1;
  #groupThreads = GROUP_THREADS;
  #pushed = false;

  /** Runs `body` as the text of `main`, and gives the whole text. */
  finish(title: string, body: () => readonly { readonly kind: string }[]): string {
    const bindings = body();
    const lines = [
      '#version 460',
      '#extension GL_EXT_buffer_reference : require',
      '#extension GL_EXT_buffer_reference_uvec2 : require',
      ...[...this.#extensions].map((name) => `#extension ${name} : require`),
      `// Stencil "${title.replaceAll(/[^ -~]|\\/g, '?')}". ${this.#pushed ? 'What is pushed' : 'The pass block'} holds, in this order:`,
      ...bindings.map((binding, at) => `//   ${at} ${describe(binding)}`),
      '',
      `layout(local_size_x = ${this.#groupThreads}) in;`,
      'layout(buffer_reference, std430, buffer_reference_align = 8) readonly buffer PassBlock { uvec2 d[]; };',
      ...this.#blocks.values(),
      `layout(push_constant) uniform Push { uvec2 ${this.#pushed ? `at[${PUSHED_ADDRESSES}]` : 'block'}; } push;`,
      ...this.#shared,
      '',
      ...this.#functions,
      'void main() {',
      ...this.#function.prologue,
      ...this.#function.body,
      '}',
      '',
    ];
    return lines.join('\n');
  }

  constant(type: ValueType, values: readonly number[]): Value {
    if (scalarOf(type) === 'float16_t') this.#extensions.add(HALF_EXTENSION);
    const parts = values.map((value) => literal(scalarOf(type), value));
    const same = parts.every((part) => part === parts[0]);
    return {
      type,
      ref: parts.length === 1 ? parts[0]! : `${type}(${same ? parts[0]! : parts.join(', ')})`,
      constant: values,
    };
  }

  apply(operation: Operation, ...operands: readonly Value[]): Value {
    const row = opcodesOf(operation);
    const first = operands[0]!;
    const type = resultType(operation, first.type);
    const boolean = scalarOf(first.type) === 'bool';
    if (boolean && sizeOf(first.type) === 1) return { type, ref: booleanText(operation, operands) };
    if (boolean && operation === 'not') return { type, ref: `not(${text(first)})` };
    if (row.prefix) return { type, ref: `${row.prefix}${row.prefix === '-' ? `(${text(first)})` : inner(first)}` };
    const vectorCompare = row.compares && sizeOf(first.type) > 1;
    if (row.infix && !vectorCompare) return { type, ref: `${inner(first)} ${row.infix} ${inner(operands[1]!)}` };
    return { type, ref: `${row.name!}(${operands.map(text).join(', ')})` };
  }

  quantify(which: 'any' | 'all', operand: Value): Value {
    return { type: 'bool', ref: `${which}(${text(operand)})` };
  }

  select(condition: Value, then: Value, otherwise: Value): Value {
    if (sizeOf(condition.type) > 1) {
      const parts = Array.from({ length: sizeOf(condition.type) }, (_, at) => {
        const [c, a, b] = [condition, then, otherwise].map((value) => text(this.swizzle(value, [at])));
        return `${c} ? ${a} : ${b}`;
      });
      return { type: then.type, ref: `${then.type}(${parts.join(', ')})` };
    }
    return { type: then.type, ref: `${inner(condition)} ? ${inner(then)} : ${inner(otherwise)}` };
  }

  construct(type: ValueType, parts: readonly Value[]): Value {
    if (parts.length === 1 && parts[0]!.type === type) return parts[0]!;
    return { type, ref: `${type}(${parts.map(text).join(', ')})` };
  }

  swizzle(operand: Value, components: readonly number[]): Value {
    const type = vectorOf(scalarOf(operand.type), components.length);
    if (sizeOf(operand.type) === 1)
      return { type, ref: components.length === 1 ? text(operand) : `${type}(${text(operand)})` };
    // glslang's `precise` does not look behind the dot of a sum: what is computed there gets a name.
    if (isFloating(scalarOf(type)) && / [-+*] /.test(text(operand)))
      return this.swizzle(this.keep(operand, 'whole'), components);
    return { type, ref: `${inner(operand)}.${components.map((component) => AXES[component]!).join('')}` };
  }

  extract(operand: Value, index: Value): Value {
    return { type: scalarOf(operand.type), ref: `${inner(operand)}[${text(index)}]` };
  }

  insert(operand: Value, index: Value, component: Value): Value {
    const copy = this.variable(operand.type, 'changed');
    this.set(copy, operand);
    this.#line(`${text(copy)}[${text(index)}] = ${text(component)};`);
    return this.get(copy);
  }

  convert(type: ValueType, operand: Value): Value {
    if (type === operand.type) return operand;
    const converted = { type, ref: `${type}(${text(operand)})` };
    if (scalarOf(type) !== 'float16_t') return converted;
    this.#extensions.add(HALF_EXTENSION);
    return operand.constant ? converted : this.#narrow(converted);
  }

  /** A half that stays one, behind an `or` with a zero that no compiler knows: see `SpirvTarget`. */
  #narrow(half: Value): Value {
    const whole = sizeOf(half.type) === 1 ? half : this.keep(half, 'half');
    const parts = Array.from({ length: sizeOf(half.type) }, (_, component) => {
      const one = text(this.swizzle(whole, [component]));
      return `unpackFloat2x16(packFloat2x16(f16vec2(${one})) | gl_WorkGroupID.z).x`;
    });
    return { type: half.type, ref: parts.length === 1 ? parts[0]! : `${half.type}(${parts.join(', ')})` };
  }

  bitcast(type: ValueType, operand: Value): Value {
    const [from, to] = [scalarOf(operand.type), scalarOf(type)];
    if (from === to) return operand;
    if (to === 'double') return { type, ref: `packDouble2x32(${text(operand)})` };
    if (from === 'double') return { type, ref: `unpackDouble2x32(${text(operand)})` };
    if (to === 'float') return { type, ref: `${from}BitsToFloat(${text(operand)})` };
    if (from === 'float') return { type, ref: `floatBitsTo${to === 'int' ? 'Int' : 'Uint'}(${text(operand)})` };
    return this.convert(type, operand);
  }

  unpackHalf(operand: Value): Value {
    return { type: 'vec2', ref: `unpackHalf2x16(${text(operand)})` };
  }

  packHalf(operand: Value): Value {
    return { type: 'uint', ref: `packHalf2x16(${text(operand)})` };
  }

  keep(value: Value, name: string): Value {
    if (value.constant || this.#kept.has(text(value))) return value;
    const kept = this.#name(name);
    this.#line(`${declared(value.type)} ${kept} = ${text(value)};`);
    this.#kept.add(kept);
    return { type: value.type, ref: kept };
  }

  variable(type: ValueType, name: string, length?: number): Variable {
    if (scalarOf(type) === 'float16_t') this.#extensions.add(HALF_EXTENSION);
    const ref = this.#name(name);
    this.#line(`${declared(type)} ${ref}${length === undefined ? '' : `[${length}]`};`);
    return { type, ref, ...(length === undefined ? {} : { length }) };
  }

  get(variable: Variable): Value {
    return { type: variable.type, ref: text(variable) };
  }

  set(variable: Variable, value: Value): void {
    this.#line(`${text(variable)} = ${text(value)};`);
  }

  getElement(array: Variable, index: Value): Value {
    return { type: array.type, ref: `${text(array)}[${text(index)}]` };
  }

  setElement(array: Variable, index: Value, value: Value): void {
    this.#line(`${text(array)}[${text(index)}] = ${text(value)};`);
  }

  clear(array: Variable): void {
    const zero = `${array.type}(${literal(scalarOf(array.type), 0)})`;
    this.#line(`${text(array)} = ${array.type}[${array.length}](${Array(array.length).fill(zero).join(', ')});`);
  }

  copy(to: Variable, from: Variable): void {
    this.#line(`${text(to)} = ${text(from)};`);
  }

  branch(condition: Value, then: () => void, otherwise?: () => void): void {
    this.#line(`if (${text(condition)}) {`);
    this.#nested(then);
    if (otherwise) {
      this.#line('} else {');
      this.#nested(otherwise);
    }
    this.#line('}');
  }

  /** The `continuing` part stands at the end of the body, or before the check of the next round where `continue` occurs. */
  loop(check: () => Value, body: () => void, continuing: () => void): void {
    const outer = this.#lines;
    const state: LoopText = { continues: false };
    const capture = (write: () => void): string[] => {
      this.#lines = [];
      this.#nested(write);
      const lines = this.#lines;
      this.#lines = outer;
      return lines;
    };
    const checked = capture(() => this.#line(`if (!(${text(check())})) break;`));
    this.#loops.push(state);
    const bodyLines = capture(body);
    this.#loops.pop();
    if (!state.continues) {
      const rest = capture(continuing);
      this.#line('while (true) {');
      outer.push(...checked, ...bodyLines, ...rest);
      this.#line('}');
      return;
    }
    const later = this.#name('later');
    this.#line(`bool ${later} = false;`);
    this.#line('while (true) {');
    this.#nested(() => {
      this.#line(`if (${later}) {`);
      this.#nested(continuing);
      this.#line('}');
      this.#line(`${later} = true;`);
    });
    outer.push(...checked, ...bodyLines);
    this.#line('}');
  }

  once(body: () => void): void {
    this.#line('do {');
    this.#nested(body);
    this.#line('} while (false);');
  }

  leave(): void {
    this.#line('break;');
  }

  next(): void {
    this.#loops.at(-1)!.continues = true;
    this.#line('continue;');
  }

  return(value?: Value): void {
    this.#line(value ? `return ${text(value)};` : 'return;');
  }

  /** One after the other, as they are read best. */
  abreast(bodies: readonly (() => void)[]): void {
    for (const body of bodies) body();
  }

  prologue<T>(make: () => T): T {
    const [lines, indent] = [this.#lines, this.#indent];
    [this.#lines, this.#indent] = [this.#function.prologue, 1];
    const made = make();
    [this.#lines, this.#indent] = [lines, indent];
    return made;
  }

  function(
    name: string,
    returns: ValueType | 'void',
    parameters: readonly FunctionParameter[],
    body: (parameters: readonly (Value | Variable)[]) => void,
  ): FunctionReference {
    const outer = [this.#function, this.#lines, this.#indent] as const;
    const ref = this.#name(name);
    const values = parameters.map((parameter): Value => {
      const own = this.#name(parameter.name);
      this.#kept.add(own);
      const { type, length } = parameter;
      return { type, ref: own, ...(length === undefined ? {} : { length }) };
    });
    this.#function = { prologue: [], body: [] };
    this.#lines = this.#function.body;
    this.#indent = 1;
    body(values);
    if (returns !== 'void') this.#line(`return ${returns}(${literal(scalarOf(returns), 0)});`);
    const list = parameters.map(
      ({ type, variable, length }, at) =>
        `${variable ? 'inout ' : ''}${type} ${text(values[at]!)}${length === undefined ? '' : `[${length}]`}`,
    );
    this.#functions.push(
      `${returns} ${ref}(${list.join(', ')}) {`,
      ...this.#function.prologue,
      ...this.#function.body,
      '}',
      '',
    );
    [this.#function, this.#lines, this.#indent] = outer;
    return { returns, ref };
  }

  call(callee: FunctionReference, args: readonly (Value | Variable)[]): Value | null {
    const call = `${text(callee)}(${args.map(text).join(', ')})`;
    if (callee.returns !== 'void') return this.keep({ type: callee.returns, ref: call }, 'result');
    this.#line(`${call};`);
    return null;
  }

  pushAddresses(): void {
    this.#pushed = true;
  }

  address(entry: number): Value {
    return { type: 'uvec2', ref: this.#pushed ? `push.at[${entry}]` : `PassBlock(push.block).d[${entry}]` };
  }

  load(kind: ElementKind, width: Width, address: Value, index: Value): Value {
    const type = registerType(kind, width);
    const element = this.#element(kind, width, address, index, false);
    return { type, ref: kind === 'f16' || kind === 'u8' ? `${type}(${element})` : element };
  }

  store(kind: ElementKind, width: Width, address: Value, index: Value, value: Value): void {
    const stored = STORED[kind][width];
    const kept = scalarOf(value.type) === 'float' ? this.keep(value, 'stored') : value;
    const given = kind === 'f16' || kind === 'u8' ? `${stored}(${text(kept)})` : text(kept);
    this.#line(`${this.#element(kind, width, address, index, true)} = ${given};`);
  }

  atomicAdd(address: Value, index: Value, value: Value): Value {
    const element = this.#element('u32', 1, address, index, true);
    return this.keep({ type: 'uint', ref: `atomicAdd(${element}, ${text(value)})` }, 'before');
  }

  global(type: ValueType, name: string): Variable {
    const ref = this.#name(name);
    this.#shared.push(`${type} ${ref};`);
    return { type, ref };
  }

  workgroupId(): Value {
    return { type: 'uvec3', ref: 'gl_WorkGroupID' };
  }

  workgroupCount(): Value {
    return { type: 'uvec3', ref: 'gl_NumWorkGroups' };
  }

  localIndex(): Value {
    return { type: 'uint', ref: 'gl_LocalInvocationIndex' };
  }

  shared(type: ScalarType, length: number, name: string): SharedArray {
    const ref = this.#name(name);
    this.#shared.push(`shared ${type} ${ref}[${length}];`);
    return { type, ref };
  }

  getShared(array: SharedArray, index: Value): Value {
    return { type: array.type, ref: `${text(array)}[${text(index)}]` };
  }

  setShared(array: SharedArray, index: Value, value: Value): void {
    this.#line(`${text(array)}[${text(index)}] = ${text(value)};`);
  }

  barrier(): void {
    this.#line('barrier();');
  }

  exchange(value: Value, between: 'threads' | 'pairs' = 'threads'): Value {
    this.#extensions.add('GL_KHR_shader_subgroup_quad');
    const swap = between === 'threads' ? 'subgroupQuadSwapHorizontal' : 'subgroupQuadSwapVertical';
    return this.keep({ type: value.type, ref: `${swap}(${text(value)})` }, 'other');
  }

  setGroupThreads(count: number): void {
    this.#groupThreads = count;
  }

  /** Names that are written once: another name for one of them says nothing. */
  readonly #kept = new Set<string>();

  #line(line: string): void {
    this.#lines.push('  '.repeat(this.#indent) + line);
  }

  #nested(body: () => void): void {
    this.#indent++;
    body();
    this.#indent--;
  }

  /** A name that nothing else bears and GLSL allows. */
  #name(wanted: string): string {
    const base = wanted
      .replaceAll(/\W/g, '_')
      .replaceAll(/_{2,}/g, '_')
      .replace(/^(?=\d|gl_)|_$/g, 'v');
    let name = base;
    for (let n = 1; this.#used.has(name) || RESERVED.has(name); n++) name = `${base}_${n}`.replace('__', '_');
    this.#used.add(name);
    return name;
  }

  #element(kind: ElementKind, width: Width, address: Value, index: Value, writable: boolean): string {
    const stored = STORED[kind][width];
    if (kind === 'f16') this.#extensions.add('GL_EXT_shader_16bit_storage');
    if (kind === 'u8') this.#extensions.add('GL_EXT_shader_8bit_storage');
    const block = `${writable ? 'Write' : 'Read'}_${stored}`;
    const align = Math.min(BYTES[kind] * width, 16);
    this.#blocks.set(
      block,
      `layout(buffer_reference, std430, buffer_reference_align = ${align}) ${writable ? '' : 'readonly '}buffer ${block} { ${stored} d[]; };`,
    );
    return `${block}(${text(address)}).d[${text(index)}]`;
  }
}

function declared(type: ValueType): string {
  return isFloating(scalarOf(type)) ? `precise ${type}` : type;
}

function describe(binding: { readonly kind: string }): string {
  return Object.values(binding).join(' ');
}
