import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { cacheFolder, readCache, writeCache } from '../src/disk-cache.ts';
import { ShaderError } from '../src/errors.ts';
import { compileGlsl } from '../src/shader/compile.ts';
import { flatten } from '../src/shader/include.ts';
import { reflect } from '../src/shader/reflection.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'halocline-test-'));
  vi.stubEnv('HALOCLINE_CACHE', folder);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

const empty = 'layout(local_size_x = 64) in;\nvoid main() {}\n';

async function failure(source: string, options = {}): Promise<ShaderError> {
  const error: unknown = await compileGlsl(source, { label: 'blur', ...options }).catch((thrown: unknown) => thrown);
  if (error instanceof ShaderError) return error;
  throw new Error('expected a ShaderError');
}

test('GLSL becomes SPIR-V 1.5, and the process keeps its own listeners', async () => {
  const spirv = await compileGlsl(empty, { label: 'empty' });
  expect([spirv[0], spirv[1]]).toEqual([0x07230203, 0x00010500]);
  expect(process.listeners('unhandledRejection').map(String).join('')).not.toContain('abort(');
});

test('an error has file, line, column and a caret', async () => {
  const error = await failure('#version 460\nlayout(local_size_x = 1) in;\nvoid main() {\n  float a = bad + 1.0;\n}');
  expect(error.message).toMatchInlineSnapshot(`
    "Cannot compile shader "blur": 'bad' undeclared identifier (blur:4:13)
      4 |   float a = bad + 1.0;
        |             ^^^"
  `);
  expect([error.file, error.line, error.column]).toEqual(['blur', 4, 13]);
});

test('an error in an included file is told in its own lines', async () => {
  const include = (name: string): string => `float ${name}() {\n  return x;\n}`;
  const error = await failure(`layout(local_size_x = 1) in;\n#include "wave"\nvoid main() {}`, {
    include,
    defines: { N: 4, FAST: true },
  });
  expect([error.file, error.line]).toEqual(['wave', 2]);
});

test('defines stand behind the version, includes in their place', () => {
  const flat = flatten('#version 450\n#include "a"\n#include "a"\nend', {
    file: 'f',
    include: () => '#pragma once\nbody',
    defines: { N: 8, ON: true, TEXT: 'x' },
  });
  expect(flat.text).toBe('#version 450\n#define N 8\n#define ON 1\n#define TEXT x\n\nbody\n\nend');
  expect(flat.origins.map(({ file, line }) => `${file}:${line}`).join(' ')).toBe('f:1 f:0 f:0 f:0 a:1 a:2 f:3 f:4');
});

test('macros may go on in further lines, with blanks around their names', async () => {
  const defines = { 'F(x, y)': '((x) \\\n + (y) \\\r\n + 1)', 'A ': 3, ' B': 'A', 'G( z )\t': 'z', 'H(\\\nq)': 'q' };
  const text = 'layout(local_size_x = F(A, B)) in;\nvoid main() { int i = G(1) + H(2); }';
  const spirv = await compileGlsl(text, { label: 'it', defines, cache: false });
  expect(reflect(spirv).entryPoints[0]!.workgroupSize).toEqual([7, 1, 1]);
  const error = await failure(text.replace('}', ' x; }'), { defines });
  expect([error.file, error.line]).toEqual(['blur', 2]);
  for (const wrong of [
    { 'A B': 1 },
    { 'A\n': 1 },
    { '': 1 },
    { '1': 1 },
    { 'F (x)': 'x' },
    { A: '1\n2' },
    { A: '1 \\' },
  ])
    await expect(compileGlsl(text, { label: 'it', defines: wrong, cache: false })).rejects.toThrow(TypeError);
});

test('lines within comments are no directives, and comments around one stay whole', () => {
  const include = (path: string): string => path;
  const flat = (text: string): string => flatten(text, { file: 'f', include, defines: { N: 8 } }).text;
  expect(flat('/*\n#version 300\n#include "a"\n*/ float x;\n// #include "b"\n/* */ #include "c" // d')).toBe(
    '#version 460\n#define N 8\n/*\n#version 300\n#include "a"\n*/ float x;\n// #include "b"\nc',
  );
  expect(flat('#version 450 /* a\nb */ #include "c" /* d\ne */ end')).toBe(
    '#version 450 /* a*/\n#define N 8\n/*\n*/\nc\n/*\ne */ end',
  );
  expect(
    flat('#version 450\n/* a\n*/ #pragma once /*\n*/ #include <x//y/*z>\n#include "/*/"\n/*/ #include "n" */'),
  ).toBe('#version 450\n#define N 8\n/* a\n*//*\n*/\nx//y/*z\n/*/\n/*/ #include "n" */');
});

