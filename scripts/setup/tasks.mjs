// The tasks behind the npm scripts. Each sets up what it needs from nothing, then runs on the Node of the install.
import { delimiter, dirname, join } from 'node:path';
import { install } from './install.mjs';
import { fail, root, run } from './process.mjs';
import { ensureVulkan } from './vulkan.mjs';

const source = ['--conditions=@halocline/source'];
const cli = [...source, 'packages/halocline/src/main.ts'];
const bin = (path) => [join('node_modules', ...path.split('/'))];
const compile = [...bin('typescript/bin/tsc'), '-b'];
const vitest = [...bin('vitest/vitest.mjs'), 'run'];

/**
 * Name → the command lines (arguments to Node) that it runs in turn, the user's go to the last; and whether it needs a
 * Vulkan device: to run, to test, or as a wish that need not come true. Without arguments, one that `lists` needs none.
 * One of its `rooms` as first argument is a task of its own.
 */
const tasks = {
  demo: {
    vulkan: 'run',
    run: [[...cli, 'run', 'examples/plume.ts', '--out', 'out/plume', '--format', 'nvdb,vdb@last,png']],
  },
  example: { vulkan: 'run', lists: true, run: [[...source, 'scripts/example.ts']] },
  bench: {
    vulkan: 'run',
    run: [[...cli, 'bench']],
    rooms: {
      cuts: { run: [[...source, 'bench/cuts.ts']] },
      vdb: { run: [[...source, 'packages/vdb/bench/main.ts']] },
      gpu: { vulkan: 'run', run: [[...source, 'bench/gpu/main.ts']] },
      lua: { vulkan: 'run', run: [[...source, 'packages/lua/bench/main.ts']] },
      multi: { vulkan: 'run', run: [[...source, 'bench/multi/main.ts']] },
      bits: { vulkan: 'run', run: [[...source, 'bench/multi/bits.ts']] },
      hops: { vulkan: 'run', run: [[...source, 'bench/multi/hops.ts']] },
      transports: { vulkan: 'run', run: [[...source, 'bench/transport/main.ts']] },
      stencil: { vulkan: 'run', run: [[...source, 'bench/stencil/main.ts']] },
      floats: { vulkan: 'run', run: [[...source, 'bench/stencil/floats.ts']] },
      compile: { vulkan: 'run', run: [[...source, 'bench/stencil/compile-times.ts']] },
    },
  },
  fuzz: { run: [[...source, 'packages/vdb/fuzz/main.ts']] },
  halocline: { run: [cli] },
  test: { vulkan: 'test', run: [vitest] },
  'test:long': { vulkan: 'test', env: { HALOCLINE_LONG: '1' }, run: [vitest] },
  check: { run: [compile] },
  build: { run: [compile] },
  lint: { run: [[...bin('oxlint/bin/oxlint'), '--type-aware']] },
  format: { run: [bin('oxfmt/bin/oxfmt')] },
  'format:check': { run: [[...bin('oxfmt/bin/oxfmt'), '--check']] },
  generate: { run: [[...source, 'packages/vulkan/generator/main.ts']] },
  kernels: {
    run: [
      [...source, 'packages/engine/kernels/build.ts'],
      [...source, 'packages/render/shaders/build.ts'],
      [...source, 'packages/vdb/wasm/build.ts'],
    ],
  },
  bundle: { vulkan: 'run', run: [compile, [...source, 'scripts/bundle.ts']] },
  dist: { vulkan: 'wish', run: [compile, ['scripts/dist.ts']] },
  'lint:packages': { run: [compile, ['scripts/lint-packages.ts']] },
};

/** Runs the task named by the first argument; the rest are passed on. */
export async function main([name, ...args]) {
  const named = Object.hasOwn(tasks, name ?? '') ? tasks[name] : undefined;
  if (named === undefined) {
    fail(`Cannot run "${name ?? ''}": there is no such task; one of ${Object.keys(tasks).join(', ')}`, 2);
  }
  const task = Object.hasOwn(named.rooms ?? {}, args[0] ?? '') ? named.rooms[args[0]] : named;
  const lines = task.run;
  const asksForHelp = args.includes('--help') || args.includes('-h');
  const needsVulkan = task.vulkan !== undefined && !asksForHelp && !(task.lists === true && args.length === 0);
  const node = await install({ vulkan: needsVulkan });
  const env = {
    ...process.env,
    ...task.env,
    PATH: `${dirname(node)}${delimiter}${process.env.PATH ?? ''}`,
    NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? join(root, '.cache', 'node'),
  };
  const lack = needsVulkan ? ensureVulkan(node, { forTests: task.vulkan === 'test' }) : null;
  if (lack !== null && task.vulkan !== 'wish') fail(lack);
  for (const [index, line] of lines.entries()) {
    const code = await run(node, index === lines.length - 1 ? [...line, ...args] : line, { env });
    if (code !== 0) process.exit(code);
  }
}
