/**
 * @file What the front end knows while it turns a syntax tree into IR: the stencil and its environment, the user's
 * functions, and for the function under way its locals, its scopes, and the block that statements go to.
 *
 * An expression may have effects (`i++`, a call with `out`). Those become statements in the current block, before the
 * statement that holds the expression, so that IR expressions stay free of effects.
 */

import type {
  Environment,
  Expression,
  FieldType,
  Local,
  ReduceKind,
  Span,
  Statement,
  StencilFunction,
  StencilSource,
  ValueType,
} from '../ir.ts';
import type { Print } from '../debug.ts';
import { errorAt } from '../stencil-error.ts';
import type { SourceText, StencilError } from '../stencil-error.ts';
import { local } from './build.ts';
import type { Constant } from './build.ts';
import type { TypeContext } from './resolve-type.ts';
import type { Ref, Storage } from './storage.ts';
import type { FunctionNode, ParameterNode } from './syntax.ts';
import { lengthOfType } from './types.ts';
import type { StructType, Type } from './types.ts';
import type { Aggregate } from './values.ts';

/** What a name of the user's stands for. */
export type Binding =
  | { readonly kind: 'constant'; readonly value: Constant; readonly span: Span }
  /** An array, a matrix or a struct of constants, which is never assigned: functions see it too. */
  | { readonly kind: 'table'; readonly value: Aggregate; readonly span: Span }
  | {
      readonly kind: 'local';
      readonly type: Type;
      readonly storage: Storage;
      /** Why it can not be assigned, in words; null where it can. */
      readonly fixed: string | null;
      readonly frame: Frame;
      readonly span: Span;
    };

/** Names of one block, over those of the blocks around it. */
export class Scope {
  readonly parent: Scope | null;
  readonly names: Map<string, Binding> = new Map();

  constructor(parent: Scope | null) {
    this.parent = parent;
  }

  find(name: string): Binding | undefined {
    return this.names.get(name) ?? this.parent?.find(name);
  }

  /** Every name that can be seen from here. */
  all(): readonly string[] {
    return [...this.names.keys(), ...(this.parent?.all() ?? [])];
  }
}

/** One component of an ivec3: a constant, or a constant and one component of `coord`. */
export interface AffineComponent {
  readonly axis: 0 | 1 | 2 | null;
  readonly constant: number;
}

/** A function under way; the stencil's main code is one too. */
export interface Frame {
  readonly main: boolean;
  readonly name: string;
  readonly returns: Type | 'void';
  /** Where a value that is an aggregate goes; null for all others. */
  returned: Storage | null;
  readonly locals: Local[];
  /** Locals that are never assigned again, whose components are affine in `coord`. */
  readonly affine: Map<number, readonly AffineComponent[]>;
  /** Tables that a computed index reaches, and the statements that fill them where the function starts. */
  readonly tables: Map<Aggregate, Ref>;
  readonly entry: Statement[];
  scope: Scope;
  block: Statement[];
  loops: number;
  /** Of the switch around the current statement, if it is lowered as a loop and no loop stands between: what `continue` sets. */
  switches: { readonly goesOn: number } | null;
}

/** A parameter, with its type. */
export interface UserParameter extends Omit<ParameterNode, 'type'> {
  readonly type: Type;
}

/** A function that the user defines. */
export interface UserFunction {
  readonly node: FunctionNode;
  readonly parameters: readonly UserParameter[];
  readonly returns: Type | 'void';
  /** Its name and the types of its parameters, as in `f(float, vec3)`. */
  readonly signature: string;
  /** Whether it, or a function that it calls, reads fields: then it is built once for each set of offsets it gets. */
  readonly reads: boolean;
  underWay: boolean;
  /** Places among the functions that are built, by what is known of the arguments. */
  readonly variants: Map<string, number>;
}

/** Levels of expressions, blocks and functions inside each other while lowering. */
const LEVEL_LIMIT = 500;

/** A write whose value waits for its field's type: fields that nobody declared take the type that suits all writes. */
interface PendingWrite {
  readonly field: string;
  readonly span: Span;
  readonly statement: { value: Expression };
}

/** A reduction whose value waits for its scalar's type. */
interface PendingReduction {
  readonly scalar: string;
  readonly kind: ReduceKind;
  readonly span: Span;
  readonly statement: { value: Expression };
}

