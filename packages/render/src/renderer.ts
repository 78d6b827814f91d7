/**
 * @file Pictures of volumes on the device. A picture is three passes and a copy, on the compute queue, behind what was
 * submitted there before: find the bricks in which something shows; light them; march a ray a pixel; copy the pixels to
 * memory that the host sees. The host waits once, for the copy.
 *
 * Why bricks of our own, and not a walk through the index grid: a dense box has every leaf, so its topology skips
 * nothing; and a trilinear sample next to a leaf reads it from a cell that has none. The table is made anew for each
 * picture, from the field itself, in the time of one read of it. It has room for a guess; when the guess was too small
 * the device says how many there are, and the picture is made again.
 *
 * No submit is estimated over half a second (desktops have watchdogs): lighting and marching are cut into pieces.
 */
import type { Buffer as DeviceBuffer, CommandBuffer, ComputePipeline, Device, Encoder } from '@halocline/gpu';
import { bricks, light, march, values } from './generated/shaders.ts';
import type { Image } from './image.ts';
import { createImage } from './image.ts';
import type { Look, RenderOptions } from './options.ts';
import { resolveLook } from './options.ts';
import type { Addresses, TableSize } from './parameters.ts';
import { PARAMETER_BYTES, steps, worldBox, writeParameters } from './parameters.ts';
import { length, subtract } from './vector.ts';
import type { Volume } from './volume.ts';

const LIGHT_BYTES = 480;
const VALUE_BYTES = 648 * 4;
/** Samples of a field that a submit may take: a desktop GPU does some 10⁹ a second. */
const SAMPLES_PER_SUBMIT = 2 ** 28;
const TYPE_NUMBERS: Readonly<Record<string, number>> = { float32: 0, float16: 1, int32: 2, uint32: 3, uint8: 4 };
const NO_TEMPERATURE = 9;

interface Pipelines {
  readonly bricks: ComputePipeline;
  readonly values: ComputePipeline;
  readonly light: ComputePipeline;
  readonly march: ComputePipeline;
}

/** Buffers for a number of bricks. */
interface BrickStore {
  readonly size: TableSize;
  /** Whether there is room for temperatures too. */
  readonly hot: boolean;
  readonly claims: DeviceBuffer;
  readonly table: DeviceBuffer;
  readonly slots: DeviceBuffer;
  readonly origins: DeviceBuffer;
  readonly values: DeviceBuffer;
  readonly light: DeviceBuffer;
}

/** Buffers for a picture: pixels, and pixels plus the two counters as the host sees them. */
interface ImageStore {
  readonly byteLength: number;
  readonly pixels: DeviceBuffer;
  readonly download: DeviceBuffer;
}

/** Part of a picture's work: how many samples of a field it takes at most, and its commands. */
interface Piece {
  readonly samples: number;
  readonly record: (encoder: Encoder) => void;
}

/** Renders volumes of one device; pipelines and buffers live from picture to picture. Dispose it before the device. */
export class Renderer implements AsyncDisposable {
  static {
    Object.defineProperty(this.prototype, Symbol.for('nodejs.util.inspect.custom'), {
      value(this: Renderer): string {
        return this.toString();
      },
    });
  }

  readonly device: Device;
  readonly #pipelines: Map<string, Pipelines> = new Map();
  readonly #parameters: DeviceBuffer;
  readonly #uploaded: DeviceBuffer;
  readonly #counters: DeviceBuffer;
  #bricks: BrickStore | undefined;
  #image: ImageStore | undefined;
  #last: Promise<unknown> = Promise.resolve();
  readonly #firstGuess: number;
  #disposed = false;

