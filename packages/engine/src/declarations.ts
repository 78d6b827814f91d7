/**
 * @file What the user has declared, before anything is compiled: fields and stencils of each level, parameters, scalars,
 * dependencies and repeats. It checks what can be said at once (a name given twice, an unknown type); what depends on
 * the others (an unknown input, a cycle) is said by `initialize()`.
 */
import { BUILTIN_NAMES } from '@halocline/stencil';
import type { Color, FieldPlace, FieldType, Offset, ScalarType, ValueType } from '@halocline/stencil';
import { checkCflRadius, type CflRadius } from './cfl/cfl-options.ts';
import type { TracedStencil } from '@halocline/stencil/trace';
import {
  checkFieldPlace,
  checkFieldType,
  checkWhole,
  parseScalarType,
  parseValueType,
  spreadValue,
  storedType,
  type FieldStorage,
  type FieldValue,
} from './field-type.ts';
import { MOST_ITERATIONS } from './forecast.ts';
import { checkKernelOptions, type KernelOptions } from './kernel/kernel-options.ts';
import { checkName, checkNameList, didYouMean, listNames } from './names.ts';
import { checkOptions, shown } from './options/kinds.ts';
import { REPEAT_OPTIONS, STENCIL_OPTIONS } from './options/known.ts';
import {
  endOfParameters,
  MAX_PARAMETERS,
  parameterBytes,
  parameterValue,
  UNIFORMS_BYTES,
  type Parameter,
} from './uniforms.ts';

/** Fields that a simulation may have, over all levels. */
const MAX_FIELDS = 256;
/** Passes that one recording may hold of a repeat: so many take half a minute and half a gibibyte. */
const MOST_PASSES = 65_536;

/** What a user says of a stencil. One of `code`, `file` and `body` is given. */
export interface StencilOptions {
  /** Fields (or `NAME_x`, `_y`, `_z` components) that it reads. */
  readonly inputs?: readonly string[];
  /** Fields that it writes; one that nobody declared is made, with default 0. */
  readonly outputs?: readonly string[];
  /** Source text in the stencil language. */
  readonly code?: string;
  /** Path of a file that holds it; read at `initialize()`, and again when it has changed. */
  readonly file?: string;
  /** A stencil of TypeScript, as `stencil(…)` makes it; it brings inputs, outputs and parameters with it. */
  readonly body?: TracedStencil;
  /** Names of the parameters that it uses; without it, all may be used. */
  readonly parameters?: readonly string[];
  /**
   * How far, in voxels, computed reads may go where the domain is cut into subdomains, or where they are clamped; default: the halo's
   * thickness. With a velocity field's name and a cap, as far as that flow asks for.
   */
  readonly neighborRadius?: number | CflRadius;
  /**
   * What happens where they go further: an error, by the next act that waits for the step (default; told to the log where that is
   * the simulation's end), or the coordinate is clamped. In one subdomain what isn't clamped may go anywhere.
   */
  readonly beyondRadius?: 'error' | 'clamp';
  /** Says that it reads around its voxel; what it reads is found by itself, so this only stands in what `explainStencil` tells. */
  readonly requiresHalos?: boolean;
  /** Runs on one colour of the checkerboard: red where i + j + k is even. */
  readonly color?: Color;
  /**
   * Tells of writes that are not finite, of reads outside of the topology, and lets one voxel `printf`: to the log and to
   * `debugReports`. Steps then wait for the device.
   */
  readonly debug?: boolean | { readonly voxel: Offset };
}

/** What a user may say of a field beside its type and default. */
export interface FieldOptions {
  /**
   * Where its values live in their voxels: at the centre (default), on a lower face, or, of a vec3, each component on the
   * lower face across its axis. Sampling, derivatives and files know it.
   */
  readonly at?: FieldPlace;
  /**
   * How floats are kept: `'float16'` as halves, in half the memory, with which stencils compute as float32. Default: whole.
   * Values beyond ±65504 become infinite, and what is kept has 11 bits.
   */
  readonly storage?: FieldStorage;
  /**
   * Lives within a step only: nothing outside of the stencils reads or writes it, so that it needs no memory where stencils
   * that run as one use it up. Default false.
   */
  readonly transient?: boolean;
}

