/**
 * `npm run bundle`: one folder and one `.tar.xz` under `out/bundle` with Node, the compiled packages, what they depend
 * on, the Vulkan loader and a library that Node needs, for machines with a GPU and no network. `./halocline info` works from the
 * unpacked folder.
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
/** How `ldconfig -p` marks libraries for this processor. */
const hostAbi = process.arch === 'arm64' ? 'AArch64' : 'x86-64';
const manifestOf = (folder: string): Manifest =>
  JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;

/** A library as this system's linker finds it, or where distributions keep it. */
function systemLibrary(name: string, debianPackage: string): string {
  const known = spawnSync('/sbin/ldconfig', ['-p'], { encoding: 'utf8' }).stdout ?? '';
  const line = known.split('\n').find((each) => each.trim().startsWith(`${name} `) && each.includes(hostAbi));
  const file = line?.split(' => ')[1];
  if (file === undefined || !existsSync(file)) {
    throw new Error(`Cannot bundle "${name}": there is none here; install it (Debian: ${debianPackage})`);
  }
  return realpathSync(file);
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
# Starts Halocline with the Node and, where the system has none, the libraries of this folder.
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
known=$(/sbin/ldconfig -p 2>/dev/null || :)
case "$known" in
  *libvulkan.so.1*) ;;
  *) export HALOCLINE_VULKAN_LOADER="\${HALOCLINE_VULKAN_LOADER:-$here/lib/libvulkan.so.1}" ;;
esac
# Node needs this library, which small systems lack.
case "$known" in
  *libatomic.so.1*) ;;
  *) export LD_LIBRARY_PATH="$here/lib/node\${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}" ;;
esac
exec "$here/bin/node" "$here/node_modules/halocline/dist/main.js" "$@"
`;

function main(): void {
  const { version } = manifestOf(join(root, 'packages/halocline'));
  const name = `halocline-${version}-${process.platform}-${process.arch}`;
  const folder = join(root, 'out/bundle', name);
  rmSync(folder, { recursive: true, force: true });
  for (const part of ['bin', 'lib/node', 'examples']) mkdirSync(join(folder, part), { recursive: true });

  const node = join(folder, 'bin/node');
  cpSync(realpathSync(process.execPath), node);
  chmodSync(node, 0o755);
  spawnSync('strip', [node]);
  copyPackage('halocline', join(folder, 'node_modules'), new Set());
  cpSync(systemLibrary('libvulkan.so.1', 'libvulkan1'), join(folder, 'lib/libvulkan.so.1'));
  cpSync(systemLibrary('libatomic.so.1', 'libatomic1'), join(folder, 'lib/node/libatomic.so.1'));
  for (const name of ['libvulkan1', 'libatomic1']) {
    const terms = `/usr/share/doc/${name}/copyright`;
    if (existsSync(terms)) cpSync(terms, join(folder, `lib/${name}.copyright`));
  }
  cpSync(join(root, 'examples'), join(folder, 'examples'), { recursive: true });
  for (const file of ['LICENSE', 'README.md', 'CHANGELOG.md']) cpSync(join(root, file), join(folder, file));
  writeFileSync(join(folder, 'halocline'), launcher, { mode: 0o755 });

  for (const program of ['tar', 'xz']) {
    if (spawnSync(program, ['--version']).status !== 0) {
      throw new Error(`Cannot pack bundle "${name}": there is no ${program} here; install it (Debian: tar, xz-utils)`);
    }
  }
  const archive = `${folder}.tar.xz`;
  const tar = ['-C', dirname(folder), '--owner=0', '--group=0', '--sort=name', '-cf', '-', name];
  execFileSync('sh', ['-c', 'tar "$@" | xz -T1 --x86 --lzma2=preset=9e > "$0"', archive, ...tar]);
  const size = statSync(archive).size;
  console.log(`${archive}: ${(size / 2 ** 20).toFixed(1)} MiB`);
  if (size > limit) throw new Error(`Cannot ship bundle "${name}": it has ${size} bytes; the limit is ${limit}`);
}

try {
  main();
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
