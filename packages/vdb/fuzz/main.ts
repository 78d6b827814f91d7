/**
 * @file `npm run fuzz -- vdb [--seconds N] [--seed N] [--random]`: reads damaged files for as long as one likes (an hour by
 * default, 0 for ever). First every file is cut at every byte (not with `--random`), then files are damaged at random.
 * What makes a reader do anything but give a grid or a FormatError is kept under test/fixtures/found, where the tests read it
 * from then on.
 */
import * as fc from 'fast-check';
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { damaged, damages, fixtureFiles, plainFiles, referenceFiles, survives } from '../test/damage.ts';
import type { WholeFile } from '../test/damage.ts';

const { values } = parseArgs({
  args: process.argv.slice(2).filter((word) => word !== 'vdb'),
  options: { seconds: { type: 'string', default: '3600' }, seed: { type: 'string' }, random: { type: 'boolean' } },
});
const seconds = Number(values.seconds);
const seed = values.seed === undefined ? Date.now() & 0x7fffffff : Number(values.seed);
if (!(seconds >= 0) || !Number.isInteger(seed)) {
  process.stderr.write(`Cannot fuzz: --seconds is ${values.seconds}, --seed ${values.seed}; give numbers\n`);
  process.exit(2);
}
const start = performance.now();
const isOver = (): boolean => seconds > 0 && performance.now() - start > 1000 * seconds;
const say = (text: string): void => void process.stdout.write(`${text}\n`);

/** Reads damaged bytes; keeps them and says so where that goes wrong. */
function check(bytes: Uint8Array, origin: string): boolean {
  try {
    survives(bytes);
    return true;
  } catch (error) {
    const name = `${createHash('sha256').update(bytes).digest('hex').slice(0, 12)}.bin`;
    writeFileSync(fileURLToPath(new URL(`../test/fixtures/found/${name}`, import.meta.url)), bytes);
    say(`found/${name}, from ${origin}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    return false;
  }
}

function cutEverywhere({ name, bytes }: WholeFile): number {
  let faults = 0;
  for (let cut = 0; cut < bytes.length && !isOver(); cut++) {
    if (!check(bytes.subarray(0, cut), `${name} cut at ${cut}`)) faults++;
  }
  return faults;
}

const files = [...plainFiles(), ...fixtureFiles(), ...referenceFiles()].filter(
  (file, i, all) => all.findIndex(({ name }) => name === file.name) === i,
);
files.sort((a, b) => a.bytes.length - b.bytes.length);
say(`${files.length} files, seed ${seed}, ${seconds === 0 ? 'until stopped' : `${seconds} s`}`);
let faults = 0;
if (values.random !== true) {
  for (const file of files) {
    if (isOver()) break;
    faults += cutEverywhere(file);
    say(`${file.name} cut at each of its ${file.bytes.length} bytes, ${faults} faults`);
  }
}
let runs = 0;
for (let round = 0; !isOver(); round++) {
  for (const { index, changes } of fc.sample(fc.record({ index: fc.nat(files.length - 1), changes: damages }), {
    numRuns: 200,
    seed: seed + round,
  })) {
    const file = files[index];
    if (file === undefined) continue;
    if (!check(damaged(file.bytes, changes), `${file.name}, ${JSON.stringify(changes, bigints)}`)) faults++;
    runs++;
    if (isOver()) break;
  }
  if (round % 20 === 19)
    say(`${runs} readings, ${faults} faults, ${((performance.now() - start) / 1000).toFixed(0)} s`);
}
say(`${runs} damaged files read, ${faults} faults`);
process.exitCode = faults === 0 ? 0 : 1;

function bigints(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value;
}
