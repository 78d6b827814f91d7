/**
 * @file The shape for small, straight stencils whose reads are all at constant offsets: a thread owns four voxels along
 * z (16 bytes of float32), loads what all four need as aligned vec4s and single values at the edges, runs the body four
 * times side by side, and stores vec4s where all four are active. Tried before it: one workgroup a leaf with a
 * shared-memory tile, 1.12 TB/s for a 7-point Laplacian on an H100 (this shape by hand: 2.62; a copy: 3.03).
 *
 * A position p along z counts from the quad's first voxel: quad ⌊p/4⌋ next to this one, component p mod 4.
 */
import { address, elementKind, fieldType, tableWord } from './frame.ts';
import type { Frame, Voxel } from './frame.ts';
import type { Leaf, Parts } from './kernel.ts';
import { originOf, runVoxel } from './kernel.ts';
import type { Output } from './outputs.ts';
import { combineFour } from './reduce.ts';
import { neighborSlot } from './scalar-voxel.ts';
import type { Tap } from './scan.ts';
import type { Value } from './target.ts';

/** One load of the plan: components `parts` of quad `quad` in the row at (dx, dy). */
export interface WindowLoad {
  readonly field: string;
  readonly component: number;
  readonly dx: number;
  readonly dy: number;
  readonly quad: number;
  /** Ascending; one part is a scalar load, more are a vec4. */
  readonly parts: readonly number[];
}

/** The loads that four neighbouring voxels' taps need, rows together, in the order of the taps. */
export function planWindow(taps: Iterable<Tap>): WindowLoad[] {
  const needed = new Map<string, { load: Omit<WindowLoad, 'parts'>; parts: Set<number> }>();
  for (const { field, component, offset } of taps) {
    const [dx, dy, dz] = offset;
    for (let lane = 0; lane < 4; lane++) {
      const position = lane + dz;
      const quad = Math.floor(position / 4);
      const key = `${field} ${component} ${dx} ${dy} ${quad}`;
      let entry = needed.get(key);
      if (!entry) needed.set(key, (entry = { load: { field, component, dx, dy, quad }, parts: new Set() }));
      entry.parts.add(position - 4 * quad);
    }
  }
  return [...needed.values()].map(({ load, parts }) => ({ ...load, parts: [...parts].sort((a, b) => a - b) }));
}

/** How many values a plan keeps in registers. */
export function windowSize(loads: readonly WindowLoad[]): number {
  return loads.reduce((sum, { parts }) => sum + parts.length, 0);
}

interface Quad {
  readonly x: Value;
  readonly y: Value;
  readonly zq: Value;
}

function crossing(frame: Frame, position: Value, d: number, size: number): { crosses: Value | null; sign: number } {
  const { code, target } = frame.lowering;
  if (d === 0) return { crosses: null, sign: 0 };
  const crosses =
    d > 0 ? target.apply('ge', position, code.uint(size - d)) : target.apply('lt', position, code.uint(-d));
  return { crosses, sign: Math.sign(d) };
}

const windowKey = (field: string, component: number, dx: number, dy: number, position: number): string =>
  `${field} ${component} ${dx} ${dy} ${position}`;

