// Finds a Vulkan driver, or installs Debian's software one where that needs no question; says what to do elsewhere.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fail, root } from './install.mjs';

const driverPackages = ['libvulkan1', 'mesa-vulkan-drivers'];
/** What only tests use: the validation layer, and outside judges of what we write. Tests skip in words without them. */
const testPackages = [
  'vulkan-validationlayers',
  'libnanovdb-tools',
  'libopenvdb-tools',
  'spirv-tools',
  'glslang-tools',
];
const byHand = [
  'Debian, Ubuntu: sudo apt install libvulkan1 mesa-vulkan-drivers',
  'Fedora: sudo dnf install vulkan-loader mesa-vulkan-drivers',
  'Arch: sudo pacman -S vulkan-icd-loader vulkan-swrast',
  'macOS: brew install vulkan-loader molten-vk',
  'Windows: winget install KhronosGroup.VulkanRT',
].join(' · ');

/** What the Vulkan loader finds: `{ devices: [{ name, kind, usable }] }`, or null where there is no loader. */
function lookForVulkan(node) {
  const script = join(root, 'scripts', 'setup', 'devices.ts');
  const result = spawnSync(node, ['--conditions=@halocline/source', script], { cwd: root, encoding: 'utf8' });
  if (result.status !== 0) return fail(`Cannot look for Vulkan devices: ${result.stderr.trim()}`);
  return JSON.parse(result.stdout);
}

/** How to run apt-get without asking anyone: a list of leading arguments, or null where that is not possible. */
function aptCommand() {
  if (process.platform !== 'linux' || spawnSync('apt-get', ['--version']).status !== 0) return null;
  if (process.getuid() === 0) return ['apt-get'];
  return spawnSync('sudo', ['-n', 'true']).status === 0 ? ['sudo', '-n', 'apt-get'] : null;
}

function aptInstall(apt, packages) {
  process.stdout.write(`Installing ${packages.join(' ')} (apt) …\n`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const run = (args) => spawnSync(apt[0], [...apt.slice(1), ...args], { env, stdio: 'ignore' }).status === 0;
  const install = ['install', '-y', '--no-install-recommends', ...packages];
  return run(install) || (run(['update']) && run(install));
}

function isInstalled(name) {
  return (
    spawnSync('dpkg-query', ['-W', '-f', '${db:Status-Status}', name], { encoding: 'utf8' }).stdout === 'installed'
  );
}

/** Makes sure that there is a Vulkan device; where a GPU is present nothing is installed. */
export function ensureVulkan(node, { forTests = false } = {}) {
  let found = lookForVulkan(node);
  if (found.devices.some((device) => device.usable && device.kind !== 'cpu')) return;
  const apt = aptCommand();
  if (!found.devices.some((device) => device.usable)) {
    if (apt === null || !aptInstall(apt, driverPackages)) {
      fail(`Cannot find a Vulkan driver: ${found.reason}; install one (${byHand})`);
    }
    found = lookForVulkan(node);
    if (!found.devices.some((device) => device.usable))
      fail(`Cannot use Vulkan: ${found.reason}; try halocline doctor`);
  }
  if (forTests && apt !== null) installTestPackages(apt);
}

/** Installs what only tests use, once: a package that this system does not have is not asked for at each start. */
function installTestPackages(apt) {
  const tried = join(root, '.cache', 'test-packages');
  const asked = existsSync(tried) ? readFileSync(tried, 'utf8').split('\n') : [];
  const missing = testPackages.filter((name) => !asked.includes(name) && !isInstalled(name));
  if (missing.length === 0) return;
  if (!aptInstall(apt, missing)) {
    for (const name of missing) {
      if (!aptInstall(apt, [name]))
        process.stdout.write(`No package ${name} here: the tests that use it are skipped\n`);
    }
  }
  mkdirSync(join(root, '.cache'), { recursive: true });
  writeFileSync(tried, testPackages.join('\n'));
}

/** Folder of layer descriptions, for `doctor` and tests. */
export function layerFiles() {
  const folder = '/usr/share/vulkan/explicit_layer.d';
  return existsSync(folder) ? readdirSync(folder) : [];
}
