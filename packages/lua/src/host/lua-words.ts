/**
 * @file What the engine says, in a script's words: names of options have underscores in Lua, their values stand behind `=`, and lists
 * in braces.
 */

/** Options that are two words. */
const NAMES = [
  'beyondRadius',
  'checkpointEvery',
  'checkpointFile',
  'cutOrder',
  'haloThickness',
  'memoryLimit',
  'neighborRadius',
  'requiresHalos',
  'stepsInFlight',
  'voxelSize',
];

/** A name of an option, and the colon that its value stands behind. */
const NAMED = new RegExp(String.raw`(?<![\w.])(${NAMES.join('|')})(?!\w)(: )?`, 'gu');

/** What is quoted, as names of fields and files are, of which nothing is rewritten; to the line's end where the quote isn't closed. */
const QUOTED = /("[^"]*(?:"|$))/u;

/** A message as a script's author would have it; what stands below its first line is source text, and left alone. */
export function inLua(message: string): string {
  const [first, ...rest] = message.split('\n');
  const told = first!.split(QUOTED).map((part, at) => (at % 2 === 1 ? part : rewritten(part)));
  return [told.join(''), ...rest].join('\n');
}

const rewritten = (text: string): string =>
  text
    .replaceAll(NAMED, (_, name: string, value?: string) => `${underscored(name)}${value === undefined ? '' : ' = '}`)
    .replaceAll(/\{ cfl: ('\w+'), cap: (\d+) \}/gu, '{ cfl = $1, cap = $2 }')
    .replaceAll(/as in \[('[^\]]*')\]/gu, 'as in {$1}');

const underscored = (name: string): string => name.replaceAll(/[A-Z]/gu, (letter) => `_${letter.toLowerCase()}`);
