import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ShaderError } from '../src/errors.ts';
import { compileGlsl } from '../src/shader/compile.ts';
import { readShader, reflect } from '../src/shader/reflection.ts';
import type { ShaderReflection } from '../src/shader/reflection.ts';
import { checkShader, entryNamed, missingFor } from '../src/shader/requirements.ts';
import type { ShaderDevice } from '../src/shader/requirements.ts';
import { device } from './shader-device.ts';
import { instruction } from './spirv-assembler.ts';

const { limits } = device;

/** What a device lacks for a shader's first entry point. */
function missing(shader: ShaderReflection, on: ShaderDevice): string[] {
  return missingFor(shader, shader.entryPoints[0]!, on);
}

const source = `#version 460
#extension GL_EXT_buffer_reference : require
#extension GL_EXT_buffer_reference_uvec2 : require
#extension GL_EXT_shader_explicit_arithmetic_types_int64 : enable
layout(local_size_x_id = 3, local_size_y = 4) in;
layout(constant_id = 7) const float SCALE = 0.5;
layout(constant_id = 8) const bool ON = true;
layout(constant_id = 9) const int SHIFT = -2;
layout(buffer_reference, std430) buffer Floats { float at[]; };
layout(push_constant) uniform Push { uvec2 address; float scale; mat3 turn; vec3 by[2]; } push;
layout(set = 1, binding = 2) readonly buffer In { uint count; float values[]; } source;
layout(set = 0, binding = 0) writeonly buffer Out { float values[]; } target[3];
layout(set = 0, binding = 1) uniform Block { vec4 color; mat4 view; } block;
layout(set = 0, binding = 3, rgba8) uniform image2D picture;
layout(set = 0, binding = 4) uniform sampler2D map;
shared float tile[64];
void main() {
  tile[0] = ON ? SCALE : float(SHIFT);
  target[1].values[0] = Floats(push.address).at[0] * push.scale + source.values[0] + block.color.x + tile[0];
  imageStore(picture, ivec2(0), texture(map, vec2(0)));
}`;

const spirv = await compileGlsl(source, { label: 'all', cache: false });

test('a module tells what it declares', () => {
  expect(reflect(spirv)).toMatchInlineSnapshot(`
    {
      "addressSpaces": [
        "function",
        "physical-storage-buffer",
        "push-constant",
        "storage-buffer",
        "uniform",
        "uniform-constant",
        "workgroup",
      ],
      "addressing": "physical-storage-buffer64",
      "bindings": [
        {
          "binding": 0,
          "byteLength": 0,
          "count": 3,
          "format": null,
          "kind": "storage-buffer",
          "multisampled": false,
          "name": "target",
          "readable": false,
          "set": 0,
          "shape": null,
          "texels": null,
          "writable": true,
        },
        {
          "binding": 1,
          "byteLength": 80,
          "count": 1,
          "format": null,
          "kind": "uniform-buffer",
          "multisampled": false,
          "name": "block",
          "readable": true,
          "set": 0,
          "shape": null,
          "texels": null,
          "writable": false,
        },
        {
          "binding": 3,
          "byteLength": 0,
          "count": 1,
          "format": "rgba8",
          "kind": "storage-image",
          "multisampled": false,
          "name": "picture",
          "readable": true,
          "set": 0,
          "shape": "2d",
          "texels": "float",
          "writable": true,
        },
        {
          "binding": 4,
          "byteLength": 0,
          "count": 1,
          "format": null,
          "kind": "combined-image-sampler",
          "multisampled": false,
          "name": "map",
          "readable": true,
          "set": 0,
          "shape": "2d",
          "texels": "float",
          "writable": false,
        },
        {
          "binding": 2,
          "byteLength": 4,
          "count": 1,
          "format": null,
          "kind": "storage-buffer",
          "multisampled": false,
          "name": "source",
          "readable": true,
          "set": 1,
          "shape": null,
          "texels": null,
          "writable": false,
        },
      ],
      "capabilities": [
        "Shader",
        "PhysicalStorageBufferAddresses",
      ],
      "entryPoints": [
        {
          "inputs": [],
          "name": "main",
          "outputs": [],
          "stage": "compute",
          "workgroupSize": [
            1,
            4,
            1,
          ],
          "workgroupSizeIds": [
            3,
            null,
            null,
          ],
        },
      ],
      "extensions": [],
      "memoryModel": "glsl450",
      "pushConstants": {
        "byteLength": 96,
        "members": [
          {
            "byteLength": 8,
            "byteOffset": 0,
            "name": "address",
          },
          {
            "byteLength": 4,
            "byteOffset": 8,
            "name": "scale",
          },
          {
            "byteLength": 48,
            "byteOffset": 16,
            "name": "turn",
          },
          {
            "byteLength": 32,
            "byteOffset": 64,
            "name": "by",
          },
        ],
        "name": "push",
      },
      "sharedBytes": 256,
      "specializations": [
        {
          "bits": 32,
          "id": 3,
          "name": "",
          "type": "uint",
          "value": 1,
        },
        {
          "bits": 32,
          "id": 7,
          "name": "SCALE",
          "type": "float",
          "value": 0.5,
        },
        {
          "bits": 32,
          "id": 8,
          "name": "ON",
          "type": "bool",
          "value": 1,
        },
        {
          "bits": 32,
          "id": 9,
          "name": "SHIFT",
          "type": "int",
          "value": -2,
        },
      ],
      "version": "1.5",
    }
  `);
});

