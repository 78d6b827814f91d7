import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ShaderError } from '../src/errors.ts';
import { compileGlsl } from '../src/shader/compile.ts';
import { reflect } from '../src/shader/reflection.ts';
import { checkShader, missingFor } from '../src/shader/requirements.ts';

const features = { bufferDeviceAddress: true };
const limits = {
  maxPushBytes: 128,
  maxWorkgroupSize: [1024, 1024, 64],
  maxWorkgroupThreads: 1024,
  maxSharedBytes: 32768,
} as const;

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
          "kind": "storage-buffer",
          "multisampled": false,
          "name": "target",
          "readable": false,
          "set": 0,
          "shape": null,
          "writable": true,
        },
        {
          "binding": 1,
          "byteLength": 80,
          "count": 1,
          "kind": "uniform-buffer",
          "multisampled": false,
          "name": "block",
          "readable": true,
          "set": 0,
          "shape": null,
          "writable": false,
        },
        {
          "binding": 3,
          "byteLength": 0,
          "count": 1,
          "kind": "storage-image",
          "multisampled": false,
          "name": "picture",
          "readable": true,
          "set": 0,
          "shape": "2d",
          "writable": true,
        },
        {
          "binding": 4,
          "byteLength": 0,
          "count": 1,
          "kind": "combined-image-sampler",
          "multisampled": false,
          "name": "map",
          "readable": true,
          "set": 0,
          "shape": "2d",
          "writable": false,
        },
        {
          "binding": 2,
          "byteLength": 4,
          "count": 1,
          "kind": "storage-buffer",
          "multisampled": false,
          "name": "source",
          "readable": true,
          "set": 1,
          "shape": null,
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
  const shader = reflect(spirv);
  expect(missingFor(shader, 'main', { ...limits, maxPushBytes: 64, maxSharedBytes: 128 }, {})).toEqual([
    'feature bufferDeviceAddress (for capability PhysicalStorageBufferAddresses)',
    '96 bytes of push constants (it has 64)',
    '256 bytes of shared memory (it has 128)',
  ]);
  expect(missingFor(shader, 'main', limits, features)).toEqual([]);
});

test('a workgroup too large is named', async () => {
  const large = await compileGlsl('layout(local_size_x = 1024) in; void main() {}', { label: 'large', cache: false });
  const small = { ...limits, maxWorkgroupSize: [512, 512, 64], maxWorkgroupThreads: 512 } as const;
  expect(() => checkShader('large', 'lavapipe', reflect(large), 'main', small, features)).toThrow(
    'Cannot use shader "large": device "lavapipe" lacks 1024 threads of a workgroup in x (it has 512), ' +
      '1024 threads a workgroup (it has 512); choose another device',
  );
  expect(() => checkShader('large', 'lavapipe', reflect(large), 'start', limits, features)).toThrow(
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
