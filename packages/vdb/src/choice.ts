/** @file Which of the grids of a file is meant. */
import type { GridChoice } from './file.ts';

/** The number of the grid that is meant, or undefined where there is none like it. */
export function choose(names: readonly string[], { name, index = 0 }: GridChoice): number | undefined {
  const numbers = [...names.keys()].filter((i) => name === undefined || names[i] === name);
  return numbers[index];
}

/** The same, asked name by name. */
export class Chooser {
  readonly #choice: GridChoice;
  #left: number;

  constructor(choice: GridChoice) {
    this.#choice = choice;
    this.#left = choice.index ?? 0;
  }

  /** Whether the next grid, of this name, is the one that is meant. */
  takes(name: string): boolean {
    if (this.#choice.name !== undefined && this.#choice.name !== name) return false;
    return this.#left-- === 0;
  }
}

/** The error for a choice that no grid fits. */
export function noSuchGrid(names: readonly string[], { name, index }: GridChoice): RangeError {
  const number = index === undefined && name !== undefined ? '' : `number ${index ?? 0}`;
  const which = [...(name === undefined ? [] : [`"${name}"`]), ...(number === '' ? [] : [number])].join(', ');
  const there = names.length === 0 ? 'no grids' : names.map((other) => `"${other}"`).join(', ');
  return new RangeError(`Cannot read grid ${which}: the file has ${there}; give one of these`);
}
