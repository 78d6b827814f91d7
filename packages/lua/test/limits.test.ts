import { describe, expect, test } from 'vitest';
import { runText } from './run-text.ts';

const bySeconds =
  /^scene\.lua:(\d+: )? ?Cannot go on: the scene has computed for 0\.3 s, and no more are allowed; look for a loop without end, or give --lua-seconds$/u;
const byMemory =
  /^scene\.lua:(\d+: )? ?Cannot go on: the scene's values take 16 MiB, and no more are allowed; keep fewer, or give --lua-memory$/u;

/** Each would go on for ever, if an error could be caught. */
const endless: readonly (readonly [name: string, text: string])[] = [
  ['a loop', 'while true do end'],
  ['a loop in pcall', 'while true do pcall(function() while true do end end) end'],
  [
    'a loop in xpcall, whose handler loops',
    'xpcall(function() while true do end end, function() while true do end end)',
  ],
  ['a handler that loops', 'xpcall(error, function() while true do end end)'],
  [
    'a coroutine that loops in pcall',
    'coroutine.wrap(function() while true do pcall(function() while true do end end) end end)()',
  ],
  [
    'coroutines in coroutines',
    'local function f() coroutine.wrap(function() pcall(f) end)() while true do end end f()',
  ],
  [
    'yields without end',
    'local co = coroutine.wrap(function() while true do coroutine.yield() end end) while true do co() end',
  ],
  [
    'a variable that is closed with a loop',
    'local t <close> = setmetatable({}, { __close = function() while true do end end })',
  ],
  [
    'an error that is asked for its text, and loops',
    'error(setmetatable({}, { __tostring = function() while true do end end }))',
  ],
  ['a comparison that loops', 'table.sort({ 1, 2, 3 }, function() while true do end end)'],
  ['a replacement that loops', 'string.gsub("x", "x", function() while true do end end)'],
  ['an index that loops', 'local t = setmetatable({}, { __index = function() while true do end end }) print(t.x)'],
  ['a pattern that tries all ways', 'string.find(("a"):rep(60), ("a*"):rep(30) .. "b")'],
  ['a reader that never ends', 'load(function() while true do end end)'],
  ['goto', '::again:: goto again'],
  ['recursion in pcall', 'local function f() while true do pcall(f) end end f()'],
  ['prints', 'while true do print("x") end'],
];

describe('no script computes longer than it may', () => {
  test.each(endless)('%s', async (_, text) => {
    const { error } = await runText(text, { timeLimit: 0.3, memoryLimit: 2 ** 28 });
    expect(error).toMatch(bySeconds);
  });

  test('and the line where it was is told', async () => {
    const { error } = await runText('local n = 0\npcall(function()\n  while true do n = n + 1 end\nend)', {
      timeLimit: 0.3,
    });
    expect(error).toMatch(/^scene\.lua:3: Cannot go on: the scene has computed for 0\.3 s/u);
  });
});

/** Each would take all memory, if an error could be caught. */
const hoarders: readonly (readonly [name: string, text: string])[] = [
  ['a table', 'local t = {} pcall(function() for n = 1, 1e9 do t[n] = n end end)'],
  ['tables', 'local t = {} while true do pcall(function() for n = 1, 1e9 do t[#t + 1] = {} end end) end'],
  ['string.rep', 'while true do pcall(string.rep, "x", 1e9) local t = {} end'],
  ['a string that doubles', 'local s = "x" while true do pcall(function() s = s .. s end) local t = { s } end'],
  [
    'table.concat',
    'local t = {} for n = 1, 1e4 do t[n] = ("x"):rep(1e4) end while true do pcall(table.concat, t) local u = {} end',
  ],
  ['string.format', 'while true do pcall(string.format, "%99s", ("x"):rep(1e8)) local t = {} end'],
  [
    'coroutines',
    'local t = {} while true do pcall(function() for n = 1, 1e7 do t[#t + 1] = coroutine.create(print) end end) end',
  ],
  [
    'closures',
    'local t = {} while true do pcall(function() for n = 1, 1e8 do t[#t + 1] = function() return n end end end) end',
  ],
  ['gsub', 'local s = ("x"):rep(4096) while true do pcall(function() s = s:gsub("x", "xx") end) local t = { s } end'],
  ['string.pack', 'while true do pcall(string.pack, "!16 c100000000", "x") local t = {} end'],
  ['a text that is loaded', 'while true do pcall(load, function() return ("x"):rep(1e7) end) local t = {} end'],
];

describe('no script takes more memory than it may', () => {
  test.each(hoarders)('%s', async (_, text) => {
    const { error } = await runText(text, { timeLimit: 60, memoryLimit: 2 ** 24 });
    expect(error).toMatch(byMemory);
  });

  test('and the line where it was is told, though a pcall swallowed the first word of it', async () => {
    const text = 'local function hoard()\n  local s = string.rep("x", 1e9)\n  return #s\nend\nprint(pcall(hoard))';
    const { error } = await runText(text, { memoryLimit: 2 ** 24 });
    expect(error).toMatch(/^scene\.lua:2: Cannot go on: the scene's values take 16 MiB/u);
  });

  test('and garbage is no memory', async () => {
    const { error, printed } = await runText('for n = 1, 200 do local s = ("x"):rep(2 ^ 20) .. n end print("done")', {
      memoryLimit: 2 ** 23,
    });
    expect(error).toBe('');
    expect(printed).toBe('done\n');
  });
});

test('endless recursion is an error that can be caught', async () => {
  const { printed, error } = await runText(`
    local function f() return 1 + f() end
    local ok, problem = pcall(f)
    print(ok, (problem:match('stack overflow')))
    f()
  `);
  expect(printed).toBe('false\tstack overflow\n');
  expect(error).toMatch(/^scene\.lua:2: Cannot run the scene: stack overflow/u);
});

test('what a script waits for is not its time', async () => {
  const { error, printed } = await runText('for n = 1, 5 do print(n) end', {
    timeLimit: 0.3,
    print: () => new Promise((resolve) => setTimeout(resolve, 150)),
  });
  expect(error).toBe('');
  expect(printed).toBe('');
});

test('interrupt ends a script that computes, and one that waits behind what it waits for', async () => {
  const computing = await runText('while true do end', {
    started: (script) => setTimeout(() => script.interrupt(), 100),
  });
  expect(computing.error).toBe('scene.lua: Cannot go on: the run was interrupted');
  let done = false;
  let running: { interrupt(): void } | null = null;
  const waiting = await runText('print("x") print("y")', {
    started: (script) => (running = script),
    print: async () => {
      running!.interrupt();
      await new Promise((resolve) => setTimeout(resolve, 100));
      done = true;
    },
  });
  expect(done).toBe(true);
  expect(waiting.error).toBe('scene.lua: Cannot go on: the run was interrupted');
});
