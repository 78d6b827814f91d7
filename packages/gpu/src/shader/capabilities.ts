/**
 * @file What SPIR-V's capabilities need of a device, by the registry's word: a version, an extension, a feature, or a property. Each
 * capability has several ways to be allowed, of which one will do.
 * Source: `spirvcapabilities` of the registry; Vulkan specification, appendix "Vulkan Environment for SPIR-V".
 */

import * as V from '@halocline/vulkan';
import { featuresOf } from '../device/extension-features.ts';

/** What of a device allows capabilities. */
export interface CapabilityPlace {
  /** The features that are on, and the extensions. */
  readonly features: Readonly<Record<string, boolean>>;
  readonly extensions: readonly string[];
  readonly limits: {
    /** Properties that capabilities ask for, by Vulkan's names; true is 1. */
    readonly shaderProperties: Readonly<Record<string, number>>;
  };
}

/** One way in which a capability is allowed: a place alone, or what there is in one of these places. */
interface Way {
  /** Versions and extensions, such as "VK_VERSION_1_2" or "VK_KHR_ray_query". */
  readonly places: readonly string[];
  readonly feature?: string;
  /** A property, and the constant whose bits it must have. */
  readonly property?: { readonly name: string; readonly constant: string; readonly bits: number };
}

/** The versions that every device is opened with: what a later one took up is there by its extension. */
const VERSIONS: readonly string[] = ['VK_VERSION_1_0', 'VK_VERSION_1_1', 'VK_VERSION_1_2', 'VK_VERSION_1_3'];

/** Names of capabilities whose number bears a newer one too: the registry tells the ways of each name. */
const NEWER_NAMES: ReadonlyMap<string, string> = new Map([
  ['CooperativeMatrixReductionsNV', 'CooperativeMatrixReductionsEXT'],
  ['CooperativeMatrixPerElementOperationsNV', 'CooperativeMatrixPerElementOperationsEXT'],
]);

let ways: ReadonlyMap<string, readonly Way[]> | undefined;

/** The ways to each capability, by its name; what isn't in it is no capability of Vulkan. */
function capabilityWays(): ReadonlyMap<string, readonly Way[]> {
  ways ??= readWays();
  return ways;
}

function readWays(): ReadonlyMap<string, readonly Way[]> {
  const found = new Map<string, readonly Way[]>();
  for (const line of V.spirvCapabilities) {
    const [first = '', ...texts] = line.split(' ');
    const name = NEWER_NAMES.get(first) ?? first;
    found.set(name, [...(found.get(name) ?? []), ...texts.map(readWay)]);
  }
  return found;
}

/** Reads `place,place`, `place:feature` or `place:property&CONSTANT=number`. */
function readWay(text: string): Way {
  const [list = '', what] = text.split(':');
  const places = list.split(',');
  if (what === undefined) return { places };
  const [name = '', constant, bits] = what.split(/[&=]/);
  return constant === undefined
    ? { places, feature: name }
    : { places, property: { name, constant, bits: Number(bits) } };
}

/** The names of the properties that capabilities ask for. */
export function askedProperties(): string[] {
  const all = [...capabilityWays().values()].flat();
  return [...new Set(all.flatMap(({ property }) => (property ? [property.name] : [])))];
}

/** Whether Vulkan has a capability of this name. */
export function isOfVulkan(capability: string): boolean {
  return capabilityWays().has(capability);
}

/** What a device lacks for a capability of Vulkan, in words, each of which would do; undefined if it allows it. */
export function lackFor(capability: string, place: CapabilityPlace): string | undefined {
  const all = capabilityWays().get(capability)!.flatMap(byFeatures);
  if (all.some((way) => isThere(way, place) && holds(way, place))) return undefined;
  const named = new Map(all.map((way) => wayWords(way, holds(way, place))).map((words) => [words.join(' '), words]));
  const words = [...named.values()];
  return words.map(([kind, name], n) => (kind === words[n - 1]?.[0] ? name : `${kind} ${name}`)).join(' or ');
}

/** An extension that has features does nothing without one of them: the way by each. */
function byFeatures(way: Way): readonly Way[] {
  if (way.feature !== undefined || way.property !== undefined) return [way];
  const features = way.places.filter((each) => !VERSIONS.includes(each)).flatMap(featuresOf);
  return features.length === 0 ? [way] : features.map((feature) => ({ ...way, feature }));
}

function isThere({ places }: Way, { extensions }: CapabilityPlace): boolean {
  return places.some((each) => VERSIONS.includes(each) || extensions.includes(each));
}

/** Whether the feature is on, or the property as it must be, of whatever place. */
function holds({ feature, property }: Way, { features, limits }: CapabilityPlace): boolean {
  if (feature !== undefined) return features[feature] === true;
  return property === undefined || ((limits.shaderProperties[property.name] ?? 0) & property.bits) === property.bits;
}

/** A way in words, what it is before its name; from where, if that is all that is missing: some names stand in several extensions. */
function wayWords({ places, feature, property }: Way, isThereElsewhere: boolean): [kind: string, name: string] {
  const names = places.map((each) => each.replace(/^VK_VERSION_(\d+)_/, 'Vulkan $1.')).join(' or ');
  const from = isThereElsewhere ? ` of ${names}` : '';
  if (feature !== undefined) return ['feature', feature + from];
  if (property === undefined) return ['extension', names];
  return ['property', `${property.constant === 'VK_TRUE' ? '' : `${property.constant} in `}${property.name}${from}`];
}