/** When a repeat stops before its last iteration: a scalar that is not 0, or one that is below a bound. */
export type Until = string | { readonly scalar: string; readonly below: number | string };

/** A loop over stencils within a step. */
export interface RepeatOptions {
  readonly name?: string;
  /** Names of stencils, or of earlier repeats without `until`, in the order in which they run. */
  readonly body: readonly string[];
  /** The number of iterations, or the most of them where `until` is given. */
  readonly times: number;
  readonly until?: Until;
}

/** A field, checked. */
export interface FieldDeclaration {
  /** Name on level 0, `name@level` above: unique in the simulation. */
  readonly key: string;
  readonly name: string;
  readonly level: number;
  readonly type: FieldType;
  /** Its background: a number for each component. */
  readonly default: readonly number[];
  readonly at: FieldPlace;
  /** Whether it lives within a step only. */
  readonly transient: boolean;
  /** Whether it was made for a stencil's output. */
  readonly implicit: boolean;
}

/** What is kept of a stencil's options: the radius in voxels, at the most. */
export type DeclaredOptions = Omit<StencilOptions, 'neighborRadius'> & { readonly neighborRadius?: number };

/** A stencil, or a kernel of the user's own, checked as far as it can be alone. */
export interface StencilDeclaration {
  readonly name: string;
  readonly level: number;
  readonly options: DeclaredOptions;
  /** The velocity that the radius follows. */
  readonly cfl?: CflRadius;
  /** What it is, where it is a kernel of the user's own: it stands among stencils, with their names. */
  readonly kernel?: KernelOptions;
}

/** A scalar, with its place on the device. */
export interface ScalarDeclaration {
  readonly name: string;
  readonly type: ScalarType;
  readonly initial: number;
  /** Place in the block of scalars; 16 bytes each. */
  readonly byteOffset: number;
  /** Whether it was made for a stencil's reduction. */
  readonly implicit: boolean;
}

/** A repeat, named: one that nobody named has got a free name. */
export interface RepeatDeclaration extends RepeatOptions {
  readonly name: string;
  /** Passes that a recording holds of it, those of earlier repeats in its body counted too. */
  readonly passes: number;
}

/** Names of stencils, repeats or fields (whose writers are meant). */
export interface Dependency {
  readonly before: string;
  readonly after: string;
}

/** The key of a field: its name, with the level where that is not the finest. */
export function fieldKey(name: string, level: number): string {
  return level === 0 ? name : `${name}@${level}`;
}

/** All that was declared. `revision` grows with every change that the next step must compile. */
export class Declarations {
  readonly fields: Map<string, FieldDeclaration> = new Map();
  readonly stencils: Map<string, StencilDeclaration> = new Map();
  readonly parameters: Map<string, Parameter> = new Map();
  readonly scalars: Map<string, ScalarDeclaration> = new Map();
  readonly dependencies: Dependency[] = [];
  readonly repeats: Map<string, RepeatDeclaration> = new Map();
  /** Stencils that measure the velocities that radii follow, and the scalars that such have left: of the same names. */
  readonly measures: Set<string> = new Set();
  readonly measured: Set<string> = new Set();
  revision = 0;
  /** Grows with every value that a parameter is given. */
  parameterRevision = 0;

