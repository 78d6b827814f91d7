import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gpuTest } from '@halocline/testing';
import { expect } from 'vitest';
import { openDevice } from '../src/index.ts';

/** The lines on stderr of a process that has no listener. */
async function linesOf(what: string, env: Readonly<Record<string, string>> = {}): Promise<string[]> {
  const folder = mkdtempSync(path.join(tmpdir(), 'halocline-unheard-'));
  try {
    const child = fileURLToPath(new URL('unheard-child.ts', import.meta.url));
    const options = { env: { ...process.env, HALOCLINE_VALIDATION: '', HALOCLINE_CHECKS: '', ...env } };
    const words = ['--conditions=@halocline/source', child, what, folder];
    const { stderr } = await promisify(execFile)(process.execPath, words, options);
    return stderr.split('\n').filter((line) => line !== '');
  } finally {
    rmSync(folder, { recursive: true });
  }
}

gpuTest('what checks and the layer find is on stderr where nobody listens', { layer: true }, async () => {
  const found = await linesOf('commands', { HALOCLINE_VALIDATION: '1' });
  expect(found.filter((line) => /^validation \w+: /.test(line)).join('\n')).toMatch(
    /words.*\n.*VUID-VkBufferCreateInfo-size-00912/s,
  );
  expect((await linesOf('commands', { HALOCLINE_CHECKS: '1' })).join('\n')).toMatch(/^validation error: .*words/);
});

gpuTest('a broken edit and a broken file of the cache are told on stderr where nobody listens', {}, async () => {
  const edit = await linesOf('edit');
  expect(edit[0]).toMatch(/^Cannot compile shader "add\.comp": .*add\.comp:1:/);
  expect(edit.join('\n')).not.toContain('built again');
  const cache = await linesOf('cache');
  expect(cache).toEqual([
    expect.stringMatching(
      /^Cannot use cache file ".*": its bytes are not those that were written; it was thrown away$/,
    ) as string,
  ]);
});

gpuTest('what is in order is told to nobody', {}, async () => {
  expect(await linesOf('nothing')).toEqual([]);
  expect(await linesOf('nothing', { HALOCLINE_CHECKS: '1' })).toEqual([]);
});

gpuTest("a recorder without a log of its own takes its device's", {}, async ({ device: { uuid } }) => {
  const lines: string[] = [];
  await using device = await openDevice({ device: uuid, log: (line) => lines.push(line) });
  await using recorder = device.createRecorder({ workers: 1, secondaries: 1, log: undefined });
  using words = device.createBuffer({ label: 'words', byteLength: 64 });
  const frame = await device.beginFrame();
  const module = new URL('./recorded-passes.ts', import.meta.url);
  for (const at of [0, 1]) recorder.encoderFor('mark').record({ module, export: 'mark', data: { words, at, word: 1 } });
  await recorder.finalize();
  device.endFrame(frame);
  expect(lines).toEqual(['recorder "recorder": thread 0 grew from 1 to 2 secondary command buffers in frame 0']);
});
