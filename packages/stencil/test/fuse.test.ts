import { expect, test } from 'vitest';
import {
  bytesPerVoxel,
  compileStencil,
  fieldsAgain,
  formatIr,
  fuseStencils,
  whyNotFused,
  whyNotWorth,
} from '../src/index.ts';
import type { Stencil, StencilSource } from '../src/index.ts';
import { compileText, environment } from './compile-text.ts';

function stencil(name: string, code: string, declared: Partial<StencilSource> = {}): Stencil {
  const outputs = [...new Set([...code.matchAll(/WriteField\("(\w+)"/g)].map((match) => match[1]!))];
  return compileText(code, { name, inputs: ['density', 'velocity', 'flags', 'pressure'], outputs, ...declared });
}

const NOTHING = { unstored: new Set<string>(), inactive: new Map<string, readonly number[]>() };
const damp = stencil('damp', 'WriteField("density", idx, ReadField("density", idx) * 0.5);');
const lift = stencil(
  'lift',
  'WriteField("velocity_y", idx, ReadField("density", idx) + ReadField("velocity_y", idx));',
);

test('what one writes and the other reads at the same voxel goes through a local', () => {
  expect(whyNotFused([damp], lift)).toBeNull();
  const fused = fuseStencils('both', [damp, lift], NOTHING);
  expect(fused.reads.map(({ field, components }) => [field, components])).toEqual([
    ['density', [0]],
    ['velocity', [1]],
  ]);
  expect(bytesPerVoxel(damp) + bytesPerVoxel(lift)).toBe(20);
  expect(bytesPerVoxel(fused)).toBe(16);
});

test('a field that is not stored is neither read nor written', () => {
  const begin = stencil('begin', 'WriteField("density", idx, ReadField("pressure", idx) * 0.5);');
  const fused = fuseStencils('both', [begin, lift], { ...NOTHING, unstored: new Set(['density']) });
  expect(formatIr(fused)).not.toContain('"density"');
  expect(fused.writes.map(({ field }) => field)).toEqual(['velocity']);
});

test.each([
  [
    'reads of other voxels',
    'damp',
    stencil('spread', 'WriteField("pressure", idx, ReadField("density", coord + ivec3(0, 0, 1)));'),
    '"spread" reads "density" of other voxels, which "damp" writes',
  ],
  [
    'a computed coordinate',
    'damp',
    stencil('trace', 'WriteField("pressure", idx, SampleField("density", CoordToWorld(coord)));'),
    '"trace" reads "density" of other voxels, which "damp" writes',
  ],
  [
    'a read from within a function',
    'damp',
    stencil('call', 'float f() { return ReadField("density", idx); } WriteField("pressure", idx, f());'),
    '"call" reads "density" of other voxels, which "damp" writes',
  ],
  [
    'another colour',
    'damp',
    stencil('half', 'WriteField("pressure", idx, 1.0);', { color: 'red' }),
    '"damp" runs on all voxels, "half" on red voxels',
  ],
  [
    'debugging',
    'damp',
    stencil('look', 'WriteField("pressure", idx, ReadField("density", idx));', { debug: true }),
    '"look" is debugged',
  ],
  [
    'a sum that is needed',
    'sum',
    stencil('use', 'WriteField("pressure", idx, largest);'),
    '"use" reads the scalar "largest", which "sum" reduces into',
  ],
  [
    'two sums into one',
    'sum',
    stencil('more', 'ReduceMax("largest", ReadField("density", idx)); WriteField("pressure", idx, 1.0);'),
    '"sum" and "more" both reduce into "largest"',
  ],
  [
    'a narrow type between',
    'mark',
    stencil('use', 'WriteField("pressure", idx, float(ReadField("flags", idx)));'),
    '"use" reads "flags", which is stored as uint8 and so isn\'t what "mark" writes',
  ],
  [
    'a return within a loop',
    'seek',
    stencil('use', 'WriteField("pressure", idx, ReadField("density", idx));'),
    '"seek" returns from within a loop',
  ],
])('%s keeps stencils apart', (_, before, next, reason) => {
  const first = {
    damp,
    sum: stencil('sum', 'ReduceMax("largest", ReadField("density", idx)); WriteField("velocity_x", idx, 1.0);'),
    mark: stencil('mark', 'WriteField("flags", idx, 300u);'),
    seek: stencil(
      'seek',
      'for (int i = 0; i < 4; i++) { if (i == coord.x) return; WriteField("density", idx, float(i)); }',
    ),
  }[before as 'damp'];
  expect(whyNotFused([first], next)).toBe(reason);
});

const AGAIN = new Set(['density', 'velocity']);
const begin = stencil(
  'begin',
  'WriteField("density", idx, ReadField("pressure", coord + ivec3(0, 1, 0)) * float(coord.x));',
);
const slope = stencil(
  'slope',
  'WriteField("pressure", idx, ReadField("density", coord + ivec3(2, 0, 0)) - ReadField("density", idx));',
);

test('what is read of another voxel is computed again there, where it is active', () => {
  expect(whyNotFused([begin], slope)).toBe('"slope" reads "density" of other voxels, which "begin" writes');
  expect(whyNotFused([begin], slope, AGAIN)).toBeNull();
  expect(fieldsAgain([begin, slope])).toEqual([{ field: 'density', voxels: 1 }]);
  const options = { unstored: new Set(['density']), inactive: new Map([['density', [0.5]]]) };
  const fused = fuseStencils('both', [begin, slope], options);
  const text = formatIr(fused);
  expect(text).toContain('isActive[(coord + ivec3{2, 0, 0})] ? %1.density_0_0 : 0.5');
  expect(text).not.toContain('"density"');
  // Two voxels to the side and one up, and one up; into a second copy, since others read around too.
  expect(fused.reads.map(({ field, reach }) => [field, reach])).toEqual([
    ['pressure', { low: [0, 1, 0], high: [2, 1, 0] }],
  ]);
  expect(fused.writes.map(({ field, doubleBuffered }) => [field, doubleBuffered])).toEqual([['pressure', true]]);
});

test('an inactive voxel holds what it held, where that is not known beforehand', () => {
  const fused = fuseStencils('both', [begin, slope], NOTHING);
  const read = fused.reads.find(({ field }) => field === 'density')!;
  expect(read.reach).toEqual({ low: [2, 0, 0], high: [2, 0, 0] });
  expect(fused.writes.find(({ field }) => field === 'density')!.doubleBuffered).toBe(true);
});

test.each([
  [
    'coordinates that it computes',
    stencil('trace', 'WriteField("density", idx, SampleField("pressure", CoordToWorld(coord)));'),
    slope,
    '"trace" reads at computed coordinates, and isn\'t computed again for others',
  ],
  [
    'a reach that becomes too far',
    begin,
    stencil('far', 'WriteField("pressure", idx, ReadField("density", coord + ivec3(0, 8, 0)));'),
    'computed again, "pressure" would be read 9 voxels away, and 8 is the most',
  ],
  [
    'a colour',
    stencil('red', 'WriteField("density", idx, 1.0);', { color: 'red' }),
    stencil('more', 'WriteField("pressure", idx, ReadField("density", coord + ivec3(0, 1, 1)));', { color: 'red' }),
    '"red" runs on red voxels, and isn\'t computed again for others',
  ],
])('%s keeps a stencil from being computed again', (_, before, next, reason) => {
  expect(whyNotFused([before], next, AGAIN)).toBe(reason);
});

const WHOLE = { raggedShare: 0, stored: false };

test('computing again is worth less where leaves have inactive voxels, and nothing there where the field is stored too', () => {
  const options = { unstored: new Set(['density']), inactive: new Map([['density', [0]]]) };
  const middling = stencil(
    'middling',
    `float x = ReadField("pressure", idx); ${'x = 0.5 * x + 1.0; '.repeat(8)} WriteField("density", idx, x);`,
  );
  const around = stencil('around', 'WriteField("pressure", idx, Laplacian("density"));');
  const whyNot = (where: Parameters<typeof whyNotWorth>[2]): string | null =>
    whyNotWorth([middling, around], fuseStencils('both', [middling, around], options), where);
  expect(whyNot(WHOLE)).toBeNull();
  expect(whyNot({ raggedShare: 0.1, stored: false })).toBeNull();
  expect(whyNot({ raggedShare: 0.25, stored: false })).toBeNull();
  const dear = 'computed again they take 102 operations more a voxel, and 8 bytes less are worth';
  expect(whyNot({ raggedShare: 0.3, stored: false })).toBe(`${dear} 98 where 30 % of the leaves have inactive voxels`);
  expect(whyNot({ raggedShare: 0.625, stored: false })).toBe(
    `${dear} 56 where 63 % of the leaves have inactive voxels`,
  );
  expect(whyNot({ raggedShare: 1, stored: true })).toBe(
    `${dear} nothing while the field is stored too where 100 % of the leaves have inactive voxels`,
  );
});

test('computing again is worth it where it takes little', () => {
  const options = { unstored: new Set(['density']), inactive: new Map([['density', [0]]]) };
  const cheap = fuseStencils('both', [begin, slope], options);
  expect(whyNotWorth([begin, slope], cheap, WHOLE)).toBeNull();
  const dear = stencil(
    'dear',
    `float x = ReadField("pressure", idx); ${'x = x * x + dt; '.repeat(80)} WriteField("density", idx, x);`,
  );
  expect(whyNotWorth([dear, slope], fuseStencils('both', [dear, slope], options), WHOLE)).toMatch(
    /^computed again they take \d+ operations more a voxel, and 8 bytes less are worth \d+$/,
  );
  expect(whyNotWorth([begin, slope], fuseStencils('both', [begin, slope], NOTHING), WHOLE)).toBe(
    'they would move as many bytes',
  );
});

test('what a thread computes once costs nothing where it is computed again; in functions, which compute it in each call, it does', () => {
  const options = { unstored: new Set(['density']), inactive: new Map([['density', [0]]]) };
  const terms = Array.from({ length: 10 }, (_, n) => `x += exp(-${n + 1}.5 * dt);`).join(' ');
  const whyNot = (code: string): string | null => {
    const source = { name: 'first', inputs: ['pressure'], outputs: ['density'], code };
    const first = compileStencil(source, environment);
    return whyNotWorth([first, slope], fuseStencils('both', [first, slope], options), WHOLE);
  };
  const write = 'WriteField("density", idx, x);';
  expect(whyNot(`float x = ReadField("pressure", idx); ${terms} ${write}`)).toBeNull();
  const called = `float more(float a) { float x = a; for (int n = 0; n < 2; n++) { if (x > 5.0) return x; ${terms} } return x; }
    float x = ReadField("pressure", idx); for (int n = 0; n < 2; n++) x += more(x + float(n)); ${write}`;
  expect(whyNot(called)).toMatch(/^computed again they take \d+ operations more/);
});

const BY_FLAGS = 'coord + ivec3(int(ReadField("flags", coord)) % 4, 0, 0)';
const anywhere = stencil(
  'anywhere',
  'WriteField("pressure", idx, ReadField("density", ivec3(ReadField("velocity", coord))));',
  { neighborRadius: 2 },
);
const upToThree = (name: string, to: string, neighborRadius?: number): Stencil =>
  stencil(
    name,
    `WriteField("${to}", idx, ReadField("density", ${BY_FLAGS}));`,
    neighborRadius === undefined ? {} : { neighborRadius },
  );

test.each([
  [upToThree('one', 'pressure', 2), upToThree('other', 'velocity_y', 1), '"one" and "other" have different radii'],
  [upToThree('one', 'pressure', 5), upToThree('other', 'velocity_y', 3), null],
  [upToThree('one', 'pressure', 2), upToThree('other', 'velocity_y', 2), null],
  [anywhere, upToThree('near', 'velocity_y'), '"near" reads further than 2 voxels, which "anywhere" is held within'],
  [
    upToThree('near', 'velocity_y', 3),
    upToThree('held', 'pressure', 1),
    '"near" reads further than 1 voxel, which "held" is held within',
  ],
  [
    stencil('far', 'WriteField("velocity_y", idx, ReadField("density", coord + ivec3(0, 12, 0)));'),
    anywhere,
    '"far" reads further than 2 voxels, which "anywhere" is held within',
  ],
  [stencil('tap', 'WriteField("velocity_y", idx, ReadField("density", coord + ivec3(0, 8, 0)));'), anywhere, null],
])('stencils run as one where they share a radius: %o', (before, next, reason) => {
  expect(whyNotFused([before], next)).toBe(reason);
});

test('those that stay within their radii have none together, and those that exceed it keep it', () => {
  const radiusOf = (...parts: Stencil[]): number | null => fuseStencils('both', parts, NOTHING).neighborRadius;
  expect(radiusOf(upToThree('one', 'pressure', 5), upToThree('other', 'velocity_y', 3))).toBe(null);
  expect(radiusOf(upToThree('one', 'pressure', 2), upToThree('other', 'velocity_y', 2))).toBe(2);
  expect(radiusOf(damp, upToThree('held', 'pressure', 2))).toBe(2);
});

test('a coordinate that is known once they are one is still held at the radius', () => {
  const three = stencil('three', 'WriteField("velocity_x", idx, 3.0);');
  const code =
    'ivec3 d = ivec3(int(ReadField("velocity_x", coord)), 0, 0); WriteField("pressure", idx, ReadField("density", coord + d));';
  const reachOf = (neighborRadius: number): unknown => {
    const fused = fuseStencils('both', [three, stencil('look', code, { neighborRadius })], NOTHING);
    return fused.reads.find(({ field }) => field === 'density')!.reach;
  };
  expect([2, 3].map(reachOf)).toEqual([2, 3].map((most) => ({ low: [most, 0, 0], high: [most, 0, 0] })));
});
