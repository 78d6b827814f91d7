// Whether node_modules holds what package-lock.json asks for. npm writes what it has installed to
// node_modules/.package-lock.json, last of all: an install that was broken off leaves no such file, and one that a user
// made with plain `npm ci` or `npm install` counts like ours.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const allows = (list, name) => list === undefined || [list].flat().includes(name);

/**
 * Whether an entry of a lock file must be there on a platform: `{ os, cpu }` as Node names them. An optional package must
 * where it names this platform. Where it names none it is a part of another that may be left out, and which of two C
 * libraries a system has is npm's to find out.
 */
function isWanted({ optional, os, cpu, libc }, platform) {
  if (optional !== true) return true;
  return (os ?? cpu) !== undefined && libc === undefined && allows(os, platform.os) && allows(cpu, platform.cpu);
}

/**
 * The first package of a lock file that is missing or another among what is installed; null where all are there. Both
 * are parsed lock files of npm, version 3.
 */
export function firstMissing(lock, installed, platform) {
  for (const [path, entry] of Object.entries(lock.packages)) {
    if (!path.startsWith('node_modules/') || !isWanted(entry, platform)) continue;
    const found = installed.packages[path];
    if (found === undefined || found.version !== entry.version || found.integrity !== entry.integrity) return path;
  }
  return null;
}

/** Whether the install under `root` is whole: npm's record agrees with the lock file, and every folder of it exists. */
export function isInstalled(root, platform = { os: process.platform, cpu: process.arch }) {
  try {
    const read = (file) => JSON.parse(readFileSync(join(root, file), 'utf8'));
    const installed = read('node_modules/.package-lock.json');
    if (firstMissing(read('package-lock.json'), installed, platform) !== null) return false;
    return Object.keys(installed.packages).every((path) => existsSync(join(root, path, 'package.json')));
  } catch {
    return false; // no record, or one that is cut off
  }
}
