/**
 * @file The prelude: Lua that runs before a scene does. It takes away what a scene may not have, and makes what it has instead:
 * tables with methods, all in Lua, over the one function `host` of ours. A handle's number is kept in a table that a scene
 * can't reach, and its metatable is locked.
 *
 * The parts run in this order and share the table `H`. They name Lua's functions through locals, since a scene may put
 * others in their places.
 */
import { ENCODER } from './encoder.ts';
import { ENTRY } from './entry.ts';
import { GPU } from './gpu.ts';
import { GRAPH } from './graph.ts';
import { HANDLES } from './handles.ts';
import { SANDBOX } from './sandbox.ts';
import { SIMULATION } from './simulation.ts';

/** Its name in Lua; what is raised in it is told at the scene's line that called it. */
export const PRELUDE_CHUNK = '=halocline';

const parts = [SANDBOX, HANDLES, SIMULATION, GPU, ENCODER, GRAPH, ENTRY];

/**
 * The whole text: a function of `host` and the settings that gives the function which runs a scene, and the one that calls what it
 * left.
 */
export const PRELUDE: string = [
  'local host, settings = ...',
  'local H = { host = host, settings = settings }',
  ...parts.map((part) => `do\n${part}\nend`),
  'return H.run, H.call_back',
].join('\n');
