/**
 * @file Bytes between JavaScript and the device: uploads from and downloads into ordinary arrays, and host arrays, beside
 * what a bare vkCmdCopyBuffer between mapped memory and the device's reaches in the same run.
 */
import type { Buffer, Device } from '@halocline/gpu';
import { milliseconds, type Row, type World } from './row.ts';

const MiB = 2 ** 20;
const SHARE = 0.9;
/** Below this size a transfer's latency counts, not its rate: no goal. */
const GOAL_FROM = 256 * MiB;

const TURNS = 15;

interface Way {
  readonly name: string;
  readonly up: boolean;
  /** Nobody asks for a share of a bare copy. */
  readonly aimless?: boolean;
  readonly run: () => unknown;
}

/** A copy recorded once, submitted, and waited for. */
function bareCopy(device: Device, [from, to]: readonly [Buffer, Buffer], stack: DisposableStack): () => void {
  const { byteLength } = from;
  const commands = stack.use(device.record('bare', (encoder) => encoder.copy(from, 0, to, 0, byteLength)));
  return () => {
    const { timeline, value } = device.compute.submit([commands]);
    timeline.waitBlocking(value);
  };
}

/** What is measured of one size: ways of transfer, and whether they go up; the first two are the bare copies. */
function waysOf(device: Device, byteLength: number, stack: DisposableStack): Way[] {
  const { staging } = device;
  const make = (label: string, memory: 'device' | 'upload' | 'download'): Buffer =>
    stack.use(device.createBuffer({ label, byteLength, memory }));
  const buffer = make('transfer', 'device');
  const array = new Uint8Array(byteLength).fill(7);
  const ways: Way[] = [
    { name: 'bare copy up', up: true, run: bareCopy(device, [make('bare up', 'upload'), buffer], stack) },
    { name: 'bare copy down', up: false, run: bareCopy(device, [buffer, make('bare down', 'download')], stack) },
    {
      name: 'upload',
      up: true,
      run: async () => {
        await staging.upload(buffer, 0, array);
        await device.idle();
      },
    },
    {
      name: 'download into an array',
      up: false,
      run: () => staging.download(buffer, 0, byteLength, { into: array }),
    },
    { name: 'download as a new array', up: false, aimless: true, run: () => staging.download(buffer) },
  ];
  if (!device.raw.extensions.includes('VK_EXT_external_memory_host')) return ways;
  const bytes = new Uint8Array(stack.use(device.hostArray(byteLength)).array);
  return [
    ...ways,
    { name: 'upload from a host array', up: true, run: () => staging.upload(buffer, 0, bytes) },
    {
      name: 'download to a host array',
      up: false,
      run: () => staging.download(buffer, 0, byteLength, { into: bytes }),
    },
  ];
}

/** The ways take turns, so that whatever happens to the machine happens to all of them; each tells the least of its runs. */
async function rowsOf(world: World, byteLength: number): Promise<Row[]> {
  using stack = new DisposableStack();
  const ways = waysOf(world.device, byteLength, stack);
  const times = ways.map(() => Number.POSITIVE_INFINITY);
  for (let turn = 0; turn < TURNS; turn++) {
    for (const [index, { run }] of ways.entries())
      times[index] = Math.min(times[index]!, await milliseconds(run, 1, 0));
  }
  const size = byteLength >= 1024 * MiB ? `${byteLength / 1024 / MiB} GiB` : `${byteLength / MiB} MiB`;
  const rates = times.map((took) => byteLength / took / 1e6);
  const aimedAt = byteLength >= GOAL_FROM && !world.software;
  return ways.map(({ name, up, aimless }, index): Row => {
    const [value, most] = [rates[index]!, rates[up ? 0 : 1]!];
    const row = { name: `${name}, ${size}`, value, unit: 'GB/s' };
    if (index < 2) return { ...row, note: 'one vkCmdCopyBuffer between mapped memory and the device' };
    const note = `${(value / most).toFixed(2)} of a bare copy`;
    if (!aimedAt || aimless === true) return { ...row, note };
    return { ...row, note, goal: `${SHARE} of a bare copy`, reached: value >= SHARE * most };
  });
}

/** The threads that help with large transfers start with the first of them, and take some 100 ms. */
async function warm({ device }: World): Promise<void> {
  using buffer = device.createBuffer({ label: 'warm', byteLength: 64 * MiB });
  await device.staging.download(buffer);
  await new Promise((resolve) => setTimeout(resolve, 300));
}

/** All rows. */
export async function transfer(world: World): Promise<readonly Row[]> {
  const sizes = world.software ? [1, 16] : [1, 16, 64, 256, 1024];
  await warm(world);
  const rows: Row[] = [];
  for (const size of sizes) rows.push(...(await rowsOf(world, size * MiB)));
  return rows;
}
