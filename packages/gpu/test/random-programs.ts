/**
 * @file Random programs of recordings and submits over several queues, and what their commands and barriers mean: told anew, not by the
 * code under test.
 */
import * as V from '@halocline/vulkan';
import fc from 'fast-check';
import type { Access, ImageLayout, Usage } from '../src/access.ts';
import type { ImagePart } from '../src/graph/sink.ts';
import type { ByteRange, TrackedResource } from '../src/tracking/tracker.ts';
import { scopeOf } from './memory-model.ts';
import type { Scope } from './memory-model.ts';

const CELL = 16;
const [MIPS, LAYERS] = [2, 2];
/** Two buffers and an image. */
export const RESOURCES: readonly TrackedResource[] = [
  ...['x', 'y'].map((label) => ({ kind: 'buffer', label, byteLength: 4 * CELL })),
  { kind: 'image', label: 'p', mips: MIPS, layers: LAYERS },
];
export const IMAGE = 2;
export const QUEUES = 3;
/** A timeline that queues signal beside their own. */
const ORDER = QUEUES;

export type How = 'dispatch' | 'draw' | 'copy';

const COMPUTE = V.VK_PIPELINE_STAGE_2_COMPUTE_SHADER_BIT;
const DRAWS = V.VK_PIPELINE_STAGE_2_VERTEX_SHADER_BIT | V.VK_PIPELINE_STAGE_2_FRAGMENT_SHADER_BIT;
const VERTICES = V.VK_PIPELINE_STAGE_2_VERTEX_INPUT_BIT;
const COLOR = V.VK_ACCESS_2_COLOR_ATTACHMENT_READ_BIT | V.VK_ACCESS_2_COLOR_ATTACHMENT_WRITE_BIT;

/** What words mean: stages, accesses, and the layout of an image. As one side of a barrier, they mean every shader that they may. */
const WORDS: Readonly<Partial<Record<Access, readonly [stages: bigint | number, accesses: bigint, layout: string]>>> = {
  'storage-read': [COMPUTE, V.VK_ACCESS_2_SHADER_READ_BIT, 'general'],
  'storage-write': [COMPUTE, V.VK_ACCESS_2_SHADER_WRITE_BIT, 'general'],
  uniform: [COMPUTE | DRAWS, V.VK_ACCESS_2_UNIFORM_READ_BIT, ''],
  sampled: [COMPUTE | DRAWS, V.VK_ACCESS_2_SHADER_READ_BIT, 'sampled'],
  indirect: [V.VK_PIPELINE_STAGE_2_DRAW_INDIRECT_BIT, V.VK_ACCESS_2_INDIRECT_COMMAND_READ_BIT, ''],
  vertex: [VERTICES, V.VK_ACCESS_2_VERTEX_ATTRIBUTE_READ_BIT, ''],
  index: [VERTICES, V.VK_ACCESS_2_INDEX_READ_BIT, ''],
  'color-attachment': [V.VK_PIPELINE_STAGE_2_COLOR_ATTACHMENT_OUTPUT_BIT, COLOR, 'color-attachment'],
  'transfer-source': [V.VK_PIPELINE_STAGE_2_ALL_TRANSFER_BIT, V.VK_ACCESS_2_TRANSFER_READ_BIT, 'transfer-source'],
  'transfer-target': [V.VK_PIPELINE_STAGE_2_ALL_TRANSFER_BIT, V.VK_ACCESS_2_TRANSFER_WRITE_BIT, 'transfer-target'],
};
const SHADERS: readonly Access[] = ['storage-read', 'storage-write', 'uniform', 'sampled'];

/** What commands of a kind do to buffers, and to images. */
const BUFFER_WORDS: Readonly<Record<How, readonly Access[]>> = {
  dispatch: ['storage-read', 'storage-write', 'uniform', 'indirect'],
  draw: ['storage-read', 'storage-write', 'uniform', 'vertex', 'index', 'indirect'],
  copy: ['transfer-source', 'transfer-target'],
};
const IMAGE_WORDS: Readonly<Record<How, readonly Access[]>> = {
  dispatch: ['storage-read', 'storage-read', 'storage-write', 'sampled'],
  draw: ['storage-read', 'storage-read', 'sampled', 'color-attachment'],
  copy: ['transfer-source', 'transfer-target'],
};
const ALL_WORDS = Object.keys(WORDS) as Access[];

