/**
 * @file Routes: which transport each channel of a simulation takes. By what was measured between its devices, the fastest for its
 * messages, one behind the other; where that fails after all, the next one, with a word. HALOCLINE_TRANSPORT forces one.
 */
import { DeviceLostError, OutOfMemoryError } from '@halocline/gpu';
import {
  atEnd,
  type Channel,
  type ChannelOptions,
  type Endpoint,
  type Transport,
  type TransportName,
} from './channel.ts';
import { peerAccesses, type PeerAccess, type PeerDevice } from './peer-access.ts';
import { proveChannel } from './prove.ts';
import { forcedTransport, transportOf } from './transports.ts';
import { StallError } from './way.ts';

/** A channel, and the transport that it takes. */
export interface OpenRoute {
  readonly transport: TransportName;
  /** The one that was the best for its messages, whether or not it could be opened. */
  readonly best: TransportName;
  readonly channel: Channel;
}

/** The transports between some devices. */
export class Routes {
  readonly #devices: readonly PeerDevice[];
  readonly #log: (message: string) => void;
  readonly #warn: (message: string) => void;
  readonly #forced: TransportName | null;
  #access: Promise<ReadonlyMap<string, PeerAccess>> | null = null;
  #known: ReadonlyMap<string, PeerAccess> = new Map();

  /** `warn` gets a line for each transport that fails. Throws TypeError where HALOCLINE_TRANSPORT names none. */
  constructor(devices: readonly PeerDevice[], log: (message: string) => void, warn: (message: string) => void = log) {
    this.#devices = devices;
    this.#log = log;
    this.#warn = warn;
    this.#forced = forcedTransport();
  }

  /** Learns what works between all devices, unless a transport is forced. Waits: some seconds, the first time on a machine. */
  async prepare(): Promise<void> {
    if (this.#forced !== null || this.#devices.length < 2) return;
    this.#access ??= this.#measure();
    this.#known = await this.#access;
  }

  async #measure(): Promise<ReadonlyMap<string, PeerAccess>> {
    const pairs = this.#devices.flatMap((from, at) => this.#devices.slice(at + 1).map((to) => [from, to] as const));
    const found = await peerAccesses(pairs, this.#log);
    for (const { from, to, transports } of found) {
      for (const { name, refusal, failed } of transports) {
        if (failed) this.#warn(`Transport "${name}" between "${from}" and "${to}" is not used: ${refusal}`);
      }
    }
    return new Map(found.map((access, at) => [pairKey(pairs[at]![0].uuid, pairs[at]![1].uuid), access]));
  }

  /** The transports that may be tried for messages of so many bytes each, the best first. */
  ranking(from: PeerDevice, to: PeerDevice, sizes: readonly [number, ...number[]]): readonly TransportName[] {
    if (this.#forced !== null) return [this.#forced];
    const access = this.#known.get(pairKey(from.uuid, to.uuid));
    const ranking = access?.ranking(...sizes) ?? [];
    return ranking.includes('staged') ? ranking : [...ranking, 'staged'];
  }

  /**
   * Opens a channel, for messages of `sizes` bytes. Throws where no transport works: DeviceLostError where an end is lost, OutOfMemoryError where the last transport
   * finds no memory.
   */
  open(from: Endpoint, to: Endpoint, options: ChannelOptions, sizes: readonly number[] = []): OpenRoute {
    const [size = options.byteLength, ...others] = sizes;
    const names = this.ranking(from.device, to.device, [size, ...others]);
    const between = `between "${from.device.name}" and "${to.device.name}"`;
    for (const [at, name] of names.entries()) {
      const transport = transportOf(name);
      const next = names[at + 1];
      try {
        const refusal = transport.refusal(from.device, to.device);
        if (refusal !== null) throw new Error(refusal);
        return { transport: name, best: names[0]!, channel: openProven(transport, from, to, options) };
      } catch (error) {
        checkEnds(from, to);
        const why = error instanceof Error ? error.message : String(error);
        // After a stall that nobody can end, the devices take no other.
        if (next === undefined || error instanceof StallError) {
          // It is no fault of the transport's, and no other name of one would do.
          if (error instanceof OutOfMemoryError) throw error;
          const advice =
            this.#forced === null
              ? 'put all subdomains on one device'
              : 'leave HALOCLINE_TRANSPORT out to have one chosen';
          throw new Error(`Cannot use transport "${name}" ${between}: ${why}; ${advice}`, { cause: error });
        }
        this.#warn(`Transport "${name}" ${between} can't be used: ${why}; "${next}" takes its place`);
      }
    }
    throw new Error('Bug in the ranking: it is empty');
  }
}

/** A channel that has shown that it brings what it is given. */
function openProven(transport: Transport, from: Endpoint, to: Endpoint, options: ChannelOptions): Channel {
  const channel = transport.open(from, to, options);
  try {
    proveChannel(channel, from, to, options);
    return channel;
  } catch (error) {
    if (error instanceof StallError) throw error;
    using _channel = channel;
    if (error instanceof DeviceLostError) channel.release();
    throw error;
  }
}

/** Throws where an end's device is lost: then no transport works, and it is no fault of any. */
function checkEnds(...ends: readonly Endpoint[]): void {
  for (const end of ends) atEnd(end, () => end.device.compute.timeline.value());
}

/** Both ways are one pair. */
function pairKey(a: string, b: string): string {
  return a < b ? `${a} ${b}` : `${b} ${a}`;
}
