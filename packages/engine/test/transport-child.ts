/**
 * Says what works between two logical devices of a card, and runs steps over both; its parent bounds what the system gives it,
 * or names a transport whose messages are to be held up for ever, or says "lost": once they are measured, all but the slowest
 * show their receivers other memory.
 */
import { listDevices } from '@halocline/gpu';
import { peerAccess, Simulation } from '../src/index.ts';
import { TRANSPORTS } from '../src/transport/transports.ts';

const stalling = TRANSPORTS.find(({ name }) => name === process.argv[2]);
if (stalling !== undefined) {
  const open = stalling.open.bind(stalling);
  stalling.open = (from, to, options) => {
    const channel = open(from, to, options);
    const never = to.device.createTimeline('never');
    channel.pass = () => ({ timeline: never, value: 1 });
    return channel;
  };
}

const [device] = listDevices();
const words: string[] = [];
const access = await peerAccess(device!, device!);
const names = [device!.uuid, device!.uuid];
const lost = process.argv[2] === 'lost' ? access.ranking(4096).slice(0, -1) : [];
for (const transport of TRANSPORTS.filter(({ name }) => lost.includes(name))) {
  const open = transport.open.bind(transport);
  transport.open = (from, to, options) => {
    const channel = open(from, to, options);
    const other = to.device.createBuffer({ label: 'other memory', byteLength: options.turns * options.byteLength });
    const dispose = (): void => {
      other[Symbol.dispose]();
      channel[Symbol.dispose]();
    };
    return { ...channel, in: other, [Symbol.dispose]: dispose };
  };
}
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
const refusals = Object.fromEntries(access.transports.map(({ name, refusal }) => [name, refusal]));
process.stdout.write(`${JSON.stringify({ refusals, ranking: access.ranking(4096), words, middle })}\n`);
