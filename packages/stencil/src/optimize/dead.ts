/**
 * @file Dead code: assignments to what nobody reads afterwards, statements that do nothing, loops that leave nothing behind,
 * locals that nobody mentions, functions that nobody calls. Backwards over the structured statements, with the locals that
 * are read later; of a loop, all that it reads counts as read later, from its first statement to its last.
 */

import type { Expression, Statement, StencilFunction } from '../ir.ts';
import { unary } from '../language/build.ts';
import { mapOperands, mapStatement, statementOperands } from '../rebuild.ts';
import { operands, visitExpressions, visitStatements } from '../walk.ts';
import { assignedIn, eachBody, localsAssignedBy, localsReadAt, localsWrittenBy, readIn } from './program.ts';
import type { Body, Pass, Program } from './program.ts';

/** Drops what has no effect. */
export const dropDead: Pass = (program) => dropFunctions(dropStatements(program));

const dropStatements: Pass = eachBody((one) => {
  let { body } = one;
  for (;;) {
    const { statements, dropped } = new Sweep(one).run(body);
    body = statements;
    // What a dropped statement read may be dead now too.
    if (!dropped) return dropLocals({ ...one, body });
  }
});

/** Locals that are read later. */
type Live = Set<number>;

/** Locals that are read where a jump leads. */
interface Targets {
  readonly end: ReadonlySet<number>;
  readonly break: ReadonlySet<number>;
  readonly continue: ReadonlySet<number>;
}

const NONE: ReadonlySet<number> = new Set();

/** One walk backwards over a body. */
class Sweep {
  readonly #end: ReadonlySet<number>;
  #dropped = false;

  constructor({ seen }: Body) {
    this.#end = new Set(seen);
  }

  run(body: readonly Statement[]): { readonly statements: readonly Statement[]; readonly dropped: boolean } {
    const tail = body.at(-1);
    const plain = tail?.op === 'return' && tail.value === undefined ? body.slice(0, -1) : body;
    const targets: Targets = { end: this.#end, break: NONE, continue: NONE };
    const statements = this.#block(plain, new Set(this.#end), targets);
    return { statements, dropped: this.#dropped };
  }

  /** The statements that matter; `live` holds what is read after them, and in the end what is read from them on. */
  #block(body: readonly Statement[], live: Live, targets: Targets): readonly Statement[] {
    const kept: Statement[] = [];
    for (const node of body.toReversed()) {
      const one = this.#statement(node, live, targets);
      if (one === null) this.#dropped = true;
      else kept.push(one);
    }
    return kept.toReversed();
  }

  #statement(node: Statement, live: Live, targets: Targets): Statement | null {
    switch (node.op) {
      case 'assign':
      case 'evaluate':
        return this.#assign(node, live);
      case 'clear':
        return live.delete(node.local) ? node : null;
      case 'assignIndex':
      case 'assignElement':
        if (!live.has(node.local)) return null;
        break;
      case 'if':
        return this.#branch(node, live, targets);
      case 'loop':
        return this.#loop(node, live, targets);
      case 'break':
      case 'continue':
        replaceAll(live, targets[node.op]);
        return node;
      case 'return':
        replaceAll(live, targets.end);
        break;
      default:
        break;
    }
    readAll(statementOperands(node).values, live);
    return node;
  }

