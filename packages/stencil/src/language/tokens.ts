/** @file Text to tokens. Comments and blanks vanish; each token knows its place in the text. */

import { roundingOf } from '../ir.ts';
import type { Span } from '../ir.ts';
import { errorAt } from '../stencil-error.ts';
import type { SourceText } from '../stencil-error.ts';

/** A word of the language. `text` is as written; a string's `text` is what stands between its quotes. */
export interface Token {
  readonly kind: 'name' | 'float' | 'double' | 'float16_t' | 'int' | 'uint' | 'string' | 'punctuation' | 'end';
  readonly text: string;
  /** Value of a number; a float is rounded to float32, an integer is not yet held against its range. */
  readonly value: number;
  readonly span: Span;
}

const BLANKS = /(?:\s+|\/\/[^\n]*|\/\*[\s\S]*?\*\/)+/y;
const NAME = /[A-Za-z_][A-Za-z0-9_]*/y;
const NUMBER = /(?:0[xX][0-9a-fA-F]*|(?:\d+\.\d*|\.\d+|\d+)(?:[eE][+-]?\d+)?)[A-Za-z0-9_]*/y;
const FLOAT = /^(?:(?:\d+\.\d*|\.\d+)(?:[eE][+-]?\d+)?|\d+[eE][+-]?\d+)([fF]|[hH][fF]|[lL][fF])?$/;
const INTEGER = /^(?:0[xX][0-9a-fA-F]+|0[0-7]*|[1-9]\d*)[uU]?$/;
const PUNCTUATION =
  /<<=|>>=|\+\+|--|&&|\|\||\^\^|<<|>>|<=|>=|==|!=|\+=|-=|\*=|\/=|%=|&=|\|=|\^=|[-+*/%<>=!&|^~?:;,.(){}[\]]/y;

/** The tokens of a text, the last of kind `end`. */
export function tokenize(source: SourceText): readonly Token[] {
  const { text } = source;
  const tokens: Token[] = [];
  let at = 0;
  const match = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    return pattern.exec(text)?.[0];
  };
  for (;;) {
    at += match(BLANKS)?.length ?? 0;
    if (at >= text.length) break;
    const token = nextToken(source, at, match);
    tokens.push(token);
    at += token.span.length;
  }
  tokens.push({ kind: 'end', text: '', value: 0, span: { start: lastPlace(text, tokens), length: 1 } });
  return tokens;
}

/** An error at the end points behind the last token, not into the blanks after it. */
function lastPlace(text: string, tokens: readonly Token[]): number {
  const last = tokens.at(-1);
  return last === undefined ? text.length : last.span.start + last.span.length;
}

function nextToken(source: SourceText, start: number, match: (pattern: RegExp) => string | undefined): Token {
  const name = match(NAME);
  if (name !== undefined) return { kind: 'name', text: name, value: 0, span: { start, length: name.length } };
  const number = match(NUMBER);
  if (number !== undefined) return numberToken(source, number, { start, length: number.length });
  if (source.text[start] === '"') return stringToken(source, start);
  if (source.text.startsWith('/*', start)) {
    throw errorAt(source, { start, length: 2 }, 'this comment is not closed; end it with */');
  }
  const punctuation = match(PUNCTUATION);
  if (punctuation !== undefined) {
    return { kind: 'punctuation', text: punctuation, value: 0, span: { start, length: punctuation.length } };
  }
  throw errorAt(source, { start, length: 1 }, strangeCharacter(source.text, start));
}

function strangeCharacter(text: string, start: number): string {
  if (text[start] === '#') return 'the stencil language has no # directives; remove this line';
  if (text[start] === "'") return 'names stand in double quotes; write "…"';
  const character = String.fromCodePoint(text.codePointAt(start)!);
  return `the character ${character} has no meaning here; remove it`;
}

function stringToken(source: SourceText, start: number): Token {
  const rest = /^"([^"\n\r]*)("?)/.exec(source.text.slice(start))!;
  const span = { start, length: rest[0].length };
  if (rest[2] === '') throw errorAt(source, span, 'this name is not closed; end it with "');
  return { kind: 'string', text: rest[1]!, value: 0, span };
}

function numberToken(source: SourceText, text: string, span: Span): Token {
  if (INTEGER.test(text)) {
    const unsigned = /[uU]$/.test(text);
    const digits = unsigned ? text.slice(0, -1) : text;
    const octal = /^0[0-7]+$/.test(digits);
    const value = octal ? Number.parseInt(digits, 8) : Number(digits);
    if (value > 0xffffffff) throw errorAt(source, span, `${text} does not fit 32 bits; the largest is 4294967295u`);
    return { kind: unsigned ? 'uint' : 'int', text, value, span };
  }
  const float = FLOAT.exec(text);
  if (float !== null) {
    const suffix = float[1]?.toLowerCase() ?? '';
    const kind = suffix === 'lf' ? 'double' : suffix === 'hf' ? 'float16_t' : 'float';
    const value = roundingOf(kind)(Number(text.slice(0, text.length - suffix.length)));
    if (Number.isFinite(value)) return { kind, text, value, span };
    const largest = { float: '3.4028234e38', double: '1.7976931348623157e308lf', float16_t: '65504.0hf' }[kind];
    throw errorAt(source, span, `${text} does not fit a ${kind}; the largest is ${largest}`);
  }
  throw errorAt(source, span, `${text} is not a number; ${numberAdvice(text)}`);
}

function numberAdvice(text: string): string {
  if (/^\d+[lL][fF]$/.test(text)) return `write ${text.slice(0, -2)}.0lf`;
  if (/^\d+[fF]$/.test(text)) return `write ${text.slice(0, -1)}.0`;
  if (/^0\d+$/.test(text)) return 'a leading 0 means octal digits, 0 to 7';
  return 'write 1, 1u, 0x1F, 1.0 or 1e-3';
}
