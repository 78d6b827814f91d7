/**
 * @file A body that may end early, before another that must run all the same: a loop of one round, left where the body ended.
 */
import type { Statement } from '../ir.ts';
import { mapStatement } from '../rebuild.ts';
import { visitStatements } from '../walk.ts';

/** Whether a body ends the voxel's work somewhere. */
function endsEarly(body: readonly Statement[]): boolean {
  let found = false;
  visitStatements(body, ({ op }) => (found ||= op === 'return'));
  return found;
}

/** Whether it does so within a loop, which a loop around it couldn't be left from. */
export function endsInLoop(body: readonly Statement[]): boolean {
  let found = false;
  visitStatements(body, (node) => {
    if (node.op === 'loop') found ||= endsEarly(node.body) || endsEarly(node.continuing);
  });
  return found;
}

/** The body with one end, at its bottom. It must not end within a loop. */
export function withOneEnd(body: readonly Statement[]): readonly Statement[] {
  if (!endsEarly(body)) return body;
  const condition = { op: 'constant', type: 'bool', value: [0] } as const;
  return [{ op: 'loop', testFirst: false, condition, body: leaving(body), continuing: [], limit: 1 }];
}

function leaving(body: readonly Statement[]): Statement[] {
  return body.map((node) => {
    if (node.op === 'return') return { op: 'break' };
    return node.op === 'if' ? mapStatement(node, (value) => value, leaving) : node;
  });
}
