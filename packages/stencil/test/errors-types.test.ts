import { describe, expect, test } from 'vitest';
import { errorOf, expectedError } from './compile-text.ts';

describe('a name that means nothing gets advice', () => {
  test.each([
    ['float a = «b»;', 'there is no variable "b"; declare it first, as in float b = …;'],
    ['float a = «bouyancy»;', 'there is no variable "bouyancy"; did you mean "buoyancy"?'],
    ['float a = «density»;', '"density" is a field; write ReadField("density", coord) to read it'],
    ['float a = «idx»;', 'idx is a place, no number; give it to ReadField or WriteField, or use coord'],
    ['float a = «sin»;', '"sin" is a function; write sin(…) to call it'],
    ['float a = «sinus»(1.0);', 'there is no function "sinus"; define it, or use one of the built-in functions'],
    ['float a = «atan2»(1.0, 2.0);', 'there is no function "atan2"; write atan(y, x)'],
    ['float a = «lerp»(1.0, 2.0, 0.5);', 'there is no function "lerp"; write mix(a, b, t)'],
    ['float «coord» = 1.0;', '"coord" is the voxel\'s own place; choose another name'],
    ['float a = 1.0; float «a» = 2.0;', '"a" is declared already, in line 1; rename one, or assign without the type'],
  ])('%s', (marked, problem) => {
    expect(errorOf(marked)).toBe(expectedError(marked, problem));
  });
});

describe('a type that does not fit is named with the one that does', () => {
  test.each([
    ['float a = «true»;', '"a" is a float, and this is a bool; convert it with float(…)'],
    ['int a = «1.0»;', '"a" is an int, and this is a float; convert it with int(…)'],
    ['float a = «vec3(1.0)»;', '"a" is a float, and this is a vec3; choose a component, as in .x'],
    ['vec3 a = «1.0»;', '"a" is a vec3, and this is a float; write vec3(…) to fill all components'],
    ['vec3 a = «vec2(1.0)»;', '"a" is a vec3, and this is a vec2; write vec3(…) with the components that are missing'],
    ['vec2 a = «vec3(1.0)»;', '"a" is a vec2, and this is a vec3; choose components, as in .xy'],
    ['bool a = «1»;', '"a" is a bool, and this is an int; convert it with bool(…)'],
    ['bool a = 1.0 «&&» true;', 'the operator && does not take a float and a bool; it takes two bool scalars'],
    ['float a = 1.0 «%» 2.0;', 'the operator % does not take a float and a float; use mod(a, b) for floats'],
    [
      'float a = true «+» 1.0;',
      'the operator + does not take a bool and a float; a bool is no number, use ?: to choose one',
    ],
    [
      'bool a = vec2(1.0) «<» vec2(2.0);',
      'the operator < does not take a vec2 and a vec2; vectors are compared by lessThan(a, b)',
    ],
    [
      'vec2 a = vec2(1.0) «+» vec3(1.0);',
      'the operator + does not take a vec2 and a vec3; both sides need one size, or one of them is a scalar',
    ],
    ['bool a = vec2(1.0) «==» vec3(1.0);', 'the operator == does not take a vec2 and a vec3; both sides need one type'],
    ['int a = 1 «<<» 1.0;', 'the operator << does not take an int and a float; it takes integers'],
    ['int a = «~1.0»;', 'the operator ~ takes integers, not a float; convert it with int(…)'],
    ['bool a = «!1.0»;', 'the operator ! takes a bool, not a float; compare it first, as in x == 0.0'],
    ['bool a = «!bvec2(true)»;', 'the operator ! takes a bool, not a bvec2; use not(…) for vectors'],
    ['float a = «-true»;', 'the operator - takes numbers, not a bool; use ?: to choose a number'],
    ['int a = true «&» false;', 'the operator & does not take a bool and a bool; use &&'],
    ['vec3 a = «vec3(1.0, 2.0)»;', 'vec3(…) needs 3 components and gets 2; give 3 components, or one float for all'],
    ['vec3 a = vec3(1.0, 2.0, 3.0, «4.0»);', 'vec3(…) is full before this argument; remove it'],
    ['vec3 a = «vec3()»;', 'vec3() has no arguments; give 3 components, or one float for all'],
    ['float a = vec3(1.0).«w»;', 'a vec3 has no .w; its components are x, y, z'],
    ['float a = vec3(1.0).«xg»;', '.xg mixes xyzw, rgba and stpq; use letters of one set'],
    ['float a = vec3(1.0).«foo»;', 'a vec3 has no .foo; its components are x, y, z'],
    ['float a = buoyancy.«x»;', 'a float has no components; remove .x'],
    ['vec4 a = vec4(1.0).«xyzwx»;', '.xyzwx has 5 components; a vector has at most 4'],
    ['float a = vec3(1.0)[«3»];', 'a vec3 has no component 3; use 0 to 2'],
    ['float a = vec3(1.0)[«1.0»];', 'an index is an int, and this is a float; convert it with int(…)'],
    ['float a = buoyancy[«0»];', 'a float has no components to index; remove the index'],
    ['if («1.0») {}', 'the condition of if is a bool, and this is a float; compare it, as in x != 0.0'],
    ['while («1») {}', 'the condition of a loop is a bool, and this is an int; compare it, as in x != 0'],
    ['if («bvec2(true)») {}', 'the condition of if is a bool, and this is a bvec2; use any(…) or all(…)'],
    ['float a = «true ? 1.0 : vec2(1.0)»;', 'the values of ?: are a float and a vec2; give both one type'],
  ])('%s', (marked, problem) => {
    expect(errorOf(marked)).toBe(expectedError(marked, problem));
  });
});

describe('what cannot be assigned says why', () => {
  test.each([
    ['const float a = 1.0; «a» = 2.0;', '"a" is const and cannot be assigned; remove the const'],
    ['const float a = dt; «a» += 2.0;', '"a" is const and cannot be assigned; remove the const'],
    ['«dt» = 1.0;', '"dt" is given by the engine and cannot be assigned; use a variable of your own'],
    ['«coord».x = 1;', '"coord" is given by the engine and cannot be assigned; use a variable of your own'],
    ['«buoyancy» = 1.0;', '"buoyancy" is a parameter and cannot be assigned; the host sets it'],
    ['«largest» = 1.0;', '"largest" is a scalar and cannot be assigned; use ReduceSum("largest", …) or its like'],
    ['«density» = 1.0;', '"density" is a field and cannot be assigned; write WriteField("density", idx, …)'],
    ['«foo» = 1.0;', 'there is no variable "foo"; declare it first, as in float foo = …;'],
    ['«1.0» = 2.0;', 'this cannot be assigned; only a variable or its components can stand here'],
    ['vec3 a; a.«xx» = vec2(1.0);', '.xx names a component twice, and cannot be assigned; name each once'],
    [
      'vec3 a; a.xy[«coord.x»] = 1.0;',
      'an index that is computed cannot follow a swizzle on the left of =; index the whole vector',
    ],
    ['bool a; «a++»;', 'the operator ++ takes numbers, not a bool; use = to set it'],
  ])('%s', (marked, problem) => {
    expect(errorOf(marked)).toBe(expectedError(marked, problem));
  });
});
