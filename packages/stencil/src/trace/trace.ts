/**
 * @file The state of one tracing: the lowering that its values build on, the blocks that are open, and the places where
 * values came to be.
 *
 * A JavaScript value may be used many times, an IR expression is a tree. So each value that costs something leaves a mark
 * at the place where it is made; when the body is done, a value that several others use is assigned to a local at its
 * mark (which comes before all of its uses, in a block around them), and the other marks vanish. That is all that `finish`
 * does: types, folding and taps are the language's own builders.
 */

import type { Environment, Expression, Span, Statement, StencilSource, ValueType } from '../ir.ts';
import { assignedNames } from '../language/assigned-names.ts';
import { local } from '../language/build.ts';
import { LIBRARY_FUNCTIONS, libraryFunctions } from '../language/library.ts';
import { Lowering } from '../language/lowering.ts';
import { collectFunctions } from '../language/user-functions.ts';
import { StencilError } from '../stencil-error.ts';
import { operands } from '../walk.ts';
import { mapOperands, mapStatement, statementOperands } from '../rebuild.ts';

/** Where in a text a traced value stands: nowhere. The stack of the error leads to the line of TypeScript. */
export const NOWHERE: Span = Object.freeze({ start: 0, length: 0 });

/** Values that hang on each other in a row before one is kept in a local, so that no tree grows too deep. */
const DEPTH_LIMIT = 200;

/** Errors of a traced stencil have no line of text to show. */
class TraceLowering extends Lowering {
  override fail(_span: Span, problem: string): StencilError {
    return new StencilError(this.text.name, problem);
  }
}

/** One tracing. */
export class Trace {
  readonly lowering: Lowering;
  /** Blocks that are open, the outermost first. */
  readonly #open: Statement[][];
  readonly #marks = new Map<Statement, Expression>();
  readonly #depths = new WeakMap<Expression, number>();
  readonly #homes = new WeakMap<Expression, Statement[]>();
  /** Blocks of `when`; all others are of loops. */
  readonly #conditional = new WeakSet<Statement[]>();
  /** What variables hold, read since anything changed. */
  readonly #read = new Map<number, Expression>();
  /** Conditions that nothing has used yet, with the error that stands at their line. */
  readonly #unused = new Map<Expression, StencilError>();
  #loops = 0;

  constructor(stencil: StencilSource, environment: Environment) {
    const text = { name: stencil.name, text: stencil.code };
    const types = { constant: () => undefined, fail: () => this.fail(''), environment, structs: new Map() };
    const library = libraryFunctions(LIBRARY_FUNCTIONS, environment.missing);
    const functions = collectFunctions(text, library, types);
    this.lowering = new TraceLowering(
      text,
      { stencil, environment },
      { functions, assigned: assignedNames(library, library), structs: new Map() },
    );
    this.#open = [this.lowering.frame.block];
  }

  fail(problem: string): StencilError {
    return this.lowering.fail(NOWHERE, problem);
  }

  /** Notes a condition that was made: one that nothing uses has gone into an `if` of JavaScript's, which takes every object for true. */
  awaitUse(condition: Expression): void {
    if (condition.op === 'constant') return;
    const problem = `a condition is made and nothing uses it; JavaScript's if, ?:, && and ! see no voxel: write where(c, a, b), when(c, () => …), c.and(d) or c.not()`;
    this.#unused.set(condition, this.fail(problem));
  }

  /** Notes that something uses a value. */
  use(value: Expression): void {
    this.#unused.delete(value);
  }

