/**
 * @file Features and extensions that a caller asks for: which struct a feature's name stands in, whether a device has it, and
 * the chain that turns it on. Any feature goes by its name alone: one of an extension turns that on too.
 */

import * as V from '@halocline/vulkan';
import type { Instance as InstanceCommands } from '@halocline/vulkan';
import { homesOf } from './extension-features.ts';
import type { FeatureHome } from './extension-features.ts';

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

/** Throws TypeError unless wishes are lists of names. */
export function checkWishes(wishes: DeviceWishes): void {
  for (const what of ['features', 'extensions'] as const) {
    const wish: unknown = wishes[what];
    if (wish === undefined) continue;
    const remedy = 'give { required: [names], wished: [names] }';
    if (typeof wish !== 'object' || wish === null || Array.isArray(wish)) {
      throw new TypeError(`Cannot open a device: ${what} is ${JSON.stringify(wish)}; ${remedy}`);
    }
    for (const [key, names] of Object.entries(wish)) {
      if (key !== 'required' && key !== 'wished') {
        throw new TypeError(`Cannot open a device: ${what} has "${key}"; ${remedy}`);
      }
      if (names === undefined || (Array.isArray(names) && names.every((name) => typeof name === 'string'))) continue;
      throw new TypeError(`Cannot open a device: ${what}.${key} is ${JSON.stringify(names)}; give a list of names`);
    }
  }
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

/** The struct of this name, if it is bound. */
function structNamed(name: string): FeatureStruct | undefined {
  return vulkan[name] as FeatureStruct | undefined;
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
  readonly report: {
    readonly features: Readonly<Record<string, boolean>>;
    readonly extensions: readonly string[];
    readonly missing: readonly string[];
  };
}

/** How a place of features begins that is a version. */
const VERSION = 'VK_VERSION_';

/** What turns a feature on beyond its name, where the device has it; else why it can't be turned on, in words. */
type Finding = { readonly struct?: FeatureStruct; readonly extension?: string } | { readonly lack: string };

/** Looks for a feature on a device; of several extensions that have it, one of `preferred` comes first. */
function find(
  instance: InstanceCommands,
  { handle, report }: FeatureOwner,
  name: string,
  preferred: readonly string[],
): Finding {
  if (Object.hasOwn(report.features, name)) return report.features[name] === true ? {} : { lack: `feature ${name}` };
  const homes = homesOf(name);
  const lack = { lack: `feature ${name}${whyNot(homes)}` };
  for (const { struct: structName, extensions } of homes) {
    const struct = structNamed(structName);
    const there = extensions.filter((each) => report.extensions.includes(each));
    const extension = there.find((each) => preferred.includes(each)) ?? there[0];
    if (struct === undefined || extension === undefined) continue;
    if (read(instance, handle, [struct]).get(name) === true) return { struct, extension };
  }
  return lack;
}

/** Where a feature would come from that a device doesn't have, and what names it wrongly. */
function whyNot(homes: readonly FeatureHome[]): string {
  if (homes.length === 0) return ' (Vulkan has none of that name)';
  const places = homes.flatMap((home) => home.extensions);
  const extensions = places.filter((each) => !each.startsWith(VERSION));
  if (extensions.length === 0) return ` (of Vulkan ${places[0]!.slice(VERSION.length).replace('_', '.')} alone)`;
  if (homes.some((home) => structNamed(home.struct) !== undefined)) return ` (of ${extensions.join(' or ')})`;
  return ` (its struct is not generated: npm run generate -- PATH/vk.xml ${extensions.at(-1)})`;
}

/** Everything that a device lacks, in words: for the runtime, and of what is required. */
export function missingOf(instance: InstanceCommands, device: FeatureOwner, wishes: DeviceWishes): string[] {
  const { report } = device;
  // Below Vulkan 1.3 no features are read.
  const required = Object.keys(report.features).length === 0 ? [] : (wishes.features?.required ?? []);
  const features = required
    .map((name) => find(instance, device, name, asked(wishes.extensions)))
    .flatMap((found) => ('lack' in found ? [found.lack] : []));
  const extensions = (wishes.extensions?.required ?? [])
    .filter((name) => !report.extensions.includes(name))
    .map((name) => `extension ${name}`);
  return [...new Set([...report.missing, ...features, ...extensions])];
}

function asked(wish: Wish | undefined): readonly string[] {
  return [...(wish?.required ?? []), ...(wish?.wished ?? [])];
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
  const extensions = new Set(
    [...own.extensions, ...asked(wishes.extensions)].filter((name) => report.extensions.includes(name)),
  );
  const names = new Set(own.features.filter((name) => report.features[name] === true));
  const more = new Set<FeatureStruct>();
  for (const name of asked(wishes.features)) {
    const found = find(instance, device, name, [...extensions]);
    if ('lack' in found) continue;
    names.add(name);
    if (found.struct) more.add(found.struct);
    if (found.extension !== undefined) extensions.add(found.extension);
  }
  const features = Object.fromEntries([...names].map((name) => [name, true]));
  const on = (name: string): boolean => names.has(name);
  const structs = new Set([...ownStructs([...extensions]), ...more]);
  const write = (): V.Link<'VkDeviceCreateInfo'> => {
    const core = Object.fromEntries([...names].map((name) => [name, V.VK_TRUE]));
    return V.VkPhysicalDeviceFeatures2({ pNext: chainOf([...structs], on), features: core });
  };
  return { features, extensions: [...extensions], write };
}
