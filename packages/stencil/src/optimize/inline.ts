/**
 * @file Functions in place of their calls: a function that reads fields keeps a shader from taking four voxels at once, and what is
 * known of arguments is known of nothing in a function of its own. A function goes in place if each path through it
 * ends in one `return` that no loop holds, and it takes no arrays; what it costs decides where: what may not be evaluated (a side of a
 * choice) gets cheap functions only, and the program may not grow without end.
 */

import { isCheap } from '../emit/scan.ts';
import type { Expression, Local, Statement, StencilFunction } from '../ir.ts';
import { filled, local } from '../language/build.ts';
import { mapOperands, mapStatement } from '../rebuild.ts';
import { visitExpressions, visitStatements } from '../walk.ts';
import { assignedIn } from './program.ts';
import type { Pass } from './program.ts';

/** Nodes that a body may grow to: few enough that the shader may still take four voxels side by side. */
const MOST_NODES = 1200;

type Invoke = Expression & { readonly op: 'invoke' };

/** A function that may stand in place of its calls. */
interface Placeable {
  readonly function: StencilFunction;
  /** Its body without `return`: the value goes to a local behind its own. */
  readonly body: readonly Statement[];
  readonly nodes: number;
  readonly cheap: boolean;
}

/** Puts functions in place of their calls. */
export const placeFunctions: Pass = (program) => {
  if (program.functions.length === 0) return program;
  const placeable: (Placeable | null)[] = [];
  const functions = program.functions.map((one) => {
    const inner = new Placing(one.locals, placeable).run(one.body);
    const changed = { ...one, ...inner };
    placeable.push(placeableOf(changed));
    return changed;
  });
  return { ...new Placing(program.locals, placeable).run(program.body), functions };
};

function countNodes(body: readonly Statement[]): number {
  let count = 0;
  visitStatements(body, () => count++);
  visitExpressions(body, () => count++);
  return count;
}

function placeableOf(one: StencilFunction): Placeable | null {
  if (one.parameters.some((_, at) => one.locals[at]!.length !== undefined)) return null;
  const body = withoutReturns(one.body, one.locals.length);
  if (body === null) return null;
  let cheap = true;
  visitStatements(body, ({ op }) => (cheap &&= op !== 'loop'));
  visitExpressions(body, (node) => (cheap &&= isCheap(node, false)));
  return { function: one, body, nodes: countNodes(body), cheap };
}

/** Statements whose returns assign a local instead, what follows a branch that returns being its other side; null where a loop returns. */
function withoutReturns(body: readonly Statement[], result: number): readonly Statement[] | null {
  const made: Statement[] = [];
  for (const [at, node] of body.entries()) {
    if (node.op === 'return') {
      if (node.value !== undefined) made.push({ op: 'assign', local: result, value: node.value });
      return made;
    }
    if (!returns(node)) {
      made.push(node);
      continue;
    }
    if (node.op !== 'if') return null;
    const rest = body.slice(at + 1);
    const [then, otherwise] = [ends(node.then), ends(node.else)];
    if (!then && !otherwise) return null;
    const sides = [then ? node.then : [...node.then, ...rest], otherwise ? node.else : [...node.else, ...rest]];
    const [yes, no] = sides.map((side) => withoutReturns(side, result));
    if (yes === null || no === null) return null;
    made.push({ ...node, then: yes!, else: no! });
    return made;
  }
  return made;
}

function returns(node: Statement): boolean {
  let found = false;
  visitStatements([node], ({ op }) => (found ||= op === 'return'));
  return found;
}

/** Whether control never comes to the end of a block, since it returns. */
function ends(body: readonly Statement[]): boolean {
  const last = body.at(-1);
  return last?.op === 'return' || (last?.op === 'if' && ends(last.then) && ends(last.else));
}

/** Puts functions in place in one body. */
class Placing {
  readonly #locals: Local[];
  readonly #placeable: readonly (Placeable | null)[];
  #room = 0;

  constructor(locals: readonly Local[], placeable: readonly (Placeable | null)[]) {
    this.#locals = [...locals];
    this.#placeable = placeable;
  }

