/**
 * @file Lowering of statements, and of the user's functions. Text after a `break`, `continue` or `return` is never
 * reached and not emitted. Locals start at zero each time their function starts. At the top level `return` ends the
 * voxel's work: the body stands in a block that may be left early, and a loop that was left for that reason leaves again.
 */
import type { Local, Statement, StencilFunction } from '../ir.ts';
import { sizeOf } from '../ir.ts';
import { print } from './debug.ts';
import { clampIndex, invoke, lowerExpression } from './expression.ts';
import type { Frame, Lowering } from './frame.ts';
import { scalarVoxel } from './scalar-voxel.ts';
import { assignedFirst, returnsWithin } from './scan.ts';
import type { FunctionParameter, Value, Variable } from './target.ts';

type Node<Op extends Statement['op']> = Extract<Statement, { op: Op }>;

/** Replaces some components of a local. */
function assignComponents(frame: Frame, local: Variable, components: readonly number[], value: Value): void {
  const { code, target } = frame.lowering;
  const parts = code.components(target.keep(target.get(local), 'old'));
  const given = code.components(target.keep(value, 'value'));
  components.forEach((component, at) => {
    parts[component] = given[at]!;
  });
  target.set(local, code.join(parts));
}

function assign(frame: Frame, node: Node<'assign'>): void {
  const local = frame.locals[node.local]!;
  const value = lowerExpression(frame, node.value);
  if (!node.components || sizeOf(local.type) === 1) frame.lowering.target.set(local, value);
  else assignComponents(frame, local, node.components, value);
}

function assignIndex(frame: Frame, node: Node<'assignIndex'>): void {
  const { target } = frame.lowering;
  const local = frame.locals[node.local]!;
  const index = target.keep(clampIndex(frame, lowerExpression(frame, node.index), sizeOf(local.type)), 'index');
  const value = lowerExpression(frame, node.value);
  target.set(local, target.insert(target.get(local), index, value));
}

function assignElement(frame: Frame, node: Node<'assignElement'>): void {
  const { code, target } = frame.lowering;
  const array = frame.locals[node.local]!;
  const index = target.keep(clampIndex(frame, lowerExpression(frame, node.index), array.length!), 'index');
  const value = lowerExpression(frame, node.value);
  if (!node.components || sizeOf(array.type) === 1) return target.setElement(array, index, value);
  const parts = code.components(target.keep(target.getElement(array, index), 'old'));
  const given = code.components(target.keep(value, 'value'));
  node.components.forEach((component, at) => {
    parts[component] = given[at]!;
  });
  target.setElement(array, index, code.join(parts));
}

function loop(frame: Frame, node: Node<'loop'>, leaves: Returns): void {
  const { code, target } = frame.lowering;
  const round = target.variable('uint', 'round');
  target.set(round, code.uint(0));
  const check = (): Value => {
    const below = target.apply('lt', target.get(round), code.uint(node.limit));
    if (node.testFirst) return code.and(lowerExpression(frame, node.condition), below);
    const going = target.variable('bool', 'going');
    target.set(going, code.bool(true));
    target.branch(code.differs(target.get(round), 0), () => target.set(going, lowerExpression(frame, node.condition)));
    return code.and(target.get(going), below);
  };
  const inner = leaves.inLoop();
  target.loop(
    check,
    () => lowerStatements(frame, node.body, inner),
    () => {
      lowerStatements(frame, node.continuing, inner);
      target.set(round, code.add(target.get(round), code.uint(1)));
    },
  );
  if (returnsWithin(node.body)) leaves.after();
}

/** What a `return` becomes, in a loop or not, and what follows a loop that contains one. */
interface Returns {
  emit(frame: Frame, node: Node<'return'>): void;
  inLoop(): Returns;
  after(): void;
}

const functionReturns: Returns = {
  emit(frame, node) {
    frame.lowering.target.return(node.value && lowerExpression(frame, node.value));
  },
  inLoop: () => functionReturns,
  after() {},
};

/** Returns of the top function: leaving blocks, with a flag where there are several to leave. */
function topReturns(frame: Frame, flag: Variable | null): Returns {
  const { code, target } = frame.lowering;
  const inside: Returns = {
    emit() {
      if (flag) target.set(flag, code.bool(true));
      target.leave();
    },
    inLoop: () => inside,
    after() {
      target.branch(target.get(flag!), () => target.leave());
    },
  };
  return inside;
}

