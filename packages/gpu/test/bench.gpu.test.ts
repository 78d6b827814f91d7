import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { isVulkanAvailable } from '@halocline/gpu';
import { describe, expect, onTestFinished, test } from 'vitest';

const script = fileURLToPath(new URL('../../../bench/gpu/main.ts', import.meta.url));

function bench(...args: string[]): {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
} {
  return spawnSync(process.execPath, ['--conditions=@halocline/source', script, ...args], { encoding: 'utf8' });
}

describe.skipIf(!isVulkanAvailable() && process.env['GPU'] !== 'required')('npm run bench -- gpu', () => {
  test('prints its rows as JSON, with the machine, and keeps them as CSV', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'halocline-test-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const csv = path.join(folder, 'kept', 'rows.csv');
    const { status, stdout, stderr } = bench('gpu', 'submit', '--json', '--csv', csv);
    expect(status, stderr).toBe(0);
    expect(readFileSync(csv, 'utf8').match(/^\d{4}-\d\d-\d\d,submit,/gmu)).toHaveLength(3);
    const { device, node, rows } = JSON.parse(stdout) as {
      device: string;
      node: string;
      rows: { group: string; name: string; value: number; unit: string }[];
    };
    expect(device).not.toBe('');
    expect(node).toBe(process.version);
    expect(rows.map(({ group, name, unit }) => `${group}: ${name}, ${unit}`)).toEqual([
      'submit: submit and wait, the thread blocked, µs',
      'submit: submit and await, µs',
      'submit: record, submit and await: submitOnce, µs',
    ]);
    expect(rows.every(({ value }) => value > 0 && Number.isFinite(value))).toBe(true);
  });

  test('names its groups where one is asked for that it does not have', () => {
    const { status, stderr } = bench('gpu', 'coffee');
    expect(status).toBe(2);
    expect(stderr).toMatch(/^Cannot run benchmark "gpu": there is no "coffee"; it has calls, [a-z, ]+\n$/u);
  });

  test('says how it is called, and what it does not know', () => {
    expect(bench('gpu', '--help')).toMatchObject({ status: 0, stderr: '' });
    expect(bench('--milk')).toMatchObject({
      status: 2,
      stderr: `Cannot run benchmark "gpu": Unknown option '--milk'; see --help\n`,
    });
  });
});