test('what a device lacks is named all at once', () => {
  const small = { ...limits, maxPushBytes: 64, maxSharedBytes: 128 };
  expect(missing(reflect(spirv), { ...device, limits: small, features: {} })).toEqual([
    'feature bufferDeviceAddress (for capability PhysicalStorageBufferAddresses)',
    '96 bytes of push constants (it has 64)',
    '256 bytes of shared memory (it has 128)',
  ]);
  expect(missing(reflect(spirv), device)).toEqual([]);
});

test('bindings that are too many, and sets beyond the last, are named all at once', () => {
  const few = { ...limits.maxStageBindings, 'storage-buffer': 3, sampler: 0 };
  const small = { ...limits, maxSets: 1, maxStageBindings: few };
  expect(missing(reflect(spirv), { ...device, limits: small })).toEqual([
    'descriptor set 1 (it has 0 to 0)',
    '4 bindings of kind storage-buffer in a stage (it has 3)',
    '1 bindings of kind sampler in a stage (it has 0)',
  ]);
});

test('blocks that share a number are one binding, as long as the longest', async () => {
  const code = `layout(local_size_x = 1) in;
    layout(binding = 0) buffer Words { uint words[]; } words[2];
    layout(binding = 0) buffer Floats { float floats[]; } floats[3];
    layout(binding = 1) buffer Bytes { uint bytes[]; };
    void main() { floats[1].floats[0] = float(words[1].words[0] + bytes[0]); }`;
  const shader = reflect(await compileGlsl(code, { label: 'shared', cache: false }));
  const most = (count: number): ShaderDevice => {
    const maxStageBindings = { ...limits.maxStageBindings, 'storage-buffer': count };
    return { ...device, limits: { ...limits, maxStageBindings } };
  };
  expect(missing(shader, most(4))).toEqual([]);
  expect(missing(shader, most(3))).toEqual(['4 bindings of kind storage-buffer in a stage (it has 3)']);
});

test('a workgroup too large is named', async () => {
  const large = await compileGlsl('layout(local_size_x = 1024) in; void main() {}', { label: 'large', cache: false });
  const small = { ...limits, maxWorkgroupSize: [512, 512, 64], maxWorkgroupThreads: 512 } as const;
  const shader = reflect(large);
  expect(() => checkShader('large', { ...device, limits: small }, shader, shader.entryPoints[0]!)).toThrow(
    'Cannot use shader "large": device "lavapipe" lacks 1024 threads of a workgroup in x (it has 512), ' +
      '1024 threads a workgroup (it has 512); choose another device',
  );
  expect(() => entryNamed('large', readShader(large), 'start', 'compute')).toThrow(
    'Cannot use shader "large": it has no entry point "start"; it has main',
  );
});

