import { expect, test } from 'vitest';
import * as render from '../src/index.ts';

test('the package exports these names', () => {
  expect(Object.keys(render).sort()).toMatchInlineSnapshot(`
    [
      "Animation",
      "Renderer",
      "blackBodyColor",
      "colorMap",
      "colorMapNames",
      "createImage",
      "createVolume",
      "decodePng",
      "encodePng",
      "lookAt",
      "orbitCamera",
      "parseCamera",
      "parseColor",
      "project",
      "renderVolume",
      "shrinkImage",
    ]
  `);
});
