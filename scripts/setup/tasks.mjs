// The tasks behind the npm scripts. Each sets up what it needs from nothing, then runs on the Node of the install.
import { spawn } from 'node:child_process';
import { delimiter, dirname, join } from 'node:path';
import { fail, installPackages, nodePath, root } from './install.mjs';
import { ensureVulkan } from './vulkan.mjs';

const source = ['--conditions=@halocline/source'];
const cli = [...source, 'packages/halocline/src/main.ts'];
const bin = (path) => [join('node_modules', ...path.split('/'))];
const vitest = [...bin('vitest/vitest.mjs'), 'run'];

/** Name → what it needs, and the command lines (arguments to Node) that it runs in turn; the user's go to the last. */
const tasks = {
  demo: {
    vulkan: 'run',
    run: [[...cli, 'run', 'examples/plume.ts', '--out', 'out/plume', '--format', 'nvdb,vdb@last,png']],
  },
  example: { vulkan: 'run', run: [['scripts/example.ts']].map((line) => [...source, ...line]) },
  bench: { vulkan: 'run', run: [[...cli, 'bench']] },
  halocline: { run: [cli] },
  test: { vulkan: 'test', run: [vitest] },
  'test:long': { vulkan: 'test', env: { HALOCLINE_LONG: '1' }, run: [vitest] },
  check: { run: [[...bin('typescript/bin/tsc'), '-b']] },
  build: { run: [[...bin('typescript/bin/tsc'), '-b']] },
  lint: { run: [[...bin('oxlint/bin/oxlint'), '--type-aware']] },
  format: { run: [bin('oxfmt/bin/oxfmt')] },
  'format:check': { run: [[...bin('oxfmt/bin/oxfmt'), '--check']] },
  generate: { run: [[...source, 'packages/vulkan/generator/main.ts']] },
  kernels: {
    run: [
      [...source, 'packages/engine/kernels/build.ts'],
      [...source, 'packages/render/shaders/build.ts'],
    ],
  },
  bundle: {
    run: [
      [...bin('typescript/bin/tsc'), '-b'],
      [...source, 'scripts/bundle.ts'],
    ],
  },
};

function runNode(node, args, env) {
  return new Promise((resolve) => {
    const child = spawn(node, args, { cwd: root, stdio: 'inherit', env });
    const leave = () => {};
    process.on('SIGINT', leave).on('SIGTERM', () => child.kill('SIGTERM'));
    child.on('error', (error) => fail(`Cannot start ${node}: ${error.message}`));
    child.on('exit', (code, signal) => resolve(signal === null ? code : signal === 'SIGINT' ? 130 : 1));
  });
}

/** Runs the task named by the first argument; the rest are passed on. */
export async function main([name, ...args]) {
  const task = tasks[name];
  if (task === undefined)
    fail(`Cannot run "${name}": there is no such task; one of ${Object.keys(tasks).join(', ')}`, 2);
  installPackages();
  const node = nodePath();
  const env = {
    ...process.env,
    ...task.env,
    PATH: `${dirname(node)}${delimiter}${process.env.PATH ?? ''}`,
    NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? join(root, '.cache', 'node'),
  };
  if (task.vulkan !== undefined) ensureVulkan(node, { forTests: task.vulkan === 'test' });
  for (const [index, line] of task.run.entries()) {
    const code = await runNode(node, index === task.run.length - 1 ? [...line, ...args] : line, env);
    if (code !== 0) process.exit(code);
  }
}
