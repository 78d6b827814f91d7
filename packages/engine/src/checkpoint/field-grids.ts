/**
 * @file A field as grids and back, bit for bit: every value of every leaf, inactive ones too. A grid holds up to four floats or
 * doubles; a field with more, or of several integers, has a grid for each, `populations[3]`. Halfs stand as floats, which
 * hold them exactly, NaN with all its bits.
 */
import { componentsOf, componentTypeOf, isFloating } from '@halocline/stencil';
import { gridFromLeaves, TYPES, type Grid, type GridType, type Values } from '@halocline/vdb';
import type { FieldDeclaration } from '../declarations.ts';
import type { DomainLevel } from '../domain.ts';
import { makeArray, type FieldArray } from '../field-type.ts';
import { LeafIndex } from '../leaf-index.ts';

/** The names of a field's grids. */
export function gridNames({ key, type }: FieldDeclaration): string[] {
  const components = componentsOf(type);
  const together = components === 1 || (components <= 4 && isFloating(componentTypeOf(type)));
  return together ? [key] : Array.from({ length: components }, (_, component) => `${key}[${component}]`);
}

/** The grids of a field's whole components (512 values of background, then 512 a leaf by rank), by `gridNames`. */
export function gridsOfField(field: FieldDeclaration, level: DomainLevel, components: readonly FieldArray[]): Grid[] {
  const names = gridNames(field);
  if (names.length === 1) return [makeGrid(names[0]!, field.default, level, components)];
  return names.map((name, at) => makeGrid(name, [field.default[at]!], level, [components[at]!]));
}

function makeGrid(
  name: string,
  background: readonly number[],
  level: DomainLevel,
  components: readonly FieldArray[],
): Grid {
  const values = components.map(leafValues);
  const padded = components.length === 2;
  const type = gridType(components);
  return gridFromLeaves({
    name,
    type,
    map: level.map,
    background: padded ? [...background, 0] : background,
    origins: level.topology.origins.slice(),
    masks: level.topology.masks.slice(),
    values: padded ? [...values, TYPES[type].array(values[0]!.length)] : values,
  });
}

function gridType([first, ...others]: readonly FieldArray[]): GridType {
  const wide = first instanceof Float64Array;
  if (others.length > 0) return `vec${others.length < 3 ? 3 : 4}${wide ? 'd' : 'f'}`;
  if (wide) return 'double';
  if (first instanceof Int32Array) return 'int32';
  if (first instanceof Uint32Array) return 'uint32';
  return first instanceof Uint8Array ? 'uint8' : 'float';
}

function leafValues(component: FieldArray): Values {
  return component instanceof Float16Array ? floatsOf(component.subarray(512)) : component.subarray(512);
}

/** Halves as floats. A conversion may give any NaN for a NaN: bits are put in place of it. */
function floatsOf(halves: Float16Array): Float32Array {
  const floats = Float32Array.from(halves);
  const [from, to] = [new Uint16Array(halves.buffer, halves.byteOffset, halves.length), new Uint32Array(floats.buffer)];
  for (let at = 0; at < from.length; at++) {
    const half = from[at]!;
    if ((half & 0x7fff) > 0x7c00) to[at] = ((half & 0x8000) << 16) | 0x7f800000 | ((half & 0x3ff) << 13);
  }
  return floats;
}

/** The halves that `floatsOf` was given. */
function halvesOf(floats: Float32Array): Float16Array {
  const halves = Float16Array.from(floats);
  const [from, to] = [new Uint32Array(floats.buffer, floats.byteOffset, floats.length), new Uint16Array(halves.buffer)];
  for (let at = 0; at < from.length; at++) {
    const float = from[at]!;
    if ((float & 0x7fffffff) > 0x7f800000)
      to[at] = ((float >>> 16) & 0x8000) | 0x7c00 | ((float >>> 13) & 0x3ff || 0x200);
  }
  return halves;
}

/** What keeps grids from being a field's: the end of a sentence about the file; null where they fit. */
export function whyNotField(field: FieldDeclaration, level: DomainLevel, grids: readonly Grid[]): string | null {
  const background = grids.flatMap((grid) => grid.background.map(Number)).slice(0, field.default.length);
  for (const grid of grids) {
    if (grid.checksum === 'bad') return `the checksum of grid "${grid.name}" doesn't fit its bytes: it is damaged`;
    if (grid.leafCount !== level.leafCount) {
      return `grid "${grid.name}" has ${grid.leafCount} leaves, and level ${level.index} has ${level.leafCount}`;
    }
  }
  if (background.every((value, component) => Object.is(value, field.default[component]))) return null;
  return `field "${field.key}" has background ${background.join(', ')} there, and ${field.default.join(', ')} here`;
}

/** The whole components of a field from its grids, which `whyNotField` has nothing against. */
export function fieldOfGrids(field: FieldDeclaration, level: DomainLevel, grids: readonly Grid[]): FieldArray[] {
  const sources = grids.flatMap((grid) => grid.tree.values).slice(0, field.default.length);
  const index = new LeafIndex(grids[0]!.tree.leaf.origins);
  const { origins } = level.topology;
  return sources.map((source, component) => {
    const whole = makeArray(field.type, 512 * (level.leafCount + 1)).fill(field.default[component]!);
    for (let rank = 0; rank < level.leafCount; rank++) {
      const leaf = index.findVoxel(origins[3 * rank]!, origins[3 * rank + 1]!, origins[3 * rank + 2]!);
      const values = (source as Float32Array).subarray(512 * leaf, 512 * leaf + 512);
      (whole as Float32Array).set(whole instanceof Float16Array ? halvesOf(values) : values, 512 * (rank + 1));
    }
    return whole;
  });
}
