import { describe, expect, test } from 'vitest';
import { compileStencil } from '../src/index.ts';
import type { FieldRead, FieldWrite, StencilSource } from '../src/index.ts';
import { compileText, environment } from './compile-text.ts';

function readsOf(code: string, declared: Partial<StencilSource> = {}): readonly FieldRead[] {
  return compileText(`${code}\nWriteField("density", idx, 0.0);`, declared).reads;
}

function writeOf(code: string, declared: Partial<StencilSource> = {}): FieldWrite {
  return compileText(code, declared).writes[0]!;
}

describe('reach', () => {
  test('is the box of all constant offsets from coord', () => {
    const code = `
      float a = ReadField("density", coord + ivec3(1, 0, 0)) + ReadField("density", coord - ivec3(0, 2, 0));
      float b = ReadField("density", ivec3(0, 0, 3) + coord);
    `;
    expect(readsOf(code)).toEqual([
      {
        field: 'density',
        type: 'float32',
        at: 'center',
        level: 'same',
        reach: { low: [0, -2, 0], high: [1, 0, 3] },
        gather: false,
        components: [0],
        parts: [{ component: 0, reach: { low: [0, -2, 0], high: [1, 0, 3] }, gather: false }],
      },
    ]);
  });

  test.each([
    ['idx', 'float a = ReadField("density", idx);', [0, 0, 0]],
    ['a constant of the text', 'const ivec3 o = ivec3(1, 2, 3); float a = ReadField("density", coord + o);', [1, 2, 3]],
    [
      'a variable that never changes',
      'ivec3 o = 2 * ivec3(1, 2, 3); float a = ReadField("density", coord + o);',
      [2, 4, 6],
    ],
    [
      'a place that never changes',
      'ivec3 p = coord + ivec3(1); ivec3 q = p - ivec3(0, 1, 1); float a = ReadField("density", q);',
      [1, 0, 0],
    ],
    ['components put together', 'float a = ReadField("density", ivec3(coord.x + 1, coord.yz - 2));', [1, -2, -2]],
    ['a scalar for all components', 'float a = ReadField("density", coord + 1);', [1, 1, 1]],
    [
      'a function of the text',
      'float f(ivec3 p) { return ReadField("density", p - ivec3(0, 0, 4)); } float a = f(coord);',
      [0, 0, -4],
    ],
  ])('is found through %s', (_, code, offset) => {
    expect(readsOf(code)[0]).toMatchObject({ reach: { low: offset, high: offset }, gather: false });
  });

  test('is found through a short loop, which is unrolled', () => {
    const code = 'float s = 0.0; for (int i = -2; i <= 1; i++) s += ReadField("density", coord + ivec3(i, 0, -i));';
    expect(readsOf(code)[0]).toMatchObject({ reach: { low: [-2, 0, -1], high: [1, 0, 2] }, gather: false });
  });

  test('leaves out what a constant condition never reads', () => {
    const code =
      'for (int i = -1; i <= 1; i++) if (i != 0) { float s = ReadField("density", coord + ivec3(i + 1, 0, 0)); }';
    expect(readsOf(code)[0]).toMatchObject({ reach: { low: [0, 0, 0], high: [2, 0, 0] } });
  });

  test('is kept for offsets beyond the neighbouring leaves, which are looked up', () => {
    const read = readsOf('float a = ReadField("density", coord + ivec3(0, 0, 100));')[0];
    expect(read).toMatchObject({ reach: { low: [0, 0, 100], high: [0, 0, 100] }, gather: false });
  });

  test.each([
    ['a variable place', 'ivec3 p = coord; p.x += steps; float a = ReadField("density", p);'],
    ['an absolute place', 'float a = ReadField("density", ivec3(1, 2, 3));'],
    ['axes that are swapped', 'float a = ReadField("density", coord.zyx);'],
    ['a sample', 'float a = SampleField("density", CoordToWorld(coord));'],
    ['a long loop', 'for (int i = 0; i < 99; i++) { float a = ReadField("density", coord + i); }'],
  ])('is unknown for %s: a gather', (_, code) => {
    expect(readsOf(code)[0]).toMatchObject({ reach: null, gather: true });
  });

  test('is listed for each level by itself', () => {
    const code =
      'float a = ReadField("pressure", coord) + ReadCoarse("pressure", coord / 2) + ReadFine("residual", coord * 2);';
    const reads = readsOf(code, { inputs: ['pressure', 'residual'] });
    expect(reads.map(({ field, level, gather }) => [field, level, gather])).toEqual([
      ['pressure', 'same', false],
      ['pressure', 'coarse', true],
      ['residual', 'fine', false],
    ]);
  });
});

