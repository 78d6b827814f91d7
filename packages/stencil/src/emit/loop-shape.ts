/**
 * @file The shape for everything that isn't small and straight: the body stands once, in a loop over the thread's four
 * voxels, and reads single values. Without reductions a thread takes voxels 128 apart, so that neighbouring threads have
 * neighbouring voxels; with them it takes its quad, whose order the reductions' tree fixes. With a colour the loop goes
 * over pairs of voxels along z, of which one runs and the other, in a double-buffered field, is copied. In whole leaves the four
 * voxels of a short straight text run side by side.
 */
import { address, tableWord } from './frame.ts';
import type { Frame, Voxel } from './frame.ts';
import { combineFour } from './reduce.ts';
import type { Leaf, Parts } from './kernel.ts';
import { originOf, runVoxel } from './kernel.ts';
import { loadElement } from './lookup.ts';
import { sectorVoxels } from './outputs.ts';
import type { Output } from './outputs.ts';
import { scalarVoxel } from './scalar-voxel.ts';
import { tapKey } from './scan.ts';
import type { Value, Variable } from './target.ts';

function coordOf(frame: Frame, origin: readonly Value[] | null, n: Value): Value | null {
  const { code, target } = frame.lowering;
  if (!origin) return null;
  const parts = [code.right(n, 6), code.mask(code.right(n, 3), 7), code.mask(n, 7)];
  return target.keep(code.join(parts.map((part, axis) => code.add(origin[axis]!, code.asInt(part)))), 'coord');
}

/** The word of the mask that voxel n of the leaf stands in. */
function maskWord(frame: Frame, leaf: Leaf, n: Value): Value {
  const { code } = frame.lowering;
  return tableWord(frame, { kind: 'masks', level: 'same' }, code.add(code.left(leaf.slot, 4), code.right(n, 5)));
}

/** Whether voxel n of the leaf is active. */
function active(frame: Frame, leaf: Leaf, n: Value): Value {
  const { code } = frame.lowering;
  return code.bit(maskWord(frame, leaf, n), code.mask(n, 31));
}

/** The same, without a read where the leaf is known to be whole. */
function activeOrWhole(frame: Frame, leaf: Leaf, n: Value): Value {
  const { target } = frame.lowering;
  if (leaf.whole === null) return active(frame, leaf, n);
  const result = target.variable('bool', 'active');
  target.set(result, leaf.whole);
  target.branch(target.apply('not', leaf.whole), () => target.set(result, active(frame, leaf, n)));
  return target.get(result);
}

/** The word of the mask that a voxel stands in, without a read where the leaf is known to be whole. */
function wordOrWhole(frame: Frame, leaf: Leaf, n: Value): Value {
  const { code, target } = frame.lowering;
  if (leaf.whole === null) return maskWord(frame, leaf, n);
  const mask = target.variable('uint', 'mask');
  target.set(mask, code.uint(0xffffffff));
  target.branch(target.apply('not', leaf.whole), () => target.set(mask, maskWord(frame, leaf, n)));
  return target.get(mask);
}

/** Runs `run` where voxel n is active; elsewhere stores what inactive voxels hold, where an active one shares a sector with it. */
function runOrFill(frame: Frame, leaf: Leaf, n: Value, filled: readonly Output[], run: () => void): void {
  const { code, target } = frame.lowering;
  const word = target.keep(wordOrWhole(frame, leaf, n), 'word');
  const fill = (): void => {
    const sector = sectorVoxels(filled);
    const around = target.apply('shr', word, code.mask(n, 32 - sector));
    const near = sector === 32 ? word : code.mask(around, 2 ** sector - 1);
    target.branch(code.differs(near, 0), () => {
      for (const { value, background } of filled) target.set(value, background!);
      store(frame, filled, leaf, n);
    });
  };
  target.branch(code.bit(word, code.mask(n, 31)), run, fill);
}

function store(frame: Frame, outputs: readonly Output[], leaf: Leaf, n: Value): void {
  const { code, target } = frame.lowering;
  for (const { field, component, kind, value, flag } of outputs) {
    const write = (): void => {
      const to = address(frame, { kind: 'write', field, component });
      target.store(kind, 1, to, code.add(code.left(leaf.slot, 9), n), target.get(value));
    };
    if (flag) target.branch(target.get(flag), write);
    else write();
  }
}

/** Copies the voxel of the other colour, where a second copy needs it. */
function copyOther(frame: Frame, parts: Parts, leaf: Leaf, n: Value): void {
  const { code, target } = frame.lowering;
  const copied = parts.outputs.filter(({ mode }) => mode === 'old');
  if (copied.length === 0) return;
  target.branch(active(frame, leaf, n), () => {
    for (const { field, component, kind } of copied) {
      const old = loadElement(frame, field, component, 'same', leaf.slot, n);
      const to = address(frame, { kind: 'write', field, component });
      target.store(kind, 1, to, code.add(code.left(leaf.slot, 9), n), old);
    }
  });
}

/** The most IR nodes of a text that stands four times, for a thread's voxels side by side. */
const SIDE_NODES = 100;

