/**
 * @file The shape for small, straight stencils whose reads are all at constant offsets: a thread owns a patch of voxels (see
 * `window.ts`), loads what all of them need as aligned vec4s and single values at the edges, runs the body for each,
 * side by side, and stores vec4s where all four of a quad are active.
 */
import { Activity } from './activity.ts';
import { address, addressHere, tableWord } from './frame.ts';
import type { Frame, Voxel } from './frame.ts';
import type { Leaf, Parts } from './kernel.ts';
import { originOf, runVoxel } from './kernel.ts';
import { newOutputs, sectorVoxels } from './outputs.ts';
import type { Output } from './outputs.ts';
import { combineFour } from './reduce.ts';
import type { Cut } from './shape.ts';
import { declareLocals } from './statement.ts';
import type { Value } from './target.ts';
import { runsTogether, runTogether } from './together.ts';
import { planWindow, threadsPerRow, widthOf, Window } from './window.ts';
import type { Patch, PatchStart, WindowLoad } from './window.ts';

/** What a thread of the quad shape works with. */
interface Work {
  readonly frame: Frame;
  readonly parts: Parts;
  readonly leaf: Leaf;
  readonly start: PatchStart;
  readonly cut: Cut;
  readonly window: Window;
  readonly activity: Activity;
  /** Place in the leaf of the patch's first voxel. */
  readonly first: Value;
  /** Index coordinate of the leaf's first voxel, where anything asks for it. */
  readonly origin: readonly Value[] | null;
}

/** What the mask says of a row. */
interface Active {
  /** Emits a bit for each of its voxels. */
  readonly bits: () => Value;
  /** Emits what isn't zero where a voxel is active that shares a sector of memory with one of them. */
  readonly near: () => Value;
}

/** What the lanes of one row left behind: an array for each output, or reduction, with a value for each voxel. */
interface Lanes {
  readonly values: Value[][];
  readonly flags: Value[][];
  readonly contributions: Value[][];
}

/** For a colour: 1 where the odd voxels of this row of quads run, as uint and as bool. */
function oddOf({ frame, start }: Work): { odd: Value; isOdd: Value } | null {
  const { code, target, stencil } = frame.lowering;
  if (!stencil.color) return null;
  const sum = code.add(start.x, start.y);
  const odd = target.keep(code.mask(stencil.color === 'red' ? sum : code.add(sum, code.uint(1)), 1), 'odd');
  return { odd, isOdd: target.keep(code.differs(odd, 0), 'is_odd') };
}

/** The voxel at lane `lane` of row `row`; with a colour, the one of lanes `lane` and `lane` + 1 that has it. */
function voxelAt(work: Work, row: number, lane: number, color: ReturnType<typeof oddOf>): Voxel {
  const { frame, leaf, start, origin, window, activity, parts } = work;
  const { code, target } = frame.lowering;
  const along = color ? target.keep(code.add(color.odd, code.uint(lane)), 'e') : code.uint(lane);
  const x = code.add(start.x, code.uint(row));
  const z = code.add(code.left(start.zq, Math.log2(widthOf(work.cut.patch))), along);
  const coord = (): Value => code.join([x, start.y, z].map((part, axis) => code.add(origin![axis]!, code.asInt(part))));
  const tap: Voxel['tap'] = (field, component, offset) => {
    if (!color) return window.at(field, component, offset, lane, row);
    const chosen = [1, 0].map((more) => window.at(field, component, offset, lane + more, row)) as [Value, Value];
    return target.select(color.isOdd, ...chosen);
  };
  const active: Voxel['active'] = (offset) => {
    if (!color) return activity.at(offset, lane, row);
    return target.select(color.isOdd, activity.at(offset, lane + 1, row), activity.at(offset, lane, row));
  };
  const voxel = {
    slot: leaf.slot,
    index: target.keep(code.add(work.first, row === 0 ? along : code.add(along, code.uint(64 * row))), 'n'),
    coord: origin && target.keep(coord(), 'coord'),
  };
  if (!color) return { ...voxel, tap, active };
  const kept = new Map(
    parts.taps.map((one) => [
      one.field + one.component + one.offset.join(),
      target.keep(tap(one.field, one.component, one.offset), one.field),
    ]),
  );
  return { ...voxel, active, tap: (field, component, offset) => kept.get(field + component + offset.join())! };
}