function lowerStatement(frame: Frame, node: Statement, returns: Returns): void {
  const { target } = frame.lowering;
  switch (node.op) {
    case 'assign':
      return assign(frame, node);
    case 'assignIndex':
      return assignIndex(frame, node);
    case 'assignElement':
      return assignElement(frame, node);
    case 'clear':
      return target.clear(frame.locals[node.local]!);
    case 'if':
      return target.branch(
        lowerExpression(frame, node.condition),
        () => lowerStatements(frame, node.then, returns),
        node.else.length > 0 ? () => lowerStatements(frame, node.else, returns) : undefined,
      );
    case 'loop':
      return loop(frame, node, returns);
    case 'break':
      return target.leave();
    case 'continue':
      return target.next();
    case 'return':
      return returns.emit(frame, node);
    case 'evaluate':
      if (node.value.op === 'invoke') invoke(frame, node.value);
      else lowerExpression(frame, node.value);
      return;
    case 'write':
      return frame.effects!.write(node.field, node.component, lowerExpression(frame, node.value));
    case 'print':
      return print(frame, node);
    case 'reduce':
      return frame.effects!.reduce(node.scalar, lowerExpression(frame, node.value));
  }
}

function lowerStatements(frame: Frame, body: readonly Statement[], returns: Returns): void {
  for (const statement of body) {
    lowerStatement(frame, statement, returns);
    if (statement.op === 'break' || statement.op === 'continue' || statement.op === 'return') return;
  }
}

/** Variables for a function's locals. */
export function declareLocals(lowering: Lowering, locals: readonly Local[]): Variable[] {
  return locals.map(({ type, name, length }) => lowering.target.variable(type, name, length));
}

/** Sets locals from number `from` on to zero, but those that the body assigns before anything reads them. */
function clearLocals(frame: Frame, from: number, body: readonly Statement[]): void {
  const { code, target } = frame.lowering;
  const assigned = assignedFirst(body);
  frame.locals.forEach((local, number) => {
    if (number < from || assigned.has(number)) return;
    if (local.length === undefined) target.set(local, code.all(local.type, 0));
    else target.clear(local);
  });
}

/** The stencil's own statements, for the frame's voxel. */
export function lowerBody(frame: Frame): void {
  const { code, stencil, target, uses } = frame.lowering;
  clearLocals(frame, 0, stencil.body);
  if (!uses.top.returns) return lowerStatements(frame, stencil.body, functionReturns);
  const nested = stencil.body.some((statement) => loopsReturn(statement));
  const flag = nested ? target.variable('bool', 'returned') : null;
  if (flag) target.set(flag, code.bool(false));
  target.once(() => lowerStatements(frame, stencil.body, topReturns(frame, flag)));
}

/**
 * The stencil's own statements for several voxels, each statement for all of them before the next; of a text that never branches.
 * `after` is told each one that is done.
 */
export function lowerTogether(frames: readonly Frame[], after: (statement: Statement) => void): void {
  const { body } = frames[0]!.lowering.stencil;
  for (const frame of frames) clearLocals(frame, 0, body);
  for (const statement of body) {
    for (const frame of frames) lowerStatement(frame, statement, functionReturns);
    after(statement);
  }
}

function loopsReturn(statement: Statement): boolean {
  if (statement.op === 'if') return [...statement.then, ...statement.else].some(loopsReturn);
  return statement.op === 'loop' && returnsWithin([statement]);
}

const VOXEL_PARAMETERS: readonly FunctionParameter[] = [
  { name: 'slot', type: 'uint', variable: false },
  { name: 'n', type: 'uint', variable: false },
  { name: 'coord', type: 'ivec3', variable: false },
];

/** Emits one of the user's functions, and those that it invokes before it. */
export function lowerFunction(lowering: Lowering, number: number): void {
  if (lowering.functions.has(number)) return;
  const { stencil, target } = lowering;
  const uses = lowering.uses.functions[number]!;
  for (const invoked of uses.invokes) lowerFunction(lowering, invoked);
  const source: StencilFunction = stencil.functions[number]!;
  const needsVoxel = lowering.uses.needsVoxel[number]!;
  const lead = needsVoxel ? VOXEL_PARAMETERS : [];
  const own = source.parameters.map(({ mode, type }, at) => ({
    name: source.locals[at]!.name,
    type,
    variable: mode !== 'in',
    ...(source.locals[at]!.length === undefined ? {} : { length: source.locals[at]!.length }),
  }));
  const made = target.function(`${source.name}_user`, source.returns, [...lead, ...own], (given) => {
    const count = source.parameters.length;
    const passed = given.slice(lead.length);
    const locals = source.locals.map(({ type, name, length }, at) =>
      at < count && own[at]!.variable ? (passed[at] as Variable) : target.variable(type, name, length),
    );
    const frame: Frame = {
      lowering,
      top: false,
      uses,
      once: new Map(),
      locals,
      voxel: null,
      effects: null,
    };
    const voxel = needsVoxel ? scalarVoxel(frame, ...(given as [Value, Value, Value])) : null;
    own.forEach(({ variable }, at) => {
      if (!variable) target.set(locals[at]!, passed[at] as Value);
    });
    clearLocals(frame, count, source.body);
    lowerStatements({ ...frame, voxel }, source.body, functionReturns);
  });
  lowering.functions.set(number, made);
}