/** Emits the loads: first every neighbour's slot, then all the values. */
function loadWindow(frame: Frame, leaf: Leaf, quad: Quad, loads: readonly WindowLoad[]): Map<string, Value> {
  const { code, target } = frame.lowering;
  const slots = new Map<string, Value>();
  for (const { dx, dy, quad: q } of loads) {
    const key = `${dx} ${dy} ${q}`;
    if (slots.has(key)) continue;
    const axes = [crossing(frame, quad.x, dx, 8), crossing(frame, quad.y, dy, 8), crossing(frame, quad.zq, q, 2)];
    slots.set(key, neighborSlot(frame, leaf.slot, axes));
  }
  const places = new Map<string, Value>();
  const place = (dx: number, dy: number, q: number): Value => {
    const key = `${dx} ${dy} ${q}`;
    let value = places.get(key);
    if (value) return value;
    if (dx === 0 && dy === 0 && q === 0) value = leaf.thread;
    else {
      const moved = (position: Value, d: number, mask: number): Value =>
        d === 0 ? position : code.mask(code.add(position, code.uint(d & mask)), mask);
      const row = code.or(code.left(moved(quad.x, dx, 7), 4), code.left(moved(quad.y, dy, 7), 1));
      value = code.or(row, moved(quad.zq, q & 1, 1));
    }
    const at = target.keep(code.add(code.left(slots.get(key)!, 7), value), 'at');
    places.set(key, at);
    return at;
  };
  const window = new Map<string, Value>();
  for (const { field, component, dx, dy, quad: q, parts } of loads) {
    const from = address(frame, { kind: 'read', field, component, level: 'same' });
    const kind = elementKind(fieldType(frame.lowering, field));
    const at = place(dx, dy, q);
    const keep = (part: number, value: Value): void => {
      window.set(windowKey(field, component, dx, dy, 4 * q + part), value);
    };
    if (parts.length === 1) {
      const index = code.add(code.left(at, 2), code.uint(parts[0]!));
      keep(parts[0]!, target.keep(target.load(kind, 1, from, index), field));
    } else {
      const four = target.keep(target.load(kind, 4, from, at), field);
      for (const part of parts) keep(part, target.swizzle(four, [part]));
    }
  }
  return window;
}

/** What the lanes left behind: an array for each output, or reduction, with a value for each of the four voxels. */
interface Lanes {
  readonly values: Value[][];
  readonly flags: Value[][];
  readonly contributions: Value[][];
}

function runLanes(frame: Frame, parts: Parts, leaf: Leaf, quad: Quad, window: Map<string, Value>): Lanes {
  const { lowering } = frame;
  const { code, target, stencil } = lowering;
  const { color } = stencil;
  const origin = parts.usesCoord ? originOf(frame, leaf) : null;
  const sum = color && code.add(quad.x, quad.y);
  const odd = sum && target.keep(code.mask(color === 'red' ? sum : code.add(sum, code.uint(1)), 1), 'odd');
  const isOdd = odd && target.keep(code.differs(odd, 0), 'is_odd');
  const lanes: Lanes = {
    values: parts.outputs.map(() => []),
    flags: parts.outputs.map(() => []),
    contributions: parts.accumulators.map(() => []),
  };
  const first = target.keep(code.left(leaf.thread, 2), 'n');
  for (const lane of color ? [0, 2] : [0, 1, 2, 3]) {
    const along = odd ? target.keep(code.add(odd, code.uint(lane)), 'e') : code.uint(lane);
    const z = code.add(code.left(quad.zq, 2), along);
    const coord = (): Value =>
      code.join([quad.x, quad.y, z].map((part, axis) => code.add(origin![axis]!, code.asInt(part))));
    const chosen = new Map<string, Value>();
    const voxel: Voxel = {
      slot: leaf.slot,
      index: target.keep(code.add(first, along), 'n'),
      coord: origin && target.keep(coord(), 'coord'),
      tap(field, component, [dx, dy, dz]) {
        const at = (more: number): Value => window.get(windowKey(field, component, dx, dy, lane + dz + more))!;
        if (!isOdd) return at(0);
        const key = windowKey(field, component, dx, dy, dz);
        return chosen.get(key) ?? target.select(isOdd, at(1), at(0));
      },
    };
    if (color)
      for (const { field, component, offset } of parts.taps)
        chosen.set(windowKey(field, component, ...offset), target.keep(voxel.tap(field, component, offset), field));
    runVoxel(frame, parts, voxel);
    parts.outputs.forEach(({ value, flag, field, component }, at) => {
      const result = target.keep(target.get(value), 'result');
      if (isOdd) {
        const old = (more: number): Value => window.get(windowKey(field, component, 0, 0, lane + more))!;
        lanes.values[at]!.push(target.select(isOdd, old(0), result), target.select(isOdd, result, old(1)));
      } else lanes.values[at]!.push(result);
      if (flag) lanes.flags[at]!.push(target.keep(target.get(flag), 'written'));
    });
    parts.accumulators.forEach(({ contribution, identity }, at) => {
      const own = target.keep(target.get(contribution), 'contribution');
      if (isOdd)
        lanes.contributions[at]!.push(target.select(isOdd, identity, own), target.select(isOdd, own, identity));
      else lanes.contributions[at]!.push(own);
    });
  }
  return lanes;
}

