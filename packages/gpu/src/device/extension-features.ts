/** @file Which structs have a feature of an extension, and which extensions bring them: vk.xml's word on it, by the feature. */

import * as V from '@halocline/vulkan';

/** A struct that has a feature. */
export interface FeatureHome {
  /** Its C name. */
  readonly struct: string;
  /** The extensions that have it, each of which will do; a version's struct has that version, such as "VK_VERSION_1_4". */
  readonly extensions: readonly string[];
}

let homes: ReadonlyMap<string, readonly FeatureHome[]> | undefined;

/** Every struct that has a feature of this name; none if Vulkan has no such feature. Some names stand in several. */
export function homesOf(feature: string): readonly FeatureHome[] {
  homes ??= readHomes();
  return homes.get(feature) ?? [];
}

/** The features that an extension has, by name; none of many. */
export function featuresOf(extension: string): string[] {
  homes ??= readHomes();
  return [...homes]
    .filter(([, places]) => places.some((each) => each.extensions.includes(extension)))
    .map(([name]) => name);
}

function readHomes(): ReadonlyMap<string, readonly FeatureHome[]> {
  const found = new Map<string, FeatureHome[]>();
  for (const line of V.deviceFeatures) {
    const [struct = '', places = '', ...features] = line.split(' ');
    const home = { struct, extensions: places.split(',') };
    for (const feature of features) found.set(feature, [...(found.get(feature) ?? []), home]);
  }
  return found;
}
