/**
 * @file Measures all transports between devices, on logical devices of its own: no work of the user's is in the way, and no
 * validation layer.
 */
import { openDevice, type Device, type DeviceReport, type Relay } from '@halocline/gpu';
import type { Endpoint, Transport } from './channel.ts';
import { measureTransport, StallError, type MeasureOptions } from './measure.ts';
import type { TransportReport } from './peer-access.ts';
import { TRANSPORTS } from './transports.ts';

const PATIENCE_MS = 2000;
/** Half a millisecond of a large card between rounds. */
const OPTIONS: MeasureOptions = {
  sizes: [2 ** 12, 2 ** 20, 2 ** 24],
  rounds: 7,
  patienceMs: PATIENCE_MS,
  workBytes: 2 ** 30,
};
/** A processor's copies tell as much in less time. */
const OPTIONS_CPU: MeasureOptions = { sizes: [2 ** 12, 2 ** 20], rounds: 3, patienceMs: PATIENCE_MS, workBytes: 0 };

/** An endpoint of the prober's own. */
export class ProbeEndpoint implements Endpoint, AsyncDisposable {
  readonly device: Device;
  readonly pools: Endpoint['pools'];
  #relay: Relay | null = null;

  constructor(device: Device) {
    this.device = device;
    this.pools = { halos: device };
  }

  get relay(): Relay {
    this.#relay ??= this.device.createRelay(`probe of ${this.device.name}`);
    return this.#relay;
  }

  /** Ends the relay's thread. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#relay?.[Symbol.asyncDispose]();
    this.#relay = null;
  }
}

/**
 * What a transport does between two endpoints. Throws StallError alone: then neither
 * endpoint is to be used again.
 */
export async function probeTransport(
  transport: Transport,
  from: Endpoint,
  to: Endpoint,
  options: MeasureOptions,
): Promise<TransportReport> {
  const { name } = transport;
  const refusal = transport.refusal(from.device, to.device);
  if (refusal !== null) return { name, refusal, failed: false, times: [] };
  try {
    return { name, refusal: null, failed: false, times: await measureTransport(transport, from, to, options) };
  } catch (error) {
    if (error instanceof StallError) throw error;
    const refusal = error instanceof Error ? error.message : String(error);
    return { name, refusal, failed: true, times: [] };
  }
}

/** Opens devices as they are needed. Close it. */
export class Prober {
  readonly #open = new Map<string, ProbeEndpoint>();

  /** Measures a pair; devices of one card are opened twice. */
  async probe(from: DeviceReport, to: DeviceReport): Promise<TransportReport[]> {
    const options = from.kind === 'cpu' || to.kind === 'cpu' ? OPTIONS_CPU : OPTIONS;
    const reports: TransportReport[] = [];
    for (const transport of TRANSPORTS) {
      const a = await this.#endpoint(from, 0);
      const b = await this.#endpoint(to, from.uuid === to.uuid ? 1 : 0);
      try {
        reports.push(await probeTransport(transport, a, b, options));
      } catch (error) {
        if (!(error instanceof StallError)) throw error;
        reports.push({ name: transport.name, refusal: error.message, failed: true, times: [] });
        // What waits in them can't be ended: they stay open, and others take their place.
        for (const [key, endpoint] of this.#open) if (endpoint === a || endpoint === b) this.#open.delete(key);
      }
    }
    return reports;
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

  /** Closes what was opened. Waits for the devices. */
  async close(): Promise<void> {
    for (const endpoint of this.#open.values()) {
      await endpoint[Symbol.asyncDispose]();
      await endpoint.device[Symbol.asyncDispose]();
    }
    this.#open.clear();
  }
}
