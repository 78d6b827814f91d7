import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { commandsFor, debianPackages } from '../setup/apt.mjs';
import { firstMissing, missingFrom } from '../setup/lock.mjs';

const linux = { os: 'linux', cpu: 'x64', libc: 'glibc' } as const;
const lock = {
  packages: {
    '': { version: '0.1.0' },
    'node_modules/a': { version: '1.0.0', integrity: 'sha512-a' },
    'node_modules/a/node_modules/b': { version: '2.0.0', integrity: 'sha512-b' },
    'node_modules/own': { link: true },
    'node_modules/tool-linux': { version: '3.0.0', optional: true, os: ['linux'], cpu: ['x64'] },
    'node_modules/tool-musl': { version: '3.0.0', optional: true, os: ['linux'], cpu: ['x64'], libc: ['musl'] },
    'node_modules/node-darwin': { version: '3.0.0', optional: true, os: 'darwin', cpu: 'x64' },
    'node_modules/part-of-wasm': { version: '4.0.0', optional: true, peer: true },
    'packages/own': { version: '0.1.0' },
  },
};
const {
  '': _root,
  'node_modules/part-of-wasm': _part,
  'node_modules/tool-musl': _musl,
  'node_modules/node-darwin': _darwin,
  ...here
} = lock.packages;

describe('what is installed is held against the lock file', () => {
  test('optional packages of other systems may be absent', () => {
    expect(firstMissing(lock, { packages: here }, linux)).toBe(null);
  });

  test('an optional package of this system may not: a user can have told npm to leave them out', () => {
    const { 'node_modules/tool-linux': _, ...rest } = here;
    expect(firstMissing(lock, { packages: rest }, linux)).toBe('node_modules/tool-linux');
  });

  test('nested packages, versions and contents count', () => {
    const { 'node_modules/a/node_modules/b': _, ...rest } = here;
    expect(firstMissing(lock, { packages: rest }, linux)).toBe('node_modules/a/node_modules/b');
    const other = { version: '1.0.1', integrity: 'sha512-a' };
    expect(firstMissing(lock, { packages: { ...here, 'node_modules/a': other } }, linux)).toBe('node_modules/a');
    const forged = { version: '1.0.0', integrity: 'sha512-c' };
    expect(firstMissing(lock, { packages: { ...here, 'node_modules/a': forged } }, linux)).toBe('node_modules/a');
  });
});

describe('an install on disk', () => {
  let folder: string;
  const write = (file: string, content: unknown): void => {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), JSON.stringify(content));
  };

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'halocline set-up '));
    write('package-lock.json', lock);
    write('node_modules/.package-lock.json', { packages: here });
    for (const path of Object.keys(here)) write(`${path}/package.json`, {});
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  test('is whole when npm recorded it and its folders are there, whoever called npm', () => {
    expect(missingFrom(folder, linux)).toBe(null);
  });

  test('is not when npm was broken off, and wrote no record or half of one', () => {
    writeFileSync(join(folder, 'node_modules/.package-lock.json'), '{ "packages": {');
    expect(missingFrom(folder, linux)).toBe('node_modules/.package-lock.json');
    rmSync(join(folder, 'node_modules'), { recursive: true });
    expect(missingFrom(folder, linux)).toBe('node_modules/.package-lock.json');
  });

  test('is what this checkout has: nothing is installed again at the next start', () => {
    expect(missingFrom(fileURLToPath(new URL('../../', import.meta.url)))).toBe(null);
  });

  test('is not when a folder was removed', () => {
    rmSync(join(folder, 'node_modules/a/node_modules'), { recursive: true });
    expect(missingFrom(folder, linux)).toBe('node_modules/a/node_modules/b');
  });
});

test('what a person has to type is one line with a command for each system', () => {
  expect(commandsFor(['vulkan'])).toMatchInlineSnapshot(
    `"Debian, Ubuntu: sudo apt install libvulkan1 mesa-vulkan-drivers · Fedora: sudo dnf install vulkan-loader mesa-vulkan-drivers · Arch: sudo pacman -S vulkan-icd-loader vulkan-swrast · macOS: brew install vulkan-loader molten-vk · Windows: winget install KhronosGroup.VulkanRT"`,
  );
  expect(commandsFor(['atomic', 'vulkan'])).toMatchInlineSnapshot(
    `"Debian, Ubuntu: sudo apt install libatomic1 libvulkan1 mesa-vulkan-drivers · Fedora: sudo dnf install libatomic vulkan-loader mesa-vulkan-drivers · Arch: sudo pacman -S gcc-libs vulkan-icd-loader vulkan-swrast · macOS: brew install vulkan-loader molten-vk · Windows: winget install KhronosGroup.VulkanRT"`,
  );
  expect(commandsFor(['atomic'])).toMatchInlineSnapshot(
    `"Debian, Ubuntu: sudo apt install libatomic1 · Fedora: sudo dnf install libatomic · Arch: sudo pacman -S gcc-libs"`,
  );
  expect(debianPackages(['atomic', 'vulkan'])).toEqual(['libatomic1', 'libvulkan1', 'mesa-vulkan-drivers']);
});

describe('package-lock.json', () => {
  const { packages } = JSON.parse(
    readFileSync(fileURLToPath(new URL('../../package-lock.json', import.meta.url)), 'utf8'),
  ) as {
    packages: Record<
      string,
      { version: string; optional?: boolean; hasInstallScript?: boolean; optionalDependencies?: Record<string, string> }
    >;
  };

  test('has the builds of each package for every system, not only for the one it was written on', () => {
    const absent = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies).filter(
        (name) => !(`node_modules/${name}` in packages) && !(`${path}/node_modules/${name}` in packages),
      ),
    );
    expect(absent).toEqual([]);
  });

  test('has one version of Node for all systems', () => {
    const nodes = Object.entries(packages).filter(([path]) =>
      /^node_modules\/node-(?:bin-)?(?:linux|darwin|win)-/u.test(path),
    );
    expect(nodes.length).toBe(5);
    expect(new Set(nodes.map(([, { version }]) => version)).size).toBe(1);
  });
});