  run(body: readonly Statement[]): { readonly locals: readonly Local[]; readonly body: readonly Statement[] } {
    this.#room = MOST_NODES - countNodes(body);
    const changed = this.#block(body);
    return { locals: this.#locals, body: changed };
  }

  #block(body: readonly Statement[]): readonly Statement[] {
    return body.flatMap((node) => {
      const ahead: Statement[] = [];
      const whole = this.#wholeCall(node, ahead);
      if (whole !== null) return [...ahead, ...whole];
      // A loop's condition is evaluated in each round: nothing can stand before it.
      const value = (one: Expression): Expression => (node.op === 'loop' ? one : this.#value(one, ahead, true));
      const changed = mapStatement(node, value, (block) => this.#block(block));
      return [...ahead, changed];
    });
  }

  /** The statements of a call that is a whole statement, with what it assigns; null where it is none, or stays. */
  #wholeCall(node: Statement, ahead: Statement[]): readonly Statement[] | null {
    if ((node.op !== 'assign' && node.op !== 'evaluate') || node.value.op !== 'invoke') return null;
    const call = mapOperands(node.value, (one) => this.#value(one, ahead, true)) as Invoke;
    const result = this.#place(call, ahead, true);
    if (result === null) return [{ ...node, value: call }];
    if (node.op === 'assign') ahead.push({ ...node, value: result });
    return [];
  }

  /** An expression with calls placed; `certain` says whether it is evaluated wherever the statement is. */
  #value(node: Expression, ahead: Statement[], certain: boolean): Expression {
    const lazy = node.op === 'select' || (node.op === 'binary' && (node.operator === '&&' || node.operator === '||'));
    let at = 0;
    const mapped = mapOperands(node, (operand) => this.#value(operand, ahead, certain && (!lazy || at++ === 0)));
    if (mapped.op !== 'invoke') return mapped;
    return this.#place(mapped, ahead, certain) ?? mapped;
  }

  /** Puts the function's statements into `ahead`; gives its value, or null where the call stays. */
  #place(call: Invoke, ahead: Statement[], certain: boolean): Expression | null {
    const found = this.#placeable[call.function] ?? null;
    if (found === null || found.nodes > this.#room || (!certain && !found.cheap)) return null;
    this.#room -= found.nodes;
    const { function: callee, body } = found;
    const first = this.#locals.length;
    this.#locals.push(...callee.locals);
    const { returns: type } = callee;
    if (type !== 'void') this.#locals.push({ name: callee.name, type });
    const assigned = assignedIn(body);
    const plain = new Map<number, Expression>();
    callee.locals.forEach((one, at) => {
      const arg = call.args[at];
      const place = first + at;
      if (arg?.mode === 'in' && !assigned.has(at) && isPlain(arg.value)) plain.set(at, arg.value);
      else if (one.length !== undefined) ahead.push({ op: 'clear', local: place });
      else if (arg?.mode === 'in') ahead.push({ op: 'assign', local: place, value: arg.value });
      else {
        const value = arg?.mode === 'inout' ? local(one.type, arg.local) : filled(one.type, 0);
        ahead.push({ op: 'assign', local: place, value });
      }
    });
    ahead.push(...moved(body, first, plain));
    call.args.forEach((arg, at) => {
      if (arg.mode === 'in') return;
      ahead.push({ op: 'assign', local: arg.local, value: local(callee.locals[at]!.type, first + at) });
    });
    return type === 'void' ? call : local(type, first + callee.locals.length);
  }
}

/** Whether an argument may stand wherever its parameter does. */
function isPlain({ op }: Expression): boolean {
  return op === 'constant' || op === 'builtin' || op === 'parameter' || op === 'scalar';
}

/** Statements of a function whose locals stand `first` places further on, but for those that `plain` says. */
function moved(
  body: readonly Statement[],
  first: number,
  plain: ReadonlyMap<number, Expression>,
): readonly Statement[] {
  const value = (node: Expression): Expression => {
    if (node.op === 'local' && plain.has(node.local)) return plain.get(node.local)!;
    const mapped = mapOperands(node, value);
    if (mapped.op === 'local' || mapped.op === 'element') return { ...mapped, local: first + mapped.local };
    if (mapped.op !== 'invoke') return mapped;
    const args = mapped.args.map((arg) => (arg.mode === 'in' ? arg : { ...arg, local: first + arg.local }));
    return { ...mapped, args };
  };
  const block = (part: readonly Statement[]): readonly Statement[] =>
    part.map((node) => {
      const mapped = mapStatement(node, value, block);
      return 'local' in mapped ? { ...mapped, local: first + mapped.local } : mapped;
    });
  return block(body);
}
