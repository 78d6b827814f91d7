import { gpuTest } from '@halocline/testing';
import fc from 'fast-check';
import { expect } from 'vitest';
import { Graph, use } from '../src/index.ts';
import { Queue } from '../src/command/queue.ts';
import type { ComputePipeline, Device, Encoder, GraphBuffer, GraphImage } from '../src/index.ts';
import { makerOf, setMaker } from '../src/memory/buffer.ts';
import { wordsIn } from './kernels.ts';

const WORDS = 64;
const BYTES = 4 * WORDS;
const HALF = BYTES / 2;

const ADD = `
layout(local_size_x = 64) in;
layout(set = 0, binding = 0) readonly buffer From { uint from[]; };
layout(set = 0, binding = 1) buffer To { uint to[]; };
void main() { to[gl_LocalInvocationID.x] += 3u * from[gl_LocalInvocationID.x]; }`;

const addPipeline = async (device: Device): Promise<ComputePipeline> =>
  device.createPipeline({ label: 'add', spirv: await device.compile(ADD, { label: 'add' }) });

const BUFFERS = ['in', 'out', 'x', 'y', 'z'] as const;
const IMAGES = ['p', 'q'] as const;
type Name = (typeof BUFFERS)[number] | (typeof IMAGES)[number];
interface Operation {
  readonly kind: 'fill' | 'copy' | 'add' | 'clear';
  readonly from: Name;
  readonly to: Name;
  readonly half: 0 | 1 | undefined;
  readonly value: number;
  readonly queue: 'compute' | 'transfer';
}
const isImage = (name: Name): boolean => name === 'p' || name === 'q';

const operation = fc
  .record<Operation>({
    kind: fc.constantFrom('fill', 'copy', 'copy', 'add', 'clear'),
    from: fc.constantFrom(...BUFFERS, ...IMAGES),
    to: fc.constantFrom(...BUFFERS, ...IMAGES),
    half: fc.constantFrom(undefined, undefined, 0 as const, 1 as const),
    value: fc.nat(9),
    queue: fc.constantFrom('compute', 'transfer'),
  })
  .filter(({ kind, from, to, half }) => {
    if (kind === 'fill') return !isImage(to);
    if (kind === 'clear') return isImage(to) && half === undefined;
    if (kind === 'add') return from !== to && !isImage(from) && !isImage(to) && half === undefined;
    return from !== to && !(half !== undefined && (isImage(from) || isImage(to)));
  });

/** Those of the operations that read nothing that wasn't written. */
function sound(operations: readonly Operation[]): Operation[] {
  const written = new Set<string>(['in 0', 'in 1', 'out 0', 'out 1']);
  const halves = ({ half }: Operation): number[] => (half === undefined ? [0, 1] : [half]);
  return operations.filter((each) => {
    const reads = each.kind === 'copy' || each.kind === 'add' ? [each.from] : [];
    if (each.kind === 'add') reads.push(each.to);
    if (!reads.every((name) => halves(each).every((half) => written.has(`${name} ${half}`)))) return false;
    for (const half of halves(each)) written.add(`${each.to} ${half}`);
    return true;
  });
}

/** What the operations make of the buffers, one after the other. */
function model(operations: readonly Operation[], state: Map<Name, Uint32Array>): void {
  for (const { kind, from, to, half, value } of operations) {
    const [start, end] = half === undefined ? [0, WORDS] : [(half * WORDS) / 2, ((half + 1) * WORDS) / 2];
    const [source, target] = [state.get(from)!, state.get(to)!];
    for (let at = start; at < end; at++) {
      if (kind === 'fill' || kind === 'clear') target[at] = value;
      else target[at] = kind === 'copy' ? source[at]! : target[at]! + 3 * source[at]!;
    }
  }
}