test('malformed words are told with their place', () => {
  const broken = (change: (words: Uint32Array) => void): string => {
    const words = spirv.slice();
    change(words);
    try {
      reflect(words);
    } catch (error) {
      return (error as Error).message;
    }
    return 'no error';
  };
  expect(broken((words) => words.set([0x03022307], 0))).toBe(
    'Cannot read SPIR-V: at word 0 the byte order is swapped (03022307); compile the shader again',
  );
  expect(broken((words) => words.set([1], 0))).toBe(
    'Cannot read SPIR-V: at word 0 the magic number is 00000001, not 07230203; compile the shader again',
  );
  expect(broken((words) => words.set([0], 5))).toBe(
    'Cannot read SPIR-V: at word 5 an instruction has a length of 0 words; compile the shader again',
  );
  expect(() => reflect(spirv.subarray(0, 3))).toThrow('the header is cut: 3 of 5 words');
  expect(() => reflect(spirv.subarray(0, 6))).toThrow(
    'at word 5 an instruction of 2 words runs past the end, at 6 words',
  );
});

test('no flip of words does more than throw a ShaderError', () => {
  const flips = fc.array(fc.tuple(fc.nat(spirv.length - 1), fc.oneof(fc.nat(64), fc.integer())), {
    minLength: 1,
    maxLength: 6,
  });
  fc.assert(
    fc.property(flips, fc.nat(spirv.length), (changes, length) => {
      const words = spirv.slice(0, Math.max(length, 200));
      for (const [at, value] of changes) words[at] = value;
      try {
        reflect(words);
      } catch (error) {
        expect(error).toBeInstanceOf(ShaderError);
      }
    }),
    { numRuns: process.env['HALOCLINE_LONG'] === '1' ? 20_000 : 500 },
  );
});

const stages = {
  vertex: `#version 460
    layout(location = 0) in vec3 at;
    layout(location = 1) in mat2 turn;
    layout(location = 3) in uint id[2];
    layout(location = 0) out vec4 color;
    layout(location = 1) flat out ivec2 cell;
    layout(binding = 1) uniform texture2DArray layers[4];
    layout(push_constant) uniform Push { layout(offset = 16) mat4 view; } push;
    void main() { gl_Position = push.view * vec4(at, 1); color = vec4(turn[0], turn[1]); cell = ivec2(id[0], id[1]); }`,
  fragment: `#version 460
    layout(location = 0) in vec4 color;
    layout(location = 0) out vec4 first;
    layout(location = 1) out uvec2 second;
    layout(binding = 0) uniform samplerCube sky;
    layout(binding = 2, rgba16f) writeonly uniform image3D fog;
    void main() { first = color + texture(sky, color.xyz); second = uvec2(1); imageStore(fog, ivec3(0), color); }`,
} as const;
const modules = {
  vertex: await compileGlsl(stages.vertex, { label: 'vertex', stage: 'vertex', cache: false }),
  fragment: await compileGlsl(stages.fragment, { label: 'fragment', stage: 'fragment', cache: false }),
};

test('what goes in and out of a stage is told by location', () => {
  const port = (each: { location: number; name: string; type: string; components: number; locations: number }) =>
    `${each.location} ${each.name} ${each.type} ${each.components}×${each.locations}`;
  const [vertex, fragment] = [reflect(modules.vertex), reflect(modules.fragment)];
  expect(vertex.entryPoints[0]!.inputs.map(port)).toEqual(['0 at float 3×1', '1 turn float 2×2', '3 id uint 1×2']);
  expect(vertex.entryPoints[0]!.outputs.map(port)).toEqual(['0 color float 4×1', '1 cell int 2×1']);
  expect(fragment.entryPoints[0]!.outputs.map(port)).toEqual(['0 first float 4×1', '1 second uint 2×1']);
  expect(vertex.pushConstants?.members).toEqual([{ name: 'view', byteOffset: 16, byteLength: 64 }]);
  expect(vertex.bindings.map(({ kind, shape, count }) => [kind, shape, count])).toEqual([
    ['sampled-image', '2d-array', 4],
  ]);
  expect(fragment.bindings.map(({ kind, shape, readable }) => [kind, shape, readable])).toEqual([
    ['combined-image-sampler', 'cube', true],
    ['storage-image', '3d', false],
  ]);
  expect(missing(fragment, { ...device, features: {} })).toEqual([
    'feature fragmentStoresAndAtomics (for binding 0.2, which a fragment shader may write)',
  ]);
});

