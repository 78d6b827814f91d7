/**
 * @file Random programs of the stencil language that are right by construction: every choice comes from a list of
 * numbers, so that a shorter list is a smaller program, and fast-check can shrink what fails.
 */

const SCALARS = ['float', 'int', 'uint', 'bool'] as const;
type Scalar = (typeof SCALARS)[number];
const PREFIX: Readonly<Record<Scalar, string>> = { float: '', int: 'i', uint: 'u', bool: 'b' };

interface Type {
  readonly scalar: Scalar;
  readonly size: number;
}

interface Variable extends Type {
  readonly name: string;
  readonly fixed: boolean;
}

interface UserFunction {
  readonly name: string;
  readonly returns: Type;
  readonly parameters: readonly (Type & { readonly mode: 'in' | 'out' | 'inout' })[];
}

function nameOf({ scalar, size }: Type): string {
  return size === 1 ? scalar : `${PREFIX[scalar]}vec${size}`;
}

/** Variables of the types that are made of others, which the main code uses. */
const AGGREGATES = `struct S { float x; ivec2 n; float t[2]; };
S s0; float list0[3]; mat2 m0 = mat2(dt); double d0 = 1.0lf; float16_t h0 = 0.5hf;`;

/**
 * Fields of the environment that these programs read (`density`, `velocity`, `flags`) and parameters (`buoyancy`, `wind`, `steps`,
 * `open`).
 */
export class RandomProgram {
  #choices: readonly number[];
  #at = 0;
  #names = 0;
  #variables: Variable[] = [];
  #functions: UserFunction[] = [];
  #inFunction = false;

  constructor(choices: readonly number[]) {
    this.#choices = choices;
  }

  /** The text, which writes the fields `density` and `made` and reduces into `total`. */
  text(): string {
    const functions = Array.from({ length: this.#pick(3) }, () => this.#function());
    const statements = this.#block(2 + this.#pick(6), 3);
    const last = [
      `WriteField("density", idx, ${this.#value({ scalar: 'float', size: 1 }, 3)});`,
      `WriteField("made", idx, ${this.#value({ scalar: 'float', size: 3 }, 2)});`,
      `ReduceMax("total", ${this.#value({ scalar: 'float', size: 1 }, 1)});`,
    ];
    return [AGGREGATES, ...functions, ...statements, ...last].join('\n');
  }

  /** A number below a count; 0 when the list has ended. */
  #pick(count: number): number {
    const choice = this.#choices[this.#at++] ?? 0;
    return choice % count;
  }

  #one<T>(items: readonly T[]): T {
    return items[this.#pick(items.length)]!;
  }

  #type(): Type {
    return { scalar: this.#one(SCALARS), size: 1 + this.#pick(4) };
  }

  #name(): string {
    return `v${this.#names++}`;
  }