  /** `implicit` says that it is made for a stencil's output. */
  addField(
    level: number,
    name: string,
    named: string,
    value: FieldValue,
    {
      at = 'center',
      transient = false,
      storage,
      implicit = false,
    }: FieldOptions & { readonly implicit?: boolean } = {},
  ): FieldDeclaration {
    const key = fieldKey(name, level);
    checkName('add', 'field', name);
    checkFieldType(key, named);
    const type = storage === undefined ? named : storedType(key, named, storage);
    checkFieldPlace(key, type, at);
    const existing = this.fields.get(key);
    if (existing !== undefined) {
      const how = existing.implicit ? 'was made for a stencil that writes it' : 'is declared already';
      throw new TypeError(`Cannot add field "${key}": it ${how}, as ${existing.type}; choose another name`);
    }
    if (this.fields.size >= MAX_FIELDS) {
      throw new RangeError(
        `Cannot add field "${key}": the simulation has ${MAX_FIELDS} fields, the most there can be; join fields into vectors`,
      );
    }
    const field = { key, name, level, type, default: spreadValue('add', key, type, value), at, transient, implicit };
    this.fields.set(key, field);
    this.revision++;
    return field;
  }

  removeField(level: number, name: string): void {
    const key = fieldKey(name, level);
    if (!this.fields.has(key)) {
      const hint = didYouMean(key, this.fields.keys());
      throw new TypeError(
        `Cannot remove field "${key}": there is none of that name${hint}; the fields are ${listNames(this.fields.keys())}`,
      );
    }
    const names = new Set([name, ...['x', 'y', 'z', 'w'].map((letter) => `${name}_${letter}`)]);
    for (const { name: user, level: at, options } of this.stencils.values()) {
      const near = Math.abs(at - level) <= 1 ? (options.inputs ?? []) : [];
      const used = [...near, ...(at === level ? (options.outputs ?? []) : [])].some((each) => names.has(each));
      if (!used || this.measures.has(user)) continue;
      throw new TypeError(`Cannot remove field "${key}": stencil "${user}" names it; remove the stencil first`);
    }
    this.fields.delete(key);
    this.revision++;
  }

  addStencil(level: number, name: string, options: StencilOptions): void {
    checkName('add', 'stencil', name);
    this.#checkFree('stencil', name);
    const ways = (['code', 'file', 'body'] as const).filter((way) => options[way] !== undefined);
    if (ways.length !== 1) {
      const what = ways.length === 0 ? 'neither code nor file nor body' : `both ${ways.join(' and ')}`;
      throw new TypeError(`Cannot add stencil "${name}": it has ${what}; give one of them`);
    }
    checkStencilOptions(name, options);
    const { beyondRadius = 'error' } = options;
    if (beyondRadius !== 'error' && beyondRadius !== 'clamp') {
      throw new TypeError(
        `Cannot add stencil "${name}": beyondRadius is ${shown(beyondRadius)}; give 'error' or 'clamp'`,
      );
    }
    const { neighborRadius, ...rest } = options;
    const declared = withLists(name, rest);
    if (typeof neighborRadius === 'object') {
      checkCflRadius(name, neighborRadius);
      const { cfl, cap } = neighborRadius;
      this.stencils.set(name, { name, level, options: { ...declared, neighborRadius: cap }, cfl: { cfl, cap } });
    } else {
      const radius = neighborRadius === undefined ? {} : { neighborRadius };
      this.stencils.set(name, { name, level, options: { ...declared, ...radius } });
    }
    this.revision++;
  }

  addKernel(level: number, name: string, options: KernelOptions): void {
    checkName('register', 'kernel', name);
    this.#checkFree('kernel', name);
    checkKernelOptions(name, options);
    const { inputs = [], outputs = [], parameters = [], neighborRadius } = options;
    const known = { inputs, outputs, parameters, ...(neighborRadius === undefined ? {} : { neighborRadius }) };
    this.stencils.set(name, { name, level, options: known, kernel: options });
    this.revision++;
  }

