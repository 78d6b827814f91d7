/** @file What a pipeline's stages hand on: each reads what the one before it writes, as what it was written. */

import { VulkanError } from '../errors.ts';
import type { ShaderPort } from '../shader/stage-interface.ts';
import { vertexNumber } from './graphics-state.ts';
import type { VertexBufferLayout } from './graphics-state.ts';

const ALL = 15;

/** Its components at each of its locations, as bits. */
function componentBits({ component = 0, components }: ShaderPort): number {
  return (ALL >> (4 - components)) << component;
}

function covers({ location, locations }: ShaderPort, at: number): boolean {
  return location <= at && at < location + locations;
}

function refusal(label: string, what: string): VulkanError {
  return new VulkanError(`Cannot create pipeline "${label}": ${what}`, { kind: 'pipeline-creation', labels: [label] });
}

/**
 * Throws where the vertex shader reads numbers of 64 bits: attributes are converted to no others, and no vertex format has them
 * (VkGraphicsPipelineCreateInfo, rule 08930).
 */
export function checkWidths(label: string, inputs: readonly ShaderPort[]): void {
  const wide = inputs.find(({ bits }) => bits === 64);
  if (wide === undefined) return;
  const what = `its vertex shader reads ${wide.type} of 64 bits at location ${wide.location} ${wide.name}`;
  throw refusal(label, `${what}, which no vertex format has; read two uint for each, and put them together there`);
}

/** Throws unless each attribute that the vertex shader reads holds numbers of its kind. */
export function checkAttributes(
  label: string,
  buffers: readonly VertexBufferLayout[],
  inputs: readonly ShaderPort[],
): void {
  for (const { location, format } of buffers.flatMap(({ attributes }) => attributes)) {
    const input = inputs.find((each) => covers(each, location));
    const given = vertexNumber(format);
    if (input === undefined || input.type === given) continue;
    throw refusal(
      label,
      `its vertex shader reads ${input.type} at location ${location} ${input.name}, of which the attribute has format ${format}; give a format of ${input.type}`,
    );
  }
}

/** Throws unless the vertex shader writes all that the fragment shader reads. */
export function checkHandedOn(label: string, outputs: readonly ShaderPort[], inputs: readonly ShaderPort[]): void {
  for (const input of inputs) {
    for (let at = input.location; at < input.location + input.locations; at++) {
      const there = outputs.filter((each) => covers(each, at));
      const what = `its fragment shader reads ${input.components} ${input.type} at location ${at} ${input.name}`;
      if (there.length === 0) throw refusal(label, `${what}, which its vertex shader doesn't write; write it there`);
      const other = there.find(
        (each) =>
          (each.type !== input.type || each.bits !== input.bits) && (componentBits(each) & componentBits(input)) !== 0,
      );
      if (other) {
        const bits = other.bits === input.bits ? '' : ` of ${other.bits} bits`;
        throw refusal(label, `${what}, where its vertex shader writes ${other.type}${bits}; write what is read`);
      }
      const written = there.reduce((all, each) => all | componentBits(each), 0);
      if ((componentBits(input) & ~written) === 0) continue;
      const count = there.reduce((sum, { components }) => sum + components, 0);
      throw refusal(label, `${what}, where its vertex shader writes ${count}; write as many`);
    }
  }
}
