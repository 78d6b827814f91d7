/**
 * @file Which components every voxel writes, whatever path it takes: a forward dataflow over the structured body. A set
 * of certain writes meets another by intersection; a path that has ended is null, which meets anything as that thing.
 */

import type { Statement } from './ir.ts';

type Certain = ReadonlySet<string> | null;

/** What is certain at the places that leave a block sideways. */
interface Exits {
  returned: Certain;
  broken: Certain;
  continued: Certain;
}

/** Keys `field component` of all components that are written on every path through a main body. */
export function alwaysWritten(body: readonly Statement[], sizes: ReadonlyMap<string, number>): ReadonlySet<string> {
  const exits: Exits = { returned: null, broken: null, continued: null };
  const end = through(body, new Set(), exits, sizes);
  return meet(end, exits.returned) ?? new Set();
}

function meet(a: Certain, b: Certain): Certain {
  if (a === null) return b;
  if (b === null) return a;
  return a.intersection(b);
}

function through(
  body: readonly Statement[],
  start: Certain,
  exits: Exits,
  sizes: ReadonlyMap<string, number>,
): Certain {
  let state = start;
  for (const statement of body) {
    if (state === null) return null;
    state = step(statement, state, exits, sizes);
  }
  return state;
}

function step(node: Statement, state: ReadonlySet<string>, exits: Exits, sizes: ReadonlyMap<string, number>): Certain {
  switch (node.op) {
    case 'write': {
      const written = new Set(state);
      const components = node.component < 0 ? [...Array(sizes.get(node.field)).keys()] : [node.component];
      for (const component of components) written.add(`${node.field} ${component}`);
      return written;
    }
    case 'if':
      return meet(through(node.then, state, exits, sizes), through(node.else, state, exits, sizes));
    case 'loop':
      return throughLoop(node, state, exits, sizes);
    case 'return':
      exits.returned = meet(state, exits.returned);
      return null;
    case 'break':
      exits.broken = meet(state, exits.broken);
      return null;
    case 'continue':
      exits.continued = meet(state, exits.continued);
      return null;
    default:
      return state;
  }
}

/** The first round decides: later ones only add. A loop that tests first may run no round at all. */
function throughLoop(
  node: Statement & { readonly op: 'loop' },
  state: ReadonlySet<string>,
  exits: Exits,
  sizes: ReadonlyMap<string, number>,
): Certain {
  const inner: Exits = { returned: exits.returned, broken: null, continued: null };
  const end = meet(through(node.body, state, inner, sizes), inner.continued);
  const round = end === null ? null : through(node.continuing, end, inner, sizes);
  exits.returned = inner.returned;
  const left = meet(round, inner.broken);
  if (node.limit === 0) return state;
  return node.testFirst ? meet(state, left) : left;
}
