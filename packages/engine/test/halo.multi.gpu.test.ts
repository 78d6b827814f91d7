/** Halos of one's own, with no simulation: what stands in the ghosts is what the owners hold. */
import { Graph, openDevice, type Device, type Encoder, type Plan } from '@halocline/gpu';
import { gpuTest } from '@halocline/testing';
import { expect } from 'vitest';
import { smooth } from '../../../examples/halo.ts';
import { Halo, Subdomains, type FieldMemory, type SubdomainsOptions } from '../src/index.ts';

/** Debian's layer (1.3.239) waits ten seconds for each timeline that the host signals. */
const PLAIN = { validation: false } as const;

const valueAt = (i: number, j: number, k: number): number => 1 + i + 100 * j + 10_000 * k;

/** Voxels within so many of a subdomain's own that are not its own: how many hold the owner's value, and how many are others. */
async function ghosts(
  parts: Subdomains,
  field: FieldMemory,
  thickness: number,
): Promise<{ right: number; wrong: number }> {
  const count = { right: 0, wrong: 0 };
  for (const { index, device, slots, origins, leafTable } of parts) {
    const table = new Int32Array((await device.staging.download(leafTable)).buffer);
    const values = new Float32Array((await device.staging.download(field.buffers[index]!)).buffer);
    const own = new Set(slots);
    const near = new Map<string, number>();
    for (const slot of slots) {
      for (let side = 0; side < 27; side++) {
        const ghost = table[32 * slot + side]!;
        if (ghost === 0 || own.has(ghost)) continue;
        const [x, y, z] = table.subarray(32 * ghost + 27, 32 * ghost + 30) as unknown as [number, number, number];
        for (let at = 0; at < 512; at++)
          near.set(`${x + (at >> 6)} ${y + ((at >> 3) & 7)} ${z + (at & 7)}`, 512 * ghost + at);
      }
    }
    for (const [voxel, at] of near) {
      const [i, j, k] = voxel.split(' ').map(Number) as [number, number, number];
      const reached = slots.some((_, leaf) =>
        [i, j, k].every((c, axis) => {
          const low = origins[3 * leaf + axis]!;
          return c >= low - thickness && c < low + 8 + thickness;
        }),
      );
      if (values[at] === (reached ? valueAt(i, j, k) : 0)) count.right++;
      else count.wrong++;
    }
  }
  return count;
}

async function others(device: Device, count: number): Promise<Device[]> {
  return Promise.all(Array.from({ length: count }, () => openDevice({ device: device.uuid, validation: false })));
}

async function fillAndExchange(
  options: SubdomainsOptions,
  type: string,
  thickness: number,
): Promise<{ right: number; wrong: number }> {
  await using parts = await Subdomains.create({ ...options, thickness });
  using u = await parts.createField('u', type);
  await using halo = new Halo(parts, { fields: { u } });
  for (const part of parts) await part.device.staging.upload(u.buffers[part.index]!, 0, part.values(valueAt));
  for (const device of options.devices) {
    using commands = device.record('pack', (encoder) => {
      halo.pack(encoder);
      halo.exchange(encoder);
    });
    await halo.send(device, [commands]);
  }
  for (const device of options.devices) {
    using commands = device.record('unpack', (encoder) => halo.unpack(encoder));
    await halo.receive(device, [commands]);
  }
  return await ghosts(parts, u, thickness);
}

/** Two leaves side by side along x, the first on `devices[0]`, the second on another that is opened for it; both go with the stack. */
async function pair(
  device: Device,
  stack: AsyncDisposableStack,
): Promise<{ devices: [Device, Device]; parts: Subdomains }> {
  const [other] = (await others(device, 1)) as [Device];
  stack.use(other);
  const devices: [Device, Device] = [device, other];
  const domain = { min: [0, 0, 0], max: [16, 8, 8] } as const;
  return { devices, parts: stack.use(await Subdomains.create({ domain, devices, thickness: 1 })) };
}

gpuTest('a stencil of ones own over two devices loses nothing at the cut', PLAIN, async ({ device }) => {
  expect(await smooth(6, { device: device.uuid, validation: false })).toBe(6 ** 6);
});

