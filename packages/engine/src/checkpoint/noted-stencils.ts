/**
 * @file What a step is made of, as a checkpoint notes it: what each stencil and kernel means, its repeats, and their order. Whoever
 * goes on with others goes on from the same values: that may be meant, and is told.
 */
import { crc32 } from 'node:zlib';
import { formatIr } from '@halocline/stencil';
import type { CheckedStencil } from '../compiler.ts';
import type { StencilDeclaration } from '../declarations.ts';
import { radiusOf } from '../kernel/kernel-options.ts';
import { compilerStamp } from '../memo/compiler-stamp.ts';
import { listNames } from '../names.ts';
import type { Runtime } from '../runtime.ts';

/** Checksums, by name; null where there is nothing to compare. */
export type Checksums = Readonly<Record<string, string | null>>;

/** What a note says of a step. */
export interface NotedStep {
  /** Checksum of a stencil's `code`, colour and level; null of all others. All that the first checkpoints had. */
  readonly stencils: Checksums;
  /** Of what stencils and kernels mean, in the order of declaration: their texts as compiled, those of files too, and their radii. */
  readonly programs?: Checksums;
  readonly repeats?: Checksums;
  /** Names that were put before others, in pairs. */
  readonly dependencies?: readonly (readonly [string, string])[];
}

type Step = Pick<Runtime, 'declarations' | 'checked' | 'program'>;

/** What a compiled simulation's step is made of. */
export function noteStep(runtime: Step): Required<NotedStep> {
  const { stencils, measures, repeats, dependencies } = runtime.declarations;
  const own = [...stencils.values()].filter(({ name }) => !measures.has(name));
  return {
    stencils: Object.fromEntries(own.map((each) => [each.name, codeChecksum(each)])),
    programs: Object.fromEntries(own.map((each) => [each.name, programChecksum(runtime, each)])),
    repeats: Object.fromEntries(
      [...repeats.values()].map(({ name, body, times, until = null }) => [name, checksumOf([body, times, until])]),
    ),
    dependencies: dependencies.map(({ before, after }) => [before, after] as const),
  };
}

/** Tells in which a simulation's step is another than the note's of `file`. */
export function tellOthers(runtime: Step & Pick<Runtime, 'warn'>, file: string, note: NotedStep): void {
  const { stencils, programs, repeats, dependencies } = noteStep(runtime);
  const known = note.programs;
  const told =
    known === undefined
      ? tellOf(runtime, 'Stencils', file, { noted: note.stencils, here: stencils, isWhole: false })
      : tellOf(runtime, 'Stencils', file, { noted: known, here: programs, isWhole: true });
  if (note.repeats !== undefined)
    tellOf(runtime, 'Repeats', file, { noted: note.repeats, here: repeats, isWhole: true });
  if (told || known === undefined || note.dependencies === undefined) return;
  const sorted = (pairs: readonly (readonly string[])[]): string =>
    pairs
      .map((pair) => pair.join('\0'))
      .sort()
      .join('\n');
  const isSameOrder = Object.keys(known).join('\0') === Object.keys(programs).join('\0');
  if (isSameOrder && sorted(note.dependencies) === sorted(dependencies)) return;
  runtime.warn(`Stencils are declared in another order than those of "${file}": the run goes on with the scene's`);
}

/** Tells which of one kind are others or gone; whether any is new or gone. `isWhole` says that all that there were are noted. */
function tellOf(
  { warn }: Pick<Runtime, 'warn'>,
  kind: string,
  file: string,
  { noted, here, isWhole }: { noted: Checksums; here: Checksums; isWhole: boolean },
): boolean {
  const names = Object.keys(here);
  const fresh = names.filter((name) => !Object.hasOwn(noted, name));
  const others = names.filter((name) => fresh.includes(name) || isOther(noted[name]!, here[name]!));
  const gone = isWhole ? Object.keys(noted).filter((name) => !Object.hasOwn(here, name)) : [];
  if (others.length > 0)
    warn(`${kind} ${listNames(others)} are not those of "${file}": the run goes on with the scene's`);
  if (gone.length > 0)
    warn(`${kind} ${listNames(gone)} of "${file}" are not in the scene: the run goes on without them`);
  return fresh.length + gone.length > 0;
}

/** Whether two checksums of a name are of different things. Those of IR tell nothing where another compiler has made it. */
function isOther(noted: string | null, here: string | null): boolean {
  if (noted === null || here === null || noted === here) return false;
  const [by, than] = [noted, here].map((checksum) => checksum.split(' ')[1]);
  return by === than || by === undefined || than === undefined;
}

function checksumOf(value: unknown): string {
  return crc32(JSON.stringify(value)).toString(16).padStart(8, '0');
}

/** The checksum of a stencil's text, colour and level; null where there is no text. */
function codeChecksum({ level, options }: StencilDeclaration): string | null {
  const { code, color = null } = options;
  return code === undefined ? null : checksumOf([level, color, code]);
}

function programChecksum(
  { checked, program }: Step,
  { name, level, options, cfl, kernel }: StencilDeclaration,
): string | null {
  if (kernel !== undefined) {
    const run = program?.parts.compiled.get(name)?.kernel ?? null;
    if (run === null) return null;
    const { inputs = [], outputs = [], parameters = [], groups = 'leaves', overwrites = false } = kernel;
    return checksumOf([
      level,
      run.checksum,
      run.entry,
      inputs,
      outputs,
      parameters,
      groups,
      overwrites,
      radiusOf(kernel),
    ]);
  }
  const { stencil = null, beyondRadius } = checked.get(name) ?? {};
  // Declared since the program was compiled.
  if (stencil === null) return null;
  const { color = null, neighborRadius = null } = options;
  const beside = [level, color, neighborRadius, cfl?.cfl ?? null, beyondRadius];
  return options.body === undefined ? checksumOf([...beside, stencil.source]) : tracedChecksum(beside, stencil);
}

/** A function of TypeScript means what was traced of it: what it has captured shows in its IR alone, which each compiler makes its way. */
function tracedChecksum(beside: readonly unknown[], stencil: NonNullable<CheckedStencil['stencil']>): string | null {
  const stamp = compilerStamp();
  return stamp === null ? null : `${checksumOf([...beside, formatIr(stencil)])} ${stamp}`;
}
