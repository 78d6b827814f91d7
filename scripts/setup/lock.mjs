// Whether node_modules holds what package-lock.json asks for. npm writes what it has installed to
// node_modules/.package-lock.json, last of all: an install that was broken off leaves no such file, and one that a user
// made with plain `npm ci` or `npm install` counts like ours.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const allows = (list, name) => list === undefined || [list].flat().includes(name);

/** The platform that this process runs on: `{ os, cpu, libc }` in npm's words. */
export function platformHere() {
  const libc = process.report.getReport().header.glibcVersionRuntime === undefined ? 'musl' : 'glibc';
  return { os: process.platform, cpu: process.arch, libc };
}

/**
 * Whether an entry of a lock file must be there on a platform. An optional package must where it names this platform;
 * where it names none it is a part of another that may be left out.
 */
function isWanted({ optional, os, cpu, libc }, platform) {
  if (optional !== true) return true;
  return (
    (os ?? cpu) !== undefined && allows(os, platform.os) && allows(cpu, platform.cpu) && allows(libc, platform.libc)
  );
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

/** Where npm records what it has installed. */
export const npmRecord = 'node_modules/.package-lock.json';

/** What the install under `root` lacks: a package, or npm's record of it all; null where it is whole. */
export function missingFrom(root, platform = platformHere()) {
  try {
    const read = (file) => JSON.parse(readFileSync(join(root, file), 'utf8'));
    const installed = read(npmRecord);
    const absent = (path) => !existsSync(join(root, path, 'package.json'));
    return (
      firstMissing(read('package-lock.json'), installed, platform) ??
      Object.keys(installed.packages).find(absent) ??
      null
    );
  } catch {
    return npmRecord; // there is none, or it is cut off
  }
}
