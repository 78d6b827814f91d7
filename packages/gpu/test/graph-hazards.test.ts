import { expect, test } from 'vitest';
import { Graph, use } from '../src/index.ts';
import type { Plan } from '../src/index.ts';

/** The barriers and waits of a plan, as it explains them. */
function barriers(plan: Plan<never>): string {
  return plan
    .explain()
    .split('\n')
    .filter((line) => /^(barrier|\S+ waits|transient|left out|level)|because/.test(line))
    .join('\n');
}

const IMAGE = { size: [64, 64], format: 'rgba8unorm' } as const;

test('read after write: the write is made visible to the reader', () => {
  const graph = new Graph<never>();
  const cells = graph.importBuffer('cells', { byteLength: 64, role: 'indirect' });
  graph
    .pass({ name: 'count', writes: [cells] })
    .pass({ name: 'draw', queue: 'graphics', reads: [cells], writes: ['x'] });
  expect(barriers(graph.compile())).toMatchInlineSnapshot(`
    "level 0:
    barrier: storage-write → indirect
      because draw reads cells that count writes (read after write)
    level 1:"
  `);
});

test('write after read: the reader is waited for', () => {
  const graph = new Graph<never>();
  const cells = graph.importBuffer('cells', { byteLength: 64 });
  graph.pass({ name: 'save', reads: [use(cells, 'transfer-source')] }).pass({ name: 'step', writes: [cells] });
  expect(barriers(graph.compile())).toMatchInlineSnapshot(`
    "level 0:
    barrier: transfer-source → storage-write
      because step writes cells that save reads (write after read)
    level 1:"
  `);
});

test('write after write: the first write is done before the second', () => {
  const graph = new Graph<never>();
  const cells = graph.importBuffer('cells', { byteLength: 64 });
  graph.pass({ name: 'clear', writes: [use(cells, 'transfer-target')] }).pass({ name: 'splat', writes: [cells] });
  expect(barriers(graph.compile())).toMatchInlineSnapshot(`
    "level 0:
    barrier: transfer-target → storage-write
      because splat writes cells that clear writes (write after write)
    level 1:"
  `);
});

test('layout change: between two reads there is a barrier only where the layout differs', () => {
  const graph = new Graph<never>();
  const photo = graph.importImage('photo', { ...IMAGE, role: 'texture' });
  graph
    .pass({ name: 'blur', reads: [photo], writes: ['a'] })
    .pass({ name: 'sharpen', reads: [photo], writes: ['b'] })
    .pass({ name: 'save', reads: [use(photo, 'transfer-source')], writes: ['c'] });
  expect(barriers(graph.compile())).toMatchInlineSnapshot(`
    "level 0:
    barrier: image photo sampled → transfer-source (shader read in vertex shader, fragment shader, compute shader → transfer read in transfer)
      because save needs photo as transfer-source, which comes to the graph otherwise (layout change)
      because save reads photo that blur reads in another layout (layout change; its layout goes from sampled to transfer-source)
      because save reads photo that sharpen reads in another layout (layout change; its layout goes from sampled to transfer-source)
    level 1:
    barrier: image photo transfer-source → sampled (transfer read in transfer → shader read in vertex shader, fragment shader, compute shader)
      because what comes after needs photo as sampled, which save leaves otherwise (layout change)"
  `);
});

test('a transient image comes from nowhere; its hazard and its layout take one image barrier', () => {
  const graph = new Graph<never>();
  const color = graph.transientImage('color', { ...IMAGE, role: 'render-target' });
  graph
    .pass({ name: 'draw', queue: 'graphics', writes: [color] })
    .pass({ name: 'tone', reads: [color], writes: ['out'] })
    .pass({ name: 'bloom', reads: [color], writes: ['glow'] });
  const plan = graph.compile();
  expect(barriers(plan)).toMatchInlineSnapshot(`
    "barrier: image color undefined → color-attachment (nothing → color attachment read, color attachment write in color attachment output)
      because draw needs color as color-attachment, which comes to the graph otherwise (layout change)
    level 0:
    barrier: image color color-attachment → sampled (color attachment read, color attachment write in color attachment output → shader read in compute shader)
      because tone reads color that draw writes (read after write; its layout goes from color-attachment to sampled)
      because bloom reads color that draw writes (read after write; its layout goes from color-attachment to sampled)
    level 1:
    transient images share 16384 bytes, 16384 apart: color at 0 (levels 0 to 1)"
  `);
  expect(plan.counts).toEqual({
    barriers: 2,
    memoryBarriers: 0,
    imageBarriers: 2,
    handOvers: 0,
    waits: 0,
    hostWaits: 0,
    submits: 1,
  });
});

