/** @file Random render graphs as data, and what their words mean: told anew, not by the code under test. */
import * as V from '@halocline/vulkan';
import fc from 'fast-check';
import { Graph, use } from '../src/index.ts';
import type { GraphBuffer, GraphImage, HostValue, Pass, PassQueue, QueueTable, RawUsage, Use } from '../src/index.ts';
import type { Access, ImageLayout, Usage } from '../src/access.ts';
import type { BufferLike } from '../src/graph/resource.ts';
import { scopeOf } from './memory-model.ts';
import type { Scope } from './memory-model.ts';
import { BUFFER_PARTS } from './random-programs.ts';

/** A buffer has so many cells, an image of 2 mips and 2 layers as well; other memory is one. */
export const CELLS = 4;
const CELL = 64;

export interface Resource {
  readonly label: string;
  readonly kind: 'buffer' | 'image' | 'named' | 'value';
  readonly origin: 'imported' | 'transient' | 'given' | 'named';
  readonly arrives?: Usage | 'undefined' | undefined;
  readonly leaves?: Usage | undefined;
  readonly kept?: boolean;
  /** Bytes of a cell, of buffers. */
  readonly cell?: number;
  readonly role?: 'any' | 'storage-image' | 'render-target';
}

/** Which cells of a resource: all from one to before another, or every so many. */
export type Part = readonly [from: number, to: number, every?: number];

export interface Touch {
  readonly resource: number;
  readonly usage: Usage;
  readonly writes: boolean;
  readonly part: Part;
  readonly discard: boolean;
}

export interface Node {
  readonly queue: PassQueue;
  readonly touches: readonly Touch[];
  /** Places of passes, which may be no pass at all. */
  readonly after: readonly number[];
  readonly stage: number;
  readonly sideEffects: boolean | undefined;
}

/** A graph, how it is compiled, and what is brought to each of its executions. */
export interface Drawn {
  readonly resources: readonly Resource[];
  readonly passes: readonly Node[];
  readonly queues: QueueTable;
  readonly cull: boolean;
  readonly staged: 'no' | 'yes' | 'apart';
  /** For each execution the number of what is brought for every import. */
  readonly executions: readonly (readonly number[])[];
  /** Attachments are depths. */
  readonly depth: boolean;
  /** Commands read whether they run at all, not how often. */
  readonly conditional: boolean;
}

const { VK_PIPELINE_STAGE_2_COMPUTE_SHADER_BIT: COMPUTE, VK_PIPELINE_STAGE_2_ALL_COMMANDS_BIT: ALL } = V;
const DRAWS = V.VK_PIPELINE_STAGE_2_VERTEX_SHADER_BIT | V.VK_PIPELINE_STAGE_2_FRAGMENT_SHADER_BIT;
const COPIES = V.VK_PIPELINE_STAGE_2_ALL_TRANSFER_BIT;
const VERTICES = V.VK_PIPELINE_STAGE_2_VERTEX_INPUT_BIT;
const TESTS = V.VK_PIPELINE_STAGE_2_EARLY_FRAGMENT_TESTS_BIT | V.VK_PIPELINE_STAGE_2_LATE_FRAGMENT_TESTS_BIT;
const COLOR = V.VK_PIPELINE_STAGE_2_COLOR_ATTACHMENT_OUTPUT_BIT;
const COLORS = V.VK_ACCESS_2_COLOR_ATTACHMENT_READ_BIT | V.VK_ACCESS_2_COLOR_ATTACHMENT_WRITE_BIT;
const DEPTHS = V.VK_ACCESS_2_DEPTH_STENCIL_ATTACHMENT_READ_BIT | V.VK_ACCESS_2_DEPTH_STENCIL_ATTACHMENT_WRITE_BIT;
const INDIRECT = V.VK_PIPELINE_STAGE_2_DRAW_INDIRECT_BIT;
const CONDITIONAL = V.VK_PIPELINE_STAGE_2_CONDITIONAL_RENDERING_BIT_EXT;
const HOST = V.VK_PIPELINE_STAGE_2_HOST_BIT;
const READ = V.VK_ACCESS_2_SHADER_READ_BIT;
const WRITE = V.VK_ACCESS_2_SHADER_WRITE_BIT;
const COPY_READ = V.VK_ACCESS_2_TRANSFER_READ_BIT;
const COPY_WRITE = V.VK_ACCESS_2_TRANSFER_WRITE_BIT;
const MEMORY_READ = V.VK_ACCESS_2_MEMORY_READ_BIT;
const MEMORY_WRITE = V.VK_ACCESS_2_MEMORY_WRITE_BIT;

