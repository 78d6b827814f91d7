/**
 * @file What a user sees when a stencil does not compile: one problem, its place, the line of their own text, and a
 * caret under the part that is meant.
 */

import type { Span } from './ir.ts';

/** A stencil's name and text: what an error needs to point into. */
export interface SourceText {
  readonly name: string;
  readonly text: string;
  /** Path of the file that the text came from, where there is one. */
  readonly file?: string | undefined;
}

/** Widest piece of a line that an excerpt shows, in characters. */
const EXCERPT_WIDTH = 100;

/**
 * A stencil that cannot be compiled. `line` and `column` count from 1 (both 0 where no text is to blame); `excerpt` is
 * the line with a caret under it, and ends the message too.
 */
export class StencilError extends Error {
  override readonly name: string = 'StencilError';
  /** Name of the stencil. */
  readonly stencil: string;
  /** Line of the text, from 1; 0 where the declaration, not the text, is wrong. */
  readonly line: number;
  /** Column of the text in characters, from 1; 0 where the declaration, not the text, is wrong. */
  readonly column: number;
  /** The line and the caret, in two lines; empty where the declaration, not the text, is wrong. */
  readonly excerpt: string;
  /** Path of the file that the text is from; null where it is not from a file. */
  readonly file: string | null;

  constructor(stencil: string, problem: string, place: Place = NOWHERE) {
    const file = place.file === undefined ? '' : `"${place.file}", `;
    const where = place.line > 0 ? `${file}line ${place.line}, column ${place.column}: ` : '';
    const tail = place.excerpt === '' ? '' : `\n${place.excerpt}`;
    super(`Cannot compile stencil "${stencil}": ${where}${problem}${tail}`);
    this.stencil = stencil;
    this.line = place.line;
    this.column = place.column;
    this.excerpt = place.excerpt;
    this.file = place.file ?? null;
  }
}

interface Place {
  readonly line: number;
  readonly column: number;
  readonly excerpt: string;
  readonly file?: string | undefined;
}

const NOWHERE: Place = Object.freeze({ line: 0, column: 0, excerpt: '' });

/** The error of a problem at a place of the text; the problem has the form `what is; what would do`. */
export function errorAt(source: SourceText, span: Span, problem: string): StencilError {
  const before = source.text.slice(0, span.start).split(/\r\n|\r|\n/);
  const line = before.length;
  const column = before[line - 1]!.length + 1;
  const whole = source.text.split(/\r\n|\r|\n/)[line - 1] ?? '';
  const excerpt = excerptOf(whole, line, column, span.length);
  return new StencilError(source.name, problem, { line, column, excerpt, file: source.file });
}

/** Line of the text that a span starts on, from 1. */
export function lineOf(source: SourceText, span: Span): number {
  return source.text.slice(0, span.start).split(/\r\n|\r|\n/).length;
}

function excerptOf(whole: string, line: number, column: number, length: number): string {
  const indent = Math.min(whole.length - whole.trimStart().length, column - 1);
  const marked = Math.max(1, Math.min(length, whole.length - column + 1));
  let from = indent;
  if (column - 1 + Math.min(marked, 20) - from > EXCERPT_WIDTH) from = Math.max(indent, column - 1 - EXCERPT_WIDTH / 2);
  const to = Math.min(whole.length, from + EXCERPT_WIDTH);
  const head = from > indent ? '…' : '';
  const tail = to < whole.trimEnd().length ? '…' : '';
  const shown = whole.slice(from, to).replaceAll('\t', ' ');
  const gutter = String(line).padStart(5);
  const pad = ' '.repeat(head.length + column - 1 - from);
  const caret = '^'.repeat(Math.max(1, Math.min(marked, to - (column - 1))));
  return `${gutter} | ${(head + shown).trimEnd()}${tail}\n${' '.repeat(5)} | ${pad}${caret}`;
}
