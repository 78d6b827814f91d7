/**
 * @file Interval analysis of a whole program: what is known of the locals is carried along the statements, from both sides
 * of a condition to where they meet, and round loops. A loop of few rounds is followed round by round; of any other, what
 * holds in all rounds is found by widening, and narrowed once (P. and R. Cousot, "Abstract interpretation", POPL 1977).
 * A function is looked at anew for each of its calls, with what is known of the arguments.
 */

import { sizeOf } from '../ir.ts';
import type { Expression, Local, Statement, Stencil } from '../ir.ts';
import { assignedIn } from '../optimize/program.ts';
import { evaluate } from './evaluate.ts';
import type { Place } from './evaluate.ts';
import { widen } from './range.ts';
import { refined } from './refine.ts';
import { anyValue, assigned, elementsAt, isSameState, merged, startOf } from './state.ts';
import type { Elements, Ranges, State } from './state.ts';

type Invoke = Expression & { readonly op: 'invoke' };

/** Told of a read at a computed coordinate, each time that control may come to it. */
export type Told = (node: Expression & { readonly op: 'gather' }, coord: Ranges) => void;

/** Rounds up to which a loop is followed round by round. */
const FOLLOWED = 64;

/** Statements that are looked at in all, before loops are no more followed round by round, and calls and loops not at all. */
const [PATIENCE, TIRED] = [1000, 20_000];

/** Rounds after which bounds that still move are given up, and after which all that moves is. */
const [WIDENS, GIVES_UP] = [2, 12];

/** What leaves a block sideways. */
interface Exits {
  broken: State | null;
  continued: State | null;
}

/** Where a body ends: with what is known of its locals, and of its value. */
interface Ending {
  state: State | null;
  value: Ranges | null;
}

/**
 * Follows a program from its start to its end; gives whether it came there: functions may call functions, and loops hold loops,
 * very often.
 */
export function follow(program: Pick<Stencil, 'locals' | 'body' | 'functions'>, told: Told): boolean {
  const flow = new Flow(program.functions, told);
  flow.body(program.locals, program.body, []);
  return !flow.tired;
}

class Flow {
  readonly #functions: Stencil['functions'];
  readonly #told: Told;
  /** How many loops around are not settled yet: what is read in them now is not told of. */
  #unsettled = 0;
  #steps = 0;

  constructor(functions: Stencil['functions'], told: Told) {
    this.#functions = functions;
    this.#told = told;
  }

  /** Follows a function's body, or the main code. */
  body(locals: readonly Local[], body: readonly Statement[], given: readonly Elements[]): Ending {
    const walk = new Walk(this, locals);
    const end = walk.block(body, startOf(locals, given), { broken: null, continued: null });
    return { state: merged(end, walk.returned.state, locals), value: walk.returned.value };
  }

  /** What a call gives, and the locals that it leaves behind for its `out` arguments. */
  call({ function: number, args, type }: Invoke, place: Place, state: State): { value: Ranges; after: State | null } {
    const { parameters, locals, body } = this.#functions[number]!;
    this.step();
    if (this.tired) return { value: type === 'void' ? [] : anyValue(type), after: null };
    const given = args.map((arg, at): Elements => {
      if (arg.mode === 'in') return [evaluate(place, arg.value, state)];
      return arg.mode === 'inout' ? state[arg.local]! : startOf([locals[at]!], [])[0]!;
    });
    const { value, state: after } = this.body(locals, body, given.slice(0, parameters.length));
    return { value: value ?? (type === 'void' ? [] : anyValue(type)), after };
  }

  tell(node: Expression & { readonly op: 'gather' }, coord: Ranges): void {
    if (this.#unsettled === 0) this.#told(node, coord);
  }

  /** Counts a statement; gives whether there is patience left. */
  step(): boolean {
    return ++this.#steps < PATIENCE;
  }

  get tired(): boolean {
    return this.#steps > TIRED;
  }

  /** Runs a part whose reads are not told of. */
  unsettled<T>(part: () => T): T {
    this.#unsettled++;
    try {
      return part();
    } finally {
      this.#unsettled--;
    }
  }
}

/** The way through one body. */
class Walk {
  readonly #flow: Flow;
  readonly #locals: readonly Local[];
  readonly #place: Place;
  readonly returned: Ending = { state: null, value: null };

  constructor(flow: Flow, locals: readonly Local[]) {
    this.#flow = flow;
    this.#locals = locals;
    this.#place = {
      locals,
      read: (node, coord) => flow.tell(node, coord),
      call: (node, state) => flow.call(node, this.#place, state).value,
    };
  }

  /** What is known at a block's end; null where control never comes there. */
  block(body: readonly Statement[], start: State | null, exits: Exits): State | null {
    let state = start;
    for (const node of body) {
      if (state === null) return null;
      this.#flow.step();
      state = this.#statement(node, state, exits);
    }
    return state;
  }

