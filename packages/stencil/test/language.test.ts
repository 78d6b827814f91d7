import { describe, expect, test } from 'vitest';
import { formatIr } from '../src/index.ts';
import { bodyOf, compileText } from './compile-text.ts';

const WRITE = 'WriteField("density", idx, x);';

/** The value that ends up in x, as IR. */
function valueOf(expression: string): string {
  return bodyOf(`WriteField("o", idx, ${expression});`, { outputs: ['o'] }).replace('write "o" ', '');
}

describe('the real stencils compile', () => {
  test('advection by a back-trace', () => {
    const code = `
      vec3 vel = ReadField("velocity", coord);
      vec3 pos = CoordToWorld(coord);
      vec3 back = pos - dt * vel;
      ivec3 source = WorldToCoord(back);
      WriteField("density_new", idx, ReadField("density", source));
    `;
    const stencil = compileText(code, { name: 'advect_density', outputs: ['density_new'], neighborRadius: 1 });
    expect(formatIr(stencil)).toMatchInlineSnapshot(`
      "stencil "advect_density" (radius 1, halos)
        reads vec3 "velocity".xyz [0,0,0 … 0,0,0]
        reads float32 "density" gather
        writes float32 "density_new" made always in place
      body
        %0.vel = "velocity"[0,0,0]
        %1.pos = indexToWorld(coord)
        %2.back = (%1.pos - (vec3(dt) * %0.vel))
        %3.source = ivec3←(floor((worldToIndex(%2.back) + vec3{0.5, 0.5, 0.5})))
        write "density_new" "density"[%3.source]
      "
    `);
  });

  test('divergence of the components of a vector field', () => {
    const code = `
      float dx = ReadField("velocity_x", coord + ivec3(1, 0, 0)) - ReadField("velocity_x", coord + ivec3(-1, 0, 0));
      float dy = ReadField("velocity_y", coord + ivec3(0, 1, 0)) - ReadField("velocity_y", coord + ivec3(0, -1, 0));
      float dz = ReadField("velocity_z", coord + ivec3(0, 0, 1)) - ReadField("velocity_z", coord + ivec3(0, 0, -1));
      WriteField("divergence", idx, 0.5 * (dx + dy + dz));
    `;
    const stencil = compileText(code, { inputs: ['velocity_x', 'velocity_y', 'velocity_z'], outputs: ['divergence'] });
    expect(formatIr(stencil)).toMatchInlineSnapshot(`
      "stencil "s" (halos)
        reads vec3 "velocity".xyz [-1,-1,-1 … 1,1,1]
          .x [-1,0,0 … 1,0,0]
          .y [0,-1,0 … 0,1,0]
          .z [0,0,-1 … 0,0,1]
        writes float32 "divergence" made always in place
      body
        %0.dx = ("velocity".x[1,0,0] - "velocity".x[-1,0,0])
        %1.dy = ("velocity".y[0,1,0] - "velocity".y[0,-1,0])
        %2.dz = ("velocity".z[0,0,1] - "velocity".z[0,0,-1])
        write "divergence" (0.5 * ((%0.dx + %1.dy) + %2.dz))
      "
    `);
  });

  test('one colour of Gauss–Seidel, in place, with the largest change', () => {
    const code = `
      float sum = 0.0;
      for (int side = -1; side <= 1; side += 2) {
        sum += ReadField("pressure", coord + ivec3(side, 0, 0));
        sum += ReadField("pressure", coord + ivec3(0, side, 0));
        sum += ReadField("pressure", coord + ivec3(0, 0, side));
      }
      float relaxed = (sum - ReadField("density", coord)) / 6.0;
      ReduceMax("largest", abs(relaxed - ReadField("pressure", coord)));
      WriteField("pressure", idx, relaxed);
    `;
    const declared = { inputs: ['pressure', 'density'], outputs: ['pressure'], color: 'red' } as const;
    expect(formatIr(compileText(code, declared))).toMatchInlineSnapshot(`
      "stencil "s" (red, halos)
        reads float32 "pressure" [-1,-1,-1 … 1,1,1]
        reads float32 "density" [0,0,0 … 0,0,0]
        writes float32 "pressure" always in place
        reduces max float "largest"
      body
        %0.sum = 0.0
        %0.sum = (%0.sum + "pressure"[-1,0,0])
        %0.sum = (%0.sum + "pressure"[0,-1,0])
        %0.sum = (%0.sum + "pressure"[0,0,-1])
        %0.sum = (%0.sum + "pressure"[1,0,0])
        %0.sum = (%0.sum + "pressure"[0,1,0])
        %0.sum = (%0.sum + "pressure"[0,0,1])
        %1.relaxed = ((%0.sum - "density"[0,0,0]) / 6.0)
        reduce max "largest" abs((%1.relaxed - "pressure"[0,0,0]))
        write "pressure" %1.relaxed
      "
    `);
  });

  test('restriction and prolongation between levels', () => {
    const code = `
      float sum = 0.0;
      for (int i = 0; i < 2; i++) sum += ReadFine("residual", coord * 2 + ivec3(i, 0, 0));
      WriteField("density", idx, 0.5 * sum + ReadCoarse("pressure", coord >> 1));
    `;
    expect(formatIr(compileText(code, { inputs: ['residual', 'pressure'] }))).toMatchInlineSnapshot(`
      "stencil "s" (halos)
        reads float32 "residual" fine [0,0,0 … 1,0,0]
        reads float32 "pressure" coarse [0,0,0 … 0,0,0]
        writes float32 "density" always in place
      body
        %0.sum = 0.0
        %1.i = 0
        while (%1.i < 2) limit 2
          %0.sum = (%0.sum + "residual" fine[((coord * ivec3{2, 2, 2}) + ivec3(%1.i, 0, 0))])
        continuing
          %1.i = (%1.i + 1)
        write "density" ((0.5 * %0.sum) + "pressure" coarse[(coord >> ivec3{1, 1, 1})])
      "
    `);
  });
});

