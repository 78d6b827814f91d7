/** What is told of a cut, and what one subdomain holds, as a grid. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDevice, type Device } from '@halocline/gpu';
import { gpuTest } from '@halocline/testing';
import { readGrids, writeNanoVdb, type Grid } from '@halocline/vdb';
import { expect, test } from 'vitest';
import { cutFaces } from '../src/cut/cut-faces.ts';
import { cutLeaves } from '../src/cut/cut.ts';
import { Simulation } from '../src/index.ts';
import { sortTopology } from '../src/topology.ts';
import { topologyOf } from './topologies.ts';

test('the faces of a cut are those that a walk over all voxels finds', () => {
  for (const seed of [1, 2, 3]) {
    const { origins, masks } = topologyOf(seed, 30).tree.leaf;
    const topology = sortTopology({ origins, masks });
    const cut = cutLeaves(topology, 3);
    const owner = new Map<string, number>();
    for (let rank = 0; rank < cut.owners.length; rank++) {
      for (let n = 0; n < 512; n++) {
        if (((topology.masks[16 * rank + (n >> 5)]! >>> (n & 31)) & 1) === 0) continue;
        const [i, j, k] = topology.origins.subarray(3 * rank, 3 * rank + 3);
        owner.set(`${i! + (n >> 6)} ${j! + ((n >> 3) & 7)} ${k! + (n & 7)}`, cut.owners[rank]!);
      }
    }
    const faces = [0, 0, 0];
    for (const [voxel, own] of owner) {
      const at = voxel.split(' ').map(Number);
      for (const [axis, way] of [0, 1, 2].flatMap((each) => [[each, 1] as const, [each, -1] as const])) {
        const other = owner.get(at.with(axis, at[axis]! + way).join(' '));
        if (other !== undefined && other !== own) faces[own]!++;
      }
    }
    expect(cutFaces(topology, cut)).toEqual(faces);
  }
});

/** Own and ghost leaves of a grid of owners. */
function leavesOf(grid: Grid, index: number): { own: number; ghosts: number; others: number[] } {
  const owners = Array.from(grid.leaves(), ({ values }) => values[0]![0] as number);
  const others = [...new Set(owners)].filter((owner) => owner !== index).sort((a, b) => a - b);
  const own = owners.filter((owner) => owner === index).length;
  return { own, ghosts: owners.length - own, others };
}

gpuTest('each subdomain is a grid of its own and its ghost leaves', { validation: false }, async ({ device }) => {
  await using simulation = await Simulation.create({ device, grid: topologyOf(4, 26), subdomains: 4 });
  let voxels = 0;
  for (const { index, leaves, ghosts, neighbours, voxels: own } of await simulation.subdomains()) {
    const grid = await simulation.extractSubdomain(index);
    expect([grid.name, grid.type]).toEqual([`subdomain ${index}`, 'int32']);
    expect(leavesOf(grid, index)).toEqual({ own: leaves, ghosts, others: [...neighbours] });
    const [read] = readGrids(writeNanoVdb([grid], { codec: 'zip' }));
    expect([read!.checksum, read!.activeVoxelCount]).toEqual(['ok', grid.activeVoxelCount]);
    voxels += own;
  }
  expect(voxels).toBe(simulation.activeVoxels);
  await expect(simulation.extractSubdomain(4)).rejects.toThrow(
    'Cannot extract subdomain 4: there are 0 to 3; give one of them',
  );
});

gpuTest('a field as a subdomain has it, ghosts too', { validation: false }, async ({ device }) => {
  const domain = { min: [0, 0, 0], max: [32, 8, 8] } as const;
  await using simulation = await Simulation.create({ device, domain, subdomains: 2 });
  simulation.addField('u', 'vec3', [0, 0, 9]);
  await simulation.field('u').write((i, j, k) => [i, j, k]);
  const held = await simulation.extractSubdomain(0, { field: 'u' });
  expect(held.indexBounds).toEqual({ min: [0, 0, 0], max: [23, 7, 7] });
  expect([held.get(3, 2, 1), held.get(17, 5, 6), held.get(24, 0, 0)]).toEqual([
    [3, 2, 1],
    [17, 5, 6],
    [0, 0, 9],
  ]);
  await expect(simulation.extractSubdomain(0, { field: 'v' })).rejects.toThrow(/^Cannot find field "v": /);
});

/** A field over two leaves, one a subdomain. */
async function twoLeaves(device: Device): Promise<Simulation> {
  const domain = { min: [0, 0, 0], max: [16, 8, 8] } as const;
  const simulation = await Simulation.create({ device, domain, subdomains: 2 });
  simulation.addField('u', 'float32', 1);
  return simulation;
}

