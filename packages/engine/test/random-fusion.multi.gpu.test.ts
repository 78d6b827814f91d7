/** Random chains of stencils over random topologies: the same bits whether they run as one or not, on any cut. */
import { openDevice, type Device } from '@halocline/gpu';
import { gpuTest } from '@halocline/testing';
import fc from 'fast-check';
import { expect } from 'vitest';
import { Simulation, type SimulationOptions } from '../src/index.ts';
import { bitsOf } from './bits.ts';
import { topologyOf } from './topologies.ts';

const long = process.env['HALOCLINE_LONG'] === '1';
const PLAIN = { validation: false, timeoutMs: long ? 3_000_000 : 240_000 } as const;

/** Fields, of which `a`, `b`, `f` and `m` are transient; `s` and `q` lie between others too, and are stored. */
const FIELDS = {
  u: 'float32',
  p: 'vec3',
  n: 'int32',
  a: 'float32',
  b: 'float32',
  f: 'vec3',
  m: 'int32',
  s: 'float32',
  q: 'vec3',
  w: 'float32',
};
const TRANSIENT: ReadonlySet<string> = new Set(['a', 'b', 'f', 'm']);

/** Whole leaves, eight of them within others. */
const WHOLE = { min: [-8, -8, -8], max: [24, 24, 24] } as const;

interface Text {
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly code: string;
}

/** Stencils by a list of choices: each writes one field more, of those that it and the ones before it have written. */
function chainOf(choices: readonly number[]): Text[] {
  let at = 0;
  const pick = <T>(list: readonly T[]): T => list[(choices[at % choices.length]! + 3 * at++) % list.length]!;
  const offset = (): string => {
    const along = (): number => pick([0, 0, 1, -1, 0, 2, -3]);
    return `coord + ivec3(${along()}, ${along()}, ${along()})`;
  };
  const known = ['u', 'p', 'n'];
  const valueOf = (field: string): string => {
    const read = (name: string): string => `ReadField("${name}", ${pick([offset(), offset(), 'coord'])})`;
    if (field === 'n' || field === 'm') return `float(${read(field)} & 63)`;
    return read(FIELDS[field as keyof typeof FIELDS] === 'vec3' ? `${field}_${pick(['x', 'y', 'z'])}` : field);
  };
  const float = (depth: number): string => {
    if (depth === 0) {
      const value = valueOf(pick([...known, known.at(-1)!, known.at(-1)!]));
      return pick([value, value, value, 'float(coord.z)', 'k', `(IsActive(${offset()}) ? 0.5 : ${value})`]);
    }
    const [one, other] = [float(depth - 1), float(depth - 1)];
    return pick([`(${one} + ${other})`, `(${one} - ${other})`, `(${one} * 0.25)`, `max(${one}, ${other})`]);
  };
  const write = (field: string): string => {
    if (field === 'f' || field === 'q')
      return `WriteField("${field}", idx, vec3(${float(1)}, ${float(0)}, ${float(1)}));`;
    if (field === 'm') return `WriteField("m", idx, int(${float(0)}) * 5 + ReadField("n", ${offset()}));`;
    return `WriteField("${field}", idx, ${float(pick([0, 1, 2]))} - ${valueOf(known.at(-1)!)});`;
  };
  const between = [pick(['a', 'f', 'm', 's', 'q']), ...pick([[], ['b'], ['b'], ['s'], ['s', 'b']])];
  return [...between, 'w'].map((field) => {
    const again = write(field);
    const code = pick([again, again, `if (coord.x % 3 == 0) { ${again} } else { ${write(field)} }`]);
    const text = { inputs: [...new Set(known)], outputs: [field], code };
    known.push(field);
    return text;
  });
}

/** What the fields that are kept hold after two steps, and how the step was explained. */
async function outcome(options: SimulationOptions, texts: readonly Text[]): Promise<{ bits: string[]; text: string }> {
  await using simulation = await Simulation.create(options);
  for (const [name, type] of Object.entries(FIELDS)) {
    simulation.addField(name, type, type === 'vec3' ? [0.5, -1, 0.1] : type === 'int32' ? 7 : 0.3, {
      transient: TRANSIENT.has(name),
    });
  }
  simulation.addParameter('k', 'float', 0.7);
  texts.forEach((text, at) => simulation.addStencil(`s${at}`, text));
  // What comes last feeds what comes first, in the next step.
  simulation.addStencil('back', {
    inputs: ['w'],
    outputs: ['u'],
    code: 'WriteField("u", idx, 0.5 * ReadField("w", idx));',
  });
  await simulation.field('u').write((i, j, k) => Math.sin(0.4 * i) + Math.cos(0.7 * j + k));
  await simulation.field('p').write((i, j, k) => [0.1 * i, Math.sin(j), 0.25 * k]);
  await simulation.field('n').write((i, j, k) => (i * 31 + j * 7 + k) & 255);
  for (let step = 0; step < 2; step++) await simulation.runTimestep(0.1);
  const bits: string[] = [];
  for (const field of simulation.fields) {
    if (field.transient) continue;
    const { values } = (await field.read()).tree;
    bits.push(`${field.name} ${values.map(bitsOf).join()}`);
  }
  return { bits, text: simulation.explain() };
}

gpuTest('random chains have the same bits as one and apart, whole and cut', PLAIN, async ({ device }) => {
  await using other: Device = await openDevice({ device: device.name, validation: false });
  const cases = fc.record({
    seed: fc.nat(),
    leaves: fc.integer({ min: 1, max: 24 }),
    choices: fc.array(fc.nat({ max: 1 << 20 }), { minLength: 20, maxLength: 120, size: 'max' }),
    subdomains: fc.constantFrom(2, 3, 5),
    count: fc.constantFrom(1, 2),
  });
  let [again, kept, runs] = [0, 0, 0];
  await fc.assert(
    fc.asyncProperty(cases, async ({ seed, leaves, choices, subdomains, count }) => {
      const texts = chainOf(choices);
      const where = seed % 3 === 0 ? { domain: WHOLE } : { grid: topologyOf(seed, leaves) };
      const apart = await outcome({ ...where, device, fusion: false }, texts);
      const whole = await outcome({ ...where, device }, texts);
      runs++;
      again += whole.text.includes('computed again at') ? 1 : 0;
      kept += /, [sq] computed again at/.test(whole.text) ? 1 : 0;
      expect(whole.bits, texts.map(({ code }) => code).join('\n')).toEqual(apart.bits);
      const parts = await outcome({ ...where, devices: [device, other].slice(0, count), subdomains }, texts);
      expect(parts.bits, texts.map(({ code }) => code).join('\n')).toEqual(apart.bits);
    }),
    { numRuns: long ? 200 : 8, endOnFailure: !long },
  );
  expect(again).toBeGreaterThan(runs / 3);
  if (long) expect(kept).toBeGreaterThan(runs / 20);
});
