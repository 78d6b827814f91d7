/**
 * @file Loads a scene file: Node runs `.ts` and `.js` as they are. A scene anywhere on the disk may import `halocline`,
 * `halocline/fluids` and `halocline/stencil`; they are this package's own.
 */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { extname, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Simulation } from '@halocline/engine';
import type { Scene, SceneOptions } from '../scene.ts';
import { isLua, loadLuaScene } from './lua-scene.ts';
import { namedIn, tellUntaken } from './untaken.ts';

const beside = (name: string): string => new URL(`../${name}${extname(import.meta.url)}`, import.meta.url).href;
const own: Readonly<Record<string, string>> = {
  halocline: beside('index'),
  'halocline/fluids': beside('fluids'),
  'halocline/stencil': beside('stencil'),
};

/** Our own files say what they are. */
const ownFolder = new URL('../../../', import.meta.url).href;

/** Imports the scene, calls it with the options, and gives what it returns as a whole scene. */
export async function loadScene(path: string, options: SceneOptions): Promise<Scene> {
  const file = resolve(path);
  if (!['.ts', '.js', '.mts', '.mjs'].includes(extname(file)) && !isLua(file)) {
    const what = statSync(file, { throwIfNoEntry: false })?.isDirectory()
      ? 'it is a folder'
      : `its ending is "${extname(file)}"`;
    throw new TypeError(`Cannot run scene "${path}": ${what}; give a .ts, .js or .lua file`);
  }
  if (!existsSync(file)) {
    throw new Error(`Cannot run scene "${path}": there is no such file; give the path of a .ts, .js or .lua file`);
  }
  if (isLua(file)) return loadLuaScene(path, options);
  const { values, asked } = watched(options.values);
  const { options: handed, named } = namedIn({ ...options, values });
  const scene = await loadModule(path, file, handed);
  tellUntaken(options, scene.simulation, named);
  const unasked = Object.keys(options.values).filter((name) => !asked.has(name));
  if (unasked.length > 0) {
    const names = asked.size === 0 ? 'no value' : [...asked].map((name) => `"${name}"`).join(', ');
    for (const name of unasked)
      options.log(`--set ${name}: the scene has not asked for "${name}"; it asked for ${names}`);
  }
  return scene;
}

/** The values, and the names of those that were asked for so far. */
function watched(given: SceneOptions['values']): { values: SceneOptions['values']; asked: ReadonlySet<string> } {
  const asked = new Set<string>();
  const note = (key: string | symbol): void => void (typeof key === 'string' && asked.add(key));
  const values = new Proxy(given, {
    get: (all, key) => {
      note(key);
      return all[key as string];
    },
    has: (all, key) => {
      note(key);
      return key in all;
    },
    ownKeys: (all) => {
      for (const key of Object.keys(all)) note(key);
      return Reflect.ownKeys(all);
    },
  });
  return { values, asked };
}

async function loadModule(path: string, file: string, options: SceneOptions): Promise<Scene> {
  const exported = await importScene(path, file);
  const make = exported['default'];
  if (make === undefined || (isEmpty(make) && !(make instanceof Simulation))) {
    throw new TypeError(
      `Cannot run scene "${path}": it has no default export; end it with: export default async (options) => ({ simulation })`,
    );
  }
  const made: unknown = typeof make === 'function' ? await callScene(path, make, options) : make;
  if (made instanceof Simulation) return { simulation: made };
  if (made !== null && typeof made === 'object' && 'simulation' in made && made.simulation instanceof Simulation) {
    checkScene(path, made as Scene);
    return made as Scene;
  }
  const what = made === null ? 'null' : typeof made;
  throw new TypeError(
    `Cannot run scene "${path}": its default export gives ${what === 'object' ? 'an object without a simulation' : what}; give a simulation, or { simulation, … }`,
  );
}

/** Throws unless the scene's numbers and names are what they should be. */
function checkScene(path: string, scene: Scene): void {
  const { frames, stepsPerFrame, rate, fields, report } = scene;
  const complain = (name: string, value: unknown, wanted: string): never => {
    throw new TypeError(`Cannot run scene "${path}": its ${name} is ${JSON.stringify(value)}; give ${wanted}`);
  };
  const isCount = (value: number): boolean => Number.isInteger(value) && value >= 1;
  if (frames !== undefined && !isCount(frames)) complain('frames', frames, 'a whole number from 1');
  if (stepsPerFrame !== undefined && !isCount(stepsPerFrame)) {
    complain('stepsPerFrame', stepsPerFrame, 'a whole number from 1');
  }
  if (rate !== undefined && !(Number.isFinite(rate) && rate > 0)) complain('rate', rate, 'frames a second above 0');
  if (fields !== undefined && !(Array.isArray(fields) && fields.every((name) => typeof name === 'string'))) {
    complain('fields', fields, "names, as in ['density']");
  }
  if (report !== undefined && typeof report !== 'function') complain('report', report, 'a function');
}

/** Whether a default export is the empty `module.exports` of a file without exports. */
const isEmpty = (value: unknown): boolean =>
  value !== null && typeof value === 'object' && Object.keys(value).length === 0;

/** Whether a user's file is written as a module, whatever the package.json above it says (`npm init` says commonjs), or fails to say. */
function isModule(url: string): boolean {
  if (!/^file:.*\.[jt]s$/u.test(url) || url.includes('/node_modules/') || url.startsWith(ownFolder)) return false;
  return /^\s*(?:import|export)\b/mu.test(readFileSync(fileURLToPath(url), 'utf8'));
}

async function importScene(path: string, file: string): Promise<Record<string, unknown>> {
  // For good: a scene may import later too, as in `await import('halocline/fluids')`.
  registerHooks({
    resolve: (specifier, context, next) => {
      const url = own[specifier];
      if (url !== undefined) return { url, shortCircuit: true };
      const found = next(specifier, context);
      return isModule(found.url)
        ? { ...found, format: found.url.endsWith('ts') ? 'module-typescript' : 'module' }
        : found;
    },
  });
  try {
    return (await import(pathToFileURL(file).href)) as Record<string, unknown>;
  } catch (error) {
    throw sceneError(path, 'it cannot be loaded', error);
  }
}

async function callScene(path: string, make: Function, options: SceneOptions): Promise<unknown> {
  try {
    return (await make(options)) as unknown;
  } catch (error) {
    throw sceneError(path, 'it threw', error);
  }
}

/**
 * The scene's own error with the place in the scene's file, where the stack tells it. What the library says is whole by
 * itself, and gets only the place; `what` (such as "it threw") leads what others say.
 */
export function sceneError(path: string, what: string, error: unknown): Error {
  const message = error instanceof Error ? error.message : String(error);
  const line = lineOf(resolve(path), error instanceof Error ? (error.stack ?? '') : '');
  if (/^Cannot \w+ .*: /u.test(message)) {
    const [first, ...rest] = message.split('\n');
    return new Error([`${first} (${line === null ? path : `${path}:${line}`})`, ...rest].join('\n'), { cause: error });
  }
  const place = line === null ? '' : ` at line ${line}`;
  return new Error(`Cannot run scene "${path}": ${what}${place}: ${message}`, { cause: error });
}

/** The line of the file that a stack names first. */
function lineOf(file: string, stack: string): string | null {
  for (const text of stack.split('\n')) {
    for (const name of [pathToFileURL(file).href, file]) {
      const at = text.indexOf(`${name}:`);
      const line = at < 0 ? undefined : /^:(\d+)/u.exec(text.slice(at + name.length))?.[1];
      if (line !== undefined) return line;
    }
  }
  return null;
}