test('numbers of 64 bits take two locations where they do not fit into one, and vertices of a triangle one', async () => {
  const vertex = await compileGlsl(
    `layout(location = 0) out Block { flat dvec2 a; flat dvec3 b; float c; } block;
    layout(location = 4) flat out dmat3 d;
    void main() { block.a = dvec2(1); block.b = dvec3(1); block.c = 1; d = dmat3(1); }`,
    { label: 'vertex', stage: 'vertex', cache: false },
  );
  const port = ({ location, name, locations }: { location: number; name: string; locations: number }) =>
    `${location} ${name} ${locations}`;
  expect(reflect(vertex).entryPoints[0]!.outputs.map(port)).toEqual([
    '0 block.a 1',
    '1 block.b 2',
    '3 block.c 1',
    '4 d 6',
  ]);
  const each = await compileGlsl(
    `layout(location = 7) in vec3 at[3]; layout(location = 0) out vec4 color; void main() { color = vec4(at[1], 1); }`,
    { label: 'each', stage: 'fragment', cache: false },
  );
  // PerVertexKHR, which the compiler here doesn't know, stands beside Location 7.
  const words = [...each];
  const at = words.findIndex(
    (word, index) => word === ((4 << 16) | 71) && words[index + 2] === 30 && words[index + 3] === 7,
  );
  words.splice(at, 0, ...instruction(71, words[at + 1]!, 5285));
  expect(reflect(each).entryPoints[0]!.inputs.map(port)).toEqual(['7 at 3']);
  expect(reflect(Uint32Array.from(words)).entryPoints[0]!.inputs.map(port)).toEqual(['7 at 1']);
});

test('ids that are none of the header, and a type that is not declared, are told at the word that uses them', () => {
  const refused = (...instructions: number[][]): string => {
    const words = Uint32Array.of(0x07230203, 0x00010500, 0, 100, 0, ...instructions.flat());
    try {
      reflect(words);
      return 'no error';
    } catch (error) {
      return (error as Error).message.replace(/^Cannot read SPIR-V: (.*); compile the shader again$/, '$1');
    }
  };
  const unknown = (word: number, id: number): string =>
    `at word ${word} id ${id} is not 1 to 99, below the header's bound`;
  const first = instruction(32, 9, 7, 8);
  expect(refused(first, instruction(5, 99, 'a'))).toBe('no error');
  expect(refused(first, instruction(5, 100, 'a'))).toBe(unknown(9, 100));
  expect(refused(first, instruction(71, 0, 33, 1))).toBe(unknown(9, 0));
  expect(refused(first, instruction(72, 16_400, 0, 35, 1))).toBe(unknown(9, 16_400));
  expect(refused(first, instruction(15, 5, 200, 'main', 3))).toBe(unknown(9, 200));
  expect(refused(first, instruction(15, 5, 3, 'main', 4, 201))).toBe(unknown(9, 201));
  expect(refused(first, instruction(16, 202, 17, 1, 1, 1))).toBe(unknown(9, 202));
  expect(refused(first, instruction(30, 4, 5, 203))).toBe(unknown(9, 203));
  for (const storage of [0, 2, 4, 9, 12])
    expect(refused(instruction(32, 11, storage, 77), instruction(59, 11, 12, storage))).toBe(
      'at word 9 id 77 is used and not declared',
    );
});

/** Every failure is a ShaderError that gives the word (the first only for the header), and says what to do: of values that were given, to give others, too. */
function survives(words: Uint32Array): void {
  const remedies = ['compile the shader again', 'give the length a name, .*', 'declare one array.*'];
  try {
    const { specializations, entryPoints } = reflect(words);
    for (const { name, stage } of entryPoints) reflect(words, { entry: name, stage });
    remedies.push('specialize it with other values');
    // An id that two constants share may refuse the value, which is its giver's slip.
    const own = specializations.filter(({ id }) => specializations.filter((other) => other.id === id).length === 1);
    reflect(words, { specialization: Object.fromEntries(own.map(({ id }) => [id, 1])) });
  } catch (error) {
    expect(error).toBeInstanceOf(ShaderError);
    expect((error as Error).message).toMatch(
      new RegExp(
        `^Cannot read SPIR-V: at word (?!0 (?!the (header|byte order|magic number) ))\\d+ .*; (${remedies.join('|')})$`,
        's',
      ),
    );
  }
}

