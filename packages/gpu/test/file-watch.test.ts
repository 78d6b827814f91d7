import { mkdirSync, readlinkSync, realpathSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { temporaryFolder } from '@halocline/testing';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { digestOf, FileWatch } from '../src/shader/file-watch.ts';
import { stepsOf } from '../src/shader/path-steps.ts';

let folder: ReturnType<typeof temporaryFolder>;
beforeEach(() => void (folder = temporaryFolder()));
afterEach(() => folder[Symbol.dispose]());

const at = (...names: string[]): string => path.join(folder.path, ...names);

/** Writes a file, with the folders that it lies in. */
function write(text: string, ...names: string[]): void {
  mkdirSync(path.dirname(at(...names)), { recursive: true });
  writeFileSync(at(...names), text);
}

/** A watch of files, and a promise of its next word. */
class Watching implements Disposable {
  readonly refused: string[] = [];
  #changed = Promise.withResolvers<void>();
  readonly #watch = new FileWatch(
    () => this.#changed.resolve(),
    (why) => this.refused.push(why),
  );

  constructor(...files: readonly string[]) {
    this.#watch.follow(files);
  }

  /** Does something, and waits until the watch tells of it. */
  async after(act: () => void): Promise<void> {
    this.#changed = Promise.withResolvers();
    act();
    await this.#changed.promise;
  }

  /** Follows a file of which this was read, and waits until the watch tells that it is something else. */
  async followRead(file: string, text: string): Promise<void> {
    this.#changed = Promise.withResolvers();
    this.#watch.follow([file], new Map([[file, digestOf(text)]]));
    await this.#changed.promise;
  }

  [Symbol.dispose](): void {
    this.#watch[Symbol.dispose]();
  }
}

test('a folder that is moved away and made again is followed', async () => {
  write('1', 'inc', 'v.glsl');
  using watching = new Watching(at('inc', 'v.glsl'));
  await watching.after(() => {
    renameSync(at('inc'), at('old'));
    write('2', 'inc', 'v.glsl');
  });
  await watching.after(() => write('3', 'inc', 'v.glsl'));
  expect(watching.refused).toEqual([]);
});

test('so is one that is deleted, and one far above the file', async () => {
  write('1', 'a', 'b', 'c', 'v.glsl');
  using watching = new Watching(at('a', 'b', 'c', 'v.glsl'));
  await watching.after(() => rmSync(at('a', 'b'), { recursive: true }));
  await watching.after(() => write('1', 'a', 'b', 'c', 'v.glsl'));
  await watching.after(() => write('2', 'a', 'b', 'c', 'v.glsl'));
  await watching.after(() => {
    renameSync(at('a'), at('old'));
    write('3', 'a', 'b', 'c', 'v.glsl');
  });
  await watching.after(() => write('4', 'a', 'b', 'c', 'v.glsl'));
  expect(watching.refused).toEqual([]);
});

test('a file in a folder that is not there yet is awaited', async () => {
  using watching = new Watching(at('a', 'b', 'v.glsl'));
  await watching.after(() => write('1', 'a', 'b', 'v.glsl'));
  await watching.after(() => write('2', 'a', 'b', 'v.glsl'));
  expect(watching.refused).toEqual([]);
});

test('an edit between reading and following is told', async () => {
  write('2', 'v.glsl');
  using watching = new Watching();
  await watching.followRead(at('v.glsl'), '1');
});

describe.skipIf(process.platform === 'win32')('links', () => {
  test('are followed: the file that one points at, and where it points', async () => {
    write('1', 'real', 'v.glsl');
    write('2', 'other', 'v.glsl');
    mkdirSync(at('inc'));
    symlinkSync('../real/v.glsl', at('inc', 'v.glsl'));
    using watching = new Watching(at('inc', 'v.glsl'));
    await watching.after(() => write('3', 'real', 'v.glsl'));
    await watching.after(() => {
      symlinkSync('../other/v.glsl', at('inc', 'new'));
      renameSync(at('inc', 'new'), at('inc', 'v.glsl'));
    });
    await watching.after(() => write('4', 'other', 'v.glsl'));
  });

  test('to folders are followed, also one by way of another', async () => {
    write('1', 'one', 'v.glsl');
    write('2', 'two', 'v.glsl');
    symlinkSync('one', at('now'));
    symlinkSync('now', at('inc'));
    using watching = new Watching(at('inc', 'v.glsl'));
    await watching.after(() => write('3', 'one', 'v.glsl'));
    await watching.after(() => {
      rmSync(at('now'));
      symlinkSync('two', at('now'));
    });
    await watching.after(() => write('4', 'two', 'v.glsl'));
    expect(readlinkSync(at('inc'))).toBe('now');
  });

  test('and folders are the steps of a path, as far as it leads', () => {
    write('', 'real', 'v.glsl');
    symlinkSync('real', at('inc'));
    symlinkSync('loop', at('loop'));
    const top = realpathSync(folder.path);
    const steps = stepsOf([path.join(top, 'inc', 'v.glsl'), path.join(top, 'none', 'v.glsl'), path.join(top, 'loop')]);
    const text = (name: string): string => {
      const { names, last } = steps.get(name) ?? { names: [], last: false };
      return `${[...names].join(' ')}${last ? ', the last' : ''}`;
    };
    expect([text(top), text(path.join(top, 'real')), text(path.join(top, 'inc'))]).toEqual([
      'inc real none loop, the last',
      'v.glsl, the last',
      '',
    ]);
    expect(text(path.dirname(top))).toBe(path.basename(top));
  });
});
