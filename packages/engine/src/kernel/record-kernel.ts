/** @file Commands of a kernel's pass: old values first, where it doesn't overwrite them, then its workgroups. Stencils take theirs along alike. */
import type { Buffer, Encoder } from '@halocline/gpu';
import { componentsOf, elementBytes } from '@halocline/stencil';
import type { CompiledStencil } from '../compiler.ts';
import { fieldKey } from '../declarations.ts';
import type { LeafSet, Member } from '../member.ts';
import type { OwnedBuffers } from '../owned-buffers.ts';
import { componentName } from '../pass-facts.ts';
import type { Copies } from '../step-plan.ts';
import type { Subdomain } from '../subdomain.ts';

/** Bytes of indirect arguments. */
const ARGUMENT_BYTES = 16;

/** What a kernel's pass is recorded with. */
export interface KernelPass {
  readonly member: Member;
  readonly compiled: CompiledStencil;
  readonly copies: Copies;
  readonly part: LeafSet['part'];
  /** Address of the pass block for a subdomain. */
  readonly block: (subdomain: Subdomain) => bigint;
  /** Dispatches over leaves, with the arguments of the pass's scope. */
  readonly dispatch: (leaves: LeafSet) => void;
  /** The arguments of the pass's scope, whose word 2 is 0 while it is shut; null where nothing shuts it. */
  readonly gate: { readonly args: Buffer; readonly byteOffset: number; readonly groups: KernelGroups } | null;
}

/** Records one. */
export function recordKernel(encoder: Encoder, pass: KernelPass): void {
  const { member, compiled, part, gate } = pass;
  const { level, kernel } = compiled;
  copyOld(encoder, pass);
  if (kernel!.groups !== null && gate !== null) gate.groups.record(encoder, compiled, gate);
  encoder.pipeline(compiled.pipeline);
  for (const subdomain of member.subdomains) {
    encoder.push(BigUint64Array.of(pass.block(subdomain)));
    if (kernel!.groups === null) pass.dispatch({ subdomain, level, part });
    else if (gate === null) encoder.dispatch(...kernel!.groups);
    else gate.groups.dispatch(encoder, compiled);
  }
}

/** Takes the values of a second copy's components along, over the pass's leaves. */
export function copyOld(
  encoder: Encoder,
  pass: Pick<KernelPass, 'member' | 'compiled' | 'copies' | 'part' | 'dispatch'>,
): void {
  const { member, compiled, part } = pass;
  if (compiled.facts.copied === undefined) return;
  for (const subdomain of member.subdomains) copyLeaves(encoder, pass, { subdomain, level: compiled.level, part });
  encoder.barrier(['storage-write'], ['storage-read', 'storage-write'], true);
}

function copyLeaves(
  encoder: Encoder,
  { member, compiled, copies, dispatch }: Parameters<typeof copyOld>[1],
  leaves: LeafSet,
): void {
  const { subdomain, level, part } = leaves;
  const copied = new Set(compiled.facts.copied);
  for (const { field, type, components } of compiled.writes) {
    const store = subdomain.existingField(fieldKey(field, level))!;
    for (const component of components) {
      const name = componentName(field, level, componentsOf(type), component);
      if (!copied.delete(name)) continue;
      const current = copies.get(name)!;
      member.kernels.bind(encoder, 'settle', [
        member.leavesAddress({ subdomain, level, part }),
        member.countAddress({ subdomain, level, part }),
        store.address(component, current),
        store.address(component, 1 - current),
        (512 * elementBytes(type)) / 16,
      ]);
      dispatch(leaves);
    }
  }
}

/**
 * The indirect arguments of kernels with workgroups of their own, in a step that may stop on the device: x and y stand there, and z
 * is taken from the scope's arguments, where it is 1 or 0.
 */
export class KernelGroups {
  readonly #kernels: readonly CompiledStencil[];
  readonly #buffer: Buffer | null;

  /** `gated` says whether the step may stop. */
  constructor(compiled: ReadonlyMap<string, CompiledStencil>, owned: OwnedBuffers, gated: boolean) {
    this.#kernels = [...compiled.values()].filter(({ kernel }) => kernel !== null && kernel.groups !== null);
    const byteLength = ARGUMENT_BYTES * this.#kernels.length;
    this.#buffer = gated && byteLength > 0 ? owned.make({ label: 'groups of kernels', byteLength }) : null;
    for (const { name, kernel } of gated ? this.#kernels : []) {
      if (kernel!.groups![2] === 1) continue;
      throw new RangeError(
        `Cannot run kernel "${name}": its groups are ${kernel!.groups!.join(', ')}, and in a step with a repeat that a scalar ends z must be 1; fold z into y`,
      );
    }
  }

  /** Writes x and y. Waits for the upload. */
  async upload(member: Member): Promise<void> {
    if (this.#buffer === null) return;
    const words = this.#kernels.flatMap(({ kernel }) => [...kernel!.groups!, 0]);
    await member.device.staging.upload(this.#buffer, 0, Uint32Array.from(words));
  }

  /** Takes z from the scope. */
  record(encoder: Encoder, compiled: CompiledStencil, { args, byteOffset }: NonNullable<KernelPass['gate']>): void {
    encoder.barrier(['storage-write', 'indirect'], ['transfer-source', 'transfer-target'], true);
    encoder.copy(args, byteOffset + 8, this.#buffer!, this.#place(compiled) + 8, 4);
    encoder.barrier(['transfer-source', 'transfer-target'], ['indirect', 'storage-write'], true);
  }

  /** Where a kernel's arguments stand; null where nothing shuts it. */
  memory(
    compiled: CompiledStencil,
  ): { readonly resource: Buffer; readonly range: { byteOffset: number; byteLength: number } } | null {
    if (this.#buffer === null || !this.#kernels.includes(compiled)) return null;
    return { resource: this.#buffer, range: { byteOffset: this.#place(compiled), byteLength: ARGUMENT_BYTES } };
  }

  dispatch(encoder: Encoder, compiled: CompiledStencil): void {
    encoder.dispatchIndirect(this.#buffer!, this.#place(compiled));
  }

  #place(compiled: CompiledStencil): number {
    return ARGUMENT_BYTES * this.#kernels.indexOf(compiled);
  }
}
