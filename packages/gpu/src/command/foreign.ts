/** @file What belongs to another device: its handles mean nothing here, and drivers crash over them. */

import type { Driver } from '../device/driver.ts';
import { VulkanError } from '../errors.ts';

/** The error for something of another device; `act` is the sentence's beginning, `labels` are what else it is about. */
export function foreign(
  act: string,
  { kind, label, driver }: { readonly kind: string; readonly label: string; readonly driver?: Driver },
  ...labels: readonly string[]
): VulkanError {
  const whose = driver === undefined ? 'another device' : `another device, "${driver.name}"`;
  return new VulkanError(`${act}: ${kind} "${label}" is of ${whose}; make one of this device`, {
    kind: kind === 'buffer' ? 'buffer' : 'command-buffer',
    labels: [label, ...labels],
  });
}
