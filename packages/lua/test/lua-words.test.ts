import { expect, test } from 'vitest';
import { inLua } from '../src/host/lua-words.ts';

test('options that the engine names are told as Lua has them', () => {
  const told = {
    'Cannot create simulation: cutOrder is "x"; give a word': 'Cannot create simulation: cut_order is "x"; give a word',
    'Cannot run stencil "s": it reads "u" 5 voxels away, and the halo is 2 voxels thick; give haloThickness: 5, or leave it out':
      'Cannot run stencil "s": it reads "u" 5 voxels away, and the halo is 2 voxels thick; give halo_thickness = 5, or leave it out',
    'Cannot load "data/voxelSize.nvdb": "u" fits; give voxelSize: 2':
      'Cannot load "data/voxelSize.nvdb": "u" fits; give voxel_size = 2',
    "a smaller dt, or beyondRadius: 'clamp'": "a smaller dt, or beyond_radius = 'clamp'",
    "neighborRadius is -1; give voxels, or { cfl: 'velocity', cap: 8 }":
      "neighbor_radius is -1; give voxels, or { cfl = 'velocity', cap = 8 }",
    "give a list of names, as in ['#0', '#1']": "give a list of names, as in {'#0', '#1'}",
  };
  for (const [engine, lua] of Object.entries(told)) expect(inLua(engine)).toBe(lua);
});

test('names of fields and source text stay as they are', () => {
  for (const message of [
    'Cannot find field "voxelSize": there is none of that name',
    'Cannot load "my voxelSize/cutOrder: 2.nvdb": there is no such file',
    'Cannot find field "two lines\nand voxelSize": there is none of that name',
    'Cannot find field "voxelSize and\ntwo lines": there is none of that name',
    'Cannot compile stencil "s": line 1: this is no number\n    1 | float s = voxelSize;\n      |           ^^^^^^^^^',
    'Cannot use myVoxelSize, or a.voxelSize, or u[0]',
  ]) {
    expect(inLua(message)).toBe(message);
  }
});
