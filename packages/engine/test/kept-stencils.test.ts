/** What is kept of stencils for the next process is what the compiler would make again, and nothing else is taken for it. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  compileStencil,
  emitSpirv,
  fuseStencils,
  type Environment,
  type Placement,
  type Stencil,
  type StencilSource,
} from '@halocline/stencil';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { shaderKey, sourceKey } from '../src/memo/check-key.ts';
import { stampOfCompiler } from '../src/memo/compiler-stamp.ts';
import { KeptStencils } from '../src/memo/kept-stencils.ts';
import { RandomProgram } from '../../stencil/test/random-program.ts';

const environment: Environment = {
  fields: new Map([
    ['density', 'float32'],
    ['velocity', 'vec3'],
    ['flags', 'uint8'],
    ['other', 'float32'],
  ]),
  places: new Map(),
  missing: [],
  parameters: new Map([
    ['buoyancy', 'float'],
    ['wind', 'vec3'],
    ['steps', 'int'],
    ['open', 'bool'],
  ]),
  scalars: new Map(),
};
const placement: Placement = {
  parameters: new Map([...environment.parameters.keys()].map((name, at) => [name, 128 + 16 * at])),
  scalars: new Map([['total', 0]]),
};
const source: StencilSource = {
  name: 'random',
  inputs: ['density', 'velocity', 'flags'],
  outputs: ['density', 'made'],
  code: '',
};
const RUNS = process.env['HALOCLINE_LONG'] === '1' ? 1000 : 40;

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'halocline-cache-'));
  vi.stubEnv('HALOCLINE_CACHE', folder);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

/** The files of stencils that are kept. */
function files(): string[] {
  return readdirSync(path.join(folder, 'stencils')).map((name) => path.join(folder, 'stencils', name));
}

function never(): never {
  throw new Error('it was made anew');
}

function silent(): void {
  // Nobody listens.
}

/** A stencil with the getters of its IR called. */
function whole(stencil: Stencil): Stencil {
  return { ...stencil };
}

test('random stencils and their shaders come back as the compiler makes them', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(1000), { maxLength: 300, size: 'max' }), (list) => {
      const text = { ...source, code: new RandomProgram(list).text() };
      const fresh = compileStencil(text, environment);
      const shader = emitSpirv(fresh, placement);
      const key = sourceKey(text, environment);
      const first = new KeptStencils(silent, 'this compiler');
      const stencil = first.stencil(key, () => fresh);
      first.shader(stencil, 'plain', () => shader);
      first.settle([{ stencil }]);

      const second = new KeptStencils(silent, 'this compiler');
      const kept = second.stencil(key, never);
      expect(second.shader(kept, 'plain', never)).toEqual(shader);
      expect(emitSpirv(kept, placement)).toEqual(shader);
      expect(whole(kept)).toEqual(whole(fresh));
    }),
    { numRuns: RUNS },
  );
});

const NOTHING = { unstored: new Set<string>(), inactive: new Map<string, readonly number[]>() };

test('stencils that run as one come back for the same parts alone', () => {
  const parts = ['WriteField("density", idx, 2.0);', 'WriteField("made", idx, ReadField("density", coord));'];
  const texts = parts.map((code, at): StencilSource => {
    return { ...source, name: `part ${at}`, outputs: [at === 0 ? 'density' : 'made'], code };
  });
  const store = (): { kept: KeptStencils; stencils: Stencil[] } => {
    const kept = new KeptStencils(silent, 'this compiler');
    const make = (text: StencilSource) => (): Stencil => compileStencil(text, environment);
    return { kept, stencils: texts.map((text) => kept.stencil(sourceKey(text, environment), make(text))) };
  };
  const first = store();
  const fused = first.kept.fused('both', first.stencils, NOTHING);
  expect(whole(fused)).toEqual(whole(fuseStencils('both', first.stencils, NOTHING)));
  first.kept.shader(fused, 'plain', () => emitSpirv(fused, placement));
  first.kept.settle([...first.stencils, fused].map((stencil) => ({ stencil })));

  const { kept, stencils } = store();
  const again = kept.fused('both', stencils, NOTHING);
  expect(kept.shader(again, 'plain', never)).toEqual(emitSpirv(fused, placement));
  expect(whole(again)).toEqual(whole(fused));
  const dropped = kept.fused('both', stencils, { ...NOTHING, unstored: new Set(['density']) });
  expect(dropped.writes.map(({ field }) => field)).toEqual(['made']);
  expect(() => kept.shader(dropped, 'plain', never)).toThrow('it was made anew');
});