/** Runs the body for a row's voxels. */
function runRow(work: Work, row: number): Lanes {
  const { frame, parts, window } = work;
  const { patch } = work.cut;
  const { target } = frame.lowering;
  const color = oddOf(work);
  const lanes: Lanes = {
    values: parts.outputs.map(() => []),
    flags: parts.outputs.map(() => []),
    contributions: parts.accumulators.map(() => []),
  };
  if (work.cut.abreast && !color && parts.accumulators.length === 0) {
    runAbreast(work, row, lanes);
    return lanes;
  }
  for (let lane = 0; lane < 4 * patch.quads; lane += color ? 2 : 1) {
    runVoxel(frame, parts, voxelAt(work, row, lane, color));
    parts.outputs.forEach(({ value, flag, field, component }, at) => {
      const result = target.keep(target.get(value), 'result');
      const old = (more: number): Value => window.at(field, component, [0, 0, 0], lane + more, row);
      if (!color) lanes.values[at]!.push(result);
      else {
        const { isOdd } = color;
        lanes.values[at]!.push(target.select(isOdd, old(0), result), target.select(isOdd, result, old(1)));
      }
      if (flag) lanes.flags[at]!.push(target.keep(target.get(flag), 'written'));
    });
    parts.accumulators.forEach(({ contribution, identity }, at) => {
      const own = target.keep(target.get(contribution), 'contribution');
      if (!color) lanes.contributions[at]!.push(own);
      else {
        const { isOdd } = color;
        lanes.contributions[at]!.push(target.select(isOdd, identity, own), target.select(isOdd, own, identity));
      }
    });
  }
  return lanes;
}

/** The same operation by operation, each for all voxels before the next, where the text is straight. */
function runAbreast(work: Work, row: number, { values, flags }: Lanes): void {
  const { frame, parts, cut } = work;
  const { lowering } = frame;
  const { target } = lowering;
  const own = Array.from({ length: 4 * cut.patch.quads }, () => ({
    frame: { ...frame, locals: declareLocals(lowering, lowering.stencil.locals) },
    parts: { ...parts, outputs: newOutputs(lowering, true) },
  }));
  const bodies = own.map((each, lane) => (): void => {
    runVoxel(each.frame, each.parts, voxelAt(work, row, lane, null));
    each.parts.outputs.forEach(({ value, flag }, at) => {
      values[at]![lane] = target.keep(target.get(value), 'result');
      if (flag) flags[at]![lane] = target.keep(target.get(flag), 'written');
    });
  });
  target.abreast(bodies);
}

/** An output's values of one row; and those that inactive voxels have, where they are at hand. */
interface Stored {
  readonly output: Output;
  readonly values: readonly Value[];
  readonly old: readonly Value[] | null;
}

/** Stores whole quads of a row, eight halves in one go. */
function storeWhole(frame: Frame, { output, values }: Stored, quad: Value, find: typeof address = address): void {
  const { code, target } = frame.lowering;
  const { kind, field, component } = output;
  const to = find(frame, { kind: 'write', field, component });
  if (kind === 'f16' && values.length === 8) {
    const words = [0, 2, 4, 6].map((lane) => target.packHalf(code.join(values.slice(lane, lane + 2))));
    target.store('u32', 4, to, code.right(quad, 1), code.join(words));
    return;
  }
  const width = values.length === 2 ? 2 : 4;
  for (let lane = 0; lane < values.length; lane += width)
    target.store(kind, width, to, code.add(quad, code.uint(lane / width)), code.join(values.slice(lane, lane + width)));
}

/** Which of a row's voxels are stored, a bit each, and where others are filled. */
interface Stores extends Pick<Active, 'near'> {
  readonly bits: Value;
}

