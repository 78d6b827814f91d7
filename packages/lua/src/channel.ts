/**
 * @file What the thread of Lua and the main thread say to each other. Lua's side asks and sleeps until it is answered; so a
 * call is a call to it, in a coroutine and in a callback as anywhere else. One word of shared memory counts the messages for
 * it, and is what it sleeps on; the messages themselves come through a port.
 */
import type { MessagePort } from 'node:worker_threads';
import type { LuaValue } from './machine/values.ts';

/** What the thread is started with. */
export interface ThreadStart {
  readonly bell: SharedArrayBuffer;
  readonly port: MessagePort;
  /** The script's text, and its name in messages. */
  readonly source: string;
  readonly chunk: string;
  readonly memoryBytes: number;
  /** Milliseconds that the script may compute in all; what it waits doesn't count. */
  readonly timeMs: number;
  /** For the table `scene`. */
  readonly values: ReadonlyMap<string, string>;
}

/** The prelude has run: the script begins. */
export interface Ready {
  readonly kind: 'ready';
}

/** Lua's side asks for something. `bytes` is what binary strings travel as. */
export interface Ask {
  readonly kind: 'ask';
  readonly what: string;
  readonly given: readonly LuaValue[];
  readonly bytes: Uint8Array<ArrayBuffer> | undefined;
  /** Milliseconds that it has computed so far. */
  readonly computed: number;
}

/** The script, or a function of it that was called, is done. */
export interface Done {
  readonly kind: 'done';
  readonly value: LuaValue;
}

/** It ended with an error. */
export interface Failed {
  readonly kind: 'failed';
  readonly reason: 'error' | 'syntax' | 'time' | 'memory';
  /** What Lua says, with the place in front where there is one. */
  readonly message: string;
  /** The line of the script that was at work, for a limit. */
  readonly line: number | null;
}

/** What Lua's side says. */
export type FromLua = Ready | Ask | Done | Failed;

/** The answer to what was asked. */
export interface Answer {
  readonly kind: 'answer';
  readonly value: LuaValue;
  readonly bytes?: Uint8Array<ArrayBuffer> | undefined;
}

/** What was asked for failed. `at` is the number of the command that is to blame, where one of a list is. */
export interface Refusal {
  readonly kind: 'refusal';
  readonly message: string;
  readonly at: number | undefined;
}

/** A function that the script left is to be called, once it is done. */
export interface CallBack {
  readonly kind: 'call';
  readonly name: string;
}

/** What the main thread says. */
export type ToLua = Answer | Refusal | CallBack;
