/**
 * @file What is the same for all voxels, and dear: quotients and functions of constants, parameters, scalars, time and the voxels'
 * size. A thread computes it once, however many voxels it takes, whatever a driver would have found by itself.
 *
 * It does so ahead of its first voxel, and keeps it to the last. So only what every voxel comes to is computed there, not what stands in a
 * branch, behind a way out or in a function, and no more than some registers hold.
 */
import type { Expression, Statement, Stencil, ValueType } from '../ir.ts';
import { scalarOf, sizeOf } from '../ir.ts';
import { operands, visitStatements } from '../walk.ts';
import { isCheap, returnsWithin } from './scan.ts';

/** The most registers of 32 bits, a thread, that hold such values; those met first have them. */
const MOST_REGISTERS = 16;

const CHEAP: ReadonlySet<string> = new Set(['abs', 'sign', 'floor', 'ceil', 'trunc', 'fract', 'min', 'max', 'step']);

/** Keys, by `sameForAll`, of the values that a thread computes once: of those in the stencil's own text. */
export function keptByThread({ body, debug }: Stencil): ReadonlySet<string> {
  const kept = new Set<string>();
  let registers = 0;
  const value = (node: Expression): void => {
    const same = sameForAll(node);
    if (same === null) return certain(node, debug).forEach(value);
    if (kept.has(same)) return;
    const type = node.type as ValueType;
    const more = sizeOf(type) * (scalarOf(type) === 'double' ? 2 : 1);
    if (registers + more > MOST_REGISTERS) return operands(node).forEach(value);
    registers += more;
    kept.add(same);
  };
  visitCertain(body, value);
  return kept;
}

/** The operands that are evaluated wherever the expression is. */
function certain(node: Expression, debug: boolean): readonly Expression[] {
  const lazy = node.op === 'binary' && (node.operator === '&&' || node.operator === '||');
  if (lazy) return isCheap(node.right, debug) ? operands(node) : [node.left];
  if (node.op !== 'select') return operands(node);
  return isCheap(node.then, debug) && isCheap(node.else, debug) ? operands(node) : [node.condition];
}

/** Visits the expressions that are evaluated wherever a body begins. */
function visitCertain(body: readonly Statement[], visit: (node: Expression) => void): void {
  for (const node of body) {
    switch (node.op) {
      case 'break':
      case 'continue':
      case 'return':
        return;
      case 'if':
        visit(node.condition);
        if (waysOut([node])) return;
        break;
      case 'loop':
        // Of a loop that may have no round the passes have moved out what is the same in all of them.
        if (node.testFirst) visit(node.condition);
        else visitCertain(node.body, visit);
        if (returnsWithin([node])) return;
        break;
      case 'assignIndex':
      case 'assignElement':
        visit(node.index);
        visit(node.value);
        break;
      case 'clear':
      case 'print': // at one voxel
        break;
      default:
        visit(node.value);
    }
  }
}

/** Whether anything within leaves a loop or ends the work; a `break` of a loop within counts too. */
function waysOut(body: readonly Statement[]): boolean {
  let found = false;
  visitStatements(body, ({ op }) => (found ||= op === 'break' || op === 'continue' || op === 'return'));
  return found;
}

/** A key of the value of an expression that is dear, and the same for all voxels; else null. */
export function sameForAll(node: Expression): string | null {
  const dear =
    (node.op === 'binary' && (node.operator === '/' || node.operator === '%')) ||
    (node.op === 'call' && !CHEAP.has(node.name));
  return dear ? keyOf(node) : null;
}

/** A key of an expression's value; null where it hangs on the voxel, or on what was computed before. */
function keyOf(node: Expression): string | null {
  const own = ownKey(node);
  if (own === null) return null;
  const keys = operands(node).map(keyOf);
  return keys.includes(null) ? null : `(${own} ${keys.join(' ')})`;
}

function ownKey(node: Expression): string | null {
  switch (node.op) {
    case 'constant':
      return `${node.type} ${node.value.map((one) => (Object.is(one, -0) ? '-0' : one)).join()}`;
    case 'builtin':
      return node.name === 'coord' ? null : node.name;
    case 'parameter':
    case 'scalar':
      return `${node.op} ${node.name}`;
    case 'unary':
    case 'binary':
      return node.operator;
    case 'call':
    case 'construct':
    case 'convert':
      return `${node.op === 'call' ? node.name : node.op} ${node.type}`;
    case 'swizzle':
      return `swizzle ${node.components.join()}`;
    default:
      return null;
  }
}