test('numbers that text has no words for are kept', () => {
  const code = 'float x = 1.0 / 0.0; WriteField("density", idx, -0.0 * ReadField("density", coord) + x + sqrt(-1.0));';
  const text = { ...source, outputs: ['density'], code };
  const fresh = compileStencil(text, environment);
  const key = sourceKey(text, environment);
  const first = new KeptStencils(silent, 'this compiler');
  first.settle([{ stencil: first.stencil(key, () => fresh) }]);
  expect(whole(new KeptStencils(silent, 'this compiler').stencil(key, never))).toEqual(whole(fresh));
});

test('another compiler finds nothing, and one that is not known keeps nothing', () => {
  const text = { ...source, outputs: ['density'], code: 'WriteField("density", idx, 1.0);' };
  const stencil = compileStencil(text, environment);
  const first = new KeptStencils(silent, 'this compiler');
  first.settle([{ stencil: first.stencil('key', () => stencil) }]);
  expect(files()).toHaveLength(1);
  let made = 0;
  const make = (): Stencil => {
    made++;
    return stencil;
  };
  for (const stamp of ['this compiler', 'another', null]) {
    const next = new KeptStencils(silent, stamp);
    next.settle([{ stencil: next.stencil('key', make) }]);
  }
  expect(made).toBe(2);
  expect(files()).toHaveLength(2);
});

test('a broken file is thrown away with a word, and made anew', () => {
  const text = { ...source, outputs: ['density'], code: 'WriteField("density", idx, 1.0);' };
  const stencil = compileStencil(text, environment);
  const first = new KeptStencils(silent, 'this compiler');
  first.settle([{ stencil: first.stencil('key', () => stencil) }]);
  const [file] = files();
  writeFileSync(file!, readFileSync(file!).subarray(0, 100));
  const lines: string[] = [];
  const second = new KeptStencils((line) => lines.push(line), 'this compiler');
  expect(second.stencil('key', () => stencil)).toBe(stencil);
  expect(lines).toEqual([
    `Cannot use cache file "${file}": its bytes are not those that were written; it was thrown away`,
  ]);
});

test('a shader is found for what it was emitted for alone, and the latest four stay', () => {
  const text = { ...source, outputs: ['density'], code: 'WriteField("density", idx, buoyancy);' };
  const stencil = compileStencil(text, environment);
  const first = new KeptStencils(silent, 'this compiler');
  const at = (byteOffset: number): Placement => ({ ...placement, parameters: new Map([['buoyancy', byteOffset]]) });
  const offsets = [0, 16, 32, 48, 64];
  for (const offset of offsets) first.shader(stencil, `${offset}`, () => emitSpirv(stencil, at(offset)));
  first.settle([{ stencil }]);
  const second = new KeptStencils(silent, 'this compiler');
  for (const offset of offsets.slice(1)) {
    expect(second.shader(stencil, `${offset}`, never)).toEqual(emitSpirv(stencil, at(offset)));
  }
  expect(() => second.shader(stencil, '0', never)).toThrow('it was made anew');
});

