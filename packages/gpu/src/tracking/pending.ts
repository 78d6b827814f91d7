/** @file The touches of the command that comes next, until it is recorded: then each is held against what was before. */

import type { ImageLayout, Usage } from '../access.ts';
import type { Local } from './local.ts';
import type { Segments } from './segments.ts';
import type { TrackedResource } from './tracker.ts';
import { commandBit, writesOf } from './usage-bits.ts';
import { resolveKnown } from './whole-buffers.ts';

/** A touch of the command that comes next. The objects are used again: there is one for each touch that a command has at most. */
export interface Pending {
  resource: TrackedResource;
  track: Segments<Local>;
  start: number;
  end: number;
  usage: Usage;
  layout: ImageLayout | undefined;
  command: string;
  /** Of the usage, once it is known whether the command draws; kept while the same usage comes in this place again. */
  bit: number;
  bitOf: Usage | undefined;
  bitDraws: boolean;
  /** Of the range, once every touch of the command has cut its own. */
  segments: readonly Local[];
}

const NO_BIT = { bit: 0, bitOf: undefined, bitDraws: false };

/** Collects the touches of one command after the other. */
export class PendingTouches {
  /** Those of the command that comes next; the same array for every command. */
  readonly list: Pending[] = [];
  /** All objects that there are. */
  readonly #touches: Pending[] = [];

  add(
    resource: TrackedResource,
    track: Segments<Local>,
    start: number,
    end: number,
    usage: Usage,
    layout: ImageLayout | undefined,
    command: string,
  ): void {
    const index = this.list.length;
    let touch = this.#touches[index];
    if (touch) {
      touch.resource = resource;
      touch.track = track;
      touch.start = start;
      touch.end = end;
      touch.usage = usage;
      touch.layout = layout;
      touch.command = command;
    } else {
      touch = { resource, track, start, end, usage, layout, command, segments: track.list, ...NO_BIT };
      this.#touches.push(touch);
    }
    this.list.push(touch);
  }

  /** Finds what each touches, and how; `drawing` tells whether the command draws. */
  resolve(drawing: boolean): void {
    const { list } = this;
    for (const each of list) {
      findBit(each, drawing);
      resolveKnown(each.track.list[0]!);
      each.segments = each.track.within(each.start, each.end);
    }
    if (list.length < 2) return;
    for (const each of list) if (each.track.list.length > 1) each.segments = each.track.within(each.start, each.end);
  }

  /** The command is recorded. The array keeps its memory, which a length of 0 would take away. */
  drain(): void {
    while (this.list.length > 0) this.list.pop();
  }
}

/** Finds the bit of a touch's usage, unless it is the one of before. */
export function findBit(touch: Pending, drawing: boolean): void {
  if (touch.bitOf === touch.usage && touch.bitDraws === drawing) return;
  touch.bit = commandBit(touch.usage, drawing);
  touch.bitOf = touch.usage;
  touch.bitDraws = drawing;
}

/** Whether the command of a read writes the resource too: then the shader may write before it reads. */
export function writesToo(pending: readonly Pending[], { resource }: Pending): boolean {
  return pending.some((other) => other.resource === resource && writesOf(other.bit) !== 0);
}
