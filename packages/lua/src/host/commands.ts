/** @file Commands that an encoder of a script noted, made again on a real one. */
import type { Buffer, ComputePipeline, Device, Encoder, Usage } from '@halocline/gpu';
import type { LuaValue } from '../machine/values.ts';
import type { Handles } from './handles.ts';
import { listOf, readOptions, wordsOf } from './options.ts';

/** A command with its objects in the place of handles; the number that its script knows it by. */
export interface Command {
  readonly name: string;
  readonly given: readonly (LuaValue | object)[];
  readonly at: number;
}

/** An error of one command of a list, by its number there. */
export class CommandError extends Error {
  readonly at: number;

  constructor(at: number, cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.at = at;
  }
}

/** Reads the list of commands; `base` is the number before the first. `resolve` knows further handles, such as a graph's resources. */
export function settle(handles: Handles, value: LuaValue, base = 0): Command[] {
  return (listOf(value) ?? []).map((each, index) => {
    const [name, given] = each as readonly [string, readonly LuaValue[]];
    const at = base + index + 1;
    const objects = [...given].map((one) => {
      const isHandle = one instanceof Map && one.has('$handle');
      const object = isHandle ? handles.find(one)?.object : one;
      if (!isHandle || object !== undefined) return object;
      throw new CommandError(
        at,
        new TypeError(`Cannot record ${name}: what is given was freed; give one that is alive`),
      );
    });
    return { name, given: objects, at };
  });
}

/** The device of the first object that commands use; null where they use none. */
export function deviceOf(commands: readonly Command[], devices: ReadonlyMap<object, Device>): Device | null {
  for (const { given } of commands) {
    for (const each of given) {
      const device = typeof each === 'object' ? devices.get(each) : undefined;
      if (device !== undefined) return device;
    }
  }
  return null;
}

/** Records commands; `at` turns what a graph declared into what stands behind it. Throws CommandError. */
export function replay(
  encoder: Encoder,
  commands: readonly Command[],
  at: (object: LuaValue | object) => LuaValue | object = (object) => object,
): void {
  const open: { readonly label: Command; readonly inner: Command[] }[] = [];
  for (const command of commands) {
    const into = open.at(-1);
    if (command.name === 'label') open.push({ label: command, inner: [] });
    else if (command.name === 'end') {
      const { label, inner } = open.pop()!;
      const whole: Command = { ...label, given: [label.given[0], inner] };
      const outer = open.at(-1);
      if (outer) outer.inner.push(whole);
      else run(encoder, whole, at);
    } else if (into) into.inner.push(command);
    else run(encoder, command, at);
  }
}

function run(encoder: Encoder, command: Command, at: (object: LuaValue | object) => LuaValue | object): void {
  try {
    perform(encoder, command, at);
  } catch (error) {
    throw error instanceof CommandError ? error : new CommandError(command.at, error);
  }
}

function perform(
  encoder: Encoder,
  { name, given }: Command,
  at: (object: LuaValue | object) => LuaValue | object,
): void {
  const act = `record ${name}`;
  const number = (place: number, usual?: number): number => {
    const value = given[place] ?? usual;
    if (typeof value === 'number') return value;
    throw new TypeError(`Cannot ${act}: argument ${place + 1} is ${wordsOf(value as LuaValue)}; give a number`);
  };
  const object = (place: number, kind: string): object => {
    const value = at(given[place]);
    if ((value as { readonly kind?: string } | undefined)?.kind === kind) return value as object;
    throw new TypeError(`Cannot ${act}: argument ${place + 1} is ${wordsOf(value as LuaValue)}; give a ${kind}`);
  };
  const buffer = (place: number): Buffer => object(place, 'buffer') as Buffer;
  switch (name) {
    case 'pipeline':
      return void encoder.pipeline(object(0, 'pipeline') as ComputePipeline);
    case 'bind': {
      const kinds = { set: 'number', byte_offset: 'number', byte_length: 'number' } as const;
      return void encoder.bind(number(0), buffer(1), readOptions(act, given[2] as LuaValue, kinds));
    }
    case 'push':
      return void encoder.push(Uint8Array.fromHex(given[0] as string), number(1, 0));
    case 'dispatch':
      return void encoder.dispatch(number(0), number(1, 1), number(2, 1));
    case 'dispatch_threads':
      return void encoder.dispatchThreads([number(0), number(1, 1), number(2, 1)]);
    case 'dispatch_indirect':
      return void encoder.dispatchIndirect(buffer(0), number(1, 0));
    case 'copy':
      return void encoder.copy(buffer(0), number(1), buffer(2), number(3), number(4));
    case 'fill':
      return void encoder.fill(buffer(0), number(1), number(2), number(3));
    case 'barrier':
      return void encoder.barrier(usages(act, given[0]), usages(act, given[1]));
    case 'uses':
      return void encoder.uses(buffer(0));
    default:
      encoder.label(given[0] as string, () => {
        for (const each of given[1] as readonly Command[]) run(encoder, each, at);
      });
  }
}

function usages(act: string, value: LuaValue | object): readonly Usage[] {
  const list = typeof value === 'string' ? [value] : listOf(value as LuaValue);
  if (list !== null && list.every((each) => typeof each === 'string')) return list as readonly Usage[];
  throw new TypeError(
    `Cannot ${act}: a side is ${wordsOf(value as LuaValue)}; give usages, as in cmd:barrier('storage-write', 'storage-read')`,
  );
}
