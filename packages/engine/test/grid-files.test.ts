import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { tryWhole, whyNotWritten, writeWhole } from '../src/files.ts';
import { readGridsFrom } from '../src/grid-files.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'halocline-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('a file is written whole, into folders made for it, over what was there', async () => {
  const file = path.join(folder, 'a', 'b', 'frame.nvdb');
  await writeWhole(file, Uint8Array.of(1, 2));
  await writeWhole(file, Uint8Array.of(3));
  expect([...readFileSync(file)]).toEqual([3]);
  expect(readdirSync(path.dirname(file))).toEqual(['frame.nvdb']);
});

test('a link stays, and what it points at is written, there or not', async () => {
  const [links, there] = [path.join(folder, 'links'), path.join(folder, 'there')];
  for (const each of [links, there]) mkdirSync(each);
  const file = path.join(there, 'frame.nvdb');
  writeFileSync(file, 'old');
  symlinkSync(path.join('..', 'there', 'frame.nvdb'), path.join(links, 'near'));
  symlinkSync(path.join(links, 'near'), path.join(links, 'latest.nvdb'));
  await writeWhole(path.join(links, 'latest.nvdb'), Uint8Array.of(1, 2));
  expect([...readFileSync(file)]).toEqual([1, 2]);
  symlinkSync(path.join(there, 'none', 'new.nvdb'), path.join(links, 'dangling.nvdb'));
  await writeWhole(path.join(links, 'dangling.nvdb'), Uint8Array.of(3));
  expect([...readFileSync(path.join(there, 'none', 'new.nvdb'))]).toEqual([3]);
  // `..` is of the folder that a link of a folder points at.
  symlinkSync(path.join(there, 'none'), path.join(links, 'folder'));
  symlinkSync('folder/../above.nvdb', path.join(links, 'above.nvdb'));
  await writeWhole(path.join(links, 'above.nvdb'), Uint8Array.of(4));
  expect([...readFileSync(path.join(there, 'above.nvdb'))]).toEqual([4]);
  expect(readdirSync(there)).toEqual(['above.nvdb', 'frame.nvdb', 'none']);
  const kinds = readdirSync(links).map((name) => lstatSync(path.join(links, name)).isSymbolicLink());
  expect(kinds).toEqual([true, true, true, true, true]);
});

test('links in a circle, and what is no file, are refused', async () => {
  const [one, other] = [path.join(folder, 'one.nvdb'), path.join(folder, 'other.nvdb')];
  symlinkSync(one, other);
  symlinkSync(other, one);
  await expect(writeWhole(one, Uint8Array.of(1))).rejects.toThrow(
    new Error(`Cannot write file "${one}": it is a link that leads to itself; give the path of a file`),
  );
  const nothing = path.join(folder, 'null.nvdb');
  symlinkSync('/dev/null', nothing);
  await expect(writeWhole(nothing, Uint8Array.of(1))).rejects.toThrow(
    new Error(`Cannot write file "${nothing}": it is a device, a pipe or a socket; give the path of a file`),
  );
  expect(statSync('/dev/null').isCharacterDevice()).toBe(true);
});

test('whether a file can be written is known before there is any of it', async () => {
  const asked = path.join(folder, 'asked');
  await tryWhole(path.join(asked, 'new.nvdb'));
  expect(readdirSync(asked)).toEqual([]);
  const old = path.join(asked, 'old.nvdb');
  await writeWhole(old, Uint8Array.of(1, 2));
  await tryWhole(old);
  expect([...readFileSync(old)]).toEqual([1, 2]);
  const refuses = (file: string, why: string): Promise<void> =>
    expect(tryWhole(file)).rejects.toThrow(new Error(`Cannot write file "${file}": ${why}`));
  await refuses(path.join(old, 'c.nvdb'), 'a part of its path is a file; write elsewhere');
  await refuses(asked, 'it is a folder; give the path of a file');
  await refuses(path.join(asked, 'n'.repeat(300)), 'its name is too long; give a shorter one');
  expect(readdirSync(asked)).toEqual(['old.nvdb']);
});

