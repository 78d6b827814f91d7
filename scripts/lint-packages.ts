/**
 * `npm run lint:packages`: what publint says about each package as npm would pack it, after it was compiled; and what the
 * compiler says of all their types, in a program that imports every entry, with libraries checked as strictly as one's own code, and
 * with no types of Node's or of a browser's: who uses the packages needs none.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';

interface Manifest extends Record<string, unknown> {
  readonly name: string;
  readonly private?: boolean;
  readonly exports: Readonly<Record<string, unknown>>;
}

const root = fileURLToPath(new URL('../', import.meta.url));
const manifests = new Map(
  readdirSync(join(root, 'packages')).map((room) => {
    const text = readFileSync(join(root, 'packages', room, 'package.json'), 'utf8');
    return [room, JSON.parse(text) as Manifest];
  }),
);

for (const [room, manifest] of manifests) {
  const { messages } = await publint({ pkgDir: join(root, 'packages', room), pack: 'npm', strict: true });
  for (const message of messages) {
    console.log(`packages/${room}: ${formatMessage(message, manifest, { color: false })}`);
    process.exitCode = 1;
  }
}

/** Compiles a program that uses all entries of all packages, from what `tsc -b` left in `dist`. */
function compileUser(): boolean {
  const folder = join(root, 'out/user-of-types');
  const entries = [...manifests.values()]
    .filter((manifest) => manifest.private !== true)
    .flatMap(({ name, exports }) => Object.keys(exports).map((entry) => posix.join(name, entry)));
  const compilerOptions = {
    target: 'esnext',
    lib: ['esnext'],
    module: 'nodenext',
    types: [],
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    skipLibCheck: false,
    noEmit: true,
  };
  mkdirSync(folder, { recursive: true });
  try {
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }\n');
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['user.ts'] }));
    writeFileSync(
      join(folder, 'user.ts'),
      entries.map((entry, at) => `export * as entry${at} from '${entry}';\n`).join(''),
    );
    const line = [join(root, 'node_modules/typescript/bin/tsc'), '-p', folder];
    return spawnSync(process.execPath, line, { stdio: 'inherit' }).status === 0;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

if (!compileUser()) process.exitCode = 1;