test('mips and layers of an image are told apart', () => {
  const graph = new Graph<never>();
  const pyramid = graph.importImage('pyramid', { ...IMAGE, mips: 3, role: 'storage-image', arrives: 'undefined' });
  graph.pass({ name: 'base', writes: [use(pyramid, 'storage-write', { mip: 0, mips: 1 })] });
  for (const mip of [1, 2]) {
    graph.pass({
      name: `reduce ${mip}`,
      reads: [use(pyramid, 'sampled', { mip: mip - 1, mips: 1 })],
      writes: [use(pyramid, 'storage-write', { mip, mips: 1 })],
    });
  }
  expect(barriers(graph.compile())).toMatchInlineSnapshot(`
    "barrier: image pyramid (mip 0) undefined → general (memory write in all commands → shader write in compute shader)
      because base needs pyramid as general, which comes to the graph otherwise (layout change)
    level 0:
    barrier: image pyramid (mip 0) general → sampled (shader write in compute shader → shader read in compute shader); image pyramid (mip 1) undefined → general (memory write in all commands → shader write in compute shader)
      because reduce 1 reads pyramid that base writes (read after write; its layout goes from general to sampled)
      because reduce 1 needs pyramid as general, which comes to the graph otherwise (layout change)
    level 1:
    barrier: image pyramid (mip 1) general → sampled (shader write in compute shader → shader read in compute shader); image pyramid (mip 2) undefined → general (memory write in all commands → shader write in compute shader)
      because reduce 2 reads pyramid that reduce 1 writes (read after write; its layout goes from general to sampled)
      because reduce 2 needs pyramid as general, which comes to the graph otherwise (layout change)
    level 2:
    barrier: storage-write → storage-read; image pyramid (mips 0 to 1) sampled → general (shader read in compute shader → shader read in compute shader)
      because what comes after needs pyramid as general, which reduce 1 leaves otherwise (layout change)
      because what comes after needs pyramid as general, which reduce 2 leaves otherwise (layout change)
      because what comes after needs pyramid, which reduce 2 leaves otherwise (read after write)"
  `);
});

test('ranges of a buffer that do not meet need no barrier', () => {
  const graph = new Graph<never>();
  const arena = graph.importBuffer('arena', { byteLength: 128 });
  const low = { byteOffset: 0, byteLength: 64 };
  graph
    .pass({ name: 'low', writes: [use(arena, 'storage-write', low)] })
    .pass({ name: 'high', writes: [use(arena, 'storage-write', { byteOffset: 64 })] })
    .pass({ name: 'middle', reads: [use(arena, 'storage-read', { byteOffset: 32, byteLength: 16 })], writes: ['x'] });
  expect(barriers(graph.compile())).toMatchInlineSnapshot(`
    "level 0:
    barrier: storage-write → storage-read
      because middle reads arena that low writes (read after write)
    level 1:"
  `);
});

test('across queues timelines are waited for: signalled early, waited for late', () => {
  const graph = new Graph<never>();
  const next = graph.importBuffer('next', { byteLength: 64 });
  graph
    .pass({ name: 'upload', queue: 'transfer', writes: [next] })
    .pass({ name: 'archive', queue: 'transfer', reads: ['log'] })
    .pass({ name: 'step', writes: ['field'] })
    .pass({ name: 'relax', reads: ['field'], writes: ['pressure'] })
    .pass({ name: 'mix', reads: [next, 'pressure'], writes: ['field'] });
  const plan = graph.compile();
  expect(barriers(plan)).toMatchInlineSnapshot(`
    "level 0 on transfer:
    level 0 on transfer:
    level 0 on compute:
    barrier on compute: storage-write → storage-read
      because relax reads field that step writes (read after write)
    level 1 on compute:
    compute waits for transfer (upload)
      because mix reads next that upload writes (read after write)
    barrier on compute: storage-read, storage-write → storage-read, storage-write
      because mix reads pressure that relax writes (read after write)
      because mix writes field that relax reads (write after read)
    level 2 on compute:"
  `);
  expect(plan.counts.waits).toBe(1);
});

