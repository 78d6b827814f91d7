/** @file What goes in and out of a shader stage by location: the attributes of a vertex, the colours of a fragment. */

import { arrayLength } from './spirv-constants.ts';
import { malformed, opcodeAt, place } from './spirv-module.ts';
import type { SpirvModule } from './spirv-module.ts';
import { variable } from './reflection-types.ts';
import { Decoration, Op, StorageClass } from './spirv-words.ts';

/** A variable that a stage reads from the one before it, or hands on. */
export interface ShaderPort {
  /** The first location that it takes. */
  readonly location: number;
  readonly name: string;
  readonly type: 'float' | 'int' | 'uint';
  /** Bits of a component. */
  readonly bits: number;
  /** Components at a location, 1 to 4. */
  readonly components: number;
  /** Locations that it takes: columns of a matrix, elements of an array; two each where 64 bits don't fit into one. */
  readonly locations: number;
  /** Its first component at a location, where that isn't 0. */
  readonly component?: number;
}

/** The ports of one direction, in order of location. Built-in variables have none. */
export function portsOf(module: SpirvModule, ids: ReadonlySet<number>, direction: 'input' | 'output'): ShaderPort[] {
  const ports: ShaderPort[] = [];
  const wanted = direction === 'input' ? StorageClass.Input : StorageClass.Output;
  for (const at of module.variables) {
    const { id, storage, type: declared } = variable(module, at);
    if (storage !== wanted || !ids.has(id)) continue;
    const decorations = module.decorations.get(id);
    // What a fragment shader reads of each vertex of its triangle, in an array, was written once.
    const type = decorations?.has(Decoration.PerVertex) === true ? elementOf(module, declared, at) : declared;
    const name = module.names.get(id) ?? '';
    if (opcodeAt(module, place(module, type, at)) === Op.TypeStruct) {
      ports.push(...memberPorts(module, type, at, name, decorations?.get(Decoration.Location)));
    } else {
      const port = portOf(module, type, at, name, decorations, decorations?.get(Decoration.Location));
      if (port) ports.push(port);
    }
  }
  return ports.sort((a, b) => a.location - b.location);
}

function elementOf(module: SpirvModule, type: number, by: number): number {
  const at = place(module, type, by);
  return opcodeAt(module, at) === Op.TypeArray ? module.words[at + 2]! : type;
}

/** The members of a block or a struct: each with a location of its own, or behind the one before it. */
function memberPorts(
  module: SpirvModule,
  type: number,
  by: number,
  name: string,
  first: number | undefined,
): ShaderPort[] {
  const at = place(module, type, by);
  const ports: ShaderPort[] = [];
  let next = first;
  for (let index = 0; index < (module.words[at]! >>> 16) - 2; index++) {
    const decorations = module.memberDecorations.get(type)?.[index];
    const member = `${name}.${module.memberNames.get(type)?.[index] ?? index}`;
    const location = decorations?.get(Decoration.Location) ?? next;
    const port = portOf(module, module.words[at + 2 + index]!, at, member, decorations, location);
    next = port && port.location + port.locations;
    if (port) ports.push(port);
  }
  return ports;
}

function portOf(
  module: SpirvModule,
  type: number,
  by: number,
  name: string,
  decorations: ReadonlyMap<number, number> | undefined,
  location: number | undefined,
): ShaderPort | undefined {
  if (location === undefined || decorations?.has(Decoration.BuiltIn) === true) return undefined;
  const shape = shapeOf(module, type, by, 0);
  const component = decorations?.get(Decoration.Component) ?? 0;
  return shape && { location, name, ...shape, ...(component > 0 && { component }) };
}

type Shape = Omit<ShaderPort, 'location' | 'name' | 'component'>;

const DEEPEST = 8;
const MOST_LOCATIONS = 256;

/** Undefined for what has no plain shape: a struct within another, or an array of them. */
function shapeOf(module: SpirvModule, type: number, by: number, depth: number): Shape | undefined {
  const at = place(module, type, by);
  const { words } = module;
  if (depth > DEEPEST) return undefined;
  switch (opcodeAt(module, at)) {
    case Op.TypeFloat:
      return { type: 'float', bits: words[at + 2]!, components: 1, locations: 1 };
    case Op.TypeInt:
      return { type: words[at + 3] === 1 ? 'int' : 'uint', bits: words[at + 2]!, components: 1, locations: 1 };
    case Op.TypeVector: {
      const element = shapeOf(module, words[at + 2]!, at, depth + 1);
      if (words[at + 3]! > 4) throw malformed(at, `a vector of a port has ${words[at + 3]} components`);
      return (
        element && { ...element, components: words[at + 3]!, locations: element.bits * words[at + 3]! > 128 ? 2 : 1 }
      );
    }
    case Op.TypeMatrix: {
      const column = shapeOf(module, words[at + 2]!, at, depth + 1);
      if (words[at + 3]! > 4) throw malformed(at, `a matrix has ${words[at + 3]} columns`);
      return column && { ...column, locations: column.locations * words[at + 3]! };
    }
    case Op.TypeArray: {
      const element = shapeOf(module, words[at + 2]!, at, depth + 1);
      const locations = (element?.locations ?? 0) * arrayLength(module, at);
      if (locations > MOST_LOCATIONS) throw malformed(at, `type ${type} of a port takes ${locations} locations`);
      return element && { ...element, locations };
    }
    default:
      return undefined;
  }
}