const ONCE = '#pragma once\nuint nine() { return 9u; }';
const nine = (head: string): string =>
  `${head}\nlayout(local_size_x = 1) in;\nshared uint at[2];\nvoid main() { at[0] = nine(); }`;

test('lines that go on behind a \\ are one, in comments too', async () => {
  const text =
    '#version \\\n460\n// a \\\n#include "no"\n/* b \\\n*/ #include \\\n"yes"\n#define X \\\n#include "no"\nend';
  const flat = flatten(text, { file: 'f', include: (name) => `${name}\ngood` });
  expect(flat.text).toBe('#version \\\n460\n// a \\\n#include "no"\nyes\ngood\n#define X \\\n#include "no"\nend');
  expect(flat.origins.map(({ file, line }) => `${file}:${line}`).join(' ')).toBe(
    'f:1 f:2 f:3 f:4 yes:1 yes:2 f:8 f:9 f:10',
  );
});

test('#line moves no place, and stays where it is none', async () => {
  const lines = [
    '#line 1',
    '/* a',
    '*/ # line 7 \\',
    '"x" /* b',
    '#line 9',
    '*/',
    '// \\',
    '#line 9',
    'int x = y;',
    empty,
  ];
  const error = await failure(lines.join('\n'), { file: 'q.comp' });
  expect([error.file, error.line, error.column]).toEqual(['q.comp', 9, 9]);
  expect(error.excerpt).toBe('  9 | int x = y;\n    |         ^');
  expect(flatten(lines.join('\n'), { file: 'f' }).text).toBe(
    `#version 460\n\n/* a\n*//*\n#line 9\n*/\n// \\\n#line 9\nint x = y;\n${empty}`,
  );
});

test('an include that gives no text is an error, where it is taken', async () => {
  const given = async (found: unknown, source = '#include "confg.glsl"\n'): Promise<string> =>
    (await failure(`${source}x`, { include: () => found })).message.split('\n')[0]!;
  const refused = (what: string): string =>
    `Cannot include "confg.glsl" (blur:1): include gave ${what}; give its text, or { text, file }, or throw`;
  for (const [found, what] of [
    [undefined, 'undefined'],
    [null, 'null'],
    [7, '7'],
    [{ text: '' }, 'a value of type Object'],
    [Promise.resolve(''), 'a value of type Promise'],
    [Buffer.from(''), 'a value of type Buffer'],
  ])
    expect(await given(found)).toBe(refused(what as string));
  const failing = { include: () => Promise.reject(new Error('gone')) };
  expect((await failure('#include "confg.glsl"\nx', failing)).message).toContain(refused('a value of type Promise'));
  const skipped = `#if 0\n#include "confg.glsl"\n#endif\n${empty}`;
  expect((await compileGlsl(skipped, { label: 'blur', include: () => undefined! }))[0]).toBe(0x07230203);
});

test('files that include each other without end under new names are refused', async () => {
  const error = await failure('#include "1"', { include: (name: string) => `#include "${Number(name) + 1}"\n` });
  expect(error.message.split('\n')[0]).toBe(
    'Cannot include "256" (255:1): 256 files stand around it already, one within the other; let files include each other less deep',
  );
});

test('a file of #pragma once stands where the branch that is taken includes it', async () => {
  const include = (path: string): string => (path === 'a' ? ONCE : '#if 0\n#else\n#include "a"\n#endif');
  for (const head of [
    '#if 0\n#include "a"\n#else\n#include "a"\n#endif',
    '#ifdef NEVER\n#include "a"\n#endif\n#include "a"',
    '#if 1\n#include "a"\n#elif 1\n#include "a"\n#endif\n#include "a"\n#include "a"',
    '#include "b"\n#if 1\n#include "b"\n#include "a"\n#endif\n#include "b"',
  ])
    await compileGlsl(nine(head), { label: 'nine', include, cache: false });
  const { text, origins } = flatten('#if A\n#include "a"\n#include "a"\n#endif\n#include "a"', { file: 'f', include });
  const guarded = (end: string): string =>
    `#ifndef HALOCLINE_ONCE_0\n#define HALOCLINE_ONCE_0\n\nuint nine() { return 9u; }\n#endif${end}`;
  expect(text).toBe(`#version 460\n#if A\n${guarded('\n\n#endif\n')}${guarded('')}`);
  expect(origins.slice(2, 7).map(({ file, line }) => `${file}:${line}`)).toEqual(['f:2', 'f:2', 'a:1', 'a:2', 'f:2']);
  expect(flatten('#include "a"', { file: 'f', include: () => '#pragma once\n#include "a"\nend' }).text).toBe(
    '#version 460\n\n\nend',
  );
});

