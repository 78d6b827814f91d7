import { expect, test } from 'vitest';
import { compileGlsl } from '../src/shader/compile.ts';
import { readShader } from '../src/shader/reflection.ts';
import { samplingsOf } from '../src/shader/sampling.ts';

/** What a fragment shader samples: image, sampler and mode. */
async function sampled(declared: string, use: string): Promise<string[]> {
  const text = `${declared}\nlayout(location = 0) out vec4 color;\nvoid main() { color = vec4(${use}); }`;
  const { module, header } = readShader(await compileGlsl(text, { label: 'it', stage: 'fragment', cache: false }));
  const list = samplingsOf(module, header, header.entries[0]);
  return list.map(({ image, sampler, mode }) => `${image} ${sampler} ${mode}`).sort();
}

test('how a shader reads images is told for each image and sampler', async () => {
  const one =
    'layout(set = 1, binding = 2) uniform sampler2D map; layout(binding = 3) uniform sampler2DShadow shadow[2];';
  expect(await sampled(one, 'texture(map, vec2(0)) + textureLod(map, vec2(0), 0)')).toEqual(['1.2 1.2 filter']);
  expect(await sampled(one, 'textureProj(map, vec3(1))')).toEqual(['1.2 1.2 filter']);
  expect(await sampled(one, 'texelFetch(map, ivec2(0), 0)')).toEqual([]);
  expect(await sampled(one, 'textureGather(map, vec2(0))')).toEqual(['1.2 1.2 gather']);
  expect(await sampled(one, 'texture(shadow[1], vec3(0))')).toEqual(['0.3 0.3 compare']);
  expect(await sampled(one, 'textureGather(shadow[0], vec2(0), 0.5)')).toEqual(['0.3 0.3 compare']);
});

test('images and samplers are followed through what functions are given', async () => {
  const two = `layout(binding = 0) uniform texture2D a; layout(binding = 1) uniform texture2D b;
    layout(binding = 2) uniform sampler s; layout(binding = 3) uniform samplerShadow t;
    vec4 read(texture2D from, sampler by) { return texture(sampler2D(from, by), vec2(0)); }
    float lit(texture2D from) { return texture(sampler2DShadow(from, t), vec3(0)); }
    float lower(texture2D from) { return lit(from); }`;
  expect(await sampled(two, 'texture(sampler2D(a, s), vec2(0))')).toEqual(['0.0 0.2 filter']);
  expect(await sampled(two, 'read(a, s) + read(b, s)')).toEqual(['0.0 0.2 filter', '0.1 0.2 filter']);
  expect(await sampled(two, 'lower(b)')).toEqual(['0.1 0.3 compare']);
  expect(await sampled(two, 'lower(a) + lower(b)')).toEqual(['0.0 0.3 compare', '0.1 0.3 compare']);
  expect(await sampled(two, '1')).toEqual([]);
});

test('where several images and several samplers come to one place, none are told, as nobody knows which go together', async () => {
  const four = `layout(binding = 0) uniform texture2D a; layout(binding = 1) uniform texture2D b;
    layout(binding = 2) uniform sampler s; layout(binding = 3) uniform sampler t;
    vec4 read(texture2D from, sampler by) { return texture(sampler2D(from, by), vec2(0)); }`;
  expect(await sampled(four, 'read(a, s) + read(b, t)')).toEqual([]);
});