/** What words mean, in whatever pass. */
const WORDS: Readonly<Record<Access, readonly [stages: bigint, accesses: bigint | number, layout: ImageLayout]>> = {
  'storage-read': [COMPUTE, READ, 'general'],
  'storage-write': [COMPUTE, WRITE, 'general'],
  uniform: [COMPUTE | DRAWS, V.VK_ACCESS_2_UNIFORM_READ_BIT, 'undefined'],
  indirect: [INDIRECT, V.VK_ACCESS_2_INDIRECT_COMMAND_READ_BIT, 'undefined'],
  conditional: [CONDITIONAL, V.VK_ACCESS_2_CONDITIONAL_RENDERING_READ_BIT_EXT, 'undefined'],
  vertex: [VERTICES, V.VK_ACCESS_2_VERTEX_ATTRIBUTE_READ_BIT, 'undefined'],
  index: [VERTICES, V.VK_ACCESS_2_INDEX_READ_BIT, 'undefined'],
  sampled: [COMPUTE | DRAWS, READ, 'sampled'],
  'color-attachment': [COLOR, COLORS, 'color-attachment'],
  'depth-attachment': [TESTS, DEPTHS, 'depth-attachment'],
  'transfer-source': [COPIES, COPY_READ, 'transfer-source'],
  'transfer-target': [COPIES, COPY_WRITE, 'transfer-target'],
  'host-read': [HOST, V.VK_ACCESS_2_HOST_READ_BIT, 'undefined'],
  'host-write': [HOST, V.VK_ACCESS_2_HOST_WRITE_BIT, 'undefined'],
};
const IN_SHADERS: readonly Usage[] = ['storage-read', 'storage-write', 'uniform', 'sampled'];
/** The model's numbers: what it doesn't know by name, and stands for something else that the same graph doesn't use. */
const [ATTACHMENTS, ATTACHMENT_READ, ATTACHMENT_WRITE, READS, WRITES] = [64, 256, 512, 1405, 2690];

/** Vulkan's masks as the model has them; of depths as of colours, and of conditions as of counts. */
export function scope(stages: bigint, accesses: bigint): Scope {
  let [stage, access, moreStages, moreAccesses] = [stages, accesses, 0, 0];
  const take = (mask: bigint | number, ours: number, of: 'stage' | 'access'): void => {
    const bits = BigInt(mask);
    if (of === 'stage') {
      if ((stage & bits) !== 0n) moreStages |= ours;
      stage &= ~bits;
    } else {
      if ((access & bits) !== 0n) moreAccesses |= ours;
      access &= ~bits;
    }
  };
  take(TESTS, ATTACHMENTS, 'stage');
  take(CONDITIONAL, 8, 'stage');
  take(V.VK_ACCESS_2_DEPTH_STENCIL_ATTACHMENT_READ_BIT, ATTACHMENT_READ, 'access');
  take(V.VK_ACCESS_2_DEPTH_STENCIL_ATTACHMENT_WRITE_BIT, ATTACHMENT_WRITE, 'access');
  take(V.VK_ACCESS_2_CONDITIONAL_RENDERING_READ_BIT_EXT, 8, 'access');
  take(MEMORY_READ, READS, 'access');
  take(MEMORY_WRITE, WRITES, 'access');
  const known = scopeOf(stage, access);
  return { stages: known.stages | moreStages, accesses: known.accesses | moreAccesses };
}

/** What a usage means in a pass of a queue; in any, where none is given. */
export function meaning(usage: Usage, queue: PassQueue | undefined, writes: boolean): Scope {
  const word = typeof usage === 'string' ? WORDS[usage] : undefined;
  const [named, accesses] = word ? [word[0], BigInt(word[1])] : [(usage as RawUsage).stage, (usage as RawUsage).access];
  let stages = named;
  if (IN_SHADERS.includes(usage) && queue === 'graphics') stages = DRAWS;
  if (IN_SHADERS.includes(usage) && queue === 'compute') stages = COMPUTE;
  const all = scope(stages, accesses);
  return writes ? all : { stages: all.stages, accesses: all.accesses & READS };
}

