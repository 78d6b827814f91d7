import { mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '@halocline/testing';
import { expect, test } from 'vitest';
import { Host } from '../src/host/host.ts';
import { SourceText } from '../src/host/source-text.ts';
import { LuaScript } from '../src/index.ts';
import { runText } from './run-text.ts';

/** What a script tries, and what it gets to see: the attempt's value as text, or its error. */
const attempts: readonly (readonly [name: string, attempt: string, seen: string])[] = [
  ['files', 'io', 'nil'],
  ['the system', 'os', 'nil'],
  ['modules', 'require or package', 'nil'],
  ['other scripts', 'dofile or loadfile', 'nil'],
  ['warnings', 'warn', 'nil'],
  ['bytecode out', 'string.dump', 'nil'],
  ['bytecode in', String.raw`load("\27Lua")`, 'nil'],
  ['bytecode in, by a mode', String.raw`load("\27Lua", "x", "b")`, 'nil'],
  ['text, by the mode of bytecode', 'load("return 7", "x", "b")()', '7'],
  ['an environment that is empty', 'load("return print", "x", "t", {})()', 'nil'],
  ['an environment that is nil', 'pcall(load("return print", "x", "t", nil))', 'false'],
  ['the registry', 'debug.getregistry', 'nil'],
  ['upvalues', 'debug.getupvalue or debug.setupvalue or debug.upvaluejoin', 'nil'],
  ['local variables', 'debug.getlocal or debug.setlocal', 'nil'],
  ['hooks', 'debug.sethook or debug.gethook', 'nil'],
  ['metatables of others', 'debug.getmetatable or debug.setmetatable', 'nil'],
  ['facts of functions', 'debug.getinfo', 'nil'],
  ['what debug has', 'next(debug)', 'traceback'],
  ['the metatable of strings', 'getmetatable("")', 'locked'],
  [
    'a metatable for strings',
    'setmetatable("", {})',
    "scene.lua:1: bad argument #1 to 'setmetatable' (table expected, got string)",
  ],
  ['the metatable of a library', 'getmetatable(gpu)', 'locked'],
  ['another metatable for a library', 'setmetatable(gpu, {})', 'cannot change a protected metatable'],
  [
    'a function of ours replaced',
    'rawset(FluidEngine, "x", 1) and FluidEngine.new(1)',
    'scene.lua:1: Cannot create simulation: its options are 1; give a table',
  ],
  ['a constructor', 'FluidEngine.constructor', 'there is none of that name'],
  ['a prototype', 'gpu.__proto__', 'there is none of that name'],
  ['a constructor of values', 'scene.values.constructor', 'nil'],
  ['a prototype of options', 'FluidEngine.new({ ["__proto__"] = {} })', '"__proto__" is no option of it'],
  ['toString of options', 'FluidEngine.new({ toString = 1 })', '"toString" is no option of it'],
  ['a handle of its own making', 'gpu.buffer_free({ ["$handle"] = 1 })', 'what is given was freed'],
  ['a handle of no number', 'gpu.buffer_free({ ["$handle"] = "constructor" })', 'no handle is given'],
  [
    'a finalizer',
    'setmetatable({}, { __gc = print })',
    'scene.lua:1: Cannot set a metatable: it has __gc, and scenes have no finalizers; use a variable with <close>, or free what you made',
  ],
  [
    'the collector stopped',
    'collectgarbage("stop")',
    'scene.lua:1: Cannot collect garbage: "stop" is not for scenes; give "collect", "step" or "count"',
  ],
  ['a function passed', 'FluidEngine.new({ domain_bbox = print })', 'Cannot pass a value of type function'],
  ['a thread passed', 'FluidEngine.new({ grid = coroutine.create(print) })', 'Cannot pass a value of type thread'],
  ['a table in itself', '(function() local t = {} t.t = t FluidEngine.new(t) end)()', 'more than 16 deep, or itself'],
  [
    'a table that unfolds',
    '(function() local t = {} for _ = 1, 12 do local u = {} for n = 1, 9 do u[n] = t end t = u end FluidEngine.new(t) end)()',
    'it holds more than 1000000 values; pass fewer',
  ],
  ['keys that are tables', 'FluidEngine.new({ [{}] = 1 })', 'it has the key table: '],
  ['a list with holes', 'FluidEngine.new({ [1000000000] = 1 })', 'it goes to place 1000000000, and has 1 of them'],
  ['a file above', 'gpu.save_png("../../up.png", 1, 1, "abcd")', 'reaches files of this folder and of its own'],
  ['a file elsewhere', 'gpu.save_png("/etc/x.png", 1, 1, "abcd")', 'reaches files of this folder and of its own'],
  [
    'a picture that is none',
    'gpu.save_png("/etc/passwd", 1, 1, "abcd")',
    'its ending is ""; give one of a picture, .png',
  ],
];

test('scripts that try to get out see nil, or an error', async () => {
  const lines = attempts.map(([, attempt]) => `print(pcall(function() return ${attempt} end))`);
  // Each in a coroutine of one thread: what an attempt breaks, the next would show.
  const { printed, error } = await runText(lines.map((line) => `coroutine.wrap(function() ${line} end)()`).join('\n'));
  expect(error).toBe('');
  const seen = printed.trimEnd().split('\n');
  expect(seen).toHaveLength(attempts.length);
  for (const [index, [name, , wanted]] of attempts.entries()) {
    const line = seen[index]!.replaceAll(/scene\.lua:\d+: /gu, 'scene.lua:1: ');
    expect(line, name).toContain(wanted);
  }
});

test('functions that a script puts in the places of ours are not called by what we bring', async () => {
  const { printed, error } = await runText(`
    local say, type, error, pairs = print, type, error, pairs
    for name, value in pairs(_G) do
      if type(value) == 'function' then _G[name] = function() error('taken: ' .. name) end end
    end
    string.format, string.rep, string.pack, table.concat, table.unpack = nil, nil, nil, nil, nil
    say(#gpu.pack('float32', { 1, 2, 3 }), gpu.unpack('uint32', gpu.pack('uint32', { 7 }))[1])
    FluidEngine.new { halo_thicknes = 2 }
  `);
  expect(printed).toBe('12\t7\n');
  expect(error).toMatch(/^scene\.lua:8: Cannot create simulation: "halo_thicknes" is no option of it \(did you mean/u);
});

test('two runs see the same random numbers and the same order of keys', async () => {
  const text = `
    local keys = {}
    for name in pairs { alpha = 1, beta = 2, gamma = 3, delta = 4, epsilon = 5, zeta = 6 } do keys[#keys + 1] = name end
    print(table.concat(keys, ' '), math.random(), math.random(1000))
  `;
  const [first, second] = [await runText(text), await runText(text)];
  expect(first.printed).toMatch(/^\w+ \w+ \w+ \w+ \w+ \w+\t0\.\d+\t\d+\n$/u);
  expect(second.printed).toBe(first.printed);
});

test('scene.value has the type of its default, and scene.values the text', async () => {
  const { printed, error } = await runText(
    `
    print(scene.value('voxels', 16), scene.value('fast', false), scene.value('name', 'x'), scene.value('other', 2.5), scene.values.voxels)
    scene.value('name', 1)
  `,
    { values: { voxels: '32', fast: 'true', name: 'plume' } },
  );
  expect(printed).toBe('32\ttrue\tplume\t2.5\t32\n');
  expect(error).toBe('scene.lua:3: Cannot read option "--set name=plume": it is no number; give one');
});

test('a link does not lead out of the folders of a script', async () => {
  using outside = temporaryFolder();
  using inside = temporaryFolder();
  symlinkSync(outside.path, join(inside.path, 'link'));
  symlinkSync(join(outside.path, 'b.png'), join(inside.path, 'b.png'));
  outside.file('b.png', 'mine');
  symlinkSync(join(outside.path, 'new.png'), join(inside.path, 'new.png'));
  symlinkSync('link/../d.png', join(inside.path, 'd.png'));
  const text = `print(select(2, pcall(gpu.save_png, scene.values.file, 1, 1, 'abcd')))`;
  for (const name of ['link/a.png', 'b.png', 'link/../../c.png', 'new.png', 'd.png']) {
    const file = join(inside.path, '.', name);
    const { printed } = await runText(text, { folders: [inside.path], values: { file: `${inside.path}/${name}` } });
    expect(printed, file).toContain('reaches files of this folder and of its own');
  }
  expect(readFileSync(join(outside.path, 'b.png'), 'utf8')).toBe('mine');
  const { printed } = await runText(text, { folders: [inside.path], values: { file: `${inside.path}/a.png` } });
  expect(printed).toBe('\n');
});

test('nor does the folder above what a link points at', () => {
  using outside = temporaryFolder();
  using inside = temporaryFolder();
  outside.file('mine.nvdb', 'mine');
  mkdirSync(join(outside.path, 'below'));
  symlinkSync(join(outside.path, 'below'), join(inside.path, 'link'));
  const host = new Host({ folders: [inside.path] }, new SourceText(''), 'scene.lua');
  const path = `${inside.path}/link/../mine.nvdb`;
  expect(readFileSync(path, 'utf8')).toBe('mine');
  expect(host.path('load', path)).toBe(join(inside.path, 'mine.nvdb'));
});

test('a first line for the shell is a comment, and bytecode is no scene', async () => {
  const shell = await runText('#!/usr/bin/env halocline\nprint(debug.traceback("x", 1):match("scene.lua:%d+"))');
  expect([shell.error, shell.printed]).toEqual(['', 'scene.lua:2\n']);
  const marked = await runText('\uFEFFprint(1)');
  expect([marked.error, marked.printed]).toEqual(['', '1\n']);
  const bytecode = await runText('\u001bLuaT');
  expect(bytecode.error).toBe('scene.lua: Cannot read the scene: it is bytecode; give its text');
});

test('a file that is not there is one line', async () => {
  await expect(LuaScript.run('/nowhere/none.lua')).rejects.toThrow(
    /^Cannot run scene "\/nowhere\/none\.lua": there is no such file; give the path of a \.lua or \.fluid file$/u,
  );
});

test('values that the script never asks for are told of, those that it asks for are not', async () => {
  const values = { rate: '2', rtae: '3', count: '4' };
  const named = await runText("print(scene.value('rate', 1), scene.values.count, scene.value('other'))", { values });
  expect(named).toEqual({
    printed: '2\t4\tnil\n',
    error: '',
    log: ['--set rtae: the scene has not asked for "rtae"; it asked for "rate", "count", "other"'],
  });
  const all = await runText('local n = 0 for name in pairs(scene.values) do n = n + 1 end print(n)', { values });
  expect(all).toEqual({ printed: '3\n', error: '', log: [] });
  const late = await runText('print(1) print(scene.values.late)', { values: { late: '1' } });
  expect(late).toEqual({ printed: '1\n1\n', error: '', log: [] });
  const none = await runText('print(1)', { values: { typo: '1' } });
  expect(none.log).toEqual(['--set typo: the scene has not asked for "typo"; it asked for no value']);
});
