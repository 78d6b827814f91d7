/** @file A field as the user holds it: what it is, and its values to and from the device. */
import { componentsOf, faceAxis, type FieldPlace, type FieldType } from '@halocline/stencil';
import { Grid, GridMap, type GridClass } from '@halocline/vdb';
import { printByToString } from './inspect.ts';
import type { FieldDeclaration } from './declarations.ts';
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
import { fieldStatistics, type FieldStatistics } from './statistics.ts';
import type { Subdomain } from './subdomain.ts';

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

  /** Address of the first component's current copy on the first subdomain; 0 before there is memory. */
  get address(): bigint {
    const store = this.#runtime.subdomains[0]!.existingField(this.#declaration.key);
    return store?.address(0, this.#runtime.copiesOf(this.#declaration)[0]!) ?? 0n;
  }

  /**
   * The values as a grid, with the level's active voxels. A field on faces gives one of class `staggered`, a field on one
   * face a map that is half a voxel lower there. Waits for the GPU.
   */
  async read(): Promise<Grid> {
    return this.#runtime.lane.run(() => this.readNow());
  }

  /** `read`, by one who is in the lane already. */
  async readNow(): Promise<Grid> {
    const runtime = this.#runtime;
    await runtime.settle();
    const copies = runtime.copiesOf(this.#declaration);
    const stores = await runtime.stores(this.#declaration);
    const subdomain = runtime.subdomains[0]!;
    const store = stores[0]!;
    const components: FieldArray[] = [];
    for (const [component, copy] of copies.entries()) {
      const bytes = await store.download(component, copy);
      components.push(arrayOver(this.type, bytes.buffer, bytes.byteOffset, 512 * store.capacity));
    }
    const target = this.#target(subdomain);
    const gridClass = this.at === 'faces' ? 'staggered' : this.#gridClass;
    return gridFromValues(components, target, { name: this.name, map: mapAt(target.level.map, this.at), gridClass });
  }

  /** Sets the values of the active voxels. Waits for the GPU. A grid's active voxels outside of the topology are told to the log. */
  async write(source: FieldSource): Promise<void> {
    return this.#runtime.lane.run(() => this.writeNow(source));
  }

  /** `write`, by one who is in the lane already. */
  async writeNow(source: FieldSource): Promise<void> {
    await this.#runtime.settle();
    const stores = await this.#runtime.stores(this.#declaration);
    for (const [index, subdomain] of this.#runtime.subdomains.entries()) {
      const { components, lost } = this.#values(source, this.#target(subdomain));
      await stores[index]!.upload(components);
      if (lost > 0) {
        this.#runtime.log(
          `Field "${this.#declaration.key}": ${lost} active voxels of grid "${(source as Grid).name}" are outside of the domain and were left out`,
        );
      }
    }
    if (source instanceof Grid) this.#tellPlace(source);
    this.#gridClass = source instanceof Grid && source.gridClass !== 'unknown' ? source.gridClass : null;
  }

  /** Gives every active voxel one value. Waits for the GPU. */
  async fill(value: FieldValue): Promise<void> {
    const values = spreadValue('fill', this.#declaration.key, this.type, value);
    return this.#runtime.lane.run(async () => {
      await this.#runtime.settle();
      const stores = await this.#runtime.stores(this.#declaration);
      this.#gridClass = null;
      for (const [index, subdomain] of this.#runtime.subdomains.entries()) {
        if (values.every((entry, component) => entry === this.default[component])) {
          await stores[index]!.fill(values);
          continue;
        }
        const target = this.#target(subdomain);
        const components = backgroundArrays(target);
        forEachVoxel(target.level.topology, target.slots, (_i, _j, _k, element) =>
          components.forEach((array, component) => (array[element] = values[component]!)),
        );
        await stores[index]!.upload(components);
      }
    });
  }

  /** Gives every voxel the default. Waits for the GPU. */
  async clear(): Promise<void> {
    return this.fill(this.default);
  }

  /** Least, greatest and mean value over the active voxels, made on the device. Waits for the GPU. */
  async statistics(): Promise<FieldStatistics> {
    return this.#runtime.lane.run(async () => {
      await this.#runtime.settle();
      return fieldStatistics(this.#runtime, this.#declaration);
    });
  }

  toString(): string {
    const value = this.default.length === 1 ? this.default[0] : `(${this.default.join(', ')})`;
    const at = this.at === 'center' ? '' : ` at ${this.at}`;
    return `Field(${this.#declaration.key}: ${this.type}${at}, default ${value}, ${this.bytes} bytes)`;
  }

  /** Values are taken as they are, so those of a grid on faces would be half a voxel off in a field at centres. */
  #tellPlace({ name, gridClass }: Grid): void {
    if (gridClass !== 'staggered' || this.at === 'faces') return;
    const what = `grid "${name}" is staggered, and the field lives at ${this.at}; add it with { at: 'faces' }`;
    this.#runtime.log(`Field "${this.#declaration.key}": ${what}`);
  }

  #target(subdomain: Subdomain): ValuesTarget {
    const { key, type, level } = this.#declaration;
    const { domain, tables } = subdomain.levels[level]!;
    return { key, type, default: this.default, level: domain, slots: tables.leaves, capacity: tables.capacity };
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

/** The map of values that live at a place: on one face, half a voxel lower along its axis. */
function mapAt(map: GridMap, at: FieldPlace): GridMap {
  const axis = faceAxis(at);
  if (axis < 0) return map;
  const lower = (each: number): number => (each === axis ? -0.5 : 0);
  return new GridMap(map.matrix, map.indexToWorld([lower(0), lower(1), lower(2)]), map.inverse);
}