/** The layout that an image must be in for a usage. */
export const layoutFor = (usage: Usage): ImageLayout =>
  typeof usage === 'string' ? WORDS[usage][2] : (usage.layout ?? 'general');

export const writesIn = ({ accesses }: Scope): boolean => (accesses & WRITES) !== 0;
/** Whether a usage writes. */
export const isWriting = (usage: Usage): boolean => writesIn(meaning(usage, undefined, true));

const raw = (stage: bigint | number, access: bigint, layout?: ImageLayout): RawUsage => ({
  stage: BigInt(stage),
  access,
  ...(layout && { layout }),
});

type Words = Readonly<Record<'reads' | 'writes', readonly Usage[]>>;
const COPIED: Words = {
  reads: ['transfer-source', 'transfer-source', 'transfer-source', raw(COPIES, COPY_READ)],
  writes: ['transfer-target', 'transfer-target', raw(COPIES, COPY_WRITE), raw(ALL, MEMORY_WRITE)],
};
const DISPATCHED: Words = {
  reads: ['storage-read', 'storage-read', 'uniform', 'indirect', raw(COMPUTE, READ), raw(ALL, MEMORY_READ)],
  writes: [
    'storage-write',
    'storage-write',
    raw(COMPUTE | COPIES, WRITE | COPY_READ),
    raw(ALL, MEMORY_READ | MEMORY_WRITE),
  ],
};
const IN_BUFFERS: Readonly<Record<PassQueue, Words>> = {
  compute: { reads: [...DISPATCHED.reads, ...COPIED.reads], writes: [...DISPATCHED.writes, ...COPIED.writes] },
  graphics: {
    reads: [...DISPATCHED.reads, 'vertex', 'index', 'transfer-source', raw(DRAWS, READ)],
    writes: [...DISPATCHED.writes, 'transfer-target', raw(DRAWS, WRITE)],
  },
  transfer: COPIED,
  host: { reads: ['host-read'], writes: ['host-write'] },
};
const RAW_IMAGES: Words = {
  reads: [raw(COMPUTE, READ, 'sampled'), raw(COMPUTE, READ), raw(ALL, MEMORY_READ, 'transfer-source')],
  writes: [raw(COMPUTE, WRITE, 'general'), raw(ALL, MEMORY_WRITE, 'transfer-target')],
};
const COPIED_IMAGES: Words = {
  reads: ['transfer-source', 'transfer-source', raw(COPIES, COPY_READ, 'transfer-source'), raw(COPIES, COPY_READ)],
  writes: ['transfer-target', 'transfer-target', raw(COPIES, COPY_WRITE)],
};
const IN_IMAGES: Readonly<Record<PassQueue, Words>> = {
  compute: {
    reads: ['storage-read', 'sampled', 'sampled', 'transfer-source', ...RAW_IMAGES.reads],
    writes: ['storage-write', 'storage-write', 'transfer-target', ...RAW_IMAGES.writes],
  },
  graphics: {
    reads: ['storage-read', 'sampled', 'sampled', 'color-attachment', ...RAW_IMAGES.reads, raw(DRAWS, READ, 'sampled')],
    writes: ['storage-write', 'color-attachment', 'color-attachment', 'transfer-target', ...RAW_IMAGES.writes],
  },
  transfer: COPIED_IMAGES,
  host: { reads: [], writes: [] },
};
const ROLES: Readonly<Record<NonNullable<Resource['role']>, readonly Usage[]>> = {
  any: Object.keys(WORDS) as Access[],
  'storage-image': ['storage-read', 'storage-write', 'sampled', 'transfer-source', 'transfer-target'],
  'render-target': ['sampled', 'color-attachment', 'transfer-source', 'transfer-target'],
};

/** Cells of an image are those of its layers, one after the other: both mips of one or two, one of one, and one of both. */
const IMAGE_PARTS: readonly Part[] = [
  [0, 4],
  [0, 4],
  [0, 2],
  [2, 4],
  [1, 2],
  [2, 3],
  [0, 4, 2],
  [1, 4, 2],
];

