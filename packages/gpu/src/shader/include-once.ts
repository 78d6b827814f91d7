/** @file `#pragma once` in a text whose conditionals nobody evaluates: in which branches a file stands already. */

const CONDITIONAL = /^\s*#\s*(if|ifdef|ifndef|elif|else|endif)\b/;

/** The branches of conditionals, outermost first, that a line stands in; each has a number of its own. */
export type BranchPath = readonly number[];

/** Follows conditionals, line by line. */
export class Branches {
  path: BranchPath = [];
  #count = 0;

  meet(code: string): void {
    const directive = CONDITIONAL.exec(code)?.[1];
    if (directive === undefined) return;
    if (!directive.startsWith('if')) this.path = this.path.slice(0, -1);
    if (directive !== 'endif') this.path = [...this.path, this.#count++];
  }
}

/** Files of `#pragma once`, and the branches that they stand in. */
export class OnceFiles {
  readonly #places = new Map<string, BranchPath[]>();

  /** Whether the file was surely taken already, if what stands in `path` is. */
  stands(file: string, path: BranchPath): boolean {
    const isOutside = (earlier: BranchPath): boolean => earlier.every((branch, index) => branch === path[index]);
    return this.#places.get(file)?.some(isOutside) ?? false;
  }

  put(file: string, path: BranchPath): void {
    if (this.stands(file, path)) return;
    const places = this.#places.get(file);
    if (places) places.push(path);
    else this.#places.set(file, [path]);
  }

  /** Puts the file there. The macro that tells whether it was taken before; undefined where that is known: it wasn't, and is now. */
  guardOf(file: string, path: BranchPath): string | undefined {
    const isKnown = path.length === 0 && !this.#places.has(file);
    this.put(file, path);
    return isKnown ? undefined : `HALOCLINE_ONCE_${[...this.#places.keys()].indexOf(file)}`;
  }
}
