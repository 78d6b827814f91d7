/**
 * @file A kernel's text → SPIR-V. What compilers say of it is told in our grammar, at the user's own file and line, with a
 * word on what would do where that is known.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { compileGlsl, ShaderError } from '@halocline/gpu';
import { didYouMean, listNames } from '../names.ts';
import { runDxc } from './dxc.ts';
import { glslHeader } from './glsl-header.ts';
import { NUMBER_MARK } from './header-body.ts';
import { hlslHeader } from './hlsl-header.ts';
import type { KernelField, KernelLayout } from './kernel-layout.ts';

/** What the headers are included as. */
const HEADER_NAMES = { glsl: 'halocline.glsl', hlsl: 'halocline.hlsl' } as const;

/** A kernel's text, and the file that it came from. */
export interface KernelText {
  readonly language: 'glsl' | 'hlsl';
  readonly text: string;
  readonly file: string | null;
  readonly entry: string | null;
}

/** A place that a compiler complains about, and what it says there. */
export interface Complaint {
  readonly what: string;
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly column: number;
  /** The line with a caret under it. */
  readonly excerpt: string;
}

/** The text of a kernel's header. */
export function headerText(layout: KernelLayout, language: 'glsl' | 'hlsl'): string {
  return language === 'glsl' ? glslHeader(layout) : hlslHeader(layout);
}

/** Compiles a kernel's text; tells the files that it includes to `included`. Throws ShaderError. */
export async function compileText(
  source: KernelText,
  layout: KernelLayout,
  included: (file: string) => void,
): Promise<Uint32Array> {
  const { language, text, file } = source;
  const header = headerText(layout, language);
  if (language === 'hlsl') {
    const { spirv, files, complaint } = await runDxc(layout.kernel, source, header);
    files.forEach(included);
    if (spirv === null) throw kernelError(source, layout, complaint, header);
    return spirv;
  }
  const include = (name: string, from: string): string | { text: string; file: string } => {
    if (name === HEADER_NAMES.glsl) return { text: header, file: HEADER_NAMES.glsl };
    const beside = file === null ? path.resolve(name) : path.join(path.dirname(from), name);
    included(beside);
    return { text: readInclude(beside), file: beside };
  };
  const label = layout.kernel;
  try {
    return await compileGlsl(text, { label, include, ...(file === null ? {} : { file }) });
  } catch (error) {
    if (!(error instanceof ShaderError)) throw error;
    throw kernelError(source, layout, complaintOf(error, label), header);
  }
}

function readInclude(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const gone = (error as NodeJS.ErrnoException).code === 'ENOENT';
    throw new Error(gone ? 'there is no such file' : `it can't be read (${(error as Error).message})`, {
      cause: error,
    });
  }
}

/** What the compiler of GLSL said: its first line without what we put around it. */
function complaintOf(error: ShaderError, label: string): Complaint {
  const { file, line, column, excerpt } = error;
  const [first] = error.message.split('\n') as [string];
  const what = first
    .replace(`Cannot compile shader "${label}": `, '')
    .replace(/^Cannot include "([^"]*)" \([^)]*\): /, '"$1" is not included: ')
    .replace(/ \([^()]*:\d+:\d+\).*$/, '');
  return { what, file, line, column, excerpt };
}

/** The error of a kernel whose text doesn't compile. */
function kernelError(source: KernelText, layout: KernelLayout, complaint: Complaint, header: string): ShaderError {
  const { file, line, column, excerpt } = complaint;
  const head = `Cannot compile kernel "${layout.kernel}":`;
  const headerName = HEADER_NAMES[source.language];
  if (path.basename(file) === headerName) {
    const text = header.split('\n')[line - 1] ?? '';
    const name = text.includes(NUMBER_MARK) ? /(\w+) =/.exec(text)?.[1] : undefined;
    const what = complaint.what.includes('BufferPointer')
      ? 'it writes bytes, which dxc can since 2025; install a newer one, name it in HALOCLINE_DXC, or write GLSL'
      : name === undefined
        ? `${headerName}, line ${line}: ${complaint.what}; a macro or a name of yours changes it, include it first`
        : `parameter "${name}" can't have a name that the language or ${headerName} has already; rename it`;
    return new ShaderError(`${head} ${what}`, undefined, { labels: [layout.kernel] });
  }
  const inFile = source.file === null && file === layout.kernel ? '' : `"${file}", `;
  const at = column > 0 ? `line ${line}, column ${column}` : `line ${line}`;
  const message = `${head} ${inFile}${at}: ${plainWords(complaint.what, layout, headerName)}`;
  return new ShaderError(message, { file, line, column, excerpt }, { labels: [layout.kernel] });
}

