/**
 * @file `npm run bench -- multi [CASE…] [--devices 1,2,4] [--size 512] [--transports shared,cuda] [--weak | --strong] [--overlap on,off]
 * [--traced off] [--counted off] [--replicate LEAVES] [--in-flight 2,8] [--csv FILE]`: weak and strong scaling over several devices,
 * with overlap and without, and with so many steps in flight (2). Weak: a cube of `size` voxels a device; strong: 1.5 · size in all.
 * Efficiency is the speed-up over one device, in the same run, over the number of devices.
 */
import { appendFileSync, statSync } from 'node:fs';
import { listDevices } from '@halocline/gpu';
import { TRANSPORTS } from '../../packages/engine/src/transport/transports.ts';
import { benchWords, checkFile, counts as countsOf, someOf } from '../words.ts';
import { multiCases, type MultiCase } from './cases.ts';
import { measure, type Measured } from './measure.ts';

const NAME = 'multi';
const { values, wanted } = benchWords({
  name: NAME,
  help: `[--devices 1,2,4] [--size 512] [--transports shared,cuda] [--weak | --strong] [--overlap on,off]
  [--traced off] [--counted off] [--replicate LEAVES] [--in-flight 2,8] [--csv FILE]

  --devices     over so many devices of the best one's model, several logical ones on each where there are fewer
  --size        the edge of a device's cube in voxels (512; on a software driver 32)
  --transports  what messages go by; chosen: what a probe at start finds fastest (chosen)
  --weak        a cube a device; --strong: 1.5 times its edge in all; both, where neither is said
  --overlap     with messages behind the work, and without (on,off)
  --traced off  no further run that is traced: no hops, bytes and waits
  --counted off calls aren't counted: nothing is said of JavaScript
  --replicate   coarse levels of so many leaves at the most are held whole by each device
  --in-flight   with so many steps under way (as many as the engine takes by itself)
  --csv         appends the rows to a file`,
  names: multiCases.map(({ name }) => name),
  options: {
    devices: { type: 'string' },
    size: { type: 'string' },
    transports: { type: 'string', default: 'chosen' },
    overlap: { type: 'string', default: 'on,off' },
    traced: { type: 'string', default: 'on' },
    counted: { type: 'string', default: 'on' },
    replicate: { type: 'string' },
    'in-flight': { type: 'string' },
    csv: { type: 'string' },
    weak: { type: 'boolean', default: false },
    strong: { type: 'boolean', default: false },
  },
});
const transports = someOf(NAME, 'transports', values.transports, ['chosen', ...TRANSPORTS.map(({ name }) => name)]);
const overlaps = someOf(NAME, 'overlap', values.overlap, ['on', 'off']);
const flights = values['in-flight'] === undefined ? [null] : countsOf(NAME, 'in-flight', values['in-flight']);
await checkFile(NAME, values.csv);

const usable = listDevices().filter((device) => device.missing.length === 0);
const [best] = usable;
if (best === undefined) {
  process.stderr.write('Cannot run benchmark "multi": there is no usable device\n');
  process.exit(3);
}
const driver = best.driver.info === '' ? best.driver.version : best.driver.info;
const alike = usable.filter((device) => device.name === best.name);
const there = [1, 2, 4, 8].filter((count) => count === 1 || count <= alike.length).join();
const counts = countsOf(NAME, 'devices', values.devices ?? there);
const [size] = countsOf(NAME, 'size', values.size ?? (best.kind === 'cpu' ? '32' : '512')) as [number];
const both = values.weak === values.strong;
const scalings = (['weak', 'strong'] as const).filter((scaling) => both || values[scaling]);

interface Row extends Measured {
  readonly case: string;
  readonly scaling: 'weak' | 'strong';
  readonly devices: number;
  readonly overlap: boolean;
  readonly transport: string;
  /** Null: the engine's own choice. */
  readonly inFlight: number | null;
}

/** The box of a run: whole cubes side by side, x doubled first, or one cube. */
function boxOf(scaling: Row['scaling'], devices: number): readonly [number, number, number] {
  const edge = scaling === 'weak' ? size : 8 * Math.round((1.5 * size) / 8);
  if (scaling === 'strong') return [edge, edge, edge];
  return [edge * (devices > 1 ? 2 : 1), edge * (devices > 2 ? 2 : 1), edge * (devices > 4 ? 2 : 1)];
}

type Variant = Pick<Row, 'scaling' | 'devices' | 'overlap' | 'transport' | 'inFlight'>;

