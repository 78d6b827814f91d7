import { gpuTest } from '@halocline/testing';
import { expect } from 'vitest';
import { openDevice } from '../src/index.ts';
import { isOfVulkan, lackFor } from '../src/shader/capabilities.ts';
import { CAPABILITIES } from '../src/shader/spirv-words.ts';
import { instruction } from './spirv-assembler.ts';

gpuTest(
  'what a shader may declare on a device, the validation layer lets it declare',
  { layer: true },
  async ({ device: { uuid } }) => {
    const told: string[] = [];
    await using device = await openDevice({
      device: uuid,
      validation: true,
      onValidation: ({ message }) => told.push(message),
    });
    const { features, limits } = device;
    const place = { features, limits, extensions: device.raw.extensions };
    const allowed = [...CAPABILITIES].filter(([, name]) => isOfVulkan(name) && lackFor(name, place) === undefined);
    const empty = await device.compile('layout(local_size_x = 1) in; void main() {}', { label: 'empty' });
    for (const [number, name] of allowed) {
      const spirv = Uint32Array.of(...empty.subarray(0, 5), ...instruction(17, number), ...empty.subarray(5));
      device.createPipeline({ label: name, spirv })[Symbol.dispose]();
    }
    expect(allowed.length).toBeGreaterThan(50);
    // Some want an extension of SPIR-V declared, or another memory model: that says nothing of the device.
    expect(told.filter((message) => !message.includes('SPIR-V module not valid'))).toEqual([]);
  },
);
