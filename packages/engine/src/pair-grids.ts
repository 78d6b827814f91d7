/** @file Which grids of a file go into which fields. */
import type { Grid } from '@halocline/vdb';
import type { Field } from './field.ts';
import type { Level } from './level.ts';
import { didYouMean, listNames } from './names.ts';

/** Pairs grids of `file` with fields of a level: as `mapping` (grid → field) says, or by their names. Throws TypeError where none fits. */
export function pairGrids(
  file: string,
  grids: readonly Grid[],
  mapping: Readonly<Record<string, string>> | undefined,
  level: Level,
): { grid: Grid; field: Field }[] {
  const gridNames = listNames(grids.map((grid) => grid.name));
  if (mapping !== undefined) {
    return Object.entries(mapping).map(([gridName, fieldName]) => {
      const grid = grids.find((each) => each.name === gridName);
      if (grid === undefined) {
        const hint = didYouMean(
          gridName,
          grids.map((each) => each.name),
        );
        throw new TypeError(`Cannot load "${file}": it has no grid "${gridName}"${hint}; its grids are ${gridNames}`);
      }
      return { grid, field: level.field(fieldName) };
    });
  }
  const known = new Map(level.fields.filter((field) => !field.transient).map((field) => [field.name, field]));
  const pairs = grids.flatMap((grid) => (known.has(grid.name) ? [{ grid, field: known.get(grid.name)! }] : []));
  if (pairs.length > 0) return pairs;
  throw new TypeError(
    `Cannot load "${file}": none of its grids (${gridNames}) has the name of a field (${listNames(known.keys())}); say which goes where with fields: { grid: 'field' }`,
  );
}
