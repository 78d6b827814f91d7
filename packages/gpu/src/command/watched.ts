/**
 * @file Pipelines whose shaders are files that are watched. A good edit swaps the pipeline: recordings that use it are
 * recorded again when they are submitted next, and hold the old one till then. A broken edit is told, and changes nothing.
 */

import { readFile } from 'node:fs/promises';
import type { Child, Driver } from '../device/driver.ts';
import { printsItself, warn } from '../printing.ts';
import { ShaderError, VulkanError } from '../errors.ts';
import { compileGlsl, fileBeside, includeBeside } from '../shader/compile.ts';
import { digestOf, FileWatch } from '../shader/file-watch.ts';
import type { FileContents } from '../shader/file-watch.ts';
import type { ShaderStage } from '../shader/glslang.ts';
import type { IncludedFile } from '../shader/include.ts';
import type { GraphicsPipelineOptions } from './graphics-pipeline.ts';
import type { ComputePipelineOptions } from './pipeline.ts';
import type { StageOptions } from './pipeline-stage.ts';
import { checkFunction } from '../given.ts';

/** A shader in a file; what it includes stands beside it. */
export interface ShaderFile {
  /** Path of the GLSL source. */
  readonly file: string;
  /** Macros, defined behind the version line. */
  readonly defines?: Readonly<Record<string, string | number | boolean>>;
}

/** Who hears of edits. */
export interface WatchOptions {
  /**
   * Gets a line for each edit: that it was taken, or the error with the line that is wrong. Default: the device's `log`; without that
   * errors go to stderr.
   */
  readonly log?: ((line: string) => void) | undefined;
}

/** A compute pipeline from a file. */
export interface WatchedComputeOptions
  extends ShaderFile, WatchOptions, Omit<ComputePipelineOptions, 'spirv' | 'label'> {
  /** Its name in messages. Default: the file's name. */
  readonly label?: string;
}

/** A stage of a watched pipeline that draws. */
export type WatchedStage = ShaderFile & Omit<StageOptions, 'spirv'>;

/** A pipeline that draws, from files. */
export interface WatchedGraphicsOptions extends WatchOptions, Omit<GraphicsPipelineOptions, 'vertex' | 'fragment'> {
  readonly vertex: WatchedStage;
  readonly fragment?: WatchedStage;
}

/** Compiles a shader file, and notes every file that it is made of. */
export type FileCompiler = (shader: ShaderFile, stage: ShaderStage) => Promise<Uint32Array>;

/** What a recording that uses a watched pipeline keeps of it. */
export interface Followed {
  /** Grows with each good edit. */
  readonly version: number;
  /** A recording couldn't be made again with the new pipeline. */
  refuse(error: unknown): void;
}

/** A pipeline that can be disposed. */
export interface Swappable extends Disposable {
  readonly kind: string;
  readonly label: string;
  readonly disposed: boolean;
}

/** A pipeline made of shader files that are watched. */
export class WatchedPipeline<P extends Swappable = Swappable> implements Child, Followed {
  static {
    printsItself(this);
  }

  readonly kind = 'watched pipeline';
  readonly label: string;
  readonly #driver: Driver;
  readonly #build: (compile: FileCompiler) => Promise<P>;
  readonly #log: ((line: string) => void) | undefined;
  readonly #warn: (line: string) => void;
  readonly #watch: FileWatch;
  readonly #holds = new Map<P, number>();
  #current: P;
  #version = 1;
  #error: Error | undefined;
  #files: FileContents;
  #building: Promise<void> | undefined;
  #again = false;
  #edit = Promise.withResolvers<Error | undefined>();
  #disposed = false;

  /** Use `WatchedPipeline.open`. */
  private constructor(
    driver: Driver,
    label: string,
    first: { readonly pipeline: P; readonly files: FileContents },
    build: (compile: FileCompiler) => Promise<P>,
    log: ((line: string) => void) | undefined,
  ) {
    this.#driver = driver;
    this.label = label;
    this.#current = first.pipeline;
    this.#files = first.files;
    this.#build = build;
    this.#log = log;
    this.#warn = log ?? warn;
    this.#watch = new FileWatch(() => void this.reload(), this.#warn);
    this.#watch.follow(first.files.keys(), first.files);
    driver.children.add(this);
  }

  /** Builds the pipeline and begins to watch. The first build must be good: throws ShaderError. */
  static async open<P extends Swappable>(
    driver: Driver,
    label: string,
    build: (compile: FileCompiler) => Promise<P>,
    log: ((line: string) => void) | undefined,
  ): Promise<WatchedPipeline<P>> {
    if (log !== undefined) checkFunction(`Cannot watch pipeline "${label}"`, log, 'log');
    const files = new Map<string, string | undefined>();
    const pipeline = await build(compilerOf({ label, log }, files));
    return new WatchedPipeline(driver, label, { pipeline, files }, build, log);
  }

