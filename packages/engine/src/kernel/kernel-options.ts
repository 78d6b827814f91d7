/**
 * @file What a user says of a kernel of their own: a compute shader that is scheduled among the stencils by the fields that it
 * reads and writes. What can be said at once is checked here; what hangs on fields, parameters and the text, by
 * `initialize()`.
 */
import path from 'node:path';
import { checkOptions, shown } from '../options/kinds.ts';
import { KERNEL_OPTIONS } from '../options/known.ts';

/** The languages that a kernel may be written in. */
export type KernelLanguage = 'glsl' | 'hlsl' | 'spirv';

/** What a kernel touches: all that its header is made of. */
export interface KernelAccess {
  /** Fields (or `NAME_x`, `_y`, `_z` components) that it reads. */
  readonly inputs?: readonly string[];
  /** Fields (or components of them) that it writes; all of them are declared. */
  readonly outputs?: readonly string[];
  /** Names of the parameters and scalars that it reads; default: none. */
  readonly parameters?: readonly string[];
}

/** A kernel. One of `glsl`, `hlsl`, `spirv` and `file` is given. */
export interface KernelOptions extends KernelAccess {
  /** Source text in GLSL; `#include "halocline.glsl"` brings the accessors. */
  readonly glsl?: string;
  /** Source text in HLSL, which `dxc` compiles where it is installed; `#include "halocline.hlsl"` brings the accessors. */
  readonly hlsl?: string;
  /** SPIR-V, as words or bytes. */
  readonly spirv?: Uint32Array | Uint8Array;
  /**
   * Path of a file that ends in `.glsl`, `.comp`, `.hlsl` or `.spv`; read at `initialize()`, and again when it, or one that it
   * includes, has changed.
   */
  readonly file?: string;
  /** The entry point; default: the only one that there is, or `main`. */
  readonly entry?: string;
  /**
   * Workgroups. `'leaves'` (default): one for each two leaves, and the header gives every thread its voxels. Numbers in x, y, z:
   * as many over each subdomain, and the kernel finds its work by itself.
   */
  readonly groups?: 'leaves' | readonly [x: number, y?: number, z?: number];
  /**
   * How far, in voxels, it reads from the voxel that it computes; default: the halo's thickness. 0 says that it reads its own voxel
   * alone: then an output that is also an input is written in place.
   */
  readonly neighborRadius?: number;
  /** False is a `neighborRadius` of 0. */
  readonly requiresHalos?: boolean;
  /** A promise that it writes every active voxel of its outputs: then no old values are copied before it runs. Default false. */
  readonly overwrites?: boolean;
  /**
   * A promise that it writes active voxels alone, such as those of `takeVoxel`: then stencils take no inactive ones along into second
   * copies of its outputs, where some are, and none travel. Default false.
   */
  readonly activeOnly?: boolean;
}

const WAYS = ['glsl', 'hlsl', 'spirv', 'file'] as const;
const ENDINGS: Readonly<Record<string, KernelLanguage>> = Object.freeze({
  '.glsl': 'glsl',
  '.comp': 'glsl',
  '.hlsl': 'hlsl',
  '.spv': 'spirv',
});
/** Workgroups along an axis that every device takes. */
const MOST_GROUPS = 65_535;

/** The language that a kernel is written in. */
export function languageOf({ glsl, hlsl, file }: KernelOptions): KernelLanguage {
  if (file !== undefined) return ENDINGS[path.extname(file).toLowerCase()]!;
  return glsl !== undefined ? 'glsl' : hlsl !== undefined ? 'hlsl' : 'spirv';
}

/** Voxels that a kernel reads away from its own; null where that is the halo's thickness. */
export function radiusOf({ neighborRadius, requiresHalos }: KernelOptions): number | null {
  return neighborRadius ?? (requiresHalos === false ? 0 : null);
}

/** Throws where the options of kernel `name` can't be meant. */
export function checkKernelOptions(name: string, options: KernelOptions): void {
  const refuse = (what: string): TypeError => new TypeError(`Cannot register kernel "${name}": ${what}`);
  checkOptions(`Cannot register kernel "${name}"`, options, KERNEL_OPTIONS);
  const ways = WAYS.filter((way) => options[way] !== undefined);
  if (ways.length !== 1) {
    const what = ways.length === 0 ? `none of ${WAYS.join(', ')}` : `both ${ways.join(' and ')}`;
    throw refuse(`it has ${what}; give one of them`);
  }
  const [way] = ways as [(typeof WAYS)[number]];
  const given = options[way];
  if (way === 'spirv' ? !(given instanceof Uint32Array || given instanceof Uint8Array) : typeof given !== 'string') {
    const wanted = way === 'spirv' ? 'a Uint32Array or a Uint8Array' : way === 'file' ? 'a path' : 'its text';
    throw refuse(`${way} is of type ${typeof given}; give ${wanted}`);
  }
  if (options.file !== undefined && languageOf(options) === undefined) {
    const ending = path.extname(options.file);
    throw refuse(`the ending of "${options.file}" is "${ending}"; end it in .glsl, .comp, .hlsl or .spv`);
  }
  const { neighborRadius, requiresHalos, outputs = [] } = options;
  if (neighborRadius !== undefined && !(Number.isInteger(neighborRadius) && neighborRadius >= 0)) {
    throw refuse(`neighborRadius is ${shown(neighborRadius)}; give a whole number of voxels, 0 or more`);
  }
  if (requiresHalos === true && neighborRadius === 0) {
    throw refuse('it requires halos, and neighborRadius is 0; leave one of them out');
  }
  if (outputs.length === 0) throw refuse('it has no outputs; name the fields that it writes');
  checkGroups(options.groups, refuse);
}

function checkGroups(groups: unknown, refuse: (what: string) => TypeError): void {
  if (groups === undefined || groups === 'leaves') return;
  const fits = (count: unknown): boolean =>
    Number.isInteger(count) && Number(count) >= 1 && Number(count) <= MOST_GROUPS;
  if (Array.isArray(groups) && groups.length >= 1 && groups.length <= 3 && groups.every(fits)) return;
  throw refuse(
    `groups is ${JSON.stringify(groups)}; give 'leaves', or one to three numbers of workgroups from 1 to ${MOST_GROUPS}`,
  );
}
