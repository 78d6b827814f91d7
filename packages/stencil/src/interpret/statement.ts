/**
 * @file Statements as closures that tell how they ended.
 */
import type { Statement } from '../ir.ts';
import { scalarOf, sizeOf } from '../ir.ts';
import { asVector, clampedIndex, compileExpression, compileInvoke } from './expression.ts';
import type { Scope } from './expression.ts';

/** How a statement ended. */
const NORMAL = 0;
const BREAK = 1;
const CONTINUE = 2;
const RETURN = 3;

export type Execution = () => number;

/** Where the effects of the top function go. */
export interface Effects {
  write(field: string, component: number, value: Float64Array): void;
  /** `value` is 0 or 1 for `any` and `all`. */
  reduce(scalar: string, value: number): void;
  print(number: number, values: () => readonly (readonly number[])[]): void;
}

/** What statements are compiled in: an expression's scope, the function's result, and the effects of the top function. */
export interface Body {
  readonly scope: Scope;
  readonly result: Float64Array;
  readonly effects: Effects | null;
}

type Node<Op extends Statement['op']> = Extract<Statement, { op: Op }>;

function assign(body: Body, node: Node<'assign'>): Execution {
  const { machine, places, types } = body.scope;
  const at = places[node.local]!;
  const value = compileExpression(body.scope, node.value);
  if (sizeOf(types[node.local]!) === 1) {
    return () => {
      machine.locals[at] = value.one();
      return NORMAL;
    };
  }
  const read = asVector(value);
  const { components } = node;
  return () => {
    const values = read();
    if (!components) machine.locals.set(values, at);
    else components.forEach((component, number) => void (machine.locals[at + component] = values[number]!));
    return NORMAL;
  };
}

function assignIndex(body: Body, node: Node<'assignIndex'>): Execution {
  const { machine, places, types } = body.scope;
  const at = places[node.local]!;
  const index = clampedIndex(compileExpression(body.scope, node.index).one, sizeOf(types[node.local]!));
  const value = compileExpression(body.scope, node.value).one;
  return () => {
    const component = index();
    machine.locals[at + component] = value();
    return NORMAL;
  };
}

function assignElement(body: Body, node: Node<'assignElement'>): Execution {
  const { machine, places, sizes, types } = body.scope;
  const start = places[node.local]!;
  const size = sizeOf(types[node.local]!);
  const index = clampedIndex(compileExpression(body.scope, node.index).one, sizes[node.local]! / size);
  const value = asVector(compileExpression(body.scope, node.value));
  const { components } = node;
  return () => {
    const at = start + size * index();
    const values = value();
    if (!components) machine.locals.set(values, at);
    else components.forEach((component, number) => void (machine.locals[at + component] = values[number]!));
    return NORMAL;
  };
}

function clear(body: Body, node: Node<'clear'>): Execution {
  const { machine, places, sizes } = body.scope;
  const start = places[node.local]!;
  const end = start + sizes[node.local]!;
  return () => {
    machine.locals.fill(0, start, end);
    return NORMAL;
  };
}

function branch(body: Body, node: Node<'if'>): Execution {
  const condition = compileExpression(body.scope, node.condition).one;
  const [yes, no] = [compileStatements(body, node.then), compileStatements(body, node.else)];
  return () => (condition() ? yes() : no());
}

function loop(body: Body, node: Node<'loop'>): Execution {
  const condition = compileExpression(body.scope, node.condition).one;
  const inner = compileStatements(body, node.body);
  const continuing = compileStatements(body, node.continuing);
  const { limit, testFirst } = node;
  return () => {
    for (let round = 0; ; round++) {
      if ((testFirst || round > 0) && !condition()) return NORMAL;
      if (round >= limit) return NORMAL;
      const ended = inner();
      if (ended === BREAK) return NORMAL;
      if (ended === RETURN) return RETURN;
      continuing();
    }
  };
}

function leave(body: Body, node: Node<'return'>): Execution {
  if (!node.value) return () => RETURN;
  const value = asVector(compileExpression(body.scope, node.value));
  return () => {
    body.result.set(value());
    return RETURN;
  };
}

function reduce(body: Body, node: Node<'reduce'>): Execution {
  const value = compileExpression(body.scope, node.value);
  const truth = node.kind === 'any' || node.kind === 'all' || scalarOf(value.type) === 'bool';
  return () => {
    const given = value.one();
    body.effects!.reduce(node.scalar, truth ? Number(given !== 0) : given);
    return NORMAL;
  };
}

function compileStatement(body: Body, node: Statement): Execution {
  switch (node.op) {
    case 'assign':
      return assign(body, node);
    case 'assignIndex':
      return assignIndex(body, node);
    case 'assignElement':
      return assignElement(body, node);
    case 'clear':
      return clear(body, node);
    case 'if':
      return branch(body, node);
    case 'loop':
      return loop(body, node);
    case 'break':
      return () => BREAK;
    case 'continue':
      return () => CONTINUE;
    case 'return':
      return leave(body, node);
    case 'evaluate': {
      const run =
        node.value.op === 'invoke'
          ? compileInvoke(body.scope, node.value)
          : asVector(compileExpression(body.scope, node.value));
      return () => {
        run();
        return NORMAL;
      };
    }
    case 'write': {
      const value = asVector(compileExpression(body.scope, node.value));
      return () => {
        body.effects!.write(node.field, node.component, value());
        return NORMAL;
      };
    }
    case 'print': {
      const values = node.values.map((value) => asVector(compileExpression(body.scope, value)));
      return () => {
        body.effects!.print(node.number, () => values.map((value) => [...value()]));
        return NORMAL;
      };
    }
    case 'reduce':
      return reduce(body, node);
  }
}

/** Compiles a list of statements: it ends as the first of them that doesn't end normally. */
export function compileStatements(body: Body, statements: readonly Statement[]): Execution {
  const parts = statements.map((statement) => compileStatement(body, statement));
  if (parts.length === 1) return parts[0]!;
  return () => {
    for (const part of parts) {
      const ended = part();
      if (ended !== NORMAL) return ended;
    }
    return NORMAL;
  };
}
