/**
 * @file Random scenes, right by construction, and what is done with them: fields of several types, places and levels; stencils that
 * read them at constant offsets, at coordinates that stay near and at others that exceed their radius; and between steps stencils that
 * come and go, what the host writes, and parameters. Every choice comes from a list of numbers, so that fast-check can shrink it.
 */
import type { FieldType } from '@halocline/stencil';
import type { FieldOptions, StencilOptions } from '../src/index.ts';

/** A declared field. */
export interface SceneField {
  readonly level: number;
  readonly name: string;
  readonly type: FieldType;
  readonly options: FieldOptions;
}

/** A declared stencil, and the scalars that it reduces into. */
export interface SceneStencil {
  readonly level: number;
  readonly name: string;
  readonly options: StencilOptions;
  readonly scalars: readonly string[];
}

/** What is done next. */
export type Act =
  | { readonly act: 'add'; readonly stencil: SceneStencil }
  | { readonly act: 'remove'; readonly name: string }
  | { readonly act: 'write'; readonly field: SceneField; readonly seed: number }
  | { readonly act: 'set'; readonly value: number }
  | { readonly act: 'step'; readonly count: number };

/** Fields, and what is done after they were declared and written. */
export interface Scene {
  readonly fields: readonly SceneField[];
  readonly acts: readonly Act[];
}

/** Levels of a scene. */
export const SCENE_LEVELS = 3;

/** How values of a type are made of floats `a` and `b`, and a float of a read. */
const TYPES: Readonly<
  Record<string, { readonly value: string; readonly float: (read: string, axis: string) => string }>
> = {
  float32: { value: 'a', float: (read) => read },
  float16: { value: 'a', float: (read) => read },
  vec3: { value: 'vec3(a, b, a - b)', float: (read, axis) => `${read}.${axis}` },
  f16vec3: { value: 'vec3(b, a, a - b)', float: (read, axis) => `${read}.${axis}` },
  int32: { value: 'int(a * 40.0) - int(b * 9.0)', float: (read) => `float(${read} & 63)` },
  uint8: { value: 'uint(abs(a) * 90.0) & 255u', float: (read) => `float(${read} & 63u)` },
  u8vec4: {
    value: 'uvec4(uint(abs(a) * 20.0), uint(abs(b) * 20.0), 3u, uint(coord.x & 7))',
    float: (read) => `float(${read}.w + ${read}.x)`,
  },
};

/** `d` is up to 3 voxels away along each axis, and the compiler knows it; of `far` it knows nothing. */
const START = `vec3 v = vec3(Random(coord, 3u), Random(coord, 5u), Random(coord, 7u)) * 9.0 - 4.5;
ivec3 d = ivec3(floor(v)) % 4;
ivec3 far = ivec3(floor(FAR * 4.0 - v * 0.5));
`;

/** A scene of a list of choices. */
export function sceneOf(choices: readonly number[]): Scene {
  return new SceneMaker(choices).scene();
}

class SceneMaker {
  readonly #choices: readonly number[];
  #at = 0;
  #made = 0;
  readonly #fields: SceneField[] = [];
  readonly #scalars: string[] = [];

  constructor(choices: readonly number[]) {
    this.#choices = choices;
  }