function graphOf(operations: readonly Operation[], add: ComputePipeline): Graph {
  const graph = new Graph();
  const image = { size: [8, 8], format: 'r32uint' } as const;
  const buffers = new Map<Name, GraphBuffer<'any'>>();
  const images = new Map<Name, GraphImage<'any'>>();
  for (const name of ['in', 'out'] as const) buffers.set(name, graph.importBuffer(name, { byteLength: BYTES }));
  for (const name of ['x', 'y', 'z'] as const) buffers.set(name, graph.transientBuffer(name, { byteLength: BYTES }));
  for (const name of IMAGES) images.set(name, graph.transientImage(name, image));
  for (const [index, { kind, from, to, half, value, queue }] of operations.entries()) {
    const part = half === undefined ? {} : { byteOffset: half * HALF, byteLength: HALF };
    const resource = (name: Name) => (buffers.get(name) ?? images.get(name))!;
    const name = `${index}: ${kind} ${from} ${to}`;
    if (kind === 'add') {
      graph.pass({
        name,
        reads: [buffers.get(from)!, buffers.get(to)!],
        writes: [buffers.get(to)!],
        record: (encoder, at) =>
          encoder
            .pipeline(add)
            .bind(0, at.buffer(buffers.get(from)!))
            .bind(1, at.buffer(buffers.get(to)!))
            .dispatch(1),
      });
      continue;
    }
    graph.pass({
      name,
      queue: kind === 'clear' ? 'compute' : queue,
      reads: kind === 'copy' ? [use(resource(from), 'transfer-source', part)] : [],
      writes: [use(resource(to), 'transfer-target', { ...part, discard: index % 2 === 0 })],
      record: (encoder, at) => {
        const buffer = (name: Name) => at.buffer(buffers.get(name)!);
        const image = (name: Name) => at.image(images.get(name)!);
        const { byteOffset = 0, byteLength = BYTES } = part;
        if (kind === 'fill') encoder.fill(buffer(to), byteOffset, byteLength, value);
        else if (kind === 'clear') encoder.clear(image(to), value);
        else if (isImage(from) && isImage(to)) encoder.copyImage(image(from), image(to));
        else if (isImage(to)) encoder.copyBufferToImage(buffer(from), image(to));
        else if (isImage(from)) encoder.copyImageToBuffer(image(from), buffer(to));
        else encoder.copy(buffer(from), byteOffset, buffer(to), byteOffset, byteLength);
      },
    });
  }
  return graph;
}

/** A device whose transfers have a queue of their own: another timeline over the same queue of the driver, and of its family. */
function withSecondQueue(device: Device): Device & Disposable {
  const maker = makerOf(device);
  const timeline = device.createTimeline('second queue');
  const { family, handle } = device.compute;
  const transfer = new Queue(maker.driver, family, handle, timeline, 'second');
  const end = (): void => {
    maker.driver.progress.splice(maker.driver.progress.indexOf(timeline), 1);
    timeline[Symbol.dispose]();
  };
  const twin = new Proxy(device, {
    get(target, key) {
      if (key === 'transfer') return transfer;
      if (key === 'record') return (label: string, body: (encoder: Encoder) => void) => target.record(label, body);
      if (key === Symbol.dispose) return end;
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === 'function' ? (value as (...words: unknown[]) => unknown).bind(target) : value;
    },
  });
  setMaker(twin, maker);
  return twin as Device & Disposable;
}

/** Executes random graphs three times over, and compares with the model. */
async function tryGraphs(device: Device, numRuns: number): Promise<void> {
  using add = await addPipeline(device);
  using input = device.createBuffer({ label: 'in', byteLength: BYTES });
  using output = device.createBuffer({ label: 'out', byteLength: BYTES });
  await fc.assert(
    fc.asyncProperty(fc.array(operation, { maxLength: 14 }), fc.boolean(), async (operations, reuse) => {
      const list = sound(operations);
      using plan = graphOf(list, add).compile();
      const state = new Map<Name, Uint32Array>([...BUFFERS, ...IMAGES].map((name) => [name, new Uint32Array(WORDS)]));
      const start = { in: 1, out: 1000 } as const;
      for (const buffer of [input, output]) {
        const name = buffer.label as 'in' | 'out';
        state.get(name)!.set(Uint32Array.from({ length: WORDS }, (_, at) => at + start[name]));
        await device.staging.upload(buffer, 0, state.get(name)!.slice());
      }
      await device.idle(); // the staging knows nothing of the second queue
      const uses = (name: Name) =>
        list.some(({ kind, from, to }) => to === name || (kind !== 'fill' && kind !== 'clear' && from === name));
      const imports = { ...(uses('in') ? { in: input } : {}), ...(uses('out') ? { out: output } : {}) };
      for (let run = 0; run < 3; run++) model(list, state);
      const runs = [0, 1, 2].map(() => plan.start({ device, imports, reuse }));
      await Promise.all(runs.map(({ done }) => done));
      expect(await wordsIn(device, input)).toEqual([...state.get('in')!]);
      expect(await wordsIn(device, output)).toEqual([...state.get('out')!]);
    }),
    { numRuns },
  );
}

