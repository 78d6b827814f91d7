/** @file Pictures that a script makes of a simulation, or of pixels of its own. */
import { extname } from 'node:path';
import type { Simulation } from '@halocline/engine';
import { writeWhole } from '@halocline/engine/files';
import { createImage, encodePng, parseCamera, type RenderOptions } from '@halocline/render';
import type { LuaValue } from '../machine/values.ts';
import type { Operations } from './call.ts';
import type { Host } from './host.ts';
import { readOptions, type Kinds } from './options.ts';

const CAMERA = {
  azimuth: 'number',
  elevation: 'number',
  distance: 'number',
  fov: 'number',
  target: 'vector',
  eye: 'vector',
} as const satisfies Kinds;

const RENDER = Object.freeze({
  width: 'number',
  height: 'number',
  camera: 'any',
  density: 'text',
  temperature: 'text',
  transfer: {
    extinction: 'number',
    albedo: 'vector',
    threshold: 'number',
    anisotropy: 'number',
    bounces: 'number',
    emission: { from: 'number', to: 'number', intensity: 'number' },
    map: { name: 'text', range: 'numbers' },
  },
  light: { direction: 'vector', color: 'vector', angle: 'number', sky: 'vector', bounce: 'vector' },
  spheres: [{ center: 'vector', radius: 'number', color: 'vector' }],
  background: 'any',
  ground: { height: 'number', color: 'vector' },
  outline: 'flag',
  exposure: 'number',
  step: 'number',
  dither: 'flag',
} as const satisfies Kinds);

/** Operations that write pictures. */
export function pictureOperations(host: Host): Operations {
  return {
    'simulation.render': async (call) => {
      const simulation = call.object<Simulation>(0, 'render', 'simulation');
      const file = pngPath(host, 'render', call.text(1, 'render', 'file'));
      const options = readRender(`render "${file}"`, call.at(2));
      const density = options.density ?? simulation.fields[0]?.name;
      if (density === undefined) throw new TypeError(`Cannot render "${file}": there is no field; add one`);
      const named = [density, ...(options.temperature === undefined ? [] : [options.temperature])];
      const renderer = await host.stage(simulation).renderer();
      const image = await renderer.render(await simulation.volume(named), { ...options, density });
      await writeWhole(file, encodePng(image));
    },
    'gpu.save_png': async (call) => {
      const file = pngPath(host, 'save picture', call.text(0, 'save picture', 'file'));
      const act = `save picture "${file}"`;
      const image = createImage(call.number(1, act, 'width'), call.number(2, act, 'height'), call.bytes);
      await writeWhole(file, encodePng(image));
    },
  };
}

function pngPath(host: Host, act: string, file: string): string {
  if (extname(file).toLowerCase() === '.png') return host.path(act, file);
  throw new TypeError(`Cannot ${act} "${file}": its ending is "${extname(file)}"; give one of a picture, .png`);
}

/** Reads how a picture is made: the same table for `sim:render` and for what a scene says of its frames. */
export function readRender(act: string, value: LuaValue): RenderOptions {
  const { camera, background, ...options } = readOptions(act, value, RENDER);
  const look = background === undefined ? {} : { background: backgroundOf(act, background) };
  return { ...options, ...look, ...(camera === undefined ? {} : { camera: readCamera(act, camera) }) } as RenderOptions;
}

/** Reads a camera: a table, or text as the command line has it. */
export function readCamera(act: string, value: LuaValue): NonNullable<RenderOptions['camera']> {
  return typeof value === 'string' ? parseCamera(value) : readOptions(`${act} with camera`, value, CAMERA);
}

function backgroundOf(act: string, value: LuaValue): unknown {
  return value === 'transparent'
    ? value
    : readOptions(`${act} with background`, value, { top: 'vector', bottom: 'vector' });
}
