/** @file A line of source with a caret under it. */

/**
 * The numbered line, and carets under `word` where the line has it (else under the first character that isn't blank). Column counts
 * from 1.
 */
export function excerptOf(text: string, line: number, word: string): { column: number; excerpt: string } {
  const found = word === '' ? -1 : findWord(text, word);
  const at = found >= 0 ? found : Math.max(0, text.search(/\S/));
  const width = found >= 0 ? word.length : 1;
  const gutter = String(line);
  const blank = text.slice(0, at).replaceAll(/[^\t]/g, ' ');
  return {
    column: at + 1,
    excerpt: `  ${gutter} | ${text}\n  ${' '.repeat(gutter.length)} | ${blank}${'^'.repeat(width)}`,
  };
}

/** Where `word` stands as a whole word; else where its letters stand. */
function findWord(text: string, word: string): number {
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
    if (!/\w/.test(text[at - 1] ?? ' ') && !/\w/.test(text[at + word.length] ?? ' ')) return at;
  }
  return text.indexOf(word);
}
