import { gpuTest } from '@halocline/testing';
import { expect } from 'vitest';
import type { ViewShape } from '../src/image/view.ts';

const SHAPES: readonly ViewShape[] = ['1d', '2d', '3d', 'cube', '1d-array', '2d-array', 'cube-array'];

gpuTest(
  'an image is viewed as what it can be, and the layer agrees',
  { features: ['imageCubeArray'] },
  ({ device }) => {
    const shapesOf = (size: [number, number] | [number, number, number], layers: number, range = {}): ViewShape[] => {
      using image = device.createImage({ label: 'picture', size, layers, format: 'rgba8unorm', role: 'texture' });
      return SHAPES.filter((shape) => {
        try {
          return image.view(range, shape).shape === shape;
        } catch {
          return false;
        }
      });
    };
    expect(shapesOf([8, 8], 1)).toEqual(['2d', '2d-array']);
    expect(shapesOf([8, 8], 5)).toEqual(['2d-array']);
    expect(shapesOf([8, 8], 6)).toEqual(['cube', '2d-array', 'cube-array']);
    expect(shapesOf([8, 4], 6)).toEqual(['2d-array']);
    expect(shapesOf([8, 8], 12)).toEqual(['2d-array', 'cube-array']);
    expect(shapesOf([8, 8], 13, { layer: 1, layers: 6 })).toEqual(['cube', '2d-array', 'cube-array']);
    expect(shapesOf([8, 8], 7, { layer: 6 })).toEqual(['2d', '2d-array']);
    expect(shapesOf([8, 8, 8], 1)).toEqual(['3d']);
  },
);

gpuTest('a shape that an image cannot be is refused in words, where it is viewed and bound', {}, async ({ device }) => {
  using flat = device.createImage({ label: 'flat', size: [8, 8], format: 'rgba8unorm' });
  using solid = device.createImage({ label: 'solid', size: [8, 8, 4], format: 'rgba8unorm' });
  using sampler = device.createSampler({ label: 'smooth' });
  const code = `layout(local_size_x = 1) in;
    layout(binding = 0) uniform sampler1DArray map;
    layout(binding = 1) buffer Sums { vec4 sum; };
    void main() { sum = texture(map, vec2(0.5, 3)); }`;
  using pipeline = device.createPipeline({ label: 'rows', spirv: await device.compile(code, { label: 'rows' }) });
  expect(() => device.record('bad', (encoder) => encoder.pipeline(pipeline).bind(0, flat, { sampler }))).toThrow(
    new RangeError(
      'Cannot view image "flat" as 1d-array: 1 layer of 8×8 texels can be 2d, 2d-array; view or declare it so',
    ),
  );
  expect(() => solid.view({}, '2d')).toThrow(
    new RangeError('Cannot view image "solid" as 2d: 1 layer of 8×8×4 texels can be 3d; view or declare it so'),
  );
  expect(() => flat.view({}, 'round' as ViewShape)).toThrow(
    new TypeError(
      'Cannot view image "flat": shape "round" is none of 1d, 2d, 3d, cube, 1d-array, 2d-array, cube-array',
    ),
  );
});