gpuTest(
  'a stencil of ones own that leaves inactive voxels alone gives the same on any number of parts',
  PLAIN,
  async ({ device }) => {
    const on = (count: number): Promise<number> => smooth(12, { device: device.uuid, validation: false }, count);
    const one = await on(1);
    expect(one).toBeLessThan(6 ** 6);
    for (const count of [2, 3, 5]) expect(await on(count), `${count} parts`).toBe(one);
  },
);

gpuTest('ghosts hold what their owners hold, as far as the halo is thick and no further', PLAIN, async ({ device }) => {
  const [other] = (await others(device, 1)) as [Device];
  await using _ = other;
  const domain = { min: [0, 0, 0], max: [24, 24, 16] } as const;
  for (const thickness of [1, 3]) {
    for (const [devices, subdomains] of [
      [[device], 4],
      [[device, other], 2],
      [[device, other], 5],
    ] as const) {
      const { right, wrong } = await fillAndExchange({ domain, devices, subdomains }, 'float32', thickness);
      expect(wrong, `${subdomains} subdomains, ${thickness} thick`).toBe(0);
      expect(right).toBeGreaterThan(0);
    }
  }
});

gpuTest('rounds follow each other, with commands that are recorded once a turn', PLAIN, async ({ device }) => {
  await using stack = new AsyncDisposableStack();
  const { devices, parts } = await pair(device, stack);
  using u = await parts.createField('u', 'float32');
  await using halo = new Halo(parts, { fields: { u } });
  await halo.ready;
  using owned = new DisposableStack();
  const packs = devices.map((each) =>
    [0, 1].map((turn) => owned.use(each.record('pack', (encoder) => halo.pack(encoder, { turn })))),
  );
  const unpacks = devices.map((each) =>
    [0, 1].map((turn) => owned.use(each.record('unpack', (encoder) => halo.unpack(encoder, { turn })))),
  );
  for (let round = 1; round <= 20; round++) {
    for (const [number, each] of devices.entries()) {
      using fill = each.record('fill', (encoder) => {
        const slots = parts.parts[number]!.slots;
        encoder.barrier(['storage-read', 'storage-write'], ['transfer-target']);
        for (const slot of slots) encoder.fill(u.buffers[number]!, 2048 * slot, 2048, 100 * round + number);
      });
      await halo.send(each, [fill, packs[number]![(round - 1) % 2]!]);
    }
    for (const [number, each] of devices.entries()) await halo.receive(each, [unpacks[number]![(round - 1) % 2]!]);
    if (round % 5 !== 0) continue;
    for (const [number, each] of devices.entries()) {
      const words = new Uint32Array((await each.staging.download(u.buffers[number]!)).buffer);
      // Own leaf in slot 1, the other's in slot 2: its face is what the other filled.
      const face = number === 0 ? 1024 : 1024 + (7 << 6);
      expect([words[512], words[face]]).toEqual([100 * round + number, 100 * round + 1 - number]);
    }
  }
});

gpuTest('what is out of turn or does not fit is refused', PLAIN, async ({ device }) => {
  const [stranger] = (await others(device, 1)) as [Device];
  await using _ = stranger;
  await using stack = new AsyncDisposableStack();
  const { parts } = await pair(device, stack);
  using u = await parts.createField('u', 'float32');
  expect(() => new Halo(parts, { fields: { u }, thickness: 2 })).toThrow(
    "Cannot make halo: thickness is 2; give whole voxels from 1 to 1, the subdomains' own",
  );
  const v = { type: 'vec3', buffers: u.buffers };
  expect(() => new Halo(parts, { fields: { v } })).toThrow(
    'Cannot take field "v" into the halo: on subdomain 0 it has 6144 bytes, and vec3 takes 18432; make it by createField',
  );
  await using halo = new Halo(parts, { fields: { u } });
  await halo.ready;
  expect(String(halo)).toBe('Halo(u; 512 bytes a round between devices)');
  expect(String(parts)).toBe('Subdomains(2 on 2 devices, 1 voxels around)');
  await expect(halo.receive(device, [])).rejects.toThrow(
    `Cannot receive on device "${device.name}": device 2 of the halo has not sent round 1; send from all devices first`,
  );
  await halo.send(device, []);
  await expect(halo.send(device, [])).rejects.toThrow(
    `Cannot send from device "${device.name}": it has sent round 1 and not received it; call receive first`,
  );
  await expect(halo.send(stranger, [])).rejects.toThrow(
    `Cannot use halo on device "${stranger.name}": it holds none of its subdomains; take a device that does`,
  );
  expect(() => stranger.record('x', (encoder) => halo.pack(encoder))).toThrow(
    "Cannot record halo: the encoder's device holds none of its subdomains; record on one that does",
  );
  expect(() => device.record('x', (encoder) => halo.pack(encoder, { fields: ['w'] }))).toThrow(
    'Cannot record field "w" of the halo: there is none of that name; one of u',
  );
  await expect(Subdomains.create({ domain: { min: [0, 0, 0], max: [8, 8, 8] }, devices: [] })).rejects.toThrow(
    'Cannot cut domain: devices is empty; open at least one',
  );
});

