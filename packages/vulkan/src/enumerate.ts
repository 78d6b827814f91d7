/** @file Commands that are called twice: for a count, then for the items; or for a size, then for the bytes. */
import { arena } from './arena.ts';
import { VK_INCOMPLETE } from './generated/enums.ts';
import { resultName } from './names.ts';
import type { Struct } from './struct.ts';
import type { Handle, Pointer, Read } from './types.ts';

type Call<T> = (pCount: Pointer<number>, pItems: Pointer<T>) => number | void;

/**
 * Calls a command for a count and again for the items, until it has given them all; returns them in its order.
 * A negative VkResult is thrown, and is the error's cause.
 */
export function enumerate<T>(type: Struct<T>, call: Call<T>): Read<T>[];
export function enumerate(type: 'u32', call: Call<number>): number[];
export function enumerate<H extends Handle<string>>(type: 'handle', call: Call<H>): H[];
/** Calls a command that gives bytes (vkGetPipelineCacheData): its first parameter points to a size_t. */
export function enumerate(
  type: 'bytes',
  call: (pSize: Pointer<number | bigint>, pData: bigint) => number | void,
): Uint8Array<ArrayBuffer>;
export function enumerate(
  type: Struct<object> | 'u32' | 'handle' | 'bytes',
  call: Call<never>,
): unknown[] | Uint8Array<ArrayBuffer> {
  if (type === 'bytes') return bytesOf(call);
  return arena.scope(() => {
    const count = arena.u32();
    for (;;) {
      check(type, call(count, 0n as Pointer<never>));
      const length = arena.readU32(count);
      if (length === 0) return [];
      const items =
        typeof type === 'string' ? (type === 'u32' ? arena.u32(length) : arena.u64(length)) : type.allocate({}, length);
      const result = check(type, call(count, items as Pointer<never>));
      if (result === VK_INCOMPLETE) continue;
      const given = arena.readU32(count);
      if (typeof type !== 'string') return type.readArray(items, given);
      const read = type === 'u32' ? arena.readU32 : arena.readU64;
      return Array.from({ length: given }, (_, i) => read(items, i));
    }
  });
}

function bytesOf(call: Call<never>): Uint8Array<ArrayBuffer> {
  return arena.scope(() => {
    const size = arena.u64();
    for (;;) {
      check('bytes', call(size, 0n as Pointer<never>));
      const byteLength = Number(arena.readU64(size));
      if (byteLength === 0) return new Uint8Array(0);
      const bytes = arena.bytes(byteLength);
      if (check('bytes', call(size, bytes)) === VK_INCOMPLETE) continue;
      return arena.readBytes(bytes, Number(arena.readU64(size)));
    }
  });
}

function check(type: Struct<object> | string, result: number | void): number {
  if (result === undefined || result >= 0) return result ?? 0;
  const what = typeof type === 'string' ? type : type.typeName;
  throw new Error(
    `Cannot enumerate "${what}": the driver returned ${resultName(result)}; see the command's specification`,
    {
      cause: result,
    },
  );
}
