/**
 * @file A small cache of files: bytes behind their own SHA-256, so that a file that was cut or overwritten is seen and thrown
 * away; written beside and renamed, so that several processes at once see whole files only. A cache may always fail: then
 * the work is done again. What nobody used for the longest time goes when there are too many.
 */

import { createHash, randomUUID } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { valueText, warn } from './printing.ts';

/** What a cache file holds: compiled shaders, compiled stencils, a driver's pipelines, or what was measured between two devices. */
export type CacheKind = 'spirv' | 'stencils' | 'pipelines' | 'transports';

const KINDS: readonly CacheKind[] = ['spirv', 'stencils', 'pipelines', 'transports'];
const DIGEST_BYTES = 32;
/** Files of a kind up to which all are kept; beyond, those that were not used for the longest time go. */
const MAX_FILES = 2000;
/** How long a file counts as just used, in milliseconds: reading it needn't say so again. */
const USED_MS = 24 * 3600 * 1000;
/** The folders that this process has looked through. */
const tidied = new Set<string>();
/** The folders of which was told that nothing can be kept there. */
const told = new Set<string>();

/** The folder: $HALOCLINE_CACHE ("off": none), else $XDG_CACHE_HOME/halocline, else ~/.cache/halocline. */
export function cacheFolder(env: Readonly<Record<string, string | undefined>> = process.env): string | undefined {
  const own = env['HALOCLINE_CACHE'];
  if (own === 'off') return undefined;
  if (own) return path.resolve(own);
  const xdg = env['XDG_CACHE_HOME'];
  return path.join(xdg && path.isAbsolute(xdg) ? xdg : path.join(homedir(), '.cache'), 'halocline');
}

/** What a file system says of a file that isn't there, or is somebody else's: `writeCache` tells where none can be kept. */
const NOTHING_KEPT: ReadonlySet<string> = new Set(['ENOENT', 'ENOTDIR', 'EACCES', 'EPERM']);

/**
 * The bytes kept under a key, in a buffer of their own; undefined if there are none or they are broken: then the file is
 * removed, and `log` gets a line; default: stderr.
 */
export function readCache(
  kind: CacheKind,
  key: string,
  log: (line: string) => void = warn,
): Uint8Array<ArrayBuffer> | undefined {
  const file = cacheFile(kind, key);
  if (!file) return undefined;
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'EISDIR') log(`Cannot use cache file "${file}": it is a folder; remove it`);
    else if (!NOTHING_KEPT.has(code ?? '')) log(`Cannot use cache file "${file}": ${message}; remove it`);
    return undefined;
  }
  const payload = new Uint8Array(bytes.subarray(DIGEST_BYTES));
  if (bytes.byteLength > DIGEST_BYTES && digest(payload).equals(bytes.subarray(0, DIGEST_BYTES))) {
    noteUse(file);
    return payload;
  }
  remove(file);
  log(`Cannot use cache file "${file}": its bytes are not those that were written; it was thrown away`);
  return undefined;
}

/** Keeps bytes under a key. A folder that can't be written is not an error: nothing is kept, and `log` gets a line, once a process. */
export function writeCache(kind: CacheKind, key: string, view: ArrayBufferView, log?: (line: string) => void): void {
  const file = cacheFile(kind, key);
  if (!file) return;
  if (!ArrayBuffer.isView(view)) throw new TypeError(`Cannot keep ${valueText(view)} in the cache: give a typed array`);
  const payload = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
  const beside = `${file}.${process.pid}.${randomUUID()}`;
  try {
    makeFolder(path.dirname(file));
    writeFileSync(beside, Buffer.concat([digest(payload), payload]));
    renameSync(beside, file);
    tidy(path.dirname(file));
  } catch (error) {
    remove(beside);
    const folder = path.dirname(file);
    if (!log || told.has(folder)) return;
    told.add(folder);
    const why = error instanceof Error ? error.message : String(error);
    log(
      `Cannot keep cache files in "${folder}": ${why}; set HALOCLINE_CACHE to a folder that can be written, or to "off"`,
    );
  }
}

/**
 * Makes a folder, and those that it stands in, from the first that isn't there. Node's own recursive way tries for ever where a file
 * system takes none, such as /proc.
 */
export function makeFolder(folder: string): void {
  if (existsSync(folder)) return;
  const parent = path.dirname(folder);
  if (parent !== folder) makeFolder(parent);
  try {
    mkdirSync(folder);
  } catch (error) {
    // Another process was faster.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

/** Makes a file the one that was used last. */
function noteUse(file: string): void {
  try {
    const now = Date.now();
    if (now - statSync(file).mtimeMs > USED_MS) utimesSync(file, now / 1000, now / 1000);
  } catch {
    // It is thrown away a little earlier.
  }
}

/**
 * Once a process and folder: where it has too many files, those that were not used for the longest time are thrown away, down to
 * three quarters.
 */
function tidy(folder: string): void {
  if (tidied.has(folder)) return;
  tidied.add(folder);
  const files = readdirSync(folder).map((name) => path.join(folder, name));
  if (files.length <= MAX_FILES) return;
  const used = new Map(files.map((file) => [file, statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0]));
  files.sort((one, other) => used.get(one)! - used.get(other)!);
  for (const file of files.slice(0, files.length - (MAX_FILES * 3) / 4)) remove(file);
}

function remove(file: string): void {
  try {
    rmSync(file, { force: true });
  } catch {
    // A folder that can't be written keeps its rubbish; it is never believed.
  }
}

function cacheFile(kind: CacheKind, key: string): string | undefined {
  if (!KINDS.includes(kind) || typeof key !== 'string') {
    const what = KINDS.includes(kind)
      ? `key is ${valueText(key)}`
      : `kind "${valueText(kind)}" is none of ${KINDS.join(', ')}`;
    throw new TypeError(`Cannot name a cache file: ${what}; give a kind, and a text for its key`);
  }
  const folder = cacheFolder();
  return folder === undefined ? undefined : path.join(folder, kind, key);
}

function digest(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest();
}
