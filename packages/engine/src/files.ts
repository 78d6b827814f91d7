/**
 * @file Files, whole or not at all: one is written beside its place, synced, and renamed, so that a name stands for the old
 * file or for the new one, never for half of one. A symbolic link stays, and what it points at is written so. And what a failure
 * of the file system means, in words.
 */
import { createHash, randomBytes } from 'node:crypto';
import { readdirSync, readlinkSync, realpathSync, rmSync, statSync } from 'node:fs';
import { mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';

const WRITE_REASONS: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full; free some space, or write elsewhere',
  EFBIG: 'it is larger than files may be here; raise the limit (ulimit -f), or write elsewhere',
  EDQUOT: 'the quota of the disk is used up; free some space, or write elsewhere',
  EACCES: 'its folder may not be written; change its permissions, or write elsewhere',
  EPERM: 'its folder may not be written; change its permissions, or write elsewhere',
  EROFS: 'the disk is read-only; write elsewhere',
  ENOENT: 'its folder cannot be made there; write elsewhere',
  ENOTDIR: 'a part of its path is a file; write elsewhere',
  EEXIST: 'a part of its path is a file; write elsewhere',
  EISDIR: 'it is a folder; give the path of a file',
  ENAMETOOLONG: 'its name is too long; give a shorter one',
  ELOOP: 'it is a link that leads to itself; give the path of a file',
};

const readReasons = (endings: string): Readonly<Record<string, string>> => ({
  ENOENT: `there is no such file; give the path of a ${endings} file`,
  ENOTDIR: `a part of its path is a file; give the path of a ${endings} file`,
  EISDIR: 'it is a folder; give the path of a file',
  EACCES: 'permission is denied; change its permissions, or copy it',
  EPERM: 'permission is denied; change its permissions, or copy it',
});

function reason(reasons: Readonly<Record<string, string>>, error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return reasons[code ?? ''] ?? message;
}

/** Why something couldn't be written, and what helps: the end of a sentence that names it. */
export function whyNotWritten(error: unknown): string {
  return reason(WRITE_REASONS, error);
}

/** Why a grid file, which ends in one of these, couldn't be read, and what helps: the end of a sentence that names it. */
export function whyNotRead(error: unknown, endings = '.nvdb or .vdb'): string {
  return reason(readReasons(endings), error);
}

/** Reads a file's bytes. A device (`/dev/zero`) is refused: it may have no end. `whyNotRead` says what it throws. */
export async function readWhole(file: string): Promise<Uint8Array> {
  const facts = await stat(file);
  if (facts.isCharacterDevice() || facts.isBlockDevice()) throw new Error('it is a device; give the path of a file');
  return readFile(file);
}

async function isFolder(place: string): Promise<boolean> {
  return (await stat(place).catch(() => null))?.isDirectory() === true;
}

/** Makes a folder and those above it, one by one: Node's own `recursive` never returns where a file system refuses folders. */
export async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const above = path.dirname(folder);
    if (code === 'ENOENT' && above !== folder && !(await isFolder(above))) {
      await makeFolder(above);
      await mkdir(folder);
    } else if (!(await isFolder(folder))) throw error;
  }
}

/** Links that may stand one behind the other, as Linux has it. */
const MOST_LINKS = 40;

/** The path of a folder with links followed, as far as it is there. */
export function realFolder(folder: string): string {
  try {
    return realpathSync.native(folder); // the other one takes `link/..` for nothing
  } catch {
    const above = path.dirname(folder);
    return above === folder ? folder : path.join(realFolder(above), path.basename(folder));
  }
}

/**
 * Where a file is written: the file itself, or, where its name is a symbolic link, what that points at in the end, whether it is
 * there or not. Links in a circle are left to the file system, which refuses them.
 */
export function behindLinks(file: string): string {
  let place = path.normalize(file);
  for (let links = 0; links < MOST_LINKS; links++) {
    const link = linkAt(place);
    if (link === null) return place;
    const target = path.isAbsolute(link) ? link : `${path.dirname(place)}${path.sep}${link}`;
    place = path.join(realFolder(path.dirname(target)), path.basename(target));
  }
  return file;
}

/** What a link points at; null for what is none. */
function linkAt(place: string): string | null {
  try {
    return readlinkSync(place);
  } catch {
    return null;
  }
}

/** Throws for what isn't a file but may stand in a file's place: a file would take the place of a device. */
function checkPlace(place: string, file: string): void {
  const facts = statSync(place, { throwIfNoEntry: false });
  if (facts === undefined || facts.isFile() || facts.isDirectory()) return;
  throw new Error(`Cannot write file "${file}": it is a device, a pipe or a socket; give the path of a file`);
}

type Content = Uint8Array | Iterable<Uint8Array> | AsyncIterable<Uint8Array>;

