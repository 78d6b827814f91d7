/** @file What a script holds: objects of ours by number. A number is never given twice; what is alive at the script's end is freed. */
import type { LuaValue } from '../machine/values.ts';

interface Entry {
  readonly kind: string;
  readonly object: object;
  readonly free: (() => void | Promise<void>) | undefined;
}

/** The objects of a script. */
export class Handles {
  readonly #entries = new Map<number, Entry>();
  readonly #ids = new Map<object, number>();
  #next = 1;

  /** A handle of an object, for the script; `free` is called when it is freed, or at the script's end. */
  give(kind: string, object: object, free?: () => void | Promise<void>): LuaValue {
    let id = this.#ids.get(object);
    if (id === undefined) {
      id = this.#next++;
      this.#ids.set(object, id);
      this.#entries.set(id, { kind, object, free });
    }
    return new Map<string, LuaValue>([
      ['$handle', id],
      ['$class', kind],
    ]);
  }

  /** What a handle stands for; throws unless it is alive and of this kind. */
  take(act: string, kind: string, value: LuaValue): object {
    const id = idOf(value);
    const entry = id === null ? undefined : this.#entries.get(id);
    if (entry?.kind === kind) return entry.object;
    const what = entry ? `a ${entry.kind} is given` : id === null ? 'no handle is given' : 'what is given was freed';
    throw new TypeError(`Cannot ${act}: ${what}; give a ${kind} that is alive`);
  }

  /** The kind of a handle, and what it stands for; null if it is no handle that is alive. */
  find(value: LuaValue): { readonly kind: string; readonly object: object } | null {
    const id = idOf(value);
    return (id === null ? undefined : this.#entries.get(id)) ?? null;
  }

  /** Frees what a handle stands for. */
  async free(object: object): Promise<void> {
    const id = this.#ids.get(object);
    if (id === undefined) return;
    await this.#entries.get(id)!.free?.();
    this.#entries.delete(id);
    this.#ids.delete(object);
  }

  /** Takes handles away of which nothing need be freed. */
  forget(kind: string, isGone: (object: object) => boolean): void {
    for (const [id, entry] of this.#entries) {
      if (entry.kind !== kind || !isGone(entry.object)) continue;
      this.#entries.delete(id);
      this.#ids.delete(entry.object);
    }
  }

  /** Frees everything, the last first; what fails is told by the first error, after all the others. */
  async close(): Promise<void> {
    let first: { readonly error: unknown } | null = null;
    for (const [, { object }] of [...this.#entries].toReversed()) {
      try {
        await this.free(object);
      } catch (error) {
        first ??= { error };
      }
    }
    if (first !== null) throw first.error;
  }
}

function idOf(value: LuaValue): number | null {
  const id = value instanceof Map ? value.get('$handle') : undefined;
  return typeof id === 'number' ? id : null;
}
