/** Stencils that between them use every node of the IR: what the tests of the emitters go over. */

import { compileStencil } from '../src/index.ts';
import type {
  EmitOptions,
  Environment,
  FieldType,
  Placement,
  ScalarType,
  Stencil,
  StencilSource,
  ValueType,
} from '../src/index.ts';

const fields = new Map<string, FieldType>([
  ['density', 'float32'],
  ['velocity', 'vec3'],
  ['pressure', 'float32'],
  ['id', 'int32'],
  ['flags', 'uint32'],
  ['mask', 'uint8'],
  ['half', 'float16'],
]);

const environment: Environment = {
  fields,
  coarseFields: fields,
  fineFields: fields,
  parameters: new Map<string, ValueType>([
    ['k', 'float'],
    ['centre', 'vec3'],
    ['on', 'bool'],
  ]),
  scalars: new Map<string, ScalarType>([['total', 'float']]),
};

export const placement: Placement = {
  parameters: new Map([
    ['k', 128],
    ['centre', 144],
    ['on', 160],
  ]),
  scalars: new Map([['total', 0]]),
};

type Case = Pick<StencilSource, 'inputs' | 'outputs' | 'code'> & Partial<StencilSource>;

/** Taps only: these have both shapes. */
const STRAIGHT: Readonly<Record<string, Case>> = {
  laplacian: {
    inputs: ['density'],
    outputs: ['pressure'],
    code: `float c = ReadField("density", idx);
      float sum = ReadField("density", coord + ivec3(1, 0, 0)) + ReadField("density", coord + ivec3(-1, 0, 0))
                + ReadField("density", coord + ivec3(0, 1, 0)) + ReadField("density", coord + ivec3(0, -1, 0))
                + ReadField("density", coord + ivec3(0, 0, 1)) + ReadField("density", coord + ivec3(0, 0, -1));
      WriteField("pressure", idx, sum - 6.0 * c);`,
  },
  control: {
    inputs: ['density', 'id', 'mask', 'half', 'flags'],
    outputs: ['density', 'id', 'mask', 'half', 'flags'],
    code: `float f(float x, out float y) {
        y = x * 2.0;
        for (int i = 0; i < 3; i++) { if (x > 10.0) return x; x += k; if (x < 1.0) continue; x *= 1.5; }
        return x;
      }
      float d = ReadField("density", idx);
      float w;
      float r = f(d, w);
      if (r > 2.0) { WriteField("density", idx, r + w); return; }
      int n = ReadField("id", coord + ivec3(0, 0, 1));
      for (int j = 0; j < 12; ++j) { n = n / (j - 2) + n % 3; if (n > 100) return; if (n == 7) break; }
      do { n++; } while (n < 20 && on);
      WriteField("id", idx, n);
      WriteField("half", idx, ReadField("half", coord + ivec3(0, 1, 0)) * 0.5);
      WriteField("mask", idx, ReadField("mask", idx) + 1u);
      WriteField("flags", idx, ReadField("flags", idx) << uint(n) | floatBitsToUint(r));`,
  },
  functions: {
    inputs: ['velocity', 'density'],
    outputs: ['velocity', 'made'],
    code: `vec3 v = ReadField("velocity", idx);
      vec3 w = cross(v, centre) + reflect(v, normalize(centre)) * smoothstep(0.0, k, length(v));
      w[int(v.x)] = mod(v.y, 2.0);
      bvec3 b = lessThan(v, w);
      float e = exp(-abs(v.x)) + sin(v.y) * cos(v.z) + pow(abs(v.x), 1.5) + atan(v.y, v.x) + inversesqrt(dot(v, v) + 1.0);
      ivec3 c = ivec3(round(v)) % 5;
      WriteField("made", idx, all(b) ? e : (any(not(b)) && v != w) ? float(c.x) : fma(e, k, total));
      WriteField("velocity_y", idx, mix(w.y, v.x, clamp(e, 0.0, 1.0)) + float(frame) * dt * time * voxelSize);`,
  },
  types: {
    inputs: ['density', 'id', 'velocity'],
    outputs: ['density', 'velocity'],
    code: `struct Ray { vec3 origin; mat2x3 turn; float t[3]; bool on; };
      float[2] pair(Ray r, inout float a[3]) { a[1] += r.t[2]; r.t = a; return float[](r.t[0], r.on ? 1.0 : a[2]); }
      Ray rays[2]; float a[3] = float[](k, dt, ReadField("density", coord + ivec3(0, 0, 1)));
      int n = ReadField("id", idx); bool flags[4];
      rays[n].origin = ReadField("velocity", idx); flags[n] = n > 2; rays[n].on = flags[n ^ 1];
      rays[n].turn[1].zx = vec2(a[n]); rays[n].turn[n][n] = 2.0; ivec2 grid[2][2]; grid[n][1].y = n;
      float b[2] = pair(rays[n], a); uint carry; uint m = uaddCarry(uint(n), 5u, carry);
      WriteField("density", idx, b[n] + float(grid[1][n].y) + determinant(mat3(rays[0].turn)) + float(m + carry));
      WriteField("velocity", idx, rays[1].turn * vec2(a[0], k) + inverse(mat3(k))[1]);`,
  },
  wide: {
    inputs: ['density', 'id'],
    outputs: ['density'],
    code: `double x(double a, out dvec2 b) { b = dvec2(a, sqrt(a)); return a > 1e300lf ? -0.0lf : a / 3.0lf; }
      double d[3]; dvec2 both; d[ReadField("id", idx)] = x(double(ReadField("density", idx)), both) + 4.9e-324lf;
      f16vec3 h = f16vec3(both, 1.0) * 0.1hf; f16mat2 m = f16mat2(h.x, h); h[ReadField("id", idx)] = min(h.y, h.z);
      WriteField("density", idx, float(d[1] + dot(both, both)) + float(h.x + m[1][0]) + float(int(d[0])) + float(uint(h.z)));`,
  },
  red: {
    inputs: ['density'],
    outputs: ['density'],
    color: 'red',
    code: `WriteField("density", idx, 0.25 * (ReadField("density", coord + ivec3(1, 0, 0))
      + ReadField("density", coord - ivec3(0, 0, 1)) + ReadField("density", coord + ivec3(0, 0, 1))));`,
  },
  reduce: {
    inputs: ['density'],
    outputs: [],
    code: `float d = ReadField("density", idx);
      ReduceSum("mass", d); ReduceMax("peak", abs(d)); ReduceMin("low", int(d)); ReduceAny("some", d > 0.5);
      if (d > 0.0) ReduceAll("every", d < 2.0);`,
  },
};

