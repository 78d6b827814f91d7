/**
 * @file Measures all transports between devices, on logical devices of its own: no work of the user's is in the way, and no
 * validation layer. Of several pairs of the same models the first is measured whole. The others send one size for a moment: a
 * transport that takes about as long there as it did between the first has the first one's times, else it is measured too.
 */
import { openDevice, type Device, type DeviceReport, type Relay } from '@halocline/gpu';
import type { Endpoint, Transport } from './channel.ts';
import { Load, sendBothWays, Work, type MeasureOptions, type MessageTime, type SendOptions } from './measure.ts';
import { OwnRelay } from './own-relay.ts';
import { estimate, type TransportReport } from './peer-access.ts';
import { TRANSPORTS } from './transports.ts';
import { StallError } from './way.ts';

const PATIENCE_MS = 2000;
/** Half a millisecond of a large card between rounds. */
const OPTIONS: MeasureOptions = {
  sizes: [2 ** 12, 2 ** 20, 2 ** 24],
  rounds: 5,
  patienceMs: PATIENCE_MS,
  workBytes: 2 ** 30,
};
/** A processor's copies tell as much in less time. */
const OPTIONS_CPU: MeasureOptions = { sizes: [2 ** 12, 2 ** 20], rounds: 3, patienceMs: PATIENCE_MS, workBytes: 0 };
/** What tells whether a pair is like another. */
const GLANCE = Object.freeze({ byteLength: 2 ** 20, rounds: 3 });
/** Times that differ by less than this factor are alike. */
const ALIKE = 2;
/** Whoever waits longer is told what for. */
const SILENT_MS = 1000;

/** An endpoint of the prober's own. */
export class ProbeEndpoint implements Endpoint, AsyncDisposable {
  readonly device: Device;
  readonly pools: Endpoint['pools'];
  readonly #held = new Map<Transport, Disposable>();
  readonly #relay: OwnRelay;
  #work: Work | null = null;

  constructor(device: Device) {
    this.device = device;
    this.pools = { halos: device };
    this.#relay = new OwnRelay(device, `probe of ${device.name}`);
  }

  get relay(): Relay {
    return this.#relay.now;
  }

  /** What the device does between rounds. */
  work(bytes: number): Work {
    this.#work ??= new Work(this, bytes);
    return this.#work;
  }