/** Stores a row's values, where `active` tells which (null: all). `quad` is the number of its first quad among those of all leaves. */
function storeRow(frame: Frame, quad: Value, active: Stores | null, stored: readonly Stored[]): void {
  const { code, target } = frame.lowering;
  const count = stored[0]!.values.length;
  if (active === null) return stored.forEach((each) => storeWhole(frame, each, quad));
  const { bits, near } = active;
  const storeFilled = (each: Stored, other: (lane: number) => Value): void => {
    const values = each.values.map((value, lane) =>
      target.select(code.differs(code.mask(bits, 1 << lane), 0), value, other(lane)),
    );
    storeWhole(frame, { ...each, values }, quad);
  };
  target.branch(
    code.equals(bits, (1 << count) - 1),
    () => {
      for (const each of stored) storeWhole(frame, each, quad);
    },
    () => {
      const filled = stored.filter(({ output }) => output.background !== null);
      if (filled.length > 0)
        target.branch(code.differs(near(), 0), () => {
          for (const each of filled) storeFilled(each, () => each.output.background!);
        });
      const others = stored.filter(({ output }) => output.background === null);
      for (const each of others.filter(({ old }) => old !== null)) storeFilled(each, (lane) => each.old![lane]!);
      const single = others.filter(({ old }) => old === null);
      if (single.length === 0) return;
      const start = target.keep(code.left(quad, Math.min(Math.log2(count), 2)), 'start');
      for (let lane = 0; lane < count; lane++)
        target.branch(code.differs(code.mask(bits, 1 << lane), 0), () => {
          for (const { output, values } of single) {
            const to = address(frame, { kind: 'write', field: output.field, component: output.component });
            target.store(output.kind, 1, to, code.add(start, code.uint(lane)), values[lane]!);
          }
        });
    },
  );
}

/**
 * What the mask says of each row. Its word is kept, whose bits are taken where they are asked for; or, where nobody asks for
 * others than the row's own, those alone.
 */
function activeRows({ frame, leaf, start, parts, cut }: Work): Active[] {
  const { code, target } = frame.lowering;
  const all = code.uint((1 << (4 * cut.patch.quads)) - 1);
  const shift = code.or(code.left(code.mask(start.y, 3), 3), code.left(start.zq, Math.log2(widthOf(cut.patch))));
  const sector = sectorVoxels(parts.outputs);
  const own = (word: Value): Value => code.and(target.apply('shr', word, shift), all);
  const others = sector > 0;
  const name = others ? 'mask' : 'active';
  const load = (row: number): Value => {
    const place = code.add(code.left(code.add(start.x, code.uint(row)), 1), code.right(start.y, 2));
    const word = tableWord(frame, { kind: 'masks', level: 'same' }, code.add(code.left(leaf.slot, 4), place));
    return others ? word : own(word);
  };
  const rows = Array.from({ length: cut.patch.rows }, (_, row) => row);
  const { whole } = leaf;
  const variables = whole && rows.map(() => target.variable('uint', name));
  if (variables) {
    for (const each of variables) target.set(each, others ? code.uint(0xffffffff) : all);
    target.branch(target.apply('not', whole), () => rows.forEach((row) => target.set(variables[row]!, load(row))));
  }
  return rows.map((row): Active => {
    const kept = target.keep(variables ? target.get(variables[row]!) : load(row), name);
    return {
      bits: () => (others ? target.keep(own(kept), 'active') : kept),
      near: () => nearBits(frame, kept, start, sector),
    };
  });
}

/** The bits of a word that share a sector with a row's: those of one row of floats, of two rows of halves, of four of bytes. */
function nearBits(frame: Frame, word: Value, { y }: PatchStart, sector: number): Value {
  const { code, target } = frame.lowering;
  if (sector === 32) return word;
  return code.mask(target.apply('shr', word, code.left(code.mask(y, 4 - sector / 8), 3)), 2 ** sector - 1);
}

/** The most loads that are made before it is known whether a quad has an active voxel. */
const EAGER_LOADS = 12;

