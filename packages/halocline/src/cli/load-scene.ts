/**
 * @file Loads a scene file: Node runs `.ts` and `.js` as they are. A scene anywhere on the disk may import `halocline`
 * and `halocline/fluids`; they are this package's own.
 */
import { existsSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { extname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Simulation } from '@halocline/engine';
import type { Scene, SceneOptions } from '../scene.ts';

const own: Readonly<Record<string, string>> = {
  halocline: new URL(`../index${extname(import.meta.url)}`, import.meta.url).href,
  'halocline/fluids': new URL(`../fluids${extname(import.meta.url)}`, import.meta.url).href,
};

/** Imports the scene, calls it with the options, and gives what it returns as a whole scene. */
export async function loadScene(path: string, options: SceneOptions): Promise<Scene> {
  const file = resolve(path);
  if (!['.ts', '.js', '.mts', '.mjs'].includes(extname(file))) {
    throw new TypeError(`Cannot run scene "${path}": it ends in "${extname(file)}"; give a .ts or .js file`);
  }
  if (!existsSync(file)) throw new Error(`Cannot run scene "${path}": there is no such file`);
  const exported = await importScene(path, file);
  const make = exported['default'];
  if (make === undefined || isEmpty(make)) {
    throw new TypeError(
      `Cannot run scene "${path}": it has no default export; end it with: export default async (options) => ({ simulation })`,
    );
  }
  const made: unknown = typeof make === 'function' ? await callScene(path, make, options) : make;
  if (made instanceof Simulation) return { simulation: made };
  if (made !== null && typeof made === 'object' && 'simulation' in made && made.simulation instanceof Simulation) {
    return made as Scene;
  }
  const what = made === null ? 'null' : typeof made;
  throw new TypeError(
    `Cannot run scene "${path}": its default export gives ${what === 'object' ? 'an object without a simulation' : what}; give a simulation, or { simulation, … }`,
  );
}

/** Whether a default export is the empty `module.exports` of a file without exports. */
const isEmpty = (value: unknown): boolean =>
  value !== null && typeof value === 'object' && Object.keys(value).length === 0;

async function importScene(path: string, file: string): Promise<Record<string, unknown>> {
  const hooks = registerHooks({
    resolve: (specifier, context, next) => {
      const url = own[specifier];
      return url === undefined ? next(specifier, context) : { url, shortCircuit: true };
    },
  });
  try {
    return (await import(pathToFileURL(file).href)) as Record<string, unknown>;
  } catch (error) {
    throw sceneError(path, file, 'cannot be loaded', error);
  } finally {
    hooks.deregister();
  }
}

async function callScene(path: string, make: Function, options: SceneOptions): Promise<unknown> {
  try {
    return (await make(options)) as unknown;
  } catch (error) {
    throw sceneError(path, resolve(path), 'threw', error);
  }
}

/** The scene's own error with the place in the scene's file, where the stack or the message tells it. */
function sceneError(path: string, file: string, what: string, error: unknown): Error {
  const message = error instanceof Error ? error.message : String(error);
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  const url = pathToFileURL(file).href;
  const line = stack
    .split('\n')
    .map((text) =>
      [url, file]
        .map((name) =>
          text.indexOf(`${name}:`) < 0 ? null : /:(\d+)/u.exec(text.slice(text.indexOf(`${name}:`) + name.length)),
        )
        .find(Boolean),
    )
    .find(Boolean)?.[1];
  const place = line === undefined ? '' : ` at line ${line}`;
  const wrapped = new Error(`Cannot run scene "${path}": it ${what}${place}: ${message}`, { cause: error });
  return wrapped;
}
