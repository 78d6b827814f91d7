/** @file What passes declare, held against what their commands do. */

import type { Usage } from '../access.ts';
import { undeclaredText } from './findings.ts';
import type { Report } from './findings.ts';
import type { DeclaredUse, TrackedResource } from './tracker.ts';
import { covered, usageBit, writesOf } from './usage-bits.ts';

/** A pass that is being recorded. */
export interface Pass {
  readonly name: string;
  readonly declared: readonly DeclaredUse[] | undefined;
  /** What its commands touched, by resource. */
  readonly touched: Map<TrackedResource, number>;
}

/** The passes that a recording stands in, the innermost last. */
export class Declarations {
  readonly #recording: string;
  readonly #report: Report | undefined;
  readonly #open: Pass[] = [];
  #declaring: Pass | undefined;

  constructor(recording: string, report: Report | undefined) {
    this.#recording = recording;
    this.#report = report;
  }

  get current(): Pass | undefined {
    return this.#open.at(-1);
  }

  /** The innermost pass's name, else the recording's. */
  get name(): string {
    return this.current?.name ?? this.#recording;
  }

  /** The innermost declarations there are. */
  get declared(): readonly DeclaredUse[] | undefined {
    return this.#declaring?.declared;
  }

  begin(name: string, declared: readonly DeclaredUse[] | undefined): void {
    const pass = { name, declared, touched: new Map() };
    this.#open.push(pass);
    if (declared) this.#declaring = pass;
  }

  end(): void {
    this.#open.pop();
    this.#declaring = this.#open.findLast((each) => each.declared);
  }

  touched(resource: TrackedResource, access: Usage): void {
    if (this.#declaring) this.takeAny(resource, usageBit(access));
  }

  /** A nested recording does this. */
  take(resource: TrackedResource, bit: number, command: string): void {
    this.check(resource, bit, command);
    this.takeAny(resource, bit);
  }

  /** A nested recording does something with the resource. */
  takeAny(resource: TrackedResource, bit: number = 0): void {
    const touched = this.#declaring?.touched;
    touched?.set(resource, (touched.get(resource) ?? 0) | bit);
  }

  /** What the innermost pass declares of resources that no command of it showed: memory that its shaders reach by address. */
  untouched(): readonly DeclaredUse[] {
    const { declared = [], touched } = this.current ?? {};
    return declared.filter(({ resource }) => typeof resource !== 'string' && !touched?.has(resource));
  }

  /** Reports a touch that the pass doesn't declare. */
  check(resource: TrackedResource, bit: number, command: string): void {
    const pass = this.#declaring;
    if (!pass || !this.#report) return;
    let allowed = 0;
    for (const use of pass.declared!) {
      if (use.resource === resource || use.resource === resource.label) allowed |= usageBit(use.access);
    }
    if ((covered(allowed) & bit) === bit) return;
    this.#report(undeclaredText({ pass: pass.name, resource, bit, allowed, command, writes: writesOf(bit) !== 0 }));
  }
}
