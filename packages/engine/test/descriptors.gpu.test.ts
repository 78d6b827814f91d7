/**
 * Stencils whose memory is bound as storage buffers instead of being pointed to: synchronization validation sees what they read
 * and write then, and `gpuTest` fails on any of its messages. By address it sees nothing.
 */
import { expect } from 'vitest';
import { compileStencil, emitSpirv } from '@halocline/stencil';
import { openDevice } from '@halocline/gpu';
import { gpuTest } from '@halocline/testing';
import { addFlow, around, wavy } from './flow.ts';
import { Simulation, type SimulationOptions } from '../src/index.ts';

const domain = { min: [-9, 0, 3], max: [23, 13, 24] } as const;

/**
 * Every kind of hazard between stencils: copies that swap, colours, components, levels, scalars, loops, samples. Products, no
 * quotients: a card may round those in either of two ways, by what stands around them.
 */
async function declare(simulation: Simulation): Promise<void> {
  addFlow(simulation);
  simulation.addField('h', 'float16', 0.5);
  simulation.addField('flags', 'uint8', 3);
  simulation.addStencil('narrow', {
    inputs: ['u', 'h', 'flags'],
    outputs: ['h', 'flags'],
    code: `WriteField("h", idx, 0.5 * ReadField("h", coord + ivec3(0, 0, 1)) + 0.1 * ReadField("u", idx));
           WriteField("flags", idx, (ReadField("flags", idx) * 5u + 1u) & 255u);`,
  });
  const sweep = `WriteField("p", idx, (${around('p')} - ReadField("u", idx) - 0.01 * ReadCoarse("c", coord / 2)) * 0.15625);`;
  for (const color of ['red', 'black'] as const) {
    simulation.addStencil(color, { inputs: ['p', 'u', 'c'], outputs: ['p'], code: sweep, color });
  }
  simulation.addStencil('rest', {
    inputs: ['p'],
    code: `ReduceSum("left", abs(${around('p')} - 6.0 * ReadField("p", idx)));`,
  });
  simulation.repeat({ name: 'solve', body: ['red', 'black', 'rest'], times: 8, until: { scalar: 'left', below: 5 } });
  simulation.addStencil('push', {
    inputs: ['wind', 'p', 'h'],
    outputs: ['wind'],
    code: 'WriteField("wind", idx, 0.99 * ReadField("wind", idx) - 3.0 * Gradient("p") * (1.0 + ReadField("h", idx) * min(left, 0.01)));',
  });
  simulation.addStencil('lift', {
    inputs: ['wind_x', 'u'],
    outputs: ['wind_y'],
    code: 'WriteField("wind_y", idx, ReadField("wind_x", coord + ivec3(0, 1, 0)) * 0.5 + ReadField("u", idx));',
  });
  await simulation.field('u').write(wavy);
}

async function run(options: Partial<SimulationOptions>): Promise<Record<string, unknown>> {
  await using simulation = await Simulation.create({ domain, ...options });
  await declare(simulation);
  for (let step = 0; step < 3; step++) await simulation.runTimestep(0.01);
  const result: Record<string, unknown> = { left: await simulation.scalar('left').read() };
  for (const field of [...simulation.fields, ...simulation.level(1).fields]) {
    result[`${field.name} ${field.level}`] = (await field.read()).tree.values.map(String);
  }
  return result;
}

// With the checks, which also hold every binding against what the passes declare, and with the layer alone.
for (const checks of [true, false]) {
  gpuTest(
    `bound memory gives the same bits, and synchronization validation finds nothing${checks ? ', nor do the checks' : ''}`,
    { timeoutMs: 300_000, checks },
    async ({ device }) => {
      const wanted = await run({ device });
      for (const options of [{}, { fusion: false }, { subdomains: 3 }]) {
        expect(await run({ device, access: 'descriptor', ...options })).toEqual(wanted);
      }
    },
  );
}

gpuTest(
  'what writes a field that another has written is no read without a barrier',
  { checks: true },
  async ({ device }) => {
    const domain = { min: [0, 0, 0], max: [12, 8, 8] } as const;
    await using simulation = await Simulation.create({ device, domain, access: 'descriptor', fusion: false });
    simulation.addField('w', 'float32', 3);
    simulation.addField('p', 'float32', 0);
    simulation.addStencil('first', { inputs: ['w'], outputs: ['p'], code: 'WriteField("p", idx, 2.0);' });
    const code = 'if ((coord.x & 1) == 0) WriteField("p", idx, ReadField("w", coord + ivec3(1, 0, 0)));';
    simulation.addStencil('second', { inputs: ['w'], outputs: ['p'], code });
    for (let step = 0; step < 3; step++) await simulation.runTimestep(0.1);
    const p = await simulation.field('p').read();
    expect([p.get(4, 1, 1), p.get(5, 1, 1)]).toEqual([3, 2]);
  },
);

gpuTest(
  'over two devices the checks find nothing either, in what a step records for several submits',
  // Debian's layer waits ten seconds for each timeline that the host signals.
  { timeoutMs: 300_000, validation: false, checks: true },
  async ({ device }) => {
    const said: string[] = [];
    await using other = await openDevice({
      device: `#${device.report.index}`,
      validation: false,
      checks: true,
      onValidation: ({ message }) => said.push(message),
    });
    const devices = [device, other];
    const wanted = await run({ device });
    for (const options of [{ access: 'descriptor' }, { access: 'descriptor', subdomains: 4 }, {}] as const) {
      expect(await run({ devices, ...options })).toEqual(wanted);
    }
    expect(said).toEqual([]);
  },
);

gpuTest(
  'a barrier that is missing between two stencils is found',
  { layer: true, checks: false, expected: /SYNC-HAZARD/ },
  async ({ device, messages }) => {
    const fields = new Map([
      ['a', 'float32'],
      ['b', 'float32'],
    ] as const);
    const environment = { fields, parameters: new Map(), scalars: new Map() };
    const shaders = [['a', 'b'] as const, ['b', 'a'] as const].map(([from, to]) => {
      const code = `WriteField("${to}", idx, ReadField("${from}", idx) + 1.0);`;
      const stencil = compileStencil({ name: to, inputs: [from], outputs: [to], code }, environment);
      return emitSpirv(stencil, { parameters: new Map(), scalars: new Map() }, { access: 'descriptor' });
    });
    using buffers = new DisposableStack();
    const named = new Map<string, ReturnType<typeof device.createBuffer>>();
    const bufferOf = (name: string): ReturnType<typeof device.createBuffer> => {
      const buffer = named.get(name) ?? buffers.use(device.createBuffer({ label: name, byteLength: 4096 }));
      named.set(name, buffer);
      return buffer;
    };
    using commands = device.record('two stencils', (encoder) => {
      for (const { spirv, bindings } of shaders) {
        encoder.pipeline(buffers.use(device.createPipeline({ label: 'stencil', spirv })));
        for (const [number, binding] of bindings.entries()) {
          encoder.bind(number, bufferOf('field' in binding ? binding.field : binding.kind));
        }
        encoder.dispatch(1);
      }
    });
    expect(commands.label).toBe('two stencils');
    expect(messages.join()).toMatch(/SYNC-HAZARD-READ-AFTER-WRITE/);
  },
);
