/**
 * @file `#include` for GLSL, which the compiler here doesn't know: files are put in place of their lines, and a map says
 * for every line of the result which file and line it came from. The macro world is not evaluated: an include under `#if 0` is
 * put in place too, and fails where the compiler takes it. So a file of `#pragma once` is left out where an earlier copy is
 * surely taken, stands as it is where there is none, and behind a macro where the macros decide. Within comments nothing counts.
 * Lines of `#line` are left out: the map tells the places.
 */

import { ShaderError } from '../errors.ts';
import { withoutComments } from './comments.ts';
import { excerptOf } from './excerpt.ts';
import { valueText } from '../printing.ts';
import { Branches, OnceFiles } from './include-once.ts';

/** An included file: its text, and its name for messages and for what it includes itself. */
export interface IncludedFile {
  readonly text: string;
  readonly file: string;
}

/**
 * Gives the text of an included file; throws if there is none. `from` is the file that includes it. A text alone is known by
 * the path that the include names.
 */
export type Include = (path: string, from: string) => string | IncludedFile;

/** A flat source: its text, and the origin of each of its lines (index 0 is line 1). */
export interface FlatSource {
  readonly text: string;
  readonly origins: readonly LineOrigin[];
  /** Includes that failed within conditionals, by the index of their line: errors only where the compiler takes that line. */
  readonly failed: ReadonlyMap<number, ShaderError>;
}

/** A line of a file; lines count from 1. Lines that we wrote ourselves have line 0. */
export interface LineOrigin {
  readonly file: string;
  readonly line: number;
}

/** What `flatten` takes beside the text. */
export interface FlattenOptions {
  /** Name of the source in messages, and what includes are relative to. */
  readonly file: string;
  readonly include?: Include | undefined;
  readonly defines?: Readonly<Record<string, string | number | boolean>> | undefined;
}

const INCLUDE = /^\s*#\s*include\b\s*(?:"([^"]*)"|<([^>]*)>)?/;
/** What the compiler is not to see: extensions that it doesn't know, and other numbers for lines. */
const LEFT_OUT = /^\s*#\s*(?:line|extension\s+GL_(?:GOOGLE_include_directive|ARB_shading_language_include))\b/;
const VERSION = /^\s*#\s*version\b/;
const ONCE = /^\s*#\s*pragma\s+once\b/;

/** Lines that a source may have, where the last include begins: files that include each other from many places double at each level. */
const MOST_LINES = 2 ** 18;
/** Files that may include each other, one within the other. */
const MOST_FILES = 256;

/** A text whose lines go on behind a `\` at their end, as the preprocessor joins them. */
export function inOneLine(text: string): string {
  return text.replace(/\\(?:\r\n?|\n\r?)/g, '');
}

/** Resolves includes and puts defines behind the version line (which is added as 460 where there is none). */
export function flatten(source: string, options: FlattenOptions): FlatSource {
  const lines: string[] = [];
  const origins: LineOrigin[] = [];
  const emit = (text: string, file: string, line: number): void => {
    lines.push(text);
    origins.push({ file, line });
  };
  const header = (): void => {
    for (const [name, value] of Object.entries(options.defines ?? {}))
      if ((value as unknown) !== undefined)
        emit(
          inOneLine(`#define ${name} ${Number(value) === value || typeof value === 'string' ? value : Number(value)}`),
          options.file,
          0,
        );
  };
  if (!linesOf(source).some(({ code }) => VERSION.test(code))) {
    emit('#version 460', options.file, 0);
    header();
  }
  const failed = new Map<number, ShaderError>();
  const once = new OnceFiles();
  const branches = new Branches();
  const find = (path: string, file: string, place: Place): IncludedFile | undefined => {
    try {
      return readInclude(path, file, place, options.include);
    } catch (error) {
      if (branches.path.length === 0 || !(error instanceof ShaderError)) throw error;
      failed.set(lines.length, error);
      emit('#error this include failed', file, place.line);
      return undefined;
    }
  };
  const place = (found: IncludedFile, chain: readonly string[], file: string, line: number): void => {
    const isOnce = linesOf(found.text).some(({ code }) => ONCE.test(code));
    const guard = isOnce ? once.guardOf(found.file, branches.path) : undefined;
    if (guard !== undefined) for (const word of ['ifndef', 'define']) emit(`#${word} ${guard}`, file, line);
    walk(found.text, found.file, [...chain, found.file]);
    if (guard !== undefined) emit('#endif', file, line);
  };
  const walk = (text: string, file: string, chain: readonly string[]): void => {
    for (const { lines: own, number, code, within, open } of linesOf(text)) {
      const include = INCLUDE.exec(code);
      // A line that goes out leaves the end and the beginning of the comments that it stands between.
      const [before, after] = [within ? '*/' : '', open ? '/*' : ''];
      if (include) {
        const path = include[1] ?? include[2] ?? '';
        const at = { file, line: number, ...excerptOf(own[0]!, number, path) };
        if (within) emit(before, file, number);
        const found = find(path, file, at);
        if (found && once.stands(found.file, branches.path)) emit('', file, number);
        else if (found) {
          checkEnds(path, at, [...chain, found.file], lines.length);
          place(found, chain, file, number);
        }
        if (open) emit(after, file, number);
      } else if (ONCE.test(code)) {
        once.put(file, branches.path);
        emit(before + after, file, number);
      } else if (LEFT_OUT.test(code)) {
        emit(before + after, file, number);
      } else {
        branches.meet(code);
        const isVersion = VERSION.test(code);
        if (isVersion && open) own.push(`${own.pop()}*/`);
        for (const [index, line] of own.entries()) emit(line, file, number + index);
        if (!isVersion) continue;
        header();
        if (open) emit(after, file, number);
      }
    }
  };
  walk(source, options.file, [options.file]);
  return { text: lines.join('\n'), origins, failed };
}

