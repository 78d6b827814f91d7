/**
 * @file What is the same for all voxels, and dear: quotients and functions of constants, parameters, scalars, time and the voxels'
 * size. A thread computes it once, however many voxels it takes, whatever a driver would have found by itself.
 */
import type { Expression } from '../ir.ts';
import { operands } from '../walk.ts';

const CHEAP: ReadonlySet<string> = new Set(['abs', 'sign', 'floor', 'ceil', 'trunc', 'fract', 'min', 'max', 'step']);

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
