/**
 * @file Plug-ins: packages whose `register(simulation)` adds fields, stencils and kernels. They are named as an import would be,
 * and looked for from the file that names them.
 */
import { readFileSync } from 'node:fs';
import { createRequire, findPackageJSON } from 'node:module';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { getCallSites } from 'node:util';
import type { Simulation } from '../simulation.ts';

/** What a plug-in exports, by name or by default. */
export interface Plugin<Options = unknown> {
  /** Of messages; default: that of the package. */
  readonly name?: string;
  /** Adds what the plug-in brings. It may wait. */
  register(simulation: Simulation, options?: Options): void | Promise<void>;
}

/** How a plug-in is used. */
export interface PluginUse<Options = unknown> {
  /** The file (path or URL) from which a package is looked for; default: the one that calls. */
  readonly from?: string | { readonly href: string };
  /** Handed to `register`. */
  readonly options?: Options;
}

/** The file that called what calls this: the first on the stack that is not `own`. */
export function callingFile(own: string): string {
  const sites = getCallSites(32).map(({ scriptName: name }) => (name.startsWith('file:') ? fileURLToPath(name) : name));
  const caller = sites.slice(sites.lastIndexOf(own) + 1).find((name) => path.isAbsolute(name));
  return caller ?? path.join(process.cwd(), 'index.js');
}

/** Registers a plug-in. Waits for it. Its own errors keep their place, and get its name. */
export async function usePlugin(
  simulation: Simulation,
  plugin: string | Plugin,
  { from, options }: { readonly from: string | { readonly href: string }; readonly options: unknown },
): Promise<void> {
  const { name, register } = typeof plugin === 'string' ? await findPlugin(plugin, from) : given(plugin);
  try {
    await register(simulation, options);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new Error(`Cannot use plug-in "${name}": its register threw: ${message}`, { cause: error });
  }
}

interface Found {
  readonly name: string;
  readonly register: NonNullable<Plugin['register']>;
}

function given(plugin: Plugin): Found {
  const name = plugin?.name ?? 'given';
  if (typeof plugin?.register === 'function') return { name, register: (...words) => plugin.register(...words) };
  throw new TypeError(
    `Cannot use plug-in "${name}": it has no function register; give { register(simulation) { … } }, or the name of a package`,
  );
}

async function findPlugin(name: string, from: string | { readonly href: string }): Promise<Found> {
  const place = typeof from === 'string' ? from : from.href;
  const file = place.startsWith('file:') ? fileURLToPath(place) : path.resolve(place);
  const exported = await importFrom(name, file);
  for (const holder of [exported, exported['default']]) {
    const plugin = holder as Partial<Plugin> | undefined | null;
    if (typeof plugin?.register === 'function') return { name, register: (...words) => plugin.register!(...words) };
  }
  throw new TypeError(
    `Cannot use plug-in "${name}": it exports no function register; export function register(simulation) { … }`,
  );
}

async function importFrom(name: string, file: string): Promise<Record<string, unknown>> {
  const url = resolveFrom(name, file);
  try {
    return (await import(url)) as Record<string, unknown>;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new Error(`Cannot use plug-in "${name}": it cannot be loaded: ${message}`, { cause: error });
  }
}

/** Where an import of `name` in `file` leads. */
function resolveFrom(name: string, file: string): string {
  if (name.startsWith('file:')) return name;
  if (path.isAbsolute(name)) return pathToFileURL(name).href;
  try {
    return pathToFileURL(createRequire(file).resolve(name)).href;
  } catch (error) {
    const target =
      (error as NodeJS.ErrnoException).code === 'ERR_PACKAGE_PATH_NOT_EXPORTED' && importedFile(name, file);
    if (target) return pathToFileURL(target).href;
    const folder = path.dirname(file);
    const own = name.startsWith('.');
    const remedy = own ? 'give a path from there' : `install it there, with npm install ${name}`;
    throw new Error(
      `Cannot use plug-in "${name}": there is no such ${own ? 'file' : 'package'} to find from "${folder}"; ${remedy}`,
      { cause: error },
    );
  }
}

/** The file of a package that may be imported and not required: what its `exports` say for the name. */
function importedFile(name: string, file: string): string | undefined {
  const manifest = findPackageJSON(name, pathToFileURL(file));
  if (manifest === undefined) return undefined;
  const { exports, name: own } = JSON.parse(readFileSync(manifest, 'utf8')) as { exports: unknown; name: string };
  const key = `.${name.slice(own.length)}`;
  const whole = typeof exports === 'object' && exports !== null && key in exports;
  const target = importTarget(whole ? (exports as Record<string, unknown>)[key] : key === '.' ? exports : undefined);
  return target === undefined ? undefined : path.join(path.dirname(manifest), target);
}

/** The path that a target of `exports` has for an import by Node. */
function importTarget(target: unknown): string | undefined {
  if (typeof target === 'string') return target;
  if (typeof target !== 'object' || target === null) return undefined;
  for (const [condition, inner] of Object.entries(target)) {
    if (['import', 'node', 'module-sync', 'default'].includes(condition)) return importTarget(inner);
  }
  return undefined;
}
