import { expect, test } from 'vitest';
import { Graph, use } from '../src/index.ts';
import type { Pass } from '../src/index.ts';
import { messageOf } from './message-of.ts';

type Part = NonNullable<Parameters<typeof use>[2]>;

/** What a pass is refused with that reads such a part of a buffer of 64 bytes. */
function ofBytes(part: Part): string {
  const graph = new Graph<never>();
  const cells = graph.importBuffer('cells', { byteLength: 64, role: 'storage' });
  return messageOf(() => graph.pass({ name: 'part', reads: [use(cells, undefined, part)] }));
}

/** What a pass is refused with that reads such a part of an image of 2 mips and 3 layers. */
function ofImage(part: Part): string {
  const graph = new Graph<never>();
  const size = [8, 8] as const;
  const sky = graph.importImage('sky', { size, format: 'rgba8unorm', role: 'texture', mips: 2, layers: 3 });
  return messageOf(() => graph.pass({ name: 'part', reads: [use(sky, undefined, part)] }));
}

test('a part of a buffer lies within it, and is told in bytes', () => {
  const refused = (what: string): string => `Cannot add pass "part": it reads "cells", and ${what}`;
  for (const part of [{}, { byteOffset: 63 }, { byteLength: 64 }, { byteOffset: 32, byteLength: 32 }]) {
    expect(ofBytes(part)).toBe('no error');
  }
  const outside: readonly (readonly [first: number, count: number])[] = [
    [64, 1],
    [0, 0],
    [0, 65],
    [-4, 8],
    [0.5, 1],
    [Number.NaN, 1],
  ];
  for (const [byteOffset, byteLength] of outside) {
    expect(ofBytes({ byteOffset, byteLength })).toBe(
      refused(`bytes ${byteOffset} to ${byteOffset + byteLength} are meant, it has 64; stay within`),
    );
  }
  expect(ofBytes({ byteOffset: 64 })).toBe(refused('bytes 64 to 64 are meant, it has 64; stay within'));
  for (const part of [{ mip: 0 }, { mips: 1 }, { layer: 0 }, { layers: 1 }]) {
    expect(ofBytes(part)).toBe(refused('a buffer has no mips and layers; give bytes'));
  }
});

test('a part of an image lies within it, and is told in mips and layers', () => {
  const refused = (what: string): string => `Cannot add pass "part": it reads "sky", and ${what}`;
  for (const part of [{}, { mip: 1 }, { layer: 2 }, { mip: 0, mips: 2, layer: 1, layers: 2 }]) {
    expect(ofImage(part)).toBe('no error');
  }
  for (const [mip, mips] of [
    [2, 1],
    [0, 3],
    [1, 2],
    [-1, 1],
    [0, 0],
    [0.5, 1],
  ] as const) {
    expect(ofImage({ mip, mips })).toBe(refused(`mip levels from ${mip} are meant, it has 2; stay within`));
  }
  for (const [layer, layers] of [
    [3, 1],
    [0, 4],
    [2, 2],
    [-1, 1],
    [0, 0],
    [0.5, 1],
  ] as const) {
    expect(ofImage({ layer, layers })).toBe(refused(`layers from ${layer} are meant, it has 3; stay within`));
  }
  for (const part of [{ byteOffset: 0 }, { byteLength: 4 }]) {
    expect(ofImage(part)).toBe(refused('an image has no bytes here; give mips and layers'));
  }
});

test('a plan tells the part that each pass means', () => {
  const graph = new Graph<never>();
  const cells = graph.importBuffer('cells', { byteLength: 64, role: 'storage' });
  const size = [8, 8] as const;
  const sky = graph.importImage('sky', { size, format: 'rgba8unorm', role: 'texture', mips: 4, layers: 4 });
  const reads = (name: string, ...parts: readonly Part[]): Pass<never> => ({
    name,
    reads: parts.map((part) => use('byteOffset' in part || 'byteLength' in part ? cells : sky, undefined, part)),
    sideEffects: true,
  });
  graph.pass(reads('bytes', { byteOffset: 16 }, { byteLength: 16 }, { byteOffset: 16, byteLength: 32 }));
  graph.pass(reads('mips', { mip: 1 }, { mips: 1 }, { mip: 1, mips: 2 }));
  graph.pass(reads('layers', { layer: 1 }, { layers: 1 }, { layer: 2, layers: 2 }, { mip: 3, mips: 1, layer: 3 }));
  const told = graph.explain().match(/reads (?:cells|sky) \(.*?\)/gu);
  expect(told).toEqual([
    'reads cells (bytes from 16)',
    'reads cells (bytes 0 to 16)',
    'reads cells (bytes 16 to 48)',
    'reads sky (mips from 1)',
    'reads sky (mip 0)',
    'reads sky (mips 1 to 2)',
    'reads sky (layers from 1)',
    'reads sky (layer 0)',
    'reads sky (layers 2 to 3)',
    'reads sky (mip 3, layers from 3)',
  ]);
});

test('a plan tells of an order that was asked for', () => {
  const writes = (resource: string) => [{ resource, access: 'storage-write' as const }];
  const graph = new Graph<never>()
    .pass({ name: 'first', writes: writes('x') })
    .pass({ name: 'second', writes: writes('y'), after: ['first'] });
  expect(graph.explain().split('\n')).toContain('  because second was asked to follow first');
});

test('a pass has a name, and a stage one that no other has', () => {
  const graph = new Graph<never>().stage('upload');
  expect(() => graph.pass({ name: '' })).toThrow(
    'Cannot add a pass without a name: barriers and errors speak of passes by name',
  );
  expect(() => graph.stage('upload', { after: [] })).toThrow(
    'Cannot add stage "upload": the graph has a stage of that name; give each its own',
  );
});

test('a graph of no passes is a plan of nothing, drawn and executed all the same', async () => {
  const plan = new Graph().compile();
  expect([plan.order, plan.explain(), plan.counts.submits]).toEqual(['', '', 0]);
  expect(new Graph().compile({ repeats: true }).explain()).toBe('');
  for (const drawn of [plan.toMermaid(), plan.toDot(), plan.toSvg()])
    expect(drawn).not.toMatch(/NaN|undefined|Infinity/u);
  await plan.execute();
  await plan.execute({});
});
