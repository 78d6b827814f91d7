/**
 * @file HLSL through `dxc -spirv`, the command of the DirectX shader compiler, where it is installed: `HALOCLINE_DXC` names
 * it, else it is looked for in PATH. The header and the text go through a folder of their own, which is taken away.
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { ShaderError } from '@halocline/gpu';
import type { Complaint, KernelText } from './compile-text.ts';

const run = promisify(execFile);

/** What came of it: words, or what it complains about; and the files that were included. */
export type DxcResult =
  | { readonly spirv: Uint32Array; readonly files: readonly string[]; readonly complaint: null }
  | { readonly spirv: null; readonly files: readonly string[]; readonly complaint: Complaint };

/** Compiles the HLSL of a kernel. Waits for the command. Throws where there is no `dxc`. */
export async function runDxc(kernel: string, source: KernelText, header: string): Promise<DxcResult> {
  const { text, file, entry } = source;
  const folder = mkdtempSync(path.join(tmpdir(), 'halocline-dxc-'));
  try {
    writeFileSync(path.join(folder, 'halocline.hlsl'), header);
    const input = file ?? path.join(folder, `${kernel}.hlsl`);
    if (file === null) writeFileSync(input, text);
    const output = path.join(folder, 'out.spv');
    const target = ['-spirv', '-fspv-target-env=vulkan1.2', '-enable-16bit-types', '-T', 'cs_6_6'];
    const words = [...target, '-E', entry ?? 'main', '-I', folder, '-I', process.cwd(), '-Fo', output, input];
    const printed = await callDxc(kernel, words);
    const files = [...text.matchAll(/^\s*#\s*include\s+"([^"]+)"/gm)]
      .map((match) => match[1]!)
      .filter((name) => name !== 'halocline.hlsl')
      .map((name) => path.resolve(path.dirname(input), name));
    if (printed !== null) return { spirv: null, files, complaint: readComplaint(kernel, source, input, printed) };
    const bytes = readFileSync(output);
    return { spirv: new Uint32Array(new Uint8Array(bytes).buffer), files, complaint: null };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What the command printed, if it failed. */
async function callDxc(kernel: string, words: readonly string[]): Promise<string | null> {
  const command = process.env['HALOCLINE_DXC'] || 'dxc';
  try {
    await run(command, words);
    return null;
  } catch (error) {
    const { code, stderr = '', signal } = error as NodeJS.ErrnoException & { stderr?: string; signal?: string };
    if (code === 'ENOENT' || code === 'EACCES') {
      throw new ShaderError(
        `Cannot compile kernel "${kernel}": it is HLSL, and there is no command "${command}" here; install the DirectX shader compiler (in the Vulkan SDK), name it in HALOCLINE_DXC, or write GLSL`,
        undefined,
        { labels: [kernel], cause: error },
      );
    }
    // Those of before 2022 do so where a raw load is of a type.
    if (signal) {
      throw new ShaderError(
        `Cannot compile kernel "${kernel}": it is HLSL, and "${command}" broke off (${signal}); install a newer one, name it in HALOCLINE_DXC, or write GLSL`,
        undefined,
        { labels: [kernel], cause: error },
      );
    }
    return stderr.trim() || `${command} ended without a word (code ${code})`;
  }
}

const ERROR = /^(.*?):(\d+):(\d+): (?:fatal )?error: (.*)$/m;

/** The first error that the command printed. */
function readComplaint(kernel: string, { text, file }: KernelText, input: string, printed: string): Complaint {
  const match = ERROR.exec(printed);
  if (match === null) {
    const what = (printed.split('\n').find((line) => line.includes('error')) ?? printed.split('\n')[0] ?? '').trim();
    return { what: what.replace(/^.*?error: /, ''), file: file ?? kernel, line: 1, column: 0, excerpt: '' };
  }
  const [, place, row, column, what] = match as unknown as [string, string, string, string, string];
  const own = path.resolve(place) === path.resolve(input);
  const line = Number(row);
  const content = own ? text : readOr(place);
  const shown = content.split('\n')[line - 1] ?? '';
  const blank = shown.slice(0, Number(column) - 1).replaceAll(/[^\t]/g, ' ');
  const excerpt = `  ${line} | ${shown}\n  ${' '.repeat(String(line).length)} | ${blank}^`;
  return { what, file: own ? (file ?? kernel) : place, line, column: Number(column), excerpt };
}

function readOr(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