describe('operators', () => {
  test.each([
    ['dt + 1', '(dt + 1.0)'],
    ['1 + 2 * 3', '7'],
    ['wind * 2', '(wind * vec3{2, 2, 2})'],
    ['steps + 1u', '(uint←(steps) + 1u)'],
    ['-dt', '-dt'],
    ['+dt', 'dt'],
    ['-2147483648', '-2147483648'],
    ['0xFFFFFFFF', '-1'],
    ['017', '15'],
    ['~steps', '~steps'],
    ['steps << 2u', '(steps << 2u)'],
    ['float(ivec2(8) >> 1 == ivec2(4))', '1.0'],
    ['open ? 1 : 2.5', '(open ? 1.0 : 2.5)'],
    ['dt < 1 && open || !done ? dt : time', '((((dt < 1.0) && open) || !done) ? dt : time)'],
    ['open ^^ done ? 1.0 : 0.0', '((open ^^ done) ? 1.0 : 0.0)'],
    ['steps % 3', '(steps % 3)'],
    ['1 | 2 ^ 3 & 4', '3'],
    ['dt - 1.0 - 2.0', '((dt - 1.0) - 2.0)'],
    ['dt - (1.0 - 2.0)', '(dt - -1.0)'],
    ['dt * time + dt / time', '((dt * time) + (dt / time))'],
  ])('%s is %s', (source, ir) => {
    expect(valueOf(source)).toBe(ir);
  });
});

describe('constants fold as the device rounds', () => {
  test.each([
    ['0.1 + 0.2', '0.30000001192092896'],
    ['1.0 / 3.0', '0.3333333432674408'],
    ['16777216.0 + 1.0', '16777216.0'],
    ['1e30 * 1e30', '(1.0000000150474662e+30 * 1.0000000150474662e+30)'],
    ['1e-30 * 1e-10', '(1.0000000031710769e-30 * 1.000000013351432e-10)'],
    ['1.0 / 0.0', '(1.0 / 0.0)'],
    ['1 / 0', '(1 / 0)'],
    ['7 / -2', '-3'],
    ['-7 % 3', '(-7 % 3)'],
    ['7 % 3', '1'],
    ['1 << 32', '(1 << 32)'],
    ['2147483647 + 1', '-2147483648'],
    ['0u - 1u', '4294967295u'],
    ['65536 * 65536', '0'],
    ['int(2.9)', '2'],
    ['int(-2.9)', '-2'],
    ['int(1e20)', 'int←(100000002004087730000.0)'],
    ['uint(-1.0)', 'uint←(-1.0)'],
    ['uint(-1)', '4294967295u'],
    ['float(16777217)', '16777216.0'],
    ['-0.0', '-0.0'],
    ['min(1.0, 2.0) + max(3, 4) + abs(-1)', '6.0'],
    ['clamp(vec2(-1.0, 3.0), 0.0, 1.0)', 'vec2{0, 1}'],
    ['floor(-1.5)', '-2.0'],
    ['sqrt(4.0)', 'sqrt(4.0)'],
    ['vec3(1, 2, 3).zx', 'vec2{3, 1}'],
    ['vec3(1, 2, 3)[1]', '2.0'],
    ['float(true)', '1.0'],
    ['true ? 1.0 : dt', '1.0'],
  ])('%s is %s', (source, ir) => {
    expect(valueOf(source)).toBe(ir);
  });
});

