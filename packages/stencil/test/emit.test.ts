import { describe, expect, test } from 'vitest';
import { compileStencil, emitGlsl, emitSpirv, type Stencil } from '../src/index.ts';
import { compileCase, looking, placement, shapes, straight } from './emit-cases.ts';
import { check, isInstalled } from './outside-tool.ts';

const OP_CAPABILITY = 17;
const OP_DECORATE = 71;
const NO_CONTRACTION = 42;

/** The instructions of a module: opcode and operands. */
function instructions(spirv: Uint32Array): { opcode: number; operands: number[] }[] {
  const list = [];
  for (let at = 5; at < spirv.length; at += spirv[at]! >>> 16) {
    const length = spirv[at]! >>> 16;
    list.push({ opcode: spirv[at]! & 0xffff, operands: [...spirv.subarray(at + 1, at + length)] });
  }
  return list;
}

function capabilities(spirv: Uint32Array): number[] {
  return instructions(spirv).flatMap(({ opcode, operands }) => (opcode === OP_CAPABILITY ? operands : []));
}

const validator = isInstalled('spirv-val');
const compiler = isInstalled('glslangValidator');

describe.skipIf(!validator)('spirv-val (skipped where spirv-tools is not installed)', () => {
  test.each(shapes)('accepts %s as a %s', (_, shape, stencil) => {
    const { spirv } = emitSpirv(stencil, placement, { shape });
    expect(check('spirv-val', ['--target-env', 'vulkan1.3'], 'a.spv', new Uint8Array(spirv.buffer))).toBe('');
  });
});

describe.skipIf(!compiler)('glslangValidator (skipped where glslang is not installed)', () => {
  test.each(shapes)('compiles the text of %s as a %s', (_, shape, stencil) => {
    const text = emitGlsl(stencil, placement, { shape });
    expect(check('glslangValidator', ['--target-env', 'vulkan1.3', '-V', '-S', 'comp'], 'a.comp', text)).toBe('');
  });
});

describe('in a domain that is cut', () => {
  const cut = (['error', 'clamp'] as const).flatMap((beyondRadius) =>
    [...looking].map(([name, stencil]) => [name, stencil, { ...placement, beyondRadius }] as const),
  );

  test.skipIf(!validator).each(cut)('spirv-val accepts %s', (_, stencil, guarded) => {
    const { spirv } = emitSpirv(stencil, guarded);
    expect(check('spirv-val', ['--target-env', 'vulkan1.3'], 'a.spv', new Uint8Array(spirv.buffer))).toBe('');
  });

  test.skipIf(!compiler).each(cut)('glslangValidator compiles the text of %s', (_, stencil, guarded) => {
    const text = emitGlsl(stencil, guarded);
    expect(check('glslangValidator', ['--target-env', 'vulkan1.3', '-V', '-S', 'comp'], 'a.comp', text)).toBe('');
  });

  test('a read that goes too far is noted without a branch, and told once, where the thread ends', () => {
    for (const name of ['advect', 'gather', 'levels', 'counted', 'blackGather']) {
      const text = emitGlsl(looking.get(name)!, { ...placement, beyondRadius: 'error' });
      const [, noted] = /void beyond\([^)]*\) \{\n(.*?)\n\}/su.exec(text)!;
      expect(noted).not.toMatch(/\bif\b|\.d\[/u);
      expect(text.match(/atomicAdd/gu)).toHaveLength(1);
      expect(text.indexOf('atomicAdd')).toBeGreaterThan(text.lastIndexOf('beyond('));
    }
  });

  test('only stencils that compute coordinates have a record', () => {
    const recorded = (stencil: Stencil): boolean =>
      emitSpirv(stencil, { ...placement, beyondRadius: 'error' }).bindings.some(({ kind }) => kind === 'faults');
    expect([...looking].filter(([, stencil]) => !recorded(stencil)).map(([name]) => name)).toEqual(['far']);
    expect(
      [...looking.values()].some((stencil) =>
        emitSpirv(stencil, placement).bindings.some(({ kind }) => kind === 'faults'),
      ),
    ).toBe(false);
    for (const stencil of straight.values()) {
      const { spirv } = emitSpirv(stencil, { ...placement, beyondRadius: 'error' });
      expect(spirv).toEqual(emitSpirv(stencil, placement).spirv);
    }
  });
});

