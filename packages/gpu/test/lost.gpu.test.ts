import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { isVulkanAvailable, listDevices } from '@halocline/gpu';
import { vulkanTest } from '@halocline/testing';
import { expect, test } from 'vitest';

interface Lost {
  readonly name: string;
  readonly message: string;
  readonly lastLabels: readonly string[];
  readonly fault?: string;
}

interface Report {
  readonly wait: Lost;
  readonly submit: Lost;
  readonly download: Lost;
  readonly frame: Lost;
  readonly idle: Lost;
  readonly prints: readonly string[];
  readonly alive: number;
  readonly closed: string;
  readonly before: { readonly files: number; readonly threads: number };
  readonly after: { readonly files: number; readonly threads: number };
  readonly other: number;
  readonly third: number;
}

async function lose(...words: readonly string[]): Promise<Report> {
  const child = fileURLToPath(new URL('lost-child.ts', import.meta.url));
  const args = ['--conditions=@halocline/source', child, ...words];
  const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 100_000 });
  return JSON.parse(stdout) as Report;
}

/** Everything on the lost device says so, everything is given back, and the process's other devices go on. */
function expectLost(report: Report, submitted = ['before', 'step (count, stray)']): void {
  const { wait, submit, download, frame, idle, alive, closed, before, after, other, third } = report;
  expect([wait, submit, download, frame, idle].map(({ name }) => name)).toEqual(Array(5).fill('DeviceLostError'));
  expect(wait.lastLabels).toEqual(submitted);
  expect(wait.message).toContain(`VK_ERROR_DEVICE_LOST); submitted last: ${submitted.join(', ')}`);
  expect([alive, closed, other, third]).toEqual([0, 'fine', 7, 7]);
  expect(after.files).toBeLessThanOrEqual(before.files);
  expect(after.threads).toBeLessThanOrEqual(before.threads);
}

vulkanTest(
  'a device that its driver gives up says so everywhere, gives all back, and takes no other with it',
  { timeout: 60_000 },
  async () => {
    const report = await lose('imitated');
    expectLost(report);
    expect(report.prints.slice(1)).toEqual(['Queue("compute", family 0, lost)', 'Timeline("compute queue", lost)']);
  },
);

vulkanTest('a wait that a lost device never ends asks by itself, and ends', { timeout: 60_000 }, async () =>
  expectLost(await lose('silent'), ['before']),
);

test(
  'a shader that writes where nothing lies loses its device, and no other',
  { timeout: 120_000 },
  async ({ skip }) => {
    const card = isVulkanAvailable() && listDevices().find(({ missing }) => missing.length === 0);
    if (!card || card.kind !== 'discrete' || !card.driver.name.startsWith('NVIDIA')) {
      return skip('only an NVIDIA card is known to answer a fault by losing the device');
    }
    const report = await lose('fault', '0x1000');
    expectLost(report);
    if (card.features['deviceFault'] === true) expect(report.wait.message).toMatch(/; the driver says: .* at 0x1000 /u);
  },
);
