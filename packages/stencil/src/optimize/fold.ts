/**
 * @file Constants: locals whose value is known at a place become that value, operations on constants their result, and
 * branches that are never taken go. What an operation gives is asked of the front end's builders (`language/build.ts`), which
 * leave alone whatever devices may answer differently: infinities, NaN, denormals. Identities are those of integers and
 * bools alone: `x + 0.0` is not `x` for −0, and `x * 1.0` is not `x` for a denormal that a device flushes. A quotient by a power
 * of two is a product, rounded once as it was, and has the same bits for every x.
 */

import { sizeOf, scalarOf } from '../ir.ts';
import type { Expression, Local, ScalarType, Statement, ValueType } from '../ir.ts';
import {
  binary,
  call,
  constant,
  construct,
  convert,
  filled,
  indexed,
  select,
  swizzle,
  unary,
} from '../language/build.ts';
import type { Constant } from '../language/build.ts';
import { mapOperands } from '../rebuild.ts';
import { assignedIn, eachBody, hasOutput, localsAssignedBy } from './program.ts';
import type { Body, Pass } from './program.ts';

/** Locals whose value is known at a place. */
type Known = Map<number, Constant>;

/** Folds constants, through locals and conditions. */
export const foldConstants: Pass = eachBody((one) => {
  const known: Known = new Map();
  one.locals.forEach(({ type, length }, at) => {
    if (at >= one.kept && length === undefined) known.set(at, filled(type, 0));
  });
  return { locals: one.locals, body: new Folding(one).block(one.body, known).statements };
});

interface Folded {
  readonly statements: readonly Statement[];
  /** Whether control never reaches the end. */
  readonly ended: boolean;
}

class Folding {
  readonly #locals: readonly Local[];

  constructor({ locals }: Body) {
    this.#locals = locals;
  }

  /** Folds statements in order; `known` holds what is known at their end. */
  block(body: readonly Statement[], known: Known): Folded {
    const statements: Statement[] = [];
    for (const [at, node] of body.entries()) {
      const folded = this.#statement(node, known, () => hasOutput(body.slice(at + 1)));
      statements.push(...folded.statements);
      if (folded.ended) return { statements, ended: true };
    }
    return { statements, ended: false };
  }

  /** `outputsFollow` says whether an output stands behind the statement: then it may not come to end its block. */
  #statement(node: Statement, known: Known, outputsFollow: () => boolean): Folded {
    const map = (value: Expression): Expression => this.#expression(value, known);
    switch (node.op) {
      case 'if':
        return this.#branch(node, known, outputsFollow);
      case 'loop':
        return this.#loop(node, known);
      case 'assign':
        return this.#assign(node, known);
      case 'assignIndex':
      case 'assignElement': {
        const index = this.#held(map(node.index), node.local);
        const changed = { ...node, index, value: map(node.value) };
        known.delete(node.local);
        return going(changed);
      }
      case 'evaluate': {
        const changed = { ...node, value: map(node.value) };
        for (const local of localsAssignedBy(node)) known.delete(local);
        return going(changed);
      }
      case 'print':
        return going({ ...node, values: node.values.map(map) });
      case 'return':
        return { statements: [node.value === undefined ? node : { ...node, value: map(node.value) }], ended: true };
      case 'break':
      case 'continue':
        return { statements: [node], ended: true };
      case 'clear':
        return going(node);
      default:
        return going({ ...node, value: map(node.value) });
    }
  }

  #assign(node: Statement & { readonly op: 'assign' }, known: Known): Folded {
    const value = this.#expression(node.value, known);
    const before = known.get(node.local);
    for (const local of localsAssignedBy(node)) known.delete(local);
    if (value.op === 'constant') {
      const { components } = node;
      if (components === undefined) known.set(node.local, value);
      else if (before !== undefined) known.set(node.local, replaced(before, components, value));
    }
    return going({ ...node, value });
  }

  #branch(node: Statement & { readonly op: 'if' }, known: Known, outputsFollow: () => boolean): Folded {
    const condition = this.#expression(node.condition, known);
    if (condition.op === 'constant') {
      const [taken, dropped] = condition.value[0] === 1 ? [node.then, node.else] : [node.else, node.then];
      if (!hasOutput(dropped)) {
        const after = new Map(known);
        const folded = this.block(taken, after);
        if (!folded.ended || !outputsFollow()) {
          replaceAll(known, after);
          return folded;
        }
      }
    }
    const otherwise = new Map(known);
    const yes = this.block(node.then, known);
    const no = this.block(node.else, otherwise);
    if (yes.ended) replaceAll(known, otherwise);
    else if (!no.ended) meet(known, otherwise);
    const statements: readonly Statement[] = [{ op: 'if', condition, then: yes.statements, else: no.statements }];
    return { statements, ended: yes.ended && no.ended };
  }

  /** What a loop assigns is known neither in it nor after it. */
  #loop(node: Statement & { readonly op: 'loop' }, known: Known): Folded {
    const entering = node.testFirst ? this.#expression(node.condition, new Map(known)) : null;
    const idle = node.limit === 0 || (entering?.op === 'constant' && entering.value[0] === 0);
    if (idle && !hasOutput([node])) return { statements: [], ended: false };
    for (const local of assignedIn([node])) known.delete(local);
    const condition = this.#expression(node.condition, known);
    const body = this.block(node.body, new Map(known)).statements;
    const continuing = this.block(node.continuing, new Map(known)).statements;
    return going({ ...node, condition, body, continuing });
  }

  #expression(node: Expression, known: Known): Expression {
    if (node.op === 'local') return known.get(node.local) ?? node;
    const mapped = mapOperands(node, (operand) => this.#expression(operand, known));
    if (mapped.op === 'element') return { ...mapped, index: this.#held(mapped.index, mapped.local) };
    return simplified(mapped);
  }

  /** A constant index held within a local's vector or array, as it is at run time. */
  #held(index: Expression, local: number): Expression {
    const { type, length } = this.#locals[local]!;
    return heldWithin(index, length ?? sizeOf(type));
  }
}

