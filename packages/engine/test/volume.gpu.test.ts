import { expect } from 'vitest';
import { gpuTest } from '@halocline/testing';
import { Simulation } from '../src/index.ts';

/** Looks a value up as a renderer would: the index grid's leaf, here by its table, then the field's current copy. */
const PROBE = `
#version 450
#extension GL_EXT_buffer_reference : require
#extension GL_EXT_buffer_reference_uvec2 : require
layout(local_size_x = 1) in;
layout(buffer_reference, std430, buffer_reference_align = 4) buffer Words { uint at[]; };
layout(push_constant) uniform Push { uvec2 leaves; uvec2 count; uvec2 table; uvec2 field; uvec2 target; } push;
void main() {
  Words target = Words(push.target);
  for (uint rank = 0; rank < Words(push.count).at[3]; rank++) {
    uint slot = Words(push.leaves).at[rank];
    Words table = Words(push.table);
    if (int(table.at[32 * slot + 27]) != 8 || table.at[32 * slot + 28] != 0 || table.at[32 * slot + 29] != 0) continue;
    target.at[0] = Words(push.field).at[512 * slot + (1 << 6 | 2 << 3 | 3)];
    target.at[1] = Words(push.field).at[5];
  }
}`;

gpuTest('a volume view leads to the current copy of a field, step after step', {}, async ({ device }) => {
  await using simulation = await Simulation.create({
    device,
    domain: { min: [-8, 0, 0], max: [16, 8, 8] },
    voxelSize: 0.5,
    translation: [1, 2, 3],
  });
  simulation.addField('u', 'float32', 4);
  simulation.addStencil('shift', {
    inputs: ['u'],
    outputs: ['u'],
    code: 'WriteField("u", idx, ReadField("u", coord - ivec3(1, 0, 0)) + 1.0);',
  });
  const view = await simulation.volume(['u']);
  using pipeline = device.createPipeline({ label: 'probe', spirv: await device.compile(PROBE, { label: 'probe' }) });
  using target = device.createBuffer({ label: 'target', byteLength: 16 });
  for (let step = 1; step <= 3; step++) {
    await simulation.runTimestep(1);
    await view.before();
    const addresses = [view.leaves, view.count, view.leafTable].map((buffer) => buffer.address);
    await device.submitOnce('probe', (encoder) => {
      encoder.barrier(['storage-write'], ['storage-read', 'storage-write']);
      encoder
        .pipeline(pipeline)
        .push(BigUint64Array.of(...addresses, view.fieldAddress('u'), target.address))
        .dispatch(1);
    });
    const values = new Float32Array((await device.staging.download(target)).buffer);
    expect([...values.subarray(0, 2)]).toEqual([4 + step, 4]);
  }
  expect(view.indexBounds).toEqual({ min: [-8, 0, 0], max: [15, 7, 7] });
  expect(view.indexToWorld).toEqual([0.5, 0, 0, 1, 0, 0.5, 0, 2, 0, 0, 0.5, 3]);
  expect(view.worldToIndex).toEqual([2, 0, 0, -2, 0, 2, 0, -4, 0, 0, 2, -6]);
  expect([view.capacity, view.leafCount, view.voxelSize]).toEqual([4, 3, 0.5]);
  expect(view.background('u')).toEqual([4]);
  expect(() => view.fieldAddress('v')).toThrow('Cannot view field "v": there is none of that name; the fields are "u"');
});

gpuTest('a view stays good when a coarser level is added', {}, async ({ device }) => {
  await using simulation = await Simulation.create({ device, domain: { min: [0, 0, 0], max: [16, 16, 16] } });
  simulation.addField('u', 'float32', 1);
  const view = await simulation.volume(['u']);
  simulation.level(1).addField('c', 'float32', 0);
  simulation
    .level(1)
    .addStencil('down', { inputs: ['u'], outputs: ['c'], code: 'WriteField("c", idx, ReadFine("u", 2 * coord));' });
  simulation.addStencil('up', {
    inputs: ['c'],
    outputs: ['u'],
    code: 'WriteField("u", idx, 1.0 + ReadCoarse("c", coord >> 1));',
  });
  await simulation.runTimestep(1);
  expect((await simulation.field('u').read()).get(9, 3, 15)).toBe(2);
  const count = await device.staging.download(view.count, 0, 16);
  expect([...new Uint32Array(count.buffer)]).toEqual([4, 1, 1, 8]);
});

gpuTest('a view of a field that was removed says so', {}, async ({ device }) => {
  await using simulation = await Simulation.create({ device, domain: { min: [0, 0, 0], max: [8, 8, 8] } });
  simulation.addField('u', 'float32', 1);
  const view = await simulation.volume(['u']);
  simulation.removeField('u');
  await simulation.runTimestep(1);
  expect(() => view.fieldAddress('u')).toThrow(
    new TypeError('Cannot view field "u": it has been removed; ask for a volume of the fields there are'),
  );
});