test('queue hand-over: an image goes from one family to another, released by one and acquired by the other', () => {
  const graph = new Graph<never>();
  const photo = graph.transientImage('photo', { ...IMAGE, role: 'texture' });
  graph
    .pass({ name: 'upload', queue: 'transfer', writes: [photo] })
    .pass({ name: 'filter', reads: [photo], writes: ['out'] });
  const plan = graph.compile();
  expect(barriers(plan)).toMatchInlineSnapshot(`
    "barrier on transfer: image photo undefined → transfer-target (nothing → transfer write in transfer)
      because upload needs photo as transfer-target, which comes to the graph otherwise (layout change)
    level 0 on transfer:
    barrier on transfer, for others to see: image photo transfer-target → sampled, from queue family 1 to 0 (transfer write in transfer → nothing)
      because filter reads photo that upload writes (read after write; its layout goes from transfer-target to sampled)
    compute waits for transfer (upload)
      because filter reads photo that upload writes (read after write; its layout goes from transfer-target to sampled)
    barrier on compute: image photo transfer-target → sampled, from queue family 1 to 0 (the end of all commands → shader read in compute shader)
      because filter reads photo that upload writes (read after write; its layout goes from transfer-target to sampled)
    level 1 on compute:"
  `);
  expect(plan.counts.handOvers).toBe(2);
  const one = { queue: 0, family: 0 };
  const together = graph.compile({ queues: { compute: one, graphics: one, transfer: one } });
  expect(together.counts).toMatchObject({ barriers: 2, handOvers: 0, waits: 0, submits: 1 });
});

test('a wait that another wait implies is left out', () => {
  const graph = new Graph<never>();
  graph
    .pass({ name: 'a', writes: ['x'] })
    .pass({ name: 'b', queue: 'transfer', reads: ['x'], writes: ['y'] })
    .pass({ name: 'c', reads: ['y'], writes: ['x'] });
  const plan = graph.compile();
  expect(barriers(plan)).toMatchInlineSnapshot(`
    "level 0 on compute:
    transfer waits for compute (a)
      because b reads x that a writes (read after write)
    level 1 on transfer:
    compute waits for transfer (b)
      because c reads y that b writes (read after write)
      because c writes x that b reads (write after read)
    level 2 on compute:"
  `);
  expect(plan.counts).toMatchObject({ barriers: 0, waits: 2 });
});

test('shared memory: what takes it over waits for what had it', () => {
  const graph = new Graph<never>();
  const [blur, edges, bloom] = ['blur', 'edges', 'bloom'].map((name) =>
    graph.transientBuffer(name, { byteLength: 256 }),
  );
  graph
    .pass({ name: 'a', writes: [blur!] })
    .pass({ name: 'b', reads: [blur!], writes: [edges!] })
    .pass({ name: 'c', reads: [edges!], writes: [bloom!] })
    .pass({ name: 'd', reads: [bloom!], writes: ['out'] });
  const plan = graph.compile();
  expect(barriers(plan)).toMatchInlineSnapshot(`
    "level 0:
    barrier: storage-write → storage-read
      because b reads blur that a writes (read after write)
    level 1:
    barrier: storage-read, storage-write → storage-read, storage-write
      because c reads edges that b writes (read after write)
      because bloom, which c begins, takes over memory that b used (shared memory)
    level 2:
    barrier: storage-write → storage-read
      because d reads bloom that c writes (read after write)
    level 3:
    transient buffers share 512 bytes, 768 apart: blur at 0 (levels 0 to 1), edges at 256 (levels 1 to 2), bloom at 0 (levels 2 to 3)"
  `);
  expect(plan.counts.barriers).toBe(3);
});

