/**
 * @file A cut as a picture: every leaf a cube, drawn in parallel projection from above, the subdomains in colours and a little apart.
 * Cubes are drawn from the farthest to the nearest, and of each the three sides that can be seen, unless a neighbour of the
 * same subdomain hides them.
 */
import { createImage, shrinkImage, type Image } from '@halocline/render';

/** The leaves of one subdomain: 3 leaf coordinates (index coordinates over 8) each. */
export type LeafList = Int32Array;

/** Pixels along the picture's longer side. */
const SIZE = 720;
/** Pixels that each of the picture's is averaged from, along an axis. */
const FINE = 3;
/** How far subdomains stand apart, as a part of the distance of their middles. */
const APART = 0.22;
const MARGIN = 0.04;

/** The colour of a subdomain: hues go round by the golden angle, so that neighbours differ. */
export function subdomainColor(index: number): [number, number, number] {
  const hue = (index * 137.508 + 210) % 360;
  const light = 0.58 + 0.1 * (index % 3);
  const part = (offset: number): number => {
    const k = (offset + hue / 30) % 12;
    return Math.round(255 * (light - 0.55 * Math.min(light, 1 - light) * Math.max(-1, Math.min(k - 3, 9 - k, 1))));
  };
  return [part(0), part(8), part(4)];
}

type Point = readonly [x: number, y: number];
type Place = readonly [x: number, y: number, z: number];

/** x to the right and down, z to the left and down, y up. */
function project([x, y, z]: Place): Point {
  return [(x - z) * Math.cos(Math.PI / 6), (x + z) * 0.5 - y];
}

interface Cube {
  readonly owner: number;
  readonly at: Place;
  /** Which of the sides towards +x, +y and +z can be seen. */
  readonly seen: readonly [boolean, boolean, boolean];
}

/** Corners of the unit cube's sides towards +x, +y, +z, and how bright each is. */
const SIDES: readonly { readonly corners: readonly Place[]; readonly light: number }[] = [
  {
    corners: [
      [1, 0, 0],
      [1, 1, 0],
      [1, 1, 1],
      [1, 0, 1],
    ],
    light: 0.62,
  },
  {
    corners: [
      [0, 1, 0],
      [1, 1, 0],
      [1, 1, 1],
      [0, 1, 1],
    ],
    light: 1,
  },
  {
    corners: [
      [0, 0, 1],
      [1, 0, 1],
      [1, 1, 1],
      [0, 1, 1],
    ],
    light: 0.8,
  },
];

/** Draws the leaves of each subdomain. */
export function drawCut(subdomains: readonly LeafList[]): Image {
  const cubes = subdomains.flatMap((leaves, owner) => cubesOf(leaves, owner, shiftOf(subdomains, leaves)));
  const corners = cubes.flatMap(({ at }) => [
    at,
    add(at, [1, 1, 1]),
    add(at, [1, 0, 0]),
    add(at, [0, 0, 1]),
    add(at, [0, 1, 0]),
  ]);
  const points = corners.map(project);
  const low = [0, 1].map((axis) => points.reduce((least, point) => Math.min(least, point[axis]!), Infinity));
  const high = [0, 1].map((axis) => points.reduce((most, point) => Math.max(most, point[axis]!), -Infinity));
  const extent = Math.max(high[0]! - low[0]!, high[1]! - low[1]!, 1e-9);
  const scale = (SIZE * FINE * (1 - 2 * MARGIN)) / extent;
  const margin = SIZE * FINE * MARGIN;
  const side = (axis: number): number =>
    FINE * Math.max(1, Math.ceil((scale * (high[axis]! - low[axis]!) + 2 * margin) / FINE));
  const image = createImage(cubes.length === 0 ? FINE : side(0), cubes.length === 0 ? FINE : side(1));
  image.pixels.fill(255);
  const place = (at: Place): Point => {
    const [x, y] = project(at);
    return [(x - low[0]!) * scale + margin, (y - low[1]!) * scale + margin];
  };
  for (const cube of cubes.toSorted((a, b) => depth(a.at) - depth(b.at))) drawCube(image, cube, place, scale);
  return shrinkImage(image, image.width / FINE, image.height / FINE);
}

