import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { gpuTest } from '@halocline/testing';
import { expect } from 'vitest';
import { hotReload } from '../../../examples/hot-reload.ts';
import { blur } from '../../../examples/image-filter.ts';
import { particles } from '../../../examples/particles.ts';

/** The blur by its definition: both axes at once, in double precision. */
function blurred(pixels: Uint8Array, width: number, height: number, sigma: number): number[] {
  const weight = (i: number): number => Math.exp((-i * i) / (2 * sigma * sigma));
  const clamp = (at: number, end: number): number => Math.min(end - 1, Math.max(0, at));
  return Array.from({ length: width * height * 4 }, (_, at) => {
    const [x, y] = [Math.floor(at / 4) % width, Math.floor(at / 4 / width)];
    let [sum, weights] = [0, 0];
    for (let j = -8; j <= 8; j++) {
      for (let i = -8; i <= 8; i++) {
        const from = (clamp(y + j, height) * width + clamp(x + i, width)) * 4 + (at % 4);
        sum += weight(i) * weight(j) * pixels[from]!;
        weights += weight(i) * weight(j);
      }
    }
    return sum / weights;
  });
}

gpuTest('the image filter blurs as its definition says', {}, async ({ device }) => {
  const pixels = Uint8Array.from({ length: 19 * 11 * 4 }, (_, at) => (at * 7919) % 256);
  const options = { device: device.uuid, validation: device.validation };
  const image = await blur({ width: 19, height: 11, pixels }, 2.5, options);
  // Twice rounded to a 255th: after each axis.
  const expected = blurred(pixels, 19, 11, 2.5);
  expect(Math.max(...expected.map((value, at) => Math.abs(value - image.pixels[at]!)))).toBeLessThan(1.2);
});

/** The field of the example, in double precision. */
function velocity([x, y, z]: readonly number[]): number[] {
  const v = [0, 0, 0];
  for (let [k, size] = [2.1, 0.42]; k < 20; [k, size] = [k * 2.2, size * 0.42]) {
    const waves = [z!, x!, y!].map((at, axis) => Math.sin(k * at + [0.3, 2.1, 4.7][axis]! * k));
    const others = [y!, z!, x!].map((at, axis) => Math.cos(k * at * 1.1 + [1.9, 5.2, 0.6][axis]! / k));
    for (const axis of [0, 1, 2]) v[axis]! += size * (waves[axis]! + others[axis]!);
  }
  return v;
}

gpuTest('particles shine where a model of them says, and on no other pixel', {}, async ({ device }) => {
  const [count, width, height] = [3, 160, 90];
  const image = await particles(count, width, 1, { device: device.uuid, validation: device.validation });
  const dark = Math.max(image.pixels[0]!, image.pixels[1]!, image.pixels[2]!);
  const lit = Array.from({ length: width * height }, (_, at) => at).filter(
    (at) => image.pixels[at * 4 + 2]! > dark + 8,
  );
  const pixels = Array.from({ length: count }, (_, i) => {
    const [z, turn] = [1 - (2 * i + 1) / count, (((i * 2654435769) % 2 ** 32) / 2 ** 32) * 2 * Math.PI];
    let p = [Math.sqrt(1 - z * z) * Math.cos(turn), Math.sqrt(1 - z * z) * Math.sin(turn), z];
    for (let step = 0; step < 300; step++) {
      const half = velocity(p);
      const v = velocity(p.map((at, axis) => at + 0.003 * half[axis]!));
      p = p.map((at, axis) => at + 0.006 * v[axis]!);
    }
    const q = [p[0]! - 0.25, p[1]! + 0.95, p[2]! - 0.1];
    const seen = [
      [0.82, -0.16, -0.55],
      [0.23, 0.97, 0.06],
      [0.53, -0.17, 0.83],
    ].map((row) => row.reduce((sum, each, axis) => sum + each * q[axis]!, 0));
    const onto = (at: number, size: number): number => Math.floor(((at / (4 - seen[2]!) + 1) / 2) * size);
    return onto(seen[1]! * 1.75, height) * width + onto((seen[0]! * 1.75 * 9) / 16, width);
  });
  expect(lit).toEqual(pixels.toSorted((a, b) => a - b));
});

gpuTest(
  'the hot reload example goes on through a broken edit and a good one',
  { timeoutMs: 30_000 },
  async ({ device }) => {
    const folder = mkdtempSync(path.join(tmpdir(), 'halocline-ripples-'));
    const file = path.join(folder, 'ripples.comp');
    const [pictures, lines]: [string[], string[]] = [[], []];
    const edit = (change: (text: string) => string): void => writeFileSync(file, change(readFileSync(file, 'utf8')));
    const show = async (picture: string): Promise<void> => {
      pictures.push(picture);
      if (pictures.length === 1) edit((text) => text.replace('0.5 + 0.5 *', '0.5 + 0.5 */'));
      if (pictures.length === 2) edit((text) => text.replace(/= 0.5 .*;/, '= 1.0;'));
      while (lines.length < Math.min(2, pictures.length)) await pause(5);
    };
    try {
      const log = (line: string): void => void lines.push(line);
      await hotReload(file, { frames: 4, show, log, device: device.uuid, validation: device.validation });
    } finally {
      rmSync(folder, { recursive: true });
    }
    expect(pictures[1]).toMatch(/#.*\n.*[ .].*#/);
    expect(lines[0]).toMatch(/^Cannot compile shader "ripples.comp": .* \(.*ripples.comp:8:\d+\)/);
    expect(pictures.at(-1)).toBe(`${'#'.repeat(72)}\n`.repeat(20));
  },
);
