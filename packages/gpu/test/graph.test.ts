import fc from 'fast-check';
import { expect, test } from 'vitest';
import { packLifetimes } from '../src/graph/aliasing.ts';
import { Graph } from '../src/graph/graph.ts';
import type { Pass } from '../src/graph/pass.ts';
import { use } from '../src/graph/resource.ts';
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

test('a queue that is none, and a use of nothing, are told', () => {
  const bad = (pass: object) => () => new Graph().pass({ name: 'a', ...pass });
  expect(bad({ queue: 'copy' })).toThrow(
    'Cannot add pass "a": queue "copy" is none of compute, graphics, transfer, host',
  );
  expect(bad({ reads: [undefined] })).toThrow(
    'Cannot add pass "a": it reads undefined; list names, buffers, images, or what use(…) makes of them',
  );
});

test('a usage that is none is told on every queue', () => {
  const cells = new Graph().importBuffer('cells', { byteLength: 64 });
  for (const queue of ['compute', 'graphics', 'transfer', 'host'] as const) {
    const body = queue === 'host' ? { run: () => undefined } : {};
    const add = () => new Graph().pass({ name: 'a', queue, ...body, reads: [use(cells, 'storage' as never)] });
    expect(add).toThrow(/^Cannot use access "storage": it is none of storage-read, .*, host-read, host-write$/);
  }
});

