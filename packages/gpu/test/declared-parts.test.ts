import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Access } from '../src/index.ts';
import { carry, uncarry } from '../src/tracking/carried.ts';
import { RecordingTracker } from '../src/tracking/recording.ts';
import type { DeclaredUse, TouchedRange, TrackedResource } from '../src/tracking/tracker.ts';

const x: TrackedResource = { kind: 'buffer', label: 'x', byteLength: 256 };
const picture: TrackedResource = { kind: 'image', label: 'picture', mips: 3, layers: 2 };
const bytes = (start: number, end: number) => ({ byteOffset: start, byteLength: end - start });

/** What is said of touches in a pass that declares these uses. */
function said(declared: readonly DeclaredUse[], body: (recording: RecordingTracker) => void): string[] {
  const messages: string[] = [];
  const report = ({ rule, message }: { rule: string; message: string }): void => {
    if (rule === 'undeclared-use') messages.push(message);
  };
  const recording = new RecordingTracker({ label: 'step', report });
  recording.beginPass('p', declared);
  body(recording);
  recording.endPass();
  recording.finish();
  return messages;
}

const does = (access: Access, resource: TrackedResource, range?: TouchedRange) => (recording: RecordingTracker) => {
  recording.touch(resource, range, access, 'fill');
  recording.settle();
};

test('a touch of bytes that its pass does not declare is told, and where they are', () => {
  const declared = [{ resource: x, access: 'transfer-target', range: bytes(0, 64) }] as const;
  expect(said(declared, does('transfer-target', x, bytes(0, 64)))).toEqual([]);
  expect(said(declared, does('transfer-target', x, bytes(64, 192)))).toEqual([
    'Cannot let pass "p" write buffer "x" bytes 64 to 192 in fill: it declares [\'transfer-target\'] of other bytes alone; ' +
      "add ['transfer-target'] of bytes 64 to 192 to its writes",
  ]);
  expect(said(declared, does('transfer-target', x))).toEqual([
    'Cannot let pass "p" write buffer "x" bytes 64 to 256 in fill: it declares [\'transfer-target\'] of other bytes alone; ' +
      "add ['transfer-target'] of bytes 64 to 256 to its writes",
  ]);
  expect(said(declared, does('transfer-source', x, bytes(0, 64)))).toEqual([
    'Cannot let pass "p" read buffer "x" in fill: it declares [\'transfer-target\']; ' +
      "add ['transfer-source'] to its reads",
  ]);
});

test('a touch of mips and layers that its pass does not declare is told, and which they are', () => {
  const declare = (range: TouchedRange) => [{ resource: picture, access: 'transfer-target' as const, range }];
  const clear = (range?: TouchedRange) => does('transfer-target', picture, range);
  expect(said(declare({ mip: 0, mips: 1 }), clear({ mip: 0, mips: 1 }))).toEqual([]);
  expect(said(declare({ mip: 0, mips: 1 }), clear({ mip: 1, mips: 1, layer: 1 }))).toEqual([
    'Cannot let pass "p" write image "picture" layer 1 mip 1 in fill: it declares [\'transfer-target\'] of other mips or layers alone; ' +
      "add ['transfer-target'] of layer 1 mip 1 to its writes",
  ]);
  expect(said(declare({ layer: 0, layers: 1 }), clear())).toEqual([
    'Cannot let pass "p" write image "picture" layer 1 in fill: it declares [\'transfer-target\'] of other mips or layers alone; ' +
      "add ['transfer-target'] of layer 1 to its writes",
  ]);
});

test('what a nested recording touches is held against the parts that are declared where it is executed', () => {
  const report = (): void => undefined;
  for (const carried of [false, true]) {
    const nested = new RecordingTracker({ label: 'nested', report, nested: true });
    for (const start of [0, 64, 192]) does('transfer-target', x, bytes(start, start + 64))(nested);
    const recorded = nested.finish();
    const crossed = (): typeof recorded =>
      uncarry(
        structuredClone(carry(recorded, () => 0)),
        () => x,
        (text) => ({ text, used: false }),
      );
    const declared = [
      { resource: x, access: 'transfer-target', range: bytes(0, 32) },
      { resource: x, access: 'transfer-target', range: bytes(32, 128) },
    ] as const;
    const messages = said(declared, (recording) => recording.execute(carried ? crossed() : recorded, () => undefined));
    expect(messages).toEqual([
      'Cannot let pass "p" write buffer "x" bytes 192 to 256 in fill: it declares [\'transfer-target\'] of other bytes alone; ' +
        "add ['transfer-target'] of bytes 192 to 256 to its writes",
    ]);
  }
});

test('the bytes that are told are the first that no use declares, and all up to the next that one does', () => {
  const range = fc.tuple(fc.nat(7), fc.nat(7)).map(([a, b]) => bytes(Math.min(a, b), Math.max(a, b) + 1));
  const use = fc.record({ access: fc.constantFrom('storage-read' as const, 'transfer-source' as const), range });
  fc.assert(
    fc.property(fc.array(use, { maxLength: 5 }), use, (uses, touch) => {
      const small = { ...x, byteLength: 9 };
      const declared = uses.map((each) => ({ ...each, resource: small }));
      const messages = said(declared, does(touch.access, small, touch.range));
      const isDeclared = (at: number): boolean =>
        uses.some(
          ({ access, range: { byteOffset, byteLength } }) =>
            access === touch.access && byteOffset <= at && at < byteOffset + byteLength,
        );
      const touched = Array.from({ length: touch.range.byteLength }, (_, index) => touch.range.byteOffset + index);
      const first = touched.find((at) => !isDeclared(at));
      expect(messages.length).toBe(first === undefined ? 0 : 1);
      if (first === undefined || uses.every(({ access }) => access !== touch.access)) return;
      const end = touched.find((at) => at > first && isDeclared(at)) ?? touched.at(-1)! + 1;
      expect(messages[0]).toContain(`buffer "x" bytes ${first} to ${end} in fill`);
    }),
  );
});
