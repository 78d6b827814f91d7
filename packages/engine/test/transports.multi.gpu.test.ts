/** Every transport against the same suite: between two logical devices of one card, and between cards where there are two. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import { gpuTest } from '@halocline/testing';
import { listDevices, openDevice, type Device, type TimelinePoint } from '@halocline/gpu';
import { describe, expect, test } from 'vitest';
import { Load, measureTransport } from '../src/transport/measure.ts';
import { ProbeEndpoint, Prober, probeTransport } from '../src/transport/prober.ts';
import { StallError } from '../src/transport/way.ts';
import type { Channel, Endpoint } from '../src/transport/channel.ts';
import { proveChannel } from '../src/transport/prove.ts';
import { Routes } from '../src/transport/routes.ts';
import { peerAccess } from '../src/transport/peer-access.ts';
import { forcedTransport, TRANSPORTS, transportOf } from '../src/transport/transports.ts';

/** Debian's layer (1.3.239) waits ten seconds for each timeline that the host signals. */
const PLAIN = { validation: false, timeoutMs: 300_000 } as const;

/** The card of the first device once more, and another card of its model if there is one. */
async function others(device: Device): Promise<Device[]> {
  const another = listDevices().find(({ name, uuid }) => name === device.name && uuid !== device.uuid);
  const names = another === undefined ? [device.uuid] : [device.uuid, another.uuid];
  return Promise.all(names.map((name) => openDevice({ device: name, validation: false })));
}

/** Runs a body with a transport between the device and each other, where it works; tells where it ran. */
async function between(
  name: string,
  device: Device,
  body: (from: ProbeEndpoint, to: ProbeEndpoint) => Promise<void>,
): Promise<string[]> {
  const transport = TRANSPORTS.find((each) => each.name === name)!;
  const told: string[] = [];
  await using from = new ProbeEndpoint(device);
  for (const other of await others(device)) {
    // A group of one card is no way that anybody takes, but all there is of groups where no driver has others.
    const alone = name === 'group' && device.uuid === other.uuid;
    const refusal = alone ? null : transport.refusal(device, other);
    if (refusal === null) {
      await using to = new ProbeEndpoint(other);
      await body(from, to);
      await body(to, from);
      await device.idle();
    }
    told.push(refusal ?? 'works');
    await other[Symbol.asyncDispose]();
  }
  return told;
}

const open = (name: string, from: ProbeEndpoint, to: ProbeEndpoint, byteLength: number): Channel =>
  TRANSPORTS.find((each) => each.name === name)!.open(from, to, { label: name, byteLength, turns: 2 });

const LARGEST = process.env['GPU'] === 'required' || process.env['HALOCLINE_LONG'] === '1' ? 2 ** 26 : 2 ** 22;

