/**
 * @file Stencils that were checked and compiled, kept for the next process beside the driver's pipelines: what the engine asks of
 * a stencil, its IR, and its shaders. Who finds one neither reads its text nor emits anything, and the IR is taken apart
 * when somebody looks at it.
 *
 * What is kept stands under a hash of all that it hangs on: of a text, that and what its words mean (`sourceKey`); of
 * stencils that run as one, those of all of them; of a function of TypeScript, which is traced anew, what came of it. The
 * state of the compiler itself belongs to each.
 */
import { createHash } from 'node:crypto';
import { deserialize, serialize } from 'node:v8';
import { readCache, writeCache } from '@halocline/gpu';
import { fuseStencils, type FuseOptions, type Stencil, type StencilShader } from '@halocline/stencil';
import { compilerStamp } from './compiler-stamp.ts';

type Body = Pick<Stencil, 'locals' | 'body' | 'functions'>;

/** What a file holds. */
interface Kept {
  readonly about: Omit<Stencil, keyof Body>;
  /** The serialized IR. */
  readonly body: Uint8Array;
  /** By what they were emitted for, the latest last. */
  readonly shaders: Map<string, StencilShader>;
}

interface Entry {
  readonly key: string;
  readonly stencil: Stencil;
  readonly shaders: Map<string, StencilShader>;
  /** Whether its file lacks something. */
  fresh: boolean;
}

/** Shaders of a stencil that a file holds: as many as simulations have placed its parameters in different ways. */
const MAX_SHADERS = 4;

/** The stencils of a simulation, on all of its devices, and those of earlier ones. */
export class KeptStencils {
  readonly #entries = new Map<string, Entry>();
  readonly #keys = new WeakMap<Stencil, string>();
  readonly #log: (message: string) => void;
  readonly #stamp: string | null;

  /** `log` gets a line when a broken file is thrown away; without a stamp nothing is read from files or written to them. */
  constructor(log: (message: string) => void, stamp: string | null = compilerStamp()) {
    this.#log = log;
    this.#stamp = stamp;
  }

  /** The stencil that stands under a key; it is made where there is none. */
  stencil(key: string, make: () => Stencil): Stencil {
    return (this.#find(key) ?? this.#add(key, make())).stencil;
  }

  /** What `fuseStencils` makes of these. */
  fused(name: string, parts: readonly Stencil[], options: FuseOptions): Stencil {
    const byName = [...options.inactive].sort(([one], [other]) => (one < other ? -1 : 1));
    const words = [name, parts.map((part) => this.#keyOf(part)), [...options.unstored].sort(), byName];
    return this.stencil(hashOf(serialize(words)), () => fuseStencils(name, parts, options));
  }

  /** The shader of a stencil for what `purpose` tells; it is made where there is none. */
  shader(stencil: Stencil, purpose: string, make: () => StencilShader): StencilShader {
    const key = this.#keyOf(stencil);
    const entry = this.#find(key) ?? this.#add(key, stencil);
    const known = entry.shaders.get(purpose);
    if (known !== undefined) return known;
    const shader = make();
    entry.shaders.set(purpose, shader);
    entry.fresh = true;
    return shader;
  }

  /** Writes what was made since, and forgets all stencils but these. */
  settle(used: readonly { readonly stencil: Stencil | null }[]): void {
    const keys = new Set(used.map(({ stencil }) => (stencil === null ? null : this.#keyOf(stencil))));
    for (const [key, entry] of this.#entries) {
      if (entry.fresh && this.#stamp !== null) writeCache('stencils', fileOf(key, this.#stamp), pack(entry), this.#log);
      entry.fresh = false;
      if (!keys.has(key)) this.#entries.delete(key);
    }
  }

  #keyOf(stencil: Stencil): string {
    let key = this.#keys.get(stencil);
    if (key === undefined) {
      key = hashOf(serialize(stencil));
      this.#keys.set(stencil, key);
    }
    return key;
  }

  #find(key: string): Entry | undefined {
    const known = this.#entries.get(key);
    if (known !== undefined) return known;
    const bytes = this.#stamp === null ? undefined : readCache('stencils', fileOf(key, this.#stamp), this.#log);
    if (bytes === undefined) return undefined;
    const { about, body, shaders } = deserialize(bytes) as Kept;
    return this.#enter({ key, stencil: unfolding(about, body), shaders, fresh: false });
  }

  #add(key: string, stencil: Stencil): Entry {
    return this.#enter({ key, stencil, shaders: new Map(), fresh: true });
  }

  #enter(entry: Entry): Entry {
    this.#entries.set(entry.key, entry);
    this.#keys.set(entry.stencil, entry.key);
    return entry;
  }
}

/** A stencil whose IR is taken apart when it is first looked at. */
function unfolding(about: Kept['about'], bytes: Uint8Array): Stencil {
  let unfolded: Body | null = null;
  const body = (): Body => (unfolded ??= deserialize(bytes) as Body);
  return {
    ...about,
    get locals() {
      return body().locals;
    },
    get body() {
      return body().body;
    },
    get functions() {
      return body().functions;
    },
  };
}

function pack({ stencil, shaders }: Entry): Buffer {
  const { locals, body, functions, ...about } = stencil;
  const kept: Kept = {
    about,
    body: serialize({ locals, body, functions } satisfies Body),
    shaders: new Map([...shaders].slice(-MAX_SHADERS)),
  };
  return serialize(kept);
}

/** The name of a file: what it holds, and the compiler that made it. */
function fileOf(key: string, stamp: string): string {
  return hashOf(`${stamp} ${key}`);
}

function hashOf(words: string | Uint8Array): string {
  return createHash('sha256').update(words).digest('hex');
}
