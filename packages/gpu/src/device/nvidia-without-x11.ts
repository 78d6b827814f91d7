/**
 * @file NVIDIA's driver on systems without X11. The driver file that NVIDIA installs names libGLX_nvidia.so.0, which needs
 * the libraries of X11; where those are missing (servers, containers) the loader can't load it, though the same driver is
 * there as libEGL_nvidia.so.0. Then a driver file that names the latter is written, and the loader is pointed to it.
 */
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cacheFolder, makeFolder } from '../disk-cache.ts';
import { setVariable } from './process-memory.ts';

const FOLDERS = ['/etc/vulkan/icd.d', '/usr/share/vulkan/icd.d', '/usr/local/nvidia/share/vulkan/icd.d'];

/** The text of the driver file that names libGLX_nvidia, if there is one. */
function driverFile(folders: readonly string[]): string | undefined {
  for (const folder of folders) {
    try {
      const name = readdirSync(folder).find((each) => each.startsWith('nvidia') && each.endsWith('.json'));
      const text = name === undefined ? '' : readFileSync(join(folder, name), 'utf8');
      if (text.includes('libGLX_nvidia.so')) return text;
    } catch {
      // No such folder: the next may be there.
    }
  }
  return undefined;
}

/**
 * Points the loader, through VK_DRIVER_FILES of this process, to NVIDIA's library that needs no X11. Gives whether it did:
 * not where the user chose driver files, nor where NVIDIA's is not installed. Call it when no driver could be loaded.
 */
export function useNvidiaWithoutX11(
  folders: readonly string[] = FOLDERS,
  env: NodeJS.ProcessEnv = process.env,
): boolean {
  if (process.platform !== 'linux' || env['VK_DRIVER_FILES'] !== undefined || env['VK_ICD_FILENAMES'] !== undefined) {
    return false;
  }
  const text = driverFile(folders);
  if (text === undefined) return false;
  const folder = cacheFolder(env) ?? tmpdir();
  const file = join(folder, 'nvidia-without-x11.json');
  try {
    makeFolder(folder);
    writeFileSync(file, text.replace(/[^"]*libGLX_nvidia\.so/u, 'libEGL_nvidia.so'));
  } catch {
    return false;
  }
  setVariable(env, 'VK_DRIVER_FILES', file);
  setVariable(env, 'VK_ICD_FILENAMES', file);
  return true;
}
