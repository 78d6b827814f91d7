import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { useNvidiaWithoutX11 } from '../src/device/nvidia-without-x11.ts';

const icd = '{"file_format_version":"1.0.1","ICD":{"library_path":"libGLX_nvidia.so.0","api_version":"1.4.312"}}';

function folders(): Disposable & { drivers: string; cache: string } {
  const path = mkdtempSync(join(tmpdir(), 'halocline-icd-'));
  return { drivers: path, cache: join(path, 'cache'), [Symbol.dispose]: () => rmSync(path, { recursive: true }) };
}

describe.skipIf(process.platform !== 'linux')("NVIDIA's driver without X11", () => {
  test('is reached by a driver file that names the other library', () => {
    using folder = folders();
    writeFileSync(join(folder.drivers, 'nvidia_icd.json'), icd);
    const env: NodeJS.ProcessEnv = { HALOCLINE_CACHE: folder.cache };
    expect(useNvidiaWithoutX11(['/nowhere', folder.drivers], env)).toBe(true);
    const written: unknown = JSON.parse(readFileSync(env['VK_DRIVER_FILES']!, 'utf8'));
    expect(written).toEqual({
      file_format_version: '1.0.1',
      ICD: { library_path: 'libEGL_nvidia.so.0', api_version: '1.4.312' },
    });
  });

  test('is left alone where the user chose, or where there is none', () => {
    using folder = folders();
    const chosen: NodeJS.ProcessEnv = { HALOCLINE_CACHE: folder.cache, VK_DRIVER_FILES: 'mine.json' };
    writeFileSync(join(folder.drivers, 'nvidia_icd.json'), icd);
    expect(useNvidiaWithoutX11([folder.drivers], chosen)).toBe(false);
    expect(chosen['VK_DRIVER_FILES']).toBe('mine.json');
    expect(useNvidiaWithoutX11(['/nowhere'], { HALOCLINE_CACHE: folder.cache })).toBe(false);
  });
});
