/**
 * @file The same simulation, stencil by stencil in declaration order, on the interpreter: what the engine's schedule,
 * copies, tables and kernels must agree with bit for bit.
 */
import { compileStencil, interpret, type Elements, type InterpreterLevel } from '@halocline/stencil';
import { Grid, GridMap } from '@halocline/vdb';
import { environmentOf } from '../src/compiler.ts';
import { Declarations, fieldKey, type FieldDeclaration, type StencilDeclaration } from '../src/declarations.ts';
import { Domain } from '../src/domain.ts';
import { makeArray } from '../src/field-type.ts';
import { LeafIndex } from '../src/leaf-index.ts';
import { indexToWorldRows, voxelEdge, worldToIndexRows } from '../src/level-map.ts';
import { boxTopology, type IndexBox, type Topology } from '../src/topology.ts';
import { scalarOfUntil } from '../src/units.ts';

/** A simulation on the host. It takes the declarations that the engine takes. */
export class Mirror {
  readonly declarations: Declarations = new Declarations();
  readonly domain: Domain;
  readonly #arrays = new Map<string, Elements[]>();
  readonly #scalars = new Map<string, number>();
  readonly #indices = new Map<number, LeafIndex>();
  readonly iterations = new Map<string, number>();
  time = 0;
  frame = 0;
  /** Ranks of level 0 to run; all by default. */
  ranks: readonly number[] | undefined;

  constructor(where: IndexBox | Topology, map: GridMap = GridMap.scale(1)) {
    this.domain = new Domain('min' in where ? boxTopology(where) : where, map);
  }

  /** The component arrays of a field: 512 values a leaf from the second leaf on, in order of rank. */
  arrays(name: string, level = 0): Elements[] {
    const declaration = this.declarations.fields.get(fieldKey(name, level))!;
    let arrays = this.#arrays.get(declaration.key);
    if (arrays === undefined) {
      const length = 512 * (this.domain.level(level).leafCount + 1);
      arrays = declaration.default.map((value) => makeArray(declaration.type, length).fill(value) as Elements);
      this.#arrays.set(declaration.key, arrays);
    }
    return arrays;
  }

  scalar(name: string): number {
    return this.#scalars.get(name) ?? this.declarations.scalars.get(name)!.initial;
  }

  /** Sets the active voxels of a field by a function of the index. */
  write(name: string, value: (i: number, j: number, k: number) => number | readonly number[], level = 0): void {
    const arrays = this.arrays(name, level);
    const { origins, masks } = this.domain.level(level).topology;
    for (let at = 0; at < masks.length * 32; at++) {
      if (((masks[at >> 5]! >>> (at & 31)) & 1) === 0) continue;
      const rank = at >> 9;
      const [i, j, k] = [origins[3 * rank]!, origins[3 * rank + 1]!, origins[3 * rank + 2]!];
      const given = value(i + ((at >> 6) & 7), j + ((at >> 3) & 7), k + (at & 7));
      arrays.forEach((array, component) => (array[512 + at] = typeof given === 'number' ? given : given[component]!));
    }
  }

