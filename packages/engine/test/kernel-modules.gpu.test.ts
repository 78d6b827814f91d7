/** Kernels that come as SPIR-V or HLSL, and headers for those who compile elsewhere. */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { compileGlsl, reflect } from '@halocline/gpu';
import { gpuTest, temporaryFolder } from '@halocline/testing';
import { describe, expect } from 'vitest';
import { Simulation } from '../src/index.ts';
import { hlslTest, withDxc } from './hlsl-test.ts';
import { hlslText, kernelText } from './kernel-text.ts';
import { withTwin } from './two-entries.ts';

const domain = { min: [0, 0, 0], max: [8, 8, 8] } as const;
const access = { inputs: ['u'], outputs: ['u'], parameters: ['k'] } as const;
const scale = kernelText('write_u(v, read_u(v) * k + 10.0);');

/** A user's own build: the header printed, the text compiled elsewhere. */
async function compileElsewhere(simulation: Simulation, text: string, touched: object = access): Promise<Uint32Array> {
  const header = simulation.kernelHeader(touched);
  return compileGlsl(text, { label: 'elsewhere', include: () => header });
}

async function oneField(device: Parameters<Parameters<typeof gpuTest>[2]>[0]['device']): Promise<Simulation> {
  const simulation = await Simulation.create({ device, domain });
  simulation.addField('u', 'float32', 1);
  simulation.addParameter('k', 'float', 2);
  return simulation;
}

const valueOf = async (simulation: Simulation, field = 'u'): Promise<unknown> =>
  (await simulation.field(field).read()).get(3, 4, 5);

