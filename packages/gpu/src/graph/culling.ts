/**
 * @file Culling: passes whose results nobody uses are left out. Backwards in declaration order, with a mark for each cell:
 * is what it holds still needed? What outlives the graph is, at its end; then what living passes read is, until a pass
 * that leaves nothing of what was there. A pass that declares no write is kept: what it does isn't the graph's to see.
 */

import type { GraphModel, PassNode } from './model.ts';

/** For each pass whether it is needed. */
export function livingPasses({ passes, nodes, cellCount }: GraphModel): boolean[] {
  const needed = new Uint8Array(cellCount);
  for (const { kept, firstCell, cellCount: cells } of nodes) if (kept) needed.fill(1, firstCell, firstCell + cells);
  const living = passes.map(() => false);
  for (const pass of passes.toReversed()) {
    if (!isNeeded(pass, needed)) continue;
    living[pass.index] = true;
    for (const { cell, discards } of pass.touches) if (discards) needed[cell] = 0;
    for (const { cell, reads } of pass.touches) if (reads) needed[cell] = 1;
  }
  return living;
}

function isNeeded({ pass, touches }: PassNode, needed: Uint8Array): boolean {
  if (pass.sideEffects === true) return true;
  let writes = 0;
  for (const touch of touches) {
    if (!touch.writes) continue;
    if (needed[touch.cell] === 1) return true;
    writes++;
  }
  return writes === 0 && pass.sideEffects !== false;
}
