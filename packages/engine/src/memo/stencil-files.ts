/**
 * @file The files of stencils. All devices of a simulation compile what one look at a file has seen: an edit that comes between
 * two of them belongs to the next step.
 */
import { readFileSync } from 'node:fs';
import { stampOf } from './file-stamp.ts';
import { KernelSources } from '../kernel/kernel-sources.ts';
import type { Declarations, StencilDeclaration } from '../declarations.ts';

interface Seen {
  readonly declaration: StencilDeclaration;
  readonly code: string;
  readonly stamp: string;
}

/** Reads files once a look. */
export class StencilFiles {
  readonly #seen = new Map<string, Seen>();
  #looked = new Set<string>();
  /** Those of kernels. */
  readonly kernels: KernelSources = new KernelSources();

  /** Whether a file of a stencil or kernel has changed since it was read. */
  changed({ stencils }: Declarations): boolean {
    if (this.#seen.size === 0 && this.kernels.isEmpty) return false;
    for (const [name, { stamp }] of this.#seen) {
      const file = stencils.get(name)?.options.file;
      if (file !== undefined && stamp !== stampOf(file)) return true;
    }
    return this.kernels.changed();
  }

  /** Begins another look: what is read from here on is read anew. */
  look(): void {
    this.#looked = new Set();
    this.kernels.look();
  }

  /** The text of a stencil's file; that of before, where the file is gone. */
  read(declaration: StencilDeclaration): string {
    const { name, options } = declaration;
    const seen = this.#seen.get(name);
    const known = seen?.declaration === declaration ? seen : undefined;
    if (known !== undefined && this.#looked.has(name)) return known.code;
    this.#looked.add(name);
    const file = options.file!;
    try {
      const stamp = stampOf(file);
      const code = readFileSync(file, 'utf8');
      this.#seen.set(name, { declaration, code, stamp });
      return code;
    } catch (error) {
      if (known !== undefined) return known.code;
      const gone = (error as NodeJS.ErrnoException).code === 'ENOENT';
      const reason = gone ? 'there is no such file' : (error as Error).message;
      throw new TypeError(`Cannot read stencil "${name}" from "${file}": ${reason}; give the path of its text`, {
        cause: error,
      });
    }
  }
}
