/** @file A level of the simulation: fields and stencils over a topology of its own. Level 0 is the simulation's. */
import type { GridMap } from '@halocline/vdb';
import { printByToString } from './inspect.ts';
import { fieldKey, type FieldOptions, type StencilOptions } from './declarations.ts';
import { Field } from './field.ts';
import type { KernelOptions } from './kernel/kernel-options.ts';
import { checkDoubles, type FieldValue } from './field-type.ts';
import { voxelEdge } from './level-map.ts';
import { checkOptions } from './options/kinds.ts';
import { FIELD_OPTIONS } from './options/known.ts';
import type { Runtime } from './runtime.ts';
import { isActive, type IndexBox } from './topology.ts';

/** One level: 0 the finest, each further one coarser by two. */
export class Level {
  /** 0 of the finest. */
  readonly index: number;
  readonly #runtime: Runtime;
  readonly #fields = new Map<string, Field>();

  constructor(runtime: Runtime, index: number) {
    runtime.domain.level(index);
    this.#runtime = runtime;
    this.index = index;
  }

  /** Declares a field; see `Simulation.addField`. */
  addField(name: string, type: string, value: FieldValue = 0, options: FieldOptions = {}): Field {
    this.#runtime.checkOpen();
    checkOptions(`Cannot add field "${fieldKey(name, this.index)}"`, options, FIELD_OPTIONS);
    checkDoubles(`field "${fieldKey(name, this.index)}"`, type, this.#runtime.team.members);
    this.#runtime.declarations.addField(this.index, name, type, value, options);
    return this.field(name);
  }

  /**
   * Declares a stencil that runs over this level. `ReadField` reads this level's fields, `ReadCoarse` those of level
   * index + 1, `ReadFine` those of level index − 1. Names of stencils are the simulation's, whatever their level.
   */
  addStencil(name: string, options: StencilOptions): this {
    this.#runtime.checkOpen();
    this.#checkDebugVoxel(name, options);
    this.#runtime.declarations.addStencil(this.index, name, options);
    return this;
  }

  /** Declares a kernel of one's own that runs over this level and touches its fields; see `Simulation.registerKernel`. */
  registerKernel(name: string, options: KernelOptions): this {
    this.#runtime.checkOpen();
    this.#runtime.declarations.addKernel(this.index, name, options);
    return this;
  }

  /** Takes a field away that no stencil names; its memory is given back by the next step or `initialize`. */
  removeField(name: string): this {
    this.#runtime.declarations.removeField(this.index, name);
    this.#fields.delete(name);
    return this;
  }

  /** The field of that name. */
  field(name: string): Field {
    const { declarations } = this.#runtime;
    const declaration = declarations.fields.get(fieldKey(name, this.index));
    if (declaration === undefined) {
      const names = [...declarations.fields.values()]
        .filter((field) => field.level === this.index)
        .map((field) => field.name);
      const kind = this.index === 0 ? 'field' : `level-${this.index} field`;
      throw new TypeError(this.#runtime.unknown('find', kind, name, names));
    }
    let field = this.#fields.get(name);
    if (field === undefined) {
      field = new Field(this.#runtime, declaration);
      this.#fields.set(name, field);
    }
    return field;
  }

  /** Fields in order of declaration, those that stencils made included. */
  get fields(): readonly Field[] {
    const all = [...this.#runtime.declarations.fields.values()];
    return all.filter((field) => field.level === this.index).map((field) => this.field(field.name));
  }

  /** Index → world, metres. */
  get map(): GridMap {
    return this.#runtime.domain.level(this.index).map;
  }

  /** Metres. */
  get voxelSize(): number {
    return voxelEdge(this.map);
  }

  /** Leaves of 8³ of its voxels. */
  get leafCount(): number {
    return this.#runtime.domain.level(this.index).leafCount;
  }

  get activeVoxels(): number {
    return this.#runtime.domain.level(this.index).activeVoxels;
  }

  /** Inclusive box of the active voxels. */
  get indexBounds(): IndexBox {
    return this.#runtime.domain.level(this.index).indexBounds;
  }

  /** Throws RangeError where nothing would ever come of the voxel that prints. What isn't three whole numbers is told elsewhere. */
  #checkDebugVoxel(name: string, options: StencilOptions): void {
    const debug: unknown = options?.debug;
    const voxel = (debug as { readonly voxel?: unknown } | null | undefined)?.voxel;
    if (!Array.isArray(voxel) || voxel.length !== 3 || !voxel.every(Number.isInteger)) return;
    const [i, j, k] = voxel as [number, number, number];
    const { topology, indexBounds } = this.#runtime.domain.level(this.index);
    const act = `Cannot add stencil "${name}": the voxel of debug is (${i}, ${j}, ${k})`;
    if (!isActive(topology, i, j, k)) {
      const { min, max } = indexBounds;
      const where = this.index === 0 ? '' : ` on level ${this.index}`;
      throw new RangeError(
        `${act}, which is not active${where}; give one of the active voxels, which lie from (${min.join(', ')}) to (${max.join(', ')})`,
      );
    }
    const color = ((i + j + k) & 1) === 0 ? 'red' : 'black';
    if ((options.color ?? color) === color) return;
    throw new RangeError(`${act}, which is ${color}, and it runs on ${options.color} ones; give one of those`);
  }

  toString(): string {
    return `Level(${this.index}: ${this.activeVoxels} voxels in ${this.leafCount} leaves, voxel ${this.voxelSize} m)`;
  }

  static {
    printByToString(this.prototype);
  }
}
