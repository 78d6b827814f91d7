/**
 * @file What this room throws where code must react. Callers' slips are `TypeError` and `RangeError`; these four are the rest.
 * Every message is whole in itself: "Cannot <verb> <thing> "<name>": <what is>; <what would do>".
 */

/** What failed, in one word that code may switch on. */
export type VulkanErrorKind =
  | 'not-available'
  | 'no-device'
  | 'no-compute-queue'
  | 'initialization'
  | 'device-creation'
  | 'allocation'
  | 'buffer'
  | 'buffer-too-small'
  | 'not-mapped'
  | 'pipeline-creation'
  | 'shader-compilation'
  | 'execution'
  | 'command-buffer'
  | 'synchronization';

/** What a `VulkanError` tells beside its message. */
export interface VulkanErrorDetails {
  readonly kind: VulkanErrorKind;
  /** The Vulkan command that failed, such as "vkQueueSubmit2"; absent where no command was called. */
  readonly command?: string;
  /** The name of the result code, such as "VK_ERROR_DEVICE_LOST". */
  readonly result?: string;
  /** The labels of the objects that it is about, the one that failed first. */
  readonly labels?: readonly string[];
  readonly cause?: unknown;
}

/** A failure of the driver, or a use of the runtime that the driver would answer with undefined behaviour. */
export class VulkanError extends Error {
  override readonly name: string = 'VulkanError';
  readonly kind: VulkanErrorKind;
  /** The Vulkan command that failed, such as "vkQueueSubmit2"; undefined where no command was called. */
  readonly command: string | undefined;
  /** The name of the result code, such as "VK_ERROR_DEVICE_LOST". */
  readonly result: string | undefined;
  /** The labels of the objects that it is about, the one that failed first; empty where there are none. */
  readonly labels: readonly string[];

  constructor(message: string, details: VulkanErrorDetails) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.labels = details.labels ?? [];
    this.kind = details.kind;
    this.command = details.command;
    this.result = details.result;
  }
}

/** One owner of device memory, as an out-of-memory message lists it: bytes over all its buffers. */
export interface MemoryOwner {
  readonly owner: string;
  readonly byteLength: number;
  readonly buffers: number;
}

/** The figures of an allocation that didn't fit; all sizes in bytes. */
export interface OutOfMemoryFigures {
  readonly requested: number;
  /** Bytes that no buffer holds, under the heap's limit. */
  readonly free: number;
  /** The largest single buffer that would still fit. */
  readonly largestHole: number;
  /** At most five, the biggest first. */
  readonly owners: readonly MemoryOwner[];
}

/**
 * Device memory is exhausted: says what was asked for, what is free, the largest hole, and the five biggest owners; command and
 * result where it was the driver that refused, and not the heap's limit.
 */
export class OutOfMemoryError extends VulkanError {
  override readonly name: string = 'OutOfMemoryError';
  /** Bytes. */
  readonly requested: number;
  /** Bytes that no buffer holds, under the heap's limit. */
  readonly free: number;
  /** Bytes of the largest single buffer that would still fit. */
  readonly largestHole: number;
  /** At most five, the biggest first. */
  readonly owners: readonly MemoryOwner[];

  constructor(what: string, figures: OutOfMemoryFigures, details: Partial<VulkanErrorDetails> = {}) {
    const { requested, free, largestHole, owners } = figures;
    const held = owners.map(
      (each) =>
        `${each.owner} ${bytesText(each.byteLength)} in ${each.buffers} ${each.buffers === 1 ? 'buffer' : 'buffers'}`,
    );
    const said = details.command === undefined ? '' : `, and ${details.command} gave ${details.result}`;
    super(
      `Cannot allocate ${what}: ${bytesText(requested)} requested, ${bytesText(free)} free, ` +
        `the largest hole is ${bytesText(largestHole)}${said}; ` +
        (held.length > 0 ? `the biggest owners are ${held.join(', ')}` : 'nothing is allocated, so ask for less'),
      { kind: 'allocation', ...details },
    );
    this.requested = requested;
    this.free = free;
    this.largestHole = largestHole;
    this.owners = owners;
  }
}

/** What the driver knows of a device's loss (EXT_device_fault). */
export interface DeviceFault {
  /** The driver's own words. */
  readonly description: string;
  /** Memory that was touched wrongly, or instructions that did so: a range of `precision` bytes (a power of two) holds the address. */
  readonly addresses: readonly { readonly type: string; readonly address: bigint; readonly precision: bigint }[];
  /** What the vendor's engineers make something of: in words, with a code and a value of theirs. */
  readonly vendor: readonly { readonly description: string; readonly code: bigint; readonly value: bigint }[];
}