  removeStencil(name: string): void {
    if (!this.stencils.has(name) || this.measures.has(name)) {
      const names = [...this.stencils.keys()].filter((each) => !this.measures.has(each));
      throw new TypeError(
        `Cannot remove stencil "${name}": there is none of that name${didYouMean(name, names)}; the stencils are ${listNames(names)}`,
      );
    }
    const user = [...this.repeats.values()].find((repeat) => repeat.body.includes(name));
    if (user !== undefined) {
      throw new TypeError(
        `Cannot remove stencil "${name}": repeat "${user.name}" runs it; remove the repeat first, with removeRepeat("${user.name}")`,
      );
    }
    this.stencils.delete(name);
    for (let at = this.dependencies.length - 1; at >= 0; at--) {
      const { before, after } = this.dependencies[at]!;
      if (before === name || after === name) this.dependencies.splice(at, 1);
    }
    this.revision++;
  }

  /** Declares a stencil that measures a velocity, and the scalar of its name, or has it stand behind all others. */
  placeMeasure(level: number, name: string, options: DeclaredOptions): void {
    const known = this.stencils.get(name);
    this.stencils.delete(name);
    if (known?.options.code === options.code) {
      this.stencils.set(name, known!);
      return;
    }
    if (!this.scalars.has(name)) this.#placeScalar({ name, type: 'float', initial: 0, implicit: false });
    this.stencils.set(name, { name, level, options });
    this.measures.add(name);
    this.measured.add(name);
    this.revision++;
  }

  /** Takes it away; its scalar stays. */
  removeMeasure(name: string): void {
    this.measures.delete(name);
    this.stencils.delete(name);
    this.revision++;
  }

  addDependency(before: string, after: string): void {
    this.dependencies.push({ before, after });
    this.revision++;
  }

  addParameter(name: string, type: string, value: number | boolean | readonly number[]): void {
    checkName('add', 'parameter', name);
    this.#checkFree('parameter', name);
    const valueType: ValueType = parseValueType('parameter', name, type);
    const byteOffset = endOfParameters(this.parameters.values());
    if (byteOffset + parameterBytes(valueType) > UNIFORMS_BYTES) {
      throw new RangeError(
        `Cannot add parameter "${name}": there are ${this.parameters.size} already, the most there can be; use fewer`,
      );
    }
    this.setParameter({ name, type: valueType, value: parameterValue(name, valueType, value), byteOffset });
    this.revision++;
  }

  /** Gives a parameter its value. */
  setParameter(parameter: Parameter): void {
    this.parameters.set(parameter.name, parameter);
    this.parameterRevision++;
  }

  /** `implicit` says that it is made for a stencil's reduction. */
  addScalar(
    name: string,
    type: string,
    initial: number,
    { implicit = false }: { readonly implicit?: boolean } = {},
  ): ScalarDeclaration {
    checkName('add', 'scalar', name);
    this.#checkFree('scalar', name);
    const scalarType = parseScalarType(name, type);
    if (typeof initial !== 'number') {
      throw new TypeError(`Cannot add scalar "${name}": its value is ${shown(initial)}; give a number`);
    }
    if (scalarType === 'int' || scalarType === 'uint') {
      checkWhole(`Cannot add scalar "${name}"`, scalarType, [initial], scalarType);
    }
    return this.#placeScalar({ name, type: scalarType, initial, implicit });
  }