const bufferStates = fc.option(fc.constantFrom(...IN_BUFFERS.compute.reads, ...IN_BUFFERS.compute.writes, 'vertex'), {
  nil: undefined,
});
const imageState = fc.constantFrom<Usage>(
  'storage-read',
  'storage-write',
  'sampled',
  'transfer-source',
  'transfer-target',
  raw(COMPUTE, READ, 'sampled'),
);
const kept = fc.nat(9).map((each) => each === 0);
const resources = fc.tuple(
  ...['b0', 'b1'].map((label) =>
    fc.record<Resource>({
      label: fc.constant(label),
      kind: fc.constant('buffer'),
      origin: fc.constant('imported'),
      arrives: bufferStates,
      leaves: bufferStates,
    }),
  ),
  fc.constant<Resource>({ label: 'g', kind: 'buffer', origin: 'given' }),
  fc.constant<Resource>({ label: 'n', kind: 'named', origin: 'named' }),
  fc.constant<Resource>({ label: 'v', kind: 'value', origin: 'named' }),
  ...['t0', 't1', 't2'].map((label) =>
    fc.record<Resource>({
      label: fc.constant(label),
      kind: fc.constant('buffer'),
      origin: fc.constant('transient'),
      kept,
      cell: fc.constantFrom(CELL, 2 * CELL, 4 * CELL),
    }),
  ),
  fc.record<Resource>({
    label: fc.constant('p'),
    kind: fc.constant('image'),
    origin: fc.constant('imported'),
    arrives: fc.oneof(fc.constant('undefined' as const), imageState),
    leaves: fc.option(imageState, { nil: undefined }),
    role: fc.constant('any'),
  }),
  fc.constant<Resource>({ label: 'q', kind: 'image', origin: 'imported', role: 'storage-image' }),
  fc.constant<Resource>({ label: 'r', kind: 'image', origin: 'imported', role: 'render-target' }),
  ...['u0', 'u1', 'u2'].map((label) =>
    fc.record<Resource>({
      label: fc.constant(label),
      kind: fc.constant('image'),
      origin: fc.constant('transient'),
      kept,
      role: fc.constant('any'),
    }),
  ),
);
const KINDS = 'buffer buffer buffer named value buffer buffer buffer image image image image image image'.split(
  ' ',
) as Resource['kind'][];
const ROLE_OF: Readonly<Record<number, NonNullable<Resource['role']>>> = { 9: 'storage-image', 10: 'render-target' };

function touchOf(queue: PassQueue, of: readonly number[]): fc.Arbitrary<Touch> {
  const isAllowed = (each: number): boolean => KINDS[each] !== (queue === 'host' ? 'image' : 'value');
  const own = of.filter(isAllowed);
  const allowed = own.length > 0 ? own : [...KINDS.keys()].filter(isAllowed);
  return fc.tuple(fc.constantFrom(...allowed), fc.boolean()).chain(([resource, writes]) => {
    const isImage = KINDS[resource] === 'image';
    const words = (isImage ? IN_IMAGES : IN_BUFFERS)[queue][writes ? 'writes' : 'reads'].filter(
      (each) => typeof each !== 'string' || ROLES[ROLE_OF[resource] ?? 'any'].includes(each),
    );
    const usages = words.length > 0 ? words : [raw(ALL, writes ? MEMORY_WRITE : MEMORY_READ)];
    const parts = isImage ? IMAGE_PARTS : KINDS[resource] === 'buffer' ? BUFFER_PARTS : [[0, 1] as const];
    return fc.record({
      resource: fc.constant(resource),
      usage: fc.constantFrom(...usages),
      writes: fc.constant(writes),
      part: fc.constantFrom(...parts),
      discard: fc
        .nat(3)
        .map((each) => writes && KINDS[resource] !== 'named' && KINDS[resource] !== 'value' && each === 0),
    });
  });
}

const pass = (queues: readonly PassQueue[], of: readonly number[]): fc.Arbitrary<Node> =>
  fc.constantFrom(...queues).chain((queue) =>
    fc.record({
      queue: fc.constant(queue),
      touches: fc.array(touchOf(queue, of), { maxLength: 4 }),
      after: fc.oneof(
        { weight: 4, arbitrary: fc.constant([]) },
        { weight: 1, arbitrary: fc.array(fc.nat(9), { maxLength: 2 }) },
      ),
      stage: fc.nat(3),
      sideEffects: fc.constantFrom(undefined, true, true, false),
    }),
  );