export const layoutOf = (usage: Usage): string =>
  typeof usage === 'string' ? WORDS[usage]![2] : (usage.layout ?? 'general');

/** One side of a barrier. */
export function sideOf(usages: readonly Usage[]): Scope {
  let [stages, accesses] = [0n, 0n];
  for (const usage of usages) {
    const [stage, access] = typeof usage === 'string' ? WORDS[usage]! : [usage.stage, usage.access];
    stages |= BigInt(stage);
    accesses |= access;
  }
  return scopeOf(stages, accesses);
}

/** What a word means in a command. */
export function meant(word: Access, how: How): Scope {
  const [stages, accesses] = WORDS[word]!;
  return scopeOf(SHADERS.includes(word) ? (how === 'draw' ? DRAWS : COMPUTE) : BigInt(stages), accesses);
}

/** Cells of a buffer from one to before another, or mips and layers of an image. */
type Part = readonly [number, number] | ImagePart;

export interface Touch {
  readonly resource: number;
  readonly part: Part;
  readonly word: Access;
}
interface Move {
  readonly resource: number;
  readonly part: Part;
  readonly before: 'undefined' | readonly Usage[];
  readonly after: readonly Usage[];
}
export type Step =
  | { readonly step: 'command'; readonly how: How; readonly touches: readonly Touch[] }
  | {
      readonly step: 'barrier';
      readonly memory: { readonly before: readonly Usage[]; readonly after: readonly Usage[] } | undefined;
      readonly moves: readonly Move[];
    }
  /** A pass; one of its dispatches reaches by address what it declares and no command of it shows. */
  | {
      readonly step: 'pass';
      readonly declared: readonly Touch[];
      readonly steps: readonly Step[];
      readonly address: number;
    }
  /** Commands recorded apart, perhaps by another thread. */
  | { readonly step: 'nested'; readonly steps: readonly Step[]; readonly carried: boolean }
  /** A rendering, which executes draws that were recorded apart; they read alone, since no barrier may stand between. */
  | { readonly step: 'rendering'; readonly draws: readonly (readonly Touch[])[]; readonly carried: boolean }
  /** The dispatch of a pass that reaches memory by address. */
  | { readonly step: 'address' };

export interface Point {
  readonly timeline: number;
  readonly value: number;
}
export interface Submit {
  readonly queue: number;
  readonly wait: readonly Point[];
  readonly signal: readonly Point[];
  /** Places of recordings. */
  readonly recordings: readonly number[];
}
export type Act =
  /** A submit; one that is refused is undone. */
  | { readonly act: 'submit'; readonly submit: Submit; readonly refused: boolean }
  | { readonly act: 'seen'; readonly point: Point }
  | { readonly act: 'external'; readonly touch: Touch; readonly undone: boolean };
export interface Program {
  readonly recordings: readonly (readonly Step[])[];
  readonly acts: readonly Act[];
}

/** Cells of a buffer, from the first to behind the last. */
export const BUFFER_PARTS: readonly (readonly [number, number])[] = [
  [0, 4],
  [0, 4],
  [0, 2],
  [1, 3],
  [2, 4],
  [3, 4],
];
const IMAGE_PARTS: readonly Part[] = [
  {},
  {},
  { mip: 1, mips: 1 },
  { layer: 1, layers: 1 },
  { mip: 0, mips: 1, layer: 0, layers: 1 },
];

const touchOf = (how: How): fc.Arbitrary<Touch> =>
  fc.oneof(
    {
      weight: 3,
      arbitrary: fc.record({
        resource: fc.nat(1),
        part: fc.constantFrom(...BUFFER_PARTS),
        word: fc.constantFrom(...BUFFER_WORDS[how]),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        resource: fc.constant(IMAGE),
        part: fc.constantFrom(...IMAGE_PARTS),
        word: fc.constantFrom(...IMAGE_WORDS[how]),
      }),
    },
  );
