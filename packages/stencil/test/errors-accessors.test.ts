import { describe, expect, test } from 'vitest';
import { errorOf, expectedError } from './compile-text.ts';

describe('an accessor that is used wrongly says how it is used', () => {
  test.each([
    [
      'float a = ReadField(«density», coord);',
      'the first argument of ReadField is a name in double quotes; write "density"',
    ],
    [
      'float a = ReadField(«"pressure"», coord);',
      '"pressure" is a field, but not among the inputs ("density" and "velocity"); add it to inputs',
    ],
    ['float a = ReadField(«"preshure"», coord);', 'there is no input "preshure"; did you mean "pressure"?'],
    ['float a = ReadField(«"zzzzzz"», coord);', 'there is no input "zzzzzz"; the inputs are "density" and "velocity"'],
    ['float a = «ReadField("density")»;', 'ReadField takes 2 arguments, and gets 1; write ReadField("name", coord)'],
    [
      'float a = ReadField("density", «vec3(1.0)»);',
      'ReadField takes an ivec3 coordinate, and this is a vec3; use WorldToCoord(position) or ivec3(…), or SampleField for positions',
    ],
    [
      'float a = ReadField("density", «1»);',
      'ReadField takes an ivec3 coordinate, and this is an int; give coord, or coord + ivec3(…)',
    ],
    [
      'float a = ReadCoarse(«"pressure"», idx);',
      '"pressure" is a field, but not among the inputs ("density" and "velocity"); add it to inputs',
    ],
    ['float a = ReadCoarse(«"density"», coord);', 'the field "density" is not on the coarser level; add it there'],
    ['float a = ReadFine(«"density"», coord);', 'the field "density" is not on the finer level; add it there'],
    [
      'float a = SampleField("density", «coord»);',
      'SampleField takes a vec3 of world metres, and this is an ivec3; use CoordToWorld(coord) to make one',
    ],
    [
      'float a = SampleField("density", vec3(1.0), «"linear"»);',
      'SampleField samples "trilinear" or "nearest"; write one of the two names',
    ],
    ['float a = «"density"»;', 'a name in quotes is no value; write ReadField("density", coord) to read a field'],
    [
      'WriteField(«"pressure"», idx, 1.0);',
      '"pressure" is a field, but not among the outputs ("density"); add it to outputs',
    ],
    ['WriteField(«"densty"», idx, 1.0);', 'there is no output "densty"; did you mean "density"?'],
    [
      'WriteField("density", «coord + ivec3(1,0,0)», 1.0);',
      'a voxel writes itself and nothing else; give idx as the second argument',
    ],
    [
      'WriteField("density", idx, «vec3(1.0)»);',
      'the field "density" is a float, and this is a vec3; choose a component, as in .x',
    ],
    ['float a = «WriteField("density", idx, 1.0)»;', 'WriteField has no value; call it as a statement of its own'],
    ['«WriteField("density", idx)»;', 'WriteField takes 3 arguments, and gets 2; write WriteField("name", idx, value)'],
    ['IsActive(«1.0»);', 'IsActive takes an ivec3 coordinate, and this is a float; give coord, or coord + ivec3(…)'],
    ['CoordToWorld(«1.0»);', 'CoordToWorld takes an ivec3 or vec3 in index space, and this is a float; give coord'],
    [
      'WorldToCoord(«coord»);',
      'WorldToCoord takes a vec3 of world metres, and this is an ivec3; use CoordToWorld(coord) to make one',
    ],
    [
      'ReduceSum("largest", «vec3(1.0)»);',
      'ReduceSum takes a float, double, int or uint, and this is a vec3; reduce length(…), or each component into a scalar of its own',
    ],
    [
      'ReduceSum("largest", «true»);',
      'ReduceSum takes a float, double, int or uint, and this is a bool; use ReduceAny or ReduceAll',
    ],
    ['ReduceAny("largest", «1.0»);', 'ReduceAny takes a bool, and this is a float; compare it first'],
    [
      'ReduceAny(«"largest"», true);',
      'ReduceAny gives a bool, and the scalar "largest" is a float; declare it as bool',
    ],
    ['ReduceSum("count", «1.0»);', 'the scalar "count" is an int, and this is a float; convert it with int(…)'],
    [
      'ReduceSum("a", 1.0); ReduceMin(«"a"», 1.0);',
      'the scalar "a" is reduced by sum already, and here by min; use two scalars',
    ],
    ['float a = «Laplacian()»;', 'Laplacian takes 1 argument, and gets 0; write Laplacian("name")'],
    ['float a = Laplacian(«"densty"»);', 'there is no input "densty"; did you mean "density"?'],
    ['float a = Laplacian(«density»);', 'the first argument of Laplacian is a name in double quotes; write "density"'],
    [
      'vec3 a = Gradient(«"velocity"»);',
      'Gradient takes a scalar field, and "velocity" is a vec3; give a component, as in Gradient("velocity_x")',
    ],
    [
      'float a = Divergence(«"density"»);',
      'Divergence takes a vec3 field, and "density" is a float; use Gradient("density") for scalars',
    ],
    [
      'vec3 a = Curl(«"density"»);',
      'Curl takes a vec3 field, and "density" is a float; use Gradient("density") for scalars',
    ],
    ['float a = «Random(coord)»;', 'Random takes 2 arguments, and gets 1; write Random(coord, seed)'],
    [
      'float a = Random(«1», 1);',
      'Random takes an ivec3 coordinate, and this is an int; give coord, or coord + ivec3(…)',
    ],
    [
      'float a = Random(coord, «1.0»);',
      'the seed of Random is an int or uint, and this is a float; give a whole number',
    ],
  ])('%s', (marked, problem) => {
    expect(errorOf(marked)).toBe(expectedError(marked, problem));
  });
});

describe('a derivative', () => {
  test('of integers has no place in an integer field', () => {
    const marked = 'float a = Laplacian(«"ids"»);';
    const problem = 'the field "ids" holds integers, and Laplacian divides; keep it in a float field';
    expect(errorOf(marked, { inputs: ['ids'] })).toBe(expectedError(marked, problem));
  });

  test('reads its neighbours, which neighborRadius must allow', () => {
    const marked = 'vec3 a = Gradient(«"density"»);';
    const problem = 'this reads "density" 1 voxel away, and neighborRadius is 0; set neighborRadius to 1 or more';
    expect(errorOf(marked, { neighborRadius: 0 })).toBe(expectedError(marked, problem));
  });
});