test('the key of a text changes with all that its meaning hangs on, and with nothing else', () => {
  const text: StencilSource = {
    ...source,
    outputs: ['density'],
    code: 'WriteField("density", idx, ReadField("velocity_x", coord) * buoyancy);',
  };
  const plain = sourceKey(text, environment);
  const fields = (...more: [string, 'float32' | 'float16' | 'vec3'][]): Environment => ({
    ...environment,
    fields: new Map([...environment.fields, ...more]),
  });
  expect(sourceKey({ ...text, file: 'elsewhere.stencil' }, environment)).toBe(plain);
  expect(sourceKey(text, fields(['unheard_of', 'float32'], ['other', 'vec3']))).toBe(plain);
  const others = [
    sourceKey({ ...text, name: 'other' }, environment),
    sourceKey({ ...text, code: `${text.code} ` }, environment),
    sourceKey({ ...text, inputs: ['velocity'] }, environment),
    sourceKey({ ...text, outputs: ['density', 'made'] }, environment),
    sourceKey({ ...text, parameters: ['buoyancy'] }, environment),
    sourceKey({ ...text, neighborRadius: 2 }, environment),
    sourceKey({ ...text, requiresHalos: true }, environment),
    sourceKey({ ...text, color: 'red' }, environment),
    sourceKey({ ...text, debug: true }, environment),
    sourceKey(text, fields(['density', 'float16'])),
    sourceKey(text, fields(['velocity_x', 'float32'])),
    sourceKey(text, { ...environment, places: new Map([['velocity', 'faces']]) }),
    sourceKey(text, { ...environment, coarseFields: new Map([['density', 'float32']]) }),
    sourceKey(text, { ...environment, fineFields: new Map([['density', 'float32']]) }),
    sourceKey(text, { ...environment, missing: ['double'] }),
    sourceKey(text, { ...environment, parameters: new Map([['buoyancy', 'vec2']]) }),
    sourceKey(text, { ...environment, scalars: new Map([['density', 'float']]) }),
  ];
  expect(new Set([plain, ...others]).size).toBe(1 + others.length);
});

test('the key of a shader changes with all that it hangs on, and with nothing else', () => {
  const text = { ...source, outputs: ['density'], code: 'WriteField("density", idx, buoyancy);' };
  const stencil = compileStencil(text, environment);
  const at = (...offsets: [string, number][]): Placement => ({ ...placement, parameters: new Map(offsets) });
  const holding = (...values: [string, number[]][]): Placement => ({ ...placement, backgrounds: new Map(values) });
  const plain = shaderKey(stencil, at(['buoyancy', 0]), {});
  expect(shaderKey(stencil, at(['buoyancy', 0], ['wind', 16]), {})).toBe(plain);
  expect(shaderKey(stencil, { ...at(['buoyancy', 0]), scalars: new Map() }, {})).toBe(plain);
  const others = [
    shaderKey(stencil, at(['buoyancy', 16]), {}),
    shaderKey(stencil, { ...at(['buoyancy', 0]), beyondRadius: 'clamp' }, {}),
    shaderKey(stencil, at(['buoyancy', 0]), { exchange: false }),
    shaderKey(stencil, at(['buoyancy', 0]), { access: 'descriptor' }),
    shaderKey(stencil, holding(['density', [0]]), {}),
    shaderKey(stencil, holding(['density', [-0]]), {}),
    shaderKey(stencil, holding(['density', [Infinity]]), {}),
  ];
  expect(new Set([plain, ...others]).size).toBe(1 + others.length);
});

test('the state of a compiler changes with its files and its version, and is not told while they change', () => {
  const root = mkdtempSync(path.join(tmpdir(), 'halocline-compiler-'));
  try {
    mkdirSync(path.join(root, 'src/language'), { recursive: true });
    const file = (name: string): string => path.join(root, name);
    const module = pathToFileURL(file('src/index.ts')).href;
    const stamp = (started = Date.now() + 60_000): string | null => stampOfCompiler(module, started);
    for (const name of ['package.json', 'src/index.ts', 'src/language/parse.ts']) writeFileSync(file(name), name);
    const first = stamp();
    expect(first).toMatch(/^[0-9a-f]{64}$/);
    expect(stamp()).toBe(first);
    expect(stamp(Date.now() - 60_000)).toBeNull();
    writeFileSync(file('src/index.d.ts'), 'types alone');
    expect(stamp()).toBe(first);
    utimesSync(file('src/language/parse.ts'), 1, 1);
    const touched = stamp();
    expect(touched).not.toBe(first);
    writeFileSync(file('package.json'), 'another version');
    expect(stamp()).not.toBe(touched);
    rmSync(file('package.json'));
    expect(stamp()).toBeNull();
    expect(stampOfCompiler('https://example.org/bundle.js', 0)).toBeNull();
    expect(stampOfCompiler('', 0)).toBeNull();
  } finally {
    rmSync(root, { recursive: true });
  }
});
