/**
 * @file Features and extensions that a caller asks for: which struct a feature's name stands in, whether a device has it, and
 * the chain that turns it on. Any feature of Vulkan 1.0 to 1.3 goes by its name alone; one of an extension by its name beside
 * the extension's.
 */

import * as V from '@halocline/vulkan';
import type { Instance as InstanceCommands } from '@halocline/vulkan';

/** Names that must be there, and names that are taken where they are. */
export interface Wish {
  readonly required?: readonly string[];
  readonly wished?: readonly string[];
}

/** What is asked of a device beyond what the runtime itself uses, by Vulkan's names. */
export interface DeviceWishes {
  readonly features?: Wish;
  readonly extensions?: Wish;
}

/** What may stand in the chain of a device's features. */
type FeatureHead = 'VkPhysicalDeviceFeatures2' | 'VkDeviceCreateInfo';
type FeatureLink = V.Link<FeatureHead> | V.Pointer<never>;
type FeatureStruct = V.LinkStruct<{ pNext?: FeatureLink }, FeatureHead>;

/** Features of the versions of the core; of extensions that the runtime itself turns on, by the extension. */
const CORE: readonly FeatureStruct[] = [
  V.VkPhysicalDeviceVulkan11Features,
  V.VkPhysicalDeviceVulkan12Features,
  V.VkPhysicalDeviceVulkan13Features,
] as readonly FeatureStruct[];
const OF_EXTENSIONS: ReadonlyMap<string, FeatureStruct> = new Map([
  [V.VK_EXT_SHADER_ATOMIC_FLOAT_EXTENSION_NAME, V.VkPhysicalDeviceShaderAtomicFloatFeaturesEXT as FeatureStruct],
  [V.VK_EXT_DEVICE_FAULT_EXTENSION_NAME, V.VkPhysicalDeviceFaultFeaturesEXT as FeatureStruct],
  [V.VK_EXT_CONDITIONAL_RENDERING_EXTENSION_NAME, V.VkPhysicalDeviceConditionalRenderingFeaturesEXT as FeatureStruct],
  [
    V.VK_KHR_PIPELINE_EXECUTABLE_PROPERTIES_EXTENSION_NAME,
    V.VkPhysicalDevicePipelineExecutablePropertiesFeaturesKHR as FeatureStruct,
  ],
]);

/** The structs of the runtime's own features on a device with these extensions. */
function ownStructs(extensions: readonly string[]): FeatureStruct[] {
  const more = [...OF_EXTENSIONS].filter(([name]) => extensions.includes(name)).map(([, struct]) => struct);
  return [...CORE, ...more];
}

const namesIn = new Map<FeatureStruct, readonly string[]>();

/** The names of a struct's features. */
function featureNames(struct: FeatureStruct): readonly string[] {
  let names = namesIn.get(struct);
  if (!names) {
    const zero = V.arena.scope(() => struct.read(struct.allocate()));
    names = Object.keys(zero).filter((name) => name !== 'sType' && name !== 'pNext');
    namesIn.set(struct, names);
  }
  return names;
}

/** Everything that is bound, by name; as unknown, since a type of it all together is slow to check. */
const vulkan: Readonly<Record<string, unknown>> = V;

/** The struct of an extension that has a feature of this name; undefined if no extension that is bound has. */
function extensionStruct(feature: string): FeatureStruct | undefined {
  for (const [name, value] of Object.entries(vulkan)) {
    if (!/^VkPhysicalDevice(?!Vulkan\d)\w+Features[A-Z]*$/.test(name)) continue;
    const struct = value as FeatureStruct;
    if (featureNames(struct).includes(feature)) return struct;
  }
  return undefined;
}

/** Writes structs into one chain, each with the features that `on` names; to be called in a scope of the arena. */
function chainOf(structs: readonly FeatureStruct[], on: (name: string) => boolean): FeatureLink {
  let chain: FeatureLink = V.NULL;
  for (const struct of structs) {
    const features = Object.fromEntries(featureNames(struct).map((name) => [name, on(name) ? V.VK_TRUE : V.VK_FALSE]));
    chain = struct({ pNext: chain, ...features });
  }
  return chain;
}