const constants = await compileGlsl(
  `#version 460
  layout(local_size_x_id = 0, local_size_y = 4) in;
  layout(constant_id = 1) const int N = 4;
  layout(constant_id = 2) const bool F = true;
  const uvec2 V = (gl_WorkGroupSize.yx * 3 + uint(N / 2)) ^ 1;
  layout(binding = 0) buffer B { float b[F ? N << 2 : 1]; } b[V.x % 7 + 1];
  shared mat3 s[gl_WorkGroupSize.x + (N == 3 ? V.y : 2)];
  void main() { s[0][0] = vec3(1); b[0].b[0] = s[0][0].x; }`,
  { label: 'constants', cache: false },
);
/** As of before SPIR-V 1.4, when an entry point's interface didn't list all that it touches. */
const older = spirv.with(1, 0x00010300);
const whole = [spirv, older, constants, modules.vertex, modules.fragment];
const anyModule = fc.constantFrom(...whole);
const runs = { numRuns: process.env['HALOCLINE_LONG'] === '1' ? 20_000 : 400 };

test('a module cut anywhere is refused with the word, or read as far as it goes', () => {
  for (const words of whole) {
    for (let length = 0; length < words.length; length++) survives(words.subarray(0, length));
  }
});

test('absurd counts, flipped bits and exchanged words are refused with the word', () => {
  const absurd = fc.constantFrom(0xffffffff, 0x7fffffff, 0x80000000, 0x10000000, 0xffff0000, 0x0000ffff, 4_194_303, 0);
  const change = fc.oneof(
    fc.tuple(fc.constant('set' as const), fc.nat(), absurd),
    fc.tuple(fc.constant('flip' as const), fc.nat(), fc.nat(31)),
    fc.tuple(fc.constant('swap' as const), fc.nat(), fc.nat()),
  );
  fc.assert(
    fc.property(anyModule, fc.array(change, { minLength: 1, maxLength: 8 }), (module, changes) => {
      const words = module.slice();
      for (const [kind, place, value] of changes) {
        const at = 5 + (place % (words.length - 5));
        if (kind === 'set') words[at] = value;
        else if (kind === 'flip') words[at]! ^= 1 << value;
        else
          [words[at], words[5 + (value % (words.length - 5))]] = [words[5 + (value % (words.length - 5))]!, words[at]!];
      }
      survives(words);
    }),
    runs,
  );
});

test('every word with its bytes swapped, and words at random, are refused', () => {
  const swapped = spirv.map(
    (word) => ((word >>> 24) | ((word >>> 8) & 0xff00) | ((word << 8) & 0xff0000) | (word << 24)) >>> 0,
  );
  expect(() => reflect(swapped)).toThrow('the byte order is swapped');
  const random = fc.array(
    fc.oneof(
      fc.nat(80),
      fc.integer().map((word) => word >>> 0),
    ),
    { maxLength: 200 },
  );
  fc.assert(
    fc.property(random, (tail) => survives(Uint32Array.of(0x07230203, 0x00010500, 0, 1000, 0, ...tail))),
    runs,
  );
});

test('what a shader takes texels for is told as GLSL declares it', async () => {
  const floats = ['rgba32f', 'rgba16f', 'r32f', 'rgba8', 'rgba8_snorm', 'r11f_g11f_b10f', 'rgb10_a2', 'r8', 'r8_snorm'];
  const ints = ['rgba32i', 'rgba16i', 'r32i', 'r8i'];
  const uints = ['rgba32ui', 'rgba8ui', 'r32ui', 'rgb10_a2ui', 'r8ui'];
  const all = [
    ...floats.map((format) => [format, 'float', ''] as const),
    ...ints.map((format) => [format, 'int', 'i'] as const),
    ...uints.map((format) => [format, 'uint', 'u'] as const),
  ];
  const declared = all.map(
    ([format, , of], at) => `layout(binding = ${at}, ${format}) uniform ${of}image2D image${at};`,
  );
  const code = `layout(local_size_x = 1) in; ${declared.join('\n')}
    layout(binding = 50) writeonly uniform uimageBuffer open; layout(binding = 51) uniform isampler2D map;
    void main() {}`;
  const { bindings } = reflect(await compileGlsl(code, { label: 'texels', cache: false }));
  expect(bindings.map(({ format, texels }) => [format, texels])).toEqual([
    ...all.map(([format, texels]) => [format, texels]),
    [null, 'uint'],
    [null, 'int'],
  ]);
});