function add(a: Place, b: Place): Place {
  return [a[0] + b[0], a[1] + b[1], a[2] + b[2]];
}

function depth([x, y, z]: Place): number {
  return x + y + z;
}

function middle(leaves: LeafList): Place {
  const sum = [0, 0, 0];
  leaves.forEach((value, at) => (sum[at % 3]! += value));
  return sum.map((each) => each / Math.max(1, leaves.length / 3)) as unknown as Place;
}

/** How far a subdomain is moved away from the middle of all. */
function shiftOf(subdomains: readonly LeafList[], leaves: LeafList): Place {
  const all = middle(Int32Array.from(subdomains.flatMap((each) => [...each])));
  const own = middle(leaves);
  return own.map((value, axis) => APART * (value - all[axis]!)) as unknown as Place;
}

function cubesOf(leaves: LeafList, owner: number, shift: Place): Cube[] {
  const places = Array.from({ length: leaves.length / 3 }, (_, leaf) => [...leaves.subarray(3 * leaf, 3 * leaf + 3)]);
  const taken = new Set(places.map((place) => place.join(' ')));
  return places.flatMap((place) => {
    const seen = [0, 1, 2].map((axis) => !taken.has(place.with(axis, place[axis]! + 1).join(' ')));
    const at = add(place as unknown as Place, shift);
    return seen.includes(true) ? [{ owner, at, seen: seen as unknown as Cube['seen'] }] : [];
  });
}

function drawCube(image: Image, { owner, at, seen }: Cube, place: (at: Place) => Point, scale: number): void {
  const color = subdomainColor(owner);
  for (const [axis, { corners, light }] of SIDES.entries()) {
    if (!seen[axis]) continue;
    const polygon = corners.map((corner) => place(add(at, corner)));
    const shade = (factor: number): number[] => color.map((value) => Math.round(value * light * factor));
    // The edge shows where one leaf ends, as long as leaves are larger than it.
    fillPolygon(image, polygon, shade(0.72));
    fillPolygon(image, shrunk(polygon, Math.min(0.12, (0.75 * FINE) / scale)), shade(1));
  }
}

/** A polygon with its corners moved towards its middle, by a part of the way. */
function shrunk(polygon: readonly Point[], part: number): Point[] {
  const x = polygon.reduce((sum, point) => sum + point[0], 0) / polygon.length;
  const y = polygon.reduce((sum, point) => sum + point[1], 0) / polygon.length;
  return polygon.map((point) => [point[0] + 2 * part * (x - point[0]), point[1] + 2 * part * (y - point[1])]);
}

/** Fills a convex polygon, row by row, where the middles of pixels lie inside. */
function fillPolygon({ width, height, pixels }: Image, polygon: readonly Point[], color: readonly number[]): void {
  const top = Math.max(0, Math.ceil(Math.min(...polygon.map(([, y]) => y)) - 0.5));
  const bottom = Math.min(height - 1, Math.floor(Math.max(...polygon.map(([, y]) => y)) - 0.5));
  for (let row = top; row <= bottom; row++) {
    const crossings = polygon.flatMap(([x, y], corner) => {
      const [nextX, nextY] = polygon[(corner + 1) % polygon.length]!;
      const middleY = row + 0.5;
      if (y > middleY === nextY > middleY) return [];
      return [x + ((middleY - y) / (nextY - y)) * (nextX - x)];
    });
    if (crossings.length < 2) continue;
    const left = Math.max(0, Math.ceil(Math.min(...crossings) - 0.5));
    const right = Math.min(width - 1, Math.floor(Math.max(...crossings) - 0.5));
    for (let column = left; column <= right; column++) pixels.set([...color, 255], 4 * (row * width + column));
  }
}
