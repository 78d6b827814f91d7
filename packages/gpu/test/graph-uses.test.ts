import { expect, test } from 'vitest';
import { Graph, use } from '../src/index.ts';
import type { Access, Pass, PassQueue } from '../src/index.ts';

const SHADER_WRITE = { stage: 0x800n, access: 0x40n };

/** What adding a pass says, '' if nothing. */
function refusal(pass: Partial<Pass<never>>): string {
  try {
    new Graph<never>().pass({ name: 'p', ...pass });
    return '';
  } catch (error) {
    return (error as Error).message;
  }
}

test('a raw usage that writes is refused under reads, where nothing would wait for its write', () => {
  expect(refusal({ reads: [{ resource: 'x', access: SHADER_WRITE }] })).toBe(
    'Cannot add pass "p": it reads "x", and "raw stage 0x800, access 0x40" writes; list it under writes, or say how it is read',
  );
  expect(refusal({ reads: [{ resource: 'x', access: { stage: 0x800n, access: 0x20n } }] })).toBe('');
  const graph = new Graph<never>()
    .pass({ name: 'w', writes: [{ resource: 'x', access: SHADER_WRITE }] })
    .pass({ name: 'r', reads: ['x'] });
  expect(graph.compile().counts.barriers).toBe(1);
});

test('a raw usage is refused in a pass on the transfer queue, unless such a queue has its stages', () => {
  const queue = 'transfer';
  expect(refusal({ queue, writes: [{ resource: 'x', access: SHADER_WRITE }] })).toBe(
    'Cannot add pass "p": it writes "x", and "raw stage 0x800, access 0x40" is nothing that a pass on the transfer queue does; ' +
      "give it queue 'compute' or 'graphics', or say another usage",
  );
  const [copy, any] = [0x1_0000_0000n, 0x1_0000n];
  for (const stage of [copy, any]) {
    expect(refusal({ queue, writes: [{ resource: 'x', access: { stage, access: 0x1000n } }] })).toBe('');
  }
});

test('an attachment that is only read may stand under reads', () => {
  const reads = [{ resource: 'depth', access: 'depth-attachment' as const }];
  expect(refusal({ queue: 'graphics', reads })).toBe('');
});

test('a word is refused in a pass whose queue does nothing of the kind', () => {
  const words: Access[] = [
    'storage-read',
    'storage-write',
    'uniform',
    'indirect',
    'conditional',
    'vertex',
    'index',
    'sampled',
    'color-attachment',
    'depth-attachment',
    'transfer-source',
    'transfer-target',
    'host-read',
    'host-write',
  ];
  const writing: Access[] = ['storage-write', 'color-attachment', 'depth-attachment', 'transfer-target', 'host-write'];
  const queues: PassQueue[] = ['compute', 'graphics', 'transfer', 'host'];
  const table = queues.map((queue) => {
    const refused = words.filter((access) => {
      const uses = [{ resource: 'x', access }];
      return refusal(writing.includes(access) ? { queue, writes: uses } : { queue, reads: uses }) !== '';
    });
    return `${queue}: not ${refused.join(', ')}`;
  });
  expect(table.join('\n')).toMatchInlineSnapshot(`
    "compute: not vertex, index, color-attachment, depth-attachment, host-read, host-write
    graphics: not host-read, host-write
    transfer: not storage-read, storage-write, uniform, indirect, conditional, vertex, index, sampled, color-attachment, depth-attachment, host-read, host-write
    host: not storage-read, storage-write, uniform, indirect, conditional, vertex, index, sampled, color-attachment, depth-attachment, transfer-source, transfer-target"
  `);
});

test('what a role means is refused in a pass that can do nothing of the kind, and another usage taken', () => {
  const graph = new Graph<never>();
  const points = graph.importBuffer('points', { byteLength: 64, role: 'vertex' });
  const picture = graph.importImage('picture', { size: [8, 8], format: 'rgba8unorm', role: 'render-target' });
  expect(() => graph.pass({ name: 'move', reads: [points] })).toThrow(
    'Cannot add pass "move": it reads "points", and "vertex" is nothing that a pass on the compute queue does; ' +
      "give it queue 'graphics', or say another usage",
  );
  expect(() => graph.pass({ name: 'draw', writes: [picture] })).toThrow(
    'Cannot add pass "draw": it writes "picture", and "color-attachment" is nothing that a pass on the compute queue does; ' +
      "give it queue 'graphics', or say another usage",
  );
  expect(() => graph.pass({ name: 'copy', queue: 'transfer', reads: [use(points, 'storage-read')] })).toThrow(
    'Cannot add pass "copy": it reads "points", and "storage-read" is nothing that a pass on the transfer queue does; ' +
      "give it queue 'compute' or 'graphics', or say another usage",
  );
  graph
    .pass({ name: 'move', reads: [use(points, 'storage-read')] })
    .pass({ name: 'copy', queue: 'transfer', reads: [points] });
  expect(graph.compile().order).toBe('move copy');
});
