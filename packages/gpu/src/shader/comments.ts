/** @file The comments of GLSL, line by line: what is left of a line, and whether the next one begins within one. */

/** A line without its comments, which are as good as a blank. */
export interface CodeLine {
  readonly code: string;
  /** Whether a comment goes on in the next line. */
  readonly open: boolean;
}

/** Paths of includes are kept, whatever they look like; then comments, the last of which may stay open. */
const PARTS = /#\s*include\s*<[^>]*>|"[^"]*"|\/\/.*|\/\*.*?\*\/|\/\*.*/g;

/** What a line says beside its comments; `within` one it may begin. */
export function withoutComments(line: string, within: boolean): CodeLine {
  const end = within ? line.indexOf('*/') : -2;
  if (end === -1) return { code: '', open: true };
  let open = false;
  const code = line.slice(end + 2).replace(PARTS, (part) => {
    if (!part.startsWith('/')) return part;
    open = part.startsWith('/*') && (part.length < 4 || !part.endsWith('*/'));
    return ' ';
  });
  return { code, open };
}