/** Compilers' commonest words, said with what would do. */
const PLAIN: readonly (readonly [RegExp, (word: string, layout: KernelLayout, header: string) => string])[] = [
  [/^'(read|write)_(\w+)' no matching overloaded function/, (found, layout) => accessorWords(found, layout)],
  [/^use of undeclared identifier '((?:read|write)_\w+)'/, (found, layout) => accessorWords(found, layout)],
  [
    /^'(\w+)' (?:: )?undeclared identifier/,
    (name, layout, header) => undeclared(/'(\w+)'/.exec(name)![1]!, layout, header),
  ],
  [
    /^use of undeclared identifier '(\w+)'/,
    (name, layout, header) => undeclared(/'(\w+)'/.exec(name)![1]!, layout, header),
  ],
  [
    /^'(\w+)' no matching overloaded function/,
    (found, _, header) =>
      `there is no function "${/'(\w+)'/.exec(found)![1]}" that takes these arguments; is ${header} included, and are the types right?`,
  ],
  [/^(?:'[^']*' )?syntax error, unexpected/, (found) => syntaxWords(found)],
  [
    /^'[^']*' l-value required/,
    (found) => `this can't be assigned to${/ \(.*\)$/.exec(found)?.[0] ?? ''}; assign to a variable`,
  ],
  [/^no matching function for call to '(read|write)_(\w+)'/, (found, layout) => accessorWords(found, layout)],
  [
    /^no matching function for call to '\w+'/,
    (found) => `there is no function "${/'(\w+)'/.exec(found)![1]}" that takes these arguments; are the types right?`,
  ],
  [
    /^missing entry point definition/,
    () => "there is no function of the entry point's name; write it, or give the name of another as entry",
  ],
  [
    /must have a valid numthreads attribute/,
    () => 'the entry point has no count of threads; write [numthreads(x, y, z)] before it',
  ],
  [/' file not found/, (found) => `${found.replaceAll("'", '"')}; give its path from this file`],
  [
    /^generated SPIR-V is invalid/,
    () => 'dxc makes a module of it that Vulkan refuses; leave out what a compute shader has no use for, as ddx',
  ],
  [/is not included: /, (found) => `${found}; give its path from this file`],
];

function plainWords(what: string, layout: KernelLayout, header: string): string {
  for (const [pattern, say] of PLAIN) if (pattern.test(what)) return say(what, layout, header);
  return `${what}; change the line`;
}

/** What the compiler of GLSL calls its tokens. */
const TOKENS: Readonly<Record<string, string>> = {
  COMMA: '","',
  SEMICOLON: '";"',
  COLON: '":"',
  EQUAL: '"="',
  DOT: '"."',
  LEFT_PAREN: '"("',
  RIGHT_PAREN: '")"',
  LEFT_BRACE: '"{"',
  RIGHT_BRACE: '"}"',
  LEFT_BRACKET: '"["',
  RIGHT_BRACKET: '"]"',
  IDENTIFIER: 'a name',
  INTCONSTANT: 'a number',
  UINTCONSTANT: 'a number',
  FLOATCONSTANT: 'a number',
  $end: 'the end of the text',
};

function syntaxWords(found: string): string {
  const [, unexpected, expected = ''] = /unexpected (\$?\w+)(?:, expecting (.*))?/.exec(found)!;
  const word = (token: string): string => TOKENS[token] ?? `"${token.toLowerCase()}"`;
  const wanted = expected === '' ? '' : `, and ${expected.split(' or ').map(word).join(' or ')} should`;
  return `${word(unexpected!)} stands here${wanted}; see the signs before it`;
}

function accessorWords(found: string, layout: KernelLayout): string {
  const [, verb, name] = /'(read|write)_(\w+)'/.exec(found)! as unknown as [string, 'read' | 'write', string];
  const list: readonly KernelField[] = verb === 'read' ? layout.inputs : layout.outputs;
  const role = verb === 'read' ? 'input' : 'output';
  const names = list.map((field) => field.name);
  const known = list.find((field) => field.name === name);
  if (known === undefined) {
    return `there is no ${role} "${name}"${didYouMean(name, names)}; name it in ${role}s, which are ${listNames(names)}`;
  }
  const value = verb === 'write' ? `, and a ${known.valueType}` : '';
  return `${verb}_${name} takes a Voxel, an ivec3 coordinate or a uint value index${value}; change its arguments`;
}

function undeclared(name: string, layout: KernelLayout, header: string): string {
  const known = [...layout.numbers.map((number) => number.name), 'dt', 'time', 'frame', 'voxelSize'];
  return `there is no "${name}"${didYouMean(name, known)}; declare it, include ${header}, or name it in parameters`;
}