describe.each(TRANSPORTS.map(({ name }) => name))('%s', (name) => {
  gpuTest(`${name}: the right bytes arrive, of any size`, PLAIN, async ({ device }) => {
    const sizes = [16, 4096, 100_000, 2 ** 20 + 16, LARGEST];
    const told = await between(name, device, async (from, to) => {
      const transport = TRANSPORTS.find((each) => each.name === name)!;
      const times = await measureTransport(transport, from, to, { sizes, rounds: 1, patienceMs: 20_000, workBytes: 0 });
      expect(times.map(({ byteLength }) => byteLength)).toEqual(sizes);
      expect(times.every(({ microseconds }) => microseconds > 0)).toBe(true);
      const between = { sizes: [4096], rounds: 1, patienceMs: 20_000, workBytes: 2 ** 16 };
      expect((await measureTransport(transport, from, to, between))[0]!.microseconds).toBeGreaterThan(0);
    });
    // Whoever can't says why; in one card and by mapped memory it always can.
    if (name === 'staged') expect(new Set(told)).toEqual(new Set(['works']));
    expect(told.every((word) => word !== '')).toBe(true);
  });

  gpuTest(`${name}: four bytes of a message arrive alone`, PLAIN, async ({ device }) => {
    await between(name, device, async (from, to) => {
      using channel = open(name, from, to, 16);
      using target = to.device.createBuffer({ label: 'target', byteLength: 16 });
      using put = from.device.record('put', (encoder) =>
        encoder.fill(channel.out, 0, 4, 0xfeedbeef).barrier(['transfer-target'], ['host-read']),
      );
      using take = to.device.record('take', (encoder) => encoder.copy(channel.in, 0, target, 0, 4));
      const sent = from.device.compute.submit([put], { signal: channel.signals() });
      const taken = to.device.compute.submit([take], { wait: [channel.pass(sent, 0)] });
      await taken.timeline.wait(taken.value);
      expect(new Uint32Array((await to.device.staging.download(target)).buffer)[0]).toBe(0xfeedbeef);
      await Promise.all([from.device.idle(), to.device.idle()]);
    });
  });

  gpuTest(`${name}: many in flight stay in order, with both devices at work`, PLAIN, async ({ device }) => {
    await between(name, device, async (from, to) => {
      const [bytes, rounds] = [2 ** 16, 100];
      using channel = open(name, from, to, bytes);
      using back = open(name, to, from, 16);
      using seen = to.device.createBuffer({ label: 'seen', byteLength: 4 * rounds });
      using busy = from.device.createBuffer({ label: 'busy', byteLength: 2 ** 20 });
      using work = from.device.record('work', (encoder) => encoder.fill(busy, 0, 2 ** 20, 1));
      using answer = to.device.record('answer', (encoder) =>
        encoder.fill(back.out, 0, 16, 1).barrier(['transfer-target'], ['host-read']),
      );
      using owned = new DisposableStack();
      let answered: TimelinePoint[] = [];
      for (let round = 0; round < rounds; round++) {
        const at = (round % 2) * bytes;
        const put = from.device.record('put', (encoder) =>
          encoder.fill(channel.out, at, bytes, 7 * round + 1).barrier(['transfer-target'], ['host-read']),
        );
        const take = to.device.record('take', (encoder) =>
          encoder.barrier(['host-write'], ['transfer-source']).copy(channel.in, at + bytes - 4, seen, 4 * round, 4),
        );
        owned.use(put);
        owned.use(take);
        if (round % 3 === 0) from.device.compute.submit([work]);
        // The room of two before is free when the receiver has answered the message before.
        const sent = from.device.compute.submit([put], { wait: answered, signal: channel.signals() });
        const arrival = channel.pass(sent, round % 2);
        const taken = to.device.compute.submit([take, answer], { wait: [arrival], signal: back.signals() });
        answered = [back.pass(taken, 0)];
        if (round % 10 === 9) await sleep(1);
      }
      const { last } = to.device.compute.timeline;
      await to.device.compute.timeline.wait(last);
      channel.check();
      const words = new Uint32Array((await to.device.staging.download(seen)).buffer);
      expect([...words]).toEqual(Array.from({ length: rounds }, (_, round) => 7 * round + 1));
      await from.device.compute.timeline.wait(from.device.compute.timeline.last);
      await Promise.all([from.device.idle(), to.device.idle()]);
    });
  });

  gpuTest(`${name}: what a channel took is given back`, PLAIN, async ({ device }) => {
    await between(name, device, async (from, to) => {
      const counts = (): number[] => [from, to].flatMap((end) => [end.device.children.size, end.device.heap.used]);
      const before = counts();
      for (let round = 0; round < 6; round++) {
        using channel = open(name, from, to, 2 ** 20);
        expect(channel.out.byteLength).toBeGreaterThanOrEqual(2 ** 21);
      }
      expect(counts()).toEqual(before);
    });
  });

  gpuTest(`${name}: memory that there is not is refused, and nothing is left`, PLAIN, async ({ device }) => {
    await between(name, device, async (from, to) => {
      const before = [from.device.children.size, to.device.children.size];
      expect(() => open(name, from, to, 2 ** 50)).toThrow(/^Cannot .+ ".+": .+; .+[^.]$/);
      expect([from.device.children.size, to.device.children.size]).toEqual(before);
    });
  });
});

