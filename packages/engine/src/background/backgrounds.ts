/**
 * @file Which fields hold their default in every inactive voxel. Shaders that write such a field may write whole sectors of memory,
 * inactive voxels with what they hold anyway; where a loaded grid says otherwise they write active voxels alone.
 */
import { componentNames, takingAlong } from '../pass-facts.ts';
import type { CheckedStencil } from '../compiler.ts';
import type { Declarations, FieldDeclaration } from '../declarations.ts';
import type { DomainLevel } from '../domain.ts';
import type { FieldArray } from '../field-type.ts';
import type { Topology } from '../topology.ts';

/**
 * The share of leaves with inactive voxels from which on they are written: shaders that do it took up to 4 % longer over whole
 * leaves, and two fifths of the time over leaves six tenths full (an H100; packages/stencil/README.md).
 */
const LEAST_RAGGED = 1 / 16;

/** Whether inactive voxels are written, where this share of the leaves has some. */
export function fills(raggedShare: number): boolean {
  return raggedShare >= LEAST_RAGGED;
}

/** How many leaves of each level have inactive voxels. */
interface Levels {
  level(index: number): Pick<DomainLevel, 'raggedShare'>;
}

/** What a simulation knows of its fields' inactive voxels. A field begins with its default everywhere. */
export class Backgrounds {
  readonly #others = new WeakSet<FieldDeclaration>();
  /** Fields that kernels of the user's own write, or wrote, unless these promise to leave inactive voxels alone: whatever they leave there. */
  readonly #foreign = new WeakSet<FieldDeclaration>();
  #stale = false;

  /** Whether a field that shaders may have been made for holds something else by now. */
  get stale(): boolean {
    return this.#stale;
  }

  /** A field got new values in all of its voxels; `defaults` tells whether its inactive ones hold the default. */
  given(field: FieldDeclaration, defaults: boolean): void {
    if (defaults) this.#others.delete(field);
    else if (!this.#others.has(field)) {
      this.#others.add(field);
      this.#stale = true;
    }
  }

  /** Takes up what kernels among these passes write, before shaders are made. */
  look(checked: Iterable<CheckedStencil>, { fields }: Declarations): void {
    const written = new Set(
      [...checked].flatMap(({ kernel, facts }) =>
        kernel === null || kernel.declaration.kernel.activeOnly === true
          ? []
          : facts.writes.map(({ component }) => component),
      ),
    );
    for (const field of fields.values())
      if (componentNames(field).some((name) => written.has(name))) this.#foreign.add(field);
  }

  /** Shaders were made for what is known now. */
  renewed(): void {
    this.#stale = false;
  }

  /** Whether a field holds its default in every inactive voxel, for sure. */
  knows(field: FieldDeclaration): boolean {
    return !this.#others.has(field) && !this.#foreign.has(field);
  }

  /** Components whose inactive voxels hold whatever kernels wrote there, and may change with each step, where there are such voxels. */
  foreign({ fields }: Declarations, domain: Levels): ReadonlySet<string> {
    const written = [...fields.values()].filter((field) => this.#foreign.has(field));
    return new Set(written.filter(({ level }) => domain.level(level).raggedShare > 0).flatMap(componentNames));
  }

  /** The defaults that inactive voxels of a level hold, by field; none where hardly a leaf has inactive voxels. */
  of({ fields }: Declarations, { index: level, raggedShare }: DomainLevel): Map<string, readonly number[]> {
    if (!fills(raggedShare)) return new Map();
    const known = [...fields.values()].filter((field) => field.level === level && this.knows(field));
    return new Map(known.map((field) => [field.name, field.default]));
  }
}

/** Stencils keep what kernels left in inactive voxels of what they write into second copies. */
export function takingForeignAlong(
  checked: ReadonlyMap<string, CheckedStencil>,
  foreign: ReadonlySet<string>,
): Map<string, CheckedStencil> {
  const along = (one: CheckedStencil): CheckedStencil =>
    one.stencil === null ? one : { ...one, facts: takingAlong(one.facts, foreign) };
  return new Map([...checked].map(([name, one]) => [name, along(one)]));
}

/**
 * Whether whole components (512 values of background, then 512 a leaf, by rank unless `slots` tells where each rank stands) hold
 * the field's default in every inactive voxel, bit for bit.
 */
export function holdsDefaults(
  { default: defaults }: Pick<FieldDeclaration, 'default'>,
  { masks }: Topology,
  components: readonly FieldArray[],
  slots?: Uint32Array,
): boolean {
  for (let word = 0; word < masks.length; word++) {
    const mask = masks[word]!;
    if (mask === 0xffffffff) continue;
    const slot = slots ? slots[word >> 4]! : (word >> 4) + 1;
    const first = 512 * slot + 32 * (word & 15);
    for (let bit = 0; bit < 32; bit++) {
      if ((mask >>> bit) & 1) continue;
      for (let c = 0; c < components.length; c++)
        if (!Object.is(components[c]![first + bit], defaults[c])) return false;
    }
  }
  return true;
}
