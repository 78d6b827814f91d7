/**
 * @file The maps of OpenVDB transforms, from index to world space.
 * Its matrices act on row vectors, world = [i j k 1] · M; a `GridMap` acts on columns, so the 3×3 part is transposed.
 */
import type { ByteBuilder } from './byte-builder.ts';
import type { ByteCursor } from './byte-cursor.ts';
import { GridMap } from './map.ts';

type Triple = [number, number, number];

/** Reads a transform; undefined for a frustum, which is no affine map and whose grid is passed over. */
export function readTransform(cursor: ByteCursor): GridMap | undefined {
  const from = cursor.at;
  const name = cursor.string('name of the map');
  const map = readMap(cursor, name);
  if (map === 'frustum') return undefined;
  if (map === undefined) throw cursor.fault(from, 'the name of a map of OpenVDB', `"${name.slice(0, 40)}"`);
  if (!isInvertible(map)) {
    throw cursor.fault(from, 'a map that can be inverted', `${name} with matrix [${map.matrix.join(', ')}]`);
  }
  return map;
}

/** Whether a map and its inverse are made of finite numbers. */
export function isInvertible(map: GridMap): boolean {
  return [map.matrix, map.translation, map.inverse].every((numbers) => numbers.every(Number.isFinite));
}

/** Bytes of the maps that compound ones are made of. */
const mapBytes: Readonly<Record<string, number>> = {
  UniformScaleMap: 120,
  ScaleMap: 120,
  UniformScaleTranslateMap: 144,
  ScaleTranslateMap: 144,
  TranslationMap: 24,
  AffineMap: 128,
  UnitaryMap: 128,
};

/**
 * A compound map, named by its parts (`UnitaryMap:ScaleMap:TranslationMap`): each compound of two holds the affine map of both
 * and then the two (`CompoundMap::read` in `openvdb/math/Maps.h`). The outermost says all.
 */
function compound(cursor: ByteCursor, parts: readonly string[]): GridMap | 'frustum' | undefined {
  if (parts.includes('NonlinearFrustumMap')) return 'frustum';
  const sizes = parts.map((part) => mapBytes[part]);
  if (sizes.includes(undefined)) return undefined;
  const map = affine(cursor);
  cursor.skip(128 * (parts.length - 2) + sizes.reduce<number>((sum, size) => sum + size!, 0), 'parts of the map');
  return map;
}

function readMap(cursor: ByteCursor, name: string): GridMap | 'frustum' | undefined {
  const triple = (thing: string): Triple => cursor.doubles(3, thing) as Triple;
  // Scales are followed by what follows from them: |s|, 1/s, 1/s², 1/(2s).
  const scaled = (translation: Triple): GridMap => {
    const scale = triple('scale of the map');
    cursor.skip(12 * 8, 'rest of the map');
    return GridMap.scale(scale, translation);
  };
  if (name.includes(':')) return compound(cursor, name.split(':'));
  switch (name) {
    case 'UniformScaleMap':
    case 'ScaleMap':
      return scaled([0, 0, 0]);
    case 'UniformScaleTranslateMap':
    case 'ScaleTranslateMap':
      return scaled(triple('translation of the map'));
    case 'TranslationMap':
      return GridMap.scale(1, triple('translation of the map'));
    case 'AffineMap':
    case 'UnitaryMap':
      return affine(cursor);
    case 'NonlinearFrustumMap':
      return 'frustum';
    default:
      return undefined;
  }
}

function affine(cursor: ByteCursor): GridMap {
  const from = cursor.at;
  const m = cursor.doubles(16, 'matrix of the map');
  const last = [m[3], m[7], m[11], m[15]];
  if (last.join() !== '0,0,0,1') throw cursor.fault(from, 'a last column of 0, 0, 0, 1', last.join(', '));
  const rows = [0, 1, 2].flatMap((row) => [m[row]!, m[4 + row]!, m[8 + row]!]);
  return new GridMap(rows, [m[12]!, m[13]!, m[14]!]);
}

/** Writes the simplest map that says the same. */
export function writeTransform(out: ByteBuilder, map: GridMap): void {
  const m = map.matrix;
  const t = map.translation;
  const diagonal = m.every((value, i) => i % 4 === 0 || value === 0);
  if (!diagonal) {
    out.string('AffineMap');
    out.doubles([m[0]!, m[3]!, m[6]!, 0, m[1]!, m[4]!, m[7]!, 0, m[2]!, m[5]!, m[8]!, 0, ...t, 1]);
    return;
  }
  const scale = [m[0]!, m[4]!, m[8]!];
  const uniform = scale.every((s) => s === scale[0]) ? 'Uniform' : '';
  const moved = t.some((value) => value !== 0);
  out.string(`${uniform}Scale${moved ? 'Translate' : ''}Map`);
  if (moved) out.doubles(t);
  out.doubles(scale);
  out.doubles(scale.map(Math.abs));
  out.doubles(scale.map((s) => 1 / s));
  out.doubles(scale.map((s) => 1 / (s * s)));
  out.doubles(scale.map((s) => 1 / (2 * s)));
}