  scene(): Scene {
    for (let level = 0; level < SCENE_LEVELS; level++) this.#field(level, 'float32');
    const more = 5 + this.#number(4);
    for (let at = 0; at < more; at++)
      this.#field(this.#pick([0, 0, 0, 0, 1, 2]), this.#pick(Object.keys(TYPES)) as FieldType);
    const acts: Act[] = [];
    const loose: string[] = [];
    const add = (): void => {
      const stencil = this.#stencil();
      acts.push({ act: 'add', stencil });
      if (stencil.scalars.length === 0) loose.push(stencil.name);
    };
    for (let at = 3 + this.#number(3); at > 0; at--) add();
    for (let at = 2 + this.#number(4); at > 0; at--) {
      const step = { act: 'step', count: 1 + this.#number(2) } as const;
      acts.push(step);
      switch (this.#number(5)) {
        case 0:
          add();
          break;
        case 1: {
          const gone = loose.shift();
          if (gone !== undefined && loose.length > 0) acts.push({ act: 'remove', name: gone });
          break;
        }
        case 2:
          acts.push({ act: 'set', value: this.#number(16) / 16 });
          break;
        default:
          acts.push({ act: 'write', field: this.#pick(this.#fields), seed: this.#number(1000) });
      }
    }
    acts.push({ act: 'step', count: 2 });
    return { fields: this.#fields, acts };
  }

  #number(below: number): number {
    return (this.#choices[this.#at % this.#choices.length]! + 7 * this.#at++) % below;
  }

  #pick<T>(list: readonly T[]): T {
    return list[this.#number(list.length)]!;
  }

  #field(level: number, type: FieldType): void {
    const faces = type === 'vec3' && this.#number(3) > 0 ? { at: 'faces' as const } : {};
    const half = type === 'float32' && this.#number(6) === 5 ? { storage: 'float16' as const } : {};
    this.#fields.push({ level, name: `f${this.#fields.length}`, type, options: { ...faces, ...half } });
  }

  #stencil(): SceneStencil {
    const level = this.#pick([0, 0, 0, 0, 0, 0, 0, 1, 2]);
    const here = this.#fields.filter((field) => field.level === level);
    const text = new StencilText(here, this.#fields, level, (below) => this.#number(below), this.#scalars);
    const id = this.#made++;
    const out = this.#pick(here);
    const a = text.float(this.#number(3));
    const b = text.float(1);
    const write = `WriteField("${out.name}", idx, ${TYPES[out.type]!.value});`;
    const scalars: string[] = [];
    const reductions = this.#number(4) > 0 ? [] : [this.#pick(['Sum', 'Max', 'Min'])];
    const reduce = reductions.map((kind) => {
      scalars.push(`r${id}_${kind}`);
      return `Reduce${kind}("r${id}_${kind}", ${text.float(0)});\n`;
    });
    const wrapped = (value: string): string => `fract(0.37 * (${value})) * 2.0 - 0.5`;
    const code = [
      START.replace('FAR', text.base()),
      `float a = ${wrapped(a)};\nfloat b = ${wrapped(b)};\n`,
      ...reduce,
      this.#pick([write, write, `if (a > 0.2) { ${write} }`, `if (coord.x % 3 == 0) return; ${write}`]),
    ].join('');
    this.#scalars.push(...scalars);
    const color = this.#number(12) === 0 ? { color: this.#pick(['red', 'black'] as const) } : {};
    const options = { inputs: [...text.inputs], outputs: [out.name], code, ...color, ...text.held };
    return { level, name: `s${id}`, options, scalars };
  }
}

/** The expressions of one stencil. */
class StencilText {
  readonly inputs: Set<string> = new Set();
  readonly held: Pick<StencilOptions, 'neighborRadius' | 'beyondRadius'>;
  readonly #here: readonly SceneField[];
  readonly #coarse: readonly SceneField[];
  readonly #fine: readonly SceneField[];
  readonly #number: (below: number) => number;
  readonly #scalars: readonly string[];
  /** Voxels that taps may be away. */
  readonly #most: number;
  readonly #exceeds: boolean;
  /** Whether it reads where nobody knows. */
  readonly #far: boolean;

  constructor(
    here: readonly SceneField[],
    all: readonly SceneField[],
    level: number,
    number: (below: number) => number,
    scalars: readonly string[],
  ) {
    this.#here = here;
    this.#coarse = all.filter((field) => field.level === level + 1);
    this.#fine = all.filter((field) => field.level === level - 1);
    this.#number = number;
    this.#scalars = [...scalars];
    // Who may exceed a radius is clamped; who stays within it needn't be.
    const radius = this.#pick([1, 2, 2, 2, 3, 5, undefined, undefined]);
    this.#exceeds = number(3) > 0;
    this.#far = this.#exceeds && number(4) === 0;
    this.#most = radius ?? 12;
    const given = radius === undefined ? {} : { neighborRadius: radius };
    const stays = !this.#exceeds && (radius === undefined || radius >= 5);
    this.held = { ...given, beyondRadius: stays ? this.#pick(['error', 'clamp']) : 'clamp' };
  }

  /** What the far coordinate is made of: a float field of this level. */
  base(): string {
    const [first] = this.#here;
    this.inputs.add(first!.name);
    return `ReadField("${first!.name}", coord)`;
  }

  float(depth: number): string {
    if (depth > 0) {
      const [one, other] = [this.float(depth - 1), this.float(depth - 1)];
      const less = `(${one} < 0.4 ? ${other} : ${this.float(0)})`;
      return this.#pick([`(${one} + ${other})`, `(${one} * 0.5 - ${other})`, `max(${one}, ${other})`, less]);
    }
    const scalar = this.#scalars.length === 0 ? 'k' : this.#pick(this.#scalars);
    return this.#pick([
      () => this.#read(this.#coarse, 'Coarse', '(coord >> 1)'),
      () => this.#read(this.#fine, 'Fine', '2 * coord'),
      () => this.#read(this.#here, 'Field', 'coord'),
      () => this.#read(this.#here, 'Field', 'coord'),
      () => this.#read(this.#here, 'Field', 'coord'),
      () => this.#sample(),
      () => `(IsActive(coord + ${this.#offset()}) ? 0.5 : 0.125)`,
      () => this.#pick(['k', `float(${scalar})`, 'float((coord.x * 3 + coord.y * 5 + coord.z) & 7)']),
    ])();
  }

  #pick<T>(list: readonly T[]): T {
    return list[this.#number(list.length)]!;
  }

  #offset(): string {
    const along = (): number => {
      const offset = this.#pick([0, 0, 0, 1, -1, 2, -3, 9, -12]);
      return Math.sign(offset) * Math.min(Math.abs(offset), this.#most);
    };
    const constant = `ivec3(${along()}, ${along()}, ${along()})`;
    const computed = this.#far ? ['d', 'far'] : this.#exceeds ? ['d', '(2 * d)'] : ['d'];
    return this.#pick([constant, constant, 'ivec3(0)', ...computed]);
  }

  #read(fields: readonly SceneField[], which: string, from: string): string {
    if (fields.length === 0) return this.#read(this.#here, 'Field', 'coord');
    const field = this.#pick(fields);
    this.inputs.add(field.name);
    const read = `Read${which}("${field.name}", ${from} + ${this.#offset()})`;
    return TYPES[field.type]!.float(read, this.#pick(['x', 'y', 'z']));
  }

  #sample(): string {
    const mixed = this.#here.filter(({ type }) => /float|vec3/.test(type));
    if (!this.#far || mixed.length === 0) return this.#read(this.#here, 'Field', 'coord');
    const field = this.#pick(mixed);
    this.inputs.add(field.name);
    const read = `SampleField("${field.name}", CoordToWorld(vec3(coord) + 0.75 * v))`;
    return TYPES[field.type]!.float(read, this.#pick(['x', 'y', 'z']));
  }
}
