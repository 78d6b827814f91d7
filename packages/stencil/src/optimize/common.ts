/**
 * @file Common subexpressions: what is computed a second time where it is certain to have been computed already is kept in a
 * local the first time. "Certain" follows the structure of the statements: what a block computes holds to its end and in
 * the blocks inside it, and not after it. What stands in the side of a choice that may not be evaluated takes from what is
 * there, and gives nothing; a cheap side is evaluated anyway, as the shader does it.
 *
 * One walk numbers the values and finds the second uses, another writes the program anew; the locals stand in the order in
 * which the shader would have computed the values.
 */

import { isCheap } from '../emit/scan.ts';
import type { Expression, Local, Statement, ValueType } from '../ir.ts';
import { offsetOf } from '../language/affine.ts';
import { local } from '../language/build.ts';
import { mapOperands, mapStatement, statementOperands } from '../rebuild.ts';
import { visitStatements } from '../walk.ts';
import { assignedIn, eachBody, localsAssignedBy } from './program.ts';
import type { Body, Pass } from './program.ts';
import { ValueNumbers } from './value-numbers.ts';
import type { Numbered } from './value-numbers.ts';

/** Computes what occurs more than once only once. */
export const shareCommon: Pass = eachBody((one) => {
  const noted = new Finder(one).run();
  return write(one, noted);
});

/** A value that is computed at one place, and perhaps taken at others. */
interface Shared {
  /** Whether anything takes it. */
  taken: boolean;
  /** The local that keeps it; null until it is made. */
  keeper: number | null;
  /** What the local is called. */
  name: string;
}

/** What becomes of an occurrence of an expression: it takes a value, gives one, or is left; and what becomes of its operands. */
interface Note {
  readonly takes: Shared | null;
  readonly gives: Shared | null;
  /** Empty where all operands are left alone. */
  readonly operands: readonly Note[];
}

/** The notes of a statement: of its values and of the blocks in it. */
interface StatementNote {
  readonly values: readonly Note[];
  readonly blocks: readonly (readonly StatementNote[])[];
}

const LEFT: Note = { takes: null, gives: null, operands: [] };

/** Locals that one statement assigns, and none but it: they keep for good what it gives them. */
function assignedOnce({ locals, body, kept }: Body): ReadonlySet<number> {
  const counts: number[] = locals.map(({ length }, at) => (at < kept || length !== undefined ? 2 : 0));
  visitStatements(body, (node) => {
    for (const one of localsAssignedBy(node)) counts[one]!++;
  });
  return new Set(counts.flatMap((count, at) => (count === 1 ? [at] : [])));
}

const NO_LOCALS: Parameters<typeof offsetOf>[1] = new Map();

/** Finds what is computed again. */
class Finder {
  readonly #body: Body;
  readonly #numbers: ValueNumbers;
  readonly #once: ReadonlySet<number>;
  /** What is certain to be computed, by number: of the blocks around, outermost first. */
  readonly #open: Map<number, Shared>[] = [];

  constructor(body: Body) {
    this.#body = body;
    this.#numbers = new ValueNumbers(body);
    this.#once = assignedOnce(body);
  }

