/**
 * @file Reading at computed coordinates. A leaf is looked for first in the table of 27 neighbours (one read), then by a
 * walk of the NanoVDB index grid: root tiles in a row, upper, lower, leaf (NanoVDB 32, struct offsets of its Index grid,
 * GridType 19). Every index comes from masks of fixed width or from the grid itself, and a leaf that isn't there is slot
 * 0, the leaf of background: so no coordinate reads outside of a buffer.
 *
 * Between levels: the leaf above is word 30 of the table, and from there the same search on the coarser level; the leaves
 * below are found through `children` of the neighbour that covers them. Row 0 of every table is zero.
 */
import type { LevelRelation } from '../ir.ts';
import { valueTypeOf } from '../field-types.ts';
import { sizeOf } from '../ir.ts';
import { noteRead } from './debug.ts';
import { address, elementKind, fieldType, tableWord } from './frame.ts';
import type { Frame, Lowering } from './frame.ts';
import { componentList } from './scan.ts';
import type { FunctionReference, Value, Variable } from './target.ts';

/** Words of the grid: root at byte 736, tiles after its 96 bytes, and the nodes' tables. */
const ROOT = 184;
const TILE_COUNT = 190;
const TILES = 208;
const UPPER = { mask: 1032, table: 2064 };
const LOWER = { mask: 136, table: 272 };
const LEAF_OFFSET = 20;

/** A frame for a function that is no user's. */
export function newFrame(lowering: Lowering): Frame {
  return { lowering, top: false, uses: lowering.uses.top, once: new Map(), locals: [], voxel: null, effects: null };
}

/** A function of the module that is made at its first use. */
export function shared(lowering: Lowering, name: string, make: () => FunctionReference): FunctionReference {
  const known = lowering.functions.get(name);
  if (known) return known;
  const made = make();
  lowering.functions.set(name, made);
  return made;
}

/** The child of a node: its word offset, or a return of 0 where the node has none. */
function descend(frame: Frame, level: LevelRelation, node: Value, n: Value, at: typeof UPPER): Value {
  const { code, target } = frame.lowering;
  const grid = { kind: 'grid', level } as const;
  const word = tableWord(frame, grid, code.add(node, code.add(code.right(n, 5), code.uint(at.mask))));
  const missing = code.equals(code.mask(target.apply('shr', word, code.mask(n, 31)), 1), 0);
  target.branch(missing, () => target.return(code.uint(0)));
  const child = tableWord(frame, grid, code.add(node, code.add(code.left(n, 1), code.uint(at.table))));
  return target.keep(code.add(node, code.right(child, 2)), 'node');
}

/** `uint walk(ivec3 leaf)`: slot of the leaf that covers voxels leaf·8 … leaf·8 + 7, by the index grid. */
export function walkFunction(lowering: Lowering, level: LevelRelation): FunctionReference {
  const { code, target } = lowering;
  return shared(lowering, `walk_${level}`, () =>
    target.function(`walk_${level}`, 'uint', [{ name: 'leaf', type: 'ivec3', variable: false }], ([leaf]) => {
      const frame = newFrame(lowering);
      const grid = { kind: 'grid', level } as const;
      const [x, y, z] = code.components(target.keep(code.asUint(code.left(leaf as Value, 3)), 'v')) as [
        Value,
        Value,
        Value,
      ];
      const [kx, ky, kz] = [code.right(x, 12), code.right(y, 12), code.right(z, 12)];
      const low = target.keep(code.or(kz, code.left(ky, 21)), 'low');
      const high = target.keep(code.or(code.left(kx, 10), code.right(ky, 11)), 'high');
      const child = target.variable('uint', 'child');
      target.set(child, code.uint(0));
      const tile = target.variable('uint', 'tile');
      target.set(tile, code.uint(0));
      const count = target.keep(tableWord(frame, grid, code.uint(TILE_COUNT)), 'count');
      target.loop(
        () => target.apply('lt', target.get(tile), count),
        () => {
          const at = target.keep(code.add(code.left(target.get(tile), 3), code.uint(TILES)), 'at');
          const word = (n: number): Value => tableWord(frame, grid, code.add(at, code.uint(n)));
          const found = code.and(target.apply('eq', word(0), low), target.apply('eq', word(1), high));
          target.branch(found, () => {
            target.set(child, word(2));
            target.leave();
          });
        },
        () => target.set(tile, code.add(target.get(tile), code.uint(1))),
      );
      target.branch(code.equals(target.get(child), 0), () => target.return(code.uint(0)));
      const part = (value: Value, from: number, bits: number): Value =>
        code.mask(code.right(value, from), (1 << bits) - 1);
      const index = (from: number, bits: number): Value =>
        target.keep(
          code.or(
            code.or(code.left(part(x, from, bits), 2 * bits), code.left(part(y, from, bits), bits)),
            part(z, from, bits),
          ),
          'n',
        );
      const root = target.keep(code.add(code.right(target.get(child), 2), code.uint(ROOT)), 'upper');
      const lower = descend(frame, level, root, index(7, 5), UPPER);
      const node = descend(frame, level, lower, index(3, 4), LOWER);
      target.return(code.right(tableWord(frame, grid, code.add(node, code.uint(LEAF_OFFSET))), 9));
    }),
  );
}

