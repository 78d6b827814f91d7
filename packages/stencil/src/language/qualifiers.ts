/**
 * @file Qualifiers of declarations. `precise`, `invariant` and the precisions have no effect: every operation is rounded by
 * itself, and a float has 32 bits (GLSL 4.60 §4.7 to §4.9).
 */

import type { ExpressionNode, StatementNode } from './syntax.ts';
import type { TokenStream } from './token-stream.ts';

const PRECISIONS: readonly string[] = ['highp', 'mediump', 'lowp'];

const SAMENESS: readonly string[] = ['precise', 'invariant'];

/** Words that a declaration has one of at most. */
const ALTERNATIVES: readonly (readonly string[])[] = [PRECISIONS, ['in', 'out', 'inout']];

function isQualifier(word: string, own: readonly string[]): boolean {
  return PRECISIONS.includes(word) || SAMENESS.includes(word) || own.includes(word);
}

/** How many tokens on, behind the qualifiers without effect and those of `own`. */
export function qualifiersEnd(stream: TokenStream, own: readonly string[] = []): number {
  let at = 0;
  while (stream.peek(at).kind === 'name' && isQualifier(stream.peek(at).text, own)) at++;
  return at;
}

/** Takes qualifiers in any order: those without effect, and those of `own`. Gives the words. */
export function parseQualifiers(stream: TokenStream, own: readonly string[] = []): ReadonlySet<string> {
  const words = new Set<string>();
  while (qualifiersEnd(stream, own) > 0) {
    const { text, span } = stream.next();
    if (words.has(text)) throw stream.fail(span, `${text} stands here twice; remove one`);
    const rivals = ALTERNATIVES.find((group) => group.includes(text)) ?? [];
    const rival = rivals.find((word) => words.has(word));
    if (rival !== undefined) throw stream.fail(span, `${text} stands beside ${rival}; remove one of the two words`);
    words.add(text);
  }
  return words;
}

/** `precision highp float;`, without effect. */
export function parsePrecision(stream: TokenStream): void {
  stream.next();
  if (!PRECISIONS.includes(stream.peek().text)) throw stream.missing('highp, mediump or lowp', 'after precision');
  const { text } = stream.next();
  if (!stream.is('float') && !stream.is('int')) throw stream.missing('float or int', `after precision ${text}`);
  stream.next();
  stream.expect(';', 'after a precision');
}

/** Whether `precise` or `invariant` is said here of variables that there are: names with commas between them. */
export function startsRequalified(stream: TokenStream): boolean {
  return (
    SAMENESS.includes(stream.peek().text) && stream.peek(1).kind === 'name' && (stream.is(';', 2) || stream.is(',', 2))
  );
}

/** `precise a, b;`: looks up the names, and has no effect. */
export function parseRequalified(stream: TokenStream): StatementNode {
  const { text, span } = stream.next();
  const items: ExpressionNode[] = [];
  do {
    if (stream.peek().kind !== 'name') throw stream.missing('a name', `after ${text}`);
    const name = stream.next();
    items.push({ kind: 'name', name: name.text, span: name.span, depth: 1 });
  } while (stream.take(','));
  stream.expect(';', `after the names of ${text}`);
  const whole = stream.since(span);
  return { kind: 'expression', span: whole, expression: { kind: 'sequence', items, span: whole, depth: 2 } };
}