  /** Throws the error of the first condition that nothing has used. */
  checkUses(): void {
    for (const error of this.#unused.values()) throw error;
  }

  /** Notes where a new value is made, and gives it back. */
  note(value: Expression): Expression {
    const block = this.lowering.frame.block;
    if (isFree(value) || this.#homes.has(value)) return value;
    this.#homes.set(value, block);
    if (value.op === 'swizzle') return value;
    const depth = 1 + Math.max(0, ...operands(value).map((operand) => this.#depthOf(operand)));
    if (depth > DEPTH_LIMIT) {
      const kept = this.lowering.spill(value);
      this.#homes.set(kept, block);
      return kept;
    }
    this.#depths.set(value, depth);
    const mark: Statement = { op: 'assign', local: -1, value };
    this.#marks.set(mark, value);
    block.push(mark);
    return value;
  }

  #depthOf(value: Expression): number {
    const known = this.#depths.get(value);
    if (known !== undefined) return known;
    const inner = operands(value);
    return inner.length === 0 ? 0 : 1 + Math.max(...inner.map((operand) => this.#depthOf(operand)));
  }

  /** Fails for a value that was made in a loop which is over. */
  checkOpen(value: Expression): void {
    const home = this.#homes.get(value);
    if (home === undefined || this.#open.includes(home)) return;
    if (this.#conditional.has(home)) {
      throw this.fail('this value is made inside of when(…), and used after it; set a variable(…) there');
    }
    throw this.fail('this value is made inside of a loop, and used after it; hand it on in what the loop gives back');
  }

  /** A local that was assigned here, as a value of this place. */
  placed(value: Expression): Expression {
    this.#homes.set(value, this.lowering.frame.block);
    return value;
  }

  /** A local of a name, holding a value from here on. */
  declare(name: string, value: Expression): { readonly index: number; readonly value: Expression } {
    const type = value.type as ValueType;
    const index = this.lowering.newLocal(name, type);
    this.lowering.emit({ op: 'assign', local: index, value });
    const kept = local(type, index);
    this.#homes.set(kept, this.lowering.frame.block);
    return { index, value: kept };
  }

  /** Runs a part whose statements go to a block of their own. */
  inBlock(part: () => void, kind: 'loop' | 'when' = 'loop'): Statement[] {
    return this.lowering.capture(() => {
      const block = this.lowering.frame.block;
      this.#open.push(block);
      if (kind === 'when') this.#conditional.add(block);
      else this.#loops++;
      this.changed();
      try {
        part();
      } finally {
        this.#open.pop();
        if (kind === 'loop') this.#loops--;
        this.changed();
      }
      return block;
    }).statements;
  }

  /** Whether a loop is under way. */
  inLoop(): boolean {
    return this.#loops > 0;
  }

  /** Forgets what variables held: one was set, or control came to another block. */
  changed(): void {
    this.#read.clear();
  }

  /** What a variable holds now, kept in a local of its own until something changes. */
  readOnce(variable: number, read: () => Expression): Expression {
    const known = this.#read.get(variable);
    if (known !== undefined) return known;
    const { value } = this.declare('now', read());
    this.#read.set(variable, value);
    return value;
  }

  /** The body: marks of values that several use become assignments, the others vanish. */
  finish(): readonly Statement[] {
    const uses = this.#countUses(this.lowering.frame.block);
    const places = new Map<Expression, Expression>();
    const done = new Map<Expression, Expression>();
    const rewrite = (value: Expression): Expression => {
      const known = places.get(value) ?? done.get(value);
      if (known !== undefined) return known;
      const result = mapOperands(value, rewrite);
      done.set(value, result);
      return result;
    };
    const rebuild = (block: readonly Statement[]): Statement[] =>
      reached(block).flatMap((statement) => {
        const marked = this.#marks.get(statement);
        if (marked === undefined) return [mapStatement(statement, rewrite, rebuild)];
        if ((uses.get(marked) ?? 0) < 2) return [];
        const type = marked.type as ValueType;
        const index = this.lowering.newLocal('value', type);
        const value = rewrite(marked);
        places.set(marked, local(type, index));
        return [{ op: 'assign', local: index, value }];
      });
    return rebuild(this.lowering.frame.block);
  }

  /**
   * How often each value is used. One that a loop uses, and that was made before it, counts as used twice: it is not to be
   * computed in every round. A swizzle is never kept, so each of its uses is one of its operand.
   */
  #countUses(body: readonly Statement[]): ReadonlyMap<Expression, number> {
    const uses = new Map<Expression, number>();
    const visit = (value: Expression, block: readonly Statement[]): void => {
      const count = uses.get(value) ?? 0;
      if (value.op === 'swizzle') {
        visit(value.operand, block);
        return;
      }
      const home = this.#homes.get(value) ?? block;
      uses.set(value, count + (home === block ? 1 : 2));
      if (count === 0) for (const operand of operands(value)) visit(operand, home);
    };
    const walk = (block: readonly Statement[]): void => {
      for (const statement of block) {
        if (this.#marks.has(statement)) continue;
        const { values, blocks } = statementOperands(statement);
        for (const value of values) visit(value, block);
        blocks.forEach(walk);
      }
    };
    walk(body);
    return uses;
  }
}

/** Statements up to the first jump, and with it. */
function reached(block: readonly Statement[]): readonly Statement[] {
  const at = block.findIndex(({ op }) => op === 'return' || op === 'break');
  return at < 0 ? block : block.slice(0, at + 1);
}

/** Values that cost nothing to write twice. */
function isFree({ op }: Expression): boolean {
  return (
    op === 'constant' || op === 'local' || op === 'builtin' || op === 'parameter' || op === 'scalar' || op === 'tap'
  );
}

let current: Trace | null = null;

/** The tracing under way, or an error that names what was called outside of one. */
export function currentTrace(what: string): Trace {
  if (current !== null) return current;
  throw new TypeError(
    `Cannot trace ${what}: no stencil is being traced; call it in the body that is given to stencil(…)`,
  );
}

/** Runs a part with a tracing under way. */
export function withTrace<T>(trace: Trace, part: () => T): T {
  const outer = current;
  current = trace;
  try {
    return part();
  } finally {
    current = outer;
  }
}
