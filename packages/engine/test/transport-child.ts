/** Says what works between two logical devices of a card, and runs a step over both; its parent bounds what the system gives it. */
import { listDevices } from '@halocline/gpu';
import { peerAccess, Simulation } from '../src/index.ts';

const [device] = listDevices();
const words: string[] = [];
const { transports } = await peerAccess(device!, device!);
const names = [device!.uuid, device!.uuid];
const log = (word: string): void => void words.push(word);
await using simulation = await Simulation.create({
  devices: names,
  domain: { min: [0, 0, 0], max: [16, 8, 8] },
  validation: false,
  log,
});
simulation.addField('u', 'float32', 1);
const code = 'WriteField("u", idx, ReadField("u", coord - ivec3(1, 0, 0)) + ReadField("u", coord + ivec3(1, 0, 0)));';
simulation.addStencil('sweep', { inputs: ['u'], outputs: ['u'], code });
for (let step = 0; step < 3; step++) await simulation.runTimestep(1);
const middle = (await simulation.field('u').read()).get(8, 4, 4);
const refusals = Object.fromEntries(transports.map(({ name, refusal }) => [name, refusal]));
process.stdout.write(`${JSON.stringify({ refusals, words, middle })}\n`);
