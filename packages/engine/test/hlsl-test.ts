/** @file Tests of kernels in HLSL, which need `dxc`, or another in its place. */
import { execFileSync } from 'node:child_process';
import { gpuTest } from '@halocline/testing';
import { test } from 'vitest';

/** Whether the DirectX shader compiler is here. */
function hasDxc(): boolean {
  try {
    execFileSync(process.env['HALOCLINE_DXC'] || 'dxc', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** `gpuTest` where the compiler is here; skipped in words elsewhere. */
export const hlslTest: typeof gpuTest = hasDxc()
  ? gpuTest
  : (name) => test.skip(`${name}: there is no dxc here`, () => undefined);

/** Runs `body` with another command as the compiler. */
export async function withDxc(command: string, body: () => Promise<void>): Promise<void> {
  const before = process.env['HALOCLINE_DXC'];
  process.env['HALOCLINE_DXC'] = command;
  try {
    await body();
  } finally {
    if (before === undefined) delete process.env['HALOCLINE_DXC'];
    else process.env['HALOCLINE_DXC'] = before;
  }
}
