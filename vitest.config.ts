import { defineConfig } from 'vitest/config';

const resolve = { conditions: ['@halocline/source'] };
const ssr = { resolve };

/** Two projects: `pure` needs no device and runs in seconds; `gpu` talks to a Vulkan driver, one file at a time. */
export default defineConfig({
  test: {
    reporters: ['default', './scripts/skips-reporter.ts'],
    projects: [
      {
        resolve,
        ssr,
        test: {
          name: 'pure',
          // Files share their workers' modules: no test replaces one, and what a test sets it puts back.
          isolate: false,
          testTimeout: process.env['HALOCLINE_LONG'] === '1' ? 3_600_000 : 30_000,
          include: ['packages/*/test/**/*.test.ts', 'scripts/test/**/*.test.ts'],
          exclude: ['**/*.gpu.test.ts', '**/node_modules/**'],
        },
      },
      {
        resolve,
        ssr,
        test: {
          name: 'gpu',
          include: ['packages/*/test/**/*.gpu.test.ts', 'validation/**/*.gpu.test.ts'],
          pool: 'forks',
          maxWorkers: 1,
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
