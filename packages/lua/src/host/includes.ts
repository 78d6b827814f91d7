/** @file What a kernel's text includes must lie where its script may read, too: a compiler would print the lines of any file. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Host } from './host.ts';

const INCLUDE = /^[ \t]*#[ \t]*include\b[ \t]*["<]([^">\n]*)[">]/gmu;
/** What the engine brings. */
const OWN: readonly string[] = ['halocline.glsl', 'halocline.hlsl'];

/** Throws where a text includes what the script may not read, by itself or through what it includes. */
export function checkIncludes(
  host: Host,
  act: string,
  text: string,
  folder = '.',
  seen: Set<string> = new Set(),
): void {
  for (const [, name] of text.matchAll(INCLUDE)) {
    if (OWN.includes(name!)) continue;
    const file = host.path(`${act} with include`, name!.startsWith('/') ? name! : join(folder, name!));
    if (seen.has(file) || !existsSync(file)) continue;
    seen.add(file);
    checkIncludes(host, act, readFileSync(file, 'utf8'), dirname(file), seen);
  }
}
