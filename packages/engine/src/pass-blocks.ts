/**
 * @file Pass blocks: for each stencil and each choice of copies, an array of 64-bit addresses in device memory, in the order
 * that the emitter asked for. A pass pushes the address of its block and nothing else, but where its shader asks for the addresses
 * themselves (`pushes`). Both are made anew, with the recordings that push them, when what they refer to moves.
 */
import type { Buffer } from '@halocline/gpu';
import { componentsOf } from '@halocline/stencil';
import type { CompiledStencil } from './compiler.ts';
import { fieldKey } from './declarations.ts';
import { componentName, relatedLevel } from './pass-facts.ts';
import type { PassBinding } from './kernel/kernel-layout.ts';
import type { Faults } from './faults.ts';
import type { Copies } from './step-plan.ts';
import type { LeafSet, Member } from './member.ts';
import type { Subdomain } from './subdomain.ts';
import { UNIFORMS_BYTES } from './uniforms.ts';

/** Buffers of a program that bindings point into. */
export interface BlockSources {
  readonly member: Member;
  readonly uniforms: Buffer;
  readonly partials: ReadonlyMap<string, Buffer>;
  readonly faults: Faults;
}

/** What says where leaves and voxels stand: no pass of a step writes it. */
const TABLES: ReadonlySet<PassBinding['kind']> = new Set([
  'leaves',
  'visits',
  'children',
  'count',
  'leafTable',
  'masks',
  'grid',
]);

/** Distinct pass blocks, each on 16 bytes. */
export class PassBlocks {
  readonly #sources: BlockSources;
  readonly #offsets = new Map<string, number>();
  readonly #words: number[] = [];

  constructor(sources: BlockSources) {
    this.#sources = sources;
  }

  /** All blocks, as 32-bit words. */
  get words(): Uint32Array<ArrayBuffer> {
    return Uint32Array.from(this.#words);
  }

  /**
   * Byte offset of the block of a stencil that finds these copies current, over a subdomain's leaves; it is made where there is
   * none alike.
   */
  offsetOf(compiled: CompiledStencil, copies: Copies, over: Omit<LeafSet, 'level'>): number {
    const addresses = this.addressesOf(compiled, copies, over);
    const key = addresses.join();
    let offset = this.#offsets.get(key);
    if (offset === undefined) {
      offset = 4 * this.#words.length;
      this.#offsets.set(key, offset);
      for (const address of addresses) this.#words.push(Number(address & 0xffffffffn), Number(address >> 32n));
      while (this.#words.length % 4 !== 0) this.#words.push(0);
    }
    return offset;
  }

  /** What the block of a stencil holds, in the order of its bindings. */
  addressesOf(compiled: CompiledStencil, copies: Copies, over: Omit<LeafSet, 'level'>): bigint[] {
    return compiled.bindings.map((binding) => this.#address(binding, compiled, copies, over));
  }

  /** The addresses of tables among them. */
  tablesOf(compiled: CompiledStencil, over: Omit<LeafSet, 'level'>): bigint[] {
    const tables = compiled.bindings.filter(({ kind }) => TABLES.has(kind));
    return tables.map((binding) => this.#address(binding, compiled, new Map(), over));
  }

  #address(
    binding: PassBinding,
    compiled: CompiledStencil,
    copies: Copies,
    { subdomain, part }: Omit<LeafSet, 'level'>,
  ): bigint {
    const { member, uniforms, partials, faults } = this.#sources;
    const { level } = compiled;
    switch (binding.kind) {
      case 'leaves':
        return member.leavesAddress({ subdomain, level, part });
      case 'visits':
        return member.visitsAddress({ subdomain, level, part });
      case 'children':
        return subdomain.levels[level]!.children.address;
      case 'count':
        return member.countAddress({ subdomain, level, part });
      case 'uniforms':
        return uniforms.address + BigInt(UNIFORMS_BYTES * level);
      case 'parameter':
        return uniforms.address + BigInt(UNIFORMS_BYTES * level + binding.byteOffset);
      case 'scalars':
        return member.scalars.address;
      case 'scalar':
        return member.scalars.address + BigInt(binding.byteOffset);
      case 'nothing':
        return 0n;
      case 'leafTable':
      case 'masks':
        return subdomain.levels[relatedLevel(level, binding.level)]![binding.kind].address;
      case 'grid':
        return subdomain.gridOf(relatedLevel(level, binding.level)).address;
      case 'debug':
        return compiled.debug!.address;
      case 'faults':
        return faults.addressOf(compiled, subdomain);
      case 'partials':
        return partials.get(binding.scalar)!.address;
      case 'read':
        return componentAddress(subdomain, binding, relatedLevel(level, binding.level), copies, false);
      case 'write': {
        const swaps = compiled.writes.some((write) => write.field === binding.field && write.doubleBuffered);
        return componentAddress(subdomain, binding, level, copies, swaps);
      }
    }
  }
}

function componentAddress(
  subdomain: Subdomain,
  { field, component }: { readonly field: string; readonly component: number },
  level: number,
  copies: Copies,
  other: boolean,
): bigint {
  const store = subdomain.existingField(fieldKey(field, level))!;
  const name = componentName(field, level, componentsOf(store.declaration.type), component);
  const current = copies.get(name);
  if (current === undefined) throw new Error(`Bug in the planner: it doesn't know which copy of "${name}" is current`);
  return store.address(component, other ? 1 - current : current);
}