gpuTest('random graphs do what their passes do one after the other', { timeoutMs: 300_000 }, ({ device }) =>
  tryGraphs(device, 300),
);

gpuTest('and so they do where transfers have a queue of their own', { timeoutMs: 300_000 }, async ({ device }) => {
  using twin = withSecondQueue(device);
  await tryGraphs(twin, 200);
});

gpuTest('a plan is executed with other buffers each time', {}, async ({ device }) => {
  using add = await addPipeline(device);
  const graph = new Graph();
  const [old, next] = ['old', 'next'].map((name) => graph.importBuffer(name, { byteLength: BYTES, role: 'storage' }));
  graph.pass({
    name: 'add',
    reads: [old!, next!],
    writes: [next!],
    record: (encoder, at) => encoder.pipeline(add).bind(0, at.buffer(old!)).bind(1, at.buffer(next!)).dispatch(1),
  });
  using plan = graph.compile();
  const make = (label: string) => device.createBuffer({ label, byteLength: BYTES, role: 'storage' });
  using a = make('a');
  using b = make('b');
  for (const buffer of [a, b]) void device.staging.upload(buffer, 0, new Uint32Array(WORDS).fill(1));
  for (let run = 0; run < 2; run++) {
    plan.start({ device, imports: { old: a, next: b }, reuse: true });
    plan.start({ device, imports: { old: b, next: a }, reuse: true });
  }
  expect((await wordsIn(device, a))[0]).toBe(142);
  await expect(plan.execute({ device, imports: { old: a } })).rejects.toThrow(
    'Cannot import buffer "next": nothing was given for it; name it among the imports',
  );
  await expect(plan.execute({ device, imports: { old: a, next: b, last: a } })).rejects.toThrow(
    'Cannot import "last": the graph has no import of that name; it has old, next',
  );
  using sky = device.createImage({ label: 'sky', size: [8, 8], format: 'rgba8unorm' });
  const strays = [
    [3, '3'],
    [{}, 'a value of type Object'],
    [sky, 'image "sky"'],
  ] as const;
  for (const [given, text] of strays) {
    await expect(async () => plan.execute({ device, imports: { old: a, next: given as never } })).rejects.toThrow(
      `Cannot import buffer "next": ${text} was given; give a buffer`,
    );
  }
  await expect(async () => plan.execute({ device, imports: 3 as never })).rejects.toThrow(
    'Cannot execute the plan: its imports are 3; give an object',
  );
  using small = device.createBuffer({ label: 'small', byteLength: 16, role: 'storage' });
  await expect(plan.execute({ device, imports: { old: a, next: small } })).rejects.toThrow(
    'Cannot import buffer "next": buffer "small" has 16 bytes, not 256; give a larger one',
  );
  using points = device.createBuffer({ label: 'points', byteLength: BYTES, role: 'vertex' });
  await expect(plan.execute({ device, imports: { old: a, next: points } })).rejects.toThrow(
    'Cannot import buffer "next": buffer "points" has role "vertex", not "storage"; give one of that role',
  );
});

gpuTest('an image that is given must be as the declared one is', {}, async ({ device }) => {
  const graph = new Graph();
  const photo = graph.importImage('photo', { size: [8, 8], format: 'rgba8unorm', arrives: 'undefined' });
  graph.pass({
    name: 'clear',
    writes: [use(photo, 'transfer-target')],
    record: (encoder, at) => encoder.clear(at.image(photo), 0),
  });
  using plan = graph.compile();
  using small = device.createImage({ label: 'small', size: [4, 4], format: 'rgba8unorm' });
  using deep = device.createImage({ label: 'deep', size: [8, 8, 2], format: 'rgba8unorm' });
  using many = device.createImage({ label: 'many', size: [8, 8], format: 'rgba8unorm', samples: 4 });
  const wanted = 'not 8×8 rgba8unorm, 1 mips, 1 layers, 1 samples; give one like it';
  await expect(plan.execute({ device, imports: { photo: small } })).rejects.toThrow(
    `Cannot import image "photo": image "small" is 4×4 rgba8unorm, 1 mips, 1 layers, 1 samples, ${wanted}`,
  );
  await expect(plan.execute({ device, imports: { photo: deep } })).rejects.toThrow(
    `Cannot import image "photo": image "deep" is 8×8×2 rgba8unorm, 1 mips, 1 layers, 1 samples, ${wanted}`,
  );
  await expect(plan.execute({ device, imports: { photo: many } })).rejects.toThrow(
    `Cannot import image "photo": image "many" is 8×8 rgba8unorm, 1 mips, 1 layers, 4 samples, ${wanted}`,
  );
  using fits = device.createImage({ label: 'fits', size: [8, 8], format: 'rgba8unorm' });
  await plan.execute({ device, imports: { photo: fits } });
});

