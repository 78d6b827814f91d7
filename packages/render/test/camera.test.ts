import { expect, test } from 'vitest';
import { lookAt, orbitCamera, parseCamera, project } from '../src/index.ts';
import type { Box } from '../src/index.ts';

const BOX: Box = { min: [0, 0, 0], max: [64, 128, 64] };

test('azimuth 0 looks along −z with x to the right and y up', () => {
  const camera = orbitCamera({ azimuth: 0, elevation: 0, distance: 2 }, BOX, 0.5);
  expect(camera.eye).toEqual([32, 64, 288]);
  expect(camera.forward).toEqual([0, 0, -1]);
  expect(project(camera, [33, 64, 32]).x).toBeGreaterThan(0.5);
  expect(project(camera, [32, 65, 32]).y).toBeLessThan(0.5);
  expect(project(camera, [32, 64, 32]).depth).toBeCloseTo(256, 9);
});

test('azimuth 90 stands on the +x side, elevation 90 above', () => {
  expect(orbitCamera({ azimuth: 90, elevation: 0, distance: 1 }, BOX, 1).eye[0]).toBeCloseTo(160, 9);
  const above = orbitCamera({ elevation: 90, distance: 1 }, BOX, 1);
  expect(above.eye[1]).toBeCloseTo(64 + 128, 3);
  expect(above.right[0]).toBeCloseTo(1, 6);
});

test('without a distance the corners of the box just fit', () => {
  for (const azimuth of [0, 30, 77]) {
    const camera = orbitCamera({ azimuth, elevation: 15 }, BOX, 0.5);
    const places = Array.from({ length: 8 }, (_, corner) =>
      project(camera, [corner & 4 ? 64 : 0, corner & 2 ? 128 : 0, corner & 1 ? 64 : 0]),
    );
    const edges = places.flatMap(({ x, y }) => [Math.abs(x - 0.5), Math.abs(y - 0.5)]);
    expect(Math.max(...edges)).toBeLessThan(0.5);
    expect(Math.max(...edges)).toBeGreaterThan(0.46);
  }
});

test('a field of view reaches from the lower to the upper edge', () => {
  const camera = lookAt([0, 0, 0], [0, 0, -1], 90, 2);
  expect(project(camera, [0, 5, -5]).y).toBeCloseTo(0, 12);
  expect(project(camera, [10, 0, -5]).x).toBeCloseTo(1, 12);
});

test('a camera reads from text', () => {
  expect(parseCamera('azimuth=30,elevation=10, distance=2.5,fov=35,target=0:1:-2')).toEqual({
    azimuth: 30,
    elevation: 10,
    distance: 2.5,
    fov: 35,
    target: [0, 1, -2],
  });
  expect(parseCamera('')).toEqual({});
});

test.each([
  ['azimuth', '"azimuth" is not of the form name=number; write azimuth=30'],
  ['zoom=2', 'there is no "zoom"; use azimuth, elevation, distance, fov, target, eye'],
  ['fov=200', 'fov is 200; give a number from 1 to 150'],
  ['distance=far', 'distance is far; give a number from 0.000001 to 1000000'],
  ['azimuth=1,azimuth=2', 'azimuth stands twice; leave one out'],
  ['target=1:2', 'target is 1:2; give metres as x:y:z'],
])('the camera "%s" is refused', (text, reason) => {
  expect(() => parseCamera(text)).toThrow(new RangeError(`Cannot read camera "${text}": ${reason}`));
});

test('a camera that stands where it looks is refused', () => {
  const box = { min: [0, 0, 0], max: [2, 2, 2] } as const;
  expect(() => orbitCamera({ eye: [1, 1, 1] }, box, 1)).toThrow(
    new RangeError('Cannot place camera: its eye and its target are both (1, 1, 1); move one of them'),
  );
});
