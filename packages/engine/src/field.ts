/** @file A field as the user holds it: what it is, and its values to and from the device. */
import { componentsOf, faceAxis, type FieldPlace, type FieldType } from '@halocline/stencil';
import { Grid, GridMap, type GridClass } from '@halocline/vdb';
import { holdsDefaults } from './background/backgrounds.ts';
import { printByToString } from './inspect.ts';
import type { FieldDeclaration } from './declarations.ts';
import type { DomainLevel } from './domain.ts';
import type { FieldStore } from './field-store.ts';
import { arrayOver, spreadValue, type FieldArray, type FieldValue } from './field-type.ts';
import {
  forEachVoxel,
  backgroundArrays,
  gridFromValues,
  valuesFromArray,
  valuesFromFunction,
  valuesFromGrid,
  type FieldValues,
  type ValuesTarget,
  type VoxelFunction,
} from './grid-values.ts';
import type { Runtime } from './runtime.ts';
import { voxelEdge } from './level-map.ts';
import { gatherField, scatterField } from './whole-field.ts';
import { fieldStatistics, type FieldStatistics } from './statistics.ts';

/** What `write` takes: a grid, an array over the domain's box (x slowest, z fastest, components side by side), or a function. */
export type FieldSource = Grid | ArrayLike<number> | VoxelFunction;

/** A field of a simulation, on one level. */
export class Field {
  readonly #runtime: Runtime;
  readonly #declaration: FieldDeclaration;
  #gridClass: GridClass | null = null;

  constructor(runtime: Runtime, declaration: FieldDeclaration) {
    this.#runtime = runtime;
    this.#declaration = declaration;
  }

  get name(): string {
    return this.#declaration.name;
  }

  /** 0 is the finest. */
  get level(): number {
    return this.#declaration.level;
  }

  get type(): FieldType {
    return this.#declaration.type;
  }

  /** Where its values live in their voxels. */
  get at(): FieldPlace {
    return this.#declaration.at;
  }

  /** Whether it has values within a step only: it can neither be read nor written, and may have no memory. */
  get transient(): boolean {
    return this.#declaration.transient;
  }

  /** Number of component arrays. */
  get components(): number {
    return componentsOf(this.type);
  }

  /** The background: one number a component. */
  get default(): readonly number[] {
    return this.#declaration.default;
  }

