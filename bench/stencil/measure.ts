/** @file What a kernel takes, by the device's own clock: some passes with a barrier behind each, between two timestamps. */
import { foldGroups, type Buffer, type CommandBuffer, type Device } from '@halocline/gpu';
import { compileStencil, emitSpirv, type EmitOptions, type Environment, type Stencil } from '@halocline/stencil';
import type { StencilCase } from './cases.ts';
import type { World } from './world.ts';

const PLACEMENT = { parameters: new Map<string, number>(), scalars: new Map<string, number>() };

function environmentOf(fields: StencilCase['fields']): Environment {
  return { fields: new Map(Object.entries(fields)), parameters: new Map(), scalars: new Map() };
}

/** A case's stencil, and the one that fills its fields. */
export function compileCase(each: StencilCase): { readonly stencil: Stencil; readonly start: Stencil } {
  const environment = environmentOf(each.fields);
  const names = Object.keys(each.fields);
  const filled = names.filter((name) => each.start.includes(`WriteField("${name}"`));
  return {
    stencil: compileStencil({ name: each.name, inputs: names, outputs: each.outputs, code: each.code }, environment),
    start: compileStencil({ name: 'start', inputs: [], outputs: filled, code: each.start }, environment),
  };
}

/** A kernel that is ready to run, and what it holds. */
export class Kernel implements Disposable {
  readonly #device: Device;
  readonly #held = new DisposableStack();
  readonly #blocks: Buffer[] = [];
  readonly #pipeline: ReturnType<Device['createPipeline']>;

  readonly #groups: readonly number[];

  private constructor(world: World, label: string, spirv: Uint32Array<ArrayBuffer>, groupLeaves: number) {
    this.#groups = foldGroups(Math.ceil(world.leafCount / groupLeaves), 65_535);
    this.#device = world.device;
    this.#pipeline = this.#held.use(world.device.createPipeline({ label, spirv }));
  }

  /** Waits for the upload of its pass blocks. */
  static async create(world: World, stencil: Stencil, options: EmitOptions): Promise<Kernel> {
    const { spirv, bindings } = emitSpirv(stencil, PLACEMENT, options);
    const kernel = new Kernel(world, stencil.name, spirv, 2);
    const doubled = new Set(stencil.writes.flatMap((write) => (write.doubleBuffered ? [write.field] : [])));
    for (const parity of [0, 1]) {
      const words = BigUint64Array.from(bindings, (binding) => world.address(binding, doubled, parity));
      const byteLength = Math.ceil(words.byteLength / 16) * 16;
      const block = kernel.#held.use(world.device.createBuffer({ label: 'pass block', byteLength }));
      await world.device.staging.upload(block, 0, words);
      kernel.#blocks.push(block);
    }
    return kernel;
  }

  /** Runs `passes` of it, the copies of fields in turn; gives the seconds of one, the least of some runs. */
  async time(passes: number, runs: number): Promise<number> {
    const device = this.#device;
    using queries = device.createQueryPool({ label: 'bench', count: 2 });
    using commands = this.#record(queries, passes);
    let best = Number.POSITIVE_INFINITY;
    for (let run = -1; run < runs; run++) {
      const point = device.compute.submit([commands]);
      await point.timeline.wait(point.value);
      if (run >= 0 || runs === 0) best = Math.min(best, queries.nanoseconds()[1]!);
    }
    return (best * 1e-9) / passes;
  }

  #record(queries: ReturnType<Device['createQueryPool']>, passes: number): CommandBuffer {
    const [x, y, z] = this.#groups as [number, number, number];
    return this.#device.record('bench', (encoder) => {
      encoder.barrier(['transfer-target'], ['storage-read', 'storage-write']);
      encoder.resetQueries(queries).pipeline(this.#pipeline).timestamp(queries, 0);
      for (let pass = 0; pass < passes; pass++) {
        encoder.push(BigUint64Array.of(this.#blocks[pass % 2]!.address)).dispatch(x, y, z);
        encoder.barrier(['storage-write'], ['storage-read', 'storage-write']);
      }
      encoder.timestamp(queries, 1);
    });
  }

  [Symbol.dispose](): void {
    this.#held[Symbol.dispose]();
  }
}
