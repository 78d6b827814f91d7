/**
 * @file `npm run bench -- bits [CASE…] [--size 64]`: whether every case gives the same bits on 1, 2 and 4 devices of the machine, and 8
 * where it has them, or logical devices where there are fewer than 4, with overlap and without; ends with 1 where not.
 */
import { createHash } from 'node:crypto';
import { listDevices } from '@halocline/gpu';
import { Simulation } from 'halocline';
import { benchWords, counts } from '../words.ts';
import { multiCases } from './cases.ts';

const { values, wanted } = benchWords({
  name: 'bits',
  help: '[--size 64]\n\n  --size  the edge of the domain in voxels; it is twice as long',
  names: multiCases.map(({ name }) => name),
  options: { size: { type: 'string', default: '64' } },
});
const [edge] = counts('bits', 'size', values.size) as [number];

const [best] = listDevices();
const alike = listDevices().filter(({ name }) => name === best!.name);

async function hashOf(number: number, count: number, overlap: boolean): Promise<string> {
  const bench = multiCases[number]!;
  const box = [2 * edge, edge, edge] as const;
  const devices = Array.from({ length: count }, (_, index) => `#${alike[index % alike.length]!.index}`);
  const domain = { min: [0, 0, 0], max: box } as const;
  await using simulation = await Simulation.create({ devices, domain, overlap, voxelSize: 1 / box[0] });
  const start = await bench.declare(simulation, box);
  await simulation.runTimestep(0.002);
  for (const name of start) simulation.removeStencil(name);
  for (let step = 0; step < 20; step++) await simulation.runTimestep(0.002);
  const hash = createHash('sha256');
  for (const field of simulation.fields) {
    for (const values of (await field.read()).tree.values)
      hash.update(new Uint8Array((values as Float32Array).slice().buffer));
  }
  return hash.digest('hex').slice(0, 16);
}

const counted = alike.length < 8 ? [2, 4] : [2, 4, 8];
let failed = false;
for (const [number, { name }] of multiCases.entries()) {
  if (!wanted.includes(name)) continue;
  const hashes = [await hashOf(number, 1, true)];
  for (const count of counted) {
    for (const overlap of [true, false]) hashes.push(await hashOf(number, count, overlap));
  }
  const same = new Set(hashes).size === 1;
  failed ||= !same;
  process.stdout.write(
    `${name}: ${same ? 'the same bits' : `other bits: ${hashes.join(' ')}`} on 1, ${counted.slice(0, -1).join(', ')} and ${counted.at(-1)} devices\n`,
  );
}
if (failed) process.exit(1);
