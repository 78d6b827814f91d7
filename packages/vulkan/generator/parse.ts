/**
 * @file Stage one: the text of vk.xml becomes a tree of plain elements, in document order, and nothing more.
 *
 * Vulkan's registry mixes text and tags (`const <type>char</type>* <name>pName</name>[4]`), so order must survive.
 * What is meant for other APIs (Vulkan SC) is dropped here, by the `api` attribute.
 */
import { XMLParser } from 'fast-xml-parser';

/** One XML element: its tag, its attributes, and its children in order (text is a string). */
export interface Element {
  readonly tag: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly (Element | string)[];
}

/** What fast-xml-parser gives with `preserveOrder`: one key is the tag, `:@` holds the attributes. */
type Node = Record<string, unknown>;

/** The root element `<registry>` of a vk.xml text, without what is marked for other APIs only. */
export function parse(xml: string): Element {
  const parser = new XMLParser({
    preserveOrder: true,
    ignoreAttributes: false,
    attributeNamePrefix: '',
    trimValues: false,
    parseTagValue: false,
    parseAttributeValue: false,
    processEntities: true,
  });
  const root = (parser.parse(xml) as Node[])
    .map(toElement)
    .find((it) => typeof it !== 'string' && it.tag === 'registry');
  if (root === undefined || typeof root === 'string') {
    throw new TypeError('Cannot parse the Vulkan registry: it has no <registry> element; pass the path of a vk.xml');
  }
  return root;
}

function toElement(node: Node): Element | string {
  const tag = Object.keys(node).find((key) => key !== ':@') ?? '';
  if (tag === '#text') return String(node['#text']);
  const children = (node[tag] as Node[]).map(toElement);
  return {
    tag,
    attributes: (node[':@'] ?? {}) as Record<string, string>,
    children: children.filter((it) => typeof it === 'string' || isForVulkan(it)),
  };
}

function isForVulkan(element: Element): boolean {
  const api = element.attributes['api'];
  return api === undefined || api.split(',').includes('vulkan');
}

/** The child elements with one of these tags. */
export function childrenOf(element: Element, ...tags: string[]): Element[] {
  return element.children.filter((it): it is Element => typeof it !== 'string' && tags.includes(it.tag));
}

/** All text under an element, comments left out, as C would read it. */
export function textOf(element: Element): string {
  return element.children.map((it) => (typeof it === 'string' ? it : it.tag === 'comment' ? '' : textOf(it))).join('');
}

/** The text of the first child with this tag, or undefined. */
export function childText(element: Element, tag: string): string | undefined {
  const child = childrenOf(element, tag)[0];
  return child === undefined ? undefined : textOf(child).trim();
}
