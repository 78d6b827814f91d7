/** @file What is wrong, and nobody listens for. */

/** Takes what is wrong where no `log` is given: a line on stderr. */
export function unheard(line: string): void {
  process.stderr.write(`${line}\n`);
}
