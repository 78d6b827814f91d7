/** @file What `halocline info` tells of the ways between devices. */
import { bytesText, type DeviceReport } from '@halocline/gpu';
import { peerAccesses, PeerAccess, type TransportName } from '@halocline/engine';
import { table } from './table.ts';

/** Two devices, by their places in the list, and what works between them. */
export interface DevicePair {
  readonly from: number;
  readonly to: number;
  readonly access: PeerAccess;
}

/** All pairs of usable devices; a device that is alone with itself. Waits: the first time it measures. */
export async function measurePairs(devices: readonly DeviceReport[]): Promise<DevicePair[]> {
  const usable = devices.filter(({ missing }) => missing.length === 0);
  const [only] = usable;
  const pairs = usable.flatMap((from, at) => usable.slice(at + 1).map((to) => [from, to] as const));
  if (usable.length === 1) pairs.push([only!, only!]);
  const all = await peerAccesses(pairs);
  return pairs.map(([from, to], at) => ({ from: from.index, to: to.index, access: all[at]! }));
}

/** One table: a row for each pair and transport; `forced` is the one that is taken whatever was measured. */
export function describePairs(pairs: readonly DevicePair[], forced: TransportName | null): string {
  const rows = pairs.flatMap(({ from, to, access }) =>
    access.transports.map((report) => {
      const { name, refusal, times } = report;
      const between = `#${from} → #${to}`;
      const isForced = name === forced;
      if (refusal !== null) {
        const all = isForced ? '; HALOCLINE_TRANSPORT forces it all the same' : '';
        return [between, name, '', '', `no: ${refusal}${all}`];
      }
      const taken = times.filter(({ byteLength }) => access.ranking(byteLength)[0] === name);
      const sizes = taken.map(({ byteLength }) => bytesText(byteLength)).join(', ');
      const measured = forced !== null || sizes === '' ? 'works' : `taken for ${sizes}`;
      return [
        between,
        name,
        `${PeerAccess.latency(report).toFixed(0)} µs`,
        `${(PeerAccess.bandwidth(report) / 1e9).toFixed(1)} GB/s`,
        isForced ? 'forced by HALOCLINE_TRANSPORT' : measured,
      ];
    }),
  );
  return `transports between devices\n${table([['devices', 'transport', 'latency', 'bandwidth', ''], ...rows])}\n`;
}
