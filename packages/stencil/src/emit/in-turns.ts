/** @file Instructions of several straight texts in turns, so that what each of them needs next to the others is used together. */

/** From OpPhi to OpUnreachable: what begins, ends and joins blocks. */
const FIRST_CONTROL = 245;
const LAST_CONTROL = 255;

/** The first instruction of each text, then the second of each, and so on; where one is not straight, text after text. */
export function inTurns(texts: readonly (readonly number[])[]): number[] {
  const split = texts.map(instructionsOf);
  const straight = split.flat().every(([first]) => !isControl(first! & 0xffff));
  if (!straight) return texts.flat();
  const longest = Math.max(0, ...split.map(({ length }) => length));
  return Array.from({ length: longest }, (_, at) => split.flatMap((each) => each[at] ?? [])).flat();
}

function isControl(opcode: number): boolean {
  return opcode >= FIRST_CONTROL && opcode <= LAST_CONTROL;
}

/** The words of each instruction; the upper half of its first says how many. */
function instructionsOf(text: readonly number[]): (readonly number[])[] {
  const all: (readonly number[])[] = [];
  for (let at = 0; at < text.length; at += text[at]! >>> 16) all.push(text.slice(at, at + (text[at]! >>> 16)));
  return all;
}