  #statement(node: Statement, state: State, exits: Exits): State | null {
    switch (node.op) {
      case 'assign':
        return this.#assign(node, state);
      case 'assignIndex': {
        const size = sizeOf(this.#locals[node.local]!.type);
        const { first, last } = elementsAt(this.#value(node.index, state)[0]!, size);
        const components = Array.from({ length: last - first + 1 }, (_, at) => first + at);
        const value = components.flatMap(() => this.#value(node.value, state));
        return this.#set(state, node.local, value, { components, certain: first === last });
      }
      case 'assignElement': {
        const elements = elementsAt(this.#value(node.index, state)[0]!, state[node.local]!.length);
        const value = this.#value(node.value, state);
        const local = this.#locals[node.local]!;
        return assigned(state, node.local, local, { value, components: node.components ?? null, ...elements });
      }
      case 'clear':
        return state.with(node.local, startOf([this.#locals[node.local]!], [])[0]!);
      case 'if':
        return this.#branch(node, state, exits);
      case 'loop':
        return this.#loop(node, state);
      case 'break':
        exits.broken = this.#merged(exits.broken, state);
        return null;
      case 'continue':
        exits.continued = this.#merged(exits.continued, state);
        return null;
      case 'return':
        return this.#return(node.value, state);
      case 'evaluate':
        return node.value.op === 'invoke' ? this.#invoke(node.value, state).state : state;
      case 'print':
        for (const value of node.values) this.#value(value, state);
        return state;
      default:
        this.#value(node.value, state);
        return state;
    }
  }

  #value(node: Expression, state: State): Ranges {
    return evaluate(this.#place, node, state);
  }

  #merged(a: State | null, b: State | null): State | null {
    return merged(a, b, this.#locals);
  }

  #set(
    state: State,
    local: number,
    value: Ranges,
    { components, certain }: { readonly components: readonly number[] | null; readonly certain: boolean },
  ): State {
    const set = assigned(state, local, this.#locals[local]!, { value, components, first: 0, last: 0 });
    return certain ? set : this.#merged(state, set)!;
  }

  #assign(node: Statement & { readonly op: 'assign' }, state: State): State {
    const called = node.value.op === 'invoke' ? this.#invoke(node.value, state) : null;
    const value = called?.value ?? this.#value(node.value, state);
    const components = node.components ?? null;
    return this.#set(called?.state ?? state, node.local, value, { components, certain: true });
  }

  #invoke(node: Invoke, state: State): { readonly value: Ranges; readonly state: State } {
    const { value, after } = this.#flow.call(node, this.#place, state);
    let changed = state;
    for (const [at, arg] of node.args.entries()) {
      if (arg.mode !== 'in') changed = changed.with(arg.local, after?.[at] ?? state[arg.local]!);
    }
    return { value, state: changed };
  }

  #return(node: Expression | undefined, state: State): null {
    if (node !== undefined) {
      const value = this.#value(node, state);
      const { value: before } = this.returned;
      const type = { name: '', type: node.type as Local['type'] };
      this.returned.value = before === null ? value : merged([[before]], [[value]], [type])![0]![0]!;
    }
    this.returned.state = this.#merged(this.returned.state, state);
    return null;
  }

  #branch(node: Statement & { readonly op: 'if' }, state: State, exits: Exits): State | null {
    const { low, high } = this.#value(node.condition, state)[0]!;
    const side = (chosen: boolean): State | null => {
      if (low === high && (low === 1) !== chosen) return null;
      const start = refined(this.#place, node.condition, chosen, state);
      return this.block(chosen ? node.then : node.else, start, exits);
    };
    return this.#merged(side(true), side(false));
  }

  #loop(node: Statement & { readonly op: 'loop' }, state: State): State | null {
    if (node.limit <= FOLLOWED && this.#flow.step()) return this.#followed(node, state);
    const start = this.#flow.unsettled(() => this.#settled(node, state));
    const { back, left } = this.#round(node, start);
    return this.#merged(node.testFirst ? this.#merged(start, left) : left, back);
  }

  /** Round by round, to the last that there may be. */
  #followed(node: Statement & { readonly op: 'loop' }, state: State): State | null {
    let left: State | null = null;
    let now: State | null = state;
    for (let round = 0; round < node.limit && now !== null; round++) {
      const one: Round = this.#round(node, now);
      if (node.testFirst && one.tested !== 1) left = this.#merged(left, now);
      left = this.#merged(left, one.left);
      now = one.back;
      if (!this.#flow.step() && now !== null) {
        const rest = this.#flow.unsettled(() => this.#settled(node, now!));
        const last = this.#round(node, rest);
        return [rest, last.left, last.back].reduce((all, each) => this.#merged(all, each), left);
      }
    }
    return this.#merged(left, now);
  }

  /** What holds where any round starts. */
  #settled(node: Statement & { readonly op: 'loop' }, state: State): State {
    let start = state;
    for (let round = 0; round < GIVES_UP && !this.#flow.tired; round++) {
      const next = this.#merged(state, this.#round(node, start).back)!;
      const wider = this.#merged(start, next)!;
      if (isSameState(wider, start)) return next;
      start = round < WIDENS ? wider : merged(start, wider, this.#locals, widen)!;
    }
    for (const local of assignedIn([node])) {
      const { type, length = 1 } = this.#locals[local]!;
      start = start.with(
        local,
        Array.from({ length }, () => anyValue(type)),
      );
    }
    return start;
  }

  #round(node: Statement & { readonly op: 'loop' }, start: State): Round {
    const exits: Exits = { broken: null, continued: null };
    const tested = node.testFirst ? this.#value(node.condition, start)[0]! : { low: 1, high: 1 };
    if (tested.high === 0) return { back: null, left: null, tested: 0 };
    const entered = node.testFirst ? refined(this.#place, node.condition, true, start) : start;
    const ended = this.#merged(this.block(node.body, entered, exits), exits.continued);
    const after = this.block(node.continuing, ended, { broken: null, continued: null });
    const word = tested.low === 1 ? 1 : null;
    if (node.testFirst || after === null) return { back: after, left: exits.broken, tested: word };
    const again = this.#value(node.condition, after)[0]!;
    const left = this.#merged(exits.broken, after);
    return { back: again.high === 0 ? null : refined(this.#place, node.condition, true, after), left, tested: word };
  }
}

/** One round of a loop: what is known where the next one starts, and where the loop is left from this one. */
interface Round {
  readonly back: State | null;
  readonly left: State | null;
  /** What the test before the round certainly gives; null where it may give either. */
  readonly tested: 0 | 1 | null;
}
