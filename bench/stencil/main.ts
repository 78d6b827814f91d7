/** @file `npm run bench -- stencil [CASE…] [--variants] [--json] [--csv FILE] [--device NAME]`; see bench/README.md. */
import { parseArgs } from 'node:util';
import { openDevice } from '@halocline/gpu';
import type { EmitOptions } from '@halocline/stencil';
import { copyBandwidth } from '../../packages/halocline/src/bench/ceiling.ts';
import { stencilCases, type StencilCase } from './cases.ts';
import { compileCase, Kernel } from './measure.ts';
import { World, type Filling } from './world.ts';

const args = process.argv.slice(process.argv[2] === 'stencil' ? 3 : 2);
const { values, positionals } = parseArgs({
  args,
  options: {
    variants: { type: 'boolean', default: false },
    device: { type: 'string' },
    edge: { type: 'string' },
    filling: { type: 'string', default: 'full' },
    order: { type: 'string', default: '0' },
  },
  allowPositionals: true,
});
const device = await openDevice(values.device === undefined ? {} : { device: values.device });
const software = device.kind === 'cpu';
const copy = await copyBandwidth(device);
process.stdout.write(`${device.name}: copy ${(copy / 1e9).toFixed(0)} GB/s\n`);

const SHAPES = ['loop', 'quad', 'pair', 'row', 'column', 'box'] as const;
function variantsOf({ gathers }: StencilCase): readonly EmitOptions[] {
  if (!values.variants || gathers) return [{}];
  return SHAPES.map((shape) => ({ shape }));
}

const chosen = stencilCases.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
const edges = new Map<string, StencilCase[]>();
for (const each of chosen) {
  const edge = values.edge ?? String(software ? 32 : values.filling === 'shell' ? 1536 : (each.edge ?? 512));
  edges.set(edge, [...(edges.get(edge) ?? []), each]);
}
for (const [edge, cases] of edges) {
  const gathers = cases.some((one) => one.gathers);
  const began = performance.now();
  using world = await World.create(device, values.filling as Filling, Number(edge), gathers, Number(values.order));
  process.stdout.write(
    `${edge}³: ${world.leafCount} leaves, ${world.activeVoxels} voxels, ${(performance.now() - began).toFixed(0)} ms\n`,
  );
  for (const each of cases) {
    using held = new DisposableStack();
    void held;
    for (const [name, type] of Object.entries(each.fields)) world.addField(name, type);
    const { stencil, start } = compileCase(each);
    {
      using first = await Kernel.create(world, start, {});
      await first.time(1, 0);
    }
    for (const options of variantsOf(each)) {
      const t0 = performance.now();
      try {
        using kernel = await Kernel.create(world, stencil, options);
        const t1 = performance.now();
        const seconds = await kernel.time(software ? 2 : 20, software ? 1 : 3);
        const rate = world.activeVoxels / seconds;
        const share = (rate * each.bytesPerVoxel) / copy;
        const label = JSON.stringify(options);
        process.stdout.write(
          `  ${each.name.padEnd(14)} ${(rate / 1e9).toFixed(2).padStart(8)} Gvox/s ${share.toFixed(3)}  ${label}  (${(t1 - t0).toFixed(0)} ms)\n`,
        );
      } catch (error) {
        process.stdout.write(`  ${each.name} ${JSON.stringify(options)}: ${(error as Error).message}\n`);
      }
    }
    world.dropFields();
  }
}
await device[Symbol.asyncDispose]();
