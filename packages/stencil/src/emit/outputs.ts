/**
 * @file The values that voxels write. While a voxel's text runs they are variables; what becomes of a voxel that doesn't
 * write decides how they start and how they are stored:
 * `plain`: every voxel writes; `old`: starts as the old value, and is stored whether or not it was written (the second
 * copy of a double-buffered field must hold something); `flagged`: stored only where it was written, in place.
 *
 * Memory is written in sectors of 32 bytes; of one that a shader writes in part, the rest is read first. So where it is known
 * what inactive voxels hold, they are written with it, wherever an active voxel shares their sector.
 */
import type { FieldWrite, Stencil } from '../ir.ts';
import type { Placement } from './shader.ts';
import { componentsOf, isHalf, valueTypeOf } from '../field-types.ts';
import { scalarOf } from '../ir.ts';
import { elementKind } from './frame.ts';
import type { Lowering, Voxel } from './frame.ts';
import { componentList } from './scan.ts';
import type { Tap } from './scan.ts';
import type { ElementKind, Value, Variable } from './target.ts';

/** One component array that the shader stores to. */
export interface Output {
  readonly field: string;
  readonly component: number;
  readonly kind: ElementKind;
  readonly mode: 'plain' | 'old' | 'flagged';
  readonly value: Variable;
  /** Whether this voxel wrote it, for `flagged`. */
  readonly flag: Variable | null;
  /** What inactive voxels hold and may be written with; null where that isn't known, or not every active voxel is stored. */
  readonly background: Value | null;
}

/** Voxels whose elements fill 32 bytes. */
const SECTOR_VOXELS: Readonly<Record<ElementKind, number>> = { f32: 8, f64: 4, i32: 8, u32: 8, f16: 16, u8: 32 };
/** The least numbers that every device writes as they are: smaller ones may become 0 on their way. */
const LEAST_NORMAL = { half: 2 ** -14, float: 2 ** -126 } as const;

/**
 * What a write's component is stored as. A colour leaves half of the voxels unwritten: where whole quads are stored
 * (`quads`) their old values go along, which no other thread changes.
 */
function modeOf(write: FieldWrite, component: number, stencil: Stencil, quads: boolean): Output['mode'] {
  const written = write.components.includes(component);
  if (write.doubleBuffered) return write.always && written && !stencil.color ? 'plain' : 'old';
  if (quads && stencil.color) return 'old';
  return write.always ? 'plain' : 'flagged';
}

/** Components that a write stores: of a double-buffered field all, for its copies change places as a whole. */
function storedComponents(write: FieldWrite): readonly number[] {
  return write.doubleBuffered ? Array.from({ length: componentsOf(write.type) }, (_, c) => c) : write.components;
}

/** How many components a stencil stores, where every voxel writes all of them; 0 where one may be left as it was. */
export function plainOutputs(stencil: Stencil): number {
  const modes = stencil.writes.flatMap((write) =>
    storedComponents(write).map((component) => modeOf(write, component, stencil, true)),
  );
  return modes.every((mode) => mode === 'plain') ? modes.length : 0;
}

/** Taps at the voxel itself that `old` outputs start from. */
export function oldTaps(stencil: Stencil, quads: boolean): Tap[] {
  return stencil.writes.flatMap((write) =>
    storedComponents(write).flatMap((component): Tap[] =>
      modeOf(write, component, stencil, quads) === 'old' ? [{ field: write.field, component, offset: [0, 0, 0] }] : [],
    ),
  );
}

/** What inactive voxels of a component may be written with; null where nothing may. */
function backgroundOf(write: FieldWrite, component: number, { backgrounds }: Placement): number | null {
  const value = backgrounds?.get(write.field)?.[component];
  if (value === undefined || Number.isNaN(value)) return null;
  const least = isHalf(write.type) ? LEAST_NORMAL.half : LEAST_NORMAL.float;
  return value !== 0 && Math.abs(value) < least ? null : value;
}

/**
 * Voxels of a row, or of several along y, that share a sector in the widest of the outputs with a background: 8, 16 or 32 in a
 * word of the mask; 0 where none has one.
 */
export function sectorVoxels(outputs: readonly Output[]): number {
  const filled = outputs.filter(({ background }) => background !== null);
  return filled.length === 0 ? 0 : Math.max(8, ...filled.map(({ kind }) => SECTOR_VOXELS[kind]));
}

/** Variables for everything that the stencil stores. */
export function newOutputs(lowering: Lowering, quads: boolean): Output[] {
  const { code, stencil, target, placement } = lowering;
  // One voxel after the other, those of the other colour are left as they are.
  const fills = !stencil.debug && (quads || stencil.color === null);
  return stencil.writes.flatMap((write) =>
    storedComponents(write).map((component): Output => {
      const mode = modeOf(write, component, stencil, quads);
      const type = scalarOf(valueTypeOf(write.type));
      const held = fills && mode !== 'flagged' ? backgroundOf(write, component, placement) : null;
      const name = `new_${write.field}_${component}`;
      return {
        field: write.field,
        component,
        kind: elementKind(write.type),
        mode,
        value: target.variable(type, name),
        flag: mode === 'flagged' ? target.variable('bool', `${name}_written`) : null,
        background: held === null ? null : code.all(type, held),
      };
    }),
  );
}

/** Sets the outputs to what they are before a voxel's text runs. */
export function beginOutputs(lowering: Lowering, outputs: readonly Output[], voxel: Voxel): void {
  const { code, target } = lowering;
  for (const { field, component, mode, value, flag } of outputs) {
    if (flag) target.set(flag, code.bool(false));
    if (mode === 'old') target.set(value, voxel.tap(field, component, [0, 0, 0]));
    else if (mode === 'flagged') target.set(value, code.all(value.type, 0));
  }
}

/** What a `write` statement gives: outputs, and the value of each. */
export function writtenOutputs(
  lowering: Lowering,
  outputs: readonly Output[],
  field: string,
  component: number,
  value: Value,
): (readonly [Output, Value])[] {
  const { code, target } = lowering;
  const type = lowering.stencil.writes.find((write) => write.field === field)!.type;
  const parts = code.components(component < 0 ? target.keep(value, 'written') : value);
  return componentList(component, componentsOf(type)).map((c, at) => [
    outputs.find((each) => each.field === field && each.component === c)!,
    parts[at]!,
  ]);
}

/** A `write` statement. */
export function writeOutput(
  lowering: Lowering,
  outputs: readonly Output[],
  field: string,
  component: number,
  value: Value,
): void {
  const { code, target } = lowering;
  for (const [output, part] of writtenOutputs(lowering, outputs, field, component, value)) {
    target.set(output.value, part);
    if (output.flag) target.set(output.flag, code.bool(true));
  }
}