describe('constructors', () => {
  test.each([
    ['vec3(dt)', 'vec3(dt)'],
    ['vec3(vec2(dt, time), 1)', 'vec3(vec2(dt, time), 1.0)'],
    ['vec4(wind, 1)', 'vec4(wind, 1.0)'],
    ['vec2(wind)', 'wind.xy'],
    ['vec2(dt, wind)', 'vec2(dt, wind.x)'],
    ['float(wind)', 'wind.x'],
    ['vec3(coord)', 'vec3←(coord)'],
    ['float(ivec3(wind).y)', 'float←(ivec3←(wind).y)'],
    ['float(bool(steps))', 'float←(bool←(steps))'],
    ['vec3(wind)', 'wind'],
  ])('%s is %s', (source, ir) => {
    expect(valueOf(source)).toBe(ir);
  });
});

describe('functions of GLSL', () => {
  test.each([
    ['sin(1)', 'sin(1.0)'],
    ['atan(dt, time)', 'atan2(dt, time)'],
    ['atan(dt)', 'atan(dt)'],
    ['min(wind, 1)', 'min(wind, vec3{1, 1, 1})'],
    ['min(steps, 2u)', 'min(uint←(steps), 2u)'],
    ['abs(steps)', 'abs(steps)'],
    ['mix(wind, vec3(1), dt)', 'mix(wind, vec3{1, 1, 1}, vec3(dt))'],
    ['mix(dt, time, open)', '(open ? time : dt)'],
    ['mix(wind, vec3(1), bvec3(open))', 'mix(wind, vec3{1, 1, 1}, bvec3(open))'],
    ['step(0.5, wind)', 'step(vec3{0.5, 0.5, 0.5}, wind)'],
    ['smoothstep(0, 1, dt)', 'smoothstep(0.0, 1.0, dt)'],
    ['mod(wind, 2.0)', 'mod(wind, vec3{2, 2, 2})'],
    ['dot(wind, wind)', 'dot(wind, wind)'],
    ['dot(dt, time)', '(dt * time)'],
    ['length(wind)', 'length(wind)'],
    ['cross(wind, wind)', 'cross(wind, wind)'],
    ['any(lessThan(wind, vec3(1))) ? 1.0 : 2.0', '(any(lessThan(wind, vec3{1, 1, 1})) ? 1.0 : 2.0)'],
    ['all(not(equal(coord, ivec3(1)))) ? 1.0 : 2.0', '(all(not(equal(coord, ivec3{1, 1, 1}))) ? 1.0 : 2.0)'],
    ['floatBitsToUint(dt)', 'floatBitsToUint(dt)'],
    ['roundEven(dt)', 'round(dt)'],
    ['isnan(dt) ? 0.0 : dt', '(isnan(dt) ? 0.0 : dt)'],
    ['fma(dt, time, 1.0)', 'fma(dt, time, 1.0)'],
  ])('%s is %s', (source, ir) => {
    expect(valueOf(source)).toBe(ir);
  });
});