test('an imported resource is left as it was asked for', () => {
  const graph = new Graph<never>();
  const frame = graph.importImage('frame', { ...IMAGE, role: 'render-target', leaves: 'transfer-source' });
  const report = graph.importBuffer('report', { byteLength: 64, role: 'download', leaves: 'host-read' });
  graph
    .pass({ name: 'draw', queue: 'graphics', writes: [frame] })
    .pass({ name: 'sum', writes: [use(report, 'storage-write')] });
  expect(barriers(graph.compile())).toMatchInlineSnapshot(`
    "level 0:
    barrier: image frame undefined → color-attachment (memory write in all commands → color attachment read, color attachment write in color attachment output)
      because draw needs frame as color-attachment, which comes to the graph otherwise (layout change)
    level 1:
    barrier: storage-write → host-read; image frame color-attachment → transfer-source (color attachment read, color attachment write in color attachment output → transfer read in transfer)
      because what comes after needs frame as transfer-source, which draw leaves otherwise (read after write)
      because what comes after needs report, which sum leaves otherwise (read after write)"
  `);
});

test('what a pass asks of a resource is checked', () => {
  const graph = new Graph<never>();
  const points = graph.importBuffer('points', { byteLength: 64, role: 'vertex' });
  const photo = graph.importImage('photo', { ...IMAGE, mips: 2 });
  // @ts-expect-error a vertex buffer is no uniform buffer
  expect(() => graph.pass({ name: 'a', reads: [use(points, 'uniform')] })).toThrow(
    'Cannot add pass "a": it reads "points", and its role "vertex" doesn\'t allow "uniform"; give it another role, or none',
  );
  expect(() => graph.pass({ name: 'a', reads: [use(photo, 'vertex')] })).toThrow(
    'Cannot add pass "a": it reads "photo", and no image can be used as "vertex"; use a buffer',
  );
  expect(() => graph.pass({ name: 'a', writes: [use(points, 'vertex')] })).toThrow(
    'Cannot add pass "a": it writes "points", and "vertex" only reads; list it under reads, or say how it is written',
  );
  expect(() => graph.pass({ name: 'a', reads: [use(points, 'storage-write')] })).toThrow(
    'Cannot add pass "a": it reads "points", and "storage-write" writes; list it under writes, or say how it is read',
  );
  expect(() => graph.pass({ name: 'a', reads: [use(points, 'vertex', { byteOffset: 32, byteLength: 64 })] })).toThrow(
    'Cannot add pass "a": it reads "points", and bytes 32 to 96 are meant, it has 64; stay within',
  );
  expect(() => graph.pass({ name: 'a', reads: [use(photo, 'sampled', { mip: 2 })] })).toThrow(
    'Cannot add pass "a": it reads "photo", and mip levels from 2 are meant, it has 2; stay within',
  );
});

test('a usage may be raw, and stands in the barrier as it was given', () => {
  const graph = new Graph<never>();
  const raw = { stage: 0x80n, access: 0x20n, layout: 'general' } as const;
  const cells = graph.importBuffer('cells', { byteLength: 64, role: 'storage' });
  graph
    .pass({ name: 'step', writes: [cells] })
    .pass({ name: 'draw', queue: 'graphics', reads: [use(cells, raw)], writes: ['x'] });
  const [barrier] = graph.compile().barriers;
  expect(barrier).toMatchObject({ before: ['storage-write'], after: [{ stage: 0x80n, access: 0x20n }] });
  expect(graph.compile().explain()).toContain('reads cells: shader read in fragment shader');
});

test('what comes after may write what the graph read, and read it otherwise', () => {
  const graph = new Graph<never>();
  const cells = graph.importBuffer('cells', { byteLength: 64, leaves: 'transfer-target' });
  const points = graph.importBuffer('points', { byteLength: 64, leaves: 'vertex' });
  graph.pass({ name: 'move', writes: [points] }).pass({ name: 'sum', reads: [cells, points] });
  expect(barriers(graph.compile())).toMatchInlineSnapshot(`
    "level 0:
    barrier: storage-write → storage-read
      because sum reads points that move writes (read after write)
    level 1:
    barrier: storage-read, storage-write → vertex, transfer-target
      because what comes after needs points, which move leaves otherwise (read after write)
      because what comes after needs cells, which sum leaves otherwise (write after read)"
  `);
});

