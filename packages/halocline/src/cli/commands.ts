/**
 * @file The subcommands: what each is called, takes and tells of itself. What they do is loaded when one of them runs, so that
 * help and complaints come at once.
 */
import type { CutOrder, Rebalance } from '@halocline/engine';
import { deviceOption, jsonOption, type Command, type Option } from './command.ts';

/** The option of every subcommand that steps or explains a scene. */
const pluginOption: Option = {
  value: 'NAME',
  many: true,
  help: "a package (or ./file) whose register(simulation) adds to the scene; found from the scene's folder",
};

/** The option of every subcommand that cuts a scene. */
const cutOrderOption: Option = {
  value: 'WORD',
  oneOf: ['morton', 'hilbert', 'slabs'] satisfies CutOrder[],
  help: 'the order of leaves along which the domain is cut: morton (default), hilbert or slabs',
};

/** The options of scenes in Lua. */
const luaOptions: Readonly<Record<string, Option>> = {
  'lua-seconds': { value: 'S', help: 'seconds that a scene in Lua may compute, waiting not counted (default: 60)' },
  'lua-memory': { value: 'MIB', help: 'MiB that the values of a scene in Lua may take (default: 256)' },
  allow: {
    value: 'DIR',
    many: true,
    help: 'a folder whose files a scene in Lua may read and write, beside this and its own',
  },
};