/** A command needs an image in one layout. */
const oneLayout = (touches: readonly Touch[]): Touch[] => {
  const first = touches.find(({ resource }) => resource === IMAGE);
  return touches.filter(({ resource, word }) => resource !== IMAGE || layoutOf(word) === layoutOf(first!.word));
};
const command: fc.Arbitrary<Step> = fc.constantFrom<How>('dispatch', 'dispatch', 'copy', 'draw').chain((how) =>
  fc.array(touchOf(how), { minLength: 1, maxLength: 3 }).map((touches) => ({
    step: 'command' as const,
    how,
    touches: oneLayout(touches),
  })),
);
const side = fc.uniqueArray(fc.constantFrom(...ALL_WORDS), { minLength: 1, maxLength: 2 });
const imageWords = [...new Set(Object.values(IMAGE_WORDS).flat())];
const move: fc.Arbitrary<Move> = fc.record({
  resource: fc.constant(IMAGE),
  part: fc.constantFrom(...IMAGE_PARTS),
  before: fc.constantFrom(...imageWords).map((word) => [word]),
  after: fc.constantFrom(...imageWords).map((word) => [word]),
});
const barrier: fc.Arbitrary<Step> = fc
  .oneof(
    {
      weight: 4,
      arbitrary: fc.record({ before: side, after: side }).map((memory) => ({ memory, moves: [] as Move[] })),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        memory: fc.option(fc.record({ before: side, after: side }), { nil: undefined }),
        moves: move.map((each) => [each]),
      }),
    },
  )
  .map((each) => ({ step: 'barrier' as const, ...each }));
const simple = fc.oneof({ weight: 5, arbitrary: command }, { weight: 1, arbitrary: barrier });
const pass: fc.Arbitrary<Step> = fc.record({
  step: fc.constant('pass' as const),
  declared: fc.array(touchOf('dispatch'), { minLength: 1, maxLength: 2 }).map(oneLayout),
  steps: fc.array(simple, { maxLength: 3 }),
  address: fc.nat(3),
});
const nested: fc.Arbitrary<Step> = fc.record({
  step: fc.constant('nested' as const),
  steps: fc.array(fc.oneof({ weight: 5, arbitrary: simple }, { weight: 1, arbitrary: pass }), {
    minLength: 1,
    maxLength: 4,
  }),
  carried: fc.boolean(),
});
const draw = fc
  .array(touchOf('draw'), { minLength: 1, maxLength: 2 })
  .map((touches) => touches.map((each) => (each.resource === IMAGE ? { ...each, word: 'sampled' as const } : each)))
  .map((touches) => touches.filter(({ word }) => word !== 'storage-write'));
const rendering: fc.Arbitrary<Step> = fc.record({
  step: fc.constant('rendering' as const),
  draws: fc.array(draw, { minLength: 1, maxLength: 2 }),
  carried: fc.boolean(),
});
const recording = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: simple },
    { weight: 1, arbitrary: pass },
    { weight: 1, arbitrary: nested },
    { weight: 1, arbitrary: rendering },
  ),
  { minLength: 1, maxLength: 4 },
);

const submitWish = fc.record({
  act: fc.constant('submit' as const),
  queue: fc.nat(QUEUES - 1),
  recordings: fc.array(fc.nat(5), { minLength: 1, maxLength: 2 }),
  /** What it waits for: a point of a timeline, counted back; 0: nothing. */
  of: fc.nat(QUEUES),
  back: fc.nat(3),
  signals: fc.boolean(),
  refused: fc.nat(6).map((of) => of === 0),
});
const actWish = fc.oneof(
  { weight: 10, arbitrary: submitWish },
  { weight: 1, arbitrary: fc.record({ act: fc.constant('seen' as const), of: fc.nat(QUEUES), back: fc.nat(2) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      act: fc.constant('external' as const),
      touch: fc.record({
        resource: fc.nat(1),
        part: fc.constantFrom(...BUFFER_PARTS),
        word: fc.constant<Access>('uniform'),
      }),
      undone: fc.boolean(),
    }),
  },
);
type ActWish = typeof actWish extends fc.Arbitrary<infer T> ? T : never;

/** Programs that a device takes: waits are for what was promised, and a shared timeline only grows. */
export const programs: fc.Arbitrary<Program> = fc
  .record({
    recordings: fc.array(recording, { minLength: 1, maxLength: 5 }),
    wishes: fc.array(actWish, { minLength: 1, maxLength: 8 }),
  })
  .map(({ recordings, wishes }) => ({
    recordings: recordings.map((steps) => settled(steps, new Map())),
    acts: actsOf(wishes, recordings.length),
  }));

