/**
 * A compute shader of one's own among stencils: heat spreads, and a kernel with shared memory takes the mean of each leaf.
 *
 *     halocline run examples/own-kernel.ts --fields mosaic --format png
 *     halocline explain examples/own-kernel.ts --stencil mosaic --header mosaic
 */
import { Simulation, type SceneFunction } from 'halocline';

const scene: SceneFunction = async ({ values, ...options }) => {
  const voxels = Number(values['voxels'] ?? 64);
  const sim = await Simulation.create({
    ...options,
    domain: { min: [0, 0, 0], max: [voxels, voxels, voxels] },
    voxelSize: 1 / voxels,
  });
  sim.addField('heat', 'float32', 0);
  sim.addField('mosaic', 'float32', 0);
  sim.addParameter('rate', 'float', 0.1);
  sim.addStencil('spread', {
    inputs: ['heat'],
    outputs: ['heat'],
    code: 'WriteField("heat", idx, ReadField("heat", idx) + rate * voxelSize * voxelSize * Laplacian("heat"));',
  });
  // What it reads and writes puts it behind "spread"; the header brings Voxel, takeVoxel, read_heat and write_mosaic.
  sim.registerKernel('mosaic', {
    inputs: ['heat'],
    outputs: ['mosaic'],
    neighborRadius: 0, // it reads its own voxels alone
    activeOnly: true, // it writes what takeVoxel gives
    glsl: `
      #include "halocline.glsl"
      layout(local_size_x = 256) in;
      shared float sums[2][256]; // a workgroup takes two leaves of 512 voxels
      void main() {
        uint me = gl_LocalInvocationIndex;
        sums[0][me] = sums[1][me] = 0.0;
        Voxel v;
        for (uint turn = 0; turn < turns(); turn++) if (takeVoxel(turn, v)) sums[turn >> 1][me] += read_heat(v);
        for (uint stride = 128; stride > 0; stride /= 2) {
          barrier();
          if (me < stride) for (int leaf = 0; leaf < 2; leaf++) sums[leaf][me] += sums[leaf][me + stride];
        }
        barrier();
        for (uint turn = 0; turn < turns(); turn++) if (takeVoxel(turn, v)) write_mosaic(v, sums[turn >> 1][0] / 512.0);
      }`,
  });
  await sim.initialize();
  await sim.field('heat').write((_i, _j, _k, x, y, z) => (Math.hypot(x - 0.3, y - 0.5, z - 0.6) < 0.25 ? 1 : 0));
  return {
    simulation: sim,
    render: { density: 'mosaic' },
    report: async () => {
      const [heat, mosaic] = [await sim.field('heat').statistics(), await sim.field('mosaic').statistics()];
      return { heat: heat.mean[0]!.toFixed(6), mosaic: mosaic.mean[0]!.toFixed(6) }; // the same, but for rounding
    },
  };
};
export default scene;
