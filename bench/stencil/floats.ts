/**
 * @file `npm run bench -- floats [--device NAME]`: what a driver does with the float controls that shaders ask for. Each expression
 * is run on values at the edges and on denormals, with nothing asked for and with all that the device offers, beside the
 * interpreter; then some stencils are timed in turns with and without.
 */
import { parseArgs } from 'node:util';
import { openDevice, type Device } from '@halocline/gpu';
import { compileStencil, type EmitOptions, type Environment, type FieldType } from '@halocline/stencil';
import {
  firstDifference,
  runInterpreter,
  runOnDevice,
  sameOrZero,
  VALUES,
} from '../../packages/testing/src/stencil-harness.ts';
import { makeWorld, type HostWorld } from '../../packages/testing/src/stencil-world.ts';
import { stencilCases } from './cases.ts';
import { compileCase, Kernel } from './measure.ts';
import { World } from './world.ts';

type Modes = NonNullable<EmitOptions['floats']>;

const { values } = parseArgs({
  args: process.argv.slice(process.argv[2] === 'floats' ? 3 : 2),
  options: { device: { type: 'string' } },
});
const say = (line: string): void => void process.stdout.write(`${line}\n`);

const fields: ReadonlyMap<string, FieldType> = new Map([
  ['a', 'float32'],
  ['b', 'float32'],
  ['d', 'float64'],
  ['e', 'float64'],
  ['h', 'float16'],
]);
const environment: Environment = { fields, parameters: new Map(), scalars: new Map() };

/** What the fields hold: of two that are read together every pair of them is met. */
const SAMPLES: Readonly<Record<string, readonly number[]>> = {
  'values at the edges': [NaN, Infinity, -Infinity, 0, -0, 3.4e38, -3.4e38, 1.5, 2147483648, -5e9],
  denormals: [1e-40, -1e-45, 6e-39, 1.1754943508222875e-38, 1.5, -3, 1e-30, 0],
};
const EXPRESSIONS =
  `a + b; a - b; a * b; -a; a / b; sqrt(abs(a)); float(a < b) + 2.0 * float(a == b); float(int(a)); float(uint(a));
  float(bool(a)); float(isnan(a)) + 2.0 * float(isinf(b)); step(a, b); min(a, b); max(a, b); clamp(a, -2.0, 2.0); mix(a, b, a < b);
  mix(a, b, 0.25); a < b ? a : b; abs(a); floor(a); fract(a); round(a); sign(a); a + 0.0; a * 0.0; a - a; a * 1.0; 0.0 - a;
  fma(a, b, a); float(floatBitsToUint(a)); float(packHalf2x16(vec2(a, b))); ReadField("h", idx) * 1.0; float(double(a));
  d + e; d - e; d * e; d / e; min(d, e); max(d, e); sqrt(abs(d)); double(float(d))`
    .split(';')
    .map((text) => text.trim());
const READS = `float a = ReadField("a", idx); float b = ReadField("b", idx); double d = ReadField("d", idx); double e = ReadField("e", idx);`;
const CASES = ['copy', 'laplacian', 'box', 'advect', 'd3q19', 'd3q19-half'];

function worldOf(samples: readonly number[]): HostWorld {
  const world = makeWorld(fields, 5, 1);
  for (const [name, arrays] of world.levels.same.fields) {
    const stride = name === 'b' || name === 'e' ? samples.length : 1;
    for (const list of arrays as readonly Float64Array[]) {
      for (let at = 0; at < list.length; at++) list[at] = samples[Math.floor(at / stride) % samples.length]!;
    }
  }
  return world;
}

/** How a shader differs from the interpreter first; null where it doesn't, but for the sign of zero. */
async function differenceOf(
  device: Device,
  expression: string,
  samples: readonly number[],
  floats: Modes,
): Promise<string | null> {
  const world = worldOf(samples);
  const code = `${READS} WriteField("made", idx, ${expression});`;
  const stencil = compileStencil({ name: 'one', inputs: [...fields.keys()], outputs: ['made'], code }, environment);
  const oracle = runInterpreter(stencil, world, VALUES);
  const result = await runOnDevice(device, stencil, world, VALUES, { floats });
  return firstDifference(world, result, oracle, sameOrZero);
}

/** Milliseconds of a pass with each of the modes, in turns. */
async function timesOf(device: Device, world: World, name: string, modes: Readonly<Record<string, Modes>>) {
  const found = stencilCases.find((each) => each.name === name)!;
  for (const [field, type] of Object.entries(found.fields)) world.addField(field, type);
  const { stencil, start } = compileCase(found);
  const [passes, runs] = device.kind === 'cpu' ? [1, 1] : [20, 4];
  {
    using first = await Kernel.create(world, start, {});
    await first.time(1, 1);
  }
  const times: string[] = [];
  for (const [mode, floats] of [...Object.entries(modes), ...Object.entries(modes)]) {
    using kernel = await Kernel.create(world, stencil, { floats });
    times.push(`${mode} ${(1e3 * (await kernel.time(passes, runs))).toFixed(4)}`);
  }
  world.dropFields();
  return times.join(', ');
}

await using device = await openDevice(values.device === undefined ? {} : { device: values.device });
const { floats: all } = device.limits;
const modes = { nothing: { denormals: [], specials: [], nearestEven: [] }, all };
say(`${device.name} offers float controls ${JSON.stringify(all)}`);
for (const [mode, floats] of Object.entries(modes)) {
  for (const [label, samples] of Object.entries(SAMPLES)) {
    const found: string[] = [];
    for (const expression of EXPRESSIONS) {
      const difference = await differenceOf(device, expression, samples, floats);
      if (difference !== null) found.push(`  ${expression}: ${difference}`);
    }
    say([`asked for ${mode}, ${label}: ${found.length} of ${EXPRESSIONS.length} differ`, ...found].join('\n'));
  }
}
const edge = device.kind === 'cpu' ? 32 : 256;
using world = await World.create(device, 'full', edge, true);
for (const name of CASES) say(`${name} over ${edge}³, ms: ${await timesOf(device, world, name, modes)}`);