  private constructor(device: Device, firstGuess: number) {
    this.device = device;
    this.#firstGuess = firstGuess;
    [this.#parameters, this.#uploaded, this.#counters] = allOrNone((own) => [
      own(this.#make('parameters', PARAMETER_BYTES)),
      own(this.#make('parameters on the host', PARAMETER_BYTES, 'upload')),
      own(this.#make('counters', 16)),
    ]);
  }

  /** A renderer for a device, with room for `bricks` 8³ cells in which something shows; more is made when a picture needs it. */
  static async create(device: Device, { bricks = 8192 }: { readonly bricks?: number } = {}): Promise<Renderer> {
    return new Renderer(device, bricks);
  }

  /** Renders a picture of the volume as it is after everything submitted so far; resolves when its pixels are here. */
  render(volume: Volume, options: RenderOptions = {}): Promise<Image> {
    if (this.#disposed) {
      return Promise.reject(new TypeError('Cannot render with "renderer": it was disposed; create another'));
    }
    const look = resolveLook(options);
    const picture = this.#last.then(() => this.#render(volume, look));
    this.#last = picture.catch(() => undefined);
    return picture;
  }

  async #render(volume: Volume, look: Look): Promise<Image> {
    await volume.before?.();
    const pipelines = this.#pipelinesFor(volume, look);
    const image = this.#imageFor(look);
    for (;;) {
      const store = this.#bricksFor(volume, look, 0);
      writeParameters(this.#uploaded.mapped, look, volume, this.#addresses(volume, look, store, image), store.size);
      const commands = this.#record(volume, look, pipelines, store, image);
      try {
        for (const command of commands.slice(0, -1)) this.device.compute.submit([command]);
        const point = this.device.compute.submit(commands.slice(-1));
        await this.device.compute.timeline.wait(point.value);
      } finally {
        for (const command of commands) command[Symbol.dispose]();
      }
      const { buffer, byteOffset } = image.download.mapped;
      const [needed, overflow] = new Uint32Array(buffer, byteOffset + image.byteLength, 2);
      if (overflow === 0 && needed! <= store.size.bricks) {
        return createImage(look.width, look.height, image.download.mapped.slice(0, image.byteLength));
      }
      this.#bricksFor(volume, look, Math.max(Math.ceil(needed! * 1.25), overflow === 0 ? 0 : store.size.bricks * 4));
    }
  }

  #record(volume: Volume, look: Look, pipelines: Pipelines, store: BrickStore, image: ImageStore): CommandBuffer[] {
    const pieces = [
      this.#findBricks(volume, pipelines, store),
      ...this.#fillBricks(volume, look, pipelines, store),
      ...this.#marchRays(volume, look, pipelines),
      this.#copyOut(image),
    ];
    const groups: Piece[][] = [];
    let cost = Number.POSITIVE_INFINITY;
    for (const piece of pieces) {
      if (cost + piece.samples > SAMPLES_PER_SUBMIT) {
        groups.push([]);
        cost = 0;
      }
      groups.at(-1)!.push(piece);
      cost += piece.samples;
    }
    return groups.map((group) =>
      this.device.record('render', (encoder) => {
        for (const piece of group) piece.record(encoder);
      }),
    );
  }

  #run(encoder: Encoder, pipeline: ComputePipeline, first: number, mode: number): Encoder {
    const words = new Uint32Array(4);
    new BigUint64Array(words.buffer)[0] = this.#parameters.address;
    words[2] = first;
    words[3] = mode;
    return encoder.pipeline(pipeline).push(words);
  }

  #findBricks(volume: Volume, pipelines: Pipelines, store: BrickStore): Piece {
    const record = (encoder: Encoder): void => {
      encoder.barrier(
        ['storage-write', 'storage-read', 'transfer-target', 'transfer-source'],
        ['storage-read', 'storage-write', 'transfer-source', 'transfer-target', 'indirect'],
      );
      encoder.copy(this.#uploaded, 0, this.#parameters, 0, PARAMETER_BYTES);
      encoder.fill(this.#counters, 0, 16, 0);
      for (const buffer of [store.claims, store.table, store.slots]) encoder.fill(buffer, 0, buffer.byteLength, 0);
      encoder.barrier(['transfer-target'], ['storage-read', 'storage-write']);
      this.#run(encoder, pipelines.bricks, 0, 0).dispatchIndirect(volume.count, 0);
      encoder.barrier(['storage-write'], ['storage-read', 'storage-write']);
      this.#run(encoder, pipelines.bricks, 0, 1).dispatchIndirect(volume.count, 0);
      encoder.barrier(['storage-write'], ['storage-read', 'storage-write']);
    };
    return { samples: volume.leafCount * 512, record };
  }

  /** Copies bricks' values, then lights them: dispatches over all that there is room for, of which those beyond the count end at once. */
  #fillBricks(volume: Volume, look: Look, pipelines: Pipelines, store: BrickStore): Piece[] {
    const { light: lightStep } = steps(look, volume);
    const samples = 125 * (diagonalOf(volume) / lightStep / 2) + 162 * 8;
    const pass = (pipeline: ComputePipeline, cost: number): Piece[] =>
      portions(store.size.bricks, Math.min(65_535, Math.max(1, Math.floor(SAMPLES_PER_SUBMIT / cost)))).map(
        ([first, count]) => ({
          samples: count * cost,
          record: (encoder) => {
            this.#run(encoder, pipeline, first, 0).dispatch(count);
            encoder.barrier(['storage-write'], ['storage-read']);
          },
        }),
      );
    return [...pass(pipelines.values, 1458), ...pass(pipelines.light, samples)];
  }

