/**
 * @file Graphs of a script. Their passes come over when one is run or explained, with the commands that their functions
 * noted; a graph that says nothing new keeps its plan, and its recordings.
 */
import {
  Graph,
  use,
  type Bindings,
  type Buffer,
  type Device,
  type GraphBuffer,
  type Pass,
  type Plan,
  type Usage,
} from '@halocline/gpu';
import type { LuaValue } from '../machine/values.ts';
import { toLua, type Call, type Operations } from './call.ts';
import { deviceOf, replay, settle, type Command } from './commands.ts';
import type { Runtime } from './gpu-operations.ts';
import type { Handles } from './handles.ts';
import type { Host } from './host.ts';
import { listOf, readOptions, wordsOf, type Kinds } from './options.ts';

const PASS = { queue: 'text', side_effects: 'flag' } as const satisfies Kinds;
const RESOURCE = { buffer: 'any', byte_length: 'number', kept: 'flag' } as const satisfies Kinds;

/** A resource of a script's graph: a buffer that is there, or one that lives within the graph. */
interface Declared {
  readonly name: string;
  /** Of one that lives within the graph: as the plan that is made last declares it. */
  buffer: Buffer | GraphBuffer;
}

/** A graph of a script. */
class SceneGraph {
  /** By name. A fresh graph declares them and takes the passes, each time that a plan is made. */
  readonly resources: Map<string, Declared> = new Map();
  plan: Plan | null = null;
  device: Device | null = null;

  drop(): void {
    this.plan?.[Symbol.dispose]();
    this.plan = null;
  }
}

/** Operations of graphs. */
export function graphOperations(host: Host, runtime: Runtime): Operations {
  const graph = (call: Call, act: string): SceneGraph => call.object<SceneGraph>(0, act, 'graph');
  const planOf = (call: Call, act: string): { scene: SceneGraph; plan: Plan } => {
    const scene = graph(call, act);
    const passes = listOf(call.at(1));
    if (passes !== null || scene.plan === null) compile(host.handles, runtime, scene, passes ?? []);
    return { scene, plan: scene.plan! };
  };
  return {
    'gpu.graph': () => {
      const made = new SceneGraph();
      return { value: host.handles.give('graph', made, () => made.drop()) };
    },
    'graph.free': async (call) => host.handles.free(graph(call, 'free graph')),
    'graph.add_resource': (call) => addResource(host.handles, graph(call, 'add resource'), call),
    'resource.info': (call) => {
      const { name, buffer } = call.object<Declared>(0, 'tell facts', 'resource');
      return { value: toLua({ name, byteLength: buffer.byteLength }) };
    },
    'graph.run': async (call) => {
      const { scene, plan } = planOf(call, 'run graph');
      if (scene.device === null) {
        throw new TypeError('Cannot run graph: no pass names a kernel or a buffer; let one use something');
      }
      await plan.execute({ device: scene.device, reuse: true });
    },
    'graph.explain': (call) => ({ value: planOf(call, 'explain graph').plan.explain() }),
    'graph.order': (call) => ({ value: planOf(call, 'order graph').plan.order }),
    'graph.to_mermaid': (call) => ({ value: planOf(call, 'draw graph').plan.toMermaid() }),
    'graph.to_dot': (call) => ({ value: planOf(call, 'draw graph').plan.toDot() }),
    'graph.to_svg': (call) => ({ value: planOf(call, 'draw graph').plan.toSvg() }),
  };
}

