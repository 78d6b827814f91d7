/** @file A cursor over tokens, and the errors that a parser makes of them. */

import type { Span } from '../ir.ts';
import { errorAt } from '../stencil-error.ts';
import type { SourceText, StencilError } from '../stencil-error.ts';
import { tokenize } from './tokens.ts';
import type { Token } from './tokens.ts';

/** How deep expressions and blocks may nest: recursion over the tree stays far from the end of the stack. */
const NESTING_LIMIT = 200;

/** How deep the tree of one expression may be; a chain of n operators is n deep. */
export const DEPTH_LIMIT = 1000;

/** The tokens of a text and the place of the parser in them. */
export class TokenStream {
  readonly source: SourceText;
  /** Names of the structs that were declared before. */
  readonly structs: Set<string> = new Set();
  #tokens: readonly Token[];
  #at = 0;
  #nesting = 0;

  constructor(source: SourceText) {
    this.source = source;
    this.#tokens = tokenize(source);
  }

  /** The token `ahead` places further on; the last one forever after the end. */
  peek(ahead = 0): Token {
    return this.#tokens[Math.min(this.#at + ahead, this.#tokens.length - 1)]!;
  }

  /** The token before the next one. */
  previous(): Token {
    return this.#tokens[Math.max(0, this.#at - 1)]!;
  }

  next(): Token {
    const token = this.peek();
    this.#at++;
    return token;
  }

  /** Whether the next token is this punctuation or keyword. */
  is(text: string, ahead = 0): boolean {
    const token = this.peek(ahead);
    return token.text === text && (token.kind === 'punctuation' || token.kind === 'name');
  }

  /** Takes the next token if it is this punctuation or keyword. */
  take(text: string): boolean {
    if (!this.is(text)) return false;
    this.#at++;
    return true;
  }

  /** Takes this punctuation, or fails at the place where it is missing. */
  expect(text: string, where: string): Token {
    if (this.is(text)) return this.next();
    throw this.missing(`"${text}"`, where);
  }

  /** The error that something else should stand here. A thing missing at a line's end is shown there, not on the next line. */
  missing(what: string, where: string): StencilError {
    const token = this.peek();
    const last = this.previous();
    const end = last.span.start + last.span.length;
    const between = this.source.text.slice(end, token.span.start);
    if (this.#at > 0 && (token.kind === 'end' || /[\n\r]/.test(between))) {
      const found = token.kind === 'end' ? 'the text ends' : 'the line ends';
      return errorAt(this.source, { start: end, length: 1 }, `${found} ${where}; write ${what}`);
    }
    return this.fail(token.span, `found ${describe(token)} ${where}; write ${what}`);
  }

  fail(span: Span, problem: string): StencilError {
    return errorAt(this.source, span, problem);
  }

  /** Runs a part of the parser one level deeper, or fails where the text nests too deep. */
  nested<T>(parse: () => T): T {
    if (++this.#nesting > NESTING_LIMIT) {
      throw this.fail(this.peek().span, `this is nested more than ${NESTING_LIMIT} deep; use variables or functions`);
    }
    try {
      return parse();
    } finally {
      this.#nesting--;
    }
  }

  /** The span from the start of one part to the end of the last token taken. */
  since(start: Span): Span {
    const last = this.previous().span;
    return { start: start.start, length: last.start + last.length - start.start };
  }
}

function describe(token: Token): string {
  return token.kind === 'string' ? `the name "${token.text}"` : `"${token.text}"`;
}