/**
 * The device is gone (reset, unplugged, hung): nothing on it can be used again. Its kind is 'execution', its result
 * VK_ERROR_DEVICE_LOST.
 */
export class DeviceLostError extends VulkanError {
  override readonly name: string = 'DeviceLostError';
  /** What was submitted last, oldest first: command buffers, and the passes that graphs recorded in them. */
  readonly lastLabels: readonly string[];
  /** The driver's report, where it gives one. */
  readonly fault: DeviceFault | undefined;

  constructor(
    deviceName: string,
    command: string,
    lastLabels: readonly string[],
    more: { readonly labels?: readonly string[]; readonly fault?: DeviceFault | undefined } = {},
  ) {
    const { labels = [], fault } = more;
    const last = lastLabels.length > 0 ? `; submitted last: ${lastLabels.join(', ')}` : '';
    const report = fault ? `; the driver says: ${faultText(fault)}` : '';
    const message = `Cannot go on with device "${deviceName}": it was lost (${command} gave VK_ERROR_DEVICE_LOST)`;
    super(message + last + report, {
      kind: 'execution',
      command,
      result: 'VK_ERROR_DEVICE_LOST',
      labels: [deviceName, ...labels],
    });
    this.lastLabels = lastLabels;
    this.fault = fault;
  }
}

function faultText({ description, addresses, vendor }: DeviceFault): string {
  const places = addresses.map(({ type, address, precision }) => `${type} at 0x${address.toString(16)} ± ${precision}`);
  const words = vendor.map((each) => `${each.description} (${each.code}, ${each.value})`);
  return [description, ...places, ...words].filter((each) => each !== '').join(', ') || 'nothing';
}

/** Where a shader's text is wrong: `line` and `column` count from 1, in `file`; `excerpt` is the line and a caret under it. */
export interface ShaderPlace {
  readonly file: string;
  readonly line: number;
  /** 0 where the compiler doesn't say. */
  readonly column: number;
  readonly excerpt: string;
}

/** A shader that doesn't compile, or whose SPIR-V is malformed or asks for what the device lacks. The message holds the excerpt. */
export class ShaderError extends VulkanError {
  override readonly name: string = 'ShaderError';
  /** Path or label of the text; '' where no place is known. */
  readonly file: string;
  /** From 1; 0 where no place is known. */
  readonly line: number;
  /** From 1; 0 where the compiler doesn't say. */
  readonly column: number;
  /** The line with a caret under it; '' where no place is known. */
  readonly excerpt: string;

  constructor(
    message: string,
    place?: Partial<ShaderPlace>,
    details: { readonly labels?: readonly string[]; readonly cause?: unknown } = {},
  ) {
    super(place?.excerpt ? `${message}\n${place.excerpt}` : message, { kind: 'shader-compilation', ...details });
    this.file = place?.file ?? '';
    this.line = place?.line ?? 0;
    this.column = place?.column ?? 0;
    this.excerpt = place?.excerpt ?? '';
  }
}

/**
 * A shader's error as one about the thing of that label, for who knows it where the shader's reader doesn't; an error that names
 * something as it is. `reword` gives the message another beginning.
 */
export function labelled(error: ShaderError, label: string, reword = (text: string): string => text): ShaderError {
  const { file, line, column, excerpt, cause } = error;
  if (error.labels.length > 0) return error;
  const text = excerpt === '' ? error.message : error.message.slice(0, -excerpt.length - 1);
  return new ShaderError(reword(text), { file, line, column, excerpt }, { labels: [label], cause });
}

/** A graph that can't be put in order, or that is declared wrongly. */
export class GraphError extends Error {
  override readonly name: string = 'GraphError';
}

const UNITS = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

/** How many of a list an error names. */
const NAMED = 8;

/** The first of a list, in a line. */
export function listText(texts: readonly string[]): string {
  return `${texts.slice(0, NAMED).join(', ')}${texts.length > NAMED ? ', …' : ''}`;
}

/** A count of bytes as people read it: "512 bytes", "1.5 MiB". */
export function bytesText(byteLength: number): string {
  let value = byteLength;
  let unit = 0;
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024;
    unit++;
  }
  const digits = unit === 0 || value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return `${Number(value.toFixed(digits))} ${byteLength === 1 ? 'byte' : UNITS[unit]}`;
}
