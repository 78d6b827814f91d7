/**
 * @file The texts and modules of kernels, for all devices of a simulation: a file is read once a look, and compiled once, so that
 * every device runs what one look has seen. What was compiled is good while the declaration, the fields' types and the files
 * are the same.
 */
import { readFileSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import type { StencilDeclaration } from '../declarations.ts';
import { stampOf } from '../memo/file-stamp.ts';
import { compileText } from './compile-text.ts';
import type { KernelLayout } from './kernel-layout.ts';
import { languageOf, type KernelOptions } from './kernel-options.ts';

/** A declared kernel; a `StencilDeclaration` that has one. */
export interface KernelDeclaration extends StencilDeclaration {
  readonly kernel: KernelOptions;
}

/** Whether a declaration is a kernel's. */
export function isKernel(declaration: StencilDeclaration): declaration is KernelDeclaration {
  return declaration.kernel !== undefined;
}

/** SPIR-V of a kernel, its text where it has one, and the stamp of the layout that it was compiled for. */
export interface KernelModule {
  readonly text: string | null;
  readonly spirv: Uint32Array;
  readonly stamp: number;
  /** Of its text, or SPIR-V, and of what it includes. */
  readonly checksum: number;
}

interface Known {
  readonly declaration: KernelDeclaration;
  /** Files and their stamps, those that are included too. */
  readonly files: Map<string, string>;
  look: number;
  made: { readonly stamp: number; readonly module: Promise<KernelModule> } | null;
}

/** Reads and compiles kernels. */
export class KernelSources {
  readonly #known = new Map<string, Known>();
  #look = 0;

  /** Whether it knows no kernel. */
  get isEmpty(): boolean {
    return this.#known.size === 0;
  }

  /** Whether a file of a kernel, or one that it includes, has changed since it was read. */
  changed(): boolean {
    return this.#known.values().some(({ files }) => !areAsRead(files));
  }

  /** Begins another look: files are looked at anew from here on. */
  look(): void {
    this.#look++;
  }

  /** The module of a kernel of this layout. Waits for the compiler of its language. */
  async module(declaration: KernelDeclaration, layout: KernelLayout): Promise<KernelModule> {
    const known = this.#knownOf(declaration);
    const fresh = known.look === this.#look || areAsRead(known.files);
    known.look = this.#look;
    if (fresh && known.made?.stamp === layout.stamp) return known.made.module;
    const module = make(declaration, layout, known.files);
    known.made = { stamp: layout.stamp, module };
    try {
      return await module;
    } catch (error) {
      // What is missing, such as a compiler, may be there the next time.
      if (known.made?.module === module) known.made = null;
      throw error;
    }
  }

  /** Forgets all kernels but these. */
  retire(used: ReadonlyMap<string, unknown>): void {
    for (const name of this.#known.keys()) if (!used.has(name)) this.#known.delete(name);
  }

  #knownOf(declaration: KernelDeclaration): Known {
    const known = this.#known.get(declaration.name);
    if (known?.declaration === declaration) return known;
    const fresh: Known = { declaration, files: new Map(), look: -1, made: null };
    this.#known.set(declaration.name, fresh);
    return fresh;
  }
}

function areAsRead(files: ReadonlyMap<string, string>): boolean {
  return files.entries().every(([file, stamp]) => stamp === stampOf(file));
}

async function make(
  { name, kernel }: KernelDeclaration,
  layout: KernelLayout,
  files: Map<string, string>,
): Promise<KernelModule> {
  const { glsl, hlsl, file = null, entry = null } = kernel;
  const { stamp } = layout;
  files.clear();
  if (kernel.spirv !== undefined) return moduleOf(wordsOf(name, kernel.spirv), stamp);
  const language = languageOf(kernel);
  let text = glsl ?? hlsl;
  if (text === undefined) {
    files.set(file!, stampOf(file!));
    const bytes = readKernel(name, file!);
    if (language === 'spirv') return moduleOf(wordsOf(name, bytes), stamp);
    text = bytes.toString('utf8');
  }
  const source = { language: language as 'glsl' | 'hlsl', text, file, entry };
  const included: string[] = [];
  const spirv = await compileText(source, layout, (each) => {
    files.set(each, stampOf(each));
    included.push(each);
  });
  const checksum = included.reduce((sum, each) => crc32(readOr(each), sum), crc32(text));
  return { text, spirv, stamp, checksum };
}

function moduleOf(spirv: Uint32Array, stamp: number): KernelModule {
  return {
    text: null,
    spirv,
    stamp,
    checksum: crc32(new Uint8Array(spirv.buffer, spirv.byteOffset, spirv.byteLength)),
  };
}

/** Nothing where it went since it was compiled. */
function readOr(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

function readKernel(name: string, file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    const gone = (error as NodeJS.ErrnoException).code === 'ENOENT';
    const reason = gone ? 'there is no such file' : (error as Error).message;
    throw new TypeError(`Cannot read kernel "${name}" from "${file}": ${reason}; give the path of its text`, {
      cause: error,
    });
  }
}

function wordsOf(name: string, spirv: Uint32Array | Uint8Array): Uint32Array {
  if (spirv instanceof Uint32Array) return spirv;
  if (spirv.byteLength % 4 === 0) return new Uint32Array(new Uint8Array(spirv).buffer);
  throw new RangeError(
    `Cannot register kernel "${name}": its SPIR-V has ${spirv.byteLength} bytes, and words have 4; give the whole file`,
  );
}
