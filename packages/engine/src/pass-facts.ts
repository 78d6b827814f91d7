/**
 * @file What the planner needs to know of a compiled stencil: the components that it reads and writes, where it writes a
 * second copy, and the scalars. Components are the grain of everything that follows: a stencil that writes `velocity.x`
 * in place doesn't wait for one that reads `velocity.y`. One that writes a second copy takes its field's other components
 * along: the language says so (`completeCopies` in its analysis).
 */
import { componentsOf, type LevelRelation, type ReduceKind, type ScalarType, type Stencil } from '@halocline/stencil';
import { fieldKey, type FieldDeclaration } from './declarations.ts';

/** A component that a pass writes. */
export interface ComponentWrite {
  readonly component: string;
  /** Whether the new values go to the second copy, which is then the current one. */
  readonly swaps: boolean;
}

/** A scalar that a pass reduces into. */
export interface ScalarReduction {
  readonly scalar: string;
  readonly kind: ReduceKind;
  readonly type: ScalarType;
}

/** What one stencil touches. Components are `density`, `velocity.x`, `pressure@1`. */
export interface PassFacts {
  readonly name: string;
  readonly level: number;
  readonly reads: readonly string[];
  readonly writes: readonly ComponentWrite[];
  readonly scalars: readonly string[];
  readonly reductions: readonly ScalarReduction[];
  /** Components whose old values, those of inactive voxels too, are copied into the second copy before it runs; default: none. */
  readonly copied?: readonly string[];
  /** Whether it runs as a whole, and not over the boundary first; by default it may be cut. */
  readonly whole?: boolean;
}

const LETTERS = 'xyzw';

/**
 * The name of component `index` of a field; of an array it is `populations[3]`. A dot, since a field may be called `velocity_x`
 * beside a `velocity`.
 */
export function componentName(name: string, level: number, components: number, index: number): string {
  const part = components > LETTERS.length ? `[${index}]` : `.${LETTERS[index]}`;
  return fieldKey(components === 1 ? name : `${name}${part}`, level);
}

/** The names of all components of a field. */
export function componentNames(field: Pick<FieldDeclaration, 'name' | 'level' | 'type'>): string[] {
  const count = componentsOf(field.type);
  return Array.from({ length: count }, (_, index) => componentName(field.name, field.level, count, index));
}

/** `density` of its copy `density:1`; any other name as it is. */
export function plainName(name: string): string {
  return name.replace(/:[01]$/u, '');
}

/** The level that a read of `relation` reaches from `level`. */
export function relatedLevel(level: number, relation: LevelRelation): number {
  return relation === 'coarse' ? level + 1 : relation === 'fine' ? level - 1 : level;
}

/** The facts of a compiled stencil that runs on `level`. */
export function factsOf(stencil: Stencil, level: number): PassFacts {
  const reads = new Set<string>();
  for (const read of stencil.reads) {
    const count = componentsOf(read.type);
    for (const index of read.components) {
      reads.add(componentName(read.field, relatedLevel(level, read.level), count, index));
    }
  }
  const writes: ComponentWrite[] = [];
  for (const write of stencil.writes) {
    const count = componentsOf(write.type);
    for (const index of write.components) {
      const component = componentName(write.field, level, count, index);
      writes.push({ component, swaps: write.doubleBuffered });
      // Voxels that aren't written take their old value along into the second copy.
      if (write.doubleBuffered && (!write.always || stencil.color !== null)) reads.add(component);
    }
  }
  const reductions = stencil.reductions.map(({ scalar, kind, type }) => ({ scalar, kind, type }));
  return { name: stencil.name, level, reads: [...reads], writes, scalars: [...stencil.scalars.keys()], reductions };
}

/** The facts of a pass that takes old values into second copies along before it runs: of all that it writes there, or of `among`. */
export function takingAlong(facts: PassFacts, among?: ReadonlySet<string>): PassFacts {
  const swapped = facts.writes.filter(({ swaps }) => swaps).map(({ component }) => component);
  const copied = among === undefined ? swapped : swapped.filter((component) => among.has(component));
  return copied.length === 0 ? facts : { ...facts, reads: [...new Set([...facts.reads, ...copied])], copied };
}

/** Resources that a unit reads, for the scheduler: components, and scalars with their kind before the name. */
export function readResources(facts: PassFacts): Set<string> {
  return new Set([...facts.reads, ...facts.scalars.map((name) => `scalar ${name}`)]);
}

/** Resources that a unit writes. */
export function writeResources(facts: PassFacts): Set<string> {
  return new Set([
    ...facts.writes.map((write) => write.component),
    ...facts.reductions.map(({ scalar }) => `scalar ${scalar}`),
  ]);
}
