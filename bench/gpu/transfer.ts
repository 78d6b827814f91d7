/**
 * @file Bytes between JavaScript and the device: uploads from and downloads into ordinary arrays, and host arrays, beside
 * what a bare vkCmdCopyBuffer between mapped memory and the device's reaches in the same run.
 */
import type { Buffer } from '@halocline/gpu';
import { milliseconds, type Row, type World } from './row.ts';

const MiB = 2 ** 20;
const SHARE = 0.9;
/** Below this size a transfer's latency counts, not its rate: no goal. */
const GOAL_FROM = 256 * MiB;

interface Ceiling {
  readonly up: number;
  readonly down: number;
}

function rate(byteLength: number, tookMilliseconds: number): number {
  return byteLength / tookMilliseconds / 1e6;
}

/** The rates in GB/s of a copy recorded once, submitted, and waited for. */
async function ceiling({ device }: World, target: Buffer, byteLength: number): Promise<Ceiling> {
  const copy = async (from: Buffer, to: Buffer): Promise<number> => {
    using commands = device.record('ceiling', (encoder) => encoder.copy(from, 0, to, 0, byteLength));
    const took = await milliseconds(() => {
      const { timeline, value } = device.compute.submit([commands]);
      timeline.waitBlocking(value);
    });
    return rate(byteLength, took);
  };
  using up = device.createBuffer({ label: 'ceiling up', byteLength, memory: 'upload' });
  using down = device.createBuffer({ label: 'ceiling down', byteLength, memory: 'download' });
  return { up: await copy(up, target), down: await copy(target, down) };
}

async function rowsOf(world: World, byteLength: number): Promise<Row[]> {
  const { device } = world;
  const { staging } = device;
  using buffer = device.createBuffer({ label: 'transfer', byteLength });
  const highest = await ceiling(world, buffer, byteLength);
  const size = byteLength >= 1024 * MiB ? `${byteLength / 1024 / MiB} GiB` : `${byteLength / MiB} MiB`;
  const rows: Row[] = [];
  const row = async (name: string, most: number, body: () => Promise<unknown>, aimed = true): Promise<void> => {
    const value = rate(byteLength, await milliseconds(body));
    const share = `${(value / most).toFixed(2)} of a bare copy, ${most.toFixed(1)} GB/s`;
    const goal = aimed && byteLength >= GOAL_FROM && !world.software;
    rows.push({
      name: `${name}, ${size}`,
      value,
      unit: 'GB/s',
      note: share,
      ...(goal ? { goal: `${SHARE} of a bare copy`, reached: value >= SHARE * most } : {}),
    });
  };
  const array = new Uint8Array(byteLength).fill(7);
  await row('upload', highest.up, async () => {
    await staging.upload(buffer, 0, array);
    await device.idle();
  });
  await row('download into an array', highest.down, () => staging.download(buffer, 0, byteLength, { into: array }));
  await row('download as a new array', highest.down, () => staging.download(buffer), false);
  if (!device.raw.extensions.includes('VK_EXT_external_memory_host')) return rows;
  using host = device.hostArray(byteLength);
  const bytes = new Uint8Array(host.array).fill(7);
  await row('upload from a host array', highest.up, () => staging.upload(buffer, 0, bytes));
  const into = { into: bytes };
  await row('download to a host array', highest.down, () => staging.download(buffer, 0, byteLength, into));
  return rows;
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
