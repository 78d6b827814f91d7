/**
 * @file Fields that are sampled at one point: the voxels around it are looked up once for all of them, and their values are on
 * their way together.
 */
import type { Expression, Statement, Stencil } from '../ir.ts';
import { operands, visitExpressions } from '../walk.ts';

/** A sample of the IR. */
export type Sample = Extract<Expression, { op: 'sample' }>;

/** What a sample takes of which field; component −1 is all of them. */
export type SampledField = Pick<Sample, 'field' | 'component'>;

/** Samples of several fields at one point, where one is certain to be followed by the others. */
export interface SampleGroup {
  readonly fields: readonly SampledField[];
}

/** The most components of a group: those of a vector. */
const MOST_COMPONENTS = 4;

/** The sample's place in the fields of a group; −1 where it is not among them. */
export function placeInGroup({ fields }: SampleGroup, { field, component }: SampledField): number {
  return fields.findIndex((each) => each.field === field && each.component === component);
}

/**
 * The groups of a stencil's samples; `widthOf` gives the components of one that may be grouped, else 0. The points are locals: what is
 * computed twice was put into one before.
 */
export function sampleGroups(
  { body, functions }: Stencil,
  widthOf: (sample: Sample) => number,
): ReadonlyMap<Expression, SampleGroup> {
  const bodies = [body, ...functions.map((one) => one.body)];
  const counts = new Map<Expression, number>();
  for (const each of bodies) visitExpressions(each, (node) => void counts.set(node, (counts.get(node) ?? 0) + 1));
  // Of one that stands at two places it isn't known which runs first.
  const finder = new Finder((sample) => (counts.get(sample) === 1 ? widthOf(sample) : 0));
  for (const each of bodies) finder.block(each);
  return finder.found;
}

/** A group to be. */
interface Open {
  readonly fields: SampledField[];
  readonly samples: Sample[];
  width: number;
}

/** Goes over a text in the order of its evaluation. */
class Finder {
  readonly found = new Map<Expression, SampleGroup>();
  readonly #widthOf: (sample: Sample) => number;
  /** Groups that samples may still join: by their point's local, and by how they look up. */
  readonly #open = new Map<number, Map<string, Open>>();

  constructor(widthOf: (sample: Sample) => number) {
    this.#widthOf = widthOf;
  }

  block(statements: readonly Statement[]): void {
    this.#closeAll();
    for (const statement of statements) this.#statement(statement);
    this.#closeAll();
  }

  #statement(node: Statement): void {
    switch (node.op) {
      case 'if':
        this.block(node.then);
        return this.block(node.else);
      case 'loop':
        this.block(node.body);
        return this.block(node.continuing);
      case 'assign':
      case 'assignElement':
      case 'assignIndex':
        if (node.op !== 'assign') this.#expression(node.index);
        this.#expression(node.value);
        return this.#close(node.local);
      case 'clear':
        return this.#close(node.local);
      case 'evaluate':
      case 'write':
      case 'reduce':
        return this.#expression(node.value);
      default:
        // A way out, or prints: nothing goes past them.
        this.#closeAll();
    }
  }

  #expression(node: Expression): void {
    const lazy = node.op === 'binary' && (node.operator === '&&' || node.operator === '||');
    if (lazy) return this.#expression(node.left);
    if (node.op === 'select') return this.#expression(node.condition);
    for (const operand of operands(node)) this.#expression(operand);
    if (node.op === 'sample' && node.position.op === 'local') this.#sample(node, node.position.local);
    if (node.op === 'invoke') for (const argument of node.args) if (argument.mode !== 'in') this.#close(argument.local);
  }

  #sample(node: Sample, local: number): void {
    const width = this.#widthOf(node);
    if (width === 0) return;
    const groups = this.#open.get(local) ?? new Map<string, Open>();
    this.#open.set(local, groups);
    const group = groups.get(node.filter);
    const known = group !== undefined && placeInGroup(group, node) >= 0;
    if (group && (known || group.width + width <= MOST_COMPONENTS)) {
      group.samples.push(node);
      if (known) return;
      group.fields.push(node);
      group.width += width;
      return;
    }
    if (group) this.#keep(group);
    groups.set(node.filter, { fields: [node], samples: [node], width });
  }

  #keep({ fields, samples }: Open): void {
    if (fields.length < 2) return;
    const group = { fields: fields.map(({ field, component }) => ({ field, component })) };
    for (const sample of samples) this.found.set(sample, group);
  }

  #close(local: number): void {
    for (const group of this.#open.get(local)?.values() ?? []) this.#keep(group);
    this.#open.delete(local);
  }

  #closeAll(): void {
    for (const local of this.#open.keys()) this.#close(local);
  }
}
