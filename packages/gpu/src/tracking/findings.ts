/** @file What the checks find, in words: each says which pass, which resource, what is wrong and what would mend it. */

import type { ImageLayout } from '../access.ts';
import { segmentText } from './segments.ts';
import type { Segment } from './segments.ts';
import type { BarrierMark, Toucher, Trace } from './trace.ts';
import type { TrackedResource } from './tracker.ts';
import { TRANSITION, usagesText, writesOf } from './usage-bits.ts';

/** What is wrong with what was recorded. */
export type FindingRule =
  | 'missing-barrier'
  | 'missing-wait'
  | 'useless-barrier'
  | 'read-before-write'
  | 'undeclared-use'
  | 'wrong-layout';

/** One finding, as a validation message. */
export interface Finding {
  readonly severity: 'error' | 'warning';
  readonly rule: FindingRule;
  readonly message: string;
}

/** Gets findings. */
export type Report = (finding: Finding) => void;

function error(rule: FindingRule, message: string): Finding {
  return { severity: 'error', rule, message };
}

function nameOf(resource: TrackedResource, segment: Segment): string {
  return `${resource.kind} "${resource.label}"${segmentText(resource, segment)}`;
}

function verb(bit: number): string {
  return writesOf(bit) === 0 ? 'read' : 'write';
}

/** A collision that no barrier ends. */
export interface Hazard {
  readonly resource: TrackedResource;
  readonly segment: Segment;
  readonly earlier: Trace;
  readonly bit: number;
  readonly who: Toucher;
  /** The recording that the later one stands in. */
  readonly recording: string;
}

/** Two touches, one of them a write, that no barrier separates. */
export function hazardText({ resource, segment, earlier, bit, who }: Hazard): Finding {
  const name = nameOf(resource, segment);
  const before = `pass "${earlier.who?.pass}"`;
  if (bit === TRANSITION) {
    return error(
      'missing-barrier',
      `Cannot change the layout of ${name} in pass "${who.pass}": ${before} touches it in ${earlier.who?.command}, ` +
        `which the barrier doesn't wait for; name ${usagesText(earlier.as)} before it`,
    );
  }
  const did = earlier.bit === TRANSITION ? 'changes its layout for others' : `${verb(earlier.bit)}s it`;
  const how = earlier.bit === TRANSITION ? '' : ` in ${earlier.who?.command}`;
  return error(
    'missing-barrier',
    `Cannot let pass "${who.pass}" ${verb(bit)} ${name} in ${who.command}: ${before} ${did}${how}, and no barrier stands ` +
      `between; put encoder.barrier(${usagesText(earlier.as)}, ${usagesText(bit)}) there`,
  );
}

/** Two touches on two queues, and no submit waits. */
export function waitText({ resource, segment, earlier, bit, who, recording }: Hazard): Finding {
  return error(
    'missing-wait',
    `Cannot let pass "${who.pass}" ${verb(bit)} ${nameOf(resource, segment)} in ${who.command}: pass "${earlier.who?.pass}" ` +
      `${verb(earlier.bit)}s it on another queue, and no wait stands between; ` +
      `submit "${recording}" with { wait: [the point of that submit] }`,
  );
}

/** A touch of an image in another layout than it is in. */
export function layoutText(hazard: {
  readonly resource: TrackedResource;
  readonly segment: Segment;
  readonly from: ImageLayout;
  readonly to: ImageLayout;
  readonly who: Toucher;
}): Finding {
  const { resource, segment, from, to, who } = hazard;
  return error(
    'wrong-layout',
    `Cannot use ${nameOf(resource, segment)} in ${who.command} of pass "${who.pass}": it is in layout '${from}', ` +
      `'${to}' is expected; put encoder.transition between`,
  );
}

/** A read of what nobody wrote. */
export function unwrittenText(resource: TrackedResource, segment: Segment, bit: number, who: Toucher): Finding {
  return error(
    'read-before-write',
    `Cannot let pass "${who.pass}" read ${nameOf(resource, segment)} in ${who.command} (${usagesText(bit)}): ` +
      `nothing wrote it; upload, fill or write it first`,
  );
}

/** A use that the pass's declaration doesn't have; `allowed` are the usages that it has of the resource. */
interface UndeclaredUse {
  readonly pass: string;
  readonly resource: TrackedResource;
  readonly bit: number;
  readonly allowed: number;
  readonly command: string;
  readonly writes: boolean;
}

/** A use that the pass's declaration doesn't have. */
export function undeclaredText({ pass, resource, bit, allowed, command, writes }: UndeclaredUse): Finding {
  const declares = allowed === 0 ? 'it declares no use of it' : `it declares ${usagesText(allowed)}`;
  return error(
    'undeclared-use',
    `Cannot let pass "${pass}" ${verb(bit)} ${resource.kind} "${resource.label}" in ${command}: ${declares}; ` +
      `add ${usagesText(bit)} to its ${writes ? 'writes' : 'reads'}`,
  );
}

/** A use that the pass's declaration has of other parts of the resource. */
export function undeclaredPartText({ pass, resource, bit, command, writes }: UndeclaredUse, gap: Segment): Finding {
  const others = resource.kind === 'image' ? 'other mips or layers' : 'other bytes';
  return error(
    'undeclared-use',
    `Cannot let pass "${pass}" ${verb(bit)} ${nameOf(resource, gap)} in ${command}: it declares ${usagesText(bit)} of ${others} alone; ` +
      `add ${usagesText(bit)} of${segmentText(resource, gap)} to its ${writes ? 'writes' : 'reads'}`,
  );
}

/** A barrier that ended no hazard in any submit. */
export function uselessText({ text }: BarrierMark): Finding {
  const message = `Cannot find a use of ${text}: nothing after it touches what it waits for; leave it out`;
  return { severity: 'warning', rule: 'useless-barrier', message };
}
