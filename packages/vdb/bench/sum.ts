/** @file `node sum.ts FILE RUNS`: what `sum.cpp` does, here: the sum of the active voxels of a file, and the milliseconds of each run. */
import { readFileSync } from 'node:fs';

import { type Grid, readGrids } from '@halocline/vdb';

/** The sum of every active voxel of the leaves, in their order. */
function sumActive({ tree }: Grid): number {
  const { masks, count } = tree.leaf;
  let sum = 0;
  for (let leaf = 0; leaf < count; leaf++) {
    const [values] = tree.leafValues(leaf) as [Float32Array];
    for (let w = 0; w < 16; w++) {
      const base = 32 * w;
      let word = masks[16 * leaf + w]!;
      if (word === 0xffffffff) for (let n = base; n < base + 32; n++) sum += values[n]!;
      else for (; word !== 0; word &= word - 1) sum += values[base + 31 - Math.clz32(word & -word)]!;
    }
  }
  return sum;
}

const [file, runs] = process.argv.slice(2);
if (file === undefined || runs === undefined) {
  process.stderr.write('Cannot sum: a file and a number of runs are needed; give FILE RUNS\n');
  process.exit(2);
}
for (let run = 0; run < Number(runs); run++) {
  const start = performance.now();
  const sum = sumActive(readGrids(readFileSync(file))[0]!);
  process.stdout.write(`${sum} ${performance.now() - start}\n`);
}