gpuTest(
  'commands of another turn, and fields that were not packed, are refused at submit',
  PLAIN,
  async ({ device }) => {
    await using stack = new AsyncDisposableStack();
    const { devices, parts } = await pair(device, stack);
    const [, other] = devices;
    using u = await parts.createField('u', 'float32');
    using v = await parts.createField('v', 'float32');
    await using halo = new Halo(parts, { fields: { u, v } });
    await halo.ready;
    using owned = new DisposableStack();
    const packs = devices.map((each) => owned.use(each.record('pack', (encoder) => halo.pack(encoder))));
    const unpacks = devices.map((each) => owned.use(each.record('unpack', (encoder) => halo.unpack(encoder))));
    const both = 'record them twice, with { turn: 0 } and { turn: 1 }, and submit the two in turns';
    expect(() => device.compute.submit([unpacks[0]!])).toThrow(
      `Cannot unpack halo on device "${device.name}": it has received nothing; give the commands to receive`,
    );
    for (const [number, each] of devices.entries()) await halo.send(each, [packs[number]!]);
    expect(() => device.compute.submit([packs[0]!])).toThrow(
      `Cannot pack halo on device "${device.name}": it has sent round 1 and not received it; call receive first`,
    );
    for (const [number, each] of devices.entries()) await halo.receive(each, [unpacks[number]!]);
    using within = device.recordSecondary('within', (encoder) => halo.pack(encoder, { turn: 0 }));
    using around = device.record('around', (encoder) => encoder.execute(within));
    for (const stale of [packs[0]!, around]) {
      await expect(halo.send(device, [stale])).rejects.toThrow(
        `Cannot pack halo on device "${device.name}": the commands were recorded for turn 0, and its next send is of turn 1; ${both}`,
      );
    }
    using some = device.record('some', (encoder) => halo.pack(encoder, { fields: ['u'] }));
    await halo.send(device, [some]);
    using all = other.record('all', (encoder) => halo.pack(encoder));
    await halo.send(other, [all]);
    await expect(halo.receive(device, [unpacks[0]!])).rejects.toThrow(
      `Cannot unpack halo on device "${device.name}": the commands were recorded for turn 0, and what it received is of turn 1; ${both}`,
    );
    using second = device.record('unpack', (encoder) => halo.unpack(encoder));
    await halo.receive(device, [second]);
    using greedy = other.record('unpack', (encoder) => halo.unpack(encoder));
    await expect(halo.receive(other, [greedy])).rejects.toThrow(
      `Cannot unpack halo on device "${other.name}": device 1 of the halo has sent round 2 without field "v"; pack the fields that are unpacked`,
    );
    using modest = other.record('unpack', (encoder) => halo.unpack(encoder, { fields: ['u'] }));
    await halo.receive(other, [modest]);
  },
);

gpuTest('a graph that packs is recorded again for the other turn', PLAIN, async ({ device }) => {
  const [other] = (await others(device, 1)) as [Device];
  await using _ = other;
  const devices = [device, other];
  const domain = { min: [0, 0, 0], max: [16, 8, 8] } as const;
  await using parts = await Subdomains.create({ domain, devices, thickness: 1 });
  using u = await parts.createField('u', 'float32');
  await using halo = new Halo(parts, { fields: { u } });
  await halo.ready;
  const turns: number[] = [];
  using owned = new DisposableStack();
  const graphs = devices.map((each, number) => {
    const record = (encoder: Encoder): void => {
      turns.push(number);
      halo.pack(encoder);
    };
    return owned.use(new Graph().pass({ name: 'pack', record }).compile());
  });
  for (let round = 1; round <= 3; round++) {
    for (const [number, each] of devices.entries()) {
      await each.staging.upload(
        u.buffers[number]!,
        0,
        parts.parts[number]!.values(() => 100 * round + number),
      );
      await graphs[number]!.execute({ device: each, reuse: true });
      await halo.send(each, []);
    }
    for (const each of devices) {
      using unpack = each.record('unpack', (encoder) => halo.unpack(encoder));
      await halo.receive(each, [unpack]);
    }
    const values = new Float32Array((await device.staging.download(u.buffers[0]!)).buffer);
    expect([values[512], values[1024]]).toEqual([100 * round, 100 * round + 1]);
  }
  expect(turns).toEqual([0, 1, 0, 1, 0, 1]);
});