/** All of them, in the order of the help. */
export const commands: readonly Command[] = [
  {
    name: 'info',
    summary: 'Lists the devices, best first, why one cannot be used, and the ways between them',
    positionals: [],
    options: {
      json: jsonOption,
      cut: { value: 'SCENE', help: 'tell how a scene is cut into subdomains instead, and draw it' },
      subdomains: {
        value: 'K',
        help: 'with --cut: parts that the domain is cut into (default: the scene, else one a device, or 4 where no device is asked for)',
      },
      'cut-order': { ...cutOrderOption, help: `with --cut: ${cutOrderOption.help}` },
      set: { value: 'NAME=VALUE', many: true, help: 'with --cut: a value for the scene to read' },
      device: { ...deviceOption, many: true, help: `with --cut: ${deviceOption.help}` },
      devices: { value: 'N', help: 'with --cut: run over N devices of one model (default: 1)' },
      out: { value: 'PNG', short: 'o', help: 'with --cut: the picture (default: out/SCENE-cut.png)' },
    },
    example: 'halocline info --cut examples/plume.ts --subdomains 8',
    run: async (words) => (await import('./info.ts')).run(words),
  },
  {
    name: 'doctor',
    summary: 'Tells what is wrong with Vulkan here, and the command that mends it',
    positionals: [],
    options: { json: jsonOption },
    example: 'halocline doctor',
    run: async (words) => (await import('./doctor.ts')).run(words),
  },
  {
    name: 'run',
    summary: 'Runs a scene (.ts, .js, .lua or .fluid) and writes its fields and pictures',
    positionals: ['SCENE'],
    options: {
      frames: { value: 'N', help: 'how many frames (default: the scene, else 24)' },
      dt: { value: 'S', help: 'seconds a step (default: 1 / (rate × steps a frame))' },
      out: { value: 'DIR', short: 'o', help: 'folder for the files (default: out/SCENE)' },
      fields: { value: 'A,B', help: 'fields to save (default: the scene, else all)' },
      format: { value: 'LIST', help: 'nvdb, vdb, png; vdb@last writes the last frame alone (default: nvdb)' },
      set: { value: 'NAME=VALUE', many: true, help: 'a value for the scene to read' },
      plugin: pluginOption,
      device: { ...deviceOption, many: true },
      devices: { value: 'N', help: 'run over N devices of one model (default: the scene, else 1)' },
      subdomains: { value: 'K', help: 'parts that the domain is cut into (default: the scene, else one a device)' },
      'cut-order': cutOrderOption,
      rebalance: {
        value: 'WORD',
        oneOf: ['voxels', 'time', 'off'] satisfies Rebalance[],
        help: 'what the cut goes by: voxels (default, and the same as off) or time',
      },
      'steps-in-flight': {
        value: 'N',
        help: 'steps of a frame that may be on their way at once, 2 to 16; the host wakes once for N / 2 (default: 2, and up to 8 where it pays)',
      },
      checkpoint: { value: 'PATH', help: 'write a checkpoint when the run ends, or Ctrl-C ends it' },
      'checkpoint-every': {
        value: 'N',
        help: 'write it after every N frames too (default: OUT/SCENE-checkpoint.nvdb)',
      },
      resume: { value: 'PATH', help: 'go on from a checkpoint, with the bits of a run that was never stopped' },
      'no-fusion': { help: 'a pass for each stencil, where several would run as one' },
      'no-overlap': { help: 'wait for messages between devices, and hide none behind work' },
      validation: { help: 'turn on the validation layer' },
      trace: { value: 'FILE', help: 'write when each pass, message and submit ran (Chrome trace format)' },
      ...luaOptions,
      json: { help: 'one line of JSON a frame: frame, time, milliseconds, fields, memory' },
    },
    example: 'halocline run examples/plume.ts --frames 48 --format nvdb,png --out out/plume',
    run: async (words) => (await import('./run.ts')).run(words),
  },
  {
    name: 'explain',
    summary: "Tells the order of a scene's stencils and why, or all about one of them",
    positionals: ['SCENE'],
    options: {
      stencil: {
        value: 'NAME',
        many: true,
        help: 'source, IR, reach, bytes a voxel, registers and GLSL of a stencil or kernel',
      },
      header: { value: 'KERNEL', help: 'what a kernel of the scene includes, to compile it elsewhere' },
      set: { value: 'NAME=VALUE', many: true, help: 'a value for the scene to read' },
      plugin: pluginOption,
      device: { ...deviceOption, many: true },
      devices: { value: 'N', help: 'explain a run over N devices of one model (default: 1)' },
      subdomains: { value: 'K', help: 'parts that the domain is cut into' },
      'cut-order': cutOrderOption,
    },
    example: 'halocline explain examples/diffuse.ts --stencil diffuse',
    run: async (words) => (await import('./explain.ts')).run(words),
  },
  {
    name: 'inspect',
    summary: 'Tells what a .nvdb or .vdb file holds',
    positionals: ['FILE'],
    options: {
      json: jsonOption,
      probe: { value: 'i,j,k', many: true, help: 'also tell the value at a voxel' },
    },
    example: 'halocline inspect smoke.vdb --probe 0,10,0 --json',
    run: async (words) => (await import('./inspect.ts')).run(words),
  },
  {
    name: 'convert',
    summary: 'Converts between .nvdb and .vdb',
    positionals: ['IN', 'OUT'],
    options: {
      codec: { value: 'none|zip|blosc', help: 'compression (default: blosc)' },
      compat: { help: '.nvdb for NanoVDB 32.4 and older tools (Debian 12)' },
      fields: { value: 'A,B', help: 'the grids to convert (default: all)' },
      half: { help: '.vdb with half floats' },
    },
    example: 'halocline convert smoke.vdb smoke.nvdb --codec zip',
    run: async (words) => (await import('./convert.ts')).run(words),
  },
  {
    name: 'render',
    summary: 'Renders a grid file to a PNG',
    positionals: ['FILE'],
    options: {
      output: { value: 'PNG', short: 'o', help: 'the picture to write' },
      size: { value: 'WxH', help: 'pixels (default: 720x720)' },
      camera: { value: 'TEXT', help: 'azimuth=DEG,elevation=DEG,distance=N,fov=DEG,target=x:y:z,eye=x:y:z' },
      field: { value: 'NAME', help: 'which grid (default: density, else the first)' },
      device: deviceOption,
    },
    example: 'halocline render smoke.vdb -o smoke.png --size 1280x720 --camera azimuth=40,elevation=15',
    run: async (words) => (await import('./render.ts')).run(words),
  },
  {
    name: 'bench',
    summary: 'Measures steps against the copy bandwidth of the same run',
    positionals: ['[NAME]'],
    options: {
      device: deviceOption,
      csv: { value: 'FILE', help: 'append the results to a CSV file, with device, driver and version' },
      json: jsonOption,
    },
    example: 'halocline bench laplacian --json',
    run: async (words) => (await import('./bench.ts')).run(words),
  },
];
