/** @file Eight pointwise stencils, one after the other, as the engine runs them, beside the one that a person would write. */
import { Simulation } from 'halocline';

const STEPS = [
  '1.5 * x + 0.25',
  'x * x',
  'x + 0.5',
  '0.75 * x - 1.0',
  'max(x, 0.125)',
  'x * 0.5 + 2.0',
  'x - x * 0.25',
  '0.5 * x + 1.0',
];

/** Seconds a step: the least of some runs of many steps, by the wall's clock. */
async function secondsOf(device: string | undefined, edge: number, fused: boolean, steps: number): Promise<number> {
  await using sim = await Simulation.create({
    ...(device === undefined ? {} : { device }),
    domain: { min: [0, 0, 0], max: [edge, edge, edge] },
  });
  sim.addField('a', 'float32', 0.5);
  sim.addField('b', 'float32', 0);
  if (fused) {
    const code = [
      'float x = ReadField("a", coord);',
      ...STEPS.map((step) => `x = ${step};`),
      'WriteField("b", idx, x);',
    ];
    sim.addStencil('by_hand', { inputs: ['a'], outputs: ['b'], code: code.join('\n') });
  } else {
    const names = ['a', ...STEPS.slice(1).map((_, at) => `t${at}`), 'b'];
    for (const name of names.slice(1, -1)) sim.addField(name, 'float32', 0, { transient: true });
    STEPS.forEach((step, at) => {
      const code = `float x = ReadField("${names[at]}", coord); WriteField("${names[at + 1]}", idx, ${step});`;
      sim.addStencil(`step${at}`, { inputs: [names[at]!], outputs: [names[at + 1]!], code });
    });
  }
  for (let step = 0; step < 3; step++) await sim.runTimestep(0.01);
  await sim.finish();
  let best = Number.POSITIVE_INFINITY;
  for (let run = 0; run < 3; run++) {
    const began = performance.now();
    for (let step = 0; step < steps; step++) await sim.runTimestep(0.01);
    await sim.finish();
    best = Math.min(best, (performance.now() - began) / steps);
  }
  return best / 1000;
}

/** Seconds of a step with eight stencils, and with one. Waits for both. */
export async function measureChain(
  device: string | undefined,
  edge: number,
  steps: number,
): Promise<{ readonly chain: number; readonly byHand: number }> {
  const chain = await secondsOf(device, edge, false, steps);
  return { chain, byHand: await secondsOf(device, edge, true, steps) };
}
