/**
 * Poisson's equation by red-black over-relaxation: a loop that ends on the device, and its order of error.
 *
 *     halocline run examples/poisson.ts --set voxels=64
 */
import { Simulation, type SceneFunction, type SceneOptions } from 'halocline';

/** −Δφ = 3π²·s with φ = 0 at the walls of the unit cube, whose solution is s = sin πx · sin πy · sin πz. */
async function problem({ values: _values, ...options }: SceneOptions, n: number): Promise<Simulation> {
  const domain = { min: [1, 1, 1], max: [n, n, n] } as const; // voxels 0 and n stand on the walls, and outside
  const sim = await Simulation.create({ ...options, domain, voxelSize: 1 / n });
  sim.addField('phi', 'float32', 0);
  sim.addField('exact', 'float32', 0);
  sim.addParameter('omega', 'float', 2 / (1 + Math.sin(Math.PI / n)));
  for (const color of ['red', 'black'] as const) {
    sim.addStencil(color, {
      inputs: ['phi', 'exact'],
      outputs: ['phi'],
      color,
      code: `
        float old = ReadField("phi", coord);
        float sum = ReadField("phi", coord + ivec3(1, 0, 0)) + ReadField("phi", coord - ivec3(1, 0, 0))
                  + ReadField("phi", coord + ivec3(0, 1, 0)) + ReadField("phi", coord - ivec3(0, 1, 0))
                  + ReadField("phi", coord + ivec3(0, 0, 1)) + ReadField("phi", coord - ivec3(0, 0, 1));
        float source = 3.0 * 9.8696044 * ReadField("exact", coord);
        float change = omega * ((sum + voxelSize * voxelSize * source) / 6.0 - old);
        WriteField("phi", idx, old + change);
        ReduceMax("change_${color}", abs(change));
      `,
    });
  }
  sim.repeat({ name: 'solve', body: ['red', 'black'], times: 1000, until: { scalar: 'change_black', below: 2e-6 } });
  sim.addStencil('compare', {
    inputs: ['phi', 'exact'],
    outputs: [],
    code: 'ReduceMax("error", abs(ReadField("phi", coord) - ReadField("exact", coord)));',
  });
  await sim.initialize();
  const wave = (x: number): number => Math.sin(Math.PI * x);
  await sim.field('exact').write((_i, _j, _k, x, y, z) => wave(x) * wave(y) * wave(z));
  return sim;
}

const scene: SceneFunction = async (options) => {
  const n = Number(options.values['voxels'] ?? 48);
  const sim = await problem(options, n);
  const report = async (): Promise<Record<string, string>> => {
    await using coarse = await problem(options, n / 2);
    await coarse.runTimestep(1);
    const errors = [await coarse.scalar('error').read(), await sim.scalar('error').read()];
    const order = Math.log2(errors[0]! / errors[1]!);
    return {
      iterations: `${await sim.iterations('solve')}`,
      'largest error': `${errors[1]!.toExponential(2)}, of order ${order.toFixed(2)} in the voxels' size`,
    };
  };
  return { simulation: sim, frames: 1, fields: ['phi'], report };
};
export default scene;
