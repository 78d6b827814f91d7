import { gpuTest } from '@halocline/testing';
import { expect } from 'vitest';
import { compileGlsl } from '../src/index.ts';

const source = `layout(local_size_x = 64) in;
layout(set = 0, binding = 0) buffer Values { float at[]; } values;
void main() { values.at[gl_GlobalInvocationID.x] = sin(values.at[gl_GlobalInvocationID.x]); }`;

gpuTest(
  'a pipeline tells of its machine code what the driver tells, where that is asked for',
  {},
  async ({ device }) => {
    const spirv = await compileGlsl(source, { label: 'sines' });
    using plain = device.createPipeline({ label: 'plain', spirv });
    using told = device.createPipeline({ label: 'told', spirv, statistics: true });
    expect(plain.statistics).toBe(null);
    const names = told.statistics?.map(({ name }) => name) ?? null;
    if (device.features['pipelineExecutableInfo'] !== true) expect(names, `${device.name} tells nothing`).toBe(null);
    else expect(names, `${device.name} tells ${names?.join(', ')}`).not.toEqual([]);
    for (const { value } of told.statistics ?? []) expect(['number', 'boolean']).toContain(typeof value);
  },
);