test('a source that is too much for the compiler is refused in words, and the next ones compile', async () => {
  const blank = (length: number): string => `/*${' '.repeat(length)}*/`;
  const deep = `void main() { uint a = gl_NumWorkGroups.x; a = a${' + a'.repeat(20_000)}; }`;
  const { message } = await failure('#version 460\n#include "x"', { include: () => blank(1_200_000) });
  expect(message).toBe(
    'Cannot compile shader "blur": its source has 1200017 characters with what it includes, and the compiler takes 1200000; ' +
      "leave out what it doesn't use, and give tables in buffers",
  );
  // Of the compiler's stack, each leaves nearly all that it took.
  const both = await Promise.all([1, 2].map(() => failure(blank(900_000) + deep)));
  for (const error of both)
    expect(error.message.replace(/\(.*?\)/, '(…)')).toBe(
      'Cannot compile shader "blur": it is too much for the compiler (…); let expressions and functions be shorter',
    );
  const longest = blank(1_200_000 - '#version 460\n/**/'.length - empty.length) + empty;
  expect((await compileGlsl(longest, { label: 'empty', cache: false }))[0]).toBe(0x07230203);
});

test('an include that fails is an error only in a branch that is taken', async () => {
  const include = (path: string): string => {
    if (path === 'a') return ONCE;
    throw new Error(`there is no "${path}"`);
  };
  const within = (condition: string): string => nine(`#if ${condition}\n#include "b"\n#endif\n#include "a"`);
  await compileGlsl(within('0'), { label: 'blur', include, cache: false });
  const error = await failure(within('1'), { include });
  expect(error.message).toMatchInlineSnapshot(`
    "Cannot include "b" (blur:2): there is no "b"
      2 | #include "b"
        |           ^"
  `);
  expect([error.labels, error.file, error.line, error.cause]).toEqual([
    ['blur'],
    'blur',
    2,
    new Error('there is no "b"'),
  ]);
});

test('files that begin with a byte order mark are read, included ones too', async () => {
  const include = (): string => '\uFEFF#define SIZE 64';
  const source = '\uFEFF#version 450\n#include "size"\nlayout(local_size_x = SIZE) in;\nvoid main() {}\n';
  const { text } = flatten(source, { file: 'f', include });
  expect(text).toBe('#version 450\n#define SIZE 64\nlayout(local_size_x = SIZE) in;\nvoid main() {}\n');
  await compileGlsl(source, { label: 'marked', include, cache: false });
});

test('files that include each other so often that the source would have no end are refused', () => {
  // Each level has the next twice: 2^60 lines.
  const include = (path: string): string => {
    const level = Number(path);
    return level === 60 ? 'x' : `#include "${level + 1}"\n#include "${level + 1}"`;
  };
  expect(() => flatten('#include "0"', { file: 'f', include })).toThrow(
    /^Cannot include "\d+" \(\d+:\d\): \d+ lines stand before it/,
  );
});

test('a file that includes itself and a file that is missing are named', async () => {
  expect((await failure('#include "a"', { include: () => '#include "a"' })).message).toMatchInlineSnapshot(`
    "Cannot include "a" (a:1): it includes itself (blur → a → a); break the circle or write #pragma once
      1 | #include "a"
        |           ^"
  `);
  const { labels, file, line, cause } = await failure('#include "a"', {
    include: () => {
      throw new Error('no a');
    },
    file: 'x.comp',
  });
  expect([labels, file, line, cause]).toEqual([['blur'], 'x.comp', 1, new Error('no a')]);
  expect((await failure('#include "a"')).message).toMatchInlineSnapshot(`
    "Cannot include "a" (blur:1): the caller gave no way to read files; give the option include
      1 | #include "a"
        |           ^"
  `);
});

test('SPIR-V is kept on disk, and a broken file is thrown away', async () => {
  const first = await compileGlsl(empty, { label: 'empty' });
  const [name] = readdirSync(path.join(folder, 'spirv'));
  expect(await compileGlsl(empty, { label: 'empty' })).toEqual(first);
  writeFileSync(path.join(folder, 'spirv', name!), 'rubbish');
  const lines: string[] = [];
  expect(readCache('spirv', name!, (line) => lines.push(line))).toBeUndefined();
  expect(lines).toHaveLength(1);
  expect(await compileGlsl(empty, { label: 'empty' })).toEqual(first);
  expect(readdirSync(path.join(folder, 'spirv'))).toEqual([name]);
});