const place = (queue: number, family: number) => ({ queue, family });
const TABLES: readonly QueueTable[] = [
  { compute: place(0, 0), graphics: place(0, 0), transfer: place(1, 1) },
  { compute: place(0, 0), graphics: place(0, 0), transfer: place(1, 0) },
  { compute: place(0, 0), graphics: place(0, 0), transfer: place(0, 0) },
  { compute: place(0, 0), graphics: place(1, 1), transfer: place(2, 2) },
  { compute: place(0, 0), graphics: place(1, 0), transfer: place(2, 1) },
];

const IMPORTS = 5;
/** Where nothing else is said, each execution may bring others. */
const executions = fc.array(fc.array(fc.nat(1), { minLength: IMPORTS, maxLength: IMPORTS }), {
  minLength: 1,
  maxLength: 3,
});
const DEVICE: readonly PassQueue[] = ['compute', 'compute', 'graphics', 'transfer'];

const QUEUES = fc.constantFrom(DEVICE, [...DEVICE, 'host' as const]);
/** Few resources meet each other more often: places of those that a graph's passes touch. */
const FEW: readonly (readonly number[])[] = [
  [...KINDS.keys()],
  [...KINDS.keys()],
  [5, 6, 7],
  [11, 12, 13],
  [0, 1],
  [8, 9],
  [10, 2],
  [0, 3, 4, 8],
];

/** What passes touch, one after the other, so that transients take over the memory of others: two small ones that of a large one. */
const TURNS: readonly (readonly (readonly number[])[])[] = [
  [[5, 6], [5, 6], [5, 6, 3], [6, 3], [7, 3], [7], [5, 7, 3]],
  [[7], [7, 3], [3, 5], [5, 6], [5, 6, 3], [6, 3]],
  [[11, 12], [11, 12], [11, 12, 3], [12, 3], [13, 3], [13], [13, 3]],
];
const passes = (queues: readonly PassQueue[]): fc.Arbitrary<Node[]> =>
  fc.oneof(
    {
      weight: 3,
      arbitrary: fc.constantFrom(...FEW).chain((of) => fc.array(pass(queues, of), { minLength: 1, maxLength: 9 })),
    },
    {
      weight: 1,
      arbitrary: fc.constantFrom(...TURNS).chain((turns) => fc.tuple(...turns.map((of) => pass(['compute'], of)))),
    },
  );

export const graphs: fc.Arbitrary<Drawn> = QUEUES.chain((queues) =>
  fc
    .record({
      resources,
      passes: passes(queues),
      queues: fc.constantFrom(...TABLES),
      cull: fc.boolean(),
      staged: fc.constantFrom<Drawn['staged']>('no', 'no', 'yes', 'apart'),
      executions,
      depth: fc.boolean(),
      conditional: fc.boolean(),
    })
    .map(sound),
);

export const cellsOf = ({ part: [from, to, every = 1] }: Touch): number[] =>
  Array.from({ length: CELLS }, (_, cell) => cell).filter(
    (cell) => cell >= from && cell < to && (cell - from) % every === 0,
  );

/** Without what the graph refuses: one image in two layouts at once, and reads of transients that nobody wrote. */
function sound(drawn: Drawn): Drawn {
  const { depth, conditional, resources: list } = drawn;
  const swap = <U extends Usage | 'undefined' | undefined>(usage: U): U => {
    if (depth && usage === 'color-attachment') return 'depth-attachment' as U;
    return conditional && usage === 'indirect' ? ('conditional' as U) : usage;
  };
  const written = new Set<string>();
  const passes = drawn.passes.map((node): Node => {
    const layouts = new Map<string, string>();
    const touches = node.touches
      .map((each) => ({ ...each, usage: swap(each.usage) }))
      .filter((each) => {
        const { kind, origin } = list[each.resource]!;
        const keys = cellsOf(each).map((cell) => `${each.resource} ${cell}`);
        if (origin === 'transient' && !each.writes && keys.some((key) => !written.has(key))) return false;
        if (kind !== 'image') return true;
        const layout = layoutFor(each.usage);
        if (keys.some((key) => (layouts.get(key) ?? layout) !== layout)) return false;
        for (const key of keys) layouts.set(key, layout);
        return true;
      });
    for (const each of touches) {
      if (each.writes) for (const cell of cellsOf(each)) written.add(`${each.resource} ${cell}`);
    }
    return {
      ...node,
      touches: [...touches.filter(({ writes }) => !writes), ...touches.filter(({ writes }) => writes)],
    };
  });
  const swapped = list.map((each) => ({ ...each, arrives: swap(each.arrives), leaves: swap(each.leaves) }));
  return { ...drawn, passes, resources: swapped };
}