test('what killed writers left beside a file goes where it is tried, and what others write stays', async () => {
  const place = path.join(folder, 'killed');
  mkdirSync(place);
  const { pid } = spawnSync(process.execPath, ['--version']);
  const host = createHash('sha256').update(hostname()).digest('hex').slice(0, 8);
  const long = 'n'.repeat(240);
  const elsewhere = [`.run.nvdb.00000000-${pid}-00000001.part`, `.run.nvdb.00000000-${pid}-00000002.part`] as const;
  const left = [
    '.run.nvdb.0123abcd.part',
    `.run.nvdb.${host}-${pid}-0123abcd.part`,
    `.run.nvdb.${host}-${process.pid}-0123abcd.part`,
    elsewhere[1],
  ];
  const others = [
    `.run.nvdb.${host}-${process.ppid}-00000001.part`,
    elsewhere[0],
    '.run.nvdb.part',
    '.run.nvdb.fetched.part',
    '.run.nvdb.old.0123abcd.part',
    '.other.nvdb.0123abcd.part',
    '.run.nvdb',
    'run.nvdb.0123abcd.part',
    'link.nvdb',
  ];
  symlinkSync('run.nvdb', path.join(place, 'link.nvdb'));
  for (const name of [...left, ...others.slice(0, -1)]) writeFileSync(path.join(place, name), 'half');
  const yesterday = Date.now() / 1000 - 90_000;
  utimesSync(path.join(place, elsewhere[1]), yesterday, yesterday);
  await tryWhole(path.join(place, 'link.nvdb'));
  expect(readdirSync(place).toSorted()).toEqual(others.toSorted());
  writeFileSync(path.join(place, `.${long.slice(0, 60)}.${host}-${pid}-0123abcd.part`), 'half');
  let within: string[] = [];
  async function* pieces(): AsyncGenerator<Uint8Array> {
    await tryWhole(path.join(place, long));
    within = readdirSync(place).filter((name) => name.startsWith('.nnn'));
    yield Uint8Array.of(1);
  }
  expect(await writeWhole(path.join(place, long), pieces())).toBe(1);
  const own = new RegExp(`^\\.n{60}\\.${host}-${process.pid}-[0-9a-f]{8}\\.part$`, 'u');
  expect(within).toEqual([expect.stringMatching(own)]);
});

test('a file without a name is refused', async () => {
  const line = 'Cannot write file "": its path is empty; give the path of a file';
  await expect(writeWhole('', new Uint8Array())).rejects.toThrow(new Error(line));
  await expect(tryWhole('')).rejects.toThrow(new Error(line));
});

test('a file that is larger than files may be says so', () => {
  expect(whyNotWritten(Object.assign(new Error('EFBIG: file too large, write'), { code: 'EFBIG' }))).toBe(
    'it is larger than files may be here; raise the limit (ulimit -f), or write elsewhere',
  );
});

test('a disk that fills leaves the old file and no half one', async ({ skip }) => {
  const mount = path.join(folder, 'full');
  mkdirSync(mount);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=128k', 'tmpfs', mount], { stdio: 'ignore' });
  } catch {
    skip('a small disk can’t be mounted here: it takes root');
  }
  try {
    const file = path.join(mount, 'frame.nvdb');
    writeFileSync(file, 'old');
    await expect(writeWhole(file, new Uint8Array(1 << 20))).rejects.toThrow(
      new Error(`Cannot write file "${file}": the disk is full; free some space, or write elsewhere`),
    );
    expect(readdirSync(mount)).toEqual(['frame.nvdb']);
    expect(readFileSync(file, 'utf8')).toBe('old');
  } finally {
    execFileSync('umount', [mount]);
  }
});

test('a file that is cut off says so, and where', async () => {
  const file = path.join(folder, 'cut.nvdb');
  writeFileSync(file, Buffer.concat([Buffer.from('NanoVDB2'), Buffer.alloc(30)]));
  await expect(readGridsFrom(file)).rejects.toThrow(`Cannot load "${file}": `);
});

test('a name may be as long as the file system takes', async () => {
  const file = path.join(folder, `${'é'.repeat(125)}.vdb`);
  await writeWhole(file, Uint8Array.of(1, 2));
  expect([...readFileSync(file)]).toEqual([1, 2]);
  const longer = path.join(folder, `${'a'.repeat(300)}.vdb`);
  await expect(writeWhole(longer, Uint8Array.of(1))).rejects.toThrow(
    `Cannot write file "${longer}": its name is too long; give a shorter one`,
  );
});

test('a folder that can’t be made is an error, also where a file system takes no folders', async ({ skip }) => {
  const inTheWay = path.join(folder, 'file');
  writeFileSync(inTheWay, '');
  const file = path.join(inTheWay, 'a.vdb');
  await expect(writeWhole(file, Uint8Array.of(1))).rejects.toThrow(
    new Error(`Cannot write file "${file}": a part of its path is a file; write elsewhere`),
  );
  if (process.platform !== 'linux') skip('/proc is of Linux');
  await expect(writeWhole('/proc/nowhere/a.vdb', Uint8Array.of(1))).rejects.toThrow(
    new Error('Cannot write file "/proc/nowhere/a.vdb": its folder cannot be made there; write elsewhere'),
  );
});
