import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Who may import whom: the rooms below, outside packages, and whether Node's own modules. */
const rooms: Record<string, { below: string[]; outside: string[]; node: boolean }> = {
  vulkan: { below: [], outside: ['koffi'], node: true },
  stencil: { below: [], outside: [], node: false },
  vdb: { below: [], outside: ['fflate'], node: false },
  gpu: { below: ['vulkan'], outside: ['@webgpu/glslang'], node: true },
  engine: { below: ['gpu', 'stencil', 'vdb'], outside: [], node: true },
  fluids: { below: ['engine', 'stencil', 'vdb'], outside: [], node: false },
  render: { below: ['gpu', 'vdb', 'engine'], outside: [], node: true },
  lua: { below: ['gpu', 'stencil', 'vdb', 'engine', 'fluids', 'render'], outside: ['wasmoon'], node: true },
  halocline: {
    below: ['vulkan', 'gpu', 'stencil', 'vdb', 'engine', 'fluids', 'render', 'lua'],
    outside: [],
    node: true,
  },
};

const sources = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => join(entry.parentPath, entry.name));

const importsOf = (text: string): string[] =>
  [
    ...text
      .replaceAll(/^\s*(?:\/\/|\*).*$/gmu, '')
      .matchAll(
        /(?:^|\n)\s*(?:import|export)\s[^'"`;]*?from\s*'([^']+)'|\bimport\(\s*'([^']+)'\s*\)|(?:^|\n)import\s*'([^']+)'/gu,
      ),
  ].map((match) => match[1] ?? match[2] ?? match[3]!);

/** The package of an import: `@halocline/stencil/trace` is an entry of `@halocline/stencil`. */
const packageOf = (name: string): string => name.split('/', name.startsWith('@') ? 2 : 1).join('/');

describe.each(Object.entries(rooms))('room %s', (room, { below, outside, node }) => {
  const folder = join(root, 'packages', room);
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    dependencies?: Record<string, string>;
  };

  test('depends on what the table says', () => {
    const allowed = [...below.map((name) => `@halocline/${name}`), ...outside];
    expect(Object.keys(manifest.dependencies ?? {}).toSorted()).toEqual(allowed.toSorted());
  });

  test('imports nothing else', () => {
    const wrong = sources(join(folder, 'src')).flatMap((file) =>
      importsOf(readFileSync(file, 'utf8'))
        .filter((name) => !name.startsWith('.'))
        .filter((name) => (name.startsWith('node:') ? !node : !(packageOf(name) in (manifest.dependencies ?? {}))))
        .map((name) => `${relative(root, file)} imports ${name}`),
    );
    expect(wrong).toEqual([]);
  });
});

test('only ffi.ts of vulkan says koffi', () => {
  const files = sources(join(root, 'packages/vulkan/src')).filter((file) =>
    importsOf(readFileSync(file, 'utf8')).includes('koffi'),
  );
  expect(files.map((file) => relative(root, file))).toEqual(['packages/vulkan/src/ffi.ts']);
});

test('only lua-state.ts of lua says wasmoon', () => {
  const files = sources(join(root, 'packages/lua/src')).filter((file) =>
    importsOf(readFileSync(file, 'utf8')).includes('wasmoon'),
  );
  expect(files.map((file) => relative(root, file))).toEqual(['packages/lua/src/machine/lua-state.ts']);
});

test('the lock file names no place to download from', () => {
  expect(readFileSync(join(root, 'package-lock.json'), 'utf8')).not.toMatch(/"resolved": "https?:/u);
});

test('every package that is published brings the licence and a page about itself', () => {
  const licence = readFileSync(join(root, 'LICENSE'), 'utf8');
  for (const room of Object.keys(rooms)) {
    expect(readFileSync(join(root, 'packages', room, 'LICENSE'), 'utf8'), room).toBe(licence);
    expect(readFileSync(join(root, 'packages', room, 'README.md'), 'utf8'), room).toMatch(/^# /u);
  }
});
