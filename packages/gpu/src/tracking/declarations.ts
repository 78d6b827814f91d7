/** @file What passes declare, held against what their commands do. */

import type { Usage } from '../access.ts';
import { checkRaw } from '../convert.ts';
import { checkObjects } from '../given.ts';
import { valueText } from '../printing.ts';
import { undeclaredPartText, undeclaredText } from './findings.ts';
import type { Report } from './findings.ts';
import type { NestedUse } from './local.ts';
import { piecesOf } from './segments.ts';
import type { Segment } from './segments.ts';
import type { DeclaredUse, TouchedRange, TrackedResource } from './tracker.ts';
import { covered, usageBit, writesOf } from './usage-bits.ts';

/** A pass that is being recorded. */
export interface Pass {
  readonly name: string;
  readonly declared: readonly DeclaredUse[] | undefined;
  /** What its commands touched, by resource. */
  readonly touched: Map<TrackedResource, number>;
  /** How many barriers the recording had when it began. */
  readonly begun: number;
}

/** What types say of declarations, for those who have none. */
export function checkDeclared(pass: string, declared: readonly DeclaredUse[]): void {
  const act = `Cannot record pass "${pass}"`;
  checkObjects(act, 'what it declares', declared);
  for (const { resource, access } of declared) {
    if (typeof access !== 'string') checkRaw(access);
    if (typeof resource === 'string' || typeof (resource as TrackedResource | undefined)?.kind === 'string') continue;
    throw new TypeError(`${act}: it declares ${valueText(resource)}; declare buffers, images, or their labels`);
  }
}

/** The passes that a recording stands in, the innermost last. */
export class Declarations {
  readonly #recording: string;
  readonly #report: Report | undefined;
  readonly #open: Pass[] = [];
  #declaring: Pass | undefined;

  constructor(recording: string, report: Report | undefined) {
    this.#recording = recording;
    this.#report = report;
  }

  get current(): Pass | undefined {
    return this.#open.at(-1);
  }

  /** The innermost pass's name, else the recording's. */
  get name(): string {
    return this.current?.name ?? this.#recording;
  }

  /** The innermost declarations there are. */
  get declared(): readonly DeclaredUse[] | undefined {
    return this.#declaring?.declared;
  }

  begin(name: string, declared: readonly DeclaredUse[] | undefined, begun: number): void {
    const pass = { name, declared, touched: new Map(), begun };
    this.#open.push(pass);
    if (declared) this.#declaring = pass;
  }

  end(): void {
    this.#open.pop();
    this.#declaring = this.#open.findLast((each) => each.declared);
  }

  touched(resource: TrackedResource, access: Usage): void {
    if (this.#declaring) this.takeAny(resource, usageBit(access));
  }

  /** A nested recording does this. */
  take(use: NestedUse): void {
    this.check(use);
    this.takeAny(use.resource, use.bit);
  }

  /** A nested recording does something with the resource. */
  takeAny(resource: TrackedResource, bit: number = 0): void {
    const touched = this.#declaring?.touched;
    touched?.set(resource, (touched.get(resource) ?? 0) | bit);
  }

  /** What the innermost pass declares of resources that no command of it showed: memory that its shaders reach by address. */
  untouched(): readonly DeclaredUse[] {
    const { declared = [], touched } = this.current ?? {};
    return declared.filter(({ resource }) => typeof resource !== 'string' && !touched?.has(resource));
  }

  /** Reports a touch that the pass doesn't declare, of the whole of what is touched. */
  check(touch: NestedUse): void {
    const pass = this.#declaring;
    if (!pass || !this.#report) return;
    const { resource, start, end, bit, command } = touch;
    const own = pass.declared!.filter((use) => use.resource === resource || use.resource === resource.label);
    let allowed = 0;
    let everywhere = 0;
    for (const { access, range } of own) {
      allowed |= usageBit(access);
      if (range === undefined || covers(range, start, end)) everywhere |= usageBit(access);
    }
    if ((covered(everywhere) & bit) === bit) return;
    const use = { pass: pass.name, resource, bit, allowed, command, writes: writesOf(bit) !== 0 };
    if ((covered(allowed) & bit) !== bit) return this.#report(undeclaredText(use));
    const gap = gapIn(own, touch);
    if (gap) this.#report(undeclaredPartText(use, gap));
  }
}

/** Whether these are bytes, and all of those from `start` to `end`. */
function covers(range: NonNullable<TouchedRange>, start: number, end: number): boolean {
  return 'byteOffset' in range && range.byteOffset <= start && end <= range.byteOffset + range.byteLength;
}

/** The first part of a touch that uses of the resource, all together, don't allow. */
function gapIn(own: readonly DeclaredUse[], { resource, bit, start, end }: NestedUse): Segment | undefined {
  const pieces = own.flatMap(({ access, range }) =>
    piecesOf(resource, range).map((piece) => ({ ...piece, allowed: usageBit(access) })),
  );
  const inner = pieces.flatMap((piece) => [piece.start, piece.end]).filter((at) => at > start && at < end);
  const cuts = [...new Set([start, ...inner, end])].sort((a, b) => a - b);
  let gap: Segment | undefined;
  for (const [index, at] of cuts.slice(0, -1).entries()) {
    let allowed = 0;
    for (const piece of pieces) if (piece.start <= at && at < piece.end) allowed |= piece.allowed;
    const isAllowed = (covered(allowed) & bit) === bit;
    if (isAllowed && gap) return gap;
    if (!isAllowed) gap = { start: gap?.start ?? at, end: cuts[index + 1]! };
  }
  return gap;
}
