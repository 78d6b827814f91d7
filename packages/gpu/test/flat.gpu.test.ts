import { gpuTest } from '@halocline/testing';
import { expect } from 'vitest';
import {
  bufferAlloc,
  bufferDownload,
  bufferFree,
  bufferUpload,
  deviceCreate,
  deviceFree,
  deviceSync,
  kernelCompile,
  kernelFree,
  kernelLaunch,
} from '../src/flat.ts';
import { compileGlsl } from '../src/index.ts';
import type { ValidationMessage } from '../src/index.ts';
import { INCREMENT } from './kernels.ts';

const ADD = `
layout(local_size_x = 64) in;
layout(std430, binding = 0) readonly buffer A { float a[]; };
layout(std430, binding = 1) buffer B { float b[]; };
layout(push_constant) uniform Push { float factor; } push;
void main() { b[gl_GlobalInvocationID.x] += push.factor * a[gl_GlobalInvocationID.x]; }`;

gpuTest('numbers are added through handles alone', {}, async ({ device: { uuid, validation } }) => {
  const device = await deviceCreate({ device: uuid, validation });
  const [a, b] = [bufferAlloc(device, 256), bufferAlloc(device, 256, 'sum')];
  await bufferUpload(a, new Float32Array(64).fill(3));
  await bufferUpload(b, new Float32Array(64).fill(1));
  const add = await kernelCompile(device, ADD);
  for (let round = 0; round < 3; round++) kernelLaunch(add, 1, { buffers: [a, b], push: new Float32Array([2]) });
  await deviceSync(device);
  expect(new Float32Array((await bufferDownload(b)).buffer)).toEqual(new Float32Array(64).fill(19));
  const increment = await kernelCompile(device, await compileGlsl(INCREMENT, { label: 'increment' }));
  await bufferUpload(a, new Uint32Array(64));
  kernelLaunch(increment, [1, 1, 1], { buffers: [a], push: new Uint32Array([10]) });
  expect([...new Uint32Array((await bufferDownload(a, 32, 16)).buffer)]).toEqual([1, 1, 0, 0]);
  for (const kernel of [add, increment]) kernelFree(kernel);
  for (const buffer of [a, b]) bufferFree(buffer);
  await deviceFree(device);
});

const SEVENS = `
layout(local_size_x = 64) in;
layout(binding = 0) writeonly buffer To { uint to[]; };
void main() { to[gl_GlobalInvocationID.x] = 7u; }`;
const FROM_UNIFORM = `
layout(local_size_x = 16) in;
layout(std140, binding = 0) uniform From { uvec4 from[16]; };
layout(binding = 1) writeonly buffer To { uint to[]; };
void main() { to[gl_GlobalInvocationID.x] = from[gl_GlobalInvocationID.x].x; }`;

gpuTest('a kernel reads as uniform block what the one before wrote', {}, async ({ device: { uuid, validation } }) => {
  const told: string[] = [];
  const onValidation = ({ message }: ValidationMessage): unknown => told.push(message);
  const device = await deviceCreate({ device: uuid, validation, checks: true, onValidation });
  const [from, to] = [bufferAlloc(device, 256), bufferAlloc(device, 256)];
  const [sevens, copies] = [await kernelCompile(device, SEVENS), await kernelCompile(device, FROM_UNIFORM)];
  for (let round = 0; round < 2; round++) {
    kernelLaunch(sevens, 1, { buffers: [from] });
    kernelLaunch(copies, 1, { buffers: [from, to] });
  }
  expect(new Uint32Array((await bufferDownload(to)).buffer)[15]).toBe(7);
  expect(told).toEqual([]);
  for (const kernel of [sevens, copies]) kernelFree(kernel);
  for (const buffer of [from, to]) bufferFree(buffer);
  await deviceFree(device);
});

const GATHER = `
layout(local_size_x = 1) in;
layout(binding = 0) readonly buffer From { uint x; } from[2];
layout(binding = 1) buffer To { uint x; } to;
void main() { to.x = from[0].x * 10 + from[1].x; }`;

gpuTest('a binding that is an array takes a handle for each place', {}, async ({ device: { uuid, validation } }) => {
  const device = await deviceCreate({ device: uuid, validation });
  const buffers = [1, 2, 3].map(() => bufferAlloc(device, 16));
  for (const [index, buffer] of buffers.entries()) await bufferUpload(buffer, Uint32Array.of(index + 1, 0, 0, 0));
  const gather = await kernelCompile(device, GATHER, { label: 'gather' });
  kernelLaunch(gather, 1, { buffers });
  expect([...new Uint32Array((await bufferDownload(buffers[2]!)).buffer)][0]).toBe(12);
  expect(() => kernelLaunch(gather, 1, { buffers: buffers.slice(1) })).toThrow(
    'Cannot launch kernel "gather": it has 2 bindings with 3 places, 2 buffers are given; give one for each place',
  );
  kernelFree(gather);
  for (const buffer of buffers) bufferFree(buffer);
  await deviceFree(device);
});

const OPEN = `#version 460
#extension GL_EXT_nonuniform_qualifier : require
layout(local_size_x = 1) in;
layout(binding = 0) buffer Words { uint at[]; } words[];
void main() { for (uint i = 0; i < 2; i++) words[i].at[0] = 5 + i; }`;

