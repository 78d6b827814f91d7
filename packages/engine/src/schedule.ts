/**
 * @file The order in which a step's units run. A unit is a stencil or a repeat; declaration order is program order, and a
 * later unit must follow an earlier one only where a hazard says so:
 *
 *     read after write     it reads what the earlier writes
 *     write after read     it writes what the earlier reads
 *     write after write    both write it
 *
 * `addDependency` adds edges, backward ones too, so there can be a cycle: then the cycle is printed with its reasons.
 * Units of one level hang together by no edge: they share one barrier.
 */

/** What a unit touches; names are the resources' own, for messages too. */
export interface ScheduleUnit {
  readonly name: string;
  readonly reads: ReadonlySet<string>;
  readonly writes: ReadonlySet<string>;
}

/** `to` runs after `from`; indices into the units. */
export interface ScheduleEdge {
  readonly from: number;
  readonly to: number;
  readonly reason: string;
}

/** Units in the order in which they run, and why. */
export interface Schedule {
  /** Indices of units. */
  readonly order: readonly number[];
  /** The same, cut into levels of units that need no barrier between them. */
  readonly levels: readonly (readonly number[])[];
  readonly edges: readonly ScheduleEdge[];
  /** Names in order, levels separated by a bar: `a b | c`. */
  toString(): string;
}

/** The edges that hazards make between units in declaration order; one edge a pair, for its first reason. */
function hazardEdges(units: readonly ScheduleUnit[]): ScheduleEdge[] {
  const edges: ScheduleEdge[] = [];
  const writer = new Map<string, number>();
  const readers = new Map<string, number[]>();
  units.forEach((unit, to) => {
    const reasons = new Map<number, string>();
    const add = (from: number, reason: string): void => {
      if (from !== to && !reasons.has(from)) reasons.set(from, reason);
    };
    for (const resource of unit.reads) {
      const from = writer.get(resource);
      if (from !== undefined) add(from, `${unit.name} reads "${resource}", which ${units[from]!.name} writes`);
    }
    for (const resource of unit.writes) {
      for (const from of readers.get(resource) ?? []) {
        add(from, `${unit.name} writes "${resource}", which ${units[from]!.name} reads`);
      }
      const from = writer.get(resource);
      if (from !== undefined) add(from, `${unit.name} writes "${resource}", which ${units[from]!.name} writes`);
    }
    for (const [from, reason] of reasons) edges.push({ from, to, reason });
    for (const resource of unit.reads) readers.set(resource, [...(readers.get(resource) ?? []), to]);
    for (const resource of unit.writes) {
      writer.set(resource, to);
      readers.set(resource, []);
    }
  });
  return edges;
}

/** Orders units by their hazards and by further edges; throws where they go round in a circle. */
export function makeSchedule(units: readonly ScheduleUnit[], dependencies: readonly ScheduleEdge[] = []): Schedule {
  const edges = [...hazardEdges(units), ...dependencies];
  const incoming = units.map((): ScheduleEdge[] => []);
  for (const edge of edges) incoming[edge.to]!.push(edge);
  const depths = units.map(() => -1);
  const path: ScheduleEdge[] = [];
  const onPath = new Set<number>();
  const visit = (unit: number): number => {
    if (depths[unit]! >= 0) return depths[unit]!;
    onPath.add(unit);
    let depth = 0;
    for (const edge of incoming[unit]!) {
      path.push(edge);
      if (onPath.has(edge.from)) throw new TypeError(describeCycle(units, path, edge.from));
      depth = Math.max(depth, visit(edge.from) + 1);
      path.pop();
    }
    onPath.delete(unit);
    depths[unit] = depth;
    return depth;
  };
  const levels: number[][] = [];
  units.forEach((_, unit) => (levels[visit(unit)] ??= []).push(unit));
  const text = levels.map((level) => level.map((unit) => units[unit]!.name).join(' ')).join(' | ');
  return { order: levels.flat(), levels, edges, toString: () => text };
}

/** The path was walked against the edges: its tail, from `start` on, is the circle. */
function describeCycle(units: readonly ScheduleUnit[], path: readonly ScheduleEdge[], start: number): string {
  const first = path.findIndex((edge) => edge.to === start);
  const circle = path.slice(first).toReversed();
  const names = [...circle.map((edge) => units[edge.from]!.name), units[circle[0]!.from]!.name];
  const reasons = circle.map((edge) => edge.reason).join('; ');
  return `Cannot order the stencils: ${names.join(' → ')} is a cycle (${reasons}); remove one of these dependencies, or declare the stencils in the order in which they run`;
}