gpuTest(
  'one buffer for two resources of a graph is refused, unless nothing must be ordered',
  {},
  async ({ device }) => {
    using buffer = device.createBuffer({ label: 'b', byteLength: BYTES });
    await device.staging.upload(buffer, 0, new Uint32Array(WORDS));
    const graph = new Graph();
    const [x, y, z] = ['x', 'y', 'z'].map((name) => graph.importBuffer(name, { byteLength: BYTES }));
    const nothing = () => undefined;
    graph.pass({ name: 'p', reads: [x!, y!], sideEffects: true, record: nothing });
    graph.pass({ name: 'q', writes: [z!], record: nothing });
    using plan = graph.compile();
    using spare = device.createBuffer({ label: 'spare', byteLength: BYTES });
    await plan.execute({ device, imports: { x: buffer, y: buffer, z: spare } });
    await expect(plan.execute({ device, imports: { x: spare, y: buffer, z: buffer } })).rejects.toThrow(
      'Cannot import buffer "z": buffer "b" was given, and it was given for "y" too; touches by two names aren\'t ordered: use one for it',
    );
    const named = new Graph();
    const cells = named.importBuffer('cells', { byteLength: BYTES });
    named.pass({ name: 'p', writes: [cells], record: nothing }).pass({ name: 'q', reads: [buffer], record: nothing });
    using both = named.compile();
    await expect(both.execute({ device, imports: { cells: buffer } })).rejects.toThrow(
      'Cannot import buffer "cells": buffer "b" was given, and passes name it directly too; touches by two names aren\'t ordered: use one for it',
    );
    await both.execute({ device, imports: { cells: spare } });
  },
);

gpuTest('an import that a graph declares and no pass uses may be given or not', {}, async ({ device }) => {
  const graph = new Graph();
  const used = graph.importBuffer('used', { byteLength: BYTES, role: 'storage' });
  graph.importBuffer('spare', { byteLength: BYTES, role: 'storage' });
  graph.pass({
    name: 'fill',
    writes: [use(used, 'transfer-target')],
    record: (encoder, at) => encoder.fill(at.buffer(used), 0, BYTES, 7),
  });
  using plan = graph.compile();
  using buffer = device.createBuffer({ label: 'used', byteLength: BYTES, role: 'storage' });
  await plan.execute({ device, imports: { used: buffer, spare: buffer } });
  await plan.execute({ device, imports: { used: buffer } });
  expect((await wordsIn(device, buffer))[0]).toBe(7);
});

gpuTest('recordings that are kept are made again when a buffer of theirs is gone', {}, async ({ device }) => {
  const graph = new Graph();
  const cells = graph.importBuffer('cells', { byteLength: BYTES, role: 'storage' });
  let recorded = 0;
  graph.pass({
    name: 'fill',
    writes: [use(cells, 'transfer-target')],
    record: (encoder, at) => {
      recorded++;
      encoder.fill(at.buffer(cells), 0, BYTES, 7);
    },
  });
  using plan = graph.compile();
  const make = () => device.createBuffer({ label: 'cells', byteLength: BYTES, role: 'storage' });
  {
    using first = make();
    for (let run = 0; run < 3; run++) await plan.execute({ device, imports: { cells: first }, reuse: true });
    expect(recorded).toBe(1);
  }
  using second = make();
  await plan.execute({ device, imports: { cells: second }, reuse: true });
  expect(recorded).toBe(2);
  expect((await wordsIn(device, second))[63]).toBe(7);
});

