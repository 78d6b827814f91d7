/** What is said of kernels that can't be: whole messages. */
import { compileGlsl } from '@halocline/gpu';
import { gpuTest } from '@halocline/testing';
import { describe, expect, test } from 'vitest';
import { Simulation, type KernelOptions } from '../src/index.ts';
import { checkKernelOptions } from '../src/kernel/kernel-options.ts';
import { kernelText } from './kernel-text.ts';

const domain = { min: [0, 0, 0], max: [8, 8, 8] } as const;
const fine: KernelOptions = { inputs: ['u'], outputs: ['u'], glsl: kernelText('write_u(v, 1.0);') };

describe('options that can’t be meant', () => {
  const cases: Readonly<Record<string, readonly [Record<string, unknown>, string]>> = {
    'no text': [{ glsl: undefined }, 'it has none of glsl, hlsl, spirv, file; give one of them'],
    'two texts': [{ file: 'a.comp' }, 'it has both glsl and file; give one of them'],
    'a text of another type': [{ glsl: 7 }, 'glsl is of type number; give its text'],
    'words of another type': [
      { glsl: undefined, spirv: 'x' },
      'spirv is of type string; give a Uint32Array or a Uint8Array',
    ],
    'a path of another type': [{ glsl: undefined, file: null }, 'file is of type object; give a path'],
    'another ending': [
      { glsl: undefined, file: 'blur.frag' },
      'the ending of "blur.frag" is ".frag"; end it in .glsl, .comp, .hlsl or .spv',
    ],
    'half a voxel': [{ neighborRadius: 0.5 }, 'neighborRadius is 0.5; give a whole number of voxels, 0 or more'],
    'halos of no radius': [
      { neighborRadius: 0, requiresHalos: true },
      'it requires halos, and neighborRadius is 0; leave one of them out',
    ],
    'no outputs': [{ outputs: [] }, 'it has no outputs; name the fields that it writes'],
    'no workgroups': [
      { groups: [4, 0] },
      "groups is [4,0]; give 'leaves', or one to three numbers of workgroups from 1 to 65535",
    ],
    'workgroups by a word': [
      { groups: 'voxels' },
      'groups is "voxels"; give \'leaves\', or one to three numbers of workgroups from 1 to 65535',
    ],
  };
  test.each(Object.entries(cases))('%s', (_, [change, message]) => {
    const options = { ...fine, ...change } as KernelOptions;
    expect(() => checkKernelOptions('blur', options)).toThrow(
      expect.objectContaining({ message: `Cannot register kernel "blur": ${message}` }),
    );
  });
});

/** The message of registering and compiling a kernel with these options, beside fields `u` and `v` and parameter `k`. */
async function messageOf(
  device: Parameters<Parameters<typeof gpuTest>[2]>[0]['device'],
  change: Partial<KernelOptions>,
): Promise<string> {
  await using simulation = await Simulation.create({ device, domain });
  simulation.addField('u', 'float32', 1);
  simulation.addField('v', 'vec3', [0, 0, 0]);
  simulation.addParameter('k', 'float', 2);
  simulation.addParameter('sample', 'float', 2);
  try {
    simulation.registerKernel('blur', { ...fine, ...change });
    await simulation.initialize();
    return 'nothing was thrown';
  } catch (error) {
    return (error as Error).message;
  }
}

describe('names that nobody declared', () => {
  gpuTest('of inputs, outputs, parameters and other things', {}, async ({ device }) => {
    expect(await messageOf(device, { inputs: ['uu'] })).toBe(
      'Cannot register kernel "blur": its input "uu" is no field (did you mean "u"?); add it with addField, the fields are "u", "v"',
    );
    expect(await messageOf(device, { outputs: ['v_w'] })).toBe(
      'Cannot register kernel "blur": its output "v_w" is no field; add it with addField, the fields are "u", "v"',
    );
    expect(await messageOf(device, { parameters: ['gain'] })).toBe(
      'Cannot register kernel "blur": there is no parameter or scalar "gain"; there are "k", "sample"',
    );
    expect(await messageOf(device, { glsl: undefined!, file: 'not-there.comp' })).toBe(
      'Cannot read kernel "blur" from "not-there.comp": there is no such file; give the path of its text',
    );
    await using simulation = await Simulation.create({ device, domain });
    simulation.addStencil('blur', { outputs: ['u'], code: 'WriteField("u", idx, 1.0);' });
    expect(() => simulation.registerKernel('blur', fine)).toThrow(
      'Cannot register kernel "blur": there is a stencil of that name already; choose another name',
    );
    expect(() => simulation.registerKernel('2', fine)).toThrow('Cannot register kernel "2": it is no name;');
  });
});