test('what came before is waited for by reads that it was not made visible to, and by writes behind reads', () => {
  const graph = new Graph<never>();
  const cells = graph.importBuffer('cells', { byteLength: 64, arrives: 'vertex' });
  const table = graph.importBuffer('table', { byteLength: 64, arrives: 'uniform' });
  graph
    .pass({ name: 'sum', reads: [cells, use(table, 'uniform')], sideEffects: true })
    .pass({ name: 'fill', writes: [use(table, 'transfer-target')] });
  expect(barriers(graph.compile())).toMatchInlineSnapshot(`
    "barrier: vertex → storage-read
      because sum needs cells, which comes to the graph otherwise (read after write)
    level 0:
    barrier: uniform, uniform read in compute shader → transfer-target
      because fill needs table, which comes to the graph otherwise (write after read)
      because fill writes table that sum reads (write after read)
    level 1:"
  `);
});

test('an image that is handed over is let go behind what came before', () => {
  const graph = new Graph<never>();
  const photo = graph.importImage('photo', { ...IMAGE, role: 'texture' });
  graph
    .pass({ name: 'blur', reads: [photo], sideEffects: true })
    .pass({ name: 'fill', queue: 'transfer', writes: [photo] });
  const [release] = graph.compile().barriers;
  expect(release!.images[0]!.before).toEqual(['sampled', { stage: 0x800n, access: 0x20n, layout: 'sampled' }]);
});

test('what a pass read in other stages than it wrote is waited for by the next write, beyond the reads between', () => {
  const graph = new Graph<never>();
  const cells = graph.importBuffer('cells', { byteLength: 64 });
  graph
    .pass({ name: 'step', reads: [use(cells, 'transfer-source')], writes: [cells] })
    .pass({ name: 'sum', reads: [use(cells, 'indirect')], sideEffects: true })
    .pass({ name: 'fill', writes: [cells] });
  expect(barriers(graph.compile())).toMatchInlineSnapshot(`
    "level 0:
    barrier: storage-write, transfer-source → indirect
      because sum reads cells that step writes (read after write)
    level 1:
    barrier: indirect → storage-write
      because fill writes cells that sum reads (write after read)
    level 2:"
  `);
});

test('an image that comes to a plan again is waited for as the last run used it', () => {
  const graph = new Graph<never>();
  const photo = graph.importImage('photo', { ...IMAGE, arrives: 'storage-read' });
  graph
    .pass({ name: 'save', reads: [use(photo, 'transfer-source')], sideEffects: true })
    .pass({ name: 'copy', reads: [use(photo, { stage: 0x1000n, access: 0x800n })], sideEffects: true });
  const [first] = graph.compile({ repeats: true }).barriers;
  expect(first!.images[0]!.before).toEqual(['storage-read', { stage: 0x1000n, access: 0x800n, layout: 'general' }]);
});

test('the host sees what the device wrote behind its last read, in the next execution, and what the device read since', () => {
  const graph = new Graph<never>();
  const cells = graph.importBuffer('cells', { byteLength: 64 });
  const words = graph.importBuffer('words', { byteLength: 64 });
  graph
    .pass({ name: 'show', queue: 'host', reads: [cells] })
    .pass({ name: 'step', writes: [cells, words] })
    .pass({ name: 'sum', reads: [words], sideEffects: true })
    .pass({ name: 'edit', queue: 'host', reads: [words], writes: [words] });
  expect(barriers(graph.compile({ repeats: true }))).toMatchInlineSnapshot(`
    "level 0 on host:
    compute waits for host (show)
      because step writes cells that show reads (write after read)
    barrier on compute: storage-read, storage-write → storage-read, storage-write
      because the plan runs again on the same resources (its last run comes before)
    level 1 on compute:
    barrier on compute, for others to see: storage-write → host-read
      because show reads cells that step writes (read after write)
    barrier on compute: storage-write → storage-read
      because sum reads words that step writes (read after write)
    level 2 on compute:
    barrier on compute, for others to see: storage-read → host-read, host-write
      because edit writes words that sum reads (write after read)
    host waits for compute (sum)
      because edit writes words that sum reads (write after read)
    level 3 on host:"
  `);
});