  /** Keeps what a transport needs of the device from one channel to the next. */
  hold(transport: Transport): void {
    if (transport.hold !== undefined && !this.#held.has(transport))
      this.#held.set(transport, transport.hold(this.device));
  }

  /** Ends the relay's thread, and gives back the rest even where that or another end fails. Waits for the device, where it worked. */
  async [Symbol.asyncDispose](): Promise<void> {
    await using owned = new AsyncDisposableStack();
    for (const held of this.#held.values()) owned.use(held);
    this.#held.clear();
    owned.use(this.#work);
    if (this.#work !== null) owned.defer(() => this.device.idle());
    this.#work = null;
    owned.use(this.#relay);
  }
}

/** What a transport is probed with; `load` is asked for what the endpoints do between rounds once the transport is not refused. */
export interface ProbeOptions extends Omit<SendOptions, 'load'> {
  readonly load: () => Load | null;
}

/** What a transport does between two endpoints. Throws StallError alone: then neither endpoint is to be used again. */
export async function probeTransport(
  transport: Transport,
  from: ProbeEndpoint,
  to: ProbeEndpoint,
  { load, ...options }: ProbeOptions,
): Promise<TransportReport> {
  const { name } = transport;
  const refusal = transport.refusal(from.device, to.device);
  if (refusal !== null) return { name, refusal, failed: false, times: [] };
  try {
    for (const end of [from, to]) end.hold(transport);
    const times = await sendBothWays(transport, from, to, { ...options, load: load() });
    return { name, refusal: null, failed: false, times };
  } catch (error) {
    if (error instanceof StallError) throw error;
    const refusal = error instanceof Error ? error.message : String(error);
    return { name, refusal, failed: true, times: [] };
  }
}

/** Whether a pair whose message of some size takes so long is like one that was measured. */
export function isAlike(measured: readonly MessageTime[], glance: MessageTime): boolean {
  const ratio = glance.microseconds / estimate(measured, glance.byteLength);
  return ratio < ALIKE && ratio > 1 / ALIKE;
}

/** Opens devices as they are needed. Close it. */
export class Prober {
  readonly #open = new Map<string, ProbeEndpoint>();
  /** The first pair of each two models. */
  readonly #models = new Map<string, readonly TransportReport[]>();
  readonly #tell: (word: string) => void;
  readonly #began = performance.now();
  #told = false;

  /** `tell` hears of it once where it takes longer than a moment. */
  constructor(tell: (word: string) => void = () => undefined) {
    this.#tell = tell;
  }

  /** Measures a pair; devices of one card are opened twice. */
  async probe(from: DeviceReport, to: DeviceReport): Promise<TransportReport[]> {
    const software = from.kind === 'cpu' || to.kind === 'cpu';
    const { workBytes, ...options } = software ? OPTIONS_CPU : OPTIONS;
    const model = modelOf(from, to);
    const like = this.#models.get(model);
    const reports: TransportReport[] = [];
    let pair: Pair | null = null;
    for (const transport of TRANSPORTS) {
      this.#tellOnce();
      pair ??= await this.#pair(from, to, workBytes);
      try {
        const known = like?.find(({ name }) => name === transport.name);
        reports.push(await probeLike(transport, pair, options, known));
      } catch (error) {
        if (!(error instanceof StallError)) throw error;
        reports.push({ name: transport.name, refusal: error.message, failed: true, times: [] });
        // What waits in them can't be ended: they stay open, and others take their place.
        for (const [key, endpoint] of this.#open) if (pair.ends.includes(endpoint)) this.#open.delete(key);
        pair = null;
      }
    }
    if (like === undefined) this.#models.set(model, reports);
    return reports;
  }

  #tellOnce(): void {
    if (this.#told || performance.now() - this.#began < SILENT_MS) return;
    this.#told = true;
    this.#tell('How fast the devices send each other messages is being measured; the next start knows it');
  }

  async #pair(from: DeviceReport, to: DeviceReport, workBytes: number): Promise<Pair> {
    const ends = [await this.#endpoint(from, 0), await this.#endpoint(to, from.uuid === to.uuid ? 1 : 0)] as const;
    let load: Load | null = null;
    const made = (): Load =>
      (load ??= new Load(
        ends.map((end) => end.work(workBytes)),
        PATIENCE_MS,
      ));
    return { ends, load: workBytes === 0 ? () => null : made };
  }

  async #endpoint({ uuid }: DeviceReport, number: number): Promise<ProbeEndpoint> {
    const key = `${uuid} ${number}`;
    let endpoint = this.#open.get(key);
    if (endpoint === undefined) {
      endpoint = new ProbeEndpoint(await openDevice({ device: uuid, validation: false }));
      this.#open.set(key, endpoint);
    }
    return endpoint;
  }

  /** Closes what was opened, all of it even where an end fails. Waits for the devices. */
  async close(): Promise<void> {
    await using owned = new AsyncDisposableStack();
    for (const endpoint of this.#open.values()) {
      owned.use(endpoint.device);
      owned.use(endpoint);
    }
    this.#open.clear();
  }
}

/** Two ends, and what they do between rounds. */
interface Pair {
  readonly ends: readonly [ProbeEndpoint, ProbeEndpoint];
  readonly load: ProbeOptions['load'];
}

/** What a transport does between a pair, whose times are `known`'s if they look like them. */
async function probeLike(
  transport: Transport,
  { ends: [from, to], load }: Pair,
  options: Omit<ProbeOptions, 'load'>,
  known: TransportReport | undefined,
): Promise<TransportReport> {
  const { byteLength, rounds } = GLANCE;
  if (known !== undefined && known.times.length > 0) {
    const glance = { ...options, sizes: [byteLength], rounds, load };
    const { times, ...report } = await probeTransport(transport, from, to, glance);
    const [seen] = times;
    if (seen === undefined) return { ...report, times };
    if (isAlike(known.times, seen)) return { ...report, times: known.times };
  }
  return probeTransport(transport, from, to, { ...options, load });
}

function modelOf(from: DeviceReport, to: DeviceReport): string {
  const models = [from, to].map(({ name, driver }) => [name, driver.name, driver.version].join());
  return [from.uuid === to.uuid, ...models.toSorted()].join('\n');
}