gpuTest('a kept transient is read after the execution, and its neighbours share memory', {}, async ({ device }) => {
  const graph = new Graph();
  const [a, b, c] = ['a', 'b', 'c'].map((name) => graph.transientBuffer(name, { byteLength: 2 ** 20 }));
  const sum = graph.transientBuffer('sum', { byteLength: BYTES, kept: true });
  graph.pass({
    name: 'fill',
    writes: [use(a!, 'transfer-target')],
    record: (encoder, at) => encoder.fill(at.buffer(a!), 0, BYTES, 5),
  });
  for (const [from, to] of [
    [a!, b!],
    [b!, c!],
    [c!, sum],
  ] as const) {
    graph.pass({
      name: `${from.label} to ${to.label}`,
      reads: [use(from, 'transfer-source')],
      writes: [use(to, 'transfer-target')],
      record: (encoder, at) => encoder.copy(at.buffer(from), 0, at.buffer(to), 0, BYTES),
    });
  }
  using plan = graph.compile();
  expect(() => plan.buffer(sum, device)).toThrow(
    'Cannot give transient buffer "sum": the plan was not executed on the device; execute it first',
  );
  await plan.execute({ device });
  expect((await wordsIn(device, plan.buffer(sum, device)))[0]).toBe(5);
  expect(() => plan.buffer(a!, device)).toThrow(
    'Cannot give transient buffer "a": it is not kept; declare it with kept: true',
  );
  expect(plan.on(device).arenas.map(({ byteLength }) => byteLength)).toEqual([2 ** 21]);
});

gpuTest('a host pass waits only for what it reads of the device', {}, async ({ device }) => {
  const graph = new Graph();
  const log: string[] = [];
  const report = graph.importBuffer('report', { byteLength: BYTES, role: 'download' });
  const order = graph.importBuffer('order', { byteLength: BYTES, role: 'upload' });
  const settings = graph.hostValue('settings', 0);
  graph
    .pass({ name: 'parse', queue: 'host', writes: [settings], run: () => void (settings.value = 4) })
    .pass({
      name: 'write order',
      queue: 'host',
      reads: [settings],
      writes: [order],
      run: (at) => {
        const { buffer, byteOffset } = at.buffer(order).mapped;
        new Uint32Array(buffer, byteOffset, WORDS).fill(settings.value);
      },
    })
    .pass({
      name: 'answer',
      queue: 'transfer',
      reads: [order],
      writes: [report],
      record: (encoder, at) => encoder.copy(at.buffer(order), 0, at.buffer(report), 0, BYTES),
    })
    .pass({
      name: 'read report',
      queue: 'host',
      reads: [report],
      run: (at) => void log.push(`report ${new Uint32Array(at.buffer(report).mapped.slice().buffer)[9]}`),
    })
    .pass({ name: 'greet', queue: 'host', run: () => void log.push('hello') });
  using plan = graph.compile();
  using up = device.createBuffer({ label: 'up', byteLength: BYTES, memory: 'upload', role: 'upload' });
  using down = device.createBuffer({ label: 'down', byteLength: BYTES, memory: 'download', role: 'download' });
  const runs = [0, 1].map(() => plan.start({ device, imports: { report: down, order: up } }));
  await Promise.all(runs.map(({ done }) => done));
  expect(log).toEqual(['hello', 'report 4', 'hello', 'report 4']);
  expect(plan.on(device).steps.flatMap(({ after }) => after?.reasons ?? [])).toEqual([
    { kind: 'read after write', resource: 'report', earlier: 'answer', later: 'read report' },
  ]);
});

gpuTest("a device's own buffers and images stand in a pass as they are", {}, async ({ device }) => {
  using points = device.createBuffer({ label: 'points', byteLength: BYTES, role: 'vertex' });
  using photo = device.createImage({ label: 'photo', size: [8, 8], format: 'r32uint', role: 'texture', mips: 2 });
  // @ts-expect-error a vertex buffer is no index buffer
  use(points, 'index');
  // @ts-expect-error a texture is no attachment
  use(photo, 'color-attachment');
  const graph = new Graph();
  const [base, half] = [
    { mip: 0, mips: 1 },
    { mip: 1, mips: 1 },
  ];
  graph
    .pass({
      name: 'paint',
      writes: [use(photo, 'transfer-target', { discard: true })],
      record: (encoder) => encoder.clear(photo, 6, base).clear(photo, 7, half),
    })
    .pass({
      name: 'fetch',
      reads: [use(photo, 'transfer-source', half)],
      writes: [points],
      record: (encoder) => encoder.copyImageToBuffer(photo, points, { mip: 1 }),
    });
  using plan = graph.compile();
  await plan.execute({ device });
  expect((await wordsIn(device, points)).slice(0, 16)).toEqual(Array.from({ length: 16 }, () => 7));
  const texels = new Uint32Array((await device.downloadImage(photo, { before: 'sampled' })).buffer);
  expect(texels[0]).toBe(6);
});

