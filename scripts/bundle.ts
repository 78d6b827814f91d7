/**
 * `npm run bundle`: one folder and one `.tar.xz` under `out/bundle` with Node, the compiled packages, what they depend
 * on and the Vulkan loader, for machines with a GPU and no network. `./halocline info` works from the unpacked folder.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly dependencies?: Record<string, string>;
  readonly optionalDependencies?: Record<string, string>;
}

const limit = 35 * 2 ** 20;
const root = fileURLToPath(new URL('../', import.meta.url));
const manifestOf = (folder: string): Manifest =>
  JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;

/** The loader that this system has, or null. */
function vulkanLoader(): string | null {
  const folders = [
    '/usr/lib/x86_64-linux-gnu',
    '/usr/lib/aarch64-linux-gnu',
    '/usr/lib64',
    '/usr/lib',
    '/usr/local/lib',
  ];
  const found = folders.map((folder) => join(folder, 'libvulkan.so.1')).find((file) => existsSync(file));
  return found === undefined ? null : realpathSync(found);
}

/** Copies a package and all that it depends on into `modules`; of our own packages only what is compiled. */
function copyPackage(name: string, modules: string, done: Set<string>): void {
  const from = join(root, 'node_modules', name);
  if (done.has(name) || !existsSync(from)) return;
  done.add(name);
  const own = name === 'halocline' || name.startsWith('@halocline/');
  const to = join(modules, name);
  mkdirSync(to, { recursive: true });
  for (const part of own ? ['package.json', 'dist'] : ['.']) {
    cpSync(join(realpathSync(from), part), join(to, part), {
      recursive: true,
      dereference: true,
      filter: (file) =>
        !file.endsWith('.map') &&
        !file.endsWith('.d.ts') &&
        !/\/(doc|vendor|test)(\/|$)/u.test(file.slice(from.length)),
    });
  }
  const manifest = manifestOf(from);
  for (const needed of Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies })) {
    copyPackage(needed, modules, done);
  }
}

const launcher = `#!/bin/sh
# Starts Halocline with the Node and, where the system has none, the Vulkan loader of this folder.
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
if [ -z "\${HALOCLINE_VULKAN_LOADER:-}" ] && ! /sbin/ldconfig -p 2>/dev/null | grep -q 'libvulkan\\.so\\.1'; then
  export HALOCLINE_VULKAN_LOADER="$here/lib/libvulkan.so.1"
fi
exec "$here/bin/node" "$here/node_modules/halocline/dist/main.js" "$@"
`;

function main(): void {
  const { version } = manifestOf(join(root, 'packages/halocline'));
  const name = `halocline-${version}-${process.platform}-${process.arch}`;
  const folder = join(root, 'out/bundle', name);
  rmSync(folder, { recursive: true, force: true });
  for (const part of ['bin', 'lib', 'examples']) mkdirSync(join(folder, part), { recursive: true });

  const node = join(folder, 'bin/node');
  cpSync(realpathSync(process.execPath), node);
  chmodSync(node, 0o755);
  spawnSync('strip', [node]);
  copyPackage('halocline', join(folder, 'node_modules'), new Set());
  const loader = vulkanLoader();
  if (loader === null) throw new Error('Cannot bundle "libvulkan.so.1": there is none here; install the Vulkan loader');
  cpSync(loader, join(folder, 'lib/libvulkan.so.1'));
  cpSync(join(root, 'examples'), join(folder, 'examples'), { recursive: true });
  for (const file of ['LICENSE', 'README.md', 'CHANGELOG.md']) cpSync(join(root, file), join(folder, file));
  writeFileSync(join(folder, 'halocline'), launcher, { mode: 0o755 });

  const archive = `${folder}.tar.xz`;
  const tar = ['-C', dirname(folder), '--owner=0', '--group=0', '--sort=name', '-cf', '-', name];
  execFileSync('sh', ['-c', 'tar "$@" | xz -T1 --x86 --lzma2=preset=9e > "$0"', archive, ...tar]);
  const size = statSync(archive).size;
  console.log(`${archive}: ${(size / 2 ** 20).toFixed(1)} MiB`);
  if (size > limit) throw new Error(`Cannot ship bundle "${name}": it has ${size} bytes; the limit is ${limit}`);
}

main();