  /** One step: stencils in declaration order, repeats at the place of the first of their stencils. */
  step(dt: number): void {
    const { stencils, repeats } = this.declarations;
    const inside = new Set([...repeats.values()].flatMap((repeat) => repeat.body));
    const done = new Set<string>();
    for (const [name, stencil] of stencils) {
      if (!inside.has(name)) this.#run(stencil, dt);
      for (const repeat of repeats.values()) {
        if (done.has(repeat.name) || !repeat.body.includes(name)) continue;
        done.add(repeat.name);
        let count = 0;
        while (count < repeat.times) {
          for (const each of repeat.body) this.#run(stencils.get(each)!, dt);
          count++;
          if (repeat.until === undefined) continue;
          const value = this.scalar(scalarOfUntil(repeat.until));
          if (typeof repeat.until === 'string' ? value !== 0 : value < this.#bound(repeat.until.below)) break;
        }
        this.iterations.set(repeat.name, count);
      }
    }
    this.time += dt;
    this.frame++;
  }

  /** The first place where a grid of the engine differs, in words; null where every voxel of every leaf is the same. */
  difference(grid: Grid, name: string, level = 0, ranks: readonly number[] | undefined = this.ranks): string | null {
    const arrays = this.arrays(name, level);
    const index = new LeafIndex(grid.tree.leaf.origins);
    const { topology, leafCount } = this.domain.level(level);
    if (grid.leafCount !== leafCount) return `${grid.leafCount} leaves, not ${leafCount}`;
    for (const rank of ranks ?? Array(leafCount).keys()) {
      const [i, j, k] = topology.origins.subarray(3 * rank, 3 * rank + 3) as unknown as [number, number, number];
      const leaf = index.findVoxel(i, j, k);
      for (const [component, array] of arrays.entries()) {
        for (let n = 0; n < 512; n++) {
          const found = Number(grid.tree.values[component]![512 * leaf + n]);
          const wanted = array[512 * (rank + 1) + n]!;
          if (Object.is(found, wanted)) continue;
          const voxel = [i + (n >> 6), j + ((n >> 3) & 7), k + (n & 7)].join(', ');
          return `${name}[${component}] at ${voxel}: ${found}, not ${wanted}`;
        }
      }
    }
    return null;
  }

  #bound(below: number | string): number {
    return typeof below === 'number'
      ? Math.fround(below)
      : Math.fround(this.declarations.parameters.get(below)!.value[0]!);
  }

  #run({ name, level, options }: StencilDeclaration, dt: number): void {
    const source = { name, inputs: options.inputs ?? [], outputs: options.outputs ?? [], code: options.code! };
    const color = options.color === undefined ? {} : { color: options.color };
    const stencil = compileStencil({ ...source, ...color }, environmentOf(this.declarations, level));
    for (const write of stencil.writes) {
      if (write.undeclared) this.declarations.addField(level, write.field, write.type, 0, { implicit: true });
    }
    for (const { undeclared, scalar, type } of stencil.reductions) {
      if (undeclared) this.declarations.addScalar(scalar, type, 0);
    }
    const outputs = new Map<string, Elements[]>();
    for (const { field } of stencil.writes) {
      outputs.set(
        field,
        this.arrays(field, level).map((array) => (array as Float32Array).slice()),
      );
    }
    const { map } = this.domain.level(level);
    const reductions = interpret(stencil, {
      same: this.#level(level),
      ...(this.#has(level + 1) ? { coarse: this.#level(level + 1) } : {}),
      ...(this.#has(level - 1) ? { fine: this.#level(level - 1) } : {}),
      outputs,
      dt: Math.fround(dt),
      time: Math.fround(this.time),
      frame: this.frame,
      voxelSize: Math.fround(voxelEdge(map)),
      indexToWorld: indexToWorldRows(map),
      worldToIndex: worldToIndexRows(map),
      parameters: new Map(
        [...this.declarations.parameters.values()].map((each) => [each.name, each.value.map(Math.fround)]),
      ),
      scalars: new Map([...this.declarations.scalars.keys()].map((each) => [each, this.scalar(each)])),
      ...(this.ranks === undefined ? {} : { ranks: this.ranks }),
    });
    for (const [field, arrays] of outputs) this.#arrays.set(fieldKey(field, level), arrays);
    for (const [scalar, { value }] of reductions) this.#scalars.set(scalar, value);
  }

  #has(level: number): boolean {
    return [...this.declarations.fields.values()].some((field) => field.level === level);
  }

  #level(level: number): InterpreterLevel {
    const { topology, leafCount } = this.domain.level(level);
    let index = this.#indices.get(level);
    if (index === undefined) this.#indices.set(level, (index = new LeafIndex(topology.origins)));
    const declared = [...this.declarations.fields.values()].filter((field: FieldDeclaration) => field.level === level);
    const masks = new Uint32Array(16 * (leafCount + 1));
    masks.set(topology.masks, 16);
    return {
      leaves: Uint32Array.from({ length: leafCount }, (_, rank) => rank + 1),
      slotAt: (i, j, k) => index.findVoxel(i, j, k) + 1,
      origin: (slot) =>
        [0, 1, 2].map((axis) => (slot === 0 ? 0 : topology.origins[3 * (slot - 1) + axis]!)) as [
          number,
          number,
          number,
        ],
      masks,
      fields: new Map(declared.map((field) => [field.name, this.arrays(field.name, level)])),
    };
  }
}
