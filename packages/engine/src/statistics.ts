/** @file Least, greatest and mean value of a field, leaf by leaf on the device, and over the leaves here, in float64. */
import { submitOnce } from './submit-once.ts';
import { elementCode } from './engine-kernels.ts';
import type { FieldDeclaration } from './declarations.ts';
import type { Runtime } from './runtime.ts';
import { COUNT_BYTES } from './member.ts';

/** Figures over the active voxels; one number a component. */
export interface FieldStatistics {
  /** Least finite value; NaN where there is none. */
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
  const copies = runtime.copiesOf(field);
  const totals = copies.map(() => ({ min: Infinity, max: -Infinity, sum: 0, finite: 0, others: 0 }));
  const stores = await runtime.stores(field);
  const { leafCount } = runtime.domain.level(field.level);
  // Records of all leaves by rank: sums then come out the same, however the domain is cut.
  const records = copies.map(() => new Uint8Array(16 * leafCount));
  for (const [index, subdomain] of runtime.subdomains.entries()) {
    const member = runtime.team.memberOf(subdomain);
    const { tables, ranks, leaves, masks } = subdomain.levels[field.level]!;
    if (tables.leafCount === 0) continue;
    const over = { subdomain, level: field.level, part: 'all' } as const;
    const byteLength = 16 * tables.leafCount;
    const label = `statistics of ${field.key}`;
    using target = member.device.createBuffer({ label, byteLength: byteLength * copies.length });
    await submitOnce(member.device, label, (encoder) => {
      copies.forEach((copy, component) => {
        member.kernels.bind(encoder, 'statistics', [
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
    const bytes = await member.device.staging.download(target, 0, byteLength * copies.length);
    for (let place = 0; place < tables.leafCount; place++) {
      records.forEach((record, component) => {
        const at = byteLength * component + 16 * place;
        record.set(bytes.subarray(at, at + 16), 16 * ranks[place]!);
      });
    }
  }
  totals.forEach((total, component) => addLeaves(total, records[component]!));
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

function addLeaves(total: Total, records: Uint8Array<ArrayBuffer>): void {
  const view = new DataView(records.buffer);
  for (let at = 0; at < records.byteLength; at += 16) {
    total.min = Math.min(total.min, view.getFloat32(at, true));
    total.max = Math.max(total.max, view.getFloat32(at + 4, true));
    total.sum += view.getFloat32(at + 8, true);
    const counts = view.getUint32(at + 12, true);
    total.finite += counts & 0xffff;
    total.others += counts >>> 16;
  }
}