/** Programs over buffers in which some submits wait for what is signalled later. */
export const programsAhead: fc.Arbitrary<Program> = fc
  .record({ program: programs, ahead: fc.array(fc.nat(2), { minLength: 8, maxLength: 8 }) })
  .map(({ program: { recordings, acts }, ahead }) => {
    const submits = acts.filter((each) => each.act === 'submit');
    return {
      recordings: recordings.map(buffersAlone),
      acts: submits.map(({ submit, ...act }, at): Act => {
        const later = submits.slice(at + 1).filter((each) => !each.refused && each.submit.queue !== submit.queue);
        const more = ahead[at] === 0 ? [] : (later.find((each) => each.submit.signal.length > 0)?.submit.signal ?? []);
        return { ...act, submit: { ...submit, wait: [...submit.wait, ...more] } };
      }),
    };
  });

function buffersAlone(steps: readonly Step[]): Step[] {
  const isBuffer = ({ resource }: { readonly resource: number }): boolean => resource !== IMAGE;
  return steps.flatMap((each): Step[] => {
    if (each.step === 'nested') return [{ ...each, steps: buffersAlone(each.steps) }];
    if (each.step === 'pass') {
      return [{ ...each, declared: each.declared.filter(isBuffer), steps: buffersAlone(each.steps) }];
    }
    if (each.step === 'barrier') return [{ ...each, moves: [] }];
    if (each.step === 'rendering') return [{ ...each, draws: each.draws.map((draw) => draw.filter(isBuffer)) }];
    return each.step === 'command' ? [{ ...each, touches: each.touches.filter(isBuffer) }] : [each];
  });
}

function actsOf(wishes: readonly ActWish[], recordings: number): Act[] {
  const last = [0, 0, 0, 0];
  let signaller = -1;
  return wishes.flatMap((wish): Act[] => {
    if (wish.act === 'external') return [wish];
    if (wish.act === 'seen') {
      const value = last[wish.of]! - wish.back;
      return value > 0 ? [{ act: 'seen', point: { timeline: wish.of, value } }] : [];
    }
    const { queue, of, back, signals, refused } = wish;
    const value = last[of]! + 1 - back;
    const wait = back > 0 && value > 0 ? [{ timeline: of, value }] : [];
    const mayGrow = signaller < 0 || signaller === queue || (of === ORDER && back === 1);
    const signal = signals && mayGrow ? [{ timeline: ORDER, value: last[ORDER]! + 1 }] : [];
    if (!refused) {
      last[queue]!++;
      last[ORDER]! += signal.length;
      if (signal.length > 0) signaller = queue;
    }
    const submit = { queue, wait, signal, recordings: wish.recordings.map((each) => each % recordings) };
    return [{ act: 'submit', submit, refused }];
  });
}

/** What a recording knows of each cell of an image: the layout that it is in, and all that touched it since. */
type Known = Map<number, { readonly layout: string; readonly usages: readonly Usage[] }>;

/** Moves of images come from the layout that these are in, and wait for what touched them, where the recording knows. */
function settled(steps: readonly Step[], known: Known): Step[] {
  return steps.map((each): Step => {
    if (each.step === 'command') {
      for (const touch of each.touches) note(known, touch, usageOf(touch.word, each.how));
      return each;
    }
    if (each.step === 'rendering') {
      for (const touch of each.draws.flat()) note(known, touch, usageOf(touch.word, 'draw'));
      return each;
    }
    if (each.step === 'barrier') return { ...each, moves: each.moves.map((one) => settledMove(one, known)) };
    if (each.step === 'address') return each;
    const inner: Known = new Map(each.step === 'pass' ? known : []);
    const declared = each.step === 'pass' ? hiddenOf(each) : [];
    for (const touch of declared) note(inner, touch, touch.word);
    const steps = settled(each.steps, inner);
    for (const [cell, { layout, usages }] of inner) join(known, cell, layout, usages);
    if (each.step === 'nested') return { ...each, steps };
    const at = each.address % (steps.length + 1);
    return { ...each, declared, steps: [...steps.slice(0, at), { step: 'address' }, ...steps.slice(at)] };
  });
}

/** What a pass declares and reaches by address: no command of it shows that, and no barrier within moves it. */
function hiddenOf({ declared, steps }: Step & { step: 'pass' }): Touch[] {
  const shown = new Set<number>();
  for (const each of steps) {
    const touched = each.step === 'command' ? each.touches : each.step === 'barrier' ? each.moves : [];
    for (const { resource } of touched) shown.add(resource);
  }
  return declared.filter(({ resource }) => !shown.has(resource));
}