/** Emits the text for a leaf's thread. */
export function emitQuad(frame: Frame, parts: Parts, leaf: Leaf, cut: Cut): void {
  const { code, target } = frame.lowering;
  const { thread } = leaf;
  const { patch } = cut;
  const perRow = Math.log2(threadsPerRow(patch));
  const zq = perRow > 0 ? target.keep(code.mask(thread, 2 ** perRow - 1), 'zq') : code.uint(0);
  const start: PatchStart = {
    x: cut.based ? code.uint(0) : target.keep(code.mul(code.right(thread, 3 + perRow), code.uint(patch.rows)), 'x'),
    y: target.keep(code.mask(code.right(thread, perRow), 7), 'y'),
    zq,
    upper: code.differs(zq, 0),
  };
  const loads = planWindow(parts.taps, patch);
  const window = new Window(frame, leaf, start, patch, { based: cut.based === true });
  const origin = parts.usesCoord ? originOf(frame, leaf) : null;
  const width = Math.log2(widthOf(patch));
  const place = code.or(code.left(start.x, 6), code.or(code.left(start.y, 3), code.left(zq, width)));
  const first = isLine(patch) ? code.left(thread, width) : place;
  const activity = Activity.all(frame);
  const work: Work = { frame, parts, leaf, start, cut, window, activity, origin, first };
  if (!cut.apart) return emitRagged(work, loads);
  // Where the text asks for voxels around, whole neighbours make it as simple as a whole leaf alone makes any other.
  target.branch(
    parts.actives.length > 0 ? leaf.inside() : leaf.whole!,
    () => emitWhole(work, loads),
    () => emitRagged({ ...work, cut: cutOfRagged(work), leaf: { ...leaf, whole: null } }, loads),
  );
}

/** Where inactive voxels are filled, many leaves have some, and are worth as many workgroups at once as there can be. */
function cutOfRagged({ cut, parts }: Work): Cut {
  const many = parts.outputs.some(({ background }) => background !== null);
  return many || cut.raggedAhead === undefined ? cut : { ...cut, ahead: cut.raggedAhead };
}

/** Whether patches follow each other as threads do: one quad, or half of one. */
function isLine({ rows, quads }: Patch): boolean {
  return rows === 1 && quads <= 1;
}

/**
 * Few loads are made at once with that of the mask, which they would else wait for; many hide its latency themselves, and a
 * patch without active voxels is spared them.
 */
function emitRagged(work: Work, loads: readonly WindowLoad[]): void {
  const { frame, parts, leaf, start, window, first, cut } = work;
  const { code, target } = frame.lowering;
  const eager = !cut.rolling && loads.length <= EAGER_LOADS;
  if (eager) window.load(loads);
  // Made before the branch, for what stands on both sides of it.
  if (cut.based) window.own();
  const active = activeRows(work);
  const filled = parts.outputs.filter(({ background }) => background !== null);
  // Of many stores, those of one sector go together: a quad that is only filled comes along with its neighbour.
  const together = filled.length > 0 && isLine(cut.patch) && !eager;
  const any = active.map(({ bits, near }) => (together ? near() : bits())).reduce((some, each) => code.or(some, each));
  target.branch(
    code.differs(any, 0),
    () => {
      const activity = Activity.load(frame, leaf, { start, patch: cut.patch, window }, parts.actives);
      const kept = { ...work, activity, first: target.keep(first, 'n') };
      runRows(kept, eager ? [] : loads, active);
    },
    filled.length > 0 && !together ? () => fillRows(work, filled, active) : undefined,
  );
}

/** Gives inactive rows what they hold, where the other quad of their sector is stored. */
function fillRows(work: Work, filled: readonly Output[], active: readonly Active[]): void {
  const { frame, cut } = work;
  const { code, target } = frame.lowering;
  active.forEach(({ near }, row) =>
    target.branch(code.differs(near(), 0), () => {
      const quad = quadOf(work, row);
      for (const output of filled) {
        const values = Array.from({ length: 4 * cut.patch.quads }, () => output.background!);
        storeWhole(frame, { output, values, old: null }, quad);
      }
    }),
  );
}

/**
 * The same for a leaf that is known to be whole: nothing is asked of masks, all threads of the leaf come everywhere, and may
 * exchange values.
 */
