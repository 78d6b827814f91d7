/** @file Least, greatest and mean value of a field, leaf by leaf on the device, and over the leaves here, in float64. */
import { componentTypeOf } from '@halocline/stencil';
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
  const doubles = componentTypeOf(field.type) === 'double';
  const size = doubles ? 32 : 16;
  const records = copies.map(() => new Uint8Array(size * leafCount));
  for (const [index, subdomain] of runtime.subdomains.entries()) {
    const member = runtime.team.memberOf(subdomain);
    const { tables, ranks, leaves, masks } = subdomain.levels[field.level]!;
    if (tables.leafCount === 0) continue;
    const over = { subdomain, level: field.level, part: 'all' } as const;
    const byteLength = size * tables.leafCount;
    const label = `statistics of ${field.key}`;
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
    const bytes = await member.device.staging.download(target, 0, byteLength * copies.length);
    for (let place = 0; place < tables.leafCount; place++) {
      records.forEach((record, component) => {
        const at = byteLength * component + size * place;
        record.set(bytes.subarray(at, at + size), size * ranks[place]!);
      });
    }
  }
  totals.forEach((total, component) => addLeaves(total, records[component]!, doubles));
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

/** Records of 16 bytes: least, greatest, sum, counts; or of 32, where the first three are doubles. */
function addLeaves(total: Total, records: Uint8Array<ArrayBuffer>, doubles: boolean): void {
  const view = new DataView(records.buffer);
  const size = doubles ? 8 : 4;
  const number = (at: number): number => (doubles ? view.getFloat64(at, true) : view.getFloat32(at, true));
  for (let at = 0; at < records.byteLength; at += 4 * size) {
    total.min = Math.min(total.min, number(at));
    total.max = Math.max(total.max, number(at + size));
    total.sum += number(at + 2 * size);
    const counts = view.getUint32(at + 3 * size, true);
    total.finite += counts & 0xffff;
    total.others += counts >>> 16;
  }
}