async function rowOf(bench: MultiCase, variant: Variant): Promise<Row> {
  const { scaling, devices: count, transport, overlap, inFlight } = variant;
  // A machine with fewer devices runs several logical ones on each.
  const devices = Array.from({ length: count }, (_, index) => `#${alike[index % alike.length]!.index}`);
  if (transport !== '') process.env['HALOCLINE_TRANSPORT'] = transport === 'chosen' ? '' : transport;
  const setup = {
    bench,
    box: boxOf(scaling, count),
    devices,
    overlap,
    inFlight,
    traced: values.traced === 'on',
    counted: values.counted === 'on',
    ...(values.replicate === undefined ? {} : { replicate: Number(values.replicate) }),
  };
  return { case: bench.name, ...variant, ...(await measure(setup)) };
}

function variantsOf(scaling: Row['scaling']): Variant[] {
  return counts.flatMap((devices) => {
    const each = (overlap: boolean, transport: string): Variant[] =>
      flights.map((inFlight) => ({ scaling, devices, overlap, transport, inFlight }));
    if (devices === 1) return each(true, '');
    return transports.flatMap((transport) => overlaps.flatMap((overlap) => each(overlap === 'on', transport)));
  });
}

function efficiencyOf(row: Row, rows: readonly Row[]): number | null {
  const isLike = (each: Row): boolean =>
    each.case === row.case && each.scaling === row.scaling && each.inFlight === row.inFlight;
  const one = rows.find((each) => each.devices === 1 && isLike(each));
  return one === undefined ? null : row.megavoxels / one.megavoxels / row.devices;
}

function lineOf(row: Row, rows: readonly Row[]): string {
  const { trace, host } = row;
  const efficiency = efficiencyOf(row, rows);
  const cells = [
    row.case.padEnd(10),
    row.scaling.padEnd(6),
    `${row.devices}`.padStart(2),
    (row.overlap ? 'overlap' : 'no overlap').padEnd(10),
    row.transport.padEnd(11),
    `${row.inFlight ?? 'auto'} in flight`.padStart(14),
    `${row.milliseconds.toFixed(3)} ms`.padStart(11),
    `${row.megavoxels.toFixed(0)} Mvoxel/s`.padStart(17),
    (efficiency === null ? '' : `${(100 * efficiency).toFixed(1)} %`).padStart(8),
    `host ${row.hostMicroseconds.toFixed(0)} us`.padStart(12),
  ];
  const script =
    host === null
      ? []
      : [
          `JavaScript ${host.scriptMicroseconds.toFixed(0)} us after ${host.stepsBefore} steps, ${host.calls.toFixed(1)} calls of ${host.callMicroseconds.toFixed(0)} us`,
        ];
  const messages =
    trace === null
      ? []
      : [
          `${trace.hops.toFixed(0)} hops${row.overlap ? '' : ` of ${trace.haloMicroseconds.toFixed(0)} us`}, ${(trace.bytes / 2 ** 20).toFixed(2)} MiB`,
          `waits ${trace.waitMicroseconds.toFixed(0)} us (${trace.longest})`,
        ];
  return [...cells, ...script, ...messages].join(' ');
}

const COLUMNS =
  'device,driver,case,scaling,size,devices,overlap,transport,ms_step,Mvoxel_s,efficiency,host_us,script_us,call_us,calls,steps_before,halo_us,hops,bytes,wait_us,longest_wait,in_flight';

function csvOf(row: Row, rows: readonly Row[]): string {
  const { trace, host } = row;
  return [
    best!.name,
    driver,
    row.case,
    row.scaling,
    size,
    row.devices,
    row.overlap,
    row.transport,
    row.milliseconds.toFixed(4),
    row.megavoxels.toFixed(1),
    efficiencyOf(row, rows)?.toFixed(4) ?? '',
    row.hostMicroseconds.toFixed(1),
    host?.scriptMicroseconds.toFixed(1) ?? '',
    host?.callMicroseconds.toFixed(1) ?? '',
    host?.calls.toFixed(2) ?? '',
    host?.stepsBefore ?? '',
    row.overlap ? '' : (trace?.haloMicroseconds.toFixed(1) ?? ''),
    trace?.hops.toFixed(1) ?? '',
    trace?.bytes.toFixed(0) ?? '',
    trace?.waitMicroseconds.toFixed(1) ?? '',
    trace?.longest.replaceAll(',', ' ') ?? '',
    row.inFlight ?? 'auto',
  ].join();
}

process.stdout.write(`${best.name}, driver ${driver}, ${alike.length} of them\n`);
const rows: Row[] = [];
for (const bench of multiCases.filter(({ name }) => wanted.includes(name))) {
  for (const variant of scalings.flatMap(variantsOf)) {
    const row = await rowOf(bench, variant);
    rows.push(row);
    process.stdout.write(`${lineOf(row, rows)}\n`);
    if (values.csv === undefined) continue;
    if (statSync(values.csv).size === 0) appendFileSync(values.csv, `${COLUMNS}\n`);
    appendFileSync(values.csv, `${csvOf(row, rows)}\n`);
  }
}
