/** @file Checks of a stencil's declaration, before its text is read: names, inputs, outputs, parameters, radius. */

import type { Environment, FieldType, StencilSource } from '../ir.ts';
import { StencilError } from '../stencil-error.ts';
import { fieldNames, resolveField } from './field-names.ts';
import { nearestName, quotedList } from './nearest-name.ts';

/** Throws where the declaration can not hold, whatever the text says. */
export function checkDeclaration(stencil: StencilSource, environment: Environment): void {
  const fail = (problem: string): StencilError => new StencilError(stencil.name, problem);
  if (typeof stencil.code !== 'string') throw fail('its code is not a text; give the statements as a string');
  checkTwice(stencil.inputs, 'input', fail);
  checkTwice(stencil.outputs, 'output', fail);
  for (const input of stencil.inputs) checkInput(stencil, environment, input);
  for (const output of stencil.outputs) {
    const taken = resolveField(environment.fields, output);
    if (taken === undefined && !/^[A-Za-z_][A-Za-z0-9_]*$/.test(output)) {
      throw fail(`the output "${output}" is no name; use letters, digits and _, not a digit first`);
    }
  }
  for (const name of stencil.parameters ?? []) checkParameter(stencil, environment, name);
  const { neighborRadius, color } = stencil;
  if (neighborRadius !== undefined && !(Number.isInteger(neighborRadius) && neighborRadius >= 0)) {
    const given = typeof neighborRadius === 'string' ? `"${neighborRadius as string}"` : String(neighborRadius);
    throw fail(`neighborRadius is ${given}; give a whole number of voxels, 0 or more`);
  }
  if (color !== undefined && color !== 'red' && color !== 'black') {
    throw fail(`color is "${String(color)}"; give "red" or "black"`);
  }
}

function checkTwice(names: readonly string[], what: string, fail: (problem: string) => StencilError): void {
  const twin = names.find((name, i) => names.indexOf(name) !== i);
  if (twin !== undefined) throw fail(`the ${what} "${twin}" is named twice; remove one`);
}

function checkInput(stencil: StencilSource, environment: Environment, input: string): void {
  const levels = [environment.fields, environment.coarseFields, environment.fineFields];
  if (levels.some((fields) => fields !== undefined && resolveField(fields, input) !== undefined)) return;
  const all = new Map<string, FieldType>(levels.flatMap((fields) => [...(fields ?? [])]));
  const nearest = nearestName(input, fieldNames(all));
  const advice = nearest === undefined ? `the fields are ${quotedList([...all.keys()])}` : `did you mean "${nearest}"?`;
  throw new StencilError(stencil.name, `there is no field "${input}" for an input; ${advice}`);
}

function checkParameter(stencil: StencilSource, environment: Environment, name: string): void {
  if (environment.parameters.has(name)) return;
  const nearest = nearestName(name, environment.parameters.keys());
  const advice =
    nearest === undefined
      ? `the parameters are ${quotedList([...environment.parameters.keys()])}`
      : `did you mean "${nearest}"?`;
  throw new StencilError(stencil.name, `there is no parameter "${name}"; ${advice}`);
}