  run(): readonly StatementNote[] {
    const assigned = assignedIn(this.#body.body);
    const parameters = new Map<number, Shared>();
    for (let at = 0; at < this.#body.kept; at++) {
      if (!assigned.has(at))
        parameters.set(this.#numbers.held(at), { taken: true, keeper: at, name: this.#body.locals[at]!.name });
    }
    this.#open.push(parameters);
    return this.#block(this.#body.body);
  }

  #block(body: readonly Statement[]): readonly StatementNote[] {
    this.#open.push(new Map());
    const notes = body.map((node) => this.#statement(node));
    this.#open.pop();
    return notes;
  }

  #available(number: number): Shared | undefined {
    for (let at = this.#open.length - 1; at >= 0; at--) {
      const found = this.#open[at]!.get(number);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  #statement(node: Statement): StatementNote {
    if (node.op === 'if') return this.#branch(node);
    if (node.op === 'loop') return this.#loop(node);
    const numbered = statementOperands(node).values.map((value) => this.#numbers.number(value));
    const values = numbered.map((one) => this.#visit(one, true));
    for (const one of localsAssignedBy(node)) this.#numbers.assign(one);
    if (node.op === 'assign' && node.components === undefined) this.#keep(node.local, numbered[0]!, values[0]!);
    return { values, blocks: [] };
  }

  /** A local that is assigned once keeps for good the value that it is given, and others take it from there. */
  #keep(keeper: number, { number, node }: Numbered, { gives }: Note): void {
    this.#numbers.assign(keeper, number);
    const { name } = this.#body.locals[keeper]!;
    if (gives !== null) gives.name = name;
    if (!this.#once.has(keeper) || node.op === 'constant') return;
    if (gives !== null) gives.keeper ??= keeper;
    else if (this.#available(number) === undefined) this.#open.at(-1)!.set(number, { taken: true, keeper, name });
  }

  #branch(node: Statement & { readonly op: 'if' }): StatementNote {
    const values = [this.#visit(this.#numbers.number(node.condition), true)];
    const before = this.#numbers.state;
    const then = this.#block(node.then);
    const after = this.#numbers.state;
    this.#numbers.state = before;
    const otherwise = this.#block(node.else);
    this.#numbers.meet(after);
    return { values, blocks: [then, otherwise] };
  }

  /** What the loop assigns is new in each round, in what follows a `continue`, and after it. */
  #loop(node: Statement & { readonly op: 'loop' }): StatementNote {
    const assigned = assignedIn([node]);
    const renew = (): void => {
      for (const one of assigned) this.#numbers.assign(one);
    };
    renew();
    const test = (): Note => this.#visit(this.#numbers.number(node.condition), false);
    const first = node.testFirst ? test() : null;
    const body = this.#block(node.body);
    renew();
    const continuing = this.#block(node.continuing);
    if (!node.testFirst) renew();
    const values = [first ?? test()];
    renew();
    return { values, blocks: [body, continuing] };
  }

  /** `certain` says whether the value is evaluated wherever the statement is. */
  #visit(numbered: Numbered, certain: boolean): Note {
    const { node, number } = numbered;
    if (node.op === 'constant') return LEFT;
    const known = this.#available(number);
    if (node.op === 'local') {
      // A copy of what a local keeps for good is that local; any other local is as good as one more.
      const keeper = known?.keeper ?? node.local;
      return keeper === node.local ? LEFT : { takes: known!, gives: null, operands: [] };
    }
    if (known !== undefined) {
      known.taken = true;
      return { takes: known, gives: null, operands: [] };
    }
    // A tap too far for the neighbour table, and an activity, are known by their coordinate: it stays as it is.
    const far = (node.op === 'gather' || node.op === 'isActive') && offsetOf(node.coord, NO_LOCALS) !== undefined;
    const operands = far ? [] : this.#operands(numbered, certain);
    if (!certain || !isWorthKeeping(node)) return { takes: null, gives: null, operands };
    const gives: Shared = { taken: false, keeper: null, name: 'value' };
    this.#open.at(-1)!.set(number, gives);
    return { takes: null, gives, operands };
  }

  #operands({ node, operands }: Numbered, certain: boolean): readonly Note[] {
    const cheap = (value: Expression): boolean => isCheap(value, false);
    if (node.op === 'select') {
      const both = certain && cheap(node.then) && cheap(node.else);
      return operands.map((operand, at) => this.#visit(operand, at === 0 ? certain : both));
    }
    const lazy = node.op === 'binary' && (node.operator === '&&' || node.operator === '||') && !cheap(node.right);
    return operands.map((operand, at) => this.#visit(operand, certain && !(lazy && at === 1)));
  }
}

/** Whether an operation costs more than a local. */
function isWorthKeeping(node: Expression): boolean {
  switch (node.op) {
    case 'constant':
    case 'local':
    case 'builtin':
    case 'parameter':
    case 'scalar':
    case 'swizzle':
    case 'construct':
      return false;
    case 'unary':
    case 'convert':
      return isWorthKeeping(node.operand);
    case 'invoke':
      return node.type !== 'void' && node.args.every(({ mode }) => mode === 'in');
    default:
      return true;
  }
}

/** Writes a body anew, by its notes. */
function write(one: Body, noted: readonly StatementNote[]): Pick<Body, 'locals' | 'body'> {
  const locals: Local[] = [...one.locals];
  const value = (node: Expression, note: Note, ahead: Statement[]): Expression => {
    if (note.takes !== null) return local(node.type as ValueType, note.takes.keeper!);
    let at = 0;
    const mapped =
      note.operands.length === 0 ? node : mapOperands(node, (operand) => value(operand, note.operands[at++]!, ahead));
    if (note.gives?.taken !== true) return mapped;
    if (note.gives.keeper !== null) return mapped;
    const type = node.type as ValueType;
    note.gives.keeper = locals.length;
    locals.push({ name: note.gives.name, type });
    ahead.push({ op: 'assign', local: note.gives.keeper, value: mapped });
    return local(type, note.gives.keeper);
  };
  const block = (body: readonly Statement[], notes: readonly StatementNote[]): readonly Statement[] =>
    body.flatMap((node, place) => {
      const { values, blocks } = notes[place]!;
      const ahead: Statement[] = [];
      let [at, inner] = [0, 0];
      const changed = mapStatement(
        node,
        (part) => value(part, values[at++]!, ahead),
        (part) => block(part, blocks[inner++]!),
      );
      return [...ahead, changed];
    });
  return { locals, body: block(one.body, noted) };
}