/** Index of a neighbour in a leaf's row of the table, by d − 1 in −1 … 1 on each axis (uvec3 d). */
export function neighborWord(frame: Frame, slot: Value, d: Value): Value {
  const { code } = frame.lowering;
  const [x, y, z] = code.components(d) as [Value, Value, Value];
  const index = code.add(code.add(code.mul(x, code.uint(9)), code.mul(y, code.uint(3))), z);
  return code.add(code.left(slot, 5), index);
}

/**
 * `uint leafAt(uint slot, ivec3 own, ivec3 leaf)`: slot, on `level`, of the leaf at leaf coordinates `leaf`. `own` are
 * leaf coordinates of `slot`: this leaf's (same, fine), or those of the leaf above (coarse).
 */
export function leafAtFunction(lowering: Lowering, level: LevelRelation): FunctionReference {
  const { code, target } = lowering;
  const walk = walkFunction(lowering, level);
  const body = ([slot, own, leaf]: readonly (Value | Variable)[]): void => {
    const frame = newFrame(lowering);
    const table = { kind: 'leafTable', level: level === 'coarse' ? 'coarse' : 'same' } as const;
    const covering = level === 'fine' ? code.right(leaf as Value, 1) : (leaf as Value);
    const difference = code.add(code.sub(covering, own as Value), code.all('ivec3', 1));
    const d = target.keep(code.asUint(difference), 'd');
    let near = target.quantify('all', target.apply('le', d, code.all('uvec3', 2)));
    if (level === 'coarse') near = code.and(near, code.differs(slot as Value, 0));
    target.branch(near, () => {
      const neighbor = target.keep(tableWord(frame, table, neighborWord(frame, slot as Value, d)), 'neighbor');
      if (level !== 'fine') target.return(neighbor);
      else {
        const odd = target.keep(code.asUint(code.mask(leaf as Value, 1)), 'odd');
        const [x, y, z] = code.components(odd) as [Value, Value, Value];
        const child = code.add(code.add(code.left(x, 2), code.left(y, 1)), z);
        target.return(tableWord(frame, { kind: 'children' }, code.add(code.left(neighbor, 3), child)));
      }
    });
    target.return(target.call(walk, [leaf as Value])!);
  };
  const parameters = [
    { name: 'slot', type: 'uint', variable: false },
    { name: 'own', type: 'ivec3', variable: false },
    { name: 'leaf', type: 'ivec3', variable: false },
  ] as const;
  return shared(lowering, `leafAt_${level}`, () => target.function(`leafAt_${level}`, 'uint', parameters, body));
}

/** Where look-ups of a voxel start, on a level: a slot, and its leaf coordinates. */
export function home(frame: Frame, level: LevelRelation): readonly [Value, Value] {
  const { code, target } = frame.lowering;
  const voxel = frame.voxel!;
  const own = target.keep(code.right(voxel.coord!, 3), 'own');
  if (level !== 'coarse') return [voxel.slot, own];
  const word = code.add(code.left(voxel.slot, 5), code.uint(30));
  const parent = target.keep(tableWord(frame, { kind: 'leafTable', level: 'same' }, word), 'parent');
  return [parent, code.right(own, 1)];
}

/** Place of a coordinate (ivec3) within its leaf. */
export function placeInLeaf(frame: Frame, coord: Value): Value {
  const { code } = frame.lowering;
  const [x, y, z] = code.components(code.asUint(code.mask(coord, 7))) as [Value, Value, Value];
  return code.or(code.or(code.left(x, 6), code.left(y, 3)), z);
}

/** A component of a field at place `index` of a slot. */
export function loadElement(
  frame: Frame,
  field: string,
  component: number,
  level: LevelRelation,
  slot: Value,
  index: Value,
): Value {
  const { code, target } = frame.lowering;
  const from = address(frame, { kind: 'read', field, component, level });
  const kind = elementKind(fieldType(frame.lowering, field, level));
  return target.keep(target.load(kind, 1, from, code.add(code.left(slot, 9), index)), field);
}

/** The components that a read of a field's component (−1: all) gives. */
export function componentsRead(frame: Frame, field: string, component: number, level: LevelRelation): number[] {
  return componentList(component, sizeOf(valueTypeOf(fieldType(frame.lowering, field, level))));
}

/** The field at an ivec3. */
export function gather(frame: Frame, field: string, component: number, level: LevelRelation, coord: Value): Value {
  const { code, target } = frame.lowering;
  const at = target.keep(coord, 'at');
  const [slot, own] = home(frame, level);
  const leafAt = leafAtFunction(frame.lowering, level);
  const leaf = target.keep(target.call(leafAt, [slot, own, code.right(at, 3)])!, 'leaf');
  const index = target.keep(placeInLeaf(frame, at), 'n');
  if (level === 'same') noteRead(frame, leaf, index);
  return code.join(
    componentsRead(frame, field, component, level).map((c) => loadElement(frame, field, c, level, leaf, index)),
  );
}

/** Whether the voxel at an ivec3 is active. */
export function isActive(frame: Frame, coord: Value): Value {
  const { code, target } = frame.lowering;
  const at = target.keep(coord, 'at');
  const [slot, own] = home(frame, 'same');
  const leaf = target.keep(
    target.call(leafAtFunction(frame.lowering, 'same'), [slot, own, code.right(at, 3)])!,
    'leaf',
  );
  const n = target.keep(placeInLeaf(frame, at), 'n');
  const word = tableWord(frame, { kind: 'masks', level: 'same' }, code.add(code.left(leaf, 4), code.right(n, 5)));
  return target.keep(code.and(code.differs(leaf, 0), code.bit(word, code.mask(n, 31))), 'active');
}