test('a part of a buffer where a usage belongs is told', () => {
  const graph = new Graph();
  const part = { byteLength: 64 } as never;
  const words = graph.importBuffer('words', { byteLength: 256 });
  expect(() => graph.pass({ name: 'a', writes: [use(words, part)] })).toThrow(
    'Cannot add pass "a": it writes "words", and { byteLength } is no usage; say ' +
      "use(resource, 'storage-read', { byteLength }), with undefined where the role tells the usage",
  );
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

test('passes whose results nobody uses are left out', () => {
  const graph = new Graph<never>();
  const [draft, kept] = [
    graph.transientBuffer('draft', { byteLength: 64 }),
    graph.transientBuffer('kept', { byteLength: 64, kept: true }),
  ];
  const picture = graph.importBuffer('picture', { byteLength: 64 });
  graph
    .pass({ name: 'guess', writes: [draft] })
    .pass({ name: 'sketch', writes: [use(draft, 'storage-write', { discard: true })] })
    .pass({ name: 'ink', reads: [draft], writes: [picture] })
    .pass({ name: 'doodle', reads: [picture], writes: [draft] })
    .pass({ name: 'log', reads: [picture] })
    .pass({ name: 'sum', reads: [picture], writes: [kept] })
    .pass({ name: 'beep', writes: [draft], sideEffects: true });
  const plan = graph.compile();
  expect(plan.culled).toEqual(['guess', 'doodle']);
  expect(plan.explain()).toContain('left out: doodle, since nobody uses what it writes');
  expect(graph.compile({ cull: false }).culled).toEqual([]);
});

test('an order that goes by a pass left out still holds', () => {
  const graph = new Graph<never>();
  const draft = graph.transientBuffer('draft', { byteLength: 64 });
  graph
    .pass({ name: 'last', writes: ['x'], after: ['unused'] })
    .pass({ name: 'unused', writes: [draft], after: ['first'] })
    .pass({ name: 'first', writes: ['y'] });
  expect(graph.compile().order).toBe('first last');
});

test('stages order their passes, and only hazards make barriers', () => {
  const graph = new Graph<never>()
    .stage('render', { after: ['upload'] })
    .stage('post', { after: ['render'] })
    .pass({ ...pass('fill', '', 'vertices'), stage: 'upload' })
    .pass({ ...pass('sky', '', 'clouds'), stage: 'render' })
    .pass({ ...pass('ground', 'vertices', 'color'), stage: 'render' })
    .pass({ ...pass('stars', '', 'points'), stage: 'upload' })
    .pass({ ...pass('mute', '', 'volume'), stage: 'post' });
  const plan = graph.compile();
  expect(plan.order).toBe('fill stars sky ground mute');
  expect(plan.counts.barriers).toBe(1);
  expect(plan.explain().split('\n').slice(-2).join('\n')).toMatchInlineSnapshot(`
    "Between upload and render: ground reads vertices that fill writes (read after write)
    Between render and post: no hazard between their passes"
  `);
  expect(() => new Graph().stage('render', { after: ['load'] }).compile()).toThrow(
    'Cannot order stage "render" after "load": there is no stage "load"; there are render',
  );
});

test('a pass in a stage that nobody named is refused where there are named ones', () => {
  const draw = { ...pass('draw', '', 'x'), stage: 'rendr' };
  const graph = new Graph<never>().pass(draw);
  expect(graph.compile().order).toBe('draw');
  graph.stage('render', { after: ['upload'] });
  expect(() => graph.compile()).toThrow(
    'Cannot put pass "draw" into stage "rendr": there is no stage "rendr"; there are render, upload',
  );
});

test('stages are recorded apart, a barrier with the first pass behind it', () => {
  const said: string[] = [];
  const sink = { barrier: (): number => said.push('|') };
  const says = (name: string, reads: string, writes: string, stage: string): Pass<typeof sink> => {
    const words = (text: string): string[] => text.split(' ').filter((word) => word !== '');
    return { name, reads: words(reads), writes: words(writes), stage, record: () => said.push(name) };
  };
  const graph = new Graph<typeof sink>()
    .stage('one')
    .stage('two', { after: ['one'] })
    .stage('three', { after: ['two'] })
    .pass(says('a', '', 'x', 'one'))
    .pass(says('b', 'x', 'y', 'one'))
    .pass(says('c', '', 'z', 'two'))
    .pass(says('d', '', 'w', 'three'))
    .pass(says('e', 'w', 'v', 'three'));
  const plan = graph.compile({ repeats: true });
  for (const stage of ['one', 'two', 'three']) {
    said.push(`${stage}:`);
    plan.record(sink, { stage });
  }
  // c and d are on b's level, behind the barrier that stands in the stage before.
  expect(said.join(' ')).toBe('one: | a | b two: c three: d | e');
  expect(() => plan.record(sink, { stage: 'four' })).toThrow(
    'Cannot record stage "four" of the plan: there is none; there are one, two, three',
  );
  const free = graph.pass({ name: 'f', writes: ['u'] }).compile();
  expect(() => free.record(sink, { stage: 'one' })).toThrow(
    'Cannot record stage "one" of the plan: pass "f" stands in no stage; give it one',
  );
});

test('thousands of stages, one behind the other, are put in order', () => {
  const graph = new Graph<never>();
  for (let number = 0; number < 5000; number++) {
    graph.stage(`${number}`, { after: number === 0 ? [] : [`${number - 1}`] });
    graph.pass({ ...pass(`p${number}`, '', number % 2 === 0 ? 'x' : `y${number}`), stage: `${number}` });
  }
  const { passes, counts } = graph.compile();
  expect(passes.flat().map(({ name }) => name)).toEqual(Array.from({ length: 5000 }, (_, number) => `p${number}`));
  expect(counts.barriers).toBe(2499);
});

test('stages that wait for each other are a cycle', () => {
  const graph = new Graph<never>()
    .stage('a', { after: ['b'] })
    .stage('b', { after: ['a'] })
    .pass({ ...pass('one', '', 'x'), stage: 'a' });
  expect(() => graph.compile()).toThrow(
    'Cannot order the passes: they wait for each other (begin of stage a → end of stage a → begin of stage b → ' +
      'end of stage b → begin of stage a); drop one of these dependencies',
  );
});

test('a transient resource that nobody wrote is not read', () => {
  const graph = new Graph<never>();
  const draft = graph.transientBuffer('draft', { byteLength: 64 });
  graph.pass({ name: 'ink', reads: [draft], writes: ['picture'] });
  expect(() => graph.compile()).toThrow(
    'Cannot compile pass "ink": it reads transient buffer "draft", which no pass before it has written; write it first, or import it',
  );
});

test('one pass needs an image in one layout', () => {
  const graph = new Graph<never>();
  const photo = graph.importImage('photo', { size: [8, 8], format: 'rgba8unorm', arrives: 'undefined' });
  graph.pass({ name: 'blur', reads: [use(photo, 'sampled')], writes: [use(photo, 'storage-write')] });
  expect(() => graph.compile()).toThrow(
    'Cannot compile pass "blur": it needs image "photo" in layouts "sampled" and "general" at once; ' +
      'use one of them, other mips or layers, or two passes',
  );
});

test('an image of no role says in which state it comes', () => {
  const graph = new Graph<never>();
  const photo = graph.importImage('photo', { size: [8, 8], format: 'rgba8unorm' });
  graph.pass({ name: 'blur', reads: [use(photo, 'sampled')], writes: ['x'] });
  expect(() => graph.compile()).toThrow(
    'Cannot compile the graph: nothing says in which state image "photo" comes; ' +
      "give it a role, or import it with arrives: 'undefined' or its last use",
  );
});

test('two hundred passes compile in less than 5 ms', () => {
  const graph = new Graph<never>();
  for (let i = 0; i < 200; i++) graph.pass(pass(`p${i}`, `r${i % 17} r${(i * 7) % 23}`, `r${(i * 5 + 3) % 29}`));
  let best = Infinity;
  for (let run = 0; run < 20; run++) {
    const start = performance.now();
    graph.compile();
    best = Math.min(best, performance.now() - start);
  }
  expect(best).toBeLessThan(5);
});

test('lifetimes are packed: those that overlap in time do not in memory, and nothing is larger than it must be', () => {
  const lifetime = fc.record({
    first: fc.nat(6),
    length: fc.nat(3),
    byteLength: fc.integer({ min: 1, max: 64 }),
    alignment: fc.constantFrom(1, 4, 16),
  });
  fc.assert(
    fc.property(fc.array(lifetime, { maxLength: 10 }), (made) => {
      const items = made.map(({ length, ...each }) => ({ ...each, last: each.first + length }));
      const { offsets, byteLength } = packLifetimes(items);
      for (const [a, one] of items.entries()) {
        expect(offsets[a]! % one.alignment).toBe(0);
        expect(offsets[a]! + one.byteLength).toBeLessThanOrEqual(byteLength);
        for (const [b, other] of items.entries()) {
          if (b <= a || one.first > other.last || other.first > one.last) continue;
          const apart = offsets[a]! + one.byteLength <= offsets[b]! || offsets[b]! + other.byteLength <= offsets[a]!;
          expect(apart).toBe(true);
        }
      }
      const padded = items.reduce((sum, item) => sum + item.byteLength + item.alignment - 1, 0);
      expect(byteLength).toBeLessThanOrEqual(padded);
    }),
  );
});

test('a picture of a plan has a box for each pass, a bar for each barrier, and text that is escaped', () => {
  const graph = new Graph<never>();
  const photo = graph.transientImage('photo', { size: [8, 8], format: 'rgba8unorm', role: 'texture' });
  graph
    .pass({ name: 'load <a & b>', queue: 'transfer', writes: [photo] })
    .pass({ name: 'blur', reads: [photo], writes: ['out'] })
    .pass({ name: 'show', queue: 'host', reads: ['out'] });
  const plan = graph.compile();
  const svg = plan.toSvg();
  const count = (pattern: RegExp) => [...svg.matchAll(pattern)].length;
  expect(svg.startsWith('<svg xmlns="http://www.w3.org/2000/svg"')).toBe(true);
  expect(svg).toContain('load &lt;a &amp; b&gt;');
  expect(svg).toContain('3 passes · 3 levels · 4 barriers · 2 waits');
  expect(count(/<g><rect [^>]*rx="6"/g)).toBe(3);
  expect(count(/<g><title>[^<]*<\/title><rect /g)).toBe(4);
  for (const tag of ['g', 'text', 'title', 'path', 'marker']) {
    expect(`${tag} ${count(new RegExp(`<${tag}[ >]`, 'g'))}`).toBe(
      `${tag} ${count(new RegExp(`</${tag}>`, 'g')) + count(new RegExp(`<${tag} [^>]*/>`, 'g'))}`,
    );
  }
});

test('a plan of several queues is executed, not recorded', () => {
  const plan = new Graph<never>()
    .pass({ name: 'load', queue: 'transfer', writes: ['x'] })
    .pass({ name: 'step', reads: ['x'], writes: ['y'] })
    .compile();
  expect(() => plan.record(undefined as never)).toThrow(
    'Cannot record the plan: its passes run on several queues, or on the host; call plan.execute',
  );
});

test('plans and resources print themselves', () => {
  const graph = new Graph<never>();
  expect(String(graph.importBuffer('cells', { byteLength: 64 }))).toBe('GraphBuffer("cells", imported, 64 bytes)');
  expect(String(graph.transientImage('glow', { size: [8, 4], format: 'rgba16float' }))).toBe(
    'GraphImage("glow", transient, 8×4 rgba16float)',
  );
  expect(String(graph.hostValue('settings', {}))).toBe('HostValue("settings")');
  expect(String(graph.pass(pass('a', '', 'x')).compile())).toBe('Plan(a)');
  expect(() => graph.hostValue('glow', 1)).toThrow(
    'Cannot declare "glow": the graph has a resource of that name; give each its own',
  );
});

test('a resource of another graph is refused when a pass is declared with it', () => {
  const [graph, other] = [new Graph<never>(), new Graph<never>()];
  graph.importBuffer('cells', { byteLength: 64 });
  const cells = other.importBuffer('cells', { byteLength: 64 });
  const picture = other.transientImage('picture', { size: [8, 8], format: 'rgba8unorm' });
  const count = other.hostValue('count', 0);
  expect(() => graph.pass({ name: 'a', reads: [cells] })).toThrow(
    'Cannot add pass "a": it reads "cells", which another graph has declared; declare it in this one',
  );
  expect(() => graph.pass({ name: 'a', writes: [use(picture, 'storage-write')] })).toThrow(
    'Cannot add pass "a": it writes "picture", which another graph has declared; declare it in this one',
  );
  expect(() => graph.pass({ name: 'a', queue: 'host', reads: [count] })).toThrow(
    'Cannot add pass "a": it reads "count", which another graph has declared; declare it in this one',
  );
  other.pass({ name: 'a', reads: [cells], writes: [use(picture, 'storage-write')] });
});

test('a declared resource is not used by its name alone', () => {
  const graph = new Graph<never>();
  graph.importBuffer('cells', { byteLength: 64 });
  expect(() => graph.pass(pass('a', 'cells', 'x'))).toThrow(
    'Cannot add pass "a": it names "cells", which the graph declares; give what declaring it returned',
  );
  graph.pass(pass('a', '', 'x'));
  expect(() => graph.importBuffer('x', { byteLength: 64 })).toThrow(
    'Cannot declare "x": a pass uses that name for memory that isn\'t declared; declare it first',
  );
});

test('hazards across a stage between, and those that a barrier has ended before, are told of', () => {
  const graph = new Graph<never>()
    .stage('upload')
    .stage('mid', { after: ['upload'] })
    .stage('render', { after: ['mid'] })
    .stage('post', { after: ['render', 'upload'] })
    .pass({ ...pass('fill', '', 'v'), stage: 'upload' })
    .pass({ ...pass('sky', 'z', 'w'), stage: 'mid' })
    .pass({ ...pass('draw', 'v', 'p'), stage: 'render' })
    .pass({ ...pass('tone', 'v p', 'q'), stage: 'post' });
  expect(graph.compile().explain().split('\n').slice(-5).join('\n')).toMatchInlineSnapshot(`
    "Between upload and mid: no hazard between their passes
    Between mid and render: no hazard between their passes
    Between upload and render: draw reads v that fill writes (read after write)
    Between render and post: tone reads p that draw writes (read after write)
    Between upload and post: tone reads v that fill writes (read after write)"
  `);
});

test('an order of stages costs no barrier, even beside passes that need one', () => {
  const graph = new Graph<never>()
    .stage('later', { after: ['sooner'] })
    .pass({ ...pass('x', '', 'm'), stage: 'sooner' })
    .pass({ ...pass('y', '', 'n'), stage: 'later' })
    .pass(pass('a', '', 'o'))
    .pass(pass('b', 'o', 'p'))
    .pass(pass('z', 'n', 'q'));
  const plan = graph.compile();
  expect(plan.levels).toEqual([
    ['x', 'y', 'a'],
    ['b', 'z'],
  ]);
  expect(plan.counts.barriers).toBe(1);
});
