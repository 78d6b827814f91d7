/**
 * @file Which voxels around a patch are active, where a text asks: the bits of the mask for each quad that the asked ones lie
 * in. Where the leaf and all 26 around it are whole, nothing is read, and all are.
 */
import type { Offset } from '../ir.ts';
import { tableWord } from './frame.ts';
import type { Frame } from './frame.ts';
import type { Leaf } from './kernel.ts';
import type { Value, Variable } from './target.ts';
import { planRows, widthOf } from './window.ts';
import type { Patch, PatchStart, Window } from './window.ts';

/** What is known of the activity of voxels around a patch. */
export class Activity {
  readonly #frame: Frame;
  readonly #bits = new Map<string, Value>();
  readonly #known: boolean;
  /** Voxels of a quad, or of half of one. */
  readonly #width: number;

  private constructor(frame: Frame, known: boolean, width: number) {
    this.#frame = frame;
    this.#known = known;
    this.#width = width;
  }

  /** Nothing is asked: leaf and neighbours are whole, or nobody wants to know. */
  static all(frame: Frame): Activity {
    return new Activity(frame, true, 4);
  }

  /** Reads the bits of the voxels at some offsets from those of a patch. */
  static load(
    frame: Frame,
    leaf: Leaf,
    { start, patch, window }: { readonly start: PatchStart; readonly patch: Patch; readonly window: Window },
    offsets: readonly Offset[],
  ): Activity {
    const { code, target } = frame.lowering;
    const rows = planRows(offsets, patch);
    const width = widthOf(patch);
    const all = 2 ** width - 1;
    const activity = new Activity(frame, offsets.length === 0, width);
    const read = rows.map(({ dx, dy, quad }): { key: string; slot: Value; variable: Variable } => {
      const variable = target.variable('uint', 'around');
      target.set(variable, code.uint(all));
      return { key: `${dx} ${dy} ${quad}`, slot: window.slot(dx, dy, quad), variable };
    });
    const load = (): void =>
      rows.forEach(({ dx, dy, quad }, at) => {
        const x = code.mask(code.add(start.x, code.uint(dx & 7)), 7);
        const y = target.keep(code.mask(code.add(start.y, code.uint(dy & 7)), 7), 'y');
        const z = code.mask(code.add(start.zq, code.uint(quad & (8 / width - 1))), 8 / width - 1);
        const { slot, variable } = read[at]!;
        const word = code.add(code.left(slot, 4), code.or(code.left(x, 1), code.right(y, 2)));
        const shift = code.or(code.left(code.mask(y, 3), 3), code.left(z, Math.log2(width)));
        const mask = tableWord(frame, { kind: 'masks', level: 'same' }, word);
        target.set(variable, code.mask(target.apply('shr', mask, shift), all));
      });
    if (rows.length > 0) target.branch(target.apply('not', leaf.inside()), load);
    for (const { key, variable } of read) activity.#bits.set(key, target.keep(target.get(variable), 'around'));
    return activity;
  }

  /** Whether the voxel `offset` away from lane `lane` of row `row` is active, a bool. */
  at([dx, dy, dz]: Offset, lane: number, row: number): Value {
    const { code } = this.#frame.lowering;
    if (this.#known || (dx === 0 && dy === 0 && dz === 0)) return code.bool(true);
    const quad = Math.floor((lane + dz) / this.#width);
    const bits = this.#bits.get(`${row + dx} ${dy} ${quad}`)!;
    return code.differs(code.mask(bits, 1 << (lane + dz - this.#width * quad)), 0);
  }
}