function heldWithin(index: Expression, size: number): Expression {
  if (index.op !== 'constant') return index;
  return constant(index.type, [Math.min(Math.max(index.value[0]!, 0), size - 1)]);
}

function going(node: Statement): Folded {
  return { statements: [node], ended: false };
}

function replaced(whole: Constant, components: readonly number[], { value }: Constant): Constant {
  const all = [...whole.value];
  components.forEach((component, at) => (all[component] = value[at]!));
  return constant(whole.type, all);
}

function replaceAll(known: Known, others: Known): void {
  known.clear();
  for (const [local, value] of others) known.set(local, value);
}

/** Keeps in `known` what both sides agree on. */
function meet(known: Known, others: Known): void {
  for (const [local, value] of known) {
    const other = others.get(local);
    const same = other?.value.every((one, at) => Object.is(one, value.value[at])) === true;
    if (!same) known.delete(local);
  }
}

/** A node made again by the builders, which fold. */
function simplified(node: Expression): Expression {
  switch (node.op) {
    case 'unary':
      return simplifiedUnary(node);
    case 'binary':
      return simplifiedBinary(node);
    case 'select':
      return select(node.condition, node.then, node.else);
    case 'call':
      return call(node.name, node.type, node.args);
    case 'construct':
      return construct(node.type, node.args);
    case 'convert':
      return convert(scalarOf(node.type), node.operand);
    case 'swizzle':
      return swizzle(node.operand, node.components);
    case 'index':
      return indexed(node.operand, heldWithin(node.index, sizeOf(node.operand.type as ValueType)));
    default:
      return node;
  }
}

/** `!!a` is `a`, and for integers `- -a` and `~~a` are too. */
function simplifiedUnary(node: Expression & { readonly op: 'unary' }): Expression {
  const { operator, operand } = node;
  const twice = operand.op === 'unary' && operand.operator === operator;
  const scalar = scalarOf(node.type);
  if (twice && (scalar === 'int' || scalar === 'uint' || scalar === 'bool')) return operand.operand;
  return unary(operator, operand);
}

/** What an operator gives whose one side is a constant that decides, or that changes nothing. */
function simplifiedBinary({ operator, left, right }: Expression & { readonly op: 'binary' }): Expression {
  const scalar = scalarOf(left.type as ValueType);
  const isAll = (side: Expression, value: number): boolean =>
    side.op === 'constant' && side.value.every((one) => one === value);
  if (scalar === 'bool') {
    if (operator === '&&' && right.op === 'constant') return isAll(right, 1) ? left : right;
    if (operator === '||' && right.op === 'constant') return isAll(right, 0) ? left : right;
  }
  if (scalar === 'int' || scalar === 'uint') {
    const nothing = { '+': 0, '-': 0, '|': 0, '^': 0, '<<': 0, '>>': 0, '*': 1, '/': 1 } as const;
    const idle = operator in nothing ? nothing[operator as keyof typeof nothing] : undefined;
    if (idle !== undefined && isAll(right, idle)) return left;
    const either = operator === '+' || operator === '|' || operator === '^' || operator === '*';
    if (idle !== undefined && either && isAll(left, idle)) return right;
    if ((operator === '*' || operator === '&') && (isAll(left, 0) || isAll(right, 0))) {
      return filled(left.type as ValueType, 0);
    }
  }
  const inverse = operator === '/' && right.op === 'constant' ? exactInverse(scalar, right) : null;
  return inverse === null ? binary(operator, left, right) : binary('*', left, inverse);
}

/** The least exponent of a normal number, whose negative is the largest that one minus it may have. */
const LEAST_EXPONENT: Partial<Record<ScalarType, number>> = { float: -126, double: -1022, float16_t: -14 };

/** The reciprocals of powers of two, where they and those are normal numbers; null for any others. */
function exactInverse(scalar: ScalarType, { type, value }: Constant): Constant | null {
  const least = LEAST_EXPONENT[scalar];
  if (least === undefined) return null;
  const exact = value.every((one) => {
    const exponent = Math.log2(Math.abs(one));
    const isPower = Number.isInteger(exponent) && Math.abs(one) === 2 ** exponent;
    return isPower && exponent >= least && exponent <= -least;
  });
  return exact
    ? constant(
        type,
        value.map((one) => 1 / one),
      )
    : null;
}