gpuTest('a message that does not come in time is told as a stall', PLAIN, async ({ device }) => {
  const other = await openDevice({ device: device.uuid, validation: false });
  const from = new ProbeEndpoint(device);
  const to = new ProbeEndpoint(other);
  const gate = device.createTimeline('gate');
  // The sender's queue waits for what nobody signals: no message leaves it.
  device.compute.submit([], { wait: [{ timeline: gate, value: 1 }] });
  const options = { sizes: [4096], rounds: 1, patienceMs: 200, load: () => null };
  const staged = TRANSPORTS.find(({ name }) => name === 'staged')!;
  const stall = probeTransport(staged, to, from, options);
  await expect(stall).rejects.toThrow(new StallError(200));
  gate.signal(1);
  await from[Symbol.asyncDispose]();
  await to[Symbol.asyncDispose]();
  for (const { children } of [device, other]) for (const child of children) child[Symbol.dispose]();
  await device.idle();
  await other[Symbol.asyncDispose]();
});

gpuTest('what a device was given before a channel is proven may take its time', PLAIN, async ({ device }) => {
  await using other = await openDevice({ device: device.uuid, validation: false });
  await using from = new ProbeEndpoint(device);
  await using to = new ProbeEndpoint(other);
  using busy = device.createBuffer({ label: 'busy', byteLength: 2 ** 24 });
  using work = device.record('work', (encoder) => {
    for (let pass = 0; pass < 16; pass++)
      encoder.fill(busy, 0, 2 ** 24, pass).barrier(['transfer-target'], ['transfer-target']);
  });
  const submit = (): TimelinePoint => device.compute.submit([work]);
  const rounds = 8;
  let began = 0;
  for (let round = 0; round <= rounds; round++) {
    const { timeline, value } = submit();
    await timeline.wait(value);
    // The first brings the memory.
    if (round === 0) began = performance.now();
  }
  const each = (performance.now() - began) / rounds;
  // Longer than a message is waited for.
  for (let left = Math.ceil(4000 / each); left > 0; left--) submit();
  using channel = open('staged', from, to, 4096);
  proveChannel(channel, from, to, { label: 'messages', byteLength: 4096, turns: 2 });
  await Promise.all([device.idle(), other.idle()]);
});

gpuTest(
  'a device without room for the work beside messages is a failure of the transport',
  PLAIN,
  async ({ device }) => {
    await using other = await openDevice({ device: device.uuid, validation: false });
    await using from = new ProbeEndpoint(device);
    await using to = new ProbeEndpoint(other);
    const load = (): Load => new Load([from.work(2 ** 20), to.work(2 ** 60)], 200);
    const [options, staged] = [{ sizes: [4096], rounds: 1, patienceMs: 200, load }, transportOf('staged')];
    const { failed, refusal, times } = await probeTransport(staged, from, to, options);
    expect([failed, times]).toEqual([true, []]);
    expect(refusal).toMatch(/^Cannot .+ "probe work": .+; .+[^.]$/);
  },
);

gpuTest('where one device cannot be let go, a probe closes the others too', PLAIN, async ({ device }) => {
  const opened: Device[] = [];
  const staged = transportOf('staged');
  staged.hold = (end) => {
    opened.push(end);
    const lost = (): void => {
      throw new Error(`lost ${opened.indexOf(end)}`);
    };
    return { [Symbol.dispose]: lost };
  };
  const prober = new Prober();
  try {
    await prober.probe(device.report, device.report);
  } finally {
    delete staged.hold;
  }
  await expect(prober.close()).rejects.toThrow();
  expect(opened.length).toBe(2);
  for (const end of opened)
    expect(() => end.createBuffer({ label: 'late', byteLength: 16 })).toThrow(
      /^Cannot use device ".+": it was closed;/,
    );
});