/** The features of a physical device, in the core's structs and in these. */
function read(instance: InstanceCommands, handle: V.VkPhysicalDevice, structs: readonly FeatureStruct[]) {
  return V.arena.scope(() => {
    const out = V.VkPhysicalDeviceFeatures2.allocate({ pNext: chainOf(structs, () => false) });
    instance.vkGetPhysicalDeviceFeatures2(handle, out);
    const { features, pNext } = V.VkPhysicalDeviceFeatures2.read(out);
    const found = new Map<string, boolean>();
    for (const [name, value] of Object.entries(features)) found.set(name, value === V.VK_TRUE);
    let address: bigint = pNext;
    for (const struct of structs.toReversed()) {
      const values = struct.read(address) as Record<string, unknown> & { readonly pNext: bigint };
      for (const name of featureNames(struct)) found.set(name, values[name] === V.VK_TRUE);
      address = values.pNext;
    }
    return found;
  });
}

/** Every feature of Vulkan 1.0 to 1.3, and of the extensions that the runtime uses, by Vulkan's names. */
export function readFeatures(
  instance: InstanceCommands,
  handle: V.VkPhysicalDevice,
  extensions: readonly string[],
): Record<string, boolean> {
  return Object.fromEntries(read(instance, handle, ownStructs(extensions)));
}

/** A physical device as this file sees it. */
export interface FeatureOwner {
  readonly handle: V.VkPhysicalDevice;
  readonly report: { readonly features: Readonly<Record<string, boolean>>; readonly extensions: readonly string[] };
}

/** Whether a device has a feature; throws RangeError for a name that Vulkan doesn't know. */
function hasFeature(instance: InstanceCommands, { handle, report }: FeatureOwner, name: string): boolean {
  const known = report.features[name];
  if (known !== undefined) return known;
  const struct = extensionStruct(name);
  if (!struct) {
    throw new RangeError(`Cannot ask for feature "${name}": Vulkan has none of that name; see its specification`);
  }
  return read(instance, handle, [struct]).get(name) === true;
}

/** Everything that is required and that a device lacks, in words. */
export function missingOf(instance: InstanceCommands, device: FeatureOwner, wishes: DeviceWishes): string[] {
  const features = (wishes.features?.required ?? []).filter((name) => !hasFeature(instance, device, name));
  const extensions = (wishes.extensions?.required ?? []).filter((name) => !device.report.extensions.includes(name));
  return [...features.map((name) => `feature ${name}`), ...extensions.map((name) => `extension ${name}`)];
}

/** What is turned on: names, and a function that writes the chain for VkDeviceCreateInfo into the arena. */
export interface FeatureChoice {
  readonly features: Readonly<Record<string, boolean>>;
  readonly extensions: readonly string[];
  readonly write: () => V.Link<'VkDeviceCreateInfo'>;
}

/** Takes, of what the runtime uses (`own`) and of what is asked for, all that the device has. */
export function chooseFeatures(
  instance: InstanceCommands,
  device: FeatureOwner,
  own: { readonly features: readonly string[]; readonly extensions: readonly string[] },
  wishes: DeviceWishes,
): FeatureChoice {
  const { report } = device;
  const asked = (wish: Wish | undefined): readonly string[] => [...(wish?.required ?? []), ...(wish?.wished ?? [])];
  const extensions = [...new Set([...own.extensions, ...asked(wishes.extensions)])].filter((name) =>
    report.extensions.includes(name),
  );
  const names = [
    ...own.features.filter((name) => report.features[name] === true),
    ...asked(wishes.features).filter((name) => hasFeature(instance, device, name)),
  ];
  const features = Object.fromEntries(names.map((name) => [name, true]));
  const on = (name: string): boolean => features[name] === true;
  const structs = new Set(ownStructs(extensions));
  for (const name of names) {
    if (report.features[name] !== undefined) continue;
    const struct = extensionStruct(name);
    if (struct) structs.add(struct);
  }
  const write = (): V.Link<'VkDeviceCreateInfo'> => {
    const core = Object.fromEntries(names.map((name) => [name, V.VK_TRUE]));
    return V.VkPhysicalDeviceFeatures2({ pNext: chainOf([...structs], on), features: core });
  };
  return { features, extensions, write };
}
