/**
 * @file Exchanges, as early as they can be. A plan has an exchange right before the pass that needs it. Where members wait for each
 * other between what is written and that pass, the message may as well go before: then the stencil that writes computes
 * its boundary first, and its interior while the message travels (`segments.ts`).
 *
 *     a  reduce r  share r  gate  exchange a  b      →      a  exchange a  reduce r  share r  gate  b
 */
import type { PlannedPass, Scope } from './step-plan.ts';

/** The passes with such exchanges where they go out first. */
export function sendEarly(passes: readonly PlannedPass[]): PlannedPass[] {
  const sent: PlannedPass[] = [];
  for (const pass of passes) {
    const writer = pass.kind === 'exchange' ? sent.findLastIndex((each) => writesAny(each, pass.sent)) : -1;
    const scope = pass.kind === 'exchange' && writer >= 0 ? earlierScope(sent[writer]!, pass.scope) : null;
    const waits = sent.slice(writer + 1).some(({ kind }) => kind === 'share' || kind === 'exchange');
    if (pass.kind !== 'exchange' || scope === null || !waits) {
      sent.push(pass);
      continue;
    }
    const reads = [...pass.sent, ...(scope === 'count' ? [] : [`args ${scope}`])];
    sent.splice(writer + 1, 0, { ...pass, scope, uses: { ...pass.uses, reads } });
  }
  return sent;
}

function writesAny({ uses }: PlannedPass, names: readonly string[]): boolean {
  return uses.writes.some((name) => names.includes(name));
}

/** The scope of an exchange that follows its writer at once: the writer's, if it is open wherever the exchange was; else null. */
function earlierScope(writer: PlannedPass, scope: Scope): Scope | null {
  if (writer.kind !== 'stencil') return null;
  return writer.scope === scope || !writer.scope.includes(' ') ? writer.scope : null;
}