/** What stands behind a declared resource in the graph. */
export type Declared = GraphBuffer | GraphImage | BufferLike | HostValue<unknown> | string;

function declare(
  graph: Graph<never>,
  { label, kind, origin, arrives, leaves, kept: keeps, cell = CELL, role }: Resource,
  depth: boolean,
): Declared {
  if (kind === 'named') return label;
  if (kind === 'value') return graph.hostValue(label, 0);
  const byteLength = CELLS * cell;
  if (origin === 'given') return { kind: 'buffer', label, role: 'any', byteLength };
  const ends = { ...(arrives !== undefined && { arrives }), ...(leaves !== undefined && { leaves }) };
  if (kind === 'buffer') {
    return origin === 'imported'
      ? graph.importBuffer(label, { byteLength, ...ends })
      : graph.transientBuffer(label, { byteLength, kept: keeps === true });
  }
  const shown = role === 'render-target' && depth ? 'depth-target' : role;
  const image = { size: [8, 8], format: 'rgba8unorm', mips: 2, layers: 2, role: shown ?? 'any' } as const;
  return origin === 'imported'
    ? graph.importImage(label, { ...image, ...ends })
    : graph.transientImage(label, { ...image, kept: keeps === true });
}

function usedAs(
  { resource, usage, part: [from, to, every = 1], discard }: Touch,
  declared: readonly Declared[],
  list: readonly Resource[],
): Use {
  const object = declared[resource]!;
  if (typeof object === 'string') return { resource: object, access: usage };
  if (object.kind === 'host value') return object;
  const { kind, cell = CELL } = list[resource]!;
  if (kind === 'buffer')
    return use(object as GraphBuffer<'any'>, usage, {
      byteOffset: from * cell,
      byteLength: (to - from) * cell,
      discard,
    });
  const row = Math.floor(from / 2);
  const wide =
    to - from > 1 ? { layer: row, layers: (to - from) / 2 } : { mip: from % 2, mips: 1, layer: row, layers: 1 };
  const part = every === 2 ? { mip: from, mips: 1 } : wide;
  return use(object as GraphImage<'any'>, usage, { ...part, discard });
}

/** The graph, with what its resources are there; `record` hears of each pass that is recorded. */
export function build(
  { resources: list, passes, staged, depth }: Drawn,
  record: (pass: number) => void,
): { graph: Graph<never>; declared: Declared[] } {
  const graph = new Graph<never>();
  const declared = list.map((each) => declare(graph, each, depth));
  if (staged !== 'no') {
    for (const at of [0, 1, 2, 3]) graph.stage(`s${at}`, { after: at === 0 ? [] : [`s${at - 1}`] });
  }
  for (const [index, { queue, touches, after, stage, sideEffects }] of passes.entries()) {
    const uses = (writes: boolean): Use[] =>
      touches.filter((each) => each.writes === writes).map((each) => usedAs(each, declared, list));
    const free = staged === 'yes' && stage === 3;
    const made: Pass<never> = {
      name: `${index}`,
      queue,
      reads: uses(false),
      writes: uses(true),
      after: wishesOf(passes, index, after).map((each) => `${each}`),
      ...(staged === 'no' || free ? {} : { stage: `s${stage}` }),
      ...(sideEffects === undefined ? {} : { sideEffects }),
      ...(queue === 'host' ? {} : { record: () => record(index) }),
    };
    graph.pass(made);
  }
  return { graph, declared };
}

/** Which passes one was asked to follow. */
export function wishesOf(passes: readonly Node[], index: number, after: readonly number[]): number[] {
  return [...new Set(after)].filter((each) => each < passes.length && each !== index);
}