  #assign(node: Statement & { readonly op: 'assign' | 'evaluate' }, live: Live): Statement | null {
    const written = localsWrittenBy(node.value);
    const called = written.some((one) => live.has(one));
    const itself = node.op === 'assign' && node.value.op === 'local' && node.value.local === node.local;
    const wanted = node.op === 'assign' && live.has(node.local) && !(itself && node.components === undefined);
    if (!called && !wanted) return null;
    if (node.op === 'assign' && node.components === undefined) live.delete(node.local);
    if (node.value.op === 'invoke') for (const arg of node.value.args) if (arg.mode === 'out') live.delete(arg.local);
    readAll([node.value], live);
    if (node.op === 'evaluate' || wanted) return node;
    return { op: 'evaluate', value: node.value };
  }

  #branch(node: Statement & { readonly op: 'if' }, live: Live, targets: Targets): Statement | null {
    const other: Live = new Set(live);
    const then = this.#block(node.then, live, targets);
    const otherwise = this.#block(node.else, other, targets);
    if (then.length === 0 && otherwise.length === 0) return null;
    for (const one of other) live.add(one);
    readAll([node.condition], live);
    if (then.length > 0) return { ...node, then, else: otherwise };
    return { ...node, condition: unary('!', node.condition), then: otherwise, else: [] };
  }

  #loop(node: Statement & { readonly op: 'loop' }, live: Live, targets: Targets): Statement | null {
    if (!hasEffect(node) && assignedIn([node]).isDisjointFrom(live)) return null;
    const after = new Set(live);
    for (const one of readIn([node])) live.add(one);
    const inside = new Set(live);
    const round: Targets = { end: targets.end, break: after, continue: inside };
    const continuing = this.#block(node.continuing, new Set(inside), round);
    const body = this.#block(node.body, new Set(inside), round);
    return { ...node, body, continuing };
  }
}

/** Whether a statement, or one inside it, does more than assign locals and jump within it. */
function hasEffect(node: Statement): boolean {
  let found = false;
  visitStatements([node], ({ op }) => (found ||= ['write', 'reduce', 'print', 'return'].includes(op)));
  return found;
}

function replaceAll(live: Live, others: ReadonlySet<number>): void {
  live.clear();
  for (const one of others) live.add(one);
}

function readAll(values: readonly Expression[], live: Live): void {
  for (const value of values) {
    for (const one of localsReadAt(value)) live.add(one);
    readAll(operands(value), live);
  }
}

/** The body without locals that it never mentions; parameters stay. */
function dropLocals({ locals, body, kept }: Body): Pick<Body, 'locals' | 'body'> {
  const mentioned = new Set(readIn(body));
  visitStatements(body, (node) => {
    for (const one of localsAssignedBy(node)) mentioned.add(one);
  });
  const places = new Map<number, number>();
  locals.forEach((_, at) => (at < kept || mentioned.has(at) ? places.set(at, places.size) : undefined));
  if (places.size === locals.length) return { locals, body };
  const place = (one: number): number => places.get(one)!;
  const value = (node: Expression): Expression => {
    const mapped = mapOperands(node, value);
    if (mapped.op === 'local' || mapped.op === 'element') return { ...mapped, local: place(mapped.local) };
    if (mapped.op !== 'invoke') return mapped;
    return {
      ...mapped,
      args: mapped.args.map((arg) => (arg.mode === 'in' ? arg : { ...arg, local: place(arg.local) })),
    };
  };
  const block = (part: readonly Statement[]): readonly Statement[] =>
    part.map((node) => {
      const mapped = mapStatement(node, value, block);
      return 'local' in mapped ? { ...mapped, local: place(mapped.local) } : mapped;
    });
  return { locals: locals.filter((_, at) => places.has(at)), body: block(body) };
}

/** The program without functions that nothing calls. */
function dropFunctions(program: Program): Program {
  const called = new Set<number>();
  const visit = (body: readonly Statement[]): void =>
    visitExpressions(body, (node) => {
      if (node.op !== 'invoke' || called.has(node.function)) return;
      called.add(node.function);
      visit(program.functions[node.function]!.body);
    });
  visit(program.body);
  if (called.size === program.functions.length) return program;
  const places = new Map([...called].toSorted((a, b) => a - b).map((one, at) => [one, at]));
  const value = (node: Expression): Expression => {
    const mapped = mapOperands(node, value);
    return mapped.op === 'invoke' ? { ...mapped, function: places.get(mapped.function)! } : mapped;
  };
  const block = (body: readonly Statement[]): readonly Statement[] =>
    body.map((node) => mapStatement(node, value, block));
  const functions: readonly StencilFunction[] = program.functions
    .filter((_, at) => called.has(at))
    .map((one) => ({ ...one, body: block(one.body) }));
  return { ...program, body: block(program.body), functions };
}