  /** The pipeline of the last good edit. Encoders take the watched pipeline itself, and then follow it. */
  get current(): P {
    return this.#current;
  }

  /** Grows with each good edit. */
  get version(): number {
    return this.#version;
  }

  /** What was wrong with the last edit; undefined if it was good. */
  get error(): Error | undefined {
    return this.#error;
  }

  /** The files that it is made of, includes too. */
  get files(): readonly string[] {
    return [...this.#files.keys()];
  }

  get disposed(): boolean {
    return this.#disposed;
  }

  /** Resolves when the next edit has been taken, to undefined, or refused, to its error; to an error too if there will be none. */
  nextEdit(): Promise<Error | undefined> {
    return this.#edit.promise;
  }

  /** Reads the files again, as after an edit. Never rejects: an error is told like that of an edit. */
  reload(): Promise<void> {
    this.#again = this.#building !== undefined;
    this.#building ??= this.#rebuild().finally(() => {
      this.#building = undefined;
      if (this.#again && !this.#disposed) void this.reload();
    });
    return this.#building;
  }

  /** Keeps the present pipeline alive until the function that it returns is called. */
  hold(): () => void {
    const pipeline = this.#current;
    this.#holds.set(pipeline, (this.#holds.get(pipeline) ?? 0) + 1);
    return () => {
      const left = this.#holds.get(pipeline)! - 1;
      this.#holds.set(pipeline, left);
      if (left === 0) this.#dropIfOld(pipeline);
    };
  }

  refuse(error: unknown): void {
    this.#error = error instanceof Error ? error : new Error(String(error));
    this.#warn(this.#error.message);
  }

  toString(): string {
    return `WatchedPipeline("${this.label}", version ${this.#version}, ${this.#files.size} files${this.#disposed ? ', disposed' : ''})`;
  }

  [Symbol.dispose](): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#watch[Symbol.dispose]();
    this.#driver.children.delete(this);
    for (const pipeline of this.#holds.keys()) pipeline[Symbol.dispose]();
    this.#current[Symbol.dispose]();
    const act = `Cannot follow the files of pipeline "${this.label}"`;
    const labels = [this.label];
    this.#edit.resolve(new VulkanError(`${act}: it was disposed; watch them anew`, { kind: 'execution', labels }));
  }

  async #rebuild(): Promise<void> {
    const files = new Map<string, string | undefined>();
    let error: Error | undefined;
    try {
      const pipeline = await this.#build(compilerOf({ label: this.label, log: this.#log }, files));
      if (this.#disposed) pipeline[Symbol.dispose]();
      else this.#swap(pipeline);
    } catch (cause) {
      error = cause instanceof Error ? cause : new Error(String(cause));
    }
    if (this.#disposed) return;
    // A broken edit may not have come to all its includes: those of the last good one are followed too.
    this.#files = error ? new Map([...this.#files, ...files]) : files;
    this.#watch.follow(this.#files.keys(), files);
    this.#error = error;
    if (error) this.#warn(error.message);
    else this.#log?.(`pipeline "${this.label}" was built again from ${[...files.keys()].join(', ')}`);
    this.#edit.resolve(error);
    this.#edit = Promise.withResolvers();
  }

  #swap(pipeline: P): void {
    const old = this.#current;
    this.#current = pipeline;
    this.#version++;
    this.#dropIfOld(old);
  }

  #dropIfOld(pipeline: P): void {
    if (pipeline === this.#current || (this.#holds.get(pipeline) ?? 0) > 0) return;
    this.#holds.delete(pipeline);
    pipeline[Symbol.dispose]();
  }
}

/** `files` gets what was read of each file, in the order of reading. */
function compilerOf(
  { label, log }: { readonly label: string } & WatchOptions,
  files: Map<string, string | undefined>,
): FileCompiler {
  return async ({ file, defines }, stage) => {
    files.set(file, undefined);
    const source = await readFile(file, 'utf8').catch((error: unknown) => {
      const { code, message } = error as NodeJS.ErrnoException;
      const why = code === 'ENOENT' ? 'there is no such file' : code === 'EISDIR' ? 'it is a folder' : message;
      const act = `Cannot read shader "${label}" from "${file}"`;
      throw new ShaderError(`${act}: ${why}; give the path of its text`, undefined, { labels: [label], cause: error });
    });
    files.set(file, digestOf(source));
    const include = (name: string, from: string): IncludedFile => {
      files.set(fileBeside(name, from), undefined); // also if it isn't there: then its coming is an edit
      const found = includeBeside(name, from);
      files.set(found.file, digestOf(found.text));
      return found;
    };
    return compileGlsl(source, { label, file, stage, include, log, ...(defines ? { defines } : {}) });
  };
}
