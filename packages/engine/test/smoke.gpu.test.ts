import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { gpuTest } from '@halocline/testing';
import { readGrids } from '@halocline/vdb';
import { Simulation } from '../src/index.ts';

const shared = process.env['HALOCLINE_SHARED'] ?? fileURLToPath(new URL('../../../../shared/', import.meta.url));
const file = path.join(shared, 'data/grids/real/openvdb_smoke.vdb');

function tryTool(tool: string, ...args: string[]): string | null {
  try {
    return execFileSync(tool, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? null : String((error as { stdout?: string }).stdout);
  }
}

if (!existsSync(file)) test.skip(`a million voxels of smoke: ${file} is not here`, () => undefined);
else
  gpuTest(
    'a million voxels of smoke are loaded, advected, saved and read back',
    { timeoutMs: 300_000 },
    async ({ device }) => {
      const folder = mkdtempSync(path.join(tmpdir(), 'halocline-'));
      try {
        await using simulation = await Simulation.create({ device, grid: file });
        expect(simulation.activeVoxels).toBe(1_049_275);
        simulation.addField('density', 'float32');
        simulation.addField('velocity', 'vec3', [0.3, 1, -0.2]);
        simulation.addStencil('advect', {
          inputs: ['density', 'velocity'],
          outputs: ['density'],
          code: `
          vec3 back = CoordToWorld(coord) - dt * voxelSize * ReadField("velocity", coord);
          WriteField("density", idx, SampleField("density", back));`,
        });
        await simulation.load(file);
        const before = (await simulation.field('density').read()).statistics();
        for (let step = 0; step < 3; step++) await simulation.runTimestep(0.4);
        const after = await simulation.field('density').read();
        expect(after.activeVoxelCount).toBe(1_049_275);
        expect(after.statistics().max[0]).toBeLessThanOrEqual(before.max[0]!);
        expect(Math.abs(after.statistics().mean[0]! / before.mean[0]! - 1)).toBeLessThan(0.05);
        const out = path.join(folder, 'smoke.nvdb');
        await simulation.save(out, ['density'], { compat: true });
        const back = readGrids(readFileSync(out))[0]!;
        expect(back.map.equals(simulation.map)).toBe(true);
        expect(back.statistics()).toEqual(after.statistics());
        const validated = tryTool('nanovdb_validate', out);
        if (validated !== null) expect(validated).not.toMatch(/invalid|fail|error/i);
        const vdb = path.join(folder, 'smoke.vdb');
        await simulation.save(vdb, ['density']);
        const printed = tryTool('vdb_print', vdb);
        if (printed !== null) expect(printed).toContain('density');
      } finally {
        rmSync(folder, { recursive: true });
      }
    },
  );
