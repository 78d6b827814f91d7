/**
 * @file A stencil's memory as storage buffers instead of addresses: synchronization validation sees only such accesses. Each is
 * bound with no more than the stencil may touch, so that passes over other components of a field don't seem to meet.
 */
import type { Buffer, Device, Encoder } from '@halocline/gpu';
import type { CompiledStencil } from './compiler.ts';
import { fieldKey } from './declarations.ts';
import { scalarBytes } from './engine-kernels.ts';
import { RECORD_BYTES } from './faults.ts';
import type { LeafSet } from './member.ts';
import { relatedLevel } from './pass-facts.ts';
import type { Program } from './program.ts';
import { stageOffset } from './reduction-plan.ts';
import type { Copies } from './step-plan.ts';

/** One pass over some leaves of a subdomain. */
export interface BoundPass {
  readonly compiled: CompiledStencil;
  readonly copies: Copies;
  readonly over: Omit<LeafSet, 'level'>;
}

/** Binds what the pass block would hold, entry n at binding n. */
export function bindPass(program: Program, encoder: Encoder, { compiled, copies, over }: BoundPass): void {
  for (const [number, address] of program.blockAddresses(compiled, copies, over).entries()) {
    const { buffer, byteOffset } = bufferAt(program.device, address);
    const byteLength = ownBytes(program, compiled, number, over) ?? buffer.byteLength - byteOffset;
    encoder.bind(number, buffer, { byteOffset, byteLength });
  }
}

/** The buffers of the tables that a stencil reads over some leaves of all subdomains. */
export function boundTables(program: Program, compiled: CompiledStencil, part: LeafSet['part']): Buffer[] {
  const { subdomains } = program.parts.member;
  const tables = subdomains.flatMap((subdomain) => program.tableAddresses(compiled, { subdomain, part }));
  return [...new Set(tables.map((address) => bufferAt(program.device, address).buffer))];
}

/** Bytes of a field's component, of a reduction's values by leaf, or of a record of far reads; null for everything else. */
function ownBytes(
  { parts: { declarations, decomposition } }: Program,
  compiled: CompiledStencil,
  number: number,
  { subdomain }: BoundPass['over'],
): number | null {
  const binding = compiled.bindings[number]!;
  if (binding.kind === 'faults') return RECORD_BYTES;
  if (binding.kind === 'partials') {
    const { leafCount } = decomposition.domain.levels[compiled.level]!;
    return scalarBytes(declarations.scalars.get(binding.scalar)!.type) * stageOffset(leafCount, 1);
  }
  if (binding.kind !== 'read' && binding.kind !== 'write') return null;
  const level = binding.kind === 'read' ? relatedLevel(compiled.level, binding.level) : compiled.level;
  return subdomain.existingField(fieldKey(binding.field, level))!.componentBytes;
}

/** The buffer that an address lies in. */
function bufferAt(device: Device, address: bigint): { readonly buffer: Buffer; readonly byteOffset: number } {
  for (const child of device.children) {
    if (child.kind !== 'buffer') continue;
    const buffer = child as Buffer;
    const byteOffset = Number(address - buffer.address);
    if (byteOffset >= 0 && byteOffset < buffer.byteLength) return { buffer, byteOffset };
  }
  throw new Error(`Bug in the pass blocks: no buffer holds address 0x${address.toString(16)}`);
}