  #function(): string {
    const outer = this.#variables;
    const modes = ['in', 'in', 'out', 'inout'] as const;
    const parameters = Array.from({ length: 1 + this.#pick(2) }, () => ({
      ...this.#type(),
      mode: this.#one(modes),
      name: this.#name(),
      fixed: false,
    }));
    const returns = this.#type();
    const name = `f${this.#functions.length}`;
    this.#variables = [...parameters];
    this.#inFunction = true;
    const body = [...this.#block(1 + this.#pick(3), 2), `return ${this.#value(returns, 2)};`];
    this.#inFunction = false;
    this.#variables = outer;
    this.#functions.push({ name, returns, parameters });
    const list = parameters.map((one) => `${one.mode} ${nameOf(one)} ${one.name}`).join(', ');
    return `${nameOf(returns)} ${name}(${list}) {\n${body.join('\n')}\n}`;
  }

  #block(count: number, depth: number): readonly string[] {
    const outer = this.#variables;
    this.#variables = [...outer];
    const statements = Array.from({ length: count }, () => this.#statement(depth));
    if (depth < 3 || this.#inFunction) this.#variables = outer;
    return statements;
  }

  #braces(depth: number): string {
    return `{ ${this.#block(1 + this.#pick(3), depth - 1).join(' ')} }`;
  }

  #statement(depth: number): string {
    if (!this.#inFunction && this.#pick(8) === 7) return this.#aggregate();
    const kinds = depth > 1 ? 10 : 5;
    switch (this.#pick(kinds)) {
      case 1:
      case 2:
        return this.#assignment();
      case 3:
        return this.#update();
      case 4:
        return this.#callStatement();
      case 5:
        return `if (${this.#bool(2)}) ${this.#braces(depth)} else ${this.#braces(depth)}`;
      case 6:
        return this.#for(depth);
      case 7:
        return `for (int ${this.#name()} = 0; ${this.#bool(1)}; ) { ${this.#braces(depth)} break; }`;
      case 8: {
        const name = this.#name();
        return `{ int ${name} = 4; while (${name}-- > 0) { if (${this.#bool(1)}) continue; ${this.#braces(depth)} } }`;
      }
      case 9:
        return this.#switch(depth);
      default:
        return this.#declaration();
    }
  }

  #switch(depth: number): string {
    const groups = ['case 0: case 3:', 'default:', 'case -7:'].map((label) => {
      const leaves = this.#one(['break;', '', `if (${this.#bool(1)}) break;`]);
      return `${label} ${this.#braces(depth)} ${leaves}`;
    });
    return `switch (${this.#value({ scalar: 'int', size: 1 }, 2)} % 4) { ${groups.join(' ')} }`;
  }

  /** A statement about a variable of a type that is made of others. */
  #aggregate(): string {
    const float = (): string => this.#value({ scalar: 'float', size: 1 }, 2);
    const int = (): string => this.#value({ scalar: 'int', size: 1 }, 1, true);
    switch (this.#pick(6)) {
      case 1:
        return `list0[${int()}] += ${float()};`;
      case 2:
        return `s0.t[${int()}] = list0[${int()}]; s0.n.y -= ${this.#value({ scalar: 'int', size: 1 }, 2)};`;
      case 3:
        return `m0 = m0 * mat2(${float()}, s0.x, m0[${int()}]);`;
      case 4:
        return `d0 = d0 * 0.5lf + double(${float()});`;
      case 5:
        return `h0 += float16_t(list0[1]); s0 = S(float(h0), ivec2(steps), float[](m0[1].x, float(d0)));`;
      default:
        return `list0 = float[](${float()}, list0[0], determinant(m0));`;
    }
  }

  #for(depth: number): string {
    const name = this.#name();
    const outer = this.#variables;
    this.#variables = [...outer, { name, scalar: 'int', size: 1, fixed: true }];
    const body = this.#braces(depth);
    this.#variables = outer;
    return `for (int ${name} = ${this.#pick(3)}; ${name} < ${this.#pick(5)}; ${this.#one([`${name}++`, `${name} += 2`])}) ${body}`;
  }

  #declaration(): string {
    const type = this.#type();
    const fixed = this.#pick(3) === 0;
    const value = this.#value(type, 3);
    const name = this.#name();
    this.#variables.push({ ...type, name, fixed });
    return `${fixed ? 'const ' : ''}${nameOf(type)} ${name} = ${value};`;
  }

  /** Something that can be assigned, with its type. */
  #target(): (Type & { readonly text: string }) | undefined {
    const open = this.#variables.filter(({ fixed }) => !fixed);
    if (open.length === 0) return undefined;
    const { name, scalar, size } = this.#one(open);
    if (size === 1) return { scalar, size, text: name };
    const letters = 'xyzw'.slice(0, size);
    switch (this.#pick(4)) {
      case 0:
        return { scalar, size: 2, text: `${name}.${this.#one(['yx', 'xy'])}` };
      case 1:
        return { scalar, size: 1, text: `${name}.${letters[this.#pick(size)]}` };
      case 2:
        return { scalar, size: 1, text: `${name}[${this.#value({ scalar: 'int', size: 1 }, 1, true)}]` };
      default:
        return { scalar, size, text: name };
    }
  }

  #assignment(): string {
    const target = this.#target();
    if (target === undefined) return this.#declaration();
    const operators = target.scalar === 'bool' ? ['='] : ['=', '+=', '-=', '*='];
    return `${target.text} ${this.#one(operators)} ${this.#value(target, 2)};`;
  }

  #update(): string {
    const target = this.#target();
    if (target === undefined || target.scalar === 'bool') return this.#declaration();
    return this.#one([`${target.text}++;`, `--${target.text};`]);
  }

  #callStatement(): string {
    const written = this.#functions.find(({ parameters }) => parameters.some(({ mode }) => mode !== 'in'));
    const call = written === undefined ? undefined : this.#call(written, 1);
    return call === undefined ? this.#declaration() : `${call};`;
  }

  #call({ name, parameters }: UserFunction, depth: number): string | undefined {
    const args: string[] = [];
    for (const parameter of parameters) {
      if (parameter.mode === 'in') {
        args.push(this.#value(parameter, depth));
        continue;
      }
      const fitting = this.#variables.filter(
        (one) => !one.fixed && one.scalar === parameter.scalar && one.size === parameter.size,
      );
      if (fitting.length === 0) return undefined;
      args.push(this.#one(fitting).name);
    }
    return `${name}(${args.join(', ')})`;
  }

  #bool(depth: number): string {
    return this.#value({ scalar: 'bool', size: 1 }, depth);
  }

  /** An expression of a type. One that indexes holds no constant, which might be out of range. */
  #value(type: Type, depth: number, index = false): string {
    if (index) return this.#one(['steps', 'coord.x', 'coord[1]']);
    const made = depth > 0 ? this.#composed(type, depth - 1) : undefined;
    return made ?? this.#leaf(type);
  }

  #leaf(type: Type): string {
    const fitting = this.#variables.filter(({ scalar, size }) => scalar === type.scalar && size === type.size);
    const which = this.#pick(4);
    if (which < 2 && fitting.length > 0) return this.#one(fitting).name;
    if (type.size > 1) {
      if (type.scalar === 'float' && type.size === 3)
        return this.#one(['wind', 'ReadField("velocity", coord)', 'CoordToWorld(coord)']);
      if (type.scalar === 'int' && type.size === 3)
        return this.#one(['coord', 'ivec3(1, -1, 0)', '(coord + ivec3(0, 2, 0))']);
      return `${nameOf(type)}(${this.#leaf({ ...type, size: 1 })})`;
    }
    switch (type.scalar) {
      case 'float':
        return this.#one(
          ['0.5', '2.0', '-1.25', 'dt', 'buoyancy', 'voxelSize', this.#read()].concat(
            this.#inFunction ? [] : ['list0[steps]', 's0.t[1]', 'm0[coord.x].y', 'float(d0)', 'float(h0)'],
          ),
        );
      case 'int':
        return this.#one([
          '3',
          '-7',
          'steps',
          'coord.y',
          '0x10',
          'bitCount(steps)',
          ...(this.#inFunction ? [] : ['s0.n.x']),
        ]);
      case 'uint':
        return this.#one(['5u', 'frame', 'ReadField("flags", idx)', '4000000000u']);
      default:
        return this.#one(['true', 'open', 'IsActive(coord)', 'false']);
    }
  }

  #read(): string {
    const field = this.#one(['density', 'velocity_y']);
    return `ReadField("${field}", ${this.#one(['idx', 'coord', 'coord + ivec3(1, 0, 0)', 'coord - ivec3(0, 2, 1)', 'coord.zxy'])})`;
  }

  /** An expression with parts; undefined where the choice does not suit the type. */
  #composed(type: Type, depth: number): string | undefined {
    const part = (one: Type): string => this.#value(one, depth);
    switch (this.#pick(9)) {
      case 0:
        return type.scalar === 'bool'
          ? this.#logical(type, depth)
          : `(${part(type)} ${this.#operator(type)} ${part(type)})`;
      case 1:
        return `(${part({ scalar: 'bool', size: 1 })} ? ${part(type)} : ${part(type)})`;
      case 2:
        return `${nameOf(type)}(${part({ scalar: this.#one(SCALARS), size: type.size })})`;
      case 3:
        return this.#swizzle(type, depth);
      case 4: {
        const fitting = this.#functions.filter(
          ({ returns }) => returns.scalar === type.scalar && returns.size === type.size,
        );
        return fitting.length === 0 ? undefined : this.#call(this.#one(fitting), depth);
      }
      case 5:
        return this.#builtin(type, depth);
      case 6: {
        if (type.size < 2) return undefined;
        const parts = Array.from({ length: type.size }, () => part({ ...type, size: 1 }));
        return `${nameOf(type)}(${parts.join(', ')})`;
      }
      case 7:
        return type.scalar === 'bool' ? undefined : `-(${part(type)})`;
      default:
        return undefined;
    }
  }

  #operator({ scalar }: Type): string {
    return this.#one(scalar === 'float' ? ['+', '-', '*'] : ['+', '-', '*', '&', '|', '^']);
  }

  #logical({ size }: Type, depth: number): string {
    const part = (one: Type): string => this.#value(one, depth);
    const bool: Type = { scalar: 'bool', size };
    if (size > 1) {
      const scalar = this.#one(['float', 'int', 'uint'] as const);
      const compare = this.#one(['lessThan', 'equal', 'greaterThanEqual']);
      return this.#one([0, 1]) === 0
        ? `not(${part(bool)})`
        : `${compare}(${part({ scalar, size })}, ${part({ scalar, size })})`;
    }
    const operator = this.#one(['&&', '||', '^^', '==', '<', '!=']);
    const compared: Type = { scalar: this.#one(['float', 'int', 'uint'] as const), size: 1 };
    const sides = operator === '<' || operator === '!=' ? compared : bool;
    return `(${part(sides)} ${operator} ${part(sides)})`;
  }

  #swizzle({ scalar, size }: Type, depth: number): string {
    const whole = 2 + this.#pick(3);
    const letters = Array.from({ length: size }, () => 'xyzw'[this.#pick(whole)]).join('');
    return `${this.#value({ scalar, size: whole }, depth)}.${letters}`;
  }

  #builtin(type: Type, depth: number): string | undefined {
    const part = (one: Type): string => this.#value(one, depth);
    if (type.scalar === 'bool') return undefined;
    if (type.scalar === 'float' && type.size === 1 && this.#pick(2) === 0) {
      const size = 2 + this.#pick(3);
      return `dot(${part({ scalar: 'float', size })}, ${part({ scalar: 'float', size })})`;
    }
    const name = this.#one(['min', 'max', 'clamp', 'abs']);
    if (name === 'clamp') return `clamp(${part(type)}, ${nameOf(type)}(1), ${nameOf(type)}(9))`;
    if (name === 'abs') return type.scalar === 'uint' ? undefined : `abs(${part(type)})`;
    return `${name}(${part(type)}, ${part(type)})`;
  }
}
