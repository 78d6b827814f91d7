/** @file What one subdomain holds of level 0, as a grid: its own leaves and its ghosts. */
import { gridFromLeaves, type Grid } from '@halocline/vdb';
import type { FieldDeclaration } from '../declarations.ts';
import { arrayOver, type FieldArray } from '../field-type.ts';
import { gridFromValues } from '../grid-values.ts';
import type { Runtime } from '../runtime.ts';
import type { Subdomain } from '../subdomain.ts';

/**
 * The leaves that a subdomain holds; every voxel's value is the number of the subdomain that owns it, −1 outside. Within the lane,
 * prepared.
 */
export function ownersGrid({ decomposition, domain }: Runtime, subdomain: Subdomain): Grid {
  const { ranks, topology } = subdomain.levels[0]!;
  const { owners } = decomposition.cut(0);
  const values = new Int32Array(512 * ranks.length);
  ranks.forEach((rank, place) => values.fill(owners[rank]!, 512 * place, 512 * (place + 1)));
  return gridFromLeaves({
    name: `subdomain ${subdomain.index}`,
    type: 'int32',
    map: domain.level(0).map,
    background: [-1],
    origins: topology.origins.slice(),
    masks: topology.masks.slice(),
    values: [values],
  });
}

/**
 * A field's values as a subdomain has them, those of its ghosts too, as old as they are. Within the lane, settled. Waits for the
 * device.
 */
export async function heldGrid(runtime: Runtime, subdomain: Subdomain, field: FieldDeclaration): Promise<Grid> {
  await runtime.stores(field);
  const store = subdomain.existingField(field.key)!;
  const { domain, ranks, topology, tables } = subdomain.levels[field.level]!;
  const components: FieldArray[] = [];
  for (const [component, copy] of runtime.copiesOf(field).entries()) {
    const bytes = await store.download(component, copy);
    components.push(arrayOver(field.type, bytes.buffer, bytes.byteOffset, 512 * store.capacity));
  }
  const level = { ...domain, topology, leafCount: ranks.length };
  const target = { ...field, level, map: domain.map, slots: tables.slots, capacity: store.capacity };
  return gridFromValues(components, target, {
    name: `${field.name} of subdomain ${subdomain.index}`,
    map: domain.map,
    gridClass: field.at === 'faces' ? 'staggered' : null,
  });
}
