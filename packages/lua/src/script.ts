/**
 * @file A script from its first line to its last: starts its thread, answers what it asks, one thing at a time, and ends the
 * thread where it overruns. Everything that the script made and didn't return is freed with it.
 */
import { readFileSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { MessageChannel, Worker, type MessagePort } from 'node:worker_threads';
import { nearestName, StencilError } from '@halocline/stencil';
import { ShaderError } from '@halocline/gpu';
import type { Ask, Failed, FromLua, ThreadStart, ToLua } from './channel.ts';
import { CommandError } from './host/commands.ts';
import { Call, type Operations } from './host/call.ts';
import { declarationOperations } from './host/declaration-operations.ts';
import { fieldOperations } from './host/field-operations.ts';
import { fluidOperations } from './host/fluid-operations.ts';
import { gpuOperations, Runtime } from './host/gpu-operations.ts';
import { graphOperations } from './host/graph-operations.ts';
import { Host } from './host/host.ts';
import { inLua } from './host/lua-words.ts';
import { pictureOperations } from './host/picture-operations.ts';
import { readSaid, sceneOf, type LuaScene } from './host/returned.ts';
import { simulationOperations } from './host/simulation-operations.ts';
import { SourceText } from './host/source-text.ts';
import type { LuaValue } from './machine/values.ts';
import type { LuaOptions } from './script-options.ts';

/** The running text's ending: sources are started as sources, compiled files as compiled files. */
const ENDING = import.meta.url.endsWith('.ts') ? '.ts' : '.js';

/** Lua shortens names of chunks from here on. */
const LONGEST_CHUNK = 59;

/** What a script may use, where nothing is said: seconds, and bytes. */
const USUAL = Object.freeze({ timeLimit: 60, memoryLimit: 256 * 2 ** 20 });

/** Milliseconds beyond the limit until the thread is ended from outside: it first gets to say where it is. */
const GRACE = 250;

/** An error of a script, with its file and line in front. */
export class LuaError extends Error {
  override readonly name = 'LuaError';
}

/** Thrown by a caller's `step`, `print` or `closing`: ends the script, whose `pcall` doesn't see it. */
export class StopScript extends Error {
  override readonly name = 'StopScript';
}

/** A script that has run to its end. Dispose it: what it made is freed then. */
export class LuaScript implements AsyncDisposable {
  /** What it returned: a simulation and how to show it; null where it returned nothing. */
  scene: LuaScene | null = null;
  readonly #host: Host;
  readonly #operations: Operations;
  readonly #chunk: string;
  readonly #limits: { readonly timeLimit: number; readonly memoryLimit: number };
  readonly #bell = new SharedArrayBuffer(4);
  readonly #port: MessagePort;
  readonly #worker: Worker;
  #heard: ((message: FromLua | null) => void) | null = null;
  #computed = 0;
  /** That the thread broke off, whoever listens then. */
  #failure: Failed | null = null;
  #isReady = false;
  #isBusy = false;
  #isDone = false;
  #isInterrupted = false;

  private constructor(path: string, source: string, options: LuaOptions) {
    const { timeLimit = USUAL.timeLimit, memoryLimit = USUAL.memoryLimit } = options;
    this.#limits = { timeLimit, memoryLimit };
    this.#chunk = path.length <= LONGEST_CHUNK ? path : basename(path).slice(-LONGEST_CHUNK);
    this.#host = new Host(options, new SourceText(source), path);
    this.#operations = operationsOf(this.#host);
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    const start: ThreadStart = {
      bell: this.#bell,
      port: port2,
      source,
      chunk: this.#chunk,
      memoryBytes: memoryLimit,
      timeMs: 1000 * timeLimit,
      values: new Map(Object.entries(options.values ?? {})),
    };
    this.#worker = new Worker(new URL(`./machine/thread${ENDING}`, import.meta.url), {
      name: 'halocline lua',
      workerData: start,
      transferList: [port2],
      execArgv: ENDING === '.ts' ? ['--conditions=@halocline/source'] : [],
      env: {},
    });
    this.#port.on('message', (message: FromLua) => this.#heard?.(message));
    this.#worker.on('error', (error) => this.#broken(error));
  }

  /**
   * Runs the script of a file to its end; waits for all that it waits for. Throws LuaError with file and line, and has freed
   * everything then.
   */
  static async run(path: string, options: LuaOptions = {}): Promise<LuaScript> {
    const script = new LuaScript(path, readSource(path), options);
    options.started?.(script);
    try {
      const value = await script.#listen();
      script.#isDone = true;
      script.#host.tellUnasked();
      script.scene = value === undefined ? null : sceneOf(script.#host, value, (name) => script.#callBack(name));
      return script;
    } catch (error) {
      await script[Symbol.asyncDispose]().catch(() => undefined);
      throw error;
    }
  }

  /**
   * An error of a simulation that outlives the script's run, in the script's words: what a compiler says of a text that it wrote, at
   * its file and line, and options as Lua has them. One that needs none is given back as it is.
   */
  retell(error: unknown): unknown {
    const placed = this.#placed(error);
    if (placed !== null)
      return new LuaError(`${this.#chunk}:${placed.line}: ${inLua(placed.message)}`, { cause: error });
    const told = error instanceof Error ? inLua(error.message) : '';
    return error instanceof Error && told !== error.message ? new LuaError(told, { cause: error }) : error;
  }

  /** How many simulations it has made and not closed. */
  get simulations(): number {
    return this.#host.stages.size;
  }

  /** Ends it behind the call under way, such as a step; `run` throws then. */
  interrupt(): void {
    if (this.#isDone) return;
    this.#isInterrupted = true;
    if (!this.#isBusy) this.#heard?.(null);
  }

  /**
   * Ends the thread, and frees what the script made but one simulation, which is the caller's from then on: the one that it
   * returned, else the first that it made. Its scene has no report. Throws where there is none.
   */
  async detach(): Promise<LuaScene> {
    const simulation = this.scene?.simulation ?? this.#host.first;
    if (simulation === null || !this.#host.stages.has(simulation)) {
      await this[Symbol.asyncDispose]();
      throw new LuaError(`${this.#chunk}: Cannot take its simulation: it has none; end it with: return sim`);
    }
    await this.#host.release(simulation);
    await this[Symbol.asyncDispose]();
    const { report: _, ...scene } = this.scene ?? { simulation };
    return scene;
  }

  /** Ends the thread, and frees what the script made; waits for the devices. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#port.close();
    await this.#worker.terminate();
    await this.#host.close();
  }

  /** Answers until the script, or what was asked of it, is done; gives what that gave. */
  async #listen(): Promise<LuaValue> {
    for (;;) {
      const message = await this.#hear();
      if (message === null) throw this.#interruption();
      if (message.kind === 'ready') continue;
      if (message.kind === 'done') return message.value;
      if (message.kind === 'failed') throw new LuaError(this.#complaint(message));
      await this.#answer(message);
      if (this.#isInterrupted) throw this.#interruption();
    }
  }

  /** The next message. The script computes meanwhile: where that takes too long, its thread is ended. */
  async #hear(): Promise<FromLua | null> {
    const left = 1000 * this.#limits.timeLimit - this.#computed + GRACE;
    const { promise, resolve } = Promise.withResolvers<FromLua | null>();
    const overrun: Failed = { kind: 'failed', reason: 'time', message: '', line: null };
    const timer = this.#isReady
      ? setTimeout(() => resolve(overrun), Math.min(Math.max(left, 0), 2 ** 31 - 1))
      : undefined;
    this.#heard = resolve;
    try {
      const message = this.#isInterrupted ? null : (this.#failure ?? (await promise));
      if (message?.kind === 'ready') this.#isReady = true;
      if (message?.kind === 'ask') this.#computed = message.computed;
      return message;
    } finally {
      clearTimeout(timer);
      this.#heard = null;
    }
  }

  async #answer({ what, given, bytes }: Ask): Promise<void> {
    this.#isBusy = true;
    try {
      const operation = this.#operations[what];
      if (operation === undefined) throw new Error(`Bug in prelude: it asks for ${what}`);
      const result = (await operation(new Call(this.#host.handles, given, bytes))) ?? {};
      this.#say({ kind: 'answer', value: result.value, bytes: result.bytes });
    } catch (error) {
      if (error instanceof StopScript) throw error;
      const at = error instanceof CommandError ? error.at : undefined;
      this.#say({ kind: 'refusal', message: this.#words(error), at });
    } finally {
      this.#isBusy = false;
    }
  }

  #say(message: ToLua): void {
    this.#port.postMessage(message, message.kind === 'answer' && message.bytes ? [message.bytes.buffer] : []);
    const bell = new Int32Array(this.#bell);
    Atomics.add(bell, 0, 1);
    Atomics.notify(bell, 0);
  }

  async #callBack(name: string): Promise<LuaValue> {
    this.#say({ kind: 'call', name });
    return this.#listen();
  }

  /** What an error of ours says, with the script's lines in the place of a stencil's or a shader's own. */
  #words(given: unknown): string {
    const error = given instanceof CommandError ? given.cause : given;
    if (!(error instanceof Error)) return String(error);
    return inLua(this.#placed(error)?.message ?? error.message);
  }

  /** What a compiler says of a text that the script wrote, with the script's lines, and the line; null where it is none. */
  #placed(error: unknown): { readonly message: string; readonly line: number } | null {
    if (!(error instanceof StencilError || error instanceof ShaderError)) return null;
    const name = error instanceof StencilError ? error.stencil : (/"([^"]*)"/u.exec(error.message)?.[1] ?? '');
    const text = this.#host.written.get(name);
    if (text === undefined) return null;
    const place = this.#host.source.placeOf(text.text, text.line);
    if (place === null) return { message: error.message, line: text.line };
    const message = this.#host.source.rebase(error, place);
    return { message, line: error.line === 0 ? text.line : error.line + place.lines };
  }

  #complaint({ reason, message, line }: Failed): string {
    const { timeLimit, memoryLimit } = this.#limits;
    const place = line === null ? '' : `${this.#chunk}:${line}: `;
    if (reason === 'syntax') return this.#host.source.explain(message, this.#chunk);
    if (reason === 'time') {
      return `${place || `${this.#chunk}: `}Cannot go on: the scene has computed for ${timeLimit} s, and no more are allowed; look for a loop without end, or give --lua-seconds`;
    }
    if (reason === 'memory') {
      return `${place || `${this.#chunk}: `}Cannot go on: the scene's values take ${Math.round(memoryLimit / 2 ** 20)} MiB, and no more are allowed; keep fewer, or give --lua-memory`;
    }
    const [head, what] = this.#innermost(message);
    return /^Cannot .*: /u.test(what) ? `${head}${what}` : `${head}Cannot run the scene: ${what}`;
  }

  /**
   * A message's place and the rest. Where coroutines passed an error on, each has put its own place before it: the last is where it
   * was.
   */
  #innermost(message: string): [head: string, what: string] {
    let [head, what] = [`${this.#chunk}: `, message];
    for (;;) {
      const place = /^\d+: /u.exec(what.startsWith(`${this.#chunk}:`) ? what.slice(this.#chunk.length + 1) : '')?.[0];
      if (place === undefined) return [head, what];
      head = `${this.#chunk}:${place}`;
      what = what.slice(head.length);
    }
  }

  #interruption(): Error {
    return new LuaError(`${this.#chunk}: Cannot go on: the run was interrupted`);
  }

  #broken(error: unknown): void {
    const message = `Cannot go on: the thread of Lua broke off: ${error instanceof Error ? error.message : String(error)}`;
    this.#failure = { kind: 'failed', reason: 'error', message, line: null };
    this.#heard?.(this.#failure);
  }
}

/** All that scripts may ask for. */
function operationsOf(host: Host): Operations {
  const runtime = new Runtime();
  const said = new Map<string, LuaValue>();
  return {
    print: async (call) => host.options.print?.(call.text(0, 'print', 'text')),
    nearest: (call) => ({ value: nearestName(call.text(0, 'find', 'name'), call.at(1) as readonly string[]) }),
    describe: (call) => ({ value: describe(call.handles.find(call.at(0))) }),
    'scene.asked': (call) => {
      host.asked.add(call.text(0, 'read a value', 'name'));
    },
    'scene.set': (call) => {
      said.set(call.text(0, 'set', 'name'), call.at(1));
      host.options.said?.(readSaid(said));
    },
    ...simulationOperations(host),
    ...declarationOperations(host),
    ...fieldOperations(),
    ...pictureOperations(host),
    ...fluidOperations(host),
    ...gpuOperations(host, runtime),
    ...graphOperations(host, runtime),
  };
}

/** A handle in words: as its object prints itself, where it does. */
function describe(found: { readonly kind: string; readonly object: object } | null): string {
  if (found === null) return 'what was freed';
  const text = (found.object as { toString(): string }).toString();
  return text.startsWith('[object') ? found.kind : text;
}

/** A script's text: without a mark of its byte order, and with a first line for the shell as a comment. */
function readSource(path: string): string {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found?.isFile() !== true) {
    const what = found ? 'it is no file' : 'there is no such file';
    throw new Error(`Cannot run scene "${path}": ${what}; give the path of a .lua or .fluid file`);
  }
  return readFileSync(path, 'utf8')
    .replace(/^\uFEFF/u, '')
    .replace(/^#/u, '--');
}
