/**
 * @file The script's text, and what errors make of it: lines of a stencil or shader become lines of the script where its text
 * stands there as it is, and a line that isn't Lua but looks like the Lua that people mean gets a word.
 */
import type { StencilError } from '@halocline/stencil';

/** What an error tells of a place in a text of its own: line and column from 1, and an excerpt that the message ends with. */
type Placed = Pick<StencilError, 'message' | 'line' | 'column' | 'excerpt'>;

/** What stands before a text in the script: whole lines, and columns of its first line. */
interface TextPlace {
  readonly lines: number;
  readonly columns: number;
}

/** A script's text. */
export class SourceText {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text.replaceAll(/\r\n?/gu, '\n');
  }

  /** Where a text begins that the script holds literally: at or after a line, else anywhere. Null if it is put together. */
  placeOf(text: string, line: number): TextPlace | null {
    const start = this.#text.split('\n', line - 1).join('\n').length;
    const after = this.#text.indexOf(text, start);
    const at = after >= 0 ? after : this.#text.lastIndexOf(text);
    if (at < 0) return null;
    const before = this.#text.slice(0, at).split('\n');
    return { lines: before.length - 1, columns: before.at(-1)!.length };
  }

  /** A compiler's message with the script's lines in the place of its own. */
  rebase(error: Placed, { lines, columns }: TextPlace): string {
    if (error.line === 0) return error.message;
    const [here, there] = [error.line, error.line + lines];
    const excerpt = error.excerpt.replace(/^( *)(\d+) \|/u, (_, pad: string) => `${padTo(pad, here, there)}${there} |`);
    const aligned = alignCaret(excerpt);
    const column = here === 1 ? error.column + columns : error.column;
    return error.message
      .replace(error.excerpt, () => aligned)
      .replace(`line ${here}, column ${error.column}`, () => `line ${there}, column ${column}`)
      .replaceAll(/ \([^\s():]+:(\d+)(:\d+)?\)/gu, (_, line: string, at: string | undefined) =>
        at === undefined ? ` (line ${Number(line) + lines})` : ` (line ${there}, column ${column})`,
      );
  }

  /** What Lua says of a text that is none of it, with a word where a call names what it gives. */
  explain(message: string, chunk: string): string {
    const place = /^(.*?):(\d+): (.*)$/su.exec(message);
    if (place === null) return `${chunk}: Cannot read the scene: it is bytecode; give its text`;
    const [, , line, what] = place;
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
