/**
 * @file A device that isn't there: it writes down as text what frames record, and runs nothing. Code that records frames is
 * tested on it without Vulkan. Its "device" is done with a submit when the test says so.
 */
import type {
  BarrierBatch,
  FrameCommands,
  FrameDevice,
  FrameMemory,
  Labelled,
  RecordedFrame,
  Usage,
} from '@halocline/gpu';

/** How a null device is made. */
export interface NullDeviceOptions {
  /** Frames in flight. Default 2. */
  readonly frames?: number;
  /** Bytes of each frame's memory. Default 65,536. */
  readonly byteLength?: number;
  /** Submits are done at once, or when `finish` is called. Default 'at once'. */
  readonly finishes?: 'at once' | 'when told';
}

function usages(list: readonly Usage[]): string {
  return list.map((each) => (typeof each === 'string' ? each : `${each.stage}:${each.access}`)).join('+') || 'nothing';
}

/** Writes commands down, one a line. */
export class NullEncoder implements FrameCommands {
  readonly #lines: string[];
  #indent = '  ';

  constructor(lines: string[]) {
    this.#lines = lines;
  }

  pipeline(pipeline: Labelled): this {
    return this.#say(`pipeline ${pipeline.label}`);
  }

  push(bytes: ArrayBufferView, byteOffset: number = 0): this {
    return this.#say(`push ${bytes.byteLength} bytes${byteOffset > 0 ? ` at ${byteOffset}` : ''}`);
  }

  bind(binding: number, buffer: Labelled): this {
    return this.#say(`bind ${binding} ${buffer.label}`);
  }

  dispatch(x: number, y: number = 1, z: number = 1): this {
    return this.#say(`dispatch ${x} ${y} ${z}`);
  }

  dispatchIndirect(buffer: Labelled, byteOffset: number = 0): this {
    return this.#say(`dispatch from ${buffer.label} at ${byteOffset}`);
  }

  copy(from: Labelled, fromOffset: number, to: Labelled, toOffset: number, byteLength: number): this {
    return this.#say(`copy ${byteLength} bytes ${from.label}@${fromOffset} → ${to.label}@${toOffset}`);
  }

  fill(buffer: Labelled, byteOffset: number, byteLength: number, word: number): this {
    return this.#say(`fill ${buffer.label} ${byteOffset}+${byteLength} with ${word}`);
  }

  barrier(before: readonly Usage[], after: readonly Usage[]): this {
    return this.#say(`barrier ${usages(before)} → ${usages(after)}`);
  }

  barriers({ memory, images = [] }: BarrierBatch<Labelled>): this {
    if (memory) this.barrier(memory.before, memory.after);
    for (const { image, before, after } of images) {
      this.#say(`barrier ${image.label} ${before === 'undefined' ? before : usages(before)} → ${usages(after)}`);
    }
    return this;
  }

  label(name: string, body: (encoder: this) => void): this {
    this.#say(`${name}:`);
    const outer = this.#indent;
    this.#indent += '  ';
    body(this);
    this.#indent = outer;
    return this;
  }

  #say(line: string): this {
    this.#lines.push(this.#indent + line);
    return this;
  }
}

class NullMemory implements FrameMemory {
  used = 0;
  readonly #bytes: Uint8Array<ArrayBuffer>;

  constructor(byteLength: number) {
    this.#bytes = new Uint8Array(byteLength);
  }

  take(byteLength: number, alignment: number = 16): ReturnType<FrameMemory['take']> {
    const byteOffset = Math.ceil(this.used / alignment) * alignment;
    if (byteOffset + byteLength > this.#bytes.byteLength) {
      throw new RangeError(`Cannot take ${byteLength} bytes: ${this.used} of ${this.#bytes.byteLength} are in use`);
    }
    this.used = byteOffset + byteLength;
    const bytes = this.#bytes.subarray(byteOffset, byteOffset + byteLength);
    return { byteOffset, byteLength, address: BigInt(byteOffset), bytes };
  }
}

/** A timeline that the test moves on. */
class NullTimeline {
  last = 0;
  #reached = 0;
  #waiting: { value: number; resolve: () => void }[] = [];

  value(): number {
    return this.#reached;
  }

  wait(value: number): Promise<void> {
    if (this.#reached >= value) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push({ value, resolve }));
  }

  reach(value: number): void {
    this.#reached = Math.max(this.#reached, value);
    for (const each of this.#waiting.splice(0)) {
      if (each.value <= this.#reached) each.resolve();
      else this.#waiting.push(each);
    }
  }
}

/** A frame of the null device. */
interface NullFrame extends RecordedFrame<NullEncoder> {
  readonly linear: NullMemory;
}

/** A device that records commands as text. */
export class NullDevice implements FrameDevice<NullEncoder> {
  readonly counters: { waits: number; submits: number } = { waits: 0, submits: 0 };
  /** All that was begun, recorded and submitted, a line each. */
  readonly lines: string[] = [];
  readonly #timeline = new NullTimeline();
  readonly #memories: NullMemory[];
  readonly #points: number[];
  readonly #atOnce: boolean;
  #number = 0;
  #open: NullFrame | undefined;

  constructor({ frames = 2, byteLength = 65_536, finishes = 'at once' }: NullDeviceOptions = {}) {
    this.#memories = Array.from({ length: frames }, () => new NullMemory(byteLength));
    this.#points = this.#memories.map(() => 0);
    this.#atOnce = finishes === 'at once';
  }

  /** The lines as one text. */
  get text(): string {
    return this.lines.join('\n');
  }

  async beginFrame(): Promise<NullFrame> {
    if (this.#open) {
      throw new Error(`Cannot begin frame ${this.#number}: frame ${this.#open.number} is open; end it first`);
    }
    const number = this.#number++;
    const index = number % this.#memories.length;
    if (this.#timeline.value() < this.#points[index]!) {
      this.counters.waits++;
      await this.#timeline.wait(this.#points[index]!);
    }
    const linear = this.#memories[index]!;
    linear.used = 0;
    this.lines.push(`frame ${number} in slot ${index}`);
    const record = (label: string, body: (encoder: NullEncoder) => void): void => {
      new NullEncoder(this.lines).label(label, body);
    };
    this.#open = { index, number, linear, record };
    return this.#open;
  }

  endFrame(frame: NullFrame): { timeline: NullTimeline; value: number } {
    if (frame !== this.#open) throw new Error(`Cannot end frame ${frame.number}: it was ended; begin another`);
    this.#open = undefined;
    const value = ++this.#timeline.last;
    this.#points[frame.index] = value;
    this.counters.submits++;
    this.lines.push(`submit ${value}`);
    if (this.#atOnce) this.finish();
    return { timeline: this.#timeline, value };
  }

  /** The device is done with the submits up to this one; default all. */
  finish(value: number = this.#timeline.last): void {
    this.#timeline.reach(value);
  }
}
