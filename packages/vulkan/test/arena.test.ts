import { describe, expect, test } from 'vitest';
import { arena, pinned, releaseView, viewMemory } from '../src/index.ts';
import { roundUp } from '../src/arena.ts';

describe('the arena', () => {
  test('refuses to allocate outside a scope', () => {
    expect(() => arena.u32()).toThrow('Bug in a caller: memory of the arena is asked for outside any arena.scope');
  });

  test('gives the same zeroed memory to one scope after another', () => {
    const first = arena.scope(() => arena.u32([1, 2, 3]));
    arena.scope(() => {
      const second = arena.u32(3);
      expect(second).toBe(first);
      expect([0, 1, 2].map((i) => arena.readU32(second, i))).toEqual([0, 0, 0]);
    });
  });

  test('keeps what an outer scope holds', () => {
    arena.scope(() => {
      const outer = arena.u64([7n, 8]);
      arena.scope(() => arena.bytes(new Uint8Array(500_000).fill(255)));
      expect([arena.readU64(outer, 0), arena.readU64(outer, 1)]).toEqual([7n, 8n]);
    });
  });

  test('grows without moving', () => {
    arena.scope(() => {
      const first = arena.u32([42]);
      const blocks = Array.from({ length: 40 }, (_, i) => arena.bytes(new Uint8Array(100_000).fill(i + 1)));
      expect(arena.readU32(first)).toBe(42);
      expect(blocks.map((it) => arena.readBytes(it, 100_000).at(-1))).toEqual(blocks.map((_, i) => i + 1));
    });
    arena.scope(() => expect(arena.readBytes(arena.bytes(300_000), 300_000).some((it) => it !== 0)).toBe(false));
  });

  test('holds memory of its own for who goes on in it, whatever is allocated meanwhile', () => {
    const inner = arena.scope(() => {
      const outer = arena.u32([1]);
      const held = arena.hold(() => [arena.u32([2]), arena.bytes(new Uint8Array(200_000).fill(3))] as const);
      expect(arena.readU32(outer)).toBe(1);
      expect(arena.u32() - outer).toBe(8n);
      return held;
    });
    arena.scope(() => arena.bytes(new Uint8Array(500_000).fill(255)));
    const [number, bytes] = inner.value;
    expect([arena.readU32(number), arena.readBytes(bytes, 200_000).at(-1)]).toEqual([2, 3]);
    inner[Symbol.dispose]();
    inner[Symbol.dispose]();
    const fail = (): never => {
      throw new Error('mine');
    };
    expect(() => arena.hold(fail)).toThrow('mine');
    expect(() => arena.u32()).toThrow('outside any arena.scope');
  });

  test('aligns to eight bytes', () => {
    arena.scope(() => {
      const addresses = [arena.bytes(1), arena.string('abc'), arena.bytes(new Uint8Array(3)), arena.u64()];
      expect(addresses.map((it) => it % 8n)).toEqual([0n, 0n, 0n, 0n]);
    });
  });

  test('drops its scope when the body throws', () => {
    const before = arena.scope(() => arena.u32());
    expect(() =>
      arena.scope(() => {
        arena.u32([9]);
        throw new Error('mine');
      }),
    ).toThrow('mine');
    expect(arena.scope(() => arena.u32())).toBe(before);
  });

  test('refuses an asynchronous body', () => {
    expect(() => arena.scope(() => Promise.resolve(1))).toThrow(
      'Bug in a caller: the body of an arena.scope is asynchronous, and its memory would be dropped while it waits',
    );
  });

  test('refuses lengths that are none, and leaves alone what stands there', () => {
    arena.scope(() => {
      const first = arena.u32([1, 2, 3, 4]);
      for (const wrong of [-16, NaN, 1.5, Infinity, 2 ** 53]) {
        const message = `Bug in a caller: ${wrong} bytes of the arena are asked for; ask for a whole number from 0`;
        expect(() => arena.bytes(wrong)).toThrow(new RangeError(message));
      }
      for (const wrong of [-1, NaN])
        expect(() => [arena.u32(wrong), arena.u64(wrong), arena.f32(wrong)]).toThrow('Bug in');
      arena.u32([9, 9, 9, 9]);
      expect([0, 1, 2, 3].map((at) => arena.readU32(first, at))).toEqual([1, 2, 3, 4]);
    });
  });

  test('is whole when there is no memory for what was asked', () => {
    arena.scope(() => {
      const first = arena.u32([1, 2]);
      expect(() => arena.bytes(2 ** 52)).toThrow(RangeError);
      expect([arena.u32([3]) > first, arena.readU32(first)]).toEqual([true, 1]);
    });
    expect(arena.scope(() => arena.readU32(arena.u32()))).toBe(0);
  });

  test('rounds lengths past 2³¹ and past 2³² up too', () => {
    const lengths = [0, 1, 8, 2 ** 31 - 1, 2 ** 31 + 1, 2 ** 32, 2 ** 32 + 63, 2 ** 52 + 1];
    expect(lengths.map(roundUp)).toEqual(lengths.map((each) => Math.ceil(each / 8) * 8));
  });

  test('writes floats, strings and their addresses', () => {
    arena.scope(() => {
      expect(arena.readF32(arena.f32([0.5, 2.25]), 1)).toBe(2.25);
      expect(arena.readI32(arena.u32([-5]))).toBe(-5);
      expect(arena.readBytes(arena.string('π'), 3)).toEqual(new Uint8Array([0xcf, 0x80, 0]));
      expect(arena.readBytes(arena.readU64(arena.strings(['a', 'bc']), 1), 3)).toEqual(new Uint8Array([98, 99, 0]));
    });
  });
});

describe('pinned memory', () => {
  test('may be disposed twice', () => {
    for (const alignment of [8, 4096]) {
      const memory = pinned(64, { alignment });
      memory[Symbol.dispose]();
      memory[Symbol.dispose]();
      expect(memory.buffer.byteLength).toBe(0);
    }
  });

  test('is where its address says, until it is disposed', () => {
    const memory = pinned(64);
    new Uint32Array(memory.buffer)[3] = 0xabcd;
    expect(arena.readU32(memory.address, 3)).toBe(0xabcd);
    memory[Symbol.dispose]();
    expect(memory.buffer.byteLength).toBe(0);
  });

  test('is aligned to a page where that is asked for', () => {
    using memory = pinned(10_000, { alignment: 4096 });
    expect([memory.address % 4096n, memory.buffer.byteLength]).toEqual([0n, 10_000]);
    new Uint8Array(memory.buffer)[9_999] = 7;
    expect(arena.readBytes(memory.address + 9_999n, 1)[0]).toBe(7);
  });

  test('can be viewed a second time; a released view is empty', () => {
    using memory = pinned(16);
    const view = viewMemory(memory.address, 16);
    new Uint8Array(view)[2] = 5;
    expect(new Uint8Array(memory.buffer)[2]).toBe(5);
    releaseView(view);
    expect(view.byteLength).toBe(0);
  });

  test('a view that was transferred is released as any other', () => {
    using memory = pinned(16);
    const view = viewMemory(memory.address, 16);
    const elsewhere = view.transfer();
    releaseView(view);
    expect([view.byteLength, elsewhere.byteLength]).toEqual([0, 16]);
    releaseView(elsewhere);
  });
});
