/** All that encoders call is looked up while a recording thread loads. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { THREAD_COMMANDS, THREAD_QUESTIONS } from '../src/recording/thread-commands.ts';

test('a recording thread looks up every command that encoders record, and all that they ask', () => {
  const folders = ['command', 'tracking', 'graph'].map((name) => new URL(`../src/${name}/`, import.meta.url));
  const sources = folders.flatMap((folder) =>
    readdirSync(folder).map((file) => readFileSync(fileURLToPath(new URL(file, folder)), 'utf8')),
  );
  const called = new Set(sources.join('\n').match(/\bvk(?:Cmd|GetPhysicalDevice)\w+/gu));
  expect(called.size).toBeGreaterThan(30);
  const lookedUp: readonly string[] = [...THREAD_COMMANDS, ...THREAD_QUESTIONS];
  expect([...called].filter((name) => !lookedUp.includes(name))).toEqual([]);
});
