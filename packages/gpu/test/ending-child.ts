/**
 * @file Ends without closing its device, while more is promised than it waited for; says how many turns of a clock, slower than the
 * waiter's, it was held for.
 */
import { openDevice } from '../src/index.ts';

const device = await openDevice({ validation: false });
const timeline = device.createTimeline('mine');
const first = timeline.wait(1);
timeline.signal(1);
timeline.signal(2);
await first;

let turns = 0;
const turn = (): void => void setTimeout(() => (turns++, turn()), 30).unref();
turn();
process.on('exit', () => process.stdout.write(`${turns < 2 ? 'not held' : `held for ${turns} turns`}\n`));