/** Stores four values each, where `bits` tells which of the four. */
function storeQuads(
  frame: Frame,
  leaf: Leaf,
  bits: Value,
  stored: readonly { readonly output: Output; readonly values: readonly Value[] }[],
): void {
  const { code, target } = frame.lowering;
  const quad = target.keep(code.add(code.left(leaf.slot, 7), leaf.thread), 'quad');
  const to = ({ field, component }: Output): Value => address(frame, { kind: 'write', field, component });
  target.branch(
    code.equals(bits, 15),
    () => {
      for (const { output, values } of stored) target.store(output.kind, 4, to(output), quad, code.join(values));
    },
    () => {
      const start = target.keep(code.left(quad, 2), 'start');
      for (let lane = 0; lane < 4; lane++)
        target.branch(code.differs(code.mask(bits, 1 << lane), 0), () => {
          for (const { output, values } of stored)
            target.store(output.kind, 1, to(output), code.add(start, code.uint(lane)), values[lane]!);
        });
    },
  );
}

/** The most loads that are made before it is known whether a quad has an active voxel. */
const EAGER_LOADS = 12;

/**
 * Emits the text for a leaf's thread. Few loads are made at once with that of the mask, which they would else wait for;
 * many hide its latency themselves, and a quad without active voxels is spared them.
 */
export function emitQuad(frame: Frame, parts: Parts, leaf: Leaf): void {
  const { code, target } = frame.lowering;
  const { thread } = leaf;
  const quad: Quad = {
    x: target.keep(code.right(thread, 4), 'x'),
    y: target.keep(code.mask(code.right(thread, 1), 7), 'y'),
    zq: target.keep(code.mask(thread, 1), 'zq'),
  };
  const loads = planWindow(parts.taps);
  const mask = tableWord(
    frame,
    { kind: 'masks', level: 'same' },
    code.add(code.left(leaf.slot, 4), code.right(thread, 3)),
  );
  const shifted = target.apply('shr', mask, code.left(code.mask(thread, 7), 2));
  const bits = target.keep(code.mask(shifted, 15), 'active');
  const early = loads.length <= EAGER_LOADS ? loadWindow(frame, leaf, quad, loads) : null;
  target.branch(code.differs(bits, 0), () => {
    finishQuad(frame, parts, leaf, quad, early ?? loadWindow(frame, leaf, quad, loads), bits);
  });
}

function finishQuad(frame: Frame, parts: Parts, leaf: Leaf, quad: Quad, window: Map<string, Value>, bits: Value): void {
  const { code, target } = frame.lowering;
  const lanes = runLanes(frame, parts, leaf, quad, window);
  const entries = parts.outputs.map((output, at) => ({ output, values: lanes.values[at]!, flags: lanes.flags[at]! }));
  const whole = entries.filter(({ output }) => output.mode !== 'flagged');
  if (whole.length > 0) storeQuads(frame, leaf, bits, whole);
  for (const entry of entries.filter(({ output }) => output.mode === 'flagged')) {
    const written = entry.flags
      .map((flag, lane) => target.select(flag, code.uint(1 << lane), code.uint(0)))
      .reduce((some, bit) => code.or(some, bit));
    storeQuads(frame, leaf, target.keep(code.and(written, bits), 'written'), [entry]);
  }
  parts.accumulators.forEach(({ reduction, total, identity }, at) => {
    const four = lanes.contributions[at]!.map((value, lane) =>
      target.select(code.differs(code.mask(bits, 1 << lane), 0), value, identity),
    );
    target.set(total, combineFour(code, reduction.kind, four));
  });
}