function emitWhole(work: Work, loads: readonly WindowLoad[]): void {
  const { frame, leaf, start, cut, first } = work;
  const options = {
    exchanges: cut.exchanges === true,
    givesRows: cut.givesRows === true,
    based: cut.based === true,
  };
  const window = new Window(frame, leaf, start, cut.patch, options);
  runRows({ ...work, window, first: frame.lowering.target.keep(first, 'n') }, loads, null);
}

/** Number of a row's first quad among those of all leaves. */
function quadOf({ frame, leaf, start, cut, window }: Work, row: number): Value {
  const { code, target } = frame.lowering;
  if (cut.based) return row === 0 ? window.own() : target.keep(code.add(window.own(), code.uint(16 * row)), 'quad');
  const bits = 3 - Math.log2(widthOf(cut.patch));
  const line = code.or(code.left(code.add(start.x, code.uint(row)), 3 + bits), code.left(start.y, bits));
  const own = isLine(cut.patch) ? leaf.thread : code.or(line, start.zq);
  return target.keep(code.add(code.left(leaf.slot, 6 + bits), own), 'quad');
}

/** Runs and stores row after row. `loads` are those that are not made yet, `active` tells which voxels are (null: all). */
function runRows(work: Work, loads: readonly WindowLoad[], active: readonly Active[] | null): void {
  const { parts, cut, window } = work;
  const { patch } = cut;
  const far = Math.max(...parts.taps.map(({ offset }) => offset[0]), 0);
  const ahead = cut.rolling ? cut.ahead : patch.rows;
  let done = Number.NEGATIVE_INFINITY;
  for (let row = 0; row < patch.rows; row++) {
    const end = row + far + ahead;
    const wanted = loads.filter(({ dx }) => dx > done && dx <= end);
    done = end;
    window.load(wanted);
    window.exchange(row + far);
    if (active === null && cut.together && runsTogether(work.frame, parts)) storeTogether(work, row);
    else finishRow(work, runRow(work, row), row, active && active[row]!);
  }
}

/** Runs a row's voxels side by side, in a whole leaf, and stores each result as soon as it is known. */
function storeTogether(work: Work, row: number): void {
  const { frame, parts, cut } = work;
  const lanes = Array.from({ length: 4 * cut.patch.quads }, (_, lane) => voxelAt(work, row, lane, null));
  const quad = quadOf(work, row);
  runTogether(frame, parts, lanes, (output, values) =>
    storeWhole(frame, { output, values, old: null }, quad, addressHere),
  );
}

function finishRow(work: Work, lanes: Lanes, row: number, active: Active | null): void {
  const { frame, parts, window } = work;
  const { code, target, stencil } = frame.lowering;
  const quad = quadOf(work, row);
  const stores = active && { bits: active.bits(), near: active.near };
  const bits = stores && stores.bits;
  const entries = parts.outputs.map((output, at) => {
    const values = lanes.values[at]!;
    const old = values.map((_, lane) => window.find(output.field, output.component, [0, 0, 0], lane, row));
    const doubled = stencil.writes.some((write) => write.field === output.field && write.doubleBuffered);
    const known = doubled && old.every((value) => value !== undefined);
    return { output, values, flags: lanes.flags[at]!, old: known ? old : null };
  });
  const whole = entries.filter(({ output }) => output.mode !== 'flagged');
  if (whole.length > 0) storeRow(frame, quad, stores, whole);
  for (const entry of entries.filter(({ output }) => output.mode === 'flagged')) {
    const written = entry.flags
      .map((flag, lane) => target.select(flag, code.uint(1 << lane), code.uint(0)))
      .reduce((some, bit) => code.or(some, bit));
    const some = bits === null ? written : code.and(written, bits);
    const kept = target.keep(some, 'written');
    storeRow(frame, quad, { bits: kept, near: () => kept }, [{ ...entry, old: null }]);
  }
  parts.accumulators.forEach(({ reduction, total, identity }, at) => {
    const four = lanes.contributions[at]!.map((value, lane) =>
      bits === null ? value : target.select(code.differs(code.mask(bits, 1 << lane), 0), value, identity),
    );
    target.set(total, combineFour(code, reduction.kind, four));
  });
}
