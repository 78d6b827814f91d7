/**
 * @file What a stencil reads of the fields that an earlier one writes, in the grain of components: at its own voxel, at
 * constant offsets from it, or where it computes.
 */
import { componentsOf } from '../field-types.ts';
import type { Expression, FieldType, Offset, Stencil } from '../ir.ts';
import { visitExpressions } from '../walk.ts';
import { keptAnswer } from './kept-answer.ts';

/** A component of a field on the stencil's own level: `velocity 1`. */
export type Component = string;

/** Components that a stencil reads, by where. */
export interface OwnReads {
  /** By its main text, at the voxel itself. */
  readonly own: ReadonlySet<Component>;
  /** By its main text, at constant offsets other than 0: each offset once. */
  readonly around: ReadonlyMap<Component, readonly Offset[]>;
  /** At computed coordinates, or from within a function. */
  readonly far: ReadonlySet<Component>;
}

/** The name of a component. */
export function componentKey(field: string, component: number): Component {
  return `${field} ${component}`;
}

/** The field that a component belongs to. */
export function fieldOf(component: Component): string {
  return component.slice(0, component.lastIndexOf(' '));
}

/** The components that a read or a write of `component` (−1: the whole value) means. */
export function touched(field: string, component: number, type: FieldType): number[] {
  return component < 0 ? Array.from({ length: componentsOf(type) }, (_, index) => index) : [component];
}

/** Whether an offset is none. */
export function isHere(offset: Offset): boolean {
  return offset.every((distance) => distance === 0);
}

/** One offset behind another. */
export function further(one: Offset, other: Offset): Offset {
  return [one[0] + other[0], one[1] + other[1], one[2] + other[2]];
}

/** What a stencil reads on its own level. */
export const ownReads: (stencil: Stencil) => OwnReads = keptAnswer(findReads);

function findReads(stencil: Stencil): OwnReads {
  const types = new Map(stencil.reads.filter(({ level }) => level === 'same').map(({ field, type }) => [field, type]));
  const own = new Set<Component>();
  const around = new Map<Component, Map<string, Offset>>();
  const far = new Set<Component>();
  const look = (inMain: boolean) => (node: Expression) => {
    if (node.op !== 'tap' && node.op !== 'gather' && node.op !== 'sample') return;
    if (node.op === 'gather' && node.level !== 'same') return;
    for (const index of touched(node.field, node.component, types.get(node.field)!)) {
      const component = componentKey(node.field, index);
      if (node.op !== 'tap' || !inMain) far.add(component);
      else if (isHere(node.offset)) own.add(component);
      else {
        const offsets = around.get(component) ?? new Map<string, Offset>();
        around.set(component, offsets.set(String(node.offset), node.offset));
      }
    }
  };
  visitExpressions(stencil.body, look(true));
  for (const { body } of stencil.functions) visitExpressions(body, look(false));
  return { own, around: new Map([...around].map(([name, offsets]) => [name, [...offsets.values()]])), far };
}

/** The components that a stencil writes. */
export const ownWrites: (stencil: Stencil) => ReadonlySet<Component> = keptAnswer(
  ({ writes }) =>
    new Set(writes.flatMap(({ field, components }) => components.map((index) => componentKey(field, index)))),
);
