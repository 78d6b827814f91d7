/** A frame as a graph of passes: which barriers it needs and why, in words, as calls to paste, and as a picture. No GPU is needed. */
import { barrierBetween, barrierRequirements, Graph, use, type Pass } from '@halocline/gpu';
import { mkdir, writeFile } from 'node:fs/promises';

/** What the example shows. */
export interface BarrierHints {
  readonly graph: Graph;
  /** What one pass requires. */
  readonly requirements: string;
  /** The Vulkan call between two passes. */
  readonly call: string;
}

/** Particles are streamed in, moved, drawn and toned; the host reads how many are left. */
export function barrierHints(): BarrierHints {
  const graph = new Graph().stage('update').stage('render', { after: ['update'] });
  const image = { size: [1024, 1024], format: 'rgba16float' } as const;
  const fresh = graph.importBuffer('fresh', { byteLength: 2 ** 20, role: 'storage' });
  const points = graph.importBuffer('points', { byteLength: 2 ** 24, role: 'vertex' });
  const count = graph.importBuffer('count', { byteLength: 16, role: 'download' });
  const color = graph.transientImage('color', { ...image, role: 'render-target' });
  const picture = graph.importImage('picture', {
    ...image,
    role: 'storage-image',
    arrives: 'undefined',
    leaves: 'transfer-source',
  });

  const move: Pass = {
    name: 'move',
    stage: 'update',
    reads: [fresh, use(points, 'storage-read')],
    writes: [use(points, 'storage-write'), use(count, 'storage-write')],
  };
  const draw: Pass = { name: 'draw', stage: 'render', queue: 'graphics', reads: [points], writes: [color] };
  graph
    .pass({ name: 'stream', stage: 'update', queue: 'transfer', writes: [use(fresh, 'transfer-target')] })
    .pass(move)
    .pass(draw)
    .pass({ name: 'tone', stage: 'render', reads: [color], writes: [picture] })
    .pass({ name: 'watch', queue: 'host', reads: [count] });
  return { graph, requirements: barrierRequirements(draw), call: barrierBetween(move, draw) };
}

if (import.meta.main) {
  const { graph, requirements, call } = barrierHints();
  console.log(`${requirements}\n\n${call}\n\n${graph.explain()}`);
  await mkdir('out', { recursive: true });
  await writeFile('out/barrier-hints.svg', graph.toSvg());
  console.log('\nout/barrier-hints.svg shows the same');
}
