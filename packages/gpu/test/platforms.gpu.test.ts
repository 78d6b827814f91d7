import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { vulkanTest } from '@halocline/testing';
import { expect } from 'vitest';

const fileOf = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/** What platform-child.ts tells, on another platform. */
async function on(platform: string): Promise<unknown> {
  const words = [
    '--conditions=@halocline/source',
    '--import',
    fileOf('other-platform.ts'),
    fileOf('platform-child.ts'),
  ];
  const loader = process.env['HALOCLINE_VULKAN_LOADER'] ?? 'libvulkan.so.1';
  const env = { ...process.env, OTHER_PLATFORM: platform, HALOCLINE_VULKAN_LOADER: loader };
  return JSON.parse((await promisify(execFile)(process.execPath, words, { env })).stdout);
}

vulkanTest(
  'where no C library is to be had, large transfers, recorders, relays and threads do without',
  async ({ skip }) => {
    if (process.platform !== 'linux')
      return skip('another platform has its own C library where it says that it is one of these');
    const platforms = ['win32', 'darwin'];
    expect(await Promise.all(platforms.map(on))).toEqual(
      platforms.map((platform) => ({
        platform,
        copiers: 0,
        transfers: true,
        words: [5, 6, 7],
        relayed: 1,
        instance: 'the same in a thread',
        shared: `Cannot share memory "shared": ${platform} has no memfd; copy between the devices instead`,
      })),
    );
  },
);
