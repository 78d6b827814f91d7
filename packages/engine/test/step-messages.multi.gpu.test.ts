/** By what links choose their transport: a step's messages, each by itself, and not all that has a place in a link's room. */
import { gpuTest } from '@halocline/testing';
import { expect, vi } from 'vitest';
import { Simulation } from '../src/index.ts';
import { Routes } from '../src/transport/routes.ts';

gpuTest('a link is chosen for messages as they come', {}, async () => {
  const opened = vi.spyOn(Routes.prototype, 'open');
  try {
    await using sim = await Simulation.create({
      devices: ['#0', '#0'],
      domain: { min: [0, 0, 0], max: [32, 16, 16] },
      cutOrder: 'slabs',
    });
    for (const name of ['near', 'far', 'unread']) sim.addField(name, 'float32', 1);
    const reach = (name: string, far: number): string =>
      `WriteField("${name}", idx, ReadField("${name}", coord + ivec3(${far}, 0, 0)) + ReadField("${name}", coord - ivec3(${far}, 0, 0)));`;
    sim.addStencil('one', { inputs: ['near'], outputs: ['near'], code: reach('near', 1) });
    sim.addStencil('three', { inputs: ['far'], outputs: ['far'], code: reach('far', 3) });
    sim.addStencil('own', { inputs: ['unread'], outputs: ['unread'], code: 'WriteField("unread", idx, 2.0);' });
    await sim.runTimestep(0.1);
    await sim.finish();
    const layer = 4 * 16 * 16;
    for (const [, , options, sizes] of opened.mock.calls) {
      expect(options.byteLength).toBeGreaterThanOrEqual(4 * layer);
      // Both are sent where the step that wrote them ends.
      expect(sizes).toEqual([4 * layer]);
    }
    expect(opened.mock.calls).toHaveLength(2);
  } finally {
    opened.mockRestore();
  }
});