/** Throws where an include, behind so many lines, may have no end: `chain` are the files that are open, and it. */
function checkEnds(path: string, at: Place & { readonly file: string }, chain: readonly string[], lines: number): void {
  const act = `Cannot include "${path}" (${at.file}:${at.line})`;
  if (chain.indexOf(chain.at(-1)!) < chain.length - 1) {
    const circle = chain.join(' → ');
    throw new ShaderError(`${act}: it includes itself (${circle}); break the circle or write #pragma once`, at);
  }
  if (chain.length > MOST_FILES) {
    throw new ShaderError(
      `${act}: ${MOST_FILES} files stand around it already, one within the other; let files include each other less deep`,
      at,
    );
  }
  if (lines <= MOST_LINES) return;
  throw new ShaderError(
    `${act}: ${lines} lines stand before it already; let files include each other from fewer places`,
    at,
  );
}

/** Where an include stands, for errors. */
interface Place {
  readonly line: number;
  readonly excerpt: string;
}

/** A line with those that it goes on in behind a `\`: its first number, what it says beside its comments, whether it begins and ends within one. */
interface SourceLine {
  readonly lines: string[];
  readonly number: number;
  readonly code: string;
  readonly within: boolean;
  readonly open: boolean;
}

/** The lines of a file, without the mark that some editors put before UTF-8. */
function linesOf(text: string): SourceLine[] {
  let [number, within] = [1, false];
  return text
    .replace(/^\uFEFF/, '')
    .replaceAll('\r\n', '\n')
    .split(/(?<!\\)\n/)
    .map((whole) => {
      const lines = whole.split('\n');
      const found = { lines, number, within, ...withoutComments(inOneLine(whole), within) };
      number += lines.length;
      within = found.open;
      return found;
    });
}

function readInclude(path: string, from: string, place: Place, include: Include | undefined): IncludedFile {
  if (path === '')
    throw new ShaderError(`Cannot read the include at ${from}:${place.line}: it names no file; write #include "name"`, {
      ...place,
      file: from,
    });
  if (!include) {
    throw new ShaderError(
      `Cannot include "${path}" (${from}:${place.line}): the caller gave no way to read files; give the option include`,
      { ...place, file: from },
    );
  }
  try {
    const found = include(path, from) as string | IncludedFile | null | undefined;
    if (typeof found === 'string') return { text: found, file: path };
    if (typeof found?.text === 'string' && typeof found.file === 'string') return found;
    // Nobody waits for it, and a process ends of what nobody waits for.
    void Promise.resolve(found).catch(() => undefined);
    throw new TypeError(`include gave ${valueText(found)}; give its text, or { text, file }, or throw`);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new ShaderError(
      `Cannot include "${path}" (${from}:${place.line}): ${why}`,
      { ...place, file: from },
      { cause },
    );
  }
}
