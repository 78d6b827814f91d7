/** @file A body that is evaluated for another voxel, a constant offset away: what it reads there, and where it is. */
import type { Expression, Offset, Statement } from '../ir.ts';
import { mapOperands, mapStatement } from '../rebuild.ts';
import { further, isHere } from './own-reads.ts';

/** The coordinate `at` away from the voxel's own. */
export function coordAt(at: Offset): Expression {
  const coord = { op: 'builtin', type: 'ivec3', name: 'coord' } as const;
  if (isHere(at)) return coord;
  return {
    op: 'binary',
    type: 'ivec3',
    operator: '+',
    left: coord,
    right: { op: 'constant', type: 'ivec3', value: at },
  };
}

/** The body as the voxel `at` away runs it. It computes no coordinate to read at. */
export function moveBody(body: readonly Statement[], at: Offset): readonly Statement[] {
  if (isHere(at)) return body;
  const value = (node: Expression): Expression => {
    if (node.op === 'builtin' && node.name === 'coord') return coordAt(at);
    if (node.op === 'tap') return { ...node, offset: further(node.offset, at) };
    return mapOperands(node, value);
  };
  const rebuild = (block: readonly Statement[]): Statement[] => block.map((node) => mapStatement(node, value, rebuild));
  return rebuild(body);
}
