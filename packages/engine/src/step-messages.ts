/**
 * @file What travels together in a step of a program that isn't made yet: by the sizes of a step's messages links choose their
 * transport. A link's room has a place for all that ever travels, and says nothing of that.
 */
import type { Decomposition } from './decomposition.ts';
import { staleCopies, type HaloNeeds } from './halo-needs.ts';
import type { MessageLayout } from './message-layout.ts';
import { plainName } from './pass-facts.ts';
import { reductionStages } from './reduction-plan.ts';
import { shareName } from './segments.ts';
import { carriedComponents, loopsOf, planStep } from './step-plan.ts';
import type { Unit } from './units.ts';

/** Names of components and reductions, by message: those of a step in order, its loops run twice. */
export type StepMessages = readonly ReadonlySet<string>[];

/** The messages of a step of `units` over several members, once ghosts are as the step before has left them. */
export function stepMessages(
  units: readonly Unit[],
  needs: HaloNeeds,
  { decomposition, members }: { readonly decomposition: Decomposition; readonly members: number },
): StepMessages {
  const { byStencil: reads, work } = needs;
  const stages = decomposition.domain.levels.map(({ leafCount }) => reductionStages(leafCount).length);
  const shared = { stages, ghosts: { reads, work }, members };
  const first = { stale: staleCopies(needs), start: new Map<string, number>() };
  const carried = carriedComponents(units, { ...shared, stale: first.stale });
  const request = { ...shared, carried, iterations: loopsOf(units).map(() => 2) };
  const { after, stale } = planStep(units, { ...request, ...first });
  const messages: Set<string>[] = [];
  for (const pass of planStep(units, { ...request, start: after, stale }).passes) {
    if (pass.kind === 'exchange') messages.push(new Set(pass.sent.map(plainName)));
    if (pass.kind === 'share')
      messages.push(new Set(pass.reductions.map(({ scalar }) => shareName(scalar, pass.level))));
  }
  return messages;
}

/** Bytes of those that a member sends another; without those of no bytes. */
export function messageSizes(
  messages: StepMessages,
  { parcels }: Pick<MessageLayout, 'parcels'>,
  [from, to]: readonly [number, number],
): number[] {
  const own = parcels.filter((parcel) => parcel.from === from && parcel.to === to);
  return messages
    .map((names) => own.reduce((sum, { name, sources }) => sum + (names.has(name) ? 4 * sources.length : 0), 0))
    .filter((byteLength) => byteLength > 0);
}
