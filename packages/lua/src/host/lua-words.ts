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

/** A name of an option that isn't quoted, as names of fields are, and the colon that its value stands behind. */
const NAMED = new RegExp(String.raw`(?<!["\w.])(${NAMES.join('|')})(?!["\w])(: )?`, 'gu');

/** A message as a script's author would have it; what stands below its first line is source text, and left alone. */
export function inLua(message: string): string {
  const [first, ...rest] = message.split('\n');
  const told = first!
    .replaceAll(NAMED, (_, name: string, value?: string) => `${underscored(name)}${value === undefined ? '' : ' = '}`)
    .replaceAll(/\{ cfl: ('\w+'), cap: (\d+) \}/gu, '{ cfl = $1, cap = $2 }')
    .replaceAll(/as in \[('[^\]]*')\]/gu, 'as in {$1}');
  return [told, ...rest].join('\n');
}

const underscored = (name: string): string => name.replaceAll(/[A-Z]/gu, (letter) => `_${letter.toLowerCase()}`);
