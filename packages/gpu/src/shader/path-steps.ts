/**
 * @file The steps of a path: every folder that it leads through and the name that is looked up there, links followed one by
 * one, as the system does. What a path leads to can become something else at these places alone.
 */

import { lstatSync, readlinkSync } from 'node:fs';
import path from 'node:path';

/** The names that are looked up in a folder, and whether a path ends at one of them. */
export interface FolderSteps {
  readonly names: ReadonlySet<string>;
  readonly last: boolean;
}

/** As many links the system follows at most. */
const MOST_LINKS = 40;

/** For each folder on the way to some files, the outermost first, what is looked up there; as far as there is a way. */
export function stepsOf(files: Iterable<string>): ReadonlyMap<string, FolderSteps> {
  const steps = new Map<string, { names: Set<string>; last: boolean }>();
  for (const file of files) walk(path.resolve(file), MOST_LINKS, steps);
  return steps;
}

function walk(file: string, links: number, steps: Map<string, { names: Set<string>; last: boolean }>): void {
  const { root } = path.parse(file);
  const names = file.slice(root.length).split(path.sep);
  let folder = root;
  for (const [index, name] of names.entries()) {
    const here = steps.get(folder) ?? { names: new Set(), last: false };
    steps.set(folder, here);
    here.names.add(name);
    const isLast = index === names.length - 1;
    if (isLast) here.last = true;
    const next = path.join(folder, name);
    const kind = kindOf(next);
    if (kind === 'link') {
      const target = path.resolve(folder, readlinkSync(next), ...names.slice(index + 1));
      if (links > 0) walk(target, links - 1, steps);
      return;
    }
    if (kind === 'none') return;
    folder = next;
  }
}

function kindOf(file: string): 'link' | 'there' | 'none' {
  try {
    return lstatSync(file).isSymbolicLink() ? 'link' : 'there';
  } catch {
    return 'none';
  }
}