gpuTest('a transient that the host reads is mapped', {}, async ({ device }) => {
  const graph = new Graph();
  const report = graph.transientBuffer('report', { byteLength: BYTES, role: 'download' });
  let seen = 0;
  graph
    .pass({ name: 'fill', writes: [report], record: (encoder, at) => encoder.fill(at.buffer(report), 0, BYTES, 3) })
    .pass({ name: 'read', queue: 'host', reads: [report], run: (at) => void (seen = at.buffer(report).mapped[4]!) });
  using plan = graph.compile();
  await plan.execute({ device });
  expect(seen).toBe(3);
});

gpuTest('a plan with transients is recorded into commands of the caller', {}, async ({ device }) => {
  const graph = new Graph();
  const draft = graph.transientBuffer('draft', { byteLength: BYTES });
  const out = graph.importBuffer('out', { byteLength: BYTES });
  graph
    .pass({
      name: 'keep',
      reads: [use(out, 'transfer-source')],
      writes: [use(draft, 'transfer-target')],
      record: (encoder, at) => encoder.copy(at.buffer(out), 0, at.buffer(draft), 4, BYTES - 4),
    })
    .pass({
      name: 'shift',
      reads: [use(draft, 'transfer-source')],
      writes: [use(out, 'transfer-target')],
      record: (encoder, at) => encoder.copy(at.buffer(draft), 4, at.buffer(out), 4, BYTES - 4),
    })
    .pass({
      name: 'mark',
      writes: [use(out, 'transfer-target', { byteOffset: 0, byteLength: 4 })],
      record: (encoder, at) => encoder.fill(at.buffer(out), 0, 4, 1),
    });
  using plan = graph.compile();
  using buffer = device.createBuffer({ label: 'out', byteLength: BYTES });
  void device.staging.upload(buffer, 0, new Uint32Array(WORDS).fill(9));
  const imports = { out: buffer };
  using commands = device.record('frame', (encoder) => plan.record(encoder, { device, imports }));
  for (let frame = 0; frame < 3; frame++) device.compute.submit([commands]);
  expect((await wordsIn(device, buffer)).slice(0, 5)).toEqual([1, 1, 1, 9, 9]);
  expect(() => device.record('frame', (encoder) => plan.record(encoder, { imports }))).toThrow(
    'Cannot record the plan: buffer "draft" is transient and needs memory; give the device',
  );
});

gpuTest('an execution that a host pass ended leaves a plan that can be executed again', {}, async ({ device }) => {
  const graph = new Graph();
  const count = graph.transientBuffer('count', { byteLength: BYTES, role: 'download' });
  const out = graph.importBuffer('out', { byteLength: BYTES });
  const seen: number[] = [];
  graph
    .pass({ name: 'fill', writes: [count], record: (encoder, at) => encoder.fill(at.buffer(count), 0, BYTES, 6) })
    .pass({
      name: 'check',
      queue: 'host',
      reads: [count],
      writes: ['verdict'],
      run: (at) => {
        seen.push(at.buffer(count).mapped[0]!);
        if (seen.length === 1) throw new Error('not yet');
      },
    })
    .pass({
      name: 'publish',
      writes: [use(out, 'transfer-target')],
      after: ['check'],
      record: (encoder, at) => encoder.fill(at.buffer(out), 0, BYTES, 8),
    });
  using plan = graph.compile();
  using buffer = device.createBuffer({ label: 'out', byteLength: BYTES });
  await device.submitOnce('clear', (encoder) => encoder.fill(buffer, 0, BYTES, 0));
  const imports = { out: buffer };
  await expect(plan.execute({ device, imports })).rejects.toThrow('Cannot run pass "check": not yet');
  expect((await wordsIn(device, buffer))[0]).toBe(0);
  await plan.execute({ device, imports });
  expect((await wordsIn(device, buffer))[0]).toBe(8);
  expect(seen).toEqual([6, 6]);
});
