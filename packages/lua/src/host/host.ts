/** @file What a script's calls work on: its handles, its text, the simulations that it made, and where it may write. */
import { basename, dirname, join, normalize, relative, resolve, isAbsolute } from 'node:path';
import type { Simulation } from '@halocline/engine';
import { behindLinks, realFolder } from '@halocline/engine/files';
import { Renderer } from '@halocline/render';
import type { LuaValue } from '../machine/values.ts';
import type { LuaOptions } from '../script-options.ts';
import { Handles } from './handles.ts';
import type { SourceText } from './source-text.ts';

/** A text of a stencil or kernel in the script. */
interface Written {
  readonly text: string;
  /** The line of the call that brought it. */
  readonly line: number;
}

/** A simulation of a script. */
export class Stage {
  readonly simulation: Simulation;
  #renderer: Renderer | undefined;

  constructor(simulation: Simulation) {
    this.simulation = simulation;
  }

  /** Made when the first picture is asked for. */
  async renderer(): Promise<Renderer> {
    this.#renderer ??= await Renderer.create(this.simulation.device);
    return this.#renderer;
  }

  async closeRenderer(): Promise<void> {
    await this.#renderer?.[Symbol.asyncDispose]();
    this.#renderer = undefined;
  }

  async close(): Promise<void> {
    await this.closeRenderer();
    await this.simulation[Symbol.asyncDispose]();
  }
}

/** What a script has. */
export class Host {
  readonly handles: Handles = new Handles();
  readonly options: LuaOptions;
  readonly source: SourceText;
  /** In the order in which they were made; those that it closed are gone. */
  readonly stages: Map<Simulation, Stage> = new Map();
  /** Texts of stencils and kernels, by their names; the last of a name. */
  readonly written: Map<string, Written> = new Map();
  /** The simulation whose steps are frames. */
  first: Simulation | null = null;
  /** Names of the values that it asked for. */
  readonly asked: Set<string> = new Set();
  #isEnding = false;
  readonly #folders: readonly string[];

  constructor(options: LuaOptions, source: SourceText, path: string) {
    this.options = options;
    this.source = source;
    this.#folders = ['.', dirname(path), ...(options.folders ?? [])].map((folder) => realFolder(resolve(folder)));
  }

  /** Takes a simulation in, which the script's end closes. */
  add(simulation: Simulation): LuaValue {
    const stage = new Stage(simulation);
    this.stages.set(simulation, stage);
    this.first ??= simulation;
    return this.handles.give('simulation', simulation, async () => {
      await this.options.closing?.(simulation, this.#isEnding);
      this.stages.delete(simulation);
      await stage.close();
    });
  }

  /** Says which values were given that the script has not asked for, at its end: it may ask for some behind its steps. */
  tellUnasked(): void {
    const names = this.asked.size === 0 ? 'no value' : [...this.asked].map((name) => `"${name}"`).join(', ');
    for (const name of Object.keys(this.options.values ?? {})) {
      if (this.asked.has(name)) continue;
      this.options.log?.(`--set ${name}: the scene has not asked for "${name}"; it asked for ${names}`);
    }
  }

  stage(simulation: Simulation): Stage {
    return this.stages.get(simulation)!;
  }

  /** Gives a simulation away: the script's end doesn't close it. */
  async release(simulation: Simulation): Promise<void> {
    await this.stage(simulation).closeRenderer();
    this.stages.delete(simulation);
    this.handles.forget('simulation', (object) => object === simulation);
  }

  /** Frees what the script made and didn't. */
  async close(): Promise<void> {
    this.#isEnding = true;
    await this.handles.close();
  }

  /** The path of what must lie in a folder that the script may use, without the `..` of what may be links. */
  path(act: string, path: string): string {
    const file = resolve(path);
    // Where it is written, too: a link that leads out may point at what isn't there yet.
    const target = behindLinks(join(realFolder(dirname(file)), basename(file)));
    for (const folder of this.#folders) {
      const inside = relative(folder, target);
      if (inside !== '' && !inside.startsWith('..') && !isAbsolute(inside)) return normalize(path);
    }
    throw new Error(
      `Cannot ${act} "${path}": a scene in Lua reaches files of this folder and of its own; move it there, or allow its folder with --allow`,
    );
  }
}