gpuTest('the length of an open array is an option', { features: ['runtimeDescriptorArray'] }, async ({ device }) => {
  const { uuid, validation } = device;
  const own = await deviceCreate({ device: uuid, validation });
  const buffers = [bufferAlloc(own, 16), bufferAlloc(own, 16)];
  const kernel = await kernelCompile(own, OPEN, { label: 'open', bindingCounts: { '0.0': 2 } });
  kernelLaunch(kernel, 1, { buffers });
  const words = await Promise.all(buffers.map((buffer) => bufferDownload(buffer)));
  expect(words.map(([word]) => word)).toEqual([5, 6]);
  kernelFree(kernel);
  for (const buffer of buffers) bufferFree(buffer);
  await deviceFree(own);
});

gpuTest('arguments of other kinds are refused in words', {}, async ({ device: { uuid, validation } }) => {
  const device = await deviceCreate({ device: uuid, validation });
  const buffer = bufferAlloc(device, 256);
  const kernel = await kernelCompile(device, SEVENS, { label: 'sevens' });
  const wrong = <T>(value: unknown): T => value as T;
  const launch = (groups: unknown, options?: unknown): string => {
    try {
      kernelLaunch(kernel, wrong(groups), wrong(options));
    } catch (error) {
      return (error as Error).message.replace('Cannot launch kernel "sevens": ', '');
    }
    return 'launched';
  };
  const three = 'give a number, or three as in [4, 4, 1]';
  for (const [groups, what] of [
    [null, 'null'],
    [undefined, 'undefined'],
    [1n, '1'],
    [{}, 'a value of type Object'],
    [[1, 1], '2 numbers'],
  ] as const)
    expect(launch(groups, { buffers: [buffer] })).toBe(`its workgroups are ${what}; ${three}`);
  expect(launch(1, null)).toBe('its options are null; give an object');
  expect(launch(1, [buffer])).toBe('its options are a value of type Array; give an object');
  expect(launch(1, { buffer })).toBe('"buffer" is no option of it; there are buffers, push');
  expect(launch(1, { buffers: 5 })).toBe('buffers are 5; give a list of handles');
  expect(launch(1, { buffers: [buffer], push: new ArrayBuffer(4) })).toBe(
    'push is a value of type ArrayBuffer; give a typed array, as in Uint32Array.of(1, 2)',
  );
  expect(() => kernelFree(wrong(Object.create(null)))).toThrow(
    'Cannot free a kernel with handle a value of type object: no handle of that number was given; give a kernel that is alive',
  );
  await expect(bufferDownload(buffer, wrong(1n))).rejects.toThrow(/offset 1, length NaN; give whole numbers$/);
  const compile = (options: unknown): Promise<number> => kernelCompile(device, SEVENS, wrong(options));
  await expect(compile(null)).rejects.toThrow('Cannot compile a kernel: its options are null; give an object');
  await expect(compile({ constants: {} })).rejects.toThrow(
    'Cannot compile a kernel: "constants" is no option of it; there are label, entry, specialization, bindingCounts',
  );
  await expect(deviceCreate(wrong({ devcie: uuid }))).rejects.toThrow(
    'Cannot open a device: "devcie" is no option of it; there are device, features, extensions, validation, ' +
      'onValidation, log, memoryLimit, checks, autoBarriers, frames',
  );
  const refused = 'Cannot create pipeline "sevens": ';
  for (const [option, why] of [
    [{ specialization: null }, 'specialization is null; give values by id, as in { 0: 64 }'],
    [{ bindingCounts: 5 }, `bindingCounts are 5; give lengths by binding, as in { '0.1': 16 }`],
    [
      { bindingCounts: { '0.0': 2 } },
      'bindingCounts has 0.0, the shader leaves the length of no binding open; leave it out',
    ],
  ] as const)
    await expect(compile({ label: 'sevens', ...option })).rejects.toThrow(refused + why);
  kernelFree(kernel);
  bufferFree(buffer);
  await deviceFree(device);
});

gpuTest('a stale, foreign or invented handle is an error', {}, async ({ device: { uuid, validation } }) => {
  const device = await deviceCreate({ device: uuid, validation });
  const other = await deviceCreate({ device: uuid, validation });
  const buffer = bufferAlloc(device, 256, 'mine');
  const foreign = bufferAlloc(other, 256, 'theirs');
  const kernel = await kernelCompile(device, ADD, { label: 'add' });
  const push = new Float32Array([1]);
  await expect(deviceFree(device)).rejects.toThrow(/buffer "mine", pipeline "add" are alive; dispose them first$/);
  expect(() => kernelLaunch(kernel, 1, { buffers: [buffer, foreign], push })).toThrow(
    `Cannot launch kernel "add" with handle ${foreign}: buffer "theirs" is of another device; copy it over`,
  );
  expect(() => kernelLaunch(kernel, 1, { buffers: [buffer], push })).toThrow(
    'Cannot launch kernel "add": it has 2 bindings, 1 buffers are given; give one for each',
  );
  expect(() => kernelLaunch(buffer, 1)).toThrow(
    `Cannot launch with handle ${buffer}: it is a buffer; give a kernel that is alive`,
  );
  bufferFree(foreign);
  expect(() => bufferFree(foreign)).toThrow(
    `Cannot free a buffer with handle ${foreign}: it was freed; give a buffer that is alive`,
  );
  await expect(bufferUpload(foreign, push)).rejects.toThrow('it was freed');
  for (const wrong of [0, -1, 1.5, Number.NaN, 2 ** 40, 'x' as unknown as number]) {
    expect(() => kernelFree(wrong)).toThrow(`with handle ${wrong}: no handle of that number was given`);
  }
  kernelFree(kernel);
  bufferFree(buffer);
  await Promise.all([deviceFree(device), deviceFree(other)]);
  await expect(deviceSync(device)).rejects.toThrow('it was freed; give a device that is alive');
});
