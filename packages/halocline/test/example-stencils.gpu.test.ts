/**
 * The stencils of every example, and of the solvers that they use: shader against interpreter, on random values in a small sparse
 * world, bit for bit but for what devices may round as they like.
 */

import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Device } from '@halocline/gpu';
import {
  compileStencil,
  formatIr,
  type Environment,
  type FieldType,
  type Stencil,
  type StencilSource,
} from '@halocline/stencil';
import { compileTraced } from '@halocline/stencil/trace';
import {
  firstDifference,
  gpuTest,
  makeWorld,
  runInterpreter,
  runOnDevice,
  ulpsBetween,
  VALUES,
  type RunValues,
} from '@halocline/testing';
import { expect } from 'vitest';
import { environmentOf } from '../../engine/src/compiler.ts';
import { Declarations, type StencilOptions } from '../../engine/src/declarations.ts';
import { loadScene } from '../src/cli/load-scene.ts';

interface Declared {
  readonly declarations: Declarations;
  readonly level: number;
  readonly name: string;
  readonly options: StencilOptions;
}

/** Runs a part, and gives every stencil that is declared meanwhile. */
async function declaredBy(part: () => Promise<void>): Promise<readonly Declared[]> {
  const list: Declared[] = [];
  // oxlint-disable-next-line typescript/unbound-method -- it is bound again below.
  const original = Declarations.prototype.addStencil;
  Declarations.prototype.addStencil = function addStencil(level, name, options): void {
    original.call(this, level, name, options);
    list.push({ declarations: this, level, name, options: this.stencils.get(name)!.options });
  };
  try {
    await part();
  } finally {
    Declarations.prototype.addStencil = original;
  }
  return list;
}

/** What devices may compute as they like, within Vulkan's precision; and ÷ and √, which the software driver rounds as the interpreter does. */
const FREE = /\b(?:exp2?|log2?|pow|a?(?:sin|cos|tan)h?)\(/u;
const QUOTIENTS = / \/ |\b(?:sqrt|inversesqrt|length|distance|normalize|smoothstep|mod|refract|inverse)\(/u;

/** Bit for bit, two zeros alike, where the stencil has nothing that a device may round otherwise; else close. */
function equalOn(device: Device, stencil: Stencil): (a: number, b: number) => boolean {
  const text = formatIr(stencil);
  if (FREE.test(text) || (QUOTIENTS.test(text) && device.kind !== 'cpu')) return close;
  return (a, b) => a === b || Object.is(a, b);
}

/** Close, as far as the driver's own functions allow; NaN is NaN. */
function close(a: number, b: number): boolean {
  if (Object.is(a, b) || ulpsBetween(a, b) <= 64) return true;
  return Math.abs(a - b) <= 1e-4 * (1 + Math.max(Math.abs(a), Math.abs(b)));
}

function valuesOf({ declarations }: Declared): RunValues {
  return {
    ...VALUES,
    parameters: new Map([...declarations.parameters.values()].map(({ name, value }) => [name, [...value]])),
    scalars: new Map([...declarations.scalars.keys()].map((name) => [name, 1.5])),
  };
}

function typesOf({ fields, coarseFields, fineFields }: Environment): ReadonlyMap<string, FieldType> {
  return new Map([...(fineFields ?? []), ...(coarseFields ?? []), ...fields]);
}

const folder = fileURLToPath(new URL('../../../examples/', import.meta.url));
/** Every example that is a scene, with a simulation of its own: the others have no stencils. */
const scenes = readdirSync(folder).filter((file) =>
  /export default|FluidEngine\.new/u.test(readFileSync(`${folder}${file}`, 'utf8')),
);
const values = { voxels: '16', half: '8' };

for (const file of scenes) {
  gpuTest(
    `the stencils of ${file} are the same by shader and interpreter`,
    { timeoutMs: 300_000 },
    async ({ device }) => {
      const declared = await declaredBy(async () => {
        const { simulation } = await loadScene(`${folder}${file}`, { device, values, log: () => undefined } as never);
        await simulation.initialize();
        await simulation[Symbol.asyncDispose]();
      });
      expect(declared.length).toBeGreaterThan(0);
      const found: string[] = [];
      for (const one of declared) {
        const environment = environmentOf(one.declarations, one.level);
        const { name, options } = one;
        const source = { name, inputs: [], outputs: [], code: '', ...options } as unknown as StencilSource;
        const { debug: _, ...plain } = source;
        const stencil =
          options.body === undefined
            ? compileStencil(plain, environment)
            : compileTraced(plain, options.body, environment);
        const world = makeWorld(typesOf(environment), 7, 1);
        const given = valuesOf(one);
        const shader = await runOnDevice(device, stencil, world, given);
        const difference = firstDifference(
          world,
          shader,
          runInterpreter(stencil, world, given),
          equalOn(device, stencil),
        );
        if (difference !== null) found.push(`${name}: ${difference}`);
      }
      expect(found).toEqual([]);
    },
  );
}
