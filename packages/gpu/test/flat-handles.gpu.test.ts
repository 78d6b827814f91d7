import fc from 'fast-check';
import { vulkanTest } from '@halocline/testing';
import { expect } from 'vitest';
import {
  bufferAlloc,
  bufferDownload,
  bufferFree,
  bufferUpload,
  deviceCreate,
  deviceFree,
  deviceSync,
  kernelCompile,
  kernelFree,
  kernelLaunch,
} from '../src/flat.ts';
import { VulkanError } from '../src/index.ts';

const KERNEL = `layout(local_size_x = 1) in;
layout(binding = 0) buffer Words { uint at[]; };
void main() { at[0] += 1; }`;

/** What stands behind a handle that was given: the truth that every answer is held against. */
interface Known {
  readonly kind: 'device' | 'buffer' | 'kernel';
  readonly device: number;
  alive: boolean;
}

const act = fc.constantFrom(
  'alloc',
  'upload',
  'download',
  'compile',
  'launch',
  'launch',
  'sync',
  'free buffer',
  'free kernel',
  'free device',
);
const program = fc.array(fc.record({ act, first: fc.nat(40), second: fc.nat(40) }), { maxLength: 40 });
const strange: readonly unknown[] = [-1, 0, 0.5, Number.NaN, 2 ** 53, '1', undefined, null, {}];

/** A handle out of those that were given, or something that never was one. */
function pick(known: ReadonlyMap<number, Known>, choice: number): number {
  const handles = [...known.keys()];
  const handle = choice % 8 === 0 ? strange[choice % strange.length] : handles[choice % handles.length];
  return handle as number;
}

vulkanTest(
  'whatever handles are given, each call does what it can or says what is wrong',
  { timeout: 300_000 },
  async () => {
    await fc.assert(
      fc.asyncProperty(program, async (steps) => {
        const known = new Map<number, Known>();
        const give = (kind: Known['kind'], handle: number, device: number): void =>
          void known.set(handle, { kind, device, alive: true });
        for (let count = 0; count < 2; count++) {
          const device = await deviceCreate({ validation: false });
          give('device', device, device);
        }
        const is = (handle: number, kind: Known['kind']): boolean =>
          known.get(handle)?.kind === kind && known.get(handle)!.alive;
        const drop = (handle: number): void => void (known.get(handle)!.alive = false);
        for (const { act, first, second } of steps) {
          const [a, b] = [pick(known, first), pick(known, second)];
          const busy = [...known].some(([handle, each]) => handle !== a && each.alive && each.device === a);
          const same = known.get(a)?.device === known.get(b)?.device;
          const calls: Record<string, [allowed: boolean, call: () => unknown, done?: (result: number) => void]> = {
            alloc: [is(a, 'device'), () => bufferAlloc(a, 64), (handle) => give('buffer', handle, a)],
            upload: [is(a, 'buffer'), () => bufferUpload(a, new Uint32Array(16))],
            download: [is(a, 'buffer'), () => bufferDownload(a)],
            compile: [is(a, 'device'), () => kernelCompile(a, KERNEL), (handle) => give('kernel', handle, a)],
            launch: [is(a, 'kernel') && is(b, 'buffer') && same, () => kernelLaunch(a, 1, { buffers: [b] })],
            sync: [is(a, 'device'), () => deviceSync(a)],
            'free buffer': [is(a, 'buffer'), () => bufferFree(a), () => drop(a)],
            'free kernel': [is(a, 'kernel'), () => kernelFree(a), () => drop(a)],
            'free device': [is(a, 'device') && !busy, () => deviceFree(a), () => drop(a)],
          };
          const [allowed, call, done] = calls[act]!;
          const result = await (async () => call())().then(
            (value) => ({ value }),
            (error: unknown) => ({ error }),
          );
          if ('error' in result) expect(result.error).toBeInstanceOf(VulkanError);
          expect(
            'value' in result,
            `${act} ${String(a)} ${String(b)}: ${'error' in result ? String(result.error) : 'done'}`,
          ).toBe(allowed);
          if ('value' in result) done?.(result.value as number);
        }
        await closeAll(known);
      }),
      { numRuns: process.env['HALOCLINE_LONG'] === '1' ? 300 : 6 },
    );
  },
);

async function closeAll(known: ReadonlyMap<number, Known>): Promise<void> {
  for (const [handle, { kind, alive }] of known) {
    if (alive && kind === 'buffer') bufferFree(handle);
    if (alive && kind === 'kernel') kernelFree(handle);
  }
  for (const [handle, { kind, alive }] of known) if (alive && kind === 'device') await deviceFree(handle);
}
