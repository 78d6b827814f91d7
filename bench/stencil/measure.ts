/** @file What a kernel takes, by the device's own clock: some passes with a barrier behind each, between two timestamps. */
import { foldGroups, type CommandBuffer, type Device } from '@halocline/gpu';
import {
  componentsOf,
  compileStencil,
  emitSpirv,
  groupsOf,
  pushedWords,
  type EmitOptions,
  type Environment,
  type Placement,
  type Stencil,
} from '@halocline/stencil';
import { fills } from '../../packages/engine/src/background/backgrounds.ts';
import { boundOf } from '../../packages/engine/src/shapes/bound-of.ts';
import { raggedShareOf } from '../../packages/engine/src/topology.ts';
import type { StencilCase } from './cases.ts';
import { plainShader } from './plain.ts';
import type { World } from './world.ts';

/** What the engine knows where `filled`: that inactive voxels hold the default, which is 0. */
export function placementOf({ writes }: Stencil, filled: boolean): Placement {
  const zeros = writes.map(({ field, type }) => [field, Array.from({ length: componentsOf(type) }, () => 0)] as const);
  return { parameters: new Map(), scalars: new Map(), backgrounds: new Map(filled ? zeros : []) };
}

/** How long a kernel runs before it is timed. */
const WARM_MILLISECONDS = 400;
/** Workgroups in x up to which a dispatch isn't folded into y. */
const MAX_GROUPS_X = 65_535;

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

interface KernelParts {
  readonly label: string;
  readonly spirv: Parameters<Device['createPipeline']>[0]['spirv'];
  /** Addresses of what the two parities of the fields' copies point to. */
  readonly blocks: readonly (readonly bigint[])[];
  readonly groups: number;
  readonly leafCount: number;
}

/** A kernel that is ready to run, and what it holds. */
export class Kernel implements Disposable {
  readonly #device: Device;
  readonly #held = new DisposableStack();
  readonly #push: Uint32Array[] = [];
  readonly #groups: readonly [number, number, number];
  readonly #pipeline: ReturnType<Device['createPipeline']>;

  private constructor(device: Device, { label, spirv, groups }: KernelParts) {
    this.#device = device;
    this.#groups = foldGroups(groups, MAX_GROUPS_X);
    this.#pipeline = this.#held.use(device.createPipeline({ label, spirv }));
  }

  static async #create(device: Device, parts: KernelParts, pushed: number): Promise<Kernel> {
    const kernel = new Kernel(device, parts);
    for (const addresses of parts.blocks) {
      const words = BigUint64Array.from(addresses);
      const byteLength = Math.ceil(words.byteLength / 16) * 16;
      const block = kernel.#held.use(device.createBuffer({ label: 'pass block', byteLength }));
      await device.staging.upload(block, 0, words);
      const { address } = block;
      const push = Uint32Array.of(Number(address & 0xffffffffn), Number(address >> 32n), parts.leafCount);
      kernel.#push.push(push.subarray(0, pushed));
    }
    return kernel;
  }

  /**
   * Ours, in a shape that is asked for or the one that suits; where leaves have inactive voxels they are `filled`. Waits for the
   * upload of its pass blocks.
   */
  static async create(
    world: World,
    stencil: Stencil,
    options: EmitOptions,
    filled: boolean = fills(raggedShareOf(world.topology)),
  ): Promise<Kernel> {
    const all = { bound: boundOf(world.device), ...options };
    const { spirv, bindings, groupLeaves, pushes } = emitSpirv(stencil, placementOf(stencil, filled), all);
    const doubled = new Set(stencil.writes.flatMap((write) => (write.doubleBuffered ? [write.field] : [])));
    const blocks = [0, 1].map((parity) => bindings.map((binding) => world.address(binding, doubled, parity)));
    const { leafCount } = world;
    const parts = { label: stencil.name, spirv, blocks, groups: groupsOf(leafCount, groupLeaves), leafCount };
    if (pushes === 'block') return await Kernel.#create(world.device, parts, 2);
    const kernel = new Kernel(world.device, parts);
    for (const addresses of blocks)
      kernel.#push.push(new Uint32Array(pushedWords(bindings, addresses, leafCount).buffer));
    return kernel;
  }

  /** The plainest one in GLSL. Waits for its compilation, and the upload of its pass blocks. */
  static async plain(world: World, each: StencilCase, stencil: Stencil): Promise<Kernel> {
    const { text, reads, writes } = plainShader(each);
    const label = `plain ${each.name}`;
    const spirv = await world.device.compile(text, { label });
    const doubled = new Set(stencil.writes.flatMap((write) => (write.doubleBuffered ? [write.field] : [])));
    const component = (name: string): { field: string; component: number } => {
      const axis = ['_x', '_y', '_z'].indexOf(name.slice(-2));
      return axis < 0 ? { field: name, component: 0 } : { field: name.slice(0, -2), component: axis };
    };
    const blocks = [0, 1].map((parity) => [
      world.address({ kind: 'leaves' }, doubled, parity),
      world.address({ kind: 'leafTable', level: 'same' }, doubled, parity),
      world.address({ kind: 'masks', level: 'same' }, doubled, parity),
      each.gathers ? world.address({ kind: 'grid', level: 'same' }, doubled, parity) : 0n,
      ...reads.map((name) => world.address({ kind: 'read', level: 'same', ...component(name) }, doubled, parity)),
      ...writes.map((name) => world.address({ kind: 'write', ...component(name) }, doubled, parity)),
    ]);
    const { leafCount } = world;
    return await Kernel.#create(world.device, { label, spirv, blocks, groups: 2 * leafCount, leafCount }, 3);
  }

  /**
   * Runs `passes` of it, the copies of fields in turn; gives the seconds of one, the least of some runs. First it runs for
   * some time that isn't counted: a GPU that had nothing to do while tables were made or shaders compiled is slow at first.
   */
  async time(passes: number, runs: number): Promise<number> {
    const device = this.#device;
    using queries = device.createQueryPool({ label: 'bench', count: 2 });
    using commands = this.#record(queries, passes);
    const run = async (): Promise<number> => {
      const point = device.compute.submit([commands]);
      await point.timeline.wait(point.value);
      return queries.nanoseconds()[1]!;
    };
    const began = performance.now();
    do await run();
    while (performance.now() - began < WARM_MILLISECONDS);
    let best = Number.POSITIVE_INFINITY;
    for (let at = 0; at < runs; at++) best = Math.min(best, await run());
    return (best * 1e-9) / passes;
  }

  #record(queries: ReturnType<Device['createQueryPool']>, passes: number): CommandBuffer {
    return this.#device.record('bench', (encoder) => {
      encoder.barrier(['transfer-target'], ['storage-read', 'storage-write']);
      encoder.resetQueries(queries).pipeline(this.#pipeline).timestamp(queries, 0);
      for (let pass = 0; pass < passes; pass++) {
        encoder.push(this.#push[pass % 2]!).dispatch(...this.#groups);
        encoder.barrier(['storage-write'], ['storage-read', 'storage-write']);
      }
      encoder.timestamp(queries, 1);
    });
  }

  [Symbol.dispose](): void {
    this.#held[Symbol.dispose]();
  }
}
