/** What halos, subdomains and `peerAccess` are given: values of another kind, and mistyped names, are refused in words. */
import { listDevices, openDevice } from '@halocline/gpu';
import { gpuTest, vulkanTest } from '@halocline/testing';
import { expect } from 'vitest';
import { Halo, peerAccess, peerAccesses, Subdomains } from '../src/index.ts';

/** Debian's layer (1.3.239) waits ten seconds for each timeline that the host signals. */
const PLAIN = { validation: false } as const;

const domain = { min: [0, 0, 0], max: [16, 8, 8] } as const;

/** The error that an act throws or rejects with, class and all. */
async function refusalOf(act: () => unknown): Promise<unknown> {
  try {
    await act();
  } catch (error) {
    return error;
  }
  throw new Error('it was taken');
}

gpuTest('subdomains refuse options that are none', PLAIN, async ({ device }) => {
  const create = (options: unknown): Promise<Subdomains> => Subdomains.create(options as never);
  const devices = [device];
  const wanted = 'give a list of open devices, as in [await openDevice()]';
  const cases: [unknown, string][] = [
    [undefined, 'its options are undefined; give an object, as in { domain: … }'],
    [{ domain }, `it lacks its devices; ${wanted}`],
    [{ domain, devices: 2 }, `devices is 2; ${wanted}`],
    [{ domain, devices: ['#0', '#0'] }, `devices is ["#0", "#0"]; ${wanted}`],
    [{ domain, devices: device }, `devices is of type Device; ${wanted}`],
    [
      { domain, devices: [device, device] },
      `device "${device.name}" is given twice; open it twice, or give it once and a number of subdomains`,
    ],
    [
      { domain, devices, thicknes: 1 },
      '"thicknes" is no option of it (did you mean "thickness"?); there are cutOrder, devices, domain, grid, log, origin, subdomains, thickness, translation, voxelSize',
    ],
    [{ domain: 8, devices }, 'domain is 8; give a box, as in { min: [0, 0, 0], max: [64, 64, 64] }'],
    [{ domain, devices, log: 'console' }, 'log is "console"; give a function'],
    [{ devices }, 'neither domain nor grid is given; give one of them'],
  ];
  for (const [options, message] of cases) {
    expect(await refusalOf(() => create(options))).toEqual(new TypeError(`Cannot cut domain: ${message}`));
  }
  expect(await refusalOf(() => create({ domain, devices, subdomains: '2' }))).toEqual(
    new RangeError('Cannot cut domain: subdomains is "2"; give a whole number, at least 1, one a device'),
  );
});

gpuTest('a halo refuses subdomains, fields and options that are none', PLAIN, async ({ device }) => {
  await using parts = await Subdomains.create({ domain, devices: [device], subdomains: 2 });
  using u = await parts.createField('u', 'float32');
  const make = (subdomains: unknown, options?: unknown): Halo => new Halo(subdomains as Subdomains, options as never);
  const field =
    (given: unknown): (() => Halo) =>
    () =>
      make(parts, { fields: { u: given } });
  const made = 'give what createField makes, { type, buffers }';
  const cases: [() => unknown, string][] = [
    [
      () => make({}, { fields: { u } }),
      'Cannot make halo: its subdomains are {}; give what Subdomains.create has made, before it is disposed',
    ],
    [() => make(parts), 'Cannot make halo: its options are undefined; give an object, as in { fields: … }'],
    [
      () => make(parts, {}),
      "Cannot make halo: it lacks its fields; give fields by name, as in { u: await subdomains.createField('u', 'float32') }",
    ],
    [
      () => make(parts, { fields: { u }, thicknes: 1 }),
      'Cannot make halo: "thicknes" is no option of it (did you mean "thickness"?); there are fields, thickness',
    ],
    [field(null), `Cannot take field "u" into the halo: it is null; ${made}`],
    [field('u'), `Cannot take field "u" into the halo: it is "u"; ${made}`],
    [field(u.buffers[0]), `Cannot take field "u" into the halo: it lacks its type, or a list of buffers; ${made}`],
    [
      field({ type: 'float32', buffers: u.buffers[0] }),
      `Cannot take field "u" into the halo: it lacks its type, or a list of buffers; ${made}`,
    ],
  ];
  for (const [act, message] of cases) expect(await refusalOf(act)).toEqual(new TypeError(message));
});

