/**
 * @file Which copy of each component is current: as the steps of a program leave them, unless the field was moved since, or is
 * another one by now.
 */
import type { FieldDeclaration } from './declarations.ts';
import { componentNames } from './pass-facts.ts';
import type { Copies } from './step-plan.ts';

/** The fields of a program, and what became of them. */
export class CurrentCopies {
  /** By component. */
  #placed: ReadonlyMap<string, FieldDeclaration> = new Map();
  readonly #moved = new Set<FieldDeclaration>();

  /** A program begins, with these fields. */
  begin(placed: ReadonlyMap<string, FieldDeclaration>): void {
    this.#placed = placed;
    this.#moved.clear();
  }

  /** A field was moved to other memory: its first copies are current, until another program begins. */
  moved(field: FieldDeclaration): void {
    this.#moved.add(field);
  }

  /** Of copies that the program's steps left, those of fields that were not moved since. The others' first copies are current. */
  unmoved(copies: Copies): Copies {
    if (this.#moved.size === 0) return copies;
    return new Map([...copies].filter(([component]) => !this.#moved.has(this.#placed.get(component)!)));
  }

  /** `unmoved`, of those alone that are declared still: one that was added anew under its name begins with its first copy. */
  declared(copies: Copies, fields: ReadonlyMap<string, FieldDeclaration>): Copies {
    const same = (field: FieldDeclaration): boolean => fields.get(field.key) === field;
    return this.unmoved(new Map([...copies].filter(([component]) => same(this.#placed.get(component)!))));
  }
}

/** Fields by the names of their components. */
export function byComponent(fields: Iterable<FieldDeclaration>): Map<string, FieldDeclaration> {
  return new Map([...fields].flatMap((field) => componentNames(field).map((name) => [name, field] as const)));
}
