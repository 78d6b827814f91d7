import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { passes } from '../src/optimize/optimize.ts';

const page = readFileSync(new URL('../IR.md', import.meta.url), 'utf8');

test('IR.md names every operation of the IR, and no other', () => {
  const source = readFileSync(new URL('../src/ir.ts', import.meta.url), 'utf8');
  const operations = new Set([...source.matchAll(/readonly op: '(\w+)'/g)].map((match) => match[1]!));
  const rows = [...page.matchAll(/^\| (`\w+`(?:, `\w+`)*) +\|/gm)].map((match) => match[1]!);
  const named = new Set(rows.flatMap((row) => [...row.matchAll(/`(\w+)`/g)].map((match) => match[1]!)));
  named.delete('op');
  expect([...named].sort()).toEqual([...operations].sort());
});

test('IR.md has the passes in their order', () => {
  const rows = [...page.matchAll(/^\| ([a-z ]+?) +\| .*`(?:optimize|language|reach)\//gm)].map((match) => match[1]!);
  expect(rows).toEqual([...passes(Infinity).keys()]);
});