gpuTest('what is sent counts each turn of a loop', { validation: false }, async ({ device }) => {
  await using simulation = await twoLeaves(device);
  simulation.addStencil('halve', {
    inputs: ['u'],
    outputs: ['u'],
    code: `WriteField("u", idx, 0.25 * (ReadField("u", coord + ivec3(1, 0, 0)) + ReadField("u", coord - ivec3(1, 0, 0))));
      ReduceMax("most", ReadField("u", coord));`,
  });
  simulation.repeat({ name: 'halves', body: ['halve'], times: 20, until: { scalar: 'most', below: 0.1 } });
  await simulation.initialize();
  const sent = async (): Promise<unknown> => (await simulation.subdomains()).map(({ sentBytes }) => sentBytes);
  expect(await sent()).toEqual([256, 256]);
  await simulation.runTimestep(1);
  const turns = await simulation.iterations('halves');
  expect(turns).toBeGreaterThan(2);
  expect(await sent()).toEqual([256 * turns, 256 * turns]);
});

gpuTest(
  'what is sent by thousands of turns is reckoned from some hundred',
  { validation: false },
  async ({ device }) => {
    await using simulation = await twoLeaves(device);
    simulation.addStencil('halve', {
      inputs: ['u'],
      outputs: ['u'],
      code: 'WriteField("u", idx, 0.5 * ReadField("u", coord + ivec3(1, 0, 0))); ReduceMax("most", 1.0);',
    });
    simulation.repeat({ name: 'halves', body: ['halve'], times: 1801, until: { scalar: 'most', below: 0.1 } });
    await simulation.runTimestep(1);
    await simulation.finish();
    expect((await simulation.subdomains()).map(({ sentBytes }) => sentBytes)).toEqual([0, 256 * 1801]);
  },
);

gpuTest('each subdomain has its device’s number, as errors count', { validation: false }, async ({ device }) => {
  await using other = await openDevice({ device: device.uuid, validation: false });
  const domain = { min: [0, 0, 0], max: [64, 8, 8] } as const;
  for (const [devices, numbers] of [
    [[device], [1, 1, 1, 1, 1]],
    [
      [device, other],
      [1, 1, 1, 2, 2],
    ],
  ] as const) {
    await using simulation = await Simulation.create({ devices, domain, subdomains: 5 });
    const parts = await simulation.subdomains();
    expect(parts.map(({ deviceNumber }) => deviceNumber)).toEqual(numbers);
    expect(parts.map((part) => part.device)).toEqual(numbers.map((number) => devices[number - 1]!.name));
  }
});

/** Bytes of fields that each of two devices packed in a step, by a trace. */
async function packed(trace: string, step: number): Promise<number[]> {
  const { traceEvents } = JSON.parse(await readFile(trace, 'utf8')) as {
    traceEvents: { pid: number; cat?: string; name: string; args?: { step?: number; bytes?: number } }[];
  };
  const own = traceEvents.filter(
    ({ cat, name, args }) => cat === 'pack' && !name.startsWith('pack sum') && args?.step === step,
  );
  return [1, 2].map((pid) =>
    own.filter((each) => each.pid === pid).reduce((sum, { args }) => sum + (args?.bytes ?? 0), 0),
  );
}

gpuTest(
  'over several devices what is sent is what the trace says was packed',
  { validation: false },
  async ({ device }) => {
    const folder = await mkdtemp(join(tmpdir(), 'halocline-'));
    await using _ = { [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) };
    await using other: Device = await openDevice({ device: device.uuid, validation: false });
    const trace = join(folder, 'sent.json');
    for (const [times, below] of [
      [9, 0],
      [9, 0.3],
      [4, 0],
      [1, 0],
    ] as const) {
      const domain = { min: [0, 0, 0], max: [48, 24, 16] } as const;
      let sent: (number | null)[];
      {
        await using simulation = await Simulation.create({ devices: [device, other], domain, trace });
        simulation.addField('u', 'float32', 1);
        simulation.addStencil('spread', {
          inputs: ['u'],
          outputs: ['u'],
          code: `WriteField("u", idx, 0.5 * ReadField("u", coord + ivec3(1, 0, 0)) + 0.1 * ReadField("u", coord - ivec3(1, 1, 0)));
          ReduceMax("most", ReadField("u", coord));`,
        });
        simulation.repeat({ name: 'turns', body: ['spread'], times, until: { scalar: 'most', below } });
        simulation.addStencil('again', { inputs: ['u'], outputs: ['u'], code: 'WriteField("u", idx, 1.0);' });
        for (let step = 0; step < 8; step++) await simulation.runTimestep(1);
        await simulation.finish();
        sent = (await simulation.subdomains()).map(({ sentBytes }) => sentBytes);
      }
      expect(sent, `${times} turns, below ${below}`).toEqual(await packed(trace, 7));
      expect(Math.min(...(sent as number[]))).toBeGreaterThan(0);
    }
  },
);
