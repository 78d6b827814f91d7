// Finds a Vulkan driver, or installs Debian's software one where that needs no question; says what to do elsewhere.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { aptInstall, commandsFor, debianPackages, missingPackages } from './apt.mjs';
import { fail, root } from './process.mjs';

/** What only tests use: the validation layer, and outside judges of what we write. Tests skip in words without them. */
const testPackages = [
  'vulkan-validationlayers',
  'libnanovdb-tools',
  'libopenvdb-tools',
  'python3-openvdb',
  'spirv-tools',
  'glslang-tools',
];

/** What the Vulkan loader finds: `{ devices: [{ name, kind, usable }], reason }`. */
function lookForVulkan(node) {
  const script = join(root, 'scripts', 'setup', 'devices.ts');
  const result = spawnSync(node, ['--conditions=@halocline/source', script], { cwd: root, encoding: 'utf8' });
  if (result.status !== 0) {
    return fail(`Cannot look for Vulkan devices: ${result.stderr.trim() || `the driver ended with ${result.signal}`}`);
  }
  return JSON.parse(result.stdout.slice(result.stdout.indexOf('{"devices"')));
}

const isUsable = (device) => device.usable;
const isGpu = (device) => device.usable && device.kind !== 'cpu';

/** Makes sure that there is a Vulkan device, or tells in a line why not; where a GPU is present nothing is installed. */
export function ensureVulkan(node, { forTests = false } = {}) {
  let found = lookForVulkan(node);
  if (found.devices.some(isGpu)) return null;
  if (!found.devices.some(isUsable)) {
    const failure = aptInstall(debianPackages(['vulkan']));
    if (failure !== null) {
      const reason = found.reason.split('; ')[0];
      return `Cannot find a Vulkan driver: ${reason}; ${failure}: install one yourself (${commandsFor(['vulkan'])})`;
    }
    found = lookForVulkan(node);
    if (!found.devices.some(isUsable)) {
      return `Cannot use Vulkan: ${found.reason}; npm run halocline -- doctor tells more`;
    }
  }
  if (forTests) installTestPackages();
  return null;
}

/** Installs what only tests use, once: a package that this system does not have is not asked for at each start. */
function installTestPackages() {
  const tried = join(root, '.cache', 'test-packages');
  const asked = existsSync(tried) ? readFileSync(tried, 'utf8').split('\n') : [];
  const names = testPackages.filter((name) => !asked.includes(name));
  const missing = names.length === 0 ? [] : missingPackages(names);
  if (missing.length > 0) {
    const skip = (packages, why) =>
      process.stdout.write(`Without ${packages.join(' ')} (${why}): the tests that need them are skipped\n`);
    const failure = aptInstall(missing, (unknown) => skip(unknown, 'apt does not know them here'));
    if (failure !== null) return skip(missing, failure);
  }
  mkdirSync(join(root, '.cache'), { recursive: true });
  writeFileSync(tried, [...asked, ...names].join('\n'));
}