/** Whether a thread of a whole leaf runs its voxels side by side: texts that are short, straight, and do nothing but write. */
function runsTogether({ lowering }: Frame, { accumulators, outputs }: Parts): boolean {
  const { stencil, uses } = lowering;
  const straight = stencil.body.every(({ op }) => op === 'assign' || op === 'write');
  const plain = accumulators.length === 0 && outputs.every(({ flag }) => flag === null);
  return (
    straight && plain && !stencil.color && !stencil.debug && uses.top.nodes <= SIDE_NODES && uses.top.invokes.size === 0
  );
}

/**
 * A whole leaf's thread: what its voxels read of themselves is loaded first, and results are stored last, so that none of the four
 * waits for another's memory.
 */
function emitTogether(frame: Frame, parts: Parts, leaf: Leaf, origin: readonly Value[] | null): void {
  const { code, target } = frame.lowering;
  const own = parts.taps.filter(({ offset }) => offset.every((d) => d === 0));
  const voxels = [0, 1, 2, 3].map((round): Voxel => {
    const n = target.keep(code.add(code.uint(128 * round), leaf.thread), 'item');
    const loaded = own.map(({ field, component }) => loadElement(frame, field, component, 'same', leaf.slot, n));
    const voxel = scalarVoxel(frame, leaf.slot, n, coordOf(frame, origin, n));
    return {
      ...voxel,
      tap(field, component, offset) {
        const at = own.findIndex(
          (tap) => tapKey(tap.field, tap.component, tap.offset) === tapKey(field, component, offset),
        );
        return loaded[at] ?? voxel.tap(field, component, offset);
      },
    };
  });
  const results = voxels.map((voxel) => {
    runVoxel(frame, parts, voxel);
    return parts.outputs.map(({ value }) => target.keep(target.get(value), 'result'));
  });
  voxels.forEach(({ index }, round) =>
    parts.outputs.forEach(({ field, component, kind }, at) => {
      const to = address(frame, { kind: 'write', field, component });
      target.store(kind, 1, to, code.add(code.left(leaf.slot, 9), index), results[round]![at]!);
    }),
  );
}

/** Emits the text for a leaf's thread: the loop, and whole leaves apart where they gain by it. */
export function emitLoop(frame: Frame, parts: Parts, leaf: Leaf): void {
  const origin = parts.usesCoord ? originOf(frame, leaf) : null;
  if (!runsTogether(frame, parts)) return emitRounds(frame, parts, leaf, origin);
  frame.lowering.target.branch(
    leaf.whole!,
    () => emitTogether(frame, parts, leaf, origin),
    () => emitRounds(frame, parts, { ...leaf, whole: null }, origin),
  );
}

/** The loop over a thread's voxels. */
function emitRounds(frame: Frame, parts: Parts, leaf: Leaf, origin: readonly Value[] | null): void {
  const { lowering } = frame;
  const { code, target, stencil } = lowering;
  const { color } = stencil;
  const reduces = parts.accumulators.length > 0;
  const rounds = color ? 2 : 4;
  const kept = parts.accumulators.map(({ type, reduction, identity }) =>
    [0, 1, 2, 3].map((lane): Variable => {
      const variable = target.variable(type, `lane${lane}_${reduction.scalar}`);
      target.set(variable, identity);
      return variable;
    }),
  );
  const filled = parts.outputs.filter(({ background }) => background !== null);
  const round = target.variable('uint', 'v');
  target.set(round, code.uint(0));
  const body = (): void => {
    const v = target.keep(target.get(round), 'v');
    const item = reduces ? code.add(code.left(leaf.thread, color ? 1 : 2), v) : code.add(code.left(v, 7), leaf.thread);
    const at = target.keep(item, 'item');
    const odd = color && oddOf(frame, at, color);
    const n = odd ? target.keep(code.add(code.left(at, 1), odd), 'n') : at;
    const run = (): void => {
      const voxel: Voxel = scalarVoxel(frame, leaf.slot, n, coordOf(frame, origin, n));
      runVoxel(frame, parts, voxel);
      store(frame, parts.outputs, leaf, n);
      const lane = odd ? target.keep(code.add(code.left(v, 1), odd), 'lane') : v;
      parts.accumulators.forEach(({ contribution }, at) => {
        kept[at]!.forEach((variable, number) => {
          const mine = code.equals(lane, number);
          target.set(variable, target.select(mine, target.get(contribution), target.get(variable)));
        });
      });
    };
    if (filled.length > 0) runOrFill(frame, leaf, n, filled, run);
    else target.branch(activeOrWhole(frame, leaf, n), run);
    if (odd) copyOther(frame, parts, leaf, target.keep(target.apply('xor', n, code.uint(1)), 'other'));
  };
  target.loop(
    () => target.apply('lt', target.get(round), code.uint(rounds)),
    body,
    () => target.set(round, code.add(target.get(round), code.uint(1))),
  );
  parts.accumulators.forEach(({ reduction, total }, at) => {
    const four = kept[at]!.map((variable) => target.get(variable));
    target.set(total, combineFour(code, reduction.kind, four));
  });
}

/** Which of a pair of voxels along z has the colour: pairs are numbered x, y, z with z fastest, four to a row. */
function oddOf(frame: Frame, pair: Value, color: 'red' | 'black'): Value {
  const { code, target } = frame.lowering;
  const sum = code.add(code.right(pair, 5), code.right(pair, 2));
  return target.keep(code.mask(color === 'red' ? sum : code.add(sum, code.uint(1)), 1), 'odd');
}
