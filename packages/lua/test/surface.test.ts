import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import * as lua from '../src/index.ts';
import { runText } from './run-text.ts';

test('the package exports these names', () => {
  expect(Object.keys(lua).toSorted()).toMatchInlineSnapshot(`
    [
      "LuaError",
      "LuaScript",
      "StopScript",
    ]
  `);
});

/** Names that a table or a class lists in the error of one that it lacks. */
async function namesOf(text: string): Promise<string[]> {
  const { error } = await runText(text);
  return /; there are (.*)$/u.exec(error)![1]!.split(', ');
}

test('a scene has these globals, and nothing else', async () => {
  const { printed } = await runText(`
    local names = {}
    for name in pairs(_G) do names[#names + 1] = name end
    table.sort(names)
    print(table.concat(names, ' '))
    for _, library in ipairs { 'coroutine', 'debug', 'math', 'string', 'table', 'utf8' } do
      local members = {}
      for name in pairs(_G[library]) do members[#members + 1] = name end
      table.sort(members)
      print(library .. ': ' .. table.concat(members, ' '))
    end
  `);
  expect(printed).toMatchInlineSnapshot(`
    "FluidEngine _G _VERSION assert collectgarbage coroutine debug error fluids getmetatable gpu ipairs load math next pairs pcall print rawequal rawget rawlen rawset scene select setmetatable string table tonumber tostring type utf8 xpcall
    coroutine: close create isyieldable resume running status wrap yield
    debug: traceback
    math: abs acos asin atan ceil cos deg exp floor fmod huge log max maxinteger min mininteger modf pi rad random randomseed sin sqrt tan tointeger type ult
    string: byte char find format gmatch gsub len lower match pack packsize rep reverse sub unpack upper
    table: concat insert move pack remove sort unpack
    utf8: char charpattern codepoint codes len offset
    "
  `);
});

test('the README of the room names every function', async () => {
  const readme = readFileSync(fileURLToPath(new URL('../README.md', import.meta.url)), 'utf8');
  for (const library of ['FluidEngine', 'fluids', 'gpu']) {
    for (const name of await namesOf(`print(${library}.x)`)) {
      expect(readme, `${library}.${name}`).toContain(`\`${library}.${name}`);
    }
  }
});
