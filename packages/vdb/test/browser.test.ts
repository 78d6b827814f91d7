/** The room in a browser: what a page makes of grids is what Node makes of them. */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { stripTypeScriptTypes } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

import { run } from './browser/page.ts';

const here = fileURLToPath(new URL('./', import.meta.url));
const names = ['tiles_float_longname_zip.nvdb', 'multi_2segments_3grids_zip.nvdb', 'vel_vec3s_blosc_mask.vdb'];
const files = Object.fromEntries(names.map((name) => [name, new Uint8Array(readFileSync(`${here}fixtures/${name}`))]));
const chromium = ['chromium', 'chromium-browser', 'google-chrome'].find(
  (name) => spawnSync(name, ['--version']).status === 0,
);

/** What the page says here, as it comes out of JSON. */
const said = run(files).then((report) => JSON.parse(JSON.stringify(report)) as unknown);

test.each(['Worker', 'WebAssembly'])(
  'in Node without its modules, its globals and %s it says the same',
  { timeout: 60_000 },
  async (without) => {
    const paths = names.map((name) => `${here}fixtures/${name}`);
    const args = ['--conditions=@halocline/source', '--import', `${here}browser/stripped.mjs`];
    const start = [`${here}browser/start.ts`, without, ...paths];
    const { stdout, stderr } = spawnSync(process.execPath, [...args, ...start], { encoding: 'utf8' });
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toEqual(await said);
  },
);

/** Answers with the page, the sources less their types, and the fixtures. */
function serve(path: string): { type: string; body: string | Buffer } | undefined {
  const code = (file: string): { type: string; body: string } => {
    const text = readFileSync(file, 'utf8');
    return { type: 'text/javascript', body: file.endsWith('.ts') ? stripTypeScriptTypes(text) : text };
  };
  if (path === '/') {
    const imports = {
      '@halocline/vdb': '/src/index.ts',
      '@halocline/vdb/tools': '/src/tools/index.ts',
      'fflate/browser': '/fflate.js',
    };
    const script = `
      import { run } from '/test/browser/page.ts';
      const say = (text) => fetch('/told', { method: 'POST', body: text });
      try {
        const files = {};
        for (const name of ${JSON.stringify(names)}) {
          files[name] = new Uint8Array(await (await fetch('/test/fixtures/' + name)).arrayBuffer());
        }
        await say(JSON.stringify(await run(files)));
      } catch (error) {
        await say(JSON.stringify(String(error?.stack ?? error)));
      }`;
    const map = `<script type="importmap">${JSON.stringify({ imports })}</script>`;
    return { type: 'text/html', body: `<body>${map}<script type="module">${script}</script></body>` };
  }
  if (path === '/fflate.js') return code(fileURLToPath(import.meta.resolve('fflate/browser')));
  if (/^\/(?:src|test\/browser)\/[\w/.-]+$/.test(path)) return code(`${here}../${path}`);
  if (/^\/test\/fixtures\/[\w.-]+$/.test(path))
    return { type: 'application/octet-stream', body: readFileSync(`${here}../${path}`) };
  return undefined;
}

test.skipIf(chromium === undefined)(
  `in Chromium it says the same${chromium === undefined ? ' (skipped: chromium is not installed)' : ''}`,
  { timeout: 60_000 },
  async () => {
    const { promise, resolve } = Promise.withResolvers<string>();
    const server = createServer((request, response) => {
      if (request.method === 'POST') {
        void text(request).then(resolve);
        response.end();
        return;
      }
      const found = serve(request.url ?? '');
      response.writeHead(found === undefined ? 404 : 200, { 'content-type': found?.type ?? 'text/plain' });
      response.end(found?.body);
    });
    await new Promise<void>((listening) => void server.listen(0, '127.0.0.1', listening));
    const { port } = server.address() as AddressInfo;
    const profile = mkdtempSync(join(tmpdir(), 'halocline-page-'));
    const args = ['--headless', '--no-sandbox', '--disable-gpu', `--user-data-dir=${profile}`];
    const page = spawn(chromium!, [...args, `http://127.0.0.1:${port}/`], { stdio: 'ignore' });
    const ended = new Promise<string>((stop) => void page.on('close', (code) => stop(`"the page ended with ${code}"`)));
    try {
      expect(JSON.parse(await Promise.race([promise, ended]))).toEqual(await said);
    } finally {
      page.kill();
      await ended;
      server.closeAllConnections();
      server.close();
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
    }
  },
);
