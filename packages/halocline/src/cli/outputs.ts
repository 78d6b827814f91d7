/**
 * @file The files that a run leaves: a grid file a frame, a picture a frame, one animated picture. Files are written
 * beside, synced and renamed, so that a name never stands for half a file.
 */
import { accessSync, constants, mkdirSync, statSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Animation, encodePng, Renderer, type RenderOptions } from '@halocline/render';
import type { Scene } from '../scene.ts';
import { UsageError } from './command.ts';

const kinds = ['nvdb', 'vdb', 'png'] as const;
type Kind = (typeof kinds)[number];

/** A kind of file to write: at each frame, or (`vdb@last`) after the last one. */
export interface Format {
  readonly kind: Kind;
  readonly lastOnly: boolean;
}

/** Reads `--format nvdb,vdb@last,png`. */
export function parseFormats(text: string): Format[] {
  return text.split(',').map((word) => {
    const [name, when, ...rest] = word.trim().split('@');
    const kind = kinds.find((known) => known === name);
    if (kind === undefined || rest.length > 0 || (when !== undefined && when !== 'last')) {
      throw new UsageError(
        `Cannot read option "--format": "${word}" is no format; one of ${kinds.join(', ')}, each with @last for the last frame alone`,
      );
    }
    return { kind, lastOnly: when === 'last' };
  });
}

/** Makes the output folder, and says so in one line if it can't be written. */
export function prepareFolder(path: string): void {
  try {
    mkdirSync(path, { recursive: true });
    accessSync(path, constants.W_OK);
    if (!statSync(path).isDirectory()) throw new Error('it is a file');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const what = {
      EACCES: 'permission is denied',
      EROFS: 'the disk is read-only',
      EEXIST: 'a file has that name',
      ENOTDIR: 'a file is in the way',
    }[code ?? ''];
    throw new Error(`Cannot write to folder "${path}": ${what ?? message}; give another by --out`, { cause: error });
  }
}

/** Writes a file whole or not at all: beside, synced, renamed. */
export async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  const beside = join(dirname(path), `.${process.pid}-${Date.now()}.part`);
  try {
    const file = await open(beside, 'wx');
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true });
    const { code, message } = error as NodeJS.ErrnoException;
    const what = code === 'ENOSPC' ? 'the disk is full' : code === 'ENOENT' ? 'there is no such folder' : message;
    throw new Error(`Cannot write file "${path}": ${what}`, { cause: error });
  }
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
    const name = `${this.#stem}-${String(index + 1).padStart(4, '0')}`;
    for (const { kind, lastOnly } of this.#formats) {
      if (lastOnly && !last) continue;
      if (kind === 'png') await this.#picture(`${name}.png`);
      else {
        const path = `${name}.${kind}`;
        await this.#scene.simulation.save(path, [...this.#fields], { codec: 'blosc' });
        this.files.push(path);
      }
    }
  }

  async #picture(path: string): Promise<void> {
    const { simulation, render = {}, rate = 24 } = this.#scene;
    this.#renderer ??= await Renderer.create(simulation.device);
    this.#animation ??= new Animation({ frameRate: rate });
    const density = render.density ?? this.#fields[0]!;
    const named = [density, ...(render.temperature === undefined ? [] : [render.temperature])];
    const view = await simulation.volume(named);
    const options = { width: 480, height: 480, ...render, density } as RenderOptions;
    const image = await this.#renderer.render(view, options);
    this.#animation.add(image);
    await writeWhole(path, encodePng(image));
    this.files.push(path);
  }

  /** Writes the animated picture of the frames so far, and gives its path; null where there are no pictures. */
  async finish(): Promise<string | null> {
    if (this.#animation === null) return null;
    const path = `${this.#stem}.png`;
    await writeWhole(path, this.#animation.encode());
    this.files.push(path);
    return path;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#renderer?.[Symbol.asyncDispose]();
  }
}
