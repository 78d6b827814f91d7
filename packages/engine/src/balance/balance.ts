/** @file The cut of a simulation that is kept even by measured time: watches its steps, and shifts the cut where that pays. */
import type { Device } from '@halocline/gpu';
import { shown } from '../options/kinds.ts';
import { Balancer, type BalancerOptions, type Shift } from './balancer.ts';
import { StepTimes } from './step-times.ts';

/**
 * What the cut goes by: `voxels` weighs active voxels, once, as domains don't change while they are stepped; `time` shifts it by the
 * time that each device takes. `off` says that nothing shifts it, which `voxels` doesn't either: today the two are one.
 */
export type Rebalance = 'voxels' | 'time' | 'off';

const KINDS: readonly Rebalance[] = Object.freeze(['voxels', 'time', 'off']);

/** Throws unless it is one. */
export function checkRebalance(given: Rebalance): void {
  if (KINDS.includes(given)) return;
  throw new TypeError(`Cannot create simulation: rebalance is ${shown(given)}; give 'voxels', 'time' or 'off'`);
}

/** Milliseconds that a shift is taken to cost before one was made: what moves, at a GB a second, and a recording. */
function firstCost(bytes: number): number {
  return 200 + bytes / 1e6;
}

/** What a shift is made by. */
export interface Cutter {
  /** Bytes of all fields. */
  readonly fieldBytes: number;
  /** The next step. */
  readonly frame: number;
  /** Cuts by these shares of devices, moves leaves and fields, and tells how many leaves changed hands. */
  recut(shares: readonly number[]): Promise<number>;
  log(message: string): void;
}

/** What a balance is made with. */
export interface BalanceOptions extends BalancerOptions {
  /** Of the whole, by device, as it is cut now. */
  readonly shares: readonly number[];
  /** Is told where what is measured may mislead. */
  readonly log: (message: string) => void;
  /** Steps that may be on their way at once. */
  readonly stepsInFlight: number;
}

/** Steps, devices and shifts. */
export class Balance implements Disposable {
  readonly times: StepTimes;
  readonly #balancer: Balancer;
  readonly #stepsInFlight: number;
  #waiting: Shift | null = null;
  #bytes = 0;
  #unread = 0;
  #shifting = false;

  constructor(devices: readonly Device[], { shares, log, stepsInFlight, ...options }: BalanceOptions) {
    const doubt = doubtOf(devices);
    if (doubt !== null) log(doubt);
    this.times = new StepTimes(devices);
    this.#stepsInFlight = stepsInFlight;
    this.#balancer = new Balancer(shares, options);
  }

  /** The step in `slot` is done. */
  note(slot: number): void {
    // Steps that were cut otherwise end while a shift is made; the first steps of a recording fill caches.
    if (this.#shifting) return;
    if (this.#unread > 0) {
      this.#unread--;
      return;
    }
    const cost = this.#balancer.made.at(-1)?.cost ?? firstCost(this.#bytes);
    this.#waiting ??= this.#balancer.note(this.times.read(slot), cost);
  }

  /** Other recordings from here on: one for each step in flight, or two, where an odd number of copies is swapped. */
  renewed(): void {
    this.#unread = 2 * this.#stepsInFlight;
  }

  /** Shifts the cut, if that pays by now. Waits for the devices where it does. */
  async act(cutter: Cutter): Promise<void> {
    this.#bytes = cutter.fieldBytes;
    const shift = this.#waiting;
    if (shift === null) return;
    this.#waiting = null;
    const start = performance.now();
    this.#shifting = true;
    const leaves = await cutter.recut(shift.shares).finally(() => (this.#shifting = false));
    const cost = performance.now() - start;
    this.#balancer.shifted(shift, { cost, leaves, frame: cutter.frame });
    if (leaves === 0) return;
    const why = shift.promised > 0 ? `to save ${milliseconds(shift.promised)} a step` : 'back, since it saved nothing';
    const times = shift.times.map(milliseconds).join(', ');
    cutter.log(
      `Step ${cutter.frame}: devices took ${times}; ${leaves} leaves were moved in ${milliseconds(cost)}, ${why}`,
    );
  }

  /** The balance in words. */
  explain(): string[] {
    const { shares, times, made } = this.#balancer;
    const parts = shares.map((share) => `${(100 * share).toFixed(1)} %`).join(', ');
    const taken = times === null ? 'not known yet' : times.map(milliseconds).join(', ');
    return [
      `cut by time: shares ${parts}; a step takes ${taken}`,
      ...made.map(({ frame, leaves, cost, promised, found }) => {
        const promise = promised > 0 ? `${milliseconds(promised)} a step promised` : 'taken back';
        const gain = found === null ? 'what it saved is not known yet' : `${milliseconds(found)} saved`;
        return `shift at step ${frame}: ${leaves} leaves in ${milliseconds(cost)}, ${promise}, ${gain}`;
      }),
    ];
  }

  /** Nothing is in flight. */
  [Symbol.dispose](): void {
    this.times[Symbol.dispose]();
  }
}

/** Why the times of devices say less of them than they should; null where they don't share a card. */
function doubtOf(devices: readonly Device[]): string | null {
  const cards = Map.groupBy(devices.keys(), (number) => devices[number]!.uuid);
  const shared = [...cards.values()].find(({ length }) => length > 1);
  if (shared === undefined) return null;
  const name = devices[shared[0]!]!.name;
  return `Rebalancing by time: devices ${shared.map((number) => number + 1).join(', ')} are one, "${name}", and wait for each other within their own times; what each takes tells who came first, too`;
}

function milliseconds(value: number): string {
  return `${Number(value.toPrecision(3))} ms`;
}
