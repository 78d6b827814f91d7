/**
 * @file What a stencil reads of the fields that an earlier one writes, in the grain of components: at its own voxel, or of
 * other voxels.
 */
import { componentsOf, type Expression, type FieldType, type Stencil } from '../ir.ts';
import { visitExpressions } from '../walk.ts';

/** A component of a field on the stencil's own level: `velocity 1`. */
export type Component = string;

/** Components that a stencil reads, by where. */
export interface OwnReads {
  /** By its main text, at the voxel itself. */
  readonly own: ReadonlySet<Component>;
  /** Of other voxels, or from within a function. */
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

/** Whether a node reads the stencil's own voxel. */
export function isOwnTap(node: Expression): node is Expression & { readonly op: 'tap' } {
  return node.op === 'tap' && node.offset.every((distance) => distance === 0);
}

/** What a stencil reads on its own level. */
export function ownReads(stencil: Stencil): OwnReads {
  const types = new Map(stencil.reads.filter(({ level }) => level === 'same').map(({ field, type }) => [field, type]));
  const own = new Set<Component>();
  const far = new Set<Component>();
  const look = (into: (node: Expression) => Set<Component>) => (node: Expression) => {
    if (node.op !== 'tap' && node.op !== 'gather' && node.op !== 'sample') return;
    if (node.op === 'gather' && node.level !== 'same') return;
    for (const index of touched(node.field, node.component, types.get(node.field)!)) {
      into(node).add(componentKey(node.field, index));
    }
  };
  visitExpressions(
    stencil.body,
    look((node) => (isOwnTap(node) ? own : far)),
  );
  for (const { body } of stencil.functions)
    visitExpressions(
      body,
      look(() => far),
    );
  return { own, far };
}

/** The components that a stencil writes. */
export function ownWrites(stencil: Stencil): Set<Component> {
  return new Set(
    stencil.writes.flatMap(({ field, components }) => components.map((index) => componentKey(field, index))),
  );
}