describe('GLSL that doesn’t compile', () => {
  const body = (text: string, more: Partial<KernelOptions> = {}): Partial<KernelOptions> => ({
    glsl: kernelText(text),
    ...more,
  });
  const cases: Readonly<Record<string, readonly [Partial<KernelOptions>, string]>> = {
    'a field that is no input': [
      body('write_u(v, read_w(v));'),
      `line 7, column 16: there is no input "w"; name it in inputs, which are "u"
  7 |     write_u(v, read_w(v));
    |                ^^^^^^`,
    ],
    'a field that is no output': [
      body('write_v(v, vec3(1.0));'),
      `line 7, column 5: there is no output "v"; name it in outputs, which are "u"
  7 |     write_v(v, vec3(1.0));
    |     ^^^^^^^`,
    ],
    'a value of another type': [
      body('write_u(v, vec3(1.0));'),
      `line 7, column 5: write_u takes a Voxel, an ivec3 coordinate or a uint value index, and a float; change its arguments
  7 |     write_u(v, vec3(1.0));
    |     ^^^^^^^`,
    ],
    'a name that nobody knows': [
      body('write_u(v, kk);', { parameters: ['k'] }),
      `line 7, column 16: there is no "kk" (did you mean "k"?); declare it, include halocline.glsl, or name it in parameters
  7 |     write_u(v, kk);
    |                ^^`,
    ],
    'a function that nobody knows': [
      body('write_u(v, blend(1.0));'),
      `line 7, column 16: there is no function "blend" that takes these arguments; is halocline.glsl included, and are the types right?
  7 |     write_u(v, blend(1.0));
    |                ^^^^^`,
    ],
    'a broken statement': [
      body('write_u(v, 1.0)) + ;'),
      `line 7, column 5: ")" stands here, and "," or ";" should; see the signs before it
  7 |     write_u(v, 1.0)) + ;
    |     ^`,
    ],
    'what GLSL says in its own words': [
      body('const int n = 3; n = 4; write_u(v, 1.0);'),
      `line 7, column 5: this can't be assigned to (can't modify a const); assign to a variable
  7 |     const int n = 3; n = 4; write_u(v, 1.0);
    |     ^`,
    ],
    'no header': [
      { glsl: 'void main() { Voxel v; }' },
      `line 1, column 15: there is no "Voxel"; declare it, include halocline.glsl, or name it in parameters
  1 | void main() { Voxel v; }
    |               ^^^^^`,
    ],
    'another include': [
      { glsl: '#include "noise.glsl"\nvoid main() {}' },
      `line 1, column 11: "noise.glsl" is not included: there is no such file; give its path from this file
  1 | #include "noise.glsl"
    |           ^^^^^^^^^^`,
    ],
    'a parameter with a name of GLSL': [
      body('write_u(v, 1.0);', { parameters: ['sample'] }),
      'parameter "sample" can\'t have a name that the language or halocline.glsl has already; rename it',
    ],
  };
  for (const [name, [options, message]] of Object.entries(cases)) {
    gpuTest(name, {}, async ({ device }) => {
      expect(await messageOf(device, options)).toBe(`Cannot compile kernel "blur": ${message}`);
    });
  }
});

describe('modules that are no kernels', () => {
  const cases: Readonly<Record<string, readonly [string, string]>> = {
    'a binding of its own': [
      'layout(set = 0, binding = 3) buffer B { float at[]; } mine; void main() { mine.at[0] = 1.0; }',
      'it has binding 0.3 "mine", and kernels reach fields by address; include the header, and name fields in inputs and outputs',
    ],
    'push constants of its own': [
      'layout(push_constant) uniform P { vec4 a; } p; shared float s; void main() { s = p.a.x; }',
      'it has 16 bytes of push constants, and the engine pushes the 8 of the header; take numbers from parameters',
    ],
  };
  for (const [name, [glsl, message]] of Object.entries(cases)) {
    gpuTest(name, {}, async ({ device }) => {
      expect(await messageOf(device, { glsl })).toBe(`Cannot register kernel "blur": ${message}`);
    });
  }

  gpuTest('words that are none, shaders that draw, entry points that aren’t there', {}, async ({ device }) => {
    const head = 'Cannot register kernel "blur":';
    const words = (spirv: Uint32Array | Uint8Array): Partial<KernelOptions> => ({ glsl: undefined!, spirv });
    expect(await messageOf(device, words(Uint32Array.of(1, 2, 3, 4, 5)))).toBe(
      `${head} its SPIR-V is broken (at word 0 the magic number is 00000001, not 07230203); compile it again`,
    );
    expect(await messageOf(device, words(new Uint8Array(7)))).toBe(
      `${head} its SPIR-V has 7 bytes, and words have 4; give the whole file`,
    );
    const drawn = await compileGlsl('void main() { gl_Position = vec4(0.0); }', { label: 'drawn', stage: 'vertex' });
    expect(await messageOf(device, words(drawn))).toBe(
      `${head} it has no entry point that computes; give a compute shader`,
    );
    expect(await messageOf(device, { entry: 'go' })).toBe(`${head} it has no entry point "go"; the only one is "main"`);
  });
});
