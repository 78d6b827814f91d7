/** Traces of whole simulations: valid, nested, complete, and with the boundary computed before the interior. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { gpuTest } from '@halocline/testing';
import { openDevice, type Device } from '@halocline/gpu';
import { Simulation } from '../src/index.ts';

interface Event {
  readonly ph: 'X' | 'M';
  readonly name: string;
  readonly cat: string;
  readonly ts: number;
  readonly dur: number;
  readonly pid: number;
  readonly tid: number;
  readonly args: Readonly<Record<string, string | number>>;
}

/** A diffusion, and what is summed of it. */
function diffuse(simulation: Simulation, sums: boolean): void {
  simulation.addField('u', 'float32', 1);
  simulation.addScalar('total', 'float');
  const code = `WriteField("u", idx, 0.5 * ReadField("u", coord + ivec3(1, 0, 0)) + 0.1);`;
  simulation.addStencil('move', { inputs: ['u'], outputs: ['u'], code });
  if (!sums) return;
  simulation.addStencil('sum', {
    inputs: ['u'],
    code: 'ReduceSum("total", ReadField("u", coord + ivec3(0, 1, 0)));',
  });
}

/** The spans that four steps over these devices leave, and what was said. */
async function traced(
  devices: readonly Device[],
  declare: (simulation: Simulation) => void = (simulation) => diffuse(simulation, true),
  steps = 4,
): Promise<{ events: Event[]; said: string[]; processes: string[] }> {
  const folder = mkdtempSync(join(tmpdir(), 'trace-'));
  const said: string[] = [];
  try {
    const file = join(folder, 'trace.json');
    {
      const domain = { min: [0, 0, 0], max: [40, 24, 16] } as const;
      await using simulation = await Simulation.create({
        devices,
        domain,
        trace: file,
        fusion: false, // a pass for each stencil
        log: (line) => said.push(line),
      });
      declare(simulation);
      for (let step = 0; step < steps; step++) await simulation.runTimestep(0.01);
    }
    const { traceEvents } = JSON.parse(readFileSync(file, 'utf8')) as { traceEvents: Event[] };
    const processes: string[] = [];
    for (const { name, pid, args } of traceEvents) if (name === 'process_name') processes[pid] = String(args['name']);
    return { events: traceEvents.filter(({ ph }) => ph === 'X'), said, processes };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const end = ({ ts, dur }: Event): number => ts + dur;

gpuTest('a trace holds every pass of every step, on each device', { validation: false }, async ({ device }) => {
  await using other = await openDevice({ device: `#${device.report.index}`, validation: false });
  const { events, said, processes } = await traced([device, other]);
  for (const pid of [1, 2]) {
    for (const step of [0, 1, 2, 3]) {
      const own = events.filter((event) => event.pid === pid && event.args['step'] === step);
      const names = (kind: string): string[] => own.filter(({ cat }) => cat === kind).map(({ name }) => name);
      expect(names('pass')).toEqual(expect.arrayContaining(['begin', 'move', 'sum', 'reduce total']));
      expect(names('pack')).toEqual(expect.arrayContaining(['pack sum total@0']));
      expect(names('unpack')).toEqual(expect.arrayContaining(['unpack sum total@0']));
    }
  }
  for (const name of ['submit to device 1', 'submit to device 2', 'record device 1', 'record device 2'])
    expect(events.some((event) => event.pid === 0 && event.name === name)).toBe(true);
  expect(processes).toEqual(['host', `device 1: ${device.name}`, `device 2: ${other.name}`]);
  expect(events.some(({ cat, name }) => cat === 'wait' && name === 'wait for sum total@0')).toBe(true);
  expect(said.at(-1)).toMatch(
    /^Trace: \d+ spans of 4 steps in .*; open it in ui\.perfetto\.dev or chrome:\/\/tracing$/,
  );
});

gpuTest('a trace of one step says so', { validation: false }, async ({ device }) => {
  const { said } = await traced([device], undefined, 1);
  expect(said.at(-1)).toMatch(/^Trace: \d+ spans of 1 step in /u);
});

gpuTest(
  'spans of one queue nest, and the boundary is done before the interior',
  { validation: false },
  async ({ device }) => {
    await using other = await openDevice({ device: `#${device.report.index}`, validation: false });
    const { events } = await traced([device, other], (simulation) => diffuse(simulation, false));
    for (const queue of Map.groupBy(events, ({ pid, tid }) => `${pid} ${tid}`).values()) {
      const open: Event[] = [];
      for (const event of queue) {
        while (open.length > 0 && end(open.at(-1)!) <= event.ts + 1e-3) open.pop();
        if (open.length > 0) expect(end(event), event.name).toBeLessThanOrEqual(end(open.at(-1)!) + 1e-3);
        open.push(event);
      }
    }
    const moves = events.filter(({ cat, name, pid }) => cat === 'pass' && name === 'move' && pid === 1);
    for (const step of [1, 2, 3]) {
      const of = (part: string): Event => moves.find(({ args }) => args['step'] === step && args['part'] === part)!;
      expect(end(of('boundary'))).toBeLessThanOrEqual(of('interior').ts + 1e-3);
    }
  },
);

gpuTest(
  'what travels was written since it was last sent, and halves travel as halves',
  { validation: false },
  async ({ device }) => {
    await using other = await openDevice({ device: `#${device.report.index}`, validation: false });
    const { events } = await traced([device, other], (simulation) => {
      simulation.addField('still', 'float32', 2);
      simulation.addField('whole', 'float32', 1);
      simulation.addField('half', 'float32', 1, { storage: 'float16' });
      for (const name of ['whole', 'half']) {
        const code = `WriteField("${name}", idx, 0.5 * ReadField("${name}", coord + ivec3(1, 0, 0)) + 0.1 * ReadField("still", coord + ivec3(1, 0, 0)));`;
        simulation.addStencil(`move_${name}`, { inputs: [name, 'still'], outputs: [name], code });
      }
    });
    /** Bytes that the second device packs of each field in a step. */
    const packed = (step: number): Record<string, number> => {
      const own = events.filter(({ cat, pid, args }) => cat === 'pack' && pid === 2 && args['step'] === step);
      return Object.fromEntries(
        own.map(({ name, args }) => [name.replaceAll(/pack |:[01]/gu, ''), Number(args['bytes'])]),
      );
    };
    const bytes = 4 * 24 * 16;
    expect(Object.keys(packed(0)).join()).toContain('still');
    for (const step of [1, 2, 3]) expect(packed(step)).toEqual({ 'whole, half': 1.5 * bytes });
  },
);

gpuTest('one device is traced too', { validation: false }, async ({ device }) => {
  const { events } = await traced([device]);
  expect(
    events
      .filter(({ cat }) => cat === 'pass')
      .map(({ name }) => name)
      .slice(0, 4),
  ).toEqual(['begin', 'move', 'sum', 'reduce total']);
});

gpuTest(
  "a driver that calibrates no clocks is told of, and traced by the host's",
  { validation: false },
  async ({ device }) => {
    Object.defineProperty(device, 'readClock', { value: () => undefined, configurable: true });
    try {
      const before = performance.now();
      const { events, said } = await traced([device]);
      const taken = 1000 * (performance.now() - before);
      const word = `Trace: device "${device.name}" has no VK_EXT_calibrated_timestamps for this host's clock; its times are set by the host's, and may be off by `;
      expect(said[0]!.slice(0, word.length)).toBe(word);
      expect(said[0]!.slice(word.length)).toMatch(/^\d+ µs$/);
      const submits = events.filter(({ pid, cat }) => pid === 1 && cat === 'submit');
      expect(submits).toHaveLength(4);
      for (const event of submits) expect(end(event)).toBeLessThan(taken);
    } finally {
      Reflect.deleteProperty(device, 'readClock');
    }
  },
);

gpuTest('a trace that can’t be written is told of at the beginning', { validation: false }, async ({ device }) => {
  const domain = { min: [0, 0, 0], max: [8, 8, 8] } as const;
  await expect(Simulation.create({ device, domain, trace: '/dev/null/trace.json' })).rejects.toThrow(
    'Cannot write file "/dev/null/trace.json": a part of its path is a file; write elsewhere',
  );
  await expect(Simulation.create({ device, domain, trace: 5 as unknown as string })).rejects.toThrow(
    "Cannot create simulation: trace is 5; give a file's path that ends in .json",
  );
});

gpuTest('a simulation closes its devices, whatever becomes of its trace', { validation: false }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'halocline-'));
  const within = join(folder, 'within');
  try {
    const domain = { min: [0, 0, 0], max: [8, 8, 8] } as const;
    const simulation = await Simulation.create({ domain, trace: join(within, 'trace.json') });
    const own = simulation.device;
    rmSync(within, { recursive: true });
    writeFileSync(within, 'a file');
    await expect(simulation[Symbol.asyncDispose]()).rejects.toThrow('a part of its path is a file; write elsewhere');
    expect(() => own.createBuffer({ label: 'words', byteLength: 64 })).toThrow('it was closed; open it again');
  } finally {
    rmSync(folder, { recursive: true });
  }
});
