/** @file The files that a run leaves: a grid file a frame, a picture a frame, one animated picture. */
import { readFileSync } from 'node:fs';
import { Animation, decodePng, encodePng, Renderer, type Image, type RenderOptions } from '@halocline/render';
import type { Scene } from '../scene.ts';
import { UsageError } from './command.ts';
import { writeFile } from './write-file.ts';

const kinds = ['nvdb', 'vdb', 'png'] as const;
type Kind = (typeof kinds)[number];

/** A kind of file to write: at each frame, or (`vdb@last`) after the last one. */
export interface Format {
  readonly kind: Kind;
  readonly lastOnly: boolean;
}

/** Reads `--format nvdb,vdb@last,png`. */
export function parseFormats(text: string): Format[] {
  const words = new Set(text.split(',').map((word) => word.trim()));
  return [...words].map((word) => {
    const [name, when, ...rest] = word.split('@');
    const kind = kinds.find((known) => known === name);
    if (kind === undefined || rest.length > 0 || (when !== undefined && when !== 'last')) {
      throw new UsageError(
        `Cannot read option "--format": "${word}" is no format; one of ${kinds.join(', ')}, each with @last for the last frame alone`,
      );
    }
    return { kind, lastOnly: when === 'last' };
  });
}

/** Writes what a run leaves. */
export class Outputs implements AsyncDisposable {
  /** Every file written, in order. */
  readonly files: string[] = [];
  readonly #scene: Scene;
  readonly #formats: readonly Format[];
  readonly #stem: string;
  readonly #fields: readonly string[];
  #renderer: Renderer | null = null;
  #animation: Animation | null = null;

  constructor(scene: Scene, formats: readonly Format[], stem: string, fields: readonly string[]) {
    this.#scene = scene;
    this.#formats = formats;
    this.#stem = stem;
    this.#fields = fields;
  }

  /** Writes frame `index` (from 0); waits for the device. */
  async write(index: number, last: boolean): Promise<void> {
    await this.#writeKinds(
      index,
      this.#formats.filter(({ lastOnly }) => last || !lastOnly),
    );
  }

  async #writeKinds(index: number, formats: readonly Format[]): Promise<void> {
    const name = this.#name(index);
    for (const { kind } of formats) {
      if (kind === 'png') await this.#picture(`${name}.png`);
      else {
        const path = `${name}.${kind}`;
        await this.#scene.simulation.save(path, [...this.#fields], { codec: 'blosc' });
        this.files.push(path);
      }
    }
  }

  /** Writes what is for the last frame alone, of one that wasn't known to be it; waits for the device. */
  async writeLast(index: number): Promise<void> {
    await this.#writeKinds(
      index,
      this.#formats.filter(({ lastOnly }) => lastOnly),
    );
  }

  /** Takes the pictures of frames that a run before has made into the animated one; `say` tells what keeps it from that. */
  async takeUp(frames: number, say: (line: string) => void): Promise<void> {
    if (frames === 0 || !this.#formats.some(({ kind, lastOnly }) => kind === 'png' && !lastOnly)) return;
    const animation = new Animation({ frameRate: this.#scene.rate ?? 24 });
    try {
      for (let index = 0; index < frames; index++) animation.add(readPicture(`${this.#name(index)}.png`));
      this.#animation = animation;
    } catch (error) {
      say(`The animated picture begins with frame ${frames + 1}: ${(error as Error).message}`);
    }
  }

  #name(index: number): string {
    return `${this.#stem}-${String(index + 1).padStart(4, '0')}`;
  }

  async #picture(path: string): Promise<void> {
    const { simulation, render = {}, camera, rate = 24 } = this.#scene;
    this.#renderer ??= await Renderer.create(simulation.device);
    this.#animation ??= new Animation({ frameRate: rate });
    const density = render.density ?? this.#fields[0]!; // the plan has one
    const named = [density, ...(render.temperature === undefined ? [] : [render.temperature])];
    const view = await simulation.volume(named);
    const options = {
      width: 480,
      height: 480,
      ...(camera === undefined ? {} : { camera }),
      ...render,
      density,
    } as RenderOptions;
    const image = await this.#renderer.render(view, options);
    this.#animation.add(image);
    await writeFile(path, encodePng(image));
    this.files.push(path);
  }

  /** Writes the animated picture of the frames so far, and gives its path; null where there are no pictures. */
  async finish(): Promise<string | null> {
    if (this.#animation === null) return null;
    const path = `${this.#stem}.png`;
    await writeFile(path, this.#animation.encode());
    this.files.push(path);
    return path;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#renderer?.[Symbol.asyncDispose]();
  }
}

function readPicture(path: string): Image {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new Error(`Cannot read picture "${path}": ${code === 'ENOENT' ? 'there is no such file' : message}`, {
      cause: error,
    });
  }
  return decodePng(bytes, path);
}
