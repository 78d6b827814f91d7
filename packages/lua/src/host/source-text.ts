/**
 * @file The script's text, and what errors make of it: lines of a stencil or shader become lines of the script where its text
 * stands there as it is, and a line that isn't Lua but looks like the Lua that people mean gets a word.
 */
import type { StencilError } from '@halocline/stencil';

/** What an error tells of a place in a text of its own: line and column from 1, and an excerpt that the message ends with. */
type Placed = Pick<StencilError, 'message' | 'line' | 'column' | 'excerpt'>;

/** A script's text. */
export class SourceText {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text.replaceAll(/\r\n?/gu, '\n');
  }

  /** Lines that stand before a text which the script holds literally: at or after a line, else anywhere. Null if it is put together. */
  linesBefore(text: string, line: number): number | null {
    const start = this.#text.split('\n', line - 1).join('\n').length;
    const after = this.#text.indexOf(text, start);
    const at = after >= 0 ? after : this.#text.lastIndexOf(text);
    return at < 0 ? null : this.#text.slice(0, at).split('\n').length - 1;
  }

  /** A compiler's message with the script's lines in the place of its own. */
  rebase(error: Placed, before: number): string {
    if (before === 0 || error.line === 0) return error.message;
    const [here, there] = [error.line, error.line + before];
    const excerpt = error.excerpt.replace(/^( *)(\d+) \|/u, (_, pad: string) => `${padTo(pad, here, there)}${there} |`);
    const aligned = alignCaret(excerpt);
    return error.message
      .replace(error.excerpt, () => aligned)
      .replaceAll(new RegExp(`\\bline ${here}\\b`, 'gu'), `line ${there}`);
  }

  /** What Lua says of a text that is none of it, with a word where a call names what it gives. */
  explain(message: string): string {
    const place = /^(.*?):(\d+): (.*)$/su.exec(message);
    if (place === null) return message;
    const [, chunk, line, what] = place;
    const text = this.#text.split('\n')[Number(line) - 1] ?? '';
    const call = /([\w.:]+)\s*\(\s*([a-z_]\w*\s*=[^=][^()]*)\)/u.exec(text);
    if (call === null) return `${chunk}:${line}: Cannot read the scene: ${what}`;
    const [written, name, named] = call;
    const plain = /^\w+\s*=\s*([^,]+)$/u.exec(named!.trim())?.[1]?.trim();
    const ways = [...(plain === undefined ? [] : [`${name}(${plain})`]), `${name}{${named!.trim()}}`];
    return `${chunk}:${line}: Cannot read the scene: ${written} is no Lua; write ${ways.join(' or ')}`;
  }
}

/** Blanks so that a longer number ends where the shorter one did, as long as there are any. */
function padTo(pad: string, here: number, there: number): string {
  return pad.slice(Math.min(pad.length, String(there).length - String(here).length));
}

/** The second line's bar under the first's. */
function alignCaret(excerpt: string): string {
  const [first, second, ...rest] = excerpt.split('\n');
  if (second === undefined) return excerpt;
  const bar = first!.indexOf('|');
  return [first, `${' '.repeat(bar)}${second.slice(second.indexOf('|'))}`, ...rest].join('\n');
}
