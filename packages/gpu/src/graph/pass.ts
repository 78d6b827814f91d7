/** @file A pass: what it is called, where it runs, what it touches, and its commands. Checked as it is added. */

import type { Access, Usage } from '../access.ts';
import { isTransfer } from '../command/queue-abilities.ts';
import { writesMemory } from '../convert.ts';
import { GraphError } from '../errors.ts';
import { roleAllows } from '../role.ts';
import type { Bindings } from './bindings.ts';
import { HostValue, RoleUse } from './resource.ts';
import type { BufferLike, ImageLike, Use } from './resource.ts';
import type { BarrierSink } from './sink.ts';
import { defaultUsage, layoutOf, resolveUsage } from './usage.ts';
import type { PassQueue, Resolved } from './usage.ts';
import { checkFunctions, checkNamesOf, checkOptions } from '../given.ts';
import type { Names } from '../given.ts';
import { valueText } from '../printing.ts';

/** A node of the graph: its name (unique), where it runs, what it touches, what it must follow, and its commands. */
export interface Pass<E extends BarrierSink = BarrierSink> {
  readonly name: string;
  /** Default 'compute'. */
  readonly queue?: PassQueue;
  readonly reads?: readonly Use[];
  readonly writes?: readonly Use[];
  /** Names of passes that must come before, wherever they are declared and though no resource says so. */
  readonly after?: readonly string[];
  /** The named stage that it stands in; `graph.stage` says which stages come before. */
  readonly stage?: string;
  /** It does something that its writes don't tell, so it is never culled. Default: true where it writes nothing. */
  readonly sideEffects?: boolean;
  /** Records its commands; `at` gives the buffers and images behind declared resources. */
  readonly record?: (encoder: E, at: Bindings) => void;
  /** For queue 'host': what it does. A promise is waited for. */
  readonly run?: (at: Bindings) => void | Promise<void>;
}

const PASS: Names<Pass> = Object.freeze({
  name: true,
  queue: true,
  reads: true,
  writes: true,
  after: true,
  stage: true,
  sideEffects: true,
  record: true,
  run: true,
});

/** A use, settled: what, how, which part. */
export interface SettledUse {
  readonly resource: string | BufferLike | ImageLike | HostValue<unknown>;
  readonly usage: Usage;
  readonly part: RoleUse['part'];
  readonly writes: boolean;
  /** The usage on the pass's queue. */
  readonly resolved: Resolved;
}

const SHADING: readonly PassQueue[] = ['compute', 'graphics'];
const QUEUES: readonly PassQueue[] = [...SHADING, 'transfer', 'host'];

const TRANSFERS: readonly Access[] = ['transfer-source', 'transfer-target'];
const DISPATCHES: readonly Access[] = [
  ...TRANSFERS,
  'storage-read',
  'storage-write',
  'uniform',
  'sampled',
  'indirect',
  'conditional',
];

/** What passes of each queue may do, in words: barriers name the stages of these alone. */
const DOES: Readonly<Record<PassQueue, readonly Access[]>> = Object.freeze({
  compute: DISPATCHES,
  graphics: [...DISPATCHES, 'vertex', 'index', 'color-attachment', 'depth-attachment'],
  transfer: TRANSFERS,
  host: ['host-read', 'host-write'],
});

/** Words that also say a read alone: of a depth that is tested and not written, of a colour that is blended with. */
const ATTACHMENTS: readonly Usage[] = ['color-attachment', 'depth-attachment'];

const NO_PART = Object.freeze({});

/** What types say of passes, for those who have none. */
export function checkPass(pass: Pass<never>): void {
  checkOptions('Cannot add a pass', pass, 'what it does and touches');
  if (typeof pass.name !== 'string') {
    throw new TypeError(
      `Cannot add a pass: its name is ${valueText(pass.name)}; give a text, which barriers and errors speak of`,
    );
  }
  checkNamesOf('Cannot add pass', pass.name, pass, PASS);
  checkFunctions(`Cannot add pass "${pass.name}"`, pass, ['record', 'run']);
  for (const what of ['reads', 'writes', 'after'] as const) {
    const list: unknown = pass[what];
    if (list === undefined || list === null || Array.isArray(list)) continue;
    throw new TypeError(`Cannot add pass "${pass.name}": ${what} is ${valueText(list)}; give a list`);
  }
}

/** The uses of a pass, with defaults filled in and checked: reads first. */
export function settleUses(pass: Pass<never>): SettledUse[] {
  const uses: SettledUse[] = [];
  checkPass(pass);
  const { queue = 'compute' } = pass;
  if (!QUEUES.includes(queue)) {
    throw new GraphError(`Cannot add pass "${pass.name}": queue "${queue}" is none of ${QUEUES.join(', ')}`);
  }
  for (const each of pass.reads ?? []) uses.push(settle(pass, each, false));
  for (const each of pass.writes ?? []) uses.push(settle(pass, each, true));
  return uses;
}

/** The name of what a use touches. */
export function labelOf(resource: SettledUse['resource']): string {
  return typeof resource === 'string' ? resource : resource.label;
}

function settle(pass: Pass<never>, each: Use, writes: boolean): SettledUse {
  const queue = pass.queue ?? 'compute';
  checkUsage(pass, each, writes);
  if (typeof each === 'string') return settled(each, defaultUsage('any', queue, writes), NO_PART, writes, queue);
  if (each instanceof HostValue) {
    if (queue !== 'host') {
      const why = `it runs on the ${queue} queue, which can't reach a host value; copy it to a buffer`;
      refuse(pass, writes, each.label, why);
    }
    return settled(each, writes ? 'host-write' : 'host-read', NO_PART, writes, queue);
  }
  if (each instanceof RoleUse) {
    const { resource, part, access = defaultUsage(resource.role, queue, writes) } = each;
    return checked(pass, settled(resource, access, part, writes, queue));
  }
  if ('access' in each) return checked(pass, settled(each.resource, each.access, NO_PART, writes, queue));
  return checked(pass, settled(each, defaultUsage(each.role, queue, writes), NO_PART, writes, queue));
}