/** The state of one compilation. */
export class Lowering {
  readonly text: SourceText;
  readonly stencil: StencilSource;
  readonly environment: Environment;
  /** Names that some statement assigns after their declaration. */
  readonly assigned: ReadonlySet<string>;
  readonly functions: readonly UserFunction[];
  readonly structs: ReadonlyMap<string, StructType>;
  readonly writes: PendingWrite[] = [];
  readonly reductions: PendingReduction[] = [];
  readonly prints: Print[] = [];
  /** Outputs, as they are declared, of which something is written. */
  readonly written: Set<string> = new Set();
  /** Functions that are lowered, each after those that it calls. */
  readonly built: StencilFunction[] = [];
  /** Names of the main code's outermost block; functions see its constants. */
  readonly top: Scope = new Scope(null);
  frame: Frame;
  /** How often the loops around the current statement are unrolled, in all. */
  copies = 1;
  #depth = 0;

  constructor(
    text: SourceText,
    declared: { readonly stencil: StencilSource; readonly environment: Environment },
    program: {
      readonly functions: readonly UserFunction[];
      readonly assigned: ReadonlySet<string>;
      readonly structs: ReadonlyMap<string, StructType>;
    },
  ) {
    this.text = text;
    this.stencil = declared.stencil;
    this.environment = declared.environment;
    this.functions = program.functions;
    this.assigned = program.assigned;
    this.structs = program.structs;
    this.frame = newFrame('', 'void', { main: true, scope: this.top });
  }

  /** Runs a part one level deeper, or fails long before the stack ends. */
  nested<T>(span: Span, part: () => T): T {
    if (++this.#depth > LEVEL_LIMIT) {
      throw this.fail(
        span,
        'expressions and functions nest too deep here; use variables, or fewer functions that call others',
      );
    }
    try {
      return part();
    } finally {
      this.#depth--;
    }
  }

  fail(span: Span, problem: string): StencilError {
    return errorAt(this.text, span, problem);
  }

  emit(statement: Statement): void {
    this.frame.block.push(statement);
  }

  /** A new local of the current function. */
  newLocal(name: string, type: ValueType, length?: number): number {
    this.frame.locals.push({ name, type, ...(length === undefined ? {} : { length }) });
    return this.frame.locals.length - 1;
  }

  /** Keeps a value in a new local, assigned at this place of the current block (at its end by default). */
  spill(value: Expression, at: number = this.frame.block.length): Expression {
    const type = value.type as ValueType;
    const index = this.newLocal('temporary', type);
    this.frame.block.splice(at, 0, { op: 'assign', local: index, value });
    return local(type, index);
  }

  /** Runs a part whose statements go to a block of their own. */
  capture<T>(part: () => T): { readonly statements: Statement[]; readonly result: T } {
    const outer = this.frame.block;
    const statements: Statement[] = [];
    this.frame.block = statements;
    try {
      return { statements, result: part() };
    } finally {
      this.frame.block = outer;
    }
  }

  /** Runs a part whose names are its own. */
  scoped<T>(part: () => T): T {
    const outer = this.frame.scope;
    this.frame.scope = new Scope(outer);
    try {
      return part();
    } finally {
      this.frame.scope = outer;
    }
  }

  /** What types and their lengths can name here. */
  get types(): TypeContext {
    return {
      structs: this.structs,
      constant: (name) => {
        const binding = this.frame.scope.find(name);
        const value = binding?.kind === 'constant' ? binding.value : undefined;
        return value?.type === 'int' || value?.type === 'uint' ? value.value[0] : undefined;
      },
      length: (name) => {
        const binding = this.frame.scope.find(name);
        const type = binding?.kind === 'local' ? binding.type : binding?.value.type;
        return type === undefined ? undefined : lengthOfType(type);
      },
      fail: (span, problem) => this.fail(span, problem),
      environment: this.environment,
    };
  }

  /** Type of a field on the stencil's own level. */
  fieldType(field: string): FieldType | undefined {
    return this.environment.fields.get(field);
  }
}

/** An empty function. */
export function newFrame(
  name: string,
  returns: Type | 'void',
  rest: { readonly main: boolean; readonly scope: Scope },
): Frame {
  return {
    name,
    returns,
    returned: null,
    ...rest,
    locals: [],
    affine: new Map(),
    tables: new Map(),
    entry: [],
    block: [],
    loops: 0,
    switches: null,
  };
}
