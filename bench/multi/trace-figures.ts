/** @file What a trace tells of the messages: how long they travel, how long steps wait for them, and how large they are. */
import { readFileSync } from 'node:fs';

/** Means over the traced steps and devices. */
export interface TraceFigures {
  /** From the end of packing on the last sender to the moment when a device unpacks: what a message takes, without overlap. */
  readonly haloMicroseconds: number;
  /** That a device's compute queue waited for messages in a step. */
  readonly waitMicroseconds: number;
  /** The messages that were waited for longest, and how long in a step. */
  readonly longest: string;
  /** That a device sends in a step. */
  readonly bytes: number;
  /** Submits to compute queues that wait for messages, in a step and device. */
  readonly hops: number;
}

interface Event {
  readonly ph: string;
  readonly name: string;
  readonly cat: string;
  readonly ts: number;
  readonly dur: number;
  readonly pid: number;
  readonly tid: number;
  readonly args: Readonly<Record<string, string | number>>;
}

/** Reads a trace; its first `skipped` steps don't count. */
export function traceFigures(file: string, skipped: number): TraceFigures {
  const { traceEvents } = JSON.parse(readFileSync(file, 'utf8')) as { traceEvents: Event[] };
  const spans = traceEvents.filter(({ ph, args }) => ph === 'X' && Number(args['step'] ?? -1) >= skipped);
  const devices = new Set(spans.map(({ pid }) => pid));
  const steps = new Set(spans.map(({ args }) => args['step']));
  const each = devices.size * steps.size;
  const of = (kind: string): Event[] => spans.filter(({ cat }) => cat === kind);
  const sum = (events: readonly Event[], value: (event: Event) => number): number =>
    events.reduce((total, event) => total + value(event), 0);
  const waits = of('wait');
  const byName = [...Map.groupBy(waits, ({ name }) => name)].map(
    ([name, all]) => [name, sum(all, durationOf)] as const,
  );
  const [longest] = byName.toSorted((a, b) => b[1] - a[1]);
  return {
    haloMicroseconds: meanHalo(spans),
    waitMicroseconds: sum(waits, durationOf) / each,
    longest: longest === undefined ? '' : `${longest[0].replace('wait for ', '')} ${(longest[1] / each).toFixed(0)} us`,
    bytes: sum(of('pack'), ({ args }) => Number(args['bytes'])) / each,
    hops: of('unpack').length / each,
  };
}

function durationOf({ dur }: Event): number {
  return dur;
}

/** Of each hop: from the end of the last pack to where a device unpacks. With overlap there is work between the two. */
function meanHalo(spans: readonly Event[]): number {
  const perDevice = [...Map.groupBy(spans, ({ pid }) => pid).values()];
  const packs = perDevice.map((own) => own.filter(({ cat }) => cat === 'pack'));
  const unpacks = perDevice.map((own) => own.filter(({ cat }) => cat === 'unpack'));
  const hops = Math.min(...[...packs, ...unpacks].map(({ length }) => length));
  const times: number[] = [];
  for (let hop = 0; hop < hops; hop++) {
    const packed = Math.max(...packs.map((own) => own[hop]!.ts + own[hop]!.dur));
    for (const own of unpacks) times.push(own[hop]!.ts - packed);
  }
  return times.length === 0 ? 0 : times.reduce((total, time) => total + time, 0) / times.length;
}
