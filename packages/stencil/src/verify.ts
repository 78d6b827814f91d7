/**
 * @file The IR's written spec (`../IR.md`), held against a whole stencil. A stencil that came out of the front end, or out of any
 * later pass, obeys all of this; where it does not, the compiler is wrong and not the user, and the error says so.
 *
 * - Every expression has the type that its operation gives (`verify-expression.ts`).
 * - An `invoke` with `out` or `inout` stands only as the whole value of an `assign`, or in an `evaluate`.
 * - A function calls only functions of a lower number, so there is no recursion, and callees come first.
 * - A local with a length is an array of at least one: read by `element`, assigned by `assignElement` and `clear`, passed as
 *   `out` or `inout` to a parameter of its length, and never mentioned otherwise.
 * - `break` and `continue` stand in a loop's body, not in its `continuing` part. A jump ends its block.
 * - `write`, `reduce` and `print` stand in the main body only, and `print` only in a stencil that is debugged.
 * - A function that returns a value does so on every path. Its parameters are its first locals.
 * - Every access is listed in `reads`, `writes`, `reductions`, `parameters` or `scalars`, with its type and within its reach.
 */

import { componentsOf, isArrayField, valueTypeOf } from './field-types.ts';
import { scalarOf, sizeOf, vectorOf } from './ir.ts';
import type { FieldType, Local, Statement, Stencil, StencilFunction, ValueType } from './ir.ts';
import { check, checkExpression } from './verify-expression.ts';
import type { Spec } from './verify-expression.ts';

/** Throws an error that starts with `Bug in` where a stencil breaks the IR's spec. */
export function verifyStencil(stencil: Stencil): void {
  stencil.functions.forEach((one, index) => verifyFunction(stencil, one, index));
  const spec: Spec = {
    stencil,
    where: `stencil "${stencil.name}"`,
    locals: stencil.locals,
    callable: stencil.functions.length,
  };
  verifyBlock(spec, stencil.body, { main: true, returns: 'void', loop: false });
  for (const { field, components, parts } of stencil.reads) {
    check(spec, parts.map(({ component }) => component).join() === components.join(), `parts of "${field}"`);
  }
  for (const { field, type, components } of stencil.writes) {
    const sorted = components.every((component, i) => i === 0 || component > components[i - 1]!);
    check(spec, sorted && components.every((component) => component < componentsOf(type)), `components of "${field}"`);
  }
}

interface Place {
  readonly main: boolean;
  readonly returns: ValueType | 'void';
  readonly loop: boolean;
}

function verifyFunction(stencil: Stencil, one: StencilFunction, index: number): void {
  const spec: Spec = { stencil, where: `function "${one.name}"`, locals: one.locals, callable: index };
  one.parameters.forEach(({ type, mode }, i) => {
    check(spec, one.locals[i]?.type === type, `parameter ${i} is no local`);
    check(spec, mode !== 'in' || one.locals[i]?.length === undefined, `parameter ${i} is an array and passed by value`);
  });
  const ends = verifyBlock(spec, one.body, { main: false, returns: one.returns, loop: false });
  check(spec, one.returns === 'void' || ends, 'it can end without a value');
}

/** Checks statements in order; gives whether control never reaches their end. */
function verifyBlock(spec: Spec, body: readonly Statement[], place: Place): boolean {
  let ended = false;
  for (const statement of body) {
    check(spec, !ended, `${statement.op} stands behind a jump`);
    ended = verifyStatement(spec, statement, place);
  }
  return ended;
}