/** Names of what stands beside files that are being written; those of earlier versions tell no machine and no process. */
const BESIDE = /^\.(?<written>.+)\.(?:(?<host>[0-9a-f]{8})-(?<pid>\d+)-)?[0-9a-f]{8}\.part$/su;

/** The machine in those names: containers that share a folder have processes of the same numbers. */
const HOST = createHash('sha256').update(hostname()).digest('hex').slice(0, 8);

const DAY_MS = 86_400_000;

/** What stands beside files that are being written: it goes where the process exits. */
const unfinished = new Set<string>();

function dropAll(): void {
  for (const beside of unfinished) rmSync(beside, { force: true });
}

/**
 * Writes a file, or what a symbolic link of that name points at, from bytes, or from pieces of them in order, and gives its length
 * in bytes; folders are made as needed. What stands beside goes when writing fails or the process exits.
 */
export async function writeWhole(file: string, content: Content): Promise<number> {
  return placed(file, (place) => replace(place, content));
}

/**
 * Throws where `writeWhole` would: tries it beside the file's place, with nothing, and leaves that as it was, less what writers that
 * were killed have left there. Folders are made as needed. Whoever writes after hours of work asks before them.
 */
export async function tryWhole(file: string): Promise<void> {
  await placed(file, async (place) => {
    dropBeside(place);
    if (await isFolder(place)) throw new Error(`Cannot write file "${file}": ${WRITE_REASONS['EISDIR']}`);
    await besideOf(place, async (beside) => writeAll(beside, new Uint8Array()));
  });
}

/** Does something to the place of a file; what the file system has against it is said of the file. */
async function placed<T>(file: string, act: (place: string) => Promise<T>): Promise<T> {
  if (file === '') throw new Error('Cannot write file "": its path is empty; give the path of a file');
  try {
    const place = behindLinks(file);
    checkPlace(place, file);
    return await act(place);
  } catch (error) {
    // What makes the pieces may fail too, and says itself what it is.
    if ((error as NodeJS.ErrnoException).syscall === undefined) throw error;
    throw new Error(`Cannot write file "${file}": ${whyNotWritten(error)}`, { cause: error });
  }
}

/** Writes beside a file, and puts that in its place. */
async function replace(file: string, content: Content): Promise<number> {
  return besideOf(file, async (beside) => {
    const byteLength = await writeAll(beside, content);
    await rename(beside, file);
    return byteLength;
  });
}

/** Lets something be made beside a file, whose folder is made as needed; what is still there afterwards goes. */
async function besideOf<T>(file: string, make: (beside: string) => Promise<T>): Promise<T> {
  const folder = path.dirname(file);
  const name = `.${shortened(path.basename(file))}.${HOST}-${process.pid}-${randomBytes(4).toString('hex')}.part`;
  const beside = path.join(folder, name);
  if (unfinished.size === 0) process.on('exit', dropAll);
  unfinished.add(beside);
  try {
    await makeFolder(path.resolve(folder));
    return await make(beside);
  } finally {
    await rm(beside, { force: true }).catch(() => undefined);
    unfinished.delete(beside);
    if (unfinished.size === 0) process.off('exit', dropAll);
  }
}

/** A name to which some more can be added: file systems take 255 bytes. */
function shortened(name: string): string {
  return Buffer.byteLength(name) > 200 ? name.slice(0, 60) : name;
}

async function writeAll(file: string, content: Content): Promise<number> {
  const handle = await open(file, 'wx');
  try {
    await handle.writeFile(content);
    await handle.sync();
    return (await handle.stat()).size;
  } finally {
    await handle.close();
  }
}

/** Takes away what processes that were killed in the middle of writing a file left beside it. */
export function dropBeside(file: string): void {
  const place = behindLinks(file);
  const stem = shortened(path.basename(place));
  dropWhere(path.dirname(place), (written) => written === stem);
}

/**
 * Takes away what processes that were killed left beside the files of a folder whose names begin with `stem`. What others are
 * writing stays.
 */
export function dropUnfinished(folder: string, stem: string): void {
  dropWhere(folder, (written) => written.startsWith(stem));
}

/** Takes away what was left beside those files whose names `chosen` takes. */
function dropWhere(folder: string, chosen: (written: string) => boolean): void {
  try {
    for (const name of readdirSync(folder)) {
      const { written, host, pid } = BESIDE.exec(name)?.groups ?? {};
      if (written === undefined || !chosen(written)) continue;
      const beside = path.join(folder, name);
      if (pid === undefined || !isWritten(beside, host!, Number(pid))) rmSync(beside, { force: true });
    }
  } catch {
    // A folder that isn't there, or can't be read or written: whoever writes to it hears of that.
  }
}

/** Whether the process that began to write this lives; of another machine, which shares the folder, whether it wrote of late. */
function isWritten(beside: string, host: string, pid: number): boolean {
  if (host !== HOST) return Date.now() - statSync(beside).mtimeMs < DAY_MS;
  if (pid === process.pid) return unfinished.has(beside);
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