describe('components', () => {
  test.each([
    ['the whole field', 'vec3 v = ReadField("velocity", coord);', [0, 1, 2]],
    ['names of components', 'float a = ReadField("velocity_z", coord) + ReadField("velocity_x", coord);', [0, 2]],
    ['a swizzle of one', 'float a = ReadField("velocity", coord).y;', [1]],
    ['a swizzle of two', 'vec2 a = ReadField("velocity", coord).zy;', [1, 2]],
    ['a swizzle of a sample', 'float a = SampleField("velocity", vec3(0.0)).z;', [2]],
  ])('are those that %s reads', (_, code, components) => {
    expect(readsOf(code)[0]!.components).toEqual(components);
  });

  test('named by a suffix give way to a field of that name', () => {
    const fields = new Map([...environment.fields, ['velocity_x', 'int32'] as const]);
    const code = 'WriteField("density", idx, ReadField("velocity_x", coord));';
    const source = { name: 's', inputs: ['velocity_x'], outputs: ['density'], code };
    expect(compileStencil(source, { ...environment, fields }).reads[0]).toMatchObject({
      field: 'velocity_x',
      type: 'int32',
    });
  });
});

describe('a second copy', () => {
  const write = 'WriteField("density", idx, a);';
  test.each<[string, string, Partial<StencilSource>, boolean]>([
    ['only the own voxel is read', 'float a = ReadField("density", coord);', {}, false],
    ['another field is read elsewhere', 'float a = ReadField("velocity_x", coord + 1);', {}, false],
    ['another voxel is read', 'float a = ReadField("density", coord + ivec3(1, 0, 0));', {}, true],
    ['a place is computed', 'float a = ReadField("density", ivec3(0));', {}, true],
    ['the field is sampled', 'float a = SampleField("density", vec3(0.0));', {}, true],
    // Held there over parts, and by nothing in a domain that is whole.
    [
      'a radius holds it to the own voxel',
      'float a = ReadField("density", coord + steps % 4);',
      { neighborRadius: 0 },
      true,
    ],
    ['the other colour is read', 'float a = ReadField("density", coord + ivec3(1, 1, 1));', { color: 'red' }, false],
    [
      'the own colour is read elsewhere',
      'float a = ReadField("density", coord + ivec3(1, -1, 0));',
      { color: 'black' },
      true,
    ],
  ])('when %s', (_, code, declared, doubled) => {
    expect(writeOf(`${code}\n${write}`, declared).doubleBuffered).toBe(doubled);
  });

  test('is not needed where other components are read than written', () => {
    const code = 'WriteField("velocity_x", idx, ReadField("velocity_y", coord + ivec3(1, 0, 0)));';
    expect(writeOf(code, { outputs: ['velocity_x'] })).toEqual({
      field: 'velocity',
      type: 'vec3',
      undeclared: false,
      components: [0],
      always: true,
      doubleBuffered: false,
    });
  });

  test('is made whole by copying the components that the stencil leaves alone', () => {
    const code = 'WriteField("velocity_x", idx, ReadField("velocity_x", coord + ivec3(1, 0, 0)));';
    const stencil = compileText(code, { outputs: ['velocity_x'] });
    expect(stencil.writes[0]).toMatchObject({ components: [0, 1, 2], always: true, doubleBuffered: true });
    expect(stencil.body.slice(0, 2)).toEqual(
      [1, 2].map((component) => ({
        op: 'write',
        field: 'velocity',
        component,
        value: { op: 'tap', type: 'float', field: 'velocity', component, offset: [0, 0, 0] },
      })),
    );
  });
});

describe('a write is certain', () => {
  const write = 'WriteField("density", idx, 1.0);';
  test.each([
    ['by itself', write, true],
    ['on both sides of a condition', `if (open) { ${write} } else ${write}`, true],
    ['after a condition that may return', `if (open) return; ${write}`, false],
    ['on both sides of a return', `if (open) { ${write} return; } ${write}`, true],
    ['in one branch', `if (open) ${write}`, false],
    ['in a loop that may not run', `for (int i = 0; i < steps; i++) ${write}`, false],
    ['in a loop that runs once at least', `do { ${write} } while (open);`, true],
    ['in a loop that may leave before', `do { if (open) break; ${write} } while (open);`, false],
    ['in a loop that may go on before', `do { if (open) continue; ${write} } while (open);`, false],
    ['in a loop that leaves after', `do { ${write} if (open) break; } while (open);`, true],
    ['before a loop that may return', `${write} while (open) return;`, true],
  ])('%s: %s is %s', (_, code, always) => {
    expect(writeOf(code).always).toBe(always);
  });

  test('of a whole field by its components', () => {
    const code =
      'WriteField("velocity_x", idx, 1.0); WriteField("velocity_y", idx, 1.0); if (open) WriteField("velocity_z", idx, 1.0);';
    expect(writeOf(code, { outputs: ['velocity'] })).toMatchObject({ components: [0, 1, 2], always: false });
  });
});

