/** What is told of one stencil or kernel. */
import { gpuTest } from '@halocline/testing';
import { expect } from 'vitest';
import { Simulation } from '../src/index.ts';
import { kernelText } from './kernel-text.ts';

const domain = { min: [0, 0, 0], max: [8, 8, 8] } as const;

gpuTest('a stencil is told from its text to the machine code', {}, async ({ device }) => {
  await using simulation = await Simulation.create({ device, domain });
  simulation.addField('heat', 'float32', 0);
  simulation.addField('wind', 'vec3', [0, 0, 0]);
  simulation.addStencil('drift', {
    inputs: ['heat', 'wind_x'],
    outputs: ['heat'],
    code: `
      float left = ReadField("heat", coord - ivec3(2, 0, 0));
      WriteField("heat", idx, left * ReadField("wind_x", idx));`,
  });
  const text = await simulation.explainStencil('drift');
  const [head, glsl] = text.split('The shader, as GLSL');
  const tells = device.features['pipelineExecutableInfo'] === true;
  const machine = tells
    ? /Machine code on .*[Rr]egister.*\n/
    : `Registers and spills: the driver of ${device.name} doesn't tell\n`;
  expect(text).toMatch(machine);
  expect(glsl).toContain('layout(local_size_x = 256) in;');
  expect(head!.replace(machine, '')).toMatchInlineSnapshot(`
    "Stencil "drift" on level 0

    Source
         1 |       float left = ReadField("heat", coord - ivec3(2, 0, 0));
         2 |       WriteField("heat", idx, left * ReadField("wind_x", idx));

    What it means: fields with the offsets that are read, and the checked IR
      stencil "drift" (halos)
        reads float32 "heat" [-2,0,0 … -2,0,0]
        reads vec3 "wind".x [0,0,0 … 0,0,0]
        writes float32 "heat" always double
      body
        %0.left = "heat"[-2,0,0]
        write "heat" (%0.left * "wind".x[0,0,0])

    Bytes a voxel: 8 read (heat, wind), 4 written (heat)

    "
  `);
});

gpuTest('a kernel is told too, and what would make it faster', {}, async ({ device }) => {
  await using simulation = await Simulation.create({ device, domain });
  simulation.addField('u', 'float16', 0);
  simulation.addParameter('k', 'float', 1);
  simulation.registerKernel('mean', {
    inputs: ['u'],
    outputs: ['u'],
    parameters: ['k'],
    glsl: kernelText('write_u(v, k * read_u(v.coord + ivec3(1, 0, 0)));'),
  });
  const text = await simulation.explainStencil('mean');
  expect(text.replace(/^(Registers|Machine).*\n/m, '')).toMatchInlineSnapshot(`
    "Kernel "mean" on level 0

    Source
         1 | #include "halocline.glsl"
         2 | layout(local_size_x = 256) in;
         3 | void main() {
         4 |   for (uint turn = 0; turn < turns(); turn++) {
         5 |     Voxel v;
         6 |     if (!takeVoxel(turn, v)) continue;
         7 |     write_u(v, k * read_u(v.coord + ivec3(1, 0, 0)));
         8 |   }
         9 | }

    GLSL, entry point "main", one workgroup for each two leaves
    Parameters: float k
    Written into second copies: u
    Copied before it runs, which overwrites: true would spare: u
    Bytes a voxel: 2 read (u), 2 written (u)
    What it includes is printed by kernelHeader("mean")"
  `);
});

gpuTest('a name that nobody gave is refused', {}, async ({ device }) => {
  await using simulation = await Simulation.create({ device, domain });
  simulation.addField('u', 'float32', 0);
  simulation.addStencil('grow', { outputs: ['u'], code: 'WriteField("u", idx, 1.0);' });
  await expect(simulation.explainStencil('grew')).rejects.toThrow(
    'Cannot explain stencil "grew": there is none of that name (did you mean "grow"?); the stencils are "grow"',
  );
});