/** Two logical devices of a card as ends of channels, and routes between them, which put what they say down in words. */
async function twoEnds(device: Device) {
  const owned = new AsyncDisposableStack();
  const other = owned.use(await openDevice({ device: device.uuid, validation: false }));
  const from = owned.use(new ProbeEndpoint(device));
  const to = owned.use(new ProbeEndpoint(other));
  const words: string[] = [];
  const routes = new Routes([device, other], (word) => words.push(word));
  return { other, from, to, words, routes, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

gpuTest(
  'a transport that fails when it is opened is told of, and the next takes its place',
  PLAIN,
  async ({ device }) => {
    await using ends = await twoEnds(device);
    const { other, from, to, words, routes } = ends;
    await routes.prepare();
    // What was measured now, or refused then, was told.
    words.length = 0;
    const room = { label: 'messages', byteLength: 2 ** 50, turns: 2 };
    expect(() => routes.open(from, to, room)).toThrow(
      /^Cannot use transport ".+" between ".+" and ".+": Cannot .+; put all subdomains on one device$/,
    );
    const unlike = words.filter(
      (word) => !/^Transport ".+" between ".+" and ".+" can't be used: .+; ".+" takes its place$/u.test(word),
    );
    expect(unlike).toEqual([]);
    expect(words.length).toBe(routes.ranking(device, other, [2 ** 50]).length - 1);
  },
);

/** A channel whose messages its thread never hears of, as if that slept. */
function silent(from: Endpoint, channel: Channel): Channel {
  const pass: Channel['pass'] = (...message) => {
    const { relay } = from;
    relay.post = () => undefined;
    try {
      return channel.pass(...message);
    } finally {
      Reflect.deleteProperty(relay, 'post');
    }
  };
  return { ...channel, pass };
}

gpuTest(
  'a message that no thread passes on when a link is opened is let go, and the next takes its place',
  PLAIN,
  async ({ device }) => {
    await using ends = await twoEnds(device);
    const { other, from, to, words, routes } = ends;
    routes.ranking = () => ['cuda', 'staged'];
    const [staged, cuda] = [transportOf('staged'), transportOf('cuda')];
    const real = { ...cuda };
    cuda.refusal = () => null;
    cuda.open = (...ends) => silent(ends[0], staged.open(...ends));
    const room = { label: 'messages', byteLength: 4096, turns: 2 };
    try {
      const { transport, channel } = routes.open(from, to, room);
      using _ = channel;
      expect(transport).toBe('staged');
      proveChannel(channel, from, to, room);
    } finally {
      Object.assign(cuda, real);
    }
    expect(words).toEqual([
      `Transport "cuda" between "${device.name}" and "${device.name}" can't be used: it stalls: a message is not there after 2000 ms; "staged" takes its place`,
    ]);
    await Promise.all([device.idle(), other.idle()]);
  },
);

gpuTest('a transport that is forced, and cannot be, is an error that says why', PLAIN, async ({ device }) => {
  await using other = await openDevice({ device: device.uuid, validation: false });
  await using from = new ProbeEndpoint(device);
  await using to = new ProbeEndpoint(other);
  process.env['HALOCLINE_TRANSPORT'] = 'group';
  try {
    const routes = new Routes([device, other], () => undefined);
    await routes.prepare();
    expect(() => routes.open(from, to, { label: 'messages', byteLength: 16, turns: 2 })).toThrow(
      `Cannot use transport "group" between "${device.name}" and "${device.name}": they are one card, and need no group; ` +
        'leave HALOCLINE_TRANSPORT out to have one chosen',
    );
  } finally {
    delete process.env['HALOCLINE_TRANSPORT'];
  }
});

test('the environment names a transport, or it is an error that lists them', () => {
  expect(forcedTransport({})).toBe(null);
  expect(forcedTransport({ HALOCLINE_TRANSPORT: 'cuda' })).toBe('cuda');
  expect(() => forcedTransport({ HALOCLINE_TRANSPORT: 'pigeon' })).toThrow(
    new TypeError(
      'Cannot use transport "pigeon": HALOCLINE_TRANSPORT takes same-device, shared, cuda, group or staged; leave it out to have one chosen',
    ),
  );
});

/** What the child prints. */
interface ChildReport {
  readonly refusals: Record<string, string | null>;
  /** The transports that work, the best first. */
  readonly ranking: readonly string[];
  readonly words: string[];
  readonly middle: number;
}
const CHILD = fileURLToPath(new URL('transport-child.ts', import.meta.url));

gpuTest(
  'where the system gives no memory that has a descriptor, messages are staged, with a word',
  PLAIN,
  ({ device }) => {
    if (process.platform !== 'linux') return; // Others have no such memory at all.
    // No file may be longer than 4 KiB, memory files included.
    const script = `trap '' XFSZ; ulimit -f 8; exec "${process.execPath}" --conditions=@halocline/source "${CHILD}"`;
    const env = { ...process.env, HALOCLINE_CACHE: 'off', NODE_COMPILE_CACHE: '' };
    const { stdout, stderr } = spawnSync('sh', ['-c', script], { env, encoding: 'utf8' });
    expect(stderr).toBe('');
    const { refusals, words, middle } = JSON.parse(stdout) as ChildReport;
    const why = 'Cannot share memory "shared probe of 4096 bytes": the system gave no 65536 bytes of it; ask for less';
    expect([refusals['shared'], refusals['staged']]).toEqual([why, null]);
    const between = `between "${device.name}" and "${device.name}"`;
    expect(words).toContain(`Transport "shared" ${between} is not used: ${why}`);
    expect(middle).toBe(8);
  },
);

gpuTest('a transport that stalls at the start is told of, and the next takes its place', PLAIN, ({ device }) => {
  const env = { ...process.env, HALOCLINE_CACHE: 'off', NODE_COMPILE_CACHE: '' };
  const args = ['--conditions=@halocline/source', CHILD, 'same-device'];
  const { stdout, stderr, status } = spawnSync(process.execPath, args, { env, encoding: 'utf8', timeout: 60_000 });
  expect(stderr).toBe('');
  expect(status).toBe(0);
  const { refusals, ranking, words, middle } = JSON.parse(stdout) as ChildReport;
  const why = 'it stalls: a message is not there after 2000 ms';
  expect(refusals['same-device']).toBe(why);
  // A card's own driver may offer more ways than a software driver does.
  const usable = Object.keys(refusals).filter((name) => refusals[name] === null);
  expect(ranking.toSorted()).toEqual(usable.toSorted());
  expect(ranking).toEqual(expect.arrayContaining(['shared', 'staged']));
  const between = `between "${device.name}" and "${device.name}"`;
  expect(words).toEqual([`Transport "same-device" ${between} is not used: ${why}`]);
  expect(middle).toBe(8);
});

gpuTest('a link whose memory is another than when it was measured is told of, and not used', PLAIN, ({ device }) => {
  const env = { ...process.env, HALOCLINE_CACHE: 'off', NODE_COMPILE_CACHE: '' };
  const args = ['--conditions=@halocline/source', CHILD, 'lost'];
  const { stdout, stderr } = spawnSync(process.execPath, args, { env, encoding: 'utf8', timeout: 60_000 });
  expect(stderr).toBe('');
  const { ranking, words, middle } = JSON.parse(stdout) as ChildReport;
  const between = `between "${device.name}" and "${device.name}"`;
  expect(ranking.length).toBeGreaterThan(1);
  const once = ranking
    .slice(0, -1)
    .map(
      (name, at) =>
        `Transport "${name}" ${between} can't be used: the bytes that arrive are others than were sent; "${ranking[at + 1]}" takes its place`,
    );
  // Both ways are tried.
  expect(words).toEqual([...once, ...once]);
  expect(middle).toBe(8);
});

gpuTest(
  'a channel is proven with words at both ends of its rooms, and nothing of that stays',
  PLAIN,
  async ({ device }) => {
    await between('staged', device, async (from, to) => {
      const options = { label: 'proof', byteLength: 4096, turns: 2 };
      for (const byteLength of [16, 32, 48, 4096]) {
        using channel = open('staged', from, to, byteLength);
        proveChannel(channel, from, to, { ...options, byteLength });
      }
      using channel = open('staged', from, to, 4096);
      const counts = (): number[] => [from, to].map(({ device }) => device.children.size);
      const before = counts();
      // Of each room the last four bytes are lost.
      const short = (point: TimelinePoint, turn: number): TimelinePoint =>
        channel.pass(point, turn, { offset: 0, byteLength: 4092 });
      expect(() => proveChannel({ ...channel, pass: short }, from, to, options)).toThrow(
        'the bytes that arrive are others than were sent',
      );
      expect(counts()).toEqual(before);
    });
  },
);

gpuTest('what was measured is known at the second start', PLAIN, async ({ device }) => {
  const first = await peerAccess(device, device);
  expect(await peerAccess(device.report, device)).toBe(first);
  expect(first.ranking(4096)).toContain('staged');
  expect(String(first)).toMatch(/^.+ → .+\n {2}same-device {2}/);
});