gpuTest('graphs pack before a send and unpack after a receive, on one device or two', PLAIN, async ({ device }) => {
  const [other] = (await others(device, 1)) as [Device];
  await using _ = other;
  const domain = { min: [0, 0, 0], max: [24, 24, 16] } as const;
  for (const [devices, subdomains] of [
    [[device], 3],
    [[device, other], 2],
    [[device, other], 5],
  ] as const) {
    await using parts = await Subdomains.create({ domain, devices, subdomains, thickness: 2 });
    using u = await parts.createField('u', 'float32');
    await using halo = new Halo(parts, { fields: { u } });
    await halo.ready;
    using owned = new DisposableStack();
    const plans = devices.map((each) => {
      const graph = (passes: Readonly<Record<string, (encoder: Encoder) => void>>): Plan<Encoder> => {
        const made = new Graph();
        for (const [name, record] of Object.entries(passes)) made.pass({ name, record });
        return owned.use(made.compile());
      };
      const pack = graph({ pack: (encoder) => halo.pack(encoder), exchange: (encoder) => halo.exchange(encoder) });
      return { each, pack, unpack: graph({ unpack: (encoder) => halo.unpack(encoder) }) };
    });
    for (let round = 0; round < 4; round++) {
      for (const part of parts) await part.device.staging.upload(u.buffers[part.index]!, 0, part.values(valueAt));
      const reuse = round > 1;
      for (const { each, pack } of plans) {
        await pack.execute({ device: each, reuse });
        await halo.send(each, []);
      }
      for (const { each, unpack } of plans) {
        await halo.receive(each, []);
        await unpack.execute({ device: each, reuse });
      }
      const { right, wrong } = await ghosts(parts, u, 2);
      expect([right > 0, wrong], `${subdomains} parts, round ${round}`).toEqual([true, 0]);
    }
  }
});

gpuTest('a halo or a field that is gone is refused, in new commands and in kept ones', PLAIN, async ({ device }) => {
  await using stack = new AsyncDisposableStack();
  const { parts } = await pair(device, stack);
  using u = await parts.createField('u', 'float32');
  using v = await parts.createField('v', 'float32');
  expect(() => new Halo(parts, { fields: { v: { type: 'float32', buffers: v.buffers.toReversed() } } })).toThrow(
    `Cannot take field "v" into the halo: buffer "v" of subdomain 0 isn't alive on its device; make it by createField`,
  );
  const halo = new Halo(parts, { fields: { u, v } });
  await halo.ready;
  using both = device.record('both', (encoder) => halo.pack(encoder));
  using one = device.record('one', (encoder) => halo.pack(encoder, { fields: ['u'] }));
  v[Symbol.dispose]();
  await expect(halo.send(device, [both])).rejects.toThrow(
    'Cannot submit "both": it uses buffer "v", which was disposed; record it again',
  );
  await halo[Symbol.asyncDispose]();
  expect(() => device.compute.submit([one])).toThrow(
    'Cannot submit "one": it uses buffer "exchange entries", which was disposed; record it again',
  );
  const gone = 'Cannot use the halo: it has been disposed; make another';
  expect(() => device.record('x', (encoder) => halo.pack(encoder))).toThrow(gone);
  await expect(halo.send(device, [])).rejects.toThrow(gone);
  await expect(halo.receive(device, [])).rejects.toThrow(gone);
});

gpuTest('the validation layer sees nothing wrong in a halo on one device', {}, async ({ device }) => {
  const domain = { min: [0, 0, 0], max: [24, 24, 16] } as const;
  const { right, wrong } = await fillAndExchange({ domain, devices: [device], subdomains: 4 }, 'float32', 2);
  expect([right > 0, wrong]).toEqual([true, 0]);
});
