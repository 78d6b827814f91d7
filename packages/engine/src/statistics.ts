/** @file Least, greatest and mean value of a field, leaf by leaf on the device, and over the leaves here, in float64. */
import { componentTypeOf } from '@halocline/stencil';
import { onDevice } from './loss/on-device.ts';
import { submitOnce } from './submit-once.ts';
import { elementCode } from './engine-kernels.ts';
import type { FieldDeclaration } from './declarations.ts';
import type { Runtime } from './runtime.ts';
import { COUNT_BYTES } from './member.ts';

/** Figures over the active voxels; one number a component. */
export interface FieldStatistics {
  /** Least finite value; NaN where there is none. Of integers it is exact, as the greatest is. */
  readonly min: readonly number[];
  readonly max: readonly number[];
  readonly mean: readonly number[];
  /** Active voxels. */
  readonly count: number;
  /** Whether every value is finite: no NaN, no infinity. */
  readonly finite: boolean;
}

/** Makes the statistics of a field. Within the lane. Waits for the device. */
export async function fieldStatistics(runtime: Runtime, field: FieldDeclaration): Promise<FieldStatistics> {
  const stores = await runtime.stores(field);
  const copies = runtime.copiesOf(field);
  const totals = copies.map(() => ({ min: Infinity, max: -Infinity, sum: 0, finite: 0, others: 0 }));
  const { leafCount } = runtime.domain.level(field.level);
  // Records of all leaves by rank: sums then come out the same, however the domain is cut.
  const kind = componentTypeOf(field.type);
  const doubles = kind === 'double';
  const readRecord = kind === 'double' || kind === 'int' || kind === 'uint' ? RECORDS[kind] : RECORDS.float;
  const size = doubles ? 32 : 20;
  const records = copies.map(() => new Uint8Array(size * leafCount));
  for (const [index, subdomain] of runtime.subdomains.entries()) {
    const member = runtime.team.memberOf(subdomain);
    const { tables, ranks, leaves, masks } = subdomain.levels[field.level]!;
    if (tables.leafCount === 0) continue;
    const over = { subdomain, level: field.level, part: 'all' } as const;
    const byteLength = size * tables.leafCount;
    const label = `statistics of ${field.key}`;
    const bytes = await onDevice(runtime.team.placeOf(subdomain), async () => {
      using target = member.device.createBuffer({ label, byteLength: byteLength * copies.length });
      await submitOnce(member.device, label, (encoder) => {
        copies.forEach((copy, component) => {
          member.kernels.bind(encoder, doubles ? 'statistics64' : 'statistics', [
            leaves.address,
            member.countAddress(over),
            masks.address,
            stores[index]!.address(component, copy),
            target.address + BigInt(byteLength * component),
            elementCode(field.type),
          ]);
          encoder.dispatchIndirect(member.counts, COUNT_BYTES * member.entry(over));
        });
      });
      return await member.device.staging.download(target, 0, byteLength * copies.length);
    });
    for (let place = 0; place < tables.leafCount; place++) {
      records.forEach((record, component) => {
        const at = byteLength * component + size * place;
        record.set(bytes.subarray(at, at + size), size * ranks[place]!);
      });
    }
  }
  totals.forEach((total, component) => addLeaves(total, records[component]!, size, readRecord));
  return {
    min: totals.map(({ min, finite }) => (finite === 0 ? NaN : min)),
    max: totals.map(({ max, finite }) => (finite === 0 ? NaN : max)),
    mean: totals.map(({ sum, finite }) => sum / finite),
    count: totals[0]!.finite + totals[0]!.others,
    finite: totals.every(({ others }) => others === 0),
  };
}

interface Total {
  min: number;
  max: number;
  sum: number;
  finite: number;
  others: number;
}

/** Numbers of one leaf's record. */
interface LeafRecord {
  readonly min: number;
  readonly max: number;
  readonly sum: number;
  /** Number of finite values, and of the others << 16. */
  readonly counts: number;
}

type ReadRecord = (view: DataView, at: number) => LeafRecord;

/**
 * What a leaf's record holds: doubles, or words. Of integers the least and the greatest are as they are, and the sum has a word of
 * what they are below 2^16 and one of what they are above.
 */
const RECORDS: Readonly<Record<'float' | 'double' | 'int' | 'uint', ReadRecord>> = {
  double: (view, at) => ({
    min: view.getFloat64(at, true),
    max: view.getFloat64(at + 8, true),
    sum: view.getFloat64(at + 16, true),
    counts: view.getUint32(at + 24, true),
  }),
  float: (view, at) => ({
    min: view.getFloat32(at, true),
    max: view.getFloat32(at + 4, true),
    sum: view.getFloat32(at + 8, true),
    counts: view.getUint32(at + 12, true),
  }),
  int: (view, at) => ({
    min: view.getInt32(at, true),
    max: view.getInt32(at + 4, true),
    sum: view.getUint32(at + 8, true) + 65536 * view.getInt32(at + 16, true),
    counts: view.getUint32(at + 12, true),
  }),
  uint: readWords,
};

function readWords(view: DataView, at: number): LeafRecord {
  return {
    min: view.getUint32(at, true),
    max: view.getUint32(at + 4, true),
    sum: view.getUint32(at + 8, true) + 65536 * view.getUint32(at + 16, true),
    counts: view.getUint32(at + 12, true),
  };
}

function addLeaves(total: Total, records: Uint8Array<ArrayBuffer>, size: number, read: ReadRecord): void {
  const view = new DataView(records.buffer);
  for (let at = 0; at < records.byteLength; at += size) {
    const { min, max, sum, counts } = read(view, at);
    const finite = counts & 0xffff;
    total.finite += finite;
    total.others += counts >>> 16;
    if (finite === 0) continue;
    total.min = Math.min(total.min, min);
    total.max = Math.max(total.max, max);
    total.sum += sum;
  }
}