describe('a kernel in SPIR-V', () => {
  gpuTest('runs, whatever is declared after it was compiled', {}, async ({ device }) => {
    await using early = await oneField(device);
    const spirv = await compileElsewhere(early, scale);
    await using simulation = await Simulation.create({ device, domain });
    simulation.addField('other', 'vec3', [7, 7, 7]);
    simulation.addParameter('unused', 'vec4', [9, 9, 9, 9]);
    simulation.addField('u', 'float32', 1);
    simulation.addParameter('k', 'float', 2);
    simulation.registerKernel('words', { ...access, spirv });
    simulation.registerKernel('bytes', { ...access, spirv: new Uint8Array(spirv.buffer) });
    await simulation.runTimestep(1);
    expect(await valueOf(simulation)).toBe((1 * 2 + 10) * 2 + 10);
  });

  gpuTest('with several entry points is several kernels', {}, async ({ device }) => {
    await using simulation = await oneField(device);
    const spirv = withTwin(await compileElsewhere(simulation, scale), 'twin', [10, 1000]);
    expect(reflect(spirv).entryPoints.map(({ name }) => name)).toEqual(['main', 'twin']);
    simulation.registerKernel('first', { ...access, spirv, entry: 'twin' });
    simulation.registerKernel('second', { ...access, spirv, entry: 'main' });
    await simulation.runTimestep(1);
    expect(await valueOf(simulation)).toBe((1 * 2 + 1000) * 2 + 10);
    simulation.registerKernel('third', { ...access, spirv, entry: 'twim' });
    await expect(simulation.runTimestep(1)).rejects.toThrow(
      'Cannot register kernel "third": it has no entry point "twim" (did you mean "twin"?); there are "main", "twin"',
    );
  });

  gpuTest('of a header for other fields is refused, a file of words is followed', {}, async ({ device }) => {
    await using simulation = await oneField(device);
    simulation.addField('w', 'float32', 0);
    const wrong = await compileElsewhere(simulation, scale, { ...access, inputs: ['w', 'u'] });
    simulation.registerKernel('wrong', { ...access, spirv: wrong });
    await expect(simulation.initialize()).rejects.toThrow(
      'Cannot register kernel "wrong": it was compiled with the header of other inputs, outputs or parameters; take the text of kernelHeader("wrong"), and compile it again',
    );
    simulation.removeStencil('wrong');
    const folder = mkdtempSync(path.join(tmpdir(), 'halocline-'));
    try {
      const file = path.join(folder, 'scale.spv');
      writeFileSync(file, await compileElsewhere(simulation, scale));
      simulation.registerKernel('scale', { ...access, file });
      await simulation.runTimestep(1);
      expect(await valueOf(simulation)).toBe(12);
      writeFileSync(file, await compileElsewhere(simulation, kernelText('write_u(v, -k); // shorter')));
      await simulation.runTimestep(1);
      expect(await valueOf(simulation)).toBe(-2);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

const hlsl = hlslText('write_u(v, read_u(v) * k + 10.0);');

describe('a kernel in HLSL', () => {
  gpuTest('says in one line that its compiler is not here', {}, async ({ device }) => {
    await withDxc('/nowhere/dxc', async () => {
      await using simulation = await oneField(device);
      simulation.registerKernel('scale', { ...access, hlsl });
      await expect(simulation.initialize()).rejects.toThrow(
        'Cannot compile kernel "scale": it is HLSL, and there is no command "/nowhere/dxc" here; install the DirectX shader compiler (in the Vulkan SDK), name it in HALOCLINE_DXC, or write GLSL',
      );
    });
  });

  gpuTest('says in one line that its compiler broke off', {}, async ({ device }) => {
    using folder = temporaryFolder();
    const command = folder.file('dxc', '#!/bin/sh\nkill -SEGV $$\n');
    chmodSync(command, 0o755);
    await withDxc(command, async () => {
      await using simulation = await oneField(device);
      simulation.registerKernel('scale', { ...access, hlsl });
      await expect(simulation.initialize()).rejects.toThrow(
        `Cannot compile kernel "scale": it is HLSL, and "${command}" broke off (SIGSEGV); install a newer one, name it in HALOCLINE_DXC, or write GLSL`,
      );
    });
  });

  hlslTest('runs as the same in GLSL does', {}, async ({ device }) => {
    await using simulation = await oneField(device);
    simulation.registerKernel('scale', { ...access, hlsl });
    await simulation.runTimestep(1);
    expect(await valueOf(simulation)).toBe(12);
    simulation.registerKernel('broken', { ...access, hlsl: hlsl.replace('* k', '* kk') });
    await expect(simulation.runTimestep(1)).rejects.toThrow(
      'Cannot compile kernel "broken": line 7, column 28: there is no "kk" (did you mean "k"?); declare it, include halocline.hlsl, or name it in parameters',
    );
  });
});

describe('a header', () => {
  gpuTest('says what stands where, and has the accessors, in both languages', {}, async ({ device }) => {
    await using simulation = await oneField(device);
    simulation.addField('v', 'vec3', [0, 0, 0]);
    simulation.addField('m', 'uint8', 0);
    simulation.registerKernel('mix', { inputs: ['u', 'v_y'], outputs: ['v', 'm'], parameters: ['k'], glsl: scale });
    const tail = (text: string): string => text.slice(text.indexOf('// Parameters and scalars'));
    expect(simulation.kernelHeader('mix').split('\n').slice(0, 4).join('\n')).toMatchInlineSnapshot(`
      "// Halocline's header of kernel "mix".
      // The push constant is the address of 64-bit addresses:
      //   0 leaves · 1 count · 2 leafTable · 3 masks · 4 grid · 5 uniforms · 6 faults · 7 k · 8 in u · 9 in v[1] · 10 out v
      //   11 out v[1] · 12 out v[2] · 13 out m"
    `);
    expect(tail(simulation.kernelHeader('mix'))).toMatchInlineSnapshot(`
      "// Parameters and scalars.
      float k = uintBitsToFloat(haloclineTable(7u, 0u)); // of the simulation

      // "u" as it was before this kernel: by value index, by voxel, by coordinate.
      float read_u(uint index) { return HaloclineFloats(haloclineAddress(8u)).at[index]; }
      float read_u(Voxel voxel) { return read_u(voxel.index); }
      float read_u(ivec3 coord) {
        haloclineGuard(coord, 0u);
        return read_u(valueIndex(coord));
      }
      HaloclineAddress address_of_input_u(uint component) { return haloclineAddress(8u + component); }

      // "v_y" as it was before this kernel: by value index, by voxel, by coordinate.
      float read_v_y(uint index) { return HaloclineFloats(haloclineAddress(9u)).at[index]; }
      float read_v_y(Voxel voxel) { return read_v_y(voxel.index); }
      float read_v_y(ivec3 coord) {
        haloclineGuard(coord, 1u);
        return read_v_y(valueIndex(coord));
      }
      HaloclineAddress address_of_input_v_y(uint component) { return haloclineAddress(9u + component); }

      // The new value of "v". Nothing is written where there is no leaf.
      void write_v(uint index, vec3 value) {
        if (index < 512u) return;
        HaloclineFloats(haloclineAddress(10u)).at[index] = value.x;
        HaloclineFloats(haloclineAddress(11u)).at[index] = value.y;
        HaloclineFloats(haloclineAddress(12u)).at[index] = value.z;
      }
      void write_v(Voxel voxel, vec3 value) { write_v(voxel.index, value); }
      void write_v(ivec3 coord, vec3 value) { write_v(valueIndex(coord), value); }
      HaloclineAddress address_of_output_v(uint component) { return haloclineAddress(10u + component); }

      // The new value of "m". Nothing is written where there is no leaf.
      void write_m(uint index, uint value) {
        if (index < 512u) return;
        HaloclineBytes(haloclineAddress(13u)).at[index] = uint8_t(value);
      }
      void write_m(Voxel voxel, uint value) { write_m(voxel.index, value); }
      void write_m(ivec3 coord, uint value) { write_m(valueIndex(coord), value); }
      HaloclineAddress address_of_output_m(uint component) { return haloclineAddress(13u + component); }
      "
    `);
    expect(tail(simulation.kernelHeader('mix', 'hlsl'))).toMatchInlineSnapshot(`
      "// Parameters and scalars.
      static const float k = asfloat(haloclineTable(7u, 0u)); // of the simulation

      // "u" as it was before this kernel: by value index, by voxel, by coordinate.
      float read_u(uint index) { return vk::RawBufferLoad<float>(haloclineAddress(8u) + 4 * uint64_t(index), 4); }
      float read_u(Voxel voxel) { return read_u(voxel.index); }
      float read_u(int3 coord) {
        haloclineGuard(coord, 0u);
        return read_u(valueIndex(coord));
      }
      HaloclineAddress address_of_input_u(uint component) { return haloclineAddress(8u + component); }

      // "v_y" as it was before this kernel: by value index, by voxel, by coordinate.
      float read_v_y(uint index) { return vk::RawBufferLoad<float>(haloclineAddress(9u) + 4 * uint64_t(index), 4); }
      float read_v_y(Voxel voxel) { return read_v_y(voxel.index); }
      float read_v_y(int3 coord) {
        haloclineGuard(coord, 1u);
        return read_v_y(valueIndex(coord));
      }
      HaloclineAddress address_of_input_v_y(uint component) { return haloclineAddress(9u + component); }

      // The new value of "v". Nothing is written where there is no leaf.
      void write_v(uint index, float3 value) {
        if (index < 512u) return;
        vk::RawBufferStore<float>(haloclineAddress(10u) + 4 * uint64_t(index), value.x, 4);
        vk::RawBufferStore<float>(haloclineAddress(11u) + 4 * uint64_t(index), value.y, 4);
        vk::RawBufferStore<float>(haloclineAddress(12u) + 4 * uint64_t(index), value.z, 4);
      }
      void write_v(Voxel voxel, float3 value) { write_v(voxel.index, value); }
      void write_v(int3 coord, float3 value) { write_v(valueIndex(coord), value); }
      HaloclineAddress address_of_output_v(uint component) { return haloclineAddress(10u + component); }

      // The new value of "m". Nothing is written where there is no leaf.
      void write_m(uint index, uint value) {
        if (index < 512u) return;
        haloclineStoreByte(haloclineAddress(13u), index, value);
      }
      void write_m(Voxel voxel, uint value) { write_m(voxel.index, value); }
      void write_m(int3 coord, uint value) { write_m(valueIndex(coord), value); }
      HaloclineAddress address_of_output_m(uint component) { return haloclineAddress(13u + component); }
      "
    `);
    expect(() => simulation.kernelHeader('mux')).toThrow(
      'Cannot print the header of kernel "mux": there is none of that name (did you mean "mix"?); the kernels are "mix"',
    );
  });
});