/** With computed coordinates: these are loops only. */
const LOOKING: Readonly<Record<string, Case>> = {
  advect: {
    inputs: ['density', 'velocity'],
    outputs: ['density'],
    code: `vec3 back = CoordToWorld(coord) - dt * ReadField("velocity", coord);
      WriteField("density", idx, SampleField("density", back));`,
  },
  gather: {
    inputs: ['density', 'velocity', 'mask'],
    outputs: ['density_new'],
    code: `vec3 p = CoordToWorld(coord) - dt * ReadField("velocity", idx);
      ivec3 back = WorldToCoord(p);
      if (IsActive(back)) WriteField("density_new", idx, ReadField("density", back) + float(SampleField("mask", p, "nearest")));`,
  },
  levels: {
    inputs: ['density'],
    outputs: ['pressure'],
    code: `WriteField("pressure", idx,
      ReadCoarse("density", coord / 2) + ReadFine("density", coord * 2 + ivec3(1, 0, 1)));`,
  },
  far: {
    inputs: ['density'],
    outputs: ['pressure'],
    code: `float wide(float x) { return x + ReadField("density", coord + ivec3(-8, 3, 7)); }
      WriteField("pressure", idx, wide(ReadField("density", coord + ivec3(20, 0, 0))));`,
  },
  counted: {
    inputs: ['density'],
    outputs: [],
    code: `ReduceSum("mass", ReadField("density", coord / 2));`,
  },
  blackGather: {
    inputs: ['density'],
    outputs: ['density'],
    color: 'black',
    code: `WriteField("density", idx, ReadField("density", coord.zyx)); ReduceMax("peak", ReadField("density", idx));`,
  },
};

const DEBUGGED: Case = {
  inputs: ['density', 'velocity', 'half'],
  outputs: ['density', 'velocity'],
  debug: true,
  code: `float d = ReadField("density", coord + ivec3(1, 0, 0)); double wide = 1.0lf;
    printf("%f %v %d %x %v", d, ReadField("velocity", idx), coord, frame, d > 0.0); printf("plain, %e", wide);
    if (on) WriteField("density", idx, SampleField("half", centre) / d);
    WriteField("velocity_y", idx, ReadField("density", coord / 2)); ReduceSum("sum", d);`,
};

function compiled(cases: Readonly<Record<string, Case>>): ReadonlyMap<string, Stencil> {
  return new Map(
    Object.entries(cases).map(([name, source]) => [name, compileStencil({ name, ...source }, environment)]),
  );
}

export const straight: ReadonlyMap<string, Stencil> = compiled(STRAIGHT);
export const looking: ReadonlyMap<string, Stencil> = compiled({ ...LOOKING, debugged: DEBUGGED });

/** Every case in every shape that it has. */
export const shapes: readonly (readonly [name: string, shape: NonNullable<EmitOptions['shape']>, stencil: Stencil])[] =
  [
    ...[...straight].flatMap(([name, stencil]) => [[name, 'quad', stencil] as const, [name, 'loop', stencil] as const]),
    ...[...looking].map(([name, stencil]) => [name, 'loop', stencil] as const),
    ...(['twin', 'pair', 'row', 'column', 'box'] as const).map(
      (shape) => ['laplacian', shape, straight.get('laplacian')!] as const,
    ),
  ];

/** A stencil of a text over the fields above. */
export function compileCase(source: Case): Stencil {
  return compileStencil({ name: 'case', ...source }, environment);
}