function settledMove(one: Move, known: Known): Move {
  const states = cellsOf(one).map((cell) => known.get(cell));
  const layouts = new Set(states.map((each) => each?.layout));
  const usages = [...new Set(states.flatMap((each) => each?.usages ?? []))];
  note(known, one, one.after[0]!);
  if (layouts.size > 1) return { ...one, before: 'undefined' };
  return usages.length === 0 ? one : { ...one, before: usages };
}

function note(known: Known, touched: { resource: number; part: Part }, usage: Usage): void {
  if (touched.resource !== IMAGE) return;
  for (const cell of cellsOf(touched)) join(known, cell, layoutOf(usage), [usage]);
}

function join(known: Known, cell: number, layout: string, usages: readonly Usage[]): void {
  const before = known.get(cell);
  known.set(cell, { layout, usages: before?.layout === layout ? [...before.usages, ...usages] : usages });
}

/** What a word means in a command, as a usage. */
function usageOf(word: Access, how: How): Usage {
  const [, access, layout] = WORDS[word]!;
  return how === 'draw' && SHADERS.includes(word) ? { stage: DRAWS, access, layout: layout as ImageLayout } : word;
}

export function cellsOf({ part }: { readonly part: Part }): number[] {
  if (Array.isArray(part)) return Array.from({ length: part[1] - part[0] }, (_, at) => part[0] + at);
  const { mip = 0, mips = MIPS - mip, layer = 0, layers = LAYERS - layer } = part as ImagePart;
  const cells: number[] = [];
  for (let l = layer; l < layer + layers; l++) for (let m = mip; m < mip + mips; m++) cells.push(l * MIPS + m);
  return cells;
}

export function rangeOf({ part }: { readonly part: Part }): ByteRange | ImagePart {
  if (!Array.isArray(part)) return part as ImagePart;
  return { byteOffset: part[0] * CELL, byteLength: (part[1] - part[0]) * CELL };
}

/** What becomes of a barrier or of a wait. */
export type Fate = 'stays' | 'goes' | 'weaker' | 'other';

/**
 * The program with less barriers and waits, or with others; `fateOf` tells of each, in their order. What passes reach by address they
 * reach last.
 */
export function perturbed({ recordings, acts }: Program, fateOf: () => Fate): Program {
  const steps = (list: readonly Step[]): Step[] =>
    list.flatMap((each): Step[] => {
      if (each.step === 'nested') return [{ ...each, steps: steps(each.steps) }];
      if (each.step === 'pass') {
        const others = steps(each.steps.filter(({ step }) => step !== 'address'));
        return [{ ...each, steps: [...others, { step: 'address' }] }];
      }
      if (each.step !== 'barrier') return [each];
      const fate = fateOf();
      if (fate === 'goes') return [];
      return fate === 'stays' ? [each] : [weaker(each, fate)];
    });
  return {
    recordings: recordings.map(steps),
    acts: acts.map((each) => {
      if (each.act !== 'submit') return each;
      const wait = each.submit.wait.filter(() => fateOf() !== 'goes');
      return { ...each, submit: { ...each.submit, wait } };
    }),
  };
}

/** A barrier of which each side names less, or a part of it something else; layouts stay. */
function weaker(step: Step & { step: 'barrier' }, fate: 'weaker' | 'other'): Step {
  const { memory, moves } = step;
  const less = (usages: readonly Usage[]): readonly Usage[] =>
    fate === 'weaker' ? usages.slice(0, 1) : usages.slice(-1);
  const before = (usages: Move['before']): Move['before'] => {
    if (usages === 'undefined') return usages;
    return fate === 'other' && layoutOf(usages[0]!) === 'general' ? ['storage-read'] : less(usages);
  };
  return {
    step: 'barrier',
    memory: memory && { before: less(memory.before), after: fate === 'other' ? ['uniform'] : less(memory.after) },
    moves: moves.map((each) => ({ ...each, before: before(each.before) })),
  };
}

/** The program without these barriers. */
export function leftOut({ recordings, acts }: Program, barriers: ReadonlySet<Step>): Program {
  const steps = (list: readonly Step[]): Step[] =>
    list.flatMap((each): Step[] => {
      if (barriers.has(each)) return [];
      return each.step === 'nested' || each.step === 'pass' ? [{ ...each, steps: steps(each.steps) }] : [each];
    });
  return { recordings: recordings.map(steps), acts };
}