describe('accessors', () => {
  test.each([
    ['ReadField("velocity", idx)', '"velocity"[0,0,0]'],
    ['ReadField("velocity", coord).y', '"velocity".y[0,0,0]'],
    ['ReadField("velocity_z", coord + ivec3(0,0,1))', '"velocity".z[0,0,1]'],
    ['ReadField("density", coord * 2)', '"density"[(coord * ivec3{2, 2, 2})]'],
    ['ReadField("density", coord + ivec3(9,0,0))', '"density"[(coord + ivec3{9, 0, 0})]'],
    ['SampleField("density", wind)', '"density" trilinear[wind]'],
    ['SampleField("velocity", wind, "nearest").x', '"velocity".x nearest[wind]'],
    ['IsActive(coord) ? 1.0 : 0.0', '(isActive[coord] ? 1.0 : 0.0)'],
    ['CoordToWorld(coord)', 'indexToWorld(coord)'],
    ['CoordToWorld(vec3(coord) + 0.5)', 'indexToWorld((vec3←(coord) + vec3{0.5, 0.5, 0.5}))'],
    ['WorldToIndex(wind)', 'worldToIndex(wind)'],
    ['vec3(WorldToCoord(wind))', 'vec3←(ivec3←(floor((worldToIndex(wind) + vec3{0.5, 0.5, 0.5}))))'],
    ['voxelSize * float(frame)', '(voxelSize * float←(frame))'],
  ])('%s is %s', (source, ir) => {
    expect(valueOf(source)).toBe(ir);
  });
});

describe('assignments', () => {
  test('reach components by swizzle and by index', () => {
    const code = 'vec4 v; v.zy = vec2(1, 2); v.rgb.g = 3.0; v[3] = 4.0; v[steps] += dt; float x = v.w;';
    expect(bodyOf(code + WRITE)).toMatchInlineSnapshot(`
      "%0.v = vec4{0, 0, 0, 0}
      %0.v.zy = vec2{1, 2}
      %0.v.y = 3.0
      %0.v.w = 4.0
      %0.v[steps] = (%0.v[steps] + dt)
      %1.x = %0.v.w
      write "density" %1.x"
    `);
  });

  test('are expressions too, and effects keep the order of the text', () => {
    const code = 'int i = steps; int j = i + i++ * --i; int k = j = 3; float x = float(i + j + k);';
    expect(bodyOf(code + WRITE)).toMatchInlineSnapshot(`
      "%0.i = steps
      %3.temporary = %0.i
      %1.temporary = %0.i
      %0.i = (%1.temporary + 1)
      %2.temporary = %1.temporary
      %0.i = (%0.i - 1)
      %4.j = (%3.temporary + (%2.temporary * %0.i))
      %4.j = 3
      %5.k = %4.j
      %6.x = float←(((%0.i + %4.j) + %5.k))
      write "density" %6.x"
    `);
  });

  test('in a side of && or ?: happen only where that side is taken', () => {
    const code = 'int i = steps; bool b = open && i++ > 2; float x = b ? float(i += 2) : 0.0;';
    expect(bodyOf(code + WRITE)).toMatchInlineSnapshot(`
      "%0.i = steps
      %2.temporary = open
      if %2.temporary
        %1.temporary = %0.i
        %0.i = (%1.temporary + 1)
        %2.temporary = (%1.temporary > 2)
      %3.b = %2.temporary
      if %3.b
        %0.i = (%0.i + 2)
        %4.temporary = float←(%0.i)
      else
        %4.temporary = 0.0
      %5.x = %4.temporary
      write "density" %5.x"
    `);
  });

  test('of a constant leave no trace of it', () => {
    expect(bodyOf('const float k = 2.0 * 3.0; float never = k + 1.0; float x = dt * never;' + WRITE)).toBe(
      '%0.x = (dt * 7.0)\nwrite "density" %0.x',
    );
  });
});