gpuTest('what is recorded, sent and received by a halo is looked at', PLAIN, async ({ device }) => {
  await using parts = await Subdomains.create({ domain, devices: [device], subdomains: 2 });
  using u = await parts.createField('u', 'float32');
  await using halo = new Halo(parts, { fields: { u } });
  for (const act of ['pack', 'exchange', 'unpack'] as const) {
    const record = (part: unknown): unknown => device.record('x', (encoder) => halo[act](encoder, part as object));
    expect(await refusalOf(() => record({ field: ['u'] }))).toEqual(
      new TypeError('Cannot record halo: "field" is no option of it (did you mean "fields"?); there are fields, turn'),
    );
    expect(await refusalOf(() => record({ fields: 'u' }))).toEqual(
      new TypeError(`Cannot record halo: fields is "u"; give a list of names, as in ['density']`),
    );
  }
  const wrong = new TypeError('Cannot use halo: its device is "#0"; give an open one that holds its subdomains');
  expect(await refusalOf(() => halo.send('#0' as never, []))).toEqual(wrong);
  expect(await refusalOf(() => halo.receive('#0' as never, []))).toEqual(wrong);
});

gpuTest('a field of one’s own wants a name and a type', PLAIN, async ({ device }) => {
  await using parts = await Subdomains.create({ domain, devices: [device] });
  for (const [name, text] of [
    [undefined, 'undefined'],
    [5, '5'],
  ]) {
    expect(await refusalOf(() => parts.createField(name as never, 'float32'))).toEqual(
      new TypeError(`Cannot create field: its name is ${text as string}; give text, as in createField('u', 'float32')`),
    );
  }
  await expect(parts.createField('u', 'float99')).rejects.toThrow('Cannot add field "u": "float99" is no field type');
});

vulkanTest('subdomains that were disposed make no halo, and are disposed once', async () => {
  await using device = await openDevice(PLAIN);
  const parts = await Subdomains.create({ domain, devices: [device] });
  await parts[Symbol.asyncDispose]();
  await parts[Symbol.asyncDispose]();
  expect(await refusalOf(() => parts.createField('u', 'float32'))).toEqual(
    new TypeError('Cannot create field "u": its subdomains have been disposed; cut the domain again'),
  );
  expect(await refusalOf(() => parts.parts[0]!.leafCount)).toEqual(
    new TypeError('Cannot use subdomain 0: it has been disposed; cut the domain again'),
  );
  expect(String(parts.parts[0])).toBe('SubdomainPart(0, disposed)');
  expect(await refusalOf(() => new Halo(parts, { fields: {} }))).toEqual(
    new TypeError(
      'Cannot make halo: its subdomains are of type Subdomains; give what Subdomains.create has made, before it is disposed',
    ),
  );
});

gpuTest('transports are told between devices that are open or listed, and nothing else', PLAIN, async ({ device }) => {
  const give = 'give an open one, or a report of listDevices()';
  const ask = peerAccess as (...devices: unknown[]) => Promise<unknown>;
  for (const [given, shown] of [
    ['#0', '"#0"'],
    [undefined, 'undefined'],
    [{}, '{}'],
  ]) {
    const refusal = new TypeError(`Cannot tell transports: a device is ${shown as string}; ${give}`);
    expect(await refusalOf(() => ask(device, given))).toEqual(refusal);
    expect(await refusalOf(() => ask(given, listDevices()[0]))).toEqual(refusal);
  }
  expect(await refusalOf(() => peerAccesses([device] as never))).toEqual(
    new TypeError('Cannot tell transports: a pair is of type Device; give two devices, as in [from, to]'),
  );
});
