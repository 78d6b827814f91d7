/** What the exchange kernel copies, held against loops over the same lists. */
import type { Buffer, Device } from '@halocline/gpu';
import { gpuTest } from '@halocline/testing';
import fc from 'fast-check';
import { expect } from 'vitest';
import { EngineKernels } from '../src/engine-kernels.ts';
import { EntryTables } from '../src/halo/entry-tables.ts';

type Words = Uint32Array<ArrayBuffer>;

/** How an entry's side lists its places: one after the other, by fours that stand together, or each for itself. */
type Shape = 'row' | 'fours' | 'words';

interface Case {
  readonly count: number;
  readonly source: Shape;
  readonly target: Shape;
  /** Words before the arrays begin: 1 takes them off the 16 bytes. */
  readonly shift: number;
  readonly seed: number;
}

const ROOM = 2 ** 20;

/** Distinct places, in an order of no meaning. */
function placesOf(shape: Shape, count: number, seed: number): Words | null {
  if (shape === 'row') return null;
  const each = shape === 'fours' ? 4 : 1;
  const groups = Math.ceil(count / each);
  const all = ROOM / 2 / each;
  // Odd strides visit every place of a power of two once.
  const stride = 2 * (seed % 1000) + 3;
  const places = Uint32Array.from({ length: groups * each }, (_, n) => {
    const group = (seed + Math.floor(n / each) * stride) % all;
    return each * group + (n % each);
  });
  return places.slice(0, count);
}

async function differences(device: Device, cases: readonly Case[], open: 0 | 1): Promise<number> {
  using kernels = new EngineKernels(device);
  using tables = new EntryTables({ device, kernels, pools: { halos: device } });
  using stack = new DisposableStack();
  const args = stack.use(device.createBuffer({ label: 'args', byteLength: 16 }));
  await device.staging.upload(args, 0, Uint32Array.of(1, 1, open, 0));
  const made = cases.map(({ count, source, target, shift, seed }, number) => {
    const make = (label: string): Buffer => stack.use(device.createBuffer({ label, byteLength: 4 * ROOM }));
    const [from, to] = [make(`from ${number}`), make(`to ${number}`)];
    const data = Uint32Array.from({ length: ROOM }, (_, n) => Math.imul(n + seed, 2_654_435_761));
    const lists = [placesOf(source, count, seed), placesOf(target, count, seed + 77)] as const;
    const expected = new Uint32Array(ROOM);
    const moved = open === 1 ? count : 0;
    for (let n = 0; n < moved; n++) expected[shift + (lists[1]?.[n] ?? n)] = data[shift + (lists[0]?.[n] ?? n)]!;
    const entry = {
      source: from.address + BigInt(4 * shift),
      target: to.address + BigInt(4 * shift),
      sourceWords: lists[0],
      targetWords: lists[1],
      count,
    };
    return { from, to, data, expected, entry };
  });
  const entries = made.map(({ entry }) => entry);
  tables.add('all', entries);
  for (const { from, to, data } of made) {
    await device.staging.upload(from, 0, data);
    await device.staging.upload(to, 0, new Uint32Array(ROOM));
  }
  await tables.upload();
  await device.submitOnce('exchange', (encoder) => {
    for (const { from, to } of made) encoder.uses(from).uses(to);
    tables.record(encoder.uses(args), ['all'], args.address);
  });
  let wrong = 0;
  for (const { to, expected } of made) {
    const found = new Uint32Array((await device.staging.download(to)).buffer);
    for (let n = 0; n < ROOM; n++) wrong += Number(found[n] !== expected[n]);
  }
  return wrong;
}

gpuTest('words go where lists say, by fours and one by one, in long lists and short ones', {}, async ({ device }) => {
  const long = 4 * 256 * 64 * 4 + 4 * 300; // more than one turn of a thread's four
  const shapes = ['row', 'fours', 'words'] as const;
  const cases = shapes.flatMap((source) =>
    shapes.flatMap((target) => [long, 1028, 7].map((count) => ({ count, source, target, shift: 0, seed: count }))),
  );
  expect(await differences(device, cases.slice(0, 14), 1)).toBe(0);
  expect(await differences(device, cases.slice(14), 1)).toBe(0);
  expect(await differences(device, cases.slice(0, 3), 0)).toBe(0);
});

gpuTest('random entries have the words of a loop', {}, async ({ device }) => {
  const side = fc.constantFrom<Shape>('row', 'fours', 'words');
  const one = fc.record({
    count: fc.integer({ min: 0, max: 9000 }),
    source: side,
    target: side,
    shift: fc.constantFrom(0, 0, 1, 4),
    seed: fc.nat(100_000),
  });
  const property = fc.asyncProperty(fc.array(one, { minLength: 1, maxLength: 4 }), async (cases) => {
    expect(await differences(device, cases, 1)).toBe(0);
  });
  await fc.assert(property, { numRuns: 12 });
});
