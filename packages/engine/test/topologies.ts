/** @file Random sparse grids, the same for the same seed. */
import { GridMap, gridFromLeaves, type Grid } from '@halocline/vdb';

/** About so many leaves around the origin, some of them whole, some sparse. */
export function topologyOf(seed: number, leaves: number): Grid {
  let state = seed >>> 0;
  const next = (below: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  const places = new Set(Array.from({ length: leaves }, () => `${next(6) - 3},${next(5) - 2},${next(4) - 2}`));
  const origins = Int32Array.from([...places].flatMap((place) => place.split(',').map((value) => 8 * Number(value))));
  const masks = new Uint32Array(16 * places.size);
  for (let leaf = 0; leaf < places.size; leaf++) {
    const whole = next(2) === 0;
    for (let word = 0; word < 16; word++) masks[16 * leaf + word] = whole ? 0xffffffff : next(2 ** 32);
  }
  const values = [new Float32Array(512 * places.size)];
  return gridFromLeaves({
    name: 'domain',
    type: 'float',
    map: GridMap.scale(1),
    background: [0],
    origins,
    masks,
    values,
  });
}
