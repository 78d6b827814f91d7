/**
 * @file Fields over a whole level, on the host, to and from the subdomains that hold parts of them. A whole component is 512 values
 * of background, then 512 a leaf in order of rank.
 */
import type { FieldDeclaration } from './declarations.ts';
import { arrayOver, makeArray, type FieldArray } from './field-type.ts';
import type { Subdomain } from './subdomain.ts';

/** A field with its whole components. */
export interface WholeField {
  readonly field: FieldDeclaration;
  readonly components: readonly FieldArray[];
}

/** The components of a field, each from the copy that `copies` names; every leaf from its owner. Waits for the device. */
export async function gatherField(
  subdomains: readonly Pick<Subdomain, 'levels' | 'existingField'>[],
  field: FieldDeclaration,
  copies: readonly number[],
): Promise<FieldArray[]> {
  const { leafCount } = subdomains[0]!.levels[field.level]!.domain;
  const whole = copies.map((_, component) =>
    makeArray(field.type, 512 * (leafCount + 1)).fill(field.default[component]!),
  );
  for (const subdomain of subdomains) {
    const store = subdomain.existingField(field.key)!;
    const { ranks, ownCount, tables } = subdomain.levels[field.level]!;
    for (const [component, copy] of copies.entries()) {
      const bytes = await store.download(component, copy);
      const values = arrayOver(field.type, bytes.buffer, bytes.byteOffset, 512 * store.capacity);
      for (let place = 0; place < ownCount; place++) {
        copyLeaf(values, tables.slots[place]!, whole[component]!, ranks[place]! + 1);
      }
    }
  }
  return whole;
}

/** Puts whole components into every copy on every subdomain, ghosts included. Waits for the upload. */
export async function scatterField(
  subdomains: readonly Subdomain[],
  field: FieldDeclaration,
  components: readonly FieldArray[],
): Promise<void> {
  for (const subdomain of subdomains) {
    const store = await subdomain.field(field);
    const { ranks, tables } = subdomain.levels[field.level]!;
    const local = components.map((whole, component) => {
      const values = makeArray(field.type, 512 * store.capacity).fill(field.default[component]!);
      ranks.forEach((rank, place) => copyLeaf(whole, rank + 1, values, tables.slots[place]!));
      return values;
    });
    await store.upload(local);
  }
}

/** Copies the 512 values of one leaf. Both arrays have the field's own type. */
function copyLeaf(from: FieldArray, fromSlot: number, to: FieldArray, toSlot: number): void {
  (to as Float32Array).set((from as Float32Array).subarray(512 * fromSlot, 512 * fromSlot + 512), 512 * toSlot);
}
