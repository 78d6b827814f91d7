/**
 * @file `halocline doctor`: goes through what a simulation needs, from the loader up, and for each thing that is wrong
 * tells the command that mends it. Exit code 0 when a simulation can run.
 */
import { existsSync } from 'node:fs';
import { listDevices, type DeviceReport } from '@halocline/gpu';
import { arena, enumerate, openLoader, VkLayerProperties, type Loader } from '@halocline/vulkan';
import { type Words } from './command.ts';
import { bytes } from './table.ts';

/** One finding: `ok`, a `hint` that may be left alone, or `bad`. */
interface Finding {
  readonly state: 'ok' | 'hint' | 'bad';
  readonly what: string;
  readonly found: string;
  /** The command or act that mends it. */
  readonly mend?: string;
}

/** The command that installs something, for the system we run on. */
function installCommand(packages: { apt: string; dnf: string; pacman: string; brew: string; winget: string }): string {
  if (process.platform === 'darwin') return `brew install ${packages.brew}`;
  if (process.platform === 'win32') return `winget install ${packages.winget}`;
  return `sudo apt install ${packages.apt} (Fedora: sudo dnf install ${packages.dnf}; Arch: sudo pacman -S ${packages.pacman})`;
}

const loaderCommand = installCommand({
  apt: 'libvulkan1',
  dnf: 'vulkan-loader',
  pacman: 'vulkan-icd-loader',
  brew: 'vulkan-loader molten-vk',
  winget: 'KhronosGroup.VulkanRT',
});
const driverCommand = installCommand({
  apt: 'mesa-vulkan-drivers',
  dnf: 'mesa-vulkan-drivers',
  pacman: 'vulkan-swrast',
  brew: 'molten-vk',
  winget: 'KhronosGroup.VulkanRT',
});
const layerCommand = installCommand({
  apt: 'vulkan-validationlayers',
  dnf: 'vulkan-validation-layers',
  pacman: 'vulkan-validation-layers',
  brew: 'vulkan-validationlayers',
  winget: 'KhronosGroup.VulkanSDK',
});

function findLoader(): Loader | Finding {
  try {
    return openLoader();
  } catch (error) {
    const given = process.env['HALOCLINE_VULKAN_LOADER'];
    const found = (error as Error).message.replace(/;.*/u, '');
    const mend = given === undefined ? loaderCommand : 'unset HALOCLINE_VULKAN_LOADER';
    return { state: 'bad', what: 'loader', found, mend };
  }
}

function loaderVersion(loader: Loader): string {
  return arena.scope(() => {
    const out = arena.u32();
    loader.vkEnumerateInstanceVersion(out);
    const version = arena.readU32(out);
    return `${version >>> 22}.${(version >>> 12) & 0x3ff}.${version & 0xfff}`;
  });
}

function layerFinding(loader: Loader): Finding {
  const layers = enumerate(VkLayerProperties, loader.vkEnumerateInstanceLayerProperties);
  const layer = layers.find((one) => one.layerName === 'VK_LAYER_KHRONOS_validation');
  if (layer === undefined) {
    return {
      state: 'hint',
      what: 'validation layer',
      found: 'not installed; only --validation needs it',
      mend: layerCommand,
    };
  }
  const version = layer.specVersion;
  const text = `${version >>> 22}.${(version >>> 12) & 0x3ff}.${version & 0xfff}`;
  return { state: 'ok', what: 'validation layer', found: `VK_LAYER_KHRONOS_validation ${text}` };
}

/**
 * NVIDIA's driver file names libGLX_nvidia.so.0, which needs the libraries of X11; where those are missing the driver
 * does not load, while libEGL_nvidia.so.0 would.
 */
function driverMend(): string {
  const variable = ['VK_DRIVER_FILES', 'VK_ICD_FILENAMES'].find((name) => process.env[name]);
  if (variable !== undefined) {
    const files = process.env[variable]!.split(process.platform === 'win32' ? ';' : ':');
    const gone = files.find((one) => one !== '' && !existsSync(one));
    const what = gone === undefined ? 'names no driver that loads' : `names ${gone}, which is not there`;
    return `unset ${variable} (it ${what})`;
  }
  const file = ['/etc/vulkan/icd.d/nvidia_icd.json', '/usr/share/vulkan/icd.d/nvidia_icd.json'].find((one) =>
    existsSync(one),
  );
  if (file === undefined) return `install your GPU's driver, or a software one: ${driverCommand}`;
  return `sed s/libGLX_nvidia/libEGL_nvidia/ ${file} > ~/nvidia_icd.json && export VK_DRIVER_FILES=~/nvidia_icd.json (NVIDIA's driver without X11)`;
}

function deviceFindings(devices: readonly DeviceReport[]): Finding[] {
  if (devices.length === 0) {
    return [{ state: 'bad', what: 'driver', found: 'the loader finds none', mend: driverMend() }];
  }
  const findings = devices.map((device): Finding =>
    device.missing.length === 0
      ? {
          state: 'ok',
          what: `device #${device.index}`,
          found: `${device.name}, ${device.kind}, Vulkan ${device.apiVersion}, ${bytes(device.memory.deviceBytes)}`,
        }
      : {
          state: 'hint',
          what: `device #${device.index}`,
          found: `${device.name} can't be used: ${device.missing.join('; ')}`,
          mend: 'update its driver',
        },
  );
  const usable = devices.filter((device) => device.missing.length === 0);
  if (usable.length === 0) {
    findings.push({
      state: 'bad',
      what: 'device',
      found: 'none can be used',
      mend: `update the driver, or install a software one: ${driverCommand}`,
    });
  } else if (usable.every((device) => device.kind === 'cpu')) {
    findings.push({
      state: 'hint',
      what: 'speed',
      found: 'a software driver alone: right, but some hundred times slower than a GPU',
      mend: "install your GPU's own driver, if there is a GPU",
    });
  }
  return findings;
}

function diagnose(): Finding[] {
  const findings: Finding[] = [{ state: 'ok', what: 'Node', found: `${process.versions.node} at ${process.execPath}` }];
  const loader = findLoader();
  if ('state' in loader) return [...findings, loader];
  findings.push({ state: 'ok', what: 'loader', found: `${loader.path}, Vulkan ${loaderVersion(loader)}` });
  findings.push(layerFinding(loader));
  try {
    findings.push(...deviceFindings(listDevices()));
  } catch (error) {
    const found = (error as Error).message.replace(/;.*/u, '');
    findings.push({ state: 'bad', what: 'driver', found, mend: driverMend() });
  }
  return findings;
}

/** Does what the words ask for, and gives the exit code. */
export async function run(words: Words): Promise<number> {
  const findings = diagnose();
  const healthy = findings.every((finding) => finding.state !== 'bad');
  if (words.has('json')) process.stdout.write(`${JSON.stringify({ healthy, findings }, null, 2)}\n`);
  else {
    const width = Math.max(...findings.map((finding) => finding.what.length));
    for (const { state, what, found, mend } of findings) {
      process.stdout.write(`${state.padEnd(4)}  ${what.padEnd(width)}  ${found}\n`);
      if (mend !== undefined) process.stdout.write(`${' '.repeat(width + 8)}mend: ${mend}\n`);
    }
    process.stdout.write(healthy ? 'A simulation can run here\n' : 'A simulation cannot run here yet\n');
  }
  return healthy ? 0 : 1;
}