function addResource(handles: Handles, scene: SceneGraph, call: Call): { value: LuaValue } {
  const name = call.text(1, 'add resource', 'name');
  const act = `add resource "${name}"`;
  const { buffer, byteLength, kept = false } = call.options(2, act, RESOURCE);
  if ((buffer === undefined) === (byteLength === undefined)) {
    const what = buffer === undefined ? 'neither buffer nor byte_length' : 'both buffer and byte_length';
    throw new TypeError(`Cannot ${act}: it has ${what}; give one of them`);
  }
  if (scene.resources.has(name)) {
    throw new TypeError(`Cannot ${act}: the graph has a resource of that name; give each its own`);
  }
  const made: Declared =
    buffer === undefined
      ? { name, buffer: new Graph().transientBuffer(name, { byteLength: byteLength!, kept }) }
      : { name, buffer: handles.take(act, 'buffer', buffer) as Buffer };
  scene.resources.set(name, made);
  return { value: handles.give('resource', made) };
}

/** Makes the plan anew of what the script says. */
function compile(handles: Handles, runtime: Runtime, scene: SceneGraph, passes: readonly LuaValue[]): void {
  scene.drop();
  const graph = new Graph();
  for (const each of scene.resources.values()) {
    const { name, buffer } = each;
    if (!('origin' in buffer)) continue;
    each.buffer = graph.transientBuffer(name, { byteLength: buffer.byteLength, ...buffer.options });
  }
  let device: Device | null = null;
  for (const each of passes) {
    const said = each as ReadonlyMap<string, LuaValue>;
    const commands = settle(handles, said.get('commands'), said.get('at') as number);
    const uses = (listOf(said.get('uses')) ?? []) as readonly (readonly LuaValue[])[];
    const [reads, writes] = ['read', 'write'].map((how) =>
      uses.filter(([one]) => one === how).map((given) => useOf(handles, said.get('name') as string, how, given)),
    );
    device ??= deviceOf(commands, runtime.devices) ?? deviceOf(usedBy(uses, handles), runtime.devices);
    const name = said.get('name') as string;
    const { queue, sideEffects } = readOptions(`add pass "${name}"`, said.get('options'), PASS);
    graph.pass({
      name,
      reads: reads!,
      writes: writes!,
      after: listOf(said.get('after')) as readonly string[],
      ...(queue === undefined ? {} : { queue: queue as NonNullable<Pass['queue']> }),
      ...(sideEffects === undefined ? {} : { sideEffects }),
      record: (encoder, at) => replay(encoder, commands, (object) => standing(object, at)),
    });
  }
  scene.device = device;
  scene.plan = graph.compile() as Plan;
}

/** The buffers of a pass's uses, as a command would name them. */
function usedBy(uses: readonly (readonly LuaValue[])[], handles: Handles): Command[] {
  const given = uses.map(([, resource]) => (handles.find(resource)?.object as Declared | undefined)?.buffer);
  return [{ name: 'uses', given, at: 0 }];
}

/** What stands behind a declared resource, when its pass is recorded. */
function standing(object: LuaValue | object, at: Bindings): LuaValue | object {
  const declared = object as Partial<Declared> | undefined;
  const buffer = typeof declared === 'object' && !(declared instanceof Map) ? declared.buffer : undefined;
  if (buffer === undefined) return object;
  return 'origin' in buffer ? at.buffer(buffer) : buffer;
}

function useOf(handles: Handles, pass: string, how: string, given: readonly LuaValue[]): ReturnType<typeof use> {
  const [, handle, access] = given;
  const found = handles.find(handle);
  const act = `${how} in pass "${pass}"`;
  if (found === null || !['resource', 'buffer'].includes(found.kind)) {
    throw new TypeError(
      `Cannot ${act}: ${found ? `a ${found.kind}` : wordsOf(handle)} is given; give a resource or a buffer`,
    );
  }
  const resource = found.kind === 'resource' ? (found.object as Declared).buffer : (found.object as Buffer);
  if (access !== undefined && typeof access !== 'string') {
    throw new TypeError(`Cannot ${act}: the usage is ${wordsOf(access)}; give one in words, as in 'storage-read'`);
  }
  const usual = how === 'read' ? 'storage-read' : 'storage-write';
  return use(resource, (access ?? usual) as Usage);
}