describe('control', () => {
  test('loops that count by constants have their exact limit, others the limit of the language', () => {
    const code = `
      float x = 0.0;
      for (int i = 10; i > 0; i -= 3) x += dt;
      for (uint u = 0; u < 8; u++) { if (x > 1.0) continue; x += dt; }
      for (int i = 0; i < steps; i++) x += dt;
      while (x < 1.0) x *= 2.0;
      do x -= 1.0; while (x > 0.0 && !open);
    `;
    expect(bodyOf(code + WRITE)).toMatchInlineSnapshot(`
      "%0.x = 0.0
      %1.i = 10
      while (%1.i > 0) limit 4
        %0.x = (%0.x + dt)
      continuing
        %1.i = (%1.i - 3)
      %2.u = 0u
      while (%2.u < 8u) limit 8
        if (%0.x > 1.0)
          continue
        %0.x = (%0.x + dt)
      continuing
        %2.u = (%2.u + 1u)
      %3.i = 0
      while (%3.i < steps) limit 65536
        %0.x = (%0.x + dt)
      continuing
        %3.i = (%3.i + 1)
      while (%0.x < 1.0) limit 65536
        %0.x = (%0.x * 2.0)
      do while ((%0.x > 0.0) && !open) limit 65536
        %0.x = (%0.x - 1.0)
      write "density" %0.x"
    `);
  });

  test('a condition with effects moves into the loop', () => {
    expect(bodyOf('int i = 3; float x = 0.0; while (i-- > 0) x += dt; do x += dt; while (i++ < 3);' + WRITE))
      .toMatchInlineSnapshot(`
      "%0.i = 3
      %1.x = 0.0
      while true limit 65536
        %2.temporary = %0.i
        %0.i = (%2.temporary - 1)
        if !(%2.temporary > 0)
          break
        %1.x = (%1.x + dt)
      do while (%3.temporary < 3) limit 65536
        %1.x = (%1.x + dt)
      continuing
        %3.temporary = %0.i
        %0.i = (%3.temporary + 1)
      write "density" %1.x"
    `);
  });

  test('nothing is kept behind a jump', () => {
    expect(bodyOf('float x = dt; WriteField("density", idx, x); return; x = 2.0;')).toBe(
      '%0.x = dt\nwrite "density" %0.x\nreturn',
    );
  });

  test('inner names hide outer ones, to the end of their block', () => {
    expect(bodyOf('float x = dt; { float x = time; x += 1.0; } for (int x = 0; x < steps; x++) { } x += 2.0;' + WRITE))
      .toMatchInlineSnapshot(`
      "%0.x = dt
      %1.x = time
      %1.x = (%1.x + 1.0)
      %2.x = 0
      while (%2.x < steps) limit 65536
      continuing
        %2.x = (%2.x + 1)
      %0.x = (%0.x + 2.0)
      write "density" %0.x"
    `);
  });
});

describe('functions of the user', () => {
  test('pass by value, out and inout, with overloads and constants of the main code', () => {
    const code = `
      const float k = 3.0;
      float half(float x) { return x * 0.5; }
      vec3 half(vec3 v) { return v * 0.5 + k; }
      void split(float x, out float whole, inout float rest) { whole = floor(x); rest += x - whole; }
      vec3 v = half(wind);
      float a;
      split(half(2), a, v.y);
      float x = a + v.y;
    `;
    const text = formatIr(compileText(code + WRITE));
    expect(text).toMatchInlineSnapshot(`
      "stencil "s"
        writes float32 "density" always in place
        parameters vec3 wind
      function @0.half(vec3 %0.v) vec3
        return ((%0.v * vec3{0.5, 0.5, 0.5}) + vec3{3, 3, 3})
      function @1.half(float %0.x) float
        return (%0.x * 0.5)
      function @2.split(float %0.x, out float %1.whole, inout float %2.rest) void
        %1.whole = 0.0
        %1.whole = floor(%0.x)
        %2.rest = (%2.rest + (%0.x - %1.whole))
      body
        %0.v = @0.half(wind)
        %1.a = 0.0
        %2.temporary = %0.v.y
        @2.split(@1.half(2.0), out %1.a, inout %2.temporary)
        %0.v.y = %2.temporary
        %3.x = (%1.a + %0.v.y)
        write "density" %3.x
      "
    `);
  });

  test('may be called before they are defined, and are left out where nobody calls them', () => {
    const code =
      'float x = twice(dt); float twice(float a) { return a + a; } float unused(float a) { return ReadField("velocity_x", coord); }';
    const stencil = compileText(code + WRITE);
    expect(stencil.functions.map(({ name }) => name)).toEqual(['twice']);
    expect(stencil.reads).toEqual([]);
  });

  test('that read are built once for each offset they are given', () => {
    const code =
      'float at(ivec3 o) { return ReadField("density", coord + o); } float x = at(ivec3(1,0,0)) + at(ivec3(-1,0,0)) + at(ivec3(1,0,0));';
    const text = formatIr(compileText(code + WRITE));
    expect(text).toMatchInlineSnapshot(`
      "stencil "s" (halos)
        reads float32 "density" [-1,0,0 … 1,0,0]
        writes float32 "density" always double
      function @0.at(ivec3 %0.o) float
        return "density"[1,0,0]
      function @1.at(ivec3 %0.o) float
        return "density"[-1,0,0]
      body
        %0.x = ((@0.at(ivec3{1, 0, 0}) + @1.at(ivec3{-1, 0, 0})) + @0.at(ivec3{1, 0, 0}))
        write "density" %0.x
      "
    `);
  });
});