describe('samples', () => {
  /** The functions that a text's samples have. */
  const functionsOf = (code: string, outputs = ['pressure']): readonly string[] => {
    const stencil = compileCase({ inputs: ['density', 'velocity', 'half', 'id'], outputs, code });
    return [...emitGlsl(stencil, placement).matchAll(/^\w+ sample_(\w+)\(/gmu)].map(([, name]) => name!).toSorted();
  };
  const point = 'vec3 p = CoordToWorld(coord) - dt * ReadField("velocity", coord);';
  const at = (field: string, filter = ''): string => `SampleField("${field}", p${filter && `, "${filter}"`})`;

  test('of several fields at one point share a look-up, as many as a vector holds', () => {
    const two = `${point} WriteField("pressure", idx, ${at('density')} + ${at('half')} * ${at('density')});`;
    expect(functionsOf(two)).toEqual(['trilinear_density_half']);
    const five = `${point} vec3 v = ${at('velocity')}; WriteField("pressure", idx, v.x + ${at('density')} + ${at('half')});`;
    expect(functionsOf(five)).toEqual(['trilinear_half', 'trilinear_velocity_density']);
    const mixed = `${point} float a = ${at('density')}; WriteField("pressure", idx, a + ${at('half', 'nearest')} + ${at('density', 'nearest')}
      + float(${at('id', 'nearest')}) + ${at('half')});`;
    expect(functionsOf(mixed)).toEqual(['nearest_half_density', 'nearest_id', 'trilinear_density_half']);
  });

  test('at points that change, or that may not come to it, are looked up by themselves', () => {
    const alone = ['trilinear_density', 'trilinear_half'];
    const texts = [
      `float a = ${at('density')}; p.x += a; WriteField("pressure", idx, a + ${at('half')});`,
      `float a = ${at('density')}; if (a > 0.0) a += ${at('half')}; WriteField("pressure", idx, a);`,
      `float a = ${at('density')}; if (a > k) return; WriteField("pressure", idx, a + ${at('half')});`,
      `float a = ${at('density')}; WriteField("pressure", idx, a > k ? ${at('half')} : a);`,
      `float a = 0.0; for (int n = 0; n < 9; n++) { a += ${at('density')}; if (a > k) break; a += ${at('half')}; }
        WriteField("pressure", idx, a);`,
    ];
    for (const text of texts) expect(functionsOf(`${point} ${text}`), text).toEqual(alone);
  });

  test('of a component and of a field whose name ends as its number does have a function each', () => {
    const fields = new Map([
      ['v', 'vec3'],
      ['v_0', 'float32'],
    ] as const);
    const code = `vec3 p = CoordToWorld(coord) + 0.5;
      WriteField("v_0", idx, SampleField("v_x", p) - SampleField("v_0", 2.0 * p));`;
    const source = { name: 'alike', inputs: ['v', 'v_0'], outputs: ['v_0'], code };
    const text = emitGlsl(compileStencil(source, { fields, parameters: new Map(), scalars: new Map() }), placement);
    expect([...text.matchAll(/^float sample_\w+\(/gmu)]).toHaveLength(2);
  });
});

test('where maps mix no axes, points are multiplied by diagonals alone', () => {
  /** Products of a text where maps may be any, for one where they mix no axes. */
  const products = (code: string): number => {
    const source = { inputs: ['density'], outputs: ['pressure'], code: `WriteField("pressure", idx, ${code});` };
    const [any, aligned] = [placement, { ...placement, aligned: true }].map(
      (given) => emitGlsl(compileCase(source), given).match(/(?:indexToWorld|worldToIndex)_\d\.[xyz] \*/gu)!.length,
    );
    return any! / aligned!;
  };
  expect(products('CoordToWorld(coord).x')).toBe(3);
  expect(products('PositionOf("density").x + CoordToWorld(vec3(coord) - 0.5).y')).toBe(3);
  expect(products('SampleField("density", centre)')).toBe(3);
  // Infinity times 0 is no number.
  expect(products('CoordToWorld(vec3(coord) * k).x')).toBe(1);
  expect(products('WorldToIndex(centre).x')).toBe(1);
});

test('a module is SPIR-V 1.5 and asks for nothing but Shader and addresses', () => {
  const { spirv } = emitSpirv(straight.get('laplacian')!, placement);
  expect([...spirv.subarray(0, 2)]).toEqual([0x07230203, 0x00010500]);
  expect(capabilities(spirv)).toEqual([1, 5347]);
});

test.each(['quad', 'column', 'loop'] as const)(
  'what is dear and the same for all voxels stands once in a %s',
  (shape) => {
    const code = `float a = ReadField("density", coord); float b = a * (1.0 / k) + exp(-k * dt);
    WriteField("density", idx, (b + a / (k + 1.0)) * (1.0 / k) / (a + 3.0));`;
    const text = emitGlsl(compileCase({ inputs: ['density'], outputs: ['density'], code }), placement, { shape });
    const count = (part: string): number => text.split(part).length - 1;
    expect([count('1.0 / k'), count('exp(')]).toEqual([1, 1]);
    expect(count(' / (k + 1.0)')).toBe(count(' / (a + 3.0)'));
  },
);

describe('what a thread computes once', () => {
  /** A text's quotients and exponentials, each by what stands ahead of the leaf's work, in it, and in functions. */
  const places = (code: string): Readonly<Record<'ahead' | 'within' | 'functions', number>> => {
    const text = emitGlsl(compileCase({ inputs: ['density'], outputs: ['density'], code }), placement, {
      shape: 'loop',
    });
    const count = (part: string): number => part.split(/ \/ |exp\(/u).length - 1;
    const main = text.indexOf('void main()');
    const here = text.search(/if \(here\w*\)/u);
    expect([main > 0, here > main]).toEqual([true, true]);
    const [functions, ahead, within] = [text.slice(0, main), text.slice(main, here), text.slice(here)].map(count);
    return { ahead: ahead!, within: within!, functions: functions! };
  };
  const write = 'WriteField("density", idx, a);';
  const start = 'float a = ReadField("density", coord);';

  test('is what every voxel comes to: derivatives, quotients, functions', () => {
    expect(places(`${start} a += Laplacian("density") + exp(-k * dt) + a * (1.0 / k); ${write}`)).toEqual({
      ahead: 3,
      within: 0,
      functions: 0,
    });
    expect(places(`${start} do { a *= exp(-k * dt); } while (a > 9.0); ${write}`)).toMatchObject({
      ahead: 1,
      within: 0,
    });
  });

  test.each([
    ['a branch', `${start} if (a > 0.0) a *= exp(-k * dt); ${write}`],
    ['a text behind a way out', `${start} if (a > 0.0) return; a *= exp(-k * dt); ${write}`],
    [
      'what && may not come to',
      `${start} if (a > 0.0 && ReadField("density", coord.zyx) > exp(-k * dt)) a = 0.0; ${write}`,
    ],
  ])('is nothing in %s', (_, code) => {
    expect(places(code)).toMatchObject({ ahead: 0, within: 1 });
  });

  test('is there for a branch too, where another place has it', () => {
    const code = `${start} if (a > 0.0) a *= exp(-k * dt); a += exp(-k * dt); ${write}`;
    expect(places(code)).toMatchObject({ ahead: 1, within: 0 });
  });

  test('is nothing in functions, which may end before', () => {
    const code = `float heavy(float a) { if (a < 0.0) return 0.0; float b = a; for (int n = 0; n < 9; n++) { if (b > 5.0) return b;
      b += exp(-k * dt) * a; } return b; } ${start} for (int n = 0; n < 9; n++) a += heavy(a + float(n)); ${write}`;
    const { ahead, functions } = places(code);
    expect([ahead, functions]).toEqual([0, 1]);
  });

  test('is 16 numbers at the most, those that stand first', () => {
    const terms = Array.from({ length: 30 }, (_, n) => `a += a * exp(-${n + 2}.5 * k);`).join('\n');
    expect(places(`${start} ${terms} ${write}`)).toEqual({ ahead: 16, within: 14, functions: 0 });
  });
});

describe('float controls', () => {
  const floats = { denormals: [32, 64], specials: [16, 32, 64], nearestEven: [64] };
  /** Execution modes other than the size of a workgroup: mode and width. */
  const modes = (stencil: Stencil): number[][] =>
    instructions(emitSpirv(stencil, placement, { floats }).spirv).flatMap(({ opcode, operands }) =>
      opcode === 16 && operands[1] !== 17 ? [operands.slice(1)] : [],
    );

  test('are asked for the widths that a module has, where the device has them', () => {
    expect(modes(straight.get('laplacian')!)).toEqual([
      [4459, 32],
      [4461, 32],
    ]);
    expect(capabilities(emitSpirv(straight.get('laplacian')!, placement, { floats }).spirv)).toEqual([
      1, 5347, 4464, 4466,
    ]);
    expect(modes(straight.get('control')!)).toEqual([
      [4459, 32],
      [4461, 32],
      [4461, 16],
    ]);
  });

  test.skipIf(!validator).each(shapes)('spirv-val accepts them of %s as a %s', (_, shape, stencil) => {
    const all = { denormals: [16, 32, 64], specials: [16, 32, 64], nearestEven: [16, 32, 64] };
    const { spirv } = emitSpirv(stencil, placement, { shape, floats: all });
    expect(check('spirv-val', ['--target-env', 'vulkan1.3'], 'a.spv', new Uint8Array(spirv.buffer))).toBe('');
  });
});

test('small types ask for their storage', () => {
  expect(capabilities(emitSpirv(straight.get('control')!, placement).spirv)).toEqual([1, 5347, 4433, 4448]);
});

test('every float + − × ÷ is rounded by itself', () => {
  const list = instructions(emitSpirv(straight.get('functions')!, placement).spirv);
  const arithmetic = list
    .filter(({ opcode }) => [129, 131, 133, 136].includes(opcode))
    .map(({ operands }) => operands[1]!);
  const decorated = new Set(
    list.flatMap(({ opcode, operands }) =>
      opcode === OP_DECORATE && operands[1] === NO_CONTRACTION ? [operands[0]!] : [],
    ),
  );
  expect(arithmetic.length).toBeGreaterThan(20);
  expect(arithmetic.every((id) => decorated.has(id))).toBe(true);
});

test('bindings come in the order of their first use, and once', () => {
  expect(emitSpirv(straight.get('laplacian')!, placement).bindings).toEqual([
    { kind: 'count' },
    { kind: 'visits' },
    { kind: 'masks', level: 'same' },
    { kind: 'read', field: 'density', component: 0, level: 'same' },
    { kind: 'write', field: 'pressure', component: 0 },
  ]);
});

test('a double-buffered field that is written in part is copied in part', () => {
  const stencil = compileCase({
    inputs: ['velocity'],
    outputs: ['velocity'],
    code: 'WriteField("velocity_y", idx, ReadField("velocity_y", coord + ivec3(0, 0, 1)));',
  });
  const kinds = emitSpirv(stencil, placement).bindings.filter(({ kind }) => kind === 'read' || kind === 'write');
  expect(kinds.map((binding) => Object.values(binding).slice(0, 3).join(' '))).toEqual([
    'read velocity 0',
    'read velocity 2',
    'read velocity 1',
    'write velocity 0',
    'write velocity 1',
    'write velocity 2',
  ]);
});

test('levels bring their own tables', () => {
  const names = emitSpirv(looking.get('levels')!, placement).bindings.map((binding) =>
    Object.values(binding).join(' '),
  );
  expect(names).toContain('leafTable coarse');
  expect(names).toContain('grid fine');
  expect(names).toContain('children');
  expect(names).not.toContain('grid same');
});

test("the text reads like a person's", () => {
  const stencil = compileCase({
    inputs: ['density'],
    outputs: ['pressure'],
    code: 'WriteField("pressure", idx, k * ReadField("density", idx));',
  });
  const text = emitGlsl(stencil, placement, { shape: 'quad' });
  expect(text.slice(text.indexOf('void main'))).toMatchInlineSnapshot(`
    "void main() {
      uvec2 count = PassBlock(push.block).d[0];
      uvec2 visits = PassBlock(push.block).d[1];
      uvec2 old_density_0 = PassBlock(push.block).d[2];
      uvec2 masks = PassBlock(push.block).d[3];
      uvec2 uniforms = PassBlock(push.block).d[4];
      precise float k = Read_float(uniforms).d[32u];
      uvec2 new_pressure_0_1 = PassBlock(push.block).d[5];
      uint local = gl_LocalInvocationIndex;
      uvec3 group = gl_WorkGroupID;
      uint place = (((group.y * gl_NumWorkGroups.x) + group.x) << 1u) + (local >> 7u);
      uint thread = local & 127u;
      bool here = place < (Read_uint(count).d[3u]);
      precise float new_pressure_0;
      if (here) {
        uvec4 visit = Read_uvec4(visits).d[place << 1u];
        uint slot = visit.x;
        bool whole = visit.y != 0u;
        uint zq = thread & 1u;
        uint x = thread >> 4u;
        uint y = (thread >> 1u) & 7u;
        uint at = (slot << 7u) + thread;
        precise vec4 density = Read_vec4(old_density_0).d[at];
        uint active_1;
        active_1 = 15u;
        if (!whole) {
          active_1 = ((Read_uint(masks).d[(slot << 4u) + ((x << 1u) + (y >> 2u))]) >> (((y & 3u) << 3u) | (zq << 2u))) & 15u;
        }
        uint active_2 = active_1;
        if (active_2 != 0u) {
          uint n = thread << 2u;
          precise float written = k * density.x;
          new_pressure_0 = written;
          precise float result = new_pressure_0;
          uint n_1 = n + 1u;
          precise float written_1 = k * density.y;
          new_pressure_0 = written_1;
          precise float result_1 = new_pressure_0;
          uint n_2 = n + 2u;
          precise float written_2 = k * density.z;
          new_pressure_0 = written_2;
          precise float result_2 = new_pressure_0;
          uint n_3 = n + 3u;
          precise float written_3 = k * density.w;
          new_pressure_0 = written_3;
          precise float result_3 = new_pressure_0;
          uint quad = (slot << 7u) + thread;
          if (active_2 == 15u) {
            precise vec4 stored = vec4(result, result_1, result_2, result_3);
            Write_vec4(new_pressure_0_1).d[quad] = stored;
          } else {
            uint start = quad << 2u;
            if ((active_2 & 1u) != 0u) {
              Write_float(new_pressure_0_1).d[start] = result;
            }
            if ((active_2 & 2u) != 0u) {
              Write_float(new_pressure_0_1).d[start + 1u] = result_1;
            }
            if ((active_2 & 4u) != 0u) {
              Write_float(new_pressure_0_1).d[start + 2u] = result_2;
            }
            if ((active_2 & 8u) != 0u) {
              Write_float(new_pressure_0_1).d[start + 3u] = result_3;
            }
          }
        }
      }
    }
    "
  `);
});