test('the cache folder follows the environment', () => {
  expect(cacheFolder({ HALOCLINE_CACHE: '/a' })).toBe('/a');
  expect(cacheFolder({ XDG_CACHE_HOME: '/b' })).toBe('/b/halocline');
  expect(cacheFolder({ XDG_CACHE_HOME: 'relative' })).toMatch(/\.cache\/halocline$/);
  expect(cacheFolder({ HALOCLINE_CACHE: 'off' })).toBeUndefined();
});

test('a cache that cannot be written keeps nothing, and says so once', () => {
  vi.stubEnv('HALOCLINE_CACHE', '/dev/null/x');
  const lines: string[] = [];
  const log = (line: string): unknown => lines.push(line);
  for (const key of ['one', 'two']) {
    writeCache('spirv', key, new Uint8Array(4), log);
    expect(readCache('spirv', key, log)).toBeUndefined();
  }
  expect(lines).toEqual([
    `Cannot keep cache files in "/dev/null/x/spirv": ENOTDIR: not a directory, mkdir '/dev/null/x'; ` +
      'set HALOCLINE_CACHE to a folder that can be written, or to "off"',
  ]);
});

const linuxTest = test.skipIf(process.platform !== 'linux');

linuxTest('a cache where no folder can be made is told, also where making one would be tried for ever', () => {
  const cache = JSON.stringify(new URL('../src/disk-cache.ts', import.meta.url).href);
  const code = `const { writeCache } = await import(${cache}); writeCache('spirv', 'key', new Uint8Array(4), console.log);`;
  const env = { ...process.env, HALOCLINE_CACHE: '/proc/halocline/cache' };
  const child = spawnSync(process.execPath, ['--input-type=module', '-e', code], { env, timeout: 60_000 });
  expect(child.stdout.toString()).toBe(
    `Cannot keep cache files in "/proc/halocline/cache/spirv": ENOENT: no such file or directory, mkdir '/proc/halocline'; ` +
      'set HALOCLINE_CACHE to a folder that can be written, or to "off"\n',
  );
});

test('a cache folder is made with those that it stands in', () => {
  vi.stubEnv('HALOCLINE_CACHE', path.join(folder, 'a', 'b'));
  writeCache('spirv', 'key', new Uint8Array(4));
  expect(readdirSync(path.join(folder, 'a', 'b', 'spirv'))).toEqual(['key']);
});

test('a folder in the place of a cache file is told', () => {
  const file = path.join(folder, 'spirv', 'key');
  mkdirSync(file, { recursive: true });
  const lines: string[] = [];
  expect(readCache('spirv', 'key', (line) => lines.push(line))).toBeUndefined();
  expect(lines).toEqual([`Cannot use cache file "${file}": it is a folder; remove it`]);
});

test.skipIf(process.platform === 'win32' || process.getuid?.() === 0)(
  'a file that may not be read is none, and writing there makes another',
  () => {
    const lines: string[] = [];
    writeCache('spirv', 'key', new Uint8Array(4));
    chmodSync(path.join(folder, 'spirv', 'key'), 0);
    expect(readCache('spirv', 'key', (line) => lines.push(line))).toBeUndefined();
    writeCache('spirv', 'key', new Uint8Array(8));
    expect(readCache('spirv', 'key', (line) => lines.push(line))).toEqual(new Uint8Array(8));
    expect(lines).toEqual([]);
  },
);

test('of too many files those that were not used for the longest time are thrown away', () => {
  const kind = path.join(folder, 'spirv');
  mkdirSync(kind);
  const old = Array.from({ length: 2000 }, (_, at) => path.join(kind, `file ${String(at).padStart(4, '0')}`));
  for (const [at, file] of old.entries()) {
    writeFileSync(file, '');
    utimesSync(file, at, at);
  }
  writeCache('spirv', 'key', new Uint8Array(4));
  expect(readdirSync(kind).sort()).toEqual([...old.slice(501).map((file) => path.basename(file)), 'key']);
});

test('what is read counts as used', () => {
  writeCache('spirv', 'key', new Uint8Array(4));
  const file = path.join(folder, 'spirv', 'key');
  utimesSync(file, 1, 1);
  expect(readCache('spirv', 'key')).toEqual(new Uint8Array(4));
  expect(Date.now() - statSync(file).mtimeMs).toBeLessThan(60_000);
});