/** What types say of a usage, for those who have none: words, or bits of Vulkan's. */
function checkUsage(pass: Pass<never>, each: Use, writes: boolean): void {
  if (typeof each === 'string') return;
  const anything: unknown = each;
  if (typeof anything !== 'object' || anything === null) {
    const what = writes ? 'writes' : 'reads';
    throw new GraphError(
      `Cannot add pass "${pass.name}": it ${what} ${String(anything)}; list names, buffers, images, or what use(…) makes of them`,
    );
  }
  if (!('access' in each) || each.access === undefined) return;
  const { access, resource } = each;
  if (typeof access === 'string' || (typeof access?.stage === 'bigint' && typeof access.access === 'bigint')) return;
  const given = typeof access === 'object' ? `{ ${Object.keys(access ?? {}).join(', ')} }` : String(access);
  const label = typeof resource === 'string' ? resource : resource.label;
  const why = `${given} is no usage; say use(resource, 'storage-read', { byteLength }), with undefined where the role tells the usage`;
  refuse(pass, writes, label, why);
}

function settled(
  resource: SettledUse['resource'],
  usage: Usage,
  part: RoleUse['part'],
  writes: boolean,
  queue: PassQueue,
): SettledUse {
  return { resource, usage, part, writes, resolved: resolveUsage(usage, queue) };
}

function checked(pass: Pass<never>, settled: SettledUse): SettledUse {
  const { resource, usage, writes } = settled;
  const label = labelOf(resource);
  if (!writes && writesMemory(usage) && !ATTACHMENTS.includes(usage)) {
    refuse(pass, writes, label, `"${settled.resolved.text}" writes; list it under writes, or say how it is read`);
  }
  if (typeof usage === 'string') {
    if (writes && !writesMemory(usage)) {
      refuse(pass, writes, label, `"${usage}" only reads; list it under reads, or say how it is written`);
    }
    if (typeof resource === 'object' && resource.kind !== 'host value' && !roleAllows(resource.role, usage)) {
      refuse(
        pass,
        writes,
        label,
        `its role "${resource.role}" doesn't allow "${usage}"; give it another role, or none`,
      );
    }
  }
  checkPart(pass, settled);
  checkQueue(pass, settled);
  return settled;
}

/** Throws where the pass's queue doesn't do what a word says, or hasn't the stages of a raw usage. */
function checkQueue(pass: Pass<never>, { resource, usage, writes, resolved }: SettledUse): void {
  const { queue = 'compute' } = pass;
  const does = (each: PassQueue): boolean =>
    typeof usage === 'string' ? DOES[each].includes(usage) : each !== 'transfer' || isTransfer(usage);
  if (does(queue)) return;
  const others = (typeof usage === 'string' ? QUEUES : SHADING).filter(does).map((each) => `'${each}'`);
  const why = `"${resolved.text}" is nothing that a pass on the ${queue} queue does; give it queue ${others.join(' or ')}, or say another usage`;
  refuse(pass, writes, labelOf(resource), why);
}

/** Throws where an image can't be used so, and where a part lies outside of its resource. */
function checkPart(pass: Pass<never>, settled: SettledUse): void {
  const { resource, usage, writes } = settled;
  if (typeof resource === 'string' || resource.kind === 'host value') return;
  const { label } = resource;
  if (resource.kind === 'image' && layoutOf(usage) === undefined) {
    refuse(pass, writes, label, `no image can be used as "${settled.resolved.text}"; use a buffer`);
  }
  const slip = partSlip(resource, settled.part);
  if (slip !== '') refuse(pass, writes, label, slip);
}

/** What is wrong with a part of a resource; nothing if it lies within. */
function partSlip(resource: BufferLike | ImageLike, part: RoleUse['part']): string {
  const { byteOffset, byteLength, mip, mips, layer, layers } = part;
  const outside = (first: number, count: number, all: number): boolean =>
    !Number.isSafeInteger(first) || !Number.isSafeInteger(count) || first < 0 || count < 1 || first + count > all;
  if (resource.kind === 'buffer') {
    if ((mip ?? mips ?? layer ?? layers) !== undefined) return 'a buffer has no mips and layers; give bytes';
    const [first, all] = [byteOffset ?? 0, resource.byteLength];
    const count = byteLength ?? all - first;
    return outside(first, count, all) ? `bytes ${first} to ${first + count} are meant, it has ${all}; stay within` : '';
  }
  if ((byteOffset ?? byteLength) !== undefined) return 'an image has no bytes here; give mips and layers';
  const [firstMip, firstLayer] = [mip ?? 0, layer ?? 0];
  if (outside(firstMip, mips ?? resource.mips - firstMip, resource.mips)) {
    return `mip levels from ${firstMip} are meant, it has ${resource.mips}; stay within`;
  }
  if (outside(firstLayer, layers ?? resource.layers - firstLayer, resource.layers)) {
    return `layers from ${firstLayer} are meant, it has ${resource.layers}; stay within`;
  }
  return '';
}

function refuse(pass: Pass<never>, writes: boolean, label: string, why: string): never {
  throw new GraphError(`Cannot add pass "${pass.name}": it ${writes ? 'writes' : 'reads'} "${label}", and ${why}`);
}
