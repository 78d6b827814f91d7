/** @file What a device takes of vertex buffers: how many, how far apart their vertices lie, and attributes where. */

import type * as V from '@halocline/vulkan';
import type { Driver } from '../device/driver.ts';
import { pipelineProperties } from './driver-properties.ts';

/** Throws RangeError unless the device takes these vertex buffers, and no location is given twice. */
export function checkVertexLimits(
  driver: Driver,
  label: string,
  bindings: readonly Required<V.VkVertexInputBindingDescription>[],
  attributes: readonly Required<V.VkVertexInputAttributeDescription>[],
): void {
  const { maxVertexBuffers, maxAttributes, maxVertexStride, maxAttributeOffset } = pipelineProperties(driver);
  const refuse = (what: string): RangeError => new RangeError(`Cannot create pipeline "${label}": ${what}`);
  const check = (what: string, value: number, most: number): void => {
    if (Number.isInteger(value) && value >= 0 && value <= most) return;
    throw refuse(`${what} is ${value}; device "${driver.name}" takes whole numbers from 0 to ${most}`);
  };
  if (bindings.length > maxVertexBuffers) {
    throw refuse(
      `it reads ${bindings.length} vertex buffers, and device "${driver.name}" allows ${maxVertexBuffers}; put attributes side by side`,
    );
  }
  for (const { binding, stride } of bindings) check(`byteStride of vertex buffer ${binding}`, stride, maxVertexStride);
  const given = new Set<number>();
  for (const { location, offset } of attributes) {
    check('the location of an attribute', location, maxAttributes - 1);
    check(`byteOffset of the attribute at location ${location}`, offset, maxAttributeOffset);
    if (given.has(location)) throw refuse(`two attributes have location ${location}; give each its own`);
    given.add(location);
  }
}