  /** Bytes on the device, second copy included; 0 before there is memory. */
  get bytes(): number {
    return this.#runtime.subdomains.reduce(
      (sum, each) => sum + (each.existingField(this.#declaration.key)?.byteLength ?? 0),
      0,
    );
  }

  /**
   * Address of the first component's current copy on the first subdomain; 0 before there is memory. Who writes there leaves inactive
   * voxels alone: stencils may write them with the default.
   */
  get address(): bigint {
    const store = this.#runtime.subdomains[0]!.existingField(this.#declaration.key);
    return store?.address(0, this.#runtime.copiesOf(this.#declaration)[0]!) ?? 0n;
  }

  /**
   * The values as a grid, with the level's active voxels. A field on faces gives one of class `staggered`, a field on one
   * face a map that is half a voxel lower there. Waits for the GPU.
   */
  async read(): Promise<Grid> {
    return this.#runtime.run(() => this.readNow());
  }

  /** `read`, by one who is in the lane already. */
  async readNow(): Promise<Grid> {
    const runtime = this.#runtime;
    await runtime.settle();
    await runtime.stores(this.#declaration);
    const target = this.#target();
    const values =
      runtime.subdomains.length === 1
        ? await this.#download()
        : await gatherField(runtime.subdomains, this.#declaration, runtime.copiesOf(this.#declaration));
    const gridClass = this.at === 'faces' ? 'staggered' : this.#gridClass;
    return gridFromValues(values, target, { name: this.name, map: target.map, gridClass });
  }

  /** Values over the whole level: as one subdomain has them in its memory, or by rank, to be brought to several. */
  #target(): ValuesTarget {
    const { domain, subdomains } = this.#runtime;
    const slots = subdomains.length === 1 ? subdomains[0]!.levels[this.level]!.tables.slots : undefined;
    return wholeTarget(this.#declaration, domain.level(this.level), slots);
  }

  /** The components as they lie on the device, where one subdomain holds all of them. */
  async #download(): Promise<FieldArray[]> {
    const store = this.#runtime.subdomains[0]!.existingField(this.#declaration.key)!;
    const components: FieldArray[] = [];
    for (const [component, copy] of this.#runtime.copiesOf(this.#declaration).entries()) {
      const bytes = await store.download(component, copy);
      components.push(arrayOver(this.type, bytes.buffer, bytes.byteOffset, 512 * store.capacity));
    }
    return components;
  }

  /** Sets the values of the active voxels. Waits for the GPU. A grid's active voxels outside of the topology are told to the log. */
  async write(source: FieldSource): Promise<void> {
    return this.#runtime.run(() => this.writeNow(source));
  }

  /** `write`, by one who is in the lane already. */
  async writeNow(source: FieldSource): Promise<void> {
    const runtime = this.#runtime;
    await runtime.settle();
    const stores = await runtime.stores(this.#declaration);
    const level = runtime.domain.level(this.level);
    const target = this.#target();
    const { components, lost } = this.#values(source, target);
    // Only a grid has something to say of inactive voxels.
    const defaults =
      !(source instanceof Grid) || holdsDefaults(this.#declaration, level.topology, components, target.slots);
    await this.#put(stores, components, defaults);
    if (lost > 0) {
      runtime.warn(
        `Field "${this.#declaration.key}": ${lost} active voxels of grid "${(source as Grid).name}" are outside of the domain and were left out`,
      );
    }
    if (source instanceof Grid) this.#tellPlace(source, level);
    this.#gridClass = source instanceof Grid && source.gridClass !== 'unknown' ? source.gridClass : null;
  }

  /** Gives every active voxel one value. Waits for the GPU. */
  async fill(value: FieldValue): Promise<void> {
    const values = spreadValue('fill', this.#declaration.key, this.type, value);
    return this.#runtime.run(async () => {
      await this.#runtime.settle();
      const stores = await this.#runtime.stores(this.#declaration);
      this.#gridClass = null;
      if (values.every((entry, component) => entry === this.default[component])) {
        for (const store of stores) await store.fill(values);
        this.#runtime.backgrounds.given(this.#declaration, true);
        return;
      }
      const target = this.#target();
      const components = backgroundArrays(target);
      forEachVoxel(target.level.topology, target.slots, (_i, _j, _k, element) =>
        components.forEach((array, component) => (array[element] = values[component]!)),
      );
      await this.#put(stores, components, true);
    });
  }

  /** Puts the components of `#target` into all memory of the field; `defaults` tells whether inactive voxels hold the default in them. */
  async #put(stores: readonly FieldStore[], components: readonly FieldArray[], defaults: boolean): Promise<void> {
    const { backgrounds, subdomains } = this.#runtime;
    if (!defaults) backgrounds.given(this.#declaration, false);
    if (stores.length === 1) await stores[0]!.upload(components);
    else await scatterField(subdomains, this.#declaration, components);
    if (defaults) backgrounds.given(this.#declaration, true);
  }

  /** Gives every voxel the default. Waits for the GPU. */
  async clear(): Promise<void> {
    return this.fill(this.default);
  }

  /** Least, greatest and mean value over the active voxels, made on the device. Waits for the GPU. */
  async statistics(): Promise<FieldStatistics> {
    return this.#runtime.run(async () => {
      await this.#runtime.settle();
      return fieldStatistics(this.#runtime, this.#declaration);
    });
  }

  toString(): string {
    const value = this.default.length === 1 ? this.default[0] : `(${this.default.join(', ')})`;
    const at = this.at === 'center' ? '' : ` at ${this.at}`;
    return `Field(${this.#declaration.key}: ${this.type}${at}, default ${value}, ${this.bytes} bytes)`;
  }

  /**
   * Values are taken as they are, voxel by voxel: those of a grid on faces would be half a voxel off in a field at centres, and those
   * of a grid with another map elsewhere in the world.
   */
  #tellPlace({ name, gridClass, map }: Grid, level: DomainLevel): void {
    const say = (what: string): void => this.#runtime.warn(`Field "${this.#declaration.key}": grid "${name}" ${what}`);
    if (gridClass === 'staggered' && this.at !== 'faces') {
      return say(`is staggered, and the field lives at ${this.at}; add it with { at: 'faces' }`);
    }
    const own = mapAt(level.map, this.at);
    const { min, max } = level.indexBounds;
    if ([min, max].every((voxel) => distance(map.indexToWorld(voxel), own.indexToWorld(voxel)) < 1e-3 * voxelEdge(own)))
      return;
    const place = (each: GridMap): string => {
      const [x, y, z] = each.indexToWorld([0, 0, 0]).map((value) => Number(value.toPrecision(6))) as [
        number,
        number,
        number,
      ];
      return `voxels of ${Number(voxelEdge(each).toPrecision(6))} m, the first at (${x}, ${y}, ${z})`;
    };
    say(`has ${place(map)}, and the field ${place(own)}; its values are taken voxel by voxel, as they are`);
  }

  #values(source: FieldSource, target: ValuesTarget): FieldValues {
    if (source instanceof Grid) return valuesFromGrid(source, target);
    if (typeof source === 'function') return valuesFromFunction(source, target);
    return valuesFromArray(source, target);
  }

  static {
    printByToString(this.prototype);
  }
}

function distance(a: readonly number[], b: readonly number[]): number {
  return Math.hypot(...a.map((value, axis) => value - b[axis]!));
}

/** Values over a whole level; slots are ranks plus one, unless told. */
function wholeTarget(
  { key, type, at, default: values }: FieldDeclaration,
  level: DomainLevel,
  slots: Uint32Array = Uint32Array.from({ length: level.leafCount }, (_, rank) => rank + 1),
): ValuesTarget {
  return { key, type, default: values, level, map: mapAt(level.map, at), slots, capacity: level.leafCount + 1 };
}

/** The map of values that live at a place: on one face, half a voxel lower along its axis. */
function mapAt(map: GridMap, at: FieldPlace): GridMap {
  const axis = faceAxis(at);
  if (axis < 0) return map;
  const lower = (each: number): number => (each === axis ? -0.5 : 0);
  return new GridMap(map.matrix, map.indexToWorld([lower(0), lower(1), lower(2)]), map.inverse);
}