function verifyStatement(spec: Spec, node: Statement, place: Place): boolean {
  switch (node.op) {
    case 'assign':
    case 'assignIndex':
      verifyAssign(spec, node);
      return false;
    case 'assignElement':
      verifyElement(spec, node);
      return false;
    case 'clear':
      check(spec, localAt(spec, node.local).length !== undefined, 'clear of no array');
      return false;
    case 'if':
      check(spec, checkExpression(spec, node.condition) === 'bool', 'the condition of if is no bool');
      return [verifyBlock(spec, node.then, place), verifyBlock(spec, node.else, place)].every(Boolean);
    case 'loop':
      check(spec, checkExpression(spec, node.condition) === 'bool', 'the condition of a loop is no bool');
      check(spec, Number.isInteger(node.limit) && node.limit >= 0 && node.limit <= 0x7fffffff, `limit ${node.limit}`);
      verifyBlock(spec, node.body, { ...place, loop: true });
      verifyBlock(spec, node.continuing, { ...place, loop: false });
      return false;
    case 'break':
    case 'continue':
      check(spec, place.loop, `${node.op} outside of a loop's body`);
      return true;
    case 'return': {
      const type = node.value === undefined ? 'void' : checkExpression(spec, node.value);
      check(spec, type === place.returns, `return of ${type} where ${place.returns} is wanted`);
      return true;
    }
    case 'evaluate':
      check(spec, node.value.op === 'invoke', 'evaluate of no invoke');
      checkExpression(spec, node.value, { effects: true });
      return false;
    case 'print': {
      check(spec, place.main && spec.stencil.debug, 'print where nothing is debugged');
      const types = node.values.map((value) => checkExpression(spec, value));
      const wanted = spec.stencil.prints[node.number]?.types;
      check(spec, wanted?.join() === types.join(), `print ${node.number} of ${types.join(', ')}`);
      return false;
    }
    default:
      check(spec, place.main, `${node.op} in a function`);
      verifyOutput(spec, node);
      return false;
  }
}

function localAt(spec: Spec, index: number): Local {
  const found = spec.locals[index];
  check(spec, found !== undefined, `there is no local ${index}`);
  return found!;
}

function verifyAssign(spec: Spec, node: Statement & { readonly op: 'assign' | 'assignIndex' }): void {
  const { type, length } = localAt(spec, node.local);
  check(spec, length === undefined, `${node.op} of a whole array`);
  if (node.op === 'assignIndex') {
    const index = checkExpression(spec, node.index);
    check(spec, index === 'int' || index === 'uint', `an index of type ${index}`);
    check(
      spec,
      sizeOf(type) > 1 && checkExpression(spec, node.value) === scalarOf(type),
      'assignIndex of another type',
    );
    return;
  }
  verifyValue(spec, node, type, checkExpression(spec, node.value, { effects: true }));
}

function verifyElement(spec: Spec, node: Statement & { readonly op: 'assignElement' }): void {
  const { type, length } = localAt(spec, node.local);
  check(spec, length !== undefined, 'assignElement of no array');
  const index = checkExpression(spec, node.index);
  check(spec, index === 'int' || index === 'uint', `an index of type ${index}`);
  verifyValue(spec, node, type, checkExpression(spec, node.value));
}

/** Holds the value that is assigned to a place of type `type`, or to some components of it, against them. */
function verifyValue(
  spec: Spec,
  { components, local }: Pick<Statement & { readonly op: 'assign' }, 'components' | 'local'>,
  type: ValueType,
  given: ValueType | 'void',
): void {
  if (components !== undefined) {
    const distinct = new Set(components).size === components.length;
    check(spec, distinct && components.length > 0, 'assign names a component twice');
    check(
      spec,
      components.every((one) => one >= 0 && one < sizeOf(type)),
      'assign beyond the vector',
    );
  }
  const wanted = components === undefined ? type : vectorOf(scalarOf(type), components.length);
  check(spec, given === wanted, `assign of ${given} to ${wanted} "${spec.locals[local]!.name}"`);
}

function verifyOutput(spec: Spec, node: Statement & { readonly op: 'write' | 'reduce' }): void {
  const given = checkExpression(spec, node.value);
  if (node.op === 'reduce') {
    const reduction = spec.stencil.reductions.find(({ scalar }) => scalar === node.scalar);
    check(
      spec,
      reduction?.kind === node.kind && reduction.type === given,
      `the reduction of "${node.scalar}" is not listed so`,
    );
    return;
  }
  const write = spec.stencil.writes.find(({ field }) => field === node.field);
  check(spec, write !== undefined, `the write of "${node.field}" is not listed`);
  check(spec, node.component >= 0 || !isArrayField(write!.type), `the whole array of "${node.field}" is no value`);
  const components = node.component < 0 ? all(write!.type) : [node.component];
  check(
    spec,
    components.every((one) => write!.components.includes(one)),
    `a component of "${node.field}" is not listed`,
  );
  const wanted = node.component < 0 ? valueTypeOf(write!.type) : scalarOf(valueTypeOf(write!.type));
  check(spec, given === wanted, `write of ${given} to "${node.field}", which holds ${wanted}`);
}

function all(type: FieldType): readonly number[] {
  return Array.from({ length: componentsOf(type) }, (_, component) => component);
}
