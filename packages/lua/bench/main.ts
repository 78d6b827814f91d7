/** What Lua costs here, the least of five rounds: `npm run bench -- lua`. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LuaScript } from '../src/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'lua-bench-'));

/** Milliseconds that a script takes from its start to its end; the least of five rounds. */
async function time(text: string): Promise<number> {
  const path = join(folder, 'bench.lua');
  writeFileSync(path, text);
  let least = Infinity;
  for (let round = 0; round < 5; round++) {
    const start = performance.now();
    await using _script = await LuaScript.run(path, { timeLimit: 600 });
    least = Math.min(least, performance.now() - start);
  }
  return least;
}

const half = 32;
const voxels = (2 * half) ** 3;
const simulation = `local sim = FluidEngine.new { domain_bbox = { min = { -${half}, -${half}, -${half} }, max = { ${half}, ${half}, ${half} } } }
  sim:add_field('f', 'float32') sim:field('f'):clear() `;
const write = `sim:field('f'):write(function(i, j, k) return i * i + j * j + k * k < 100 and 1 or 0 end)`;
try {
  const nothing = await time('');
  const calls = (await time('for _ = 1, 20000 do print() end')) - nothing;
  const loop = (await time('local x = 0 for i = 1, 1e7 do x = x + i end')) - nothing;
  const [made, written] = [await time(simulation), await time(simulation + write)];
  const rows: readonly (readonly [what: string, figure: string])[] = [
    ['a script that does nothing', `${nothing.toFixed(1)} ms`],
    ['a call, there and back', `${((1e3 * calls) / 20_000).toFixed(1)} µs`],
    ['a turn of x = x + i', `${((1e6 * loop) / 1e7).toFixed(1)} ns`],
    ['a voxel of field:write(function)', `${((1e6 * (written - made)) / voxels).toFixed(0)} ns`],
  ];
  for (const [what, figure] of rows) process.stdout.write(`${what.padEnd(34)} ${figure}\n`);
} finally {
  rmSync(folder, { recursive: true });
}