  #marchRays(volume: Volume, look: Look, pipelines: Pipelines): Piece[] {
    const samples = look.width * (diagonalOf(volume) / steps(look, volume).ray + 64);
    const rowsAtOnce = Math.max(8, Math.floor(SAMPLES_PER_SUBMIT / samples / 8) * 8);
    return portions(look.height, rowsAtOnce).map(([first, rows]) => ({
      samples: rows * samples,
      record: (encoder) => {
        this.#run(encoder, pipelines.march, first, rows).dispatch(Math.ceil(look.width / 8), Math.ceil(rows / 8));
      },
    }));
  }

  #copyOut(image: ImageStore): Piece {
    const record = (encoder: Encoder): void => {
      encoder.barrier(['storage-write', 'storage-read'], ['transfer-source', 'storage-write', 'transfer-target']);
      encoder.copy(image.pixels, 0, image.download, 0, image.byteLength);
      encoder.copy(this.#counters, 0, image.download, image.byteLength, 16);
      encoder.barrier(['transfer-target'], ['host-read']);
    };
    return { samples: 0, record };
  }

  #addresses(volume: Volume, look: Look, store: BrickStore, image: ImageStore): Addresses {
    const components = fieldKind(volume, look.density).components;
    return {
      leaves: volume.leaves.address,
      leafTable: volume.leafTable.address,
      count: volume.count.address,
      claims: store.claims.address,
      table: store.table.address,
      slots: store.slots.address,
      origins: store.origins.address,
      light: store.light.address,
      values: store.values.address,
      counters: this.#counters.address,
      image: image.pixels.address,
      density: Array.from({ length: components }, (_, component) => volume.fieldAddress(look.density, component)),
      temperature: look.temperature === undefined ? 0n : volume.fieldAddress(look.temperature, 0),
    };
  }

  #pipelinesFor(volume: Volume, look: Look): Pipelines {
    const density = fieldKind(volume, look.density);
    const heat = look.temperature === undefined ? undefined : fieldKind(volume, look.temperature);
    const specialization = {
      0: density.number,
      1: density.components,
      2: heat?.number ?? NO_TEMPERATURE,
      3: look.map === undefined ? 0 : 1,
      4: look.skipping ? 1 : 0,
    };
    const key = Object.values(specialization).join(' ');
    const known = this.#pipelines.get(key);
    if (known !== undefined) return known;
    const make = (label: string, base64: string): ComputePipeline => {
      const spirv = new Uint32Array(Uint8Array.fromBase64(base64).buffer);
      return this.device.createPipeline({ label: `render ${label}`, spirv, specialization });
    };
    const made = allOrNone((own) => ({
      bricks: own(make('bricks', bricks)),
      values: own(make('values', values)),
      light: own(make('light', light)),
      march: own(make('march', march)),
    }));
    this.#pipelines.set(key, made);
    return made;
  }

  /** Room for at least `wanted` bricks, what there was before, and a guess from the volume. */
  #bricksFor(volume: Volume, look: Look, wanted: number): BrickStore {
    const { min, max } = volume.leafBounds;
    const cells = [0, 1, 2].reduce((product, axis) => product * ((max[axis]! - min[axis]! + 1) / 8 + 1), 1);
    const guess = Math.min(Math.ceil(cells), volume.leafCount * 8, this.#firstGuess);
    const known = this.#bricks;
    const count = Math.max(64, wanted, guess, known?.size.bricks ?? 0);
    const hot = look.temperature !== undefined || known?.hot === true;
    if (known !== undefined && known.size.bricks >= count && known.hot === hot) return known;
    const most = Math.floor(2 ** 32 / (VALUE_BYTES / 4) / (hot ? 2 : 1));
    if (count > most) {
      throw new RangeError(
        `Cannot render field "${look.density}": ${count} cells of 8³ voxels show, and a picture takes ${most}; raise the threshold`,
      );
    }
    if (known !== undefined) releaseAll(known);
    this.#bricks = undefined;
    const entries = 2 ** Math.ceil(Math.log2(count * 4));
    this.#bricks = allOrNone((own) => ({
      size: { entries, bricks: count },
      hot,
      claims: own(this.#make('claims', entries * 4)),
      table: own(this.#make('brick table', entries * 16)),
      slots: own(this.#make('brick slots', count * 32)),
      origins: own(this.#make('brick origins', count * 16)),
      values: own(this.#make('brick values', count * VALUE_BYTES * (hot ? 2 : 1))),
      light: own(this.#make('brick light', count * LIGHT_BYTES)),
    }));
    return this.#bricks;
  }

  #imageFor(look: Look): ImageStore {
    const byteLength = look.width * look.height * 4;
    if (this.#image?.byteLength === byteLength) return this.#image;
    if (this.#image !== undefined) releaseAll(this.#image);
    this.#image = undefined;
    this.#image = allOrNone((own) => ({
      byteLength,
      pixels: own(this.#make('pixels', byteLength)),
      download: own(this.#make('pixels on the host', byteLength + 16, 'download')),
    }));
    return this.#image;
  }

  #make(label: string, byteLength: number, memory: 'device' | 'upload' | 'download' = 'device'): DeviceBuffer {
    return this.device.createBuffer({ label: `render ${label}`, byteLength, owner: 'render', memory });
  }

  /** What it holds, in words. */
  toString(): string {
    const size = this.#bricks === undefined ? 'no bricks yet' : `room for ${this.#bricks.size.bricks} bricks`;
    return `renderer on ${this.device.name}: ${this.#pipelines.size} sets of pipelines, ${size}`;
  }

  /** Waits for pictures under way, then gives everything back. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#disposed) return;
    this.#disposed = true;
    await this.#last;
    for (const set of this.#pipelines.values()) releaseAll(set);
    if (this.#bricks !== undefined) releaseAll(this.#bricks);
    if (this.#image !== undefined) releaseAll(this.#image);
    for (const buffer of [this.#parameters, this.#uploaded, this.#counters]) buffer[Symbol.dispose]();
  }
}

/** Renders one picture with a renderer of its own. */
export async function renderVolume(volume: Volume, options: RenderOptions = {}): Promise<Image> {
  await using renderer = await Renderer.create(volume.device);
  return await renderer.render(volume, options);
}

/** Makes things that belong together; where one fails, those that `own` was given are disposed again. */
function allOrNone<T>(make: (own: <D extends Disposable>(made: D) => D) => T): T {
  using undo = new DisposableStack();
  const all = make((made) => undo.use(made));
  undo.move();
  return all;
}

function diagonalOf(volume: Volume): number {
  const { min, max } = worldBox(volume);
  return length(subtract(max, min));
}

/** [first, count] of runs of at most `most` that cover 0 … total − 1. */
function portions(total: number, most: number): [first: number, count: number][] {
  return Array.from({ length: Math.ceil(total / most) }, (_, at) => [at * most, Math.min(most, total - at * most)]);
}

function releaseAll(parts: object): void {
  for (const part of Object.values(parts)) {
    if (typeof part === 'object' && Symbol.dispose in part) (part as Disposable)[Symbol.dispose]();
  }
}

function fieldKind(volume: Volume, name: string): { number: number; components: number } {
  const type = volume.fieldType(name);
  const vector = /^(f16)?vec([234])$/.exec(type);
  if (vector !== null) return { number: vector[1] === undefined ? 0 : 1, components: Number(vector[2]) };
  const number = TYPE_NUMBERS[type];
  if (number === undefined) {
    throw new RangeError(
      `Cannot render field "${name}": pictures show no ${type}; write it into a field of float32, or a vec3`,
    );
  }
  return { number, components: 1 };
}
