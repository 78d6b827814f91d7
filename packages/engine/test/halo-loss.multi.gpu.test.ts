/** A device that is lost under a halo of one's own: it is named, the others end and are left as they were. */
import { openDevice, type Device } from '@halocline/gpu';
import { gpuTest } from '@halocline/testing';
import { expect } from 'vitest';
import { Halo, Subdomains } from '../src/index.ts';
import { losable, type Submits } from './losable.ts';

const PLAIN = { validation: false, timeoutMs: 120_000 } as const;

const NOTHING = 'nothing was thrown';

async function messageOf(act: () => PromiseLike<unknown>): Promise<string> {
  return act().then(
    () => NOTHING,
    (error: Error) => error.message,
  );
}

/** All pack and send. */
async function send(halo: Halo, devices: readonly Device[]): Promise<void> {
  for (const device of devices) {
    using pack = device.record('pack', (encoder) => halo.pack(encoder));
    await halo.send(device, [pack]);
  }
}

/** All pack and send, then all receive and unpack. */
async function round(halo: Halo, devices: readonly Device[]): Promise<void> {
  await send(halo, devices);
  for (const device of devices) {
    using unpack = device.record('unpack', (encoder) => halo.unpack(encoder));
    await halo.receive(device, [unpack]);
  }
}

/** Three rounds over two devices, of which the one of this number is lost then; what acts behind that and the halo's end say. */
async function loseDevice(
  device: Device,
  [number, submits]: readonly [number, Submits],
  acts: readonly (typeof round)[],
): Promise<{ said: string[]; lost: Device }> {
  const open = (): Promise<Device> => openDevice({ device: device.uuid, validation: false });
  const devices = [await open(), await open()] as const;
  const lost = devices[number]!;
  const state = losable(lost, submits);
  const domain = { min: [0, 0, 0], max: [32, 16, 16] } as const;
  const parts = await Subdomains.create({ domain, devices, subdomains: 3 });
  const u = await parts.createField('u', 'float32');
  const halo = new Halo(parts, { fields: { u } });
  for (let each = 0; each < 3; each++) await round(halo, devices);
  for (const each of devices) await each.idle();
  state.lost = true;
  const said: string[] = [];
  for (const act of acts) said.push(await messageOf(() => act(halo, devices)));
  said.push(await messageOf(() => halo[Symbol.asyncDispose]()));
  u[Symbol.dispose]();
  await parts[Symbol.asyncDispose]();
  // The other device waited for messages that never come: it is let go, ends, and nothing is left on it.
  await devices[1 - number]!.idle();
  for (const { children } of devices) expect([...children].map(String)).toEqual([]);
  for (const each of devices) await each[Symbol.asyncDispose]();
  return { said, lost };
}

for (const submits of ['eaten', 'refused'] as const) {
  gpuTest(
    `a lost device whose submits are ${submits} is named by a halo, and the others end`,
    PLAIN,
    async ({ device }) => {
      for (const number of [0, 1]) {
        const { said, lost } = await loseDevice(device, [number, submits], [round, round]);
        const [first, second, disposed] = said;
        expect(first).toMatch(
          /^Cannot go on with device ".+": it was lost \(vk\w+ gave VK_ERROR_DEVICE_LOST\); submitted last: /,
        );
        expect(first!.endsWith(` (device ${number + 1} of 2: "${lost.name}")`), first).toBe(true);
        expect([second, disposed]).toEqual([first, NOTHING]);
      }
    },
  );
}

gpuTest('a loss that nobody was told of is told where the halo is disposed', PLAIN, async ({ device }) => {
  const { said, lost } = await loseDevice(device, [1, 'eaten'], [send]);
  expect(said[0]).toBe(NOTHING);
  expect(said[1]!.endsWith(` (device 2 of 2: "${lost.name}")`), said[1]).toBe(true);
});
