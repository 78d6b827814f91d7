/**
 * @file The files of stencils. All devices of a simulation compile what one look at a file has seen: an edit that comes between
 * two of them belongs to the next step.
 */
import { readFileSync, statSync } from 'node:fs';
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

  /** Whether a file has changed since it was read. */
  changed(declarations: Declarations): boolean {
    for (const { name, options } of declarations.stencils.values()) {
      const seen = this.#seen.get(name);
      if (options.file !== undefined && seen !== undefined && seen.stamp !== stampOf(options.file)) return true;
    }
    return false;
  }

  /** Begins another look: what is read from here on is read anew. */
  look(): void {
    this.#looked = new Set();
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

/** What tells one state of a file from another: when it was written, and its bytes. */
export function stampOf(file: string): string {
  const { mtimeMs, size } = statSync(file, { throwIfNoEntry: false }) ?? { mtimeMs: 0, size: -1 };
  return `${mtimeMs} ${size}`;
}