  #placeScalar(scalar: Omit<ScalarDeclaration, 'byteOffset'>): ScalarDeclaration {
    const { name } = scalar;
    if (this.scalars.size >= MAX_PARAMETERS) {
      throw new RangeError(
        `Cannot add scalar "${name}": there are ${MAX_PARAMETERS} already, the most there can be; use fewer`,
      );
    }
    const placed = { ...scalar, byteOffset: 16 * this.scalars.size };
    this.scalars.set(name, placed);
    this.revision++;
    return placed;
  }

  repeat(options: RepeatOptions): RepeatDeclaration {
    const name = options?.name ?? freeName('repeat', this.repeats);
    checkName('add', 'repeat', name);
    checkOptions(`Cannot add repeat "${name}"`, options, REPEAT_OPTIONS);
    this.#checkFree('repeat', name);
    if (!Number.isInteger(options.times) || options.times < 1) {
      throw new RangeError(
        `Cannot add repeat "${name}": times is ${shown(options.times)}; give a whole number of at least 1`,
      );
    }
    if (options.body.length === 0) {
      throw new TypeError(`Cannot add repeat "${name}": its body is empty; name the stencils that it runs`);
    }
    const body = [...options.body];
    const times = options.until === undefined ? options.times : Math.min(options.times, MOST_ITERATIONS);
    const passes = times * body.reduce((sum, each) => sum + (this.repeats.get(each)?.passes ?? 1), 0);
    if (passes > MOST_PASSES) {
      throw new RangeError(
        `Cannot add repeat "${name}": it runs ${passes} passes a step, and each is recorded; run at most ${MOST_PASSES}, or more steps`,
      );
    }
    const repeat = { ...options, name, body, passes };
    this.repeats.set(name, repeat);
    this.revision++;
    return repeat;
  }

  removeRepeat(name: string): void {
    if (!this.repeats.delete(name)) {
      throw new TypeError(
        `Cannot remove repeat "${name}": there is none of that name${didYouMean(name, this.repeats.keys())}; the repeats are ${listNames(this.repeats.keys())}`,
      );
    }
    this.revision++;
  }

  /** Stencils and repeats are named by dependencies, parameters and scalars by `set`: one name, one thing. */
  #checkFree(kind: string, name: string): void {
    const verb = kind === 'kernel' ? 'register' : 'add';
    if ((kind === 'parameter' || kind === 'scalar') && BUILTIN_NAMES.includes(name)) {
      throw new TypeError(
        `Cannot ${verb} ${kind} "${name}": every stencil has a value of that name, which would be read instead; choose another name`,
      );
    }
    const spaces: [string, ReadonlyMap<string, unknown>][] =
      kind === 'stencil' || kind === 'kernel' || kind === 'repeat'
        ? [
            ['stencil', this.stencils],
            ['repeat', this.repeats],
          ]
        : [
            ['parameter', this.parameters],
            ['scalar', this.scalars],
          ];
    for (const [other, names] of spaces) {
      if (!names.has(name)) continue;
      throw new TypeError(
        `Cannot ${verb} ${kind} "${name}": there is a ${other} of that name already; choose another name`,
      );
    }
  }
}

/** Throws TypeError for options that there are none of, and for lists and texts that are none. */
function checkStencilOptions(name: string, options: StencilOptions): void {
  const act = `Cannot add stencil "${name}"`;
  checkOptions(act, options, STENCIL_OPTIONS);
  for (const list of ['inputs', 'outputs', 'parameters'] as const) {
    if (options[list] !== undefined) checkNameList(act, list, options[list]);
  }
  const voxel: unknown = typeof options.debug === 'object' ? options.debug.voxel : [0, 0, 0];
  if (!(Array.isArray(voxel) && voxel.length === 3 && voxel.every(Number.isInteger))) {
    throw new TypeError(
      `${act}: the voxel of debug is ${JSON.stringify(voxel)}; give three whole numbers, as in [3, 4, 5]`,
    );
  }
  for (const text of ['code', 'file'] as const) {
    if (options[text] === undefined || typeof options[text] === 'string') continue;
    throw new TypeError(`${act}: its ${text} is of type ${typeof options[text]}; give text`);
  }
}

/** The options with the names that a traced body brings, where they are not given. */
function withLists(name: string, options: DeclaredOptions): DeclaredOptions {
  const { body } = options;
  if (body === undefined) return options;
  if (typeof body !== 'object' || typeof body.trace !== 'function') {
    throw new TypeError(
      `Cannot add stencil "${name}": its body is of type ${typeof body}; give what stencil({ inputs, outputs }, …) makes`,
    );
  }
  return {
    inputs: Object.keys(body.inputs),
    outputs: Object.keys(body.outputs),
    parameters: Object.keys(body.parameters),
    ...options,
  };
}

function freeName(stem: string, taken: ReadonlyMap<string, unknown>): string {
  let number = taken.size + 1;
  while (taken.has(`${stem}_${number}`)) number++;
  return `${stem}_${number}`;
}
