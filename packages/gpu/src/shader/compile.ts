/** @file GLSL → SPIR-V: includes resolved, compiled, kept on disk; errors with file, line and caret in the user's own text. */

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { readCache, writeCache } from '../disk-cache.ts';
import { labelled, ShaderError } from '../errors.ts';
import { excerptOf } from './excerpt.ts';
import { GLSL_COMPILER, runGlslang } from './glslang.ts';
import type { ShaderStage } from './glslang.ts';
import { valueText } from '../printing.ts';
import { flatten, inOneLine } from './include.ts';
import type { FlatSource, FlattenOptions, Include, IncludedFile } from './include.ts';
import { checkFunctions, checkNames, checkOptions } from '../given.ts';
import type { Names } from '../given.ts';

const STAGES: readonly ShaderStage[] = ['vertex', 'fragment', 'compute'];

/** How GLSL is compiled. */
export interface CompileOptions {
  /** The shader's name in messages. */
  readonly label: string;
  /** Default 'compute'. */
  readonly stage?: ShaderStage;
  /** Macros, defined behind the version line; true and false become 1 and 0. Texts may go on behind `\` at a line's end, as in GLSL. */
  readonly defines?: Readonly<Record<string, string | number | boolean>>;
  /** Gives the text of an included file. Default: files beside `file`, if that is given. Errors tell places in the files, whatever `#line` says. */
  readonly include?: Include;
  /** Path of the source, for messages and includes. */
  readonly file?: string;
  /** False: neither read nor write the disk cache. Default true. */
  readonly cache?: boolean;
  /** Gets a line when a broken file of the cache is thrown away (default: stderr), or none can be kept (default: nobody). */
  readonly log?: ((line: string) => void) | undefined;
}

const COMPILE_OPTIONS: Names<CompileOptions> = Object.freeze({
  label: true,
  stage: true,
  defines: true,
  include: true,
  file: true,
  cache: true,
  log: true,
});

/** Compiles GLSL (Vulkan's dialect, `#version 460` where none is given) to SPIR-V 1.5. Needs no device. Throws ShaderError. */
export async function compileGlsl(source: string, options: CompileOptions): Promise<Uint32Array> {
  checkNames('Cannot compile shader', options, COMPILE_OPTIONS);
  const { label, stage = 'compute', cache = true } = options;
  const slip =
    typeof source === 'string'
      ? STAGES.includes(stage)
        ? ''
        : `stage "${valueText(stage)}" is none of ${STAGES.join(', ')}`
      : `${valueText(source)} is given for its text; give GLSL`;
  const act = `Cannot compile shader "${label}"`;
  if (slip !== '') throw new TypeError(`${act}: ${slip}`);
  checkFunctions(act, options, ['include', 'log']);
  checkDefines(act, options.defines);
  const file = options.file ?? label;
  const include = options.include ?? (options.file === undefined ? undefined : includeBeside);
  const flat = flatLabelled(source, label, { file, include, defines: options.defines });
  const key = createHash('sha256').update(`${GLSL_COMPILER}\n${stage}\n${flat.text}`).digest('hex');
  if (cache) {
    const kept = readCache('spirv', key, options.log);
    if (kept && kept.byteLength % 4 === 0) return new Uint32Array(kept.buffer);
  }
  const result = await runGlslang(flat.text, stage);
  if ('printed' in result) throw compileError(label, flat, result.printed);
  if (cache) writeCache('spirv', key, result.spirv, options.log);
  return result.spirv;
}

/** A macro's name, with its parameters if it has any, and blanks around it. */
const MACRO = /^[ \t]*[A-Za-z_]\w*(\([\w, \t]*\))?[ \t]*$/;

/** What types say of macros, and what they can't: names that none has, and texts that go on in another line without a `\` before it. */
function checkDefines(act: string, defines: CompileOptions['defines']): void {
  if (defines === undefined) return;
  checkOptions(act, defines, 'defines');
  for (const [name, value] of Object.entries(defines) as [string, unknown][]) {
    if (!MACRO.test(inOneLine(name)))
      throw new TypeError(`${act}: defines has "${name}", which is no name of a macro; give such as A`);
    const isText = typeof value === 'string' && !/[\n\r]|\\$/.test(inOneLine(value));
    if (isText || typeof value === 'boolean' || Number.isFinite(value) || value === undefined) continue;
    throw new TypeError(
      `${act}: defines has ${valueText(value).replace(/[\n\r]+/g, ' ')} for ${name}; give a number, true, false or a text of one line`,
    );
  }
}

/** As `flatten`; what it throws bears the shader's label. */
function flatLabelled(source: string, label: string, options: FlattenOptions): FlatSource {
  try {
    return flatten(source, options);
  } catch (error) {
    throw error instanceof ShaderError ? labelled(error, label) : error;
  }
}

/** The path of a file beside the one that includes it. */
export function fileBeside(name: string, from: string): string {
  return path.join(path.dirname(from), name);
}

/** The file of this name beside the one that includes it. */
export function includeBeside(name: string, from: string): IncludedFile {
  const file = fileBeside(name, from);
  return { text: readFileSync(file, 'utf8'), file };
}

const ERROR = /^ERROR: \d+:(\d+): (?:'([^']*)' : )?(.*)$/;

/** Turns the compiler's text into a ShaderError at the first error's place in the user's text; further errors are listed. */
function compileError(label: string, flat: FlatSource, printed: string): ShaderError {
  const errors = printed
    .split('\n')
    .map((line) => ERROR.exec(line))
    .filter((match) => match !== null)
    .map((match) => ({ line: Number(match[1]), word: match[2] ?? '', what: match[3]!.trim() }))
    .filter((error) => !error.what.startsWith('compilation terminated'));
  const failed = errors.map(({ line }) => flat.failed.get(line - 1)).find((each) => each !== undefined);
  if (failed) return labelled(failed, label);
  const [first, ...more] = errors;
  if (!first)
    return new ShaderError(
      `Cannot compile shader "${label}": ${printed.trim() || 'the compiler gave no reason'}`,
      undefined,
      {
        labels: [label],
      },
    );
  const origin = flat.origins[first.line - 1] ?? { file: label, line: first.line };
  const place = excerptOf(flat.text.split('\n')[first.line - 1] ?? '', origin.line, first.word);
  const others = more.map((error) => {
    const at = flat.origins[error.line - 1];
    return `; ${what(error)} (${at?.file ?? label}:${at?.line ?? error.line})`;
  });
  return new ShaderError(
    `Cannot compile shader "${label}": ${what(first)} (${origin.file}:${origin.line}:${place.column})${others.slice(0, 4).join('')}`,
    { ...place, ...origin },
    { labels: [label] },
  );
}

function what({ word, what }: { word: string; what: string }): string {
  return word === '' ? what : `'${word}' ${what}`;
}