describe('what nobody declared', () => {
  test.each([
    ['1.0', 'float32'],
    ['1', 'int32'],
    ['1u', 'uint32'],
    ['vec2(1.0)', 'vec2'],
    ['vec3(1.0)', 'vec3'],
    ['vec4(1.0)', 'vec4'],
    ['ReadField("flags", coord)', 'uint32'],
  ])('an output takes the type of its value: %s gives %s', (value, type) => {
    const write = writeOf(`WriteField("made", idx, ${value});`, { outputs: ['made'], inputs: ['flags'] });
    expect(write).toMatchObject({ field: 'made', type, undeclared: true });
  });

  test('an output takes the type that suits all of its writes', () => {
    const code = 'if (open) WriteField("made", idx, 1); else WriteField("made", idx, dt);';
    expect(writeOf(code, { outputs: ['made'] })).toMatchObject({ type: 'float32', always: true });
  });

  test('a scalar takes the type of the value that is reduced into it', () => {
    const code = 'ReduceSum("total", 1); ReduceSum("total", 2.5); ReduceAny("some", open); ReduceMax("count", 3);';
    expect(compileText(`${code} WriteField("density", idx, 1.0);`).reductions).toEqual([
      { scalar: 'total', kind: 'sum', type: 'float', undeclared: true },
      { scalar: 'some', kind: 'any', type: 'bool', undeclared: true },
      { scalar: 'count', kind: 'max', type: 'int', undeclared: false },
    ]);
  });
});

describe('the rest', () => {
  test('names only the parameters and scalars that are read', () => {
    const code =
      'float f(float x) { return x * buoyancy; } float g(float x) { return x * wind.x; } WriteField("density", idx, f(largest));';
    const stencil = compileText(code);
    expect([...stencil.parameters]).toEqual([['buoyancy', 'float']]);
    expect([...stencil.scalars]).toEqual([['largest', 'float']]);
  });

  test.each<[string, Partial<StencilSource>, boolean]>([
    ['WriteField("density", idx, 1.0);', {}, false],
    ['WriteField("density", idx, 1.0);', { requiresHalos: true }, true],
    ['WriteField("density", idx, ReadField("density", coord));', {}, false],
    ['WriteField("density", idx, ReadField("density", coord + 1));', {}, true],
    ['WriteField("density", idx, ReadField("density", ivec3(1)));', {}, true],
    ['WriteField("density", idx, ReadCoarse("pressure", coord / 2));', { inputs: ['pressure'] }, true],
  ])('halos are required by reads of other voxels: %s', (code, declared, halos) => {
    expect(compileText(code, declared).requiresHalos).toBe(halos);
  });

  test('a radius holds computed reads: on faces one voxel further, and around both of two fine voxels', () => {
    const places = new Map([['velocity', 'faces' as const]]);
    const code = `ivec3 d = ivec3(steps % 9, 0, 0);
      float a = ReadField("density", coord + d) + ReadField("velocity", coord + d).x + ReadCoarse("pressure", (coord >> 1) + d)
        + ReadFine("residual", 2 * coord + d);
      WriteField("density", idx, a);`;
    const inputs = ['density', 'velocity', 'pressure', 'residual'];
    const stencil = compileStencil(
      { name: 's', inputs, outputs: ['density'], code, neighborRadius: 2 },
      { ...environment, places },
    );
    expect(stencil.reads.map(({ field, reach }) => [field, reach!.low[0], reach!.high[0]])).toEqual([
      ['density', -2, 2],
      ['velocity', -3, 3],
      ['pressure', -2, 2],
      ['residual', -2, 3],
    ]);
  });

  test('a radius that is given is kept, also beyond the reach', () => {
    const code = 'WriteField("density", idx, ReadField("density", coord + 1));';
    expect(compileText(code, { neighborRadius: 3 }).neighborRadius).toBe(3);
    expect(compileText(code).neighborRadius).toBe(null);
  });
});
