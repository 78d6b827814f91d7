import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Graph, GraphError } from '../src/index.ts';

test('a graph of host passes alone needs no device, and those without a conflict run at once', async () => {
  const graph = new Graph();
  const log: string[] = [];
  const gate = Promise.withResolvers<void>();
  const total = graph.hostValue('total', 0);
  graph
    .pass({ name: 'slow', queue: 'host', writes: ['a'], run: () => gate.promise })
    .pass({ name: 'fast', queue: 'host', writes: ['b'], run: () => (log.push('fast'), gate.resolve()) })
    .pass({ name: 'sum', queue: 'host', reads: ['a', 'b'], writes: [total], run: () => void (total.value += 2) })
    .pass({ name: 'show', queue: 'host', reads: [total], run: () => void log.push(`total ${total.value}`) });
  using plan = graph.compile();
  await Promise.all([plan.execute(), plan.execute()]);
  expect(log).toEqual(['fast', 'total 2', 'fast', 'total 4']);
});

test('a host pass that throws ends the execution, by name, and nothing behind it runs', async () => {
  const graph = new Graph();
  const log: string[] = [];
  graph
    .pass({
      name: 'parse',
      queue: 'host',
      writes: ['a'],
      run: () => {
        throw new RangeError('too short');
      },
    })
    .pass({ name: 'use', queue: 'host', reads: ['a'], run: () => void log.push('used') });
  using plan = graph.compile();
  await expect(plan.execute()).rejects.toThrow(new GraphError('Cannot run pass "parse": too short'));
  await expect(plan.execute()).rejects.toThrow('Cannot run pass "parse": too short');
  expect(log).toEqual([]);
});

test('a device is asked for where one is needed', async () => {
  using plan = new Graph().pass({ name: 'step', writes: ['field'] }).compile();
  await expect(plan.execute()).rejects.toThrow(
    'Cannot execute the plan: pass "step" runs on a device, and none was given; give one',
  );
});

test('a pass has the function of its queue', () => {
  const graph = new Graph();
  expect(() => graph.pass({ name: 'a', queue: 'host', record: () => undefined })).toThrow(
    'Cannot add pass "a": it runs on the host and records commands; give it "run" instead',
  );
  expect(() => graph.pass({ name: 'a', run: () => undefined })).toThrow(
    'Cannot add pass "a": it runs on the device and has a function for the host; give it "record", or queue \'host\'',
  );
  expect(() => graph.pass({ name: 'a', reads: [graph.hostValue('v', 1)] })).toThrow(
    'Cannot add pass "a": it reads "v", and it runs on the compute queue, which can\'t reach a host value; copy it to a buffer',
  );
});

test('host passes in whatever order do what they do one after the other', async () => {
  const names = ['a', 'b', 'c', 'd'];
  const made = fc.record({
    reads: fc.subarray(names),
    write: fc.constantFrom(...names),
    turns: fc.nat(4),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(made, { maxLength: 10 }), async (passes) => {
      const graph = new Graph();
      const values = new Map(names.map((name, index) => [name, graph.hostValue(name, index)]));
      const model = new Map(names.map((name, index) => [name, index]));
      for (const [index, { reads, write, turns }] of passes.entries()) {
        const sum = (of: (name: string) => number) => reads.reduce((total, name) => 3 * total + of(name), index);
        model.set(
          write,
          sum((name) => model.get(name)!),
        );
        graph.pass({
          name: `${index}`,
          queue: 'host',
          reads: reads.map((name) => values.get(name)!),
          writes: [values.get(write)!],
          run: async () => {
            const seen = sum((name) => values.get(name)!.value);
            for (let turn = 0; turn < turns; turn++) await Promise.resolve();
            values.get(write)!.value = seen;
          },
        });
      }
      using plan = graph.compile();
      await plan.execute();
      expect([...values].map(([name, { value }]) => [name, value])).toEqual([...model]);
    }),
    { numRuns: 300 },
  );
});
