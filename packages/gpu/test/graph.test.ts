import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Graph } from '../src/graph/graph.ts';
import type { Pass } from '../src/graph/pass.ts';
import type { Use } from '../src/graph/resource.ts';
import type { Access } from '../src/access.ts';

const uses = (text: string, access: Access): Use[] =>
  text
    .split(' ')
    .filter(Boolean)
    .map((resource) => ({ resource, access }));

const pass = (name: string, reads: string, writes: string): Pass => ({
  name,
  reads: uses(reads, 'storage-read'),
  writes: uses(writes, 'storage-write'),
});

test('what does not depend moves forward', () => {
  const plan = new Graph()
    .pass(pass('a', '', 'x'))
    .pass(pass('b', 'x', 'y'))
    .pass(pass('d', 'y', 'z'))
    .pass(pass('e', '', 'w'))
    .compile();
  expect(plan.order).toBe('a e b d');
  expect(plan.levels).toEqual([['a', 'e'], ['b'], ['d']]);
});

test('declaration order decides who sees which write', () => {
  const plan = new Graph()
    .pass(pass('read', 'x', 'y'))
    .pass(pass('write', '', 'x'))
    .pass(pass('again', 'x', 'z'))
    .compile();
  expect(plan.order).toBe('read write again');
});

test('a plan explains every barrier', () => {
  const graph = new Graph()
    .pass({ name: 'load', writes: uses('density', 'transfer-target') })
    .pass(pass('advect', 'density velocity', 'advected'))
    .pass(pass('force', 'density', 'velocity'))
    .pass({ name: 'save', reads: uses('advected', 'transfer-source') });
  expect(graph.explain()).toMatchInlineSnapshot(`
    "level 0:
      load
        writes density as transfer-target: transfer write in transfer
    barrier: transfer-target → storage-read
      because advect reads density that load writes (read after write)
    level 1:
      advect
        reads density as storage-read: shader read in compute shader
        reads velocity as storage-read: shader read in compute shader
        writes advected as storage-write: shader write in compute shader
    barrier: storage-read, storage-write → storage-write, transfer-source
      because force writes velocity that advect reads (write after read)
      because save reads advected that advect writes (read after write)
    level 2:
      force
        reads density as storage-read: shader read in compute shader
        writes velocity as storage-write: shader write in compute shader
      save
        reads advected as transfer-source: transfer read in transfer"
  `);
});

test('a write after a write is a hazard, and a hazard that was ended is not ended twice', () => {
  const plan = new Graph()
    .pass(pass('a', '', 'x'))
    .pass(pass('b', '', 'x'))
    .pass(pass('c', 'x', 'y'))
    .pass(pass('d', 'x y', 'z'))
    .compile();
  expect(
    plan.barriers.map((barrier) => barrier.reasons.map((each) => `${each.kind}: ${each.earlier} ${each.later}`)),
  ).toEqual([['write after write: a b'], ['read after write: b c'], ['read after write: c d']]);
});

test('passes that share no resource are ordered when asked', () => {
  const graph = new Graph()
    .pass(pass('a', '', 'x'))
    .pass(pass('b', '', 'y'))
    .order('b', 'a');
  const plan = graph.compile();
  expect(plan.order).toBe('b a');
  expect(plan.barriers).toEqual([
    {
      level: 1,
      queue: 'compute',
      place: 'before',
      before: ['storage-write'],
      after: ['storage-write'],
      images: [],
      reasons: [{ kind: 'asked for', resource: '', earlier: 'b', later: 'a' }],
    },
  ]);
});

test('a plan that repeats waits for its last run', () => {
  const plan = new Graph().pass(pass('a', 'x', 'y')).compile({ repeats: true });
  expect(plan.explain()).toMatchInlineSnapshot(`
    "barrier: storage-read, storage-write → storage-read, storage-write
      because the plan runs again on the same resources (its last run comes before)
    level 0:
      a
        reads x as storage-read: shader read in compute shader
        writes y as storage-write: shader write in compute shader"
  `);
});

test('a plan records barriers and passes in order', () => {
  const log: string[] = [];
  const sink = {
    barrier: (before: readonly Access[], after: readonly Access[]) =>
      log.push(`${before.join('+')} > ${after.join('+')}`),
  };
  const graph = new Graph<typeof sink>();
  for (const each of [pass('a', '', 'x'), pass('b', 'x', 'y'), pass('c', '', 'z')]) {
    graph.pass({ ...each, record: () => log.push(each.name) });
  }
  graph.compile().record(sink);
  expect(log).toEqual(['a', 'c', 'storage-write > storage-read', 'b']);
});

test('a cycle is printed', () => {
  const graph = new Graph()
    .pass(pass('a', '', 'x'))
    .pass(pass('b', 'x', 'y'))
    .pass(pass('c', 'y', 'z'))
    .order('c', 'a');
  expect(() => graph.compile()).toThrow(
    'Cannot order the passes: they wait for each other (a → b → c → a); drop one of these dependencies',
  );
});

test('names are checked', () => {
  const graph = new Graph().pass(pass('a', '', 'x'));
  expect(() => graph.pass(pass('a', '', 'y'))).toThrow(
    'Cannot add pass "a": the graph has a pass of that name; give each its own',
  );
  expect(() => graph.order('b', 'a').compile()).toThrow(
    'Cannot order pass "a" after "b": there is no pass "b"; there are a',
  );
});

test('a plan draws itself', () => {
  const graph = new Graph().pass(pass('a', '', 'x')).pass(pass('b', 'x', 'y'));
  expect(graph.toMermaid()).toMatchInlineSnapshot(`
    "flowchart LR
      subgraph level0[level 0]
        p0["a"]
      end
      subgraph level1[level 1]
        p1["b"]
      end
      p0 -->|"x"| p1"
  `);
  expect(graph.toDot()).toMatchInlineSnapshot(`
    "digraph plan {
      rankdir = LR;
      node [shape = box];
      subgraph level0 { rank = same; p0 [label = "a"]; }
      subgraph level1 { rank = same; p1 [label = "b"]; }
      p0 -> p1 [label = "x"];
    }"
  `);
});

const names = fc.uniqueArray(fc.constantFrom('u', 'v', 'w', 'x', 'y'), { maxLength: 3 });

test('in every plan each conflicting pair keeps its order, with a barrier between', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(names, names), { maxLength: 12 }), (touches) => {
      const graph = new Graph();
      for (const [index, [reads, writes]] of touches.entries())
        graph.pass(pass(`p${index}`, reads.join(' '), writes.join(' ')));
      const plan = graph.compile();
      const level = new Map(plan.levels.flatMap((list, index) => list.map((name) => [name, index])));
      for (const [a, [readsA, writesA]] of touches.entries()) {
        for (const [b, [readsB, writesB]] of touches.entries()) {
          if (b <= a) continue;
          const conflict =
            writesA.some((x) => readsB.includes(x) || writesB.includes(x)) || readsA.some((x) => writesB.includes(x));
          if (!conflict) continue;
          const [from, to] = [level.get(`p${a}`)!, level.get(`p${b}`)!];
          expect(from).toBeLessThan(to);
          const between = plan.barriers.filter((barrier) => barrier.level > from && barrier.level <= to);
          expect(between.length).toBeGreaterThan(0);
        }
      }
    }),
  );
});
