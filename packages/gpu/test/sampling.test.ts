import { expect, test } from 'vitest';
import { compileGlsl } from '../src/shader/compile.ts';
import { readShader, withConstants } from '../src/shader/reflection.ts';
import { givenConstants } from '../src/shader/reflection-specialization.ts';
import type { SpecializationValues } from '../src/shader/reflection-specialization.ts';
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

/** What a shader of these statements samples where its constants have these values. */
async function sampledWith(body: string, values: SpecializationValues): Promise<string> {
  const text = `layout(binding = 0) uniform sampler2D a; layout(binding = 1) uniform sampler2D b; layout(binding = 2) uniform sampler2D c;
    layout(constant_id = 0) const bool soft = true; layout(constant_id = 1) const int kind = 0; layout(constant_id = 2) const float far = 1;
    layout(location = 0) flat in int n; layout(location = 0) out vec4 color;
    vec4 read(sampler2D from) { return texture(from, vec2(0)); }
    void main() { ${body} }`;
  const spirv = await compileGlsl(text, { label: 'it', stage: 'fragment', cache: false });
  const { module, header, specializations } = readShader(spirv);
  const constants = givenConstants(specializations, values, (what) => new Error(what));
  const list = samplingsOf(withConstants(module, constants), header, header.entries[0]);
  const places = new Set(list.map(({ image }) => image));
  return ['0.0', '0.1', '0.2'].map((place, index) => (places.has(place) ? 'abc'[index] : '')).join('');
}

test('what constants turn off is not sampled', async () => {
  const branch = 'if (soft) color = texture(a, vec2(0)); else color = read(b); color += texture(c, vec2(0));';
  expect([await sampledWith(branch, {}), await sampledWith(branch, { 0: false })]).toEqual(['ac', 'bc']);
  const number = 'color = kind == 1 || kind > 7 ? read(a) : read(b);';
  const numbers = [{}, { 1: 1 }, { 1: 8 }, { 1: 2 }].map((values) => sampledWith(number, values));
  expect(await Promise.all(numbers)).toEqual(['b', 'a', 'a', 'b']);
  const cases =
    'switch (kind) { case -1: color = read(a); break; case 2: color = read(b); default: color += read(c); }';
  const chosen = [{ 1: -1 }, { 1: 2 }, { 1: 0 }].map((values) => sampledWith(cases, values));
  expect(await Promise.all(chosen)).toEqual(['a', 'bc', 'c']);
  const loop =
    'for (int i = 0; i < n; i++) { if (!soft) continue; color += read(a); } if (kind == 3) return; color += read(b);';
  const loops = [{}, { 0: false }, { 0: false, 1: 3 }, { 1: 3 }].map((values) => sampledWith(loop, values));
  expect(await Promise.all(loops)).toEqual(['ab', 'b', '', 'a']);
});

test('what the shader computes turns nothing off', async () => {
  expect(await sampledWith('if (n > 0) color = read(a); else color = read(b);', {})).toBe('ab');
  expect(await sampledWith('switch (n) { case 1: color = read(a); break; default: color = read(b); }', {})).toBe('ab');
  expect(await sampledWith('if (far > 2) color = read(a); else color = read(b);', {})).toBe('ab');
});
