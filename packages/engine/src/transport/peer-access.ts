/**
 * @file What works between two devices: for each transport how long messages take, or why it can't be. It is measured once by
 * devices and drivers, and kept on disk: a start costs nothing the second time.
 */
import { bytesText, readCache, writeCache, type Device, type DeviceReport } from '@halocline/gpu';
import { createHash } from 'node:crypto';
import { printByToString } from '../inspect.ts';
import { shown } from '../options/kinds.ts';
import type { TransportName } from './channel.ts';
import type { MessageTime } from './measure.ts';
import { Prober } from './prober.ts';

/** One transport between two devices. */
export interface TransportReport {
  readonly name: TransportName;
  /** Why it doesn't work, in words that follow a colon; null if it does. */
  readonly refusal: string | null;
  /** It was tried, and failed: a shortage, perhaps, that will be over another time. */
  readonly failed: boolean;
  /** Time of a round by the size of its messages, ascending; empty where it doesn't work. */
  readonly times: readonly MessageTime[];
}

/** A device as `peerAccess` takes it: opened, or listed. */
export type PeerDevice = Device | DeviceReport;

/** Goes up when what is kept on disk means something else. */
const FORMAT = 7;

/** What works between two devices, and how fast. */
export class PeerAccess {
  static {
    printByToString(this.prototype);
  }

  /** Names of the devices. */
  readonly from: string;
  readonly to: string;
  readonly transports: readonly TransportReport[];

  constructor(from: string, to: string, transports: readonly TransportReport[]) {
    this.from = from;
    this.to = to;
    this.transports = transports;
  }

  /** The transports that work, the fastest for rounds of work and a message of so many bytes first; of several, all are sent. */
  ranking(byteLength: number, ...others: readonly number[]): TransportName[] {
    const sizes = [byteLength, ...others];
    for (const size of sizes) {
      if (Number.isFinite(size) && size >= 0) continue;
      throw new RangeError(`Cannot rank transports: byteLength is ${shown(size)}; give bytes, at least 0`);
    }
    const working = this.transports.filter(({ refusal }) => refusal === null);
    return working
      .map(({ name, times }) => {
        const microseconds = sizes.reduce((sum, size) => sum + estimate(times, size), 0);
        return { name, microseconds };
      })
      .sort((a, b) => a.microseconds - b.microseconds)
      .map(({ name }) => name);
  }

  /** Microseconds of the shortest message. */
  static latency({ times }: TransportReport): number {
    return times[0]?.microseconds ?? Infinity;
  }

  /** Bytes a second that long messages add; of the longest as it is, where what its bytes add is lost in what any message takes. */
  static bandwidth({ times }: TransportReport): number {
    const [last, before] = [times.at(-1), times.at(-2)];
    if (last === undefined || before === undefined) return 0;
    const added = last.microseconds - before.microseconds;
    if (added < last.microseconds / 10) return (1e6 * last.byteLength) / last.microseconds;
    return (1e6 * (last.byteLength - before.byteLength)) / added;
  }

  toString(): string {
    const lines = this.transports.map((report) => {
      const { name, refusal, times } = report;
      if (refusal !== null) return `  ${name.padEnd(11)}  no: ${refusal}`;
      const figures = times.map(
        ({ byteLength, microseconds }) => `${bytesText(byteLength)} ${microseconds.toFixed(0)} µs`,
      );
      const best = times.filter(({ byteLength }) => this.ranking(byteLength)[0] === name);
      const taken = best.length === 0 ? '' : `; taken for ${best.map((each) => bytesText(each.byteLength)).join(', ')}`;
      return `  ${name.padEnd(11)}  ${figures.join(', ')}; ${(PeerAccess.bandwidth(report) / 1e9).toFixed(1)} GB/s${taken}`;
    });
    return [`${this.from} → ${this.to}`, ...lines].join('\n');
  }
}

/** Microseconds of a message of another size than those measured: on the lines between them. */
export function estimate(times: readonly MessageTime[], byteLength: number): number {
  const [first] = times;
  if (first === undefined) return Infinity;
  if (byteLength <= first.byteLength || times.length === 1) return first.microseconds;
  const above = times.findIndex((each) => each.byteLength >= byteLength);
  const at = above < 0 ? times.length - 1 : above;
  const [low, high] = [times[at - 1]!, times[at]!];
  const slope = (high.microseconds - low.microseconds) / (high.byteLength - low.byteLength);
  return Math.max(low.microseconds, low.microseconds + slope * (byteLength - low.byteLength));
}

const known = new Map<string, Promise<PeerAccess>>();

/**
 * Tells the transports that work between two devices, how fast they are, and why the others don't. The first time it opens
 * both anew and measures, which takes some seconds; then it is known, on disk too (HALOCLINE_CACHE), unless a transport that
 * may work failed. Waits.
 */
export function peerAccess(from: PeerDevice, to: PeerDevice): Promise<PeerAccess> {
  return peerAccesses([[from, to]]).then(([only]) => only!);
}

/** `peerAccess` of several pairs; devices are opened once for all. `tell` hears of it where that takes longer than a moment. */
export async function peerAccesses(
  pairs: readonly (readonly [PeerDevice, PeerDevice])[],
  tell?: (word: string) => void,
): Promise<PeerAccess[]> {
  const prober = new Prober(tell);
  try {
    const all: PeerAccess[] = [];
    for (const pair of pairs) {
      if (!Array.isArray(pair) || pair.length !== 2) {
        throw new TypeError(`Cannot tell transports: a pair is ${shown(pair)}; give two devices, as in [from, to]`);
      }
      const [from, to] = [reportOf(pair[0]), reportOf(pair[1])];
      const key = keyOf(from, to);
      let access = known.get(key);
      if (access === undefined) {
        access = find(prober, key, from, to);
        known.set(key, access);
        access.catch(() => known.delete(key));
      }
      all.push(await access);
    }
    return all;
  } finally {
    await prober.close();
  }
}

async function find(prober: Prober, key: string, from: DeviceReport, to: DeviceReport): Promise<PeerAccess> {
  const kept = readCache('transports', key);
  if (kept !== undefined) {
    return new PeerAccess(from.name, to.name, JSON.parse(new TextDecoder().decode(kept)) as TransportReport[]);
  }
  const reports = await prober.probe(from, to);
  if (reports.every(({ failed }) => !failed))
    writeCache('transports', key, new TextEncoder().encode(JSON.stringify(reports)));
  return new PeerAccess(from.name, to.name, reports);
}

function reportOf(device: PeerDevice): DeviceReport {
  const given: unknown = device;
  if (typeof given === 'object' && given !== null) {
    if ('report' in device) return device.report;
    if ('uuid' in device && 'driver' in device && 'extensions' in device) return device;
  }
  throw new TypeError(
    `Cannot tell transports: a device is ${shown(given)}; give an open one, or a report of listDevices()`,
  );
}

/** The name of what is kept: all that the answer depends on. */
function keyOf(...devices: readonly DeviceReport[]): string {
  const text = devices.map(({ uuid, name, apiVersion, driver, extensions }) =>
    [uuid, name, apiVersion, driver.name, driver.version, driver.info, ...extensions].join(),
  );
  return createHash('sha256')
    .update([FORMAT, process.platform, process.arch, ...text].join('\n'))
    .digest('hex');
}
