/**
 * @file Projection: makes the face velocity free of divergence, by conjugate gradients preconditioned with a multigrid
 * V-cycle (McAdams, Sifakis and Teran, 2010), all in stencils on the engine's public surface. All inner products of an iteration
 * are reduced at one moment (Chronopoulos and Gear, 1989), so that several devices wait for each other once: with the cycle's
 * answer u to the residual r, γ = r·u, δ = u·Au and β = γ/γ′ (a prime is what the iteration before had)
 *
 *   d ← u + β·d      Ad ← Au + β·Ad      σ = d·Ad = δ − β²·σ′      φ ← φ + γ/σ·d      r ← r − γ/σ·Ad
 *
 * The unknown is φ = Δt·p / (ρ·h), kept at 0 in solids and in free air. With d, the number of a fluid voxel's gates,
 *
 *   (Aφ)ᵢ = dᵢ·φᵢ − Σ over its neighbours of φₙ      Aφ = −outflow = −h·∇·u      u ← u − gate·(φᵢ − φᵢ₋₁)
 *
 * and what is left of the divergence is |−outflow − Aφ| / h, the residual itself. A is symmetric and positive.
 *
 * Coarser levels are aggregates of 2³ voxels, corrections constant over each. Their faces have an `opening`, the number
 * of the finer faces that join fluid to fluid; their diagonal is the sum of the openings and of the `sink`, the finer
 * gates toward free air. That would be Galerkin's operator; both are divided by 1.8 at each level, since constant pieces
 * are too stiff (Braess, 1995). Residuals are summed on the way down and corrections copied on the way up, and the sweeps
 * after mirror the sweeps before, so that the cycle is symmetric, as conjugate gradients need. A black sweep leaves no
 * residual on black voxels and needs no old value of theirs: so defects and copied corrections are made on red ones only.
 */
import type { Level, Simulation } from '@halocline/engine';
import { checkOptions } from '@halocline/engine/options';
import { KNOWN } from './known.ts';

type Stage = Simulation | Level;

/** How far, and how long, the solve goes. */
export interface ProjectionOptions {
  /** Number of levels, the finest included. */
  readonly levels: number;
  /** The solve ends when no voxel's divergence is above this, 1/s. */
  readonly tolerance?: number;
  /** The most iterations in a step. */
  readonly iterations?: number;
}

const defaults = Object.freeze({ tolerance: 0.05, iterations: 24 });
/** How much too stiff an aggregate is. With 2 the 64×128×64 plume takes 5.3 iterations a step, with 1.8 it takes 4.6. */
const overcorrection = 1.8;
/** Red and black sweeps before, and again after, the coarser levels: those there cost little. The last level has no other. */
const sweepsOf = (level: number, last: boolean): number => (last ? 2 : level === 0 ? 1 : 2);

const stageOf = (simulation: Simulation, level: number): Stage => (level === 0 ? simulation : simulation.level(level));
const axes = [
  { axis: 'x', step: 'ivec3(1, 0, 0)' },
  { axis: 'y', step: 'ivec3(0, 1, 0)' },
  { axis: 'z', step: 'ivec3(0, 0, 1)' },
];
const sum = (terms: string[]): string => terms.join(' +\n        ');

/** Σ of opening·φₙ over the six neighbours. On level 0 every opening to a voxel that is not 0 is 1. */
const neighbors = (field: string, level: number): string =>
  sum(
    axes.map(({ axis, step }) =>
      level === 0
        ? `ReadField("${field}", coord - ${step}) + ReadField("${field}", coord + ${step})`
        : `ReadField("opening_${axis}", coord) * ReadField("${field}", coord - ${step}) +
        ReadField("opening_${axis}", coord + ${step}) * ReadField("${field}", coord + ${step})`,
    ),
  );
/** (Aφ)ᵢ of a level, where the diagonal is not 0. */
const applied = (field: string, level: number): string =>
  `(diagonal > 0.0 ? diagonal * ReadField("${field}", coord) - (${neighbors(field, level)}) : 0.0)`;
const readDiagonal = 'float diagonal = ReadField("diagonal", coord);';
const system = (level: number): string[] => (level === 0 ? ['diagonal'] : ['diagonal', 'opening']);
const sweptBy = (level: number): string[] => (level === 0 ? ['inverse'] : ['inverse', 'opening']);
const outflow = sum(
  axes.map(({ axis, step }) => `ReadField("velocity_${axis}", coord + ${step}) - ReadField("velocity_${axis}", coord)`),
);

/**
 * Adds the levels' fields and the stencils that fill openings and diagonals from `fluid` and `gate`, and gives the names
 * of those stencils: run them once with `runOnce`.
 */
export function addHierarchy(simulation: Simulation, levels: number): string[] {
  checkOptions('Cannot add hierarchy', { levels }, { levels: KNOWN.projection.levels });
  const names: string[] = [];
  const add = (stage: Stage, name: string, inputs: string[], outputs: string[], code: string): void => {
    stage.addStencil(name, { inputs, outputs, code });
    names.push(name);
  };
  for (let level = 0; level < levels; level++) {
    const stage = stageOf(simulation, level);
    for (const name of ['diagonal', 'inverse', 'residual', 'correction', 'defect']) stage.addField(name, 'float32', 0);
    if (level === 0) {
      add(stage, 'diagonal_0', ['fluid', 'gate'], ['diagonal', 'inverse'], gates);
      continue;
    }
    stage.addField('opening', 'vec3', [0, 0, 0]);
    stage.addField('sink', 'float32', 0);
    if (level === 1) add(stage, 'open_1', ['fluid', 'diagonal'], ['opening', 'sink'], firstOpenings);
    else add(stage, `open_${level}`, ['opening', 'sink'], ['opening', 'sink'], coarseOpenings);
    add(stage, `diagonal_${level}`, ['opening', 'sink'], ['diagonal', 'inverse'], openingSum);
  }
  return names;
}

/** The diagonal and its inverse, 0 where it is 0: sweeps multiply by that. */
function writeDiagonal(value: string): string {
  return `
    float diagonal = ${value};
    WriteField("diagonal", idx, diagonal);
    WriteField("inverse", idx, diagonal > 0.0 ? 1.0 / diagonal : 0.0);
  `;
}

const gates = `
  float count = ${sum(axes.map(({ axis, step }) => `ReadField("gate_${axis}", coord) + ReadField("gate_${axis}", coord + ${step})`))};
  ${writeDiagonal('ReadField("fluid", coord) * count')}
`;

const openingSum = writeDiagonal(
  `ReadField("sink", coord) + ${sum(
    axes.map(({ axis, step }) => `ReadField("opening_${axis}", coord) + ReadField("opening_${axis}", coord + ${step})`),
  )}`,
);

/** Over 2³ voxels: the joined faces toward each lower side, and the gates that lead to no fluid. */
const firstOpenings = `
  vec3 opening = vec3(0.0);
  float sink = 0.0;
  for (int a = 0; a < 2; a++) {
    for (int b = 0; b < 2; b++) {
      opening.x += ReadFine("fluid", 2 * coord + ivec3(0, a, b)) * ReadFine("fluid", 2 * coord + ivec3(-1, a, b));
      opening.y += ReadFine("fluid", 2 * coord + ivec3(a, 0, b)) * ReadFine("fluid", 2 * coord + ivec3(a, -1, b));
      opening.z += ReadFine("fluid", 2 * coord + ivec3(a, b, 0)) * ReadFine("fluid", 2 * coord + ivec3(a, b, -1));
      for (int c = 0; c < 2; c++) {
        ivec3 at = 2 * coord + ivec3(a, b, c);
        float joined = ReadFine("fluid", at - ivec3(1, 0, 0)) + ReadFine("fluid", at + ivec3(1, 0, 0)) +
          ReadFine("fluid", at - ivec3(0, 1, 0)) + ReadFine("fluid", at + ivec3(0, 1, 0)) +
          ReadFine("fluid", at - ivec3(0, 0, 1)) + ReadFine("fluid", at + ivec3(0, 0, 1));
        sink += ReadFine("diagonal", at) - ReadFine("fluid", at) * joined;
      }
    }
  }
  WriteField("opening", idx, opening / ${overcorrection});
  WriteField("sink", idx, sink / ${overcorrection});
`;

const coarseOpenings = `
  vec3 opening = vec3(0.0);
  float sink = 0.0;
  for (int a = 0; a < 2; a++) {
    for (int b = 0; b < 2; b++) {
      opening.x += ReadFine("opening_x", 2 * coord + ivec3(0, a, b));
      opening.y += ReadFine("opening_y", 2 * coord + ivec3(a, 0, b));
      opening.z += ReadFine("opening_z", 2 * coord + ivec3(a, b, 0));
      sink += ReadFine("sink", 2 * coord + ivec3(0, a, b)) + ReadFine("sink", 2 * coord + ivec3(1, a, b));
    }
  }
  WriteField("opening", idx, opening / ${overcorrection});
  WriteField("sink", idx, sink / ${overcorrection});
`;

/** Adds the two half sweeps of Gauss-Seidel of a level, `red_K` and `black_K`. */
function addSweeps(stage: Stage, level: number): void {
  for (const color of ['red', 'black'] as const) {
    stage.addStencil(`${color}_${level}`, {
      inputs: ['residual', 'correction', ...sweptBy(level)],
      outputs: ['correction'],
      color,
      code: `
        float neighbors = ${neighbors('correction', level)};
        WriteField("correction", idx, ReadField("inverse", coord) * (ReadField("residual", coord) + neighbors));
      `,
    });
  }
}

/** Σ of opening·(what a red sweep from zero gives) over the six neighbours. */
const firstNeighbors = (level: number): string =>
  sum(
    axes.map(({ axis, step }) => {
      const swept = (at: string): string => `ReadField("inverse", ${at}) * ReadField("residual", ${at})`;
      const [below, above] = [swept(`coord - ${step}`), swept(`coord + ${step}`)];
      return level === 0
        ? `${below} + ${above}`
        : `ReadField("opening_${axis}", coord) * (${below}) + ReadField("opening_${axis}", coord + ${step}) * (${above})`;
    }),
  );

/** Adds what a level does on the way down: both half sweeps from zero in one, more of them, and (above the last) the defect. */
function addLevel(stage: Stage, level: number, last: boolean): void {
  stage.addStencil(`first_${level}`, {
    inputs: ['residual', ...sweptBy(level)],
    outputs: ['correction'],
    code: `
      bool red = ((coord.x + coord.y + coord.z) & 1) == 0;
      float neighbors = red ? 0.0 : ${firstNeighbors(level)};
      WriteField("correction", idx, ReadField("inverse", coord) * (ReadField("residual", coord) + neighbors));
    `,
  });
  addSweeps(stage, level);
  if (last) return;
  stage.addStencil(`defect_${level}`, {
    inputs: ['residual', 'correction', ...system(level)],
    outputs: ['defect'],
    color: 'red',
    code: `
      ${readDiagonal}
      WriteField("defect", idx, ReadField("residual", coord) - ${applied('correction', level)});
    `,
  });
}

/** Adds the transfers between a level and the finer one: `restrict_K` down to it, `prolong_K` up from it. */
function addTransfers(coarse: Stage, fine: Stage, level: number): void {
  coarse.addStencil(`restrict_${level}`, {
    inputs: ['defect'],
    outputs: ['residual'],
    code: `
      float total = 0.0;
      for (int a = 0; a < 2; a++) {
        for (int b = 0; b < 2; b++) total += ReadFine("defect", 2 * coord + ivec3(a, b, a ^ b)); // red ones
      }
      WriteField("residual", idx, total);
    `,
  });
  fine.addStencil(`prolong_${level}`, {
    inputs: ['correction', 'diagonal'],
    outputs: ['correction'],
    color: 'red',
    code: `
      float coarse = ReadField("diagonal", coord) > 0.0 ? ReadCoarse("correction", coord >> 1) : 0.0;
      WriteField("correction", idx, ReadField("correction", coord) + coarse);
    `,
  });
}

/** Adds one symmetric V-cycle, correction ≈ A⁻¹·residual from zero, and gives its stencils' names in order. */
function addCycle(simulation: Simulation, levels: number): string[] {
  const last = levels - 1;
  for (let level = 0; level < levels; level++) {
    const stage = stageOf(simulation, level);
    addLevel(stage, level, level === last);
    if (level > 0) addTransfers(stage, stageOf(simulation, level - 1), level);
  }
  return visit(0, last);
}

/** The order of a level's stencils and of those below it. */
function visit(level: number, last: number): string[] {
  const sweep = [`red_${level}`, `black_${level}`];
  const sweeps = Array.from({ length: sweepsOf(level, level === last) }, () => sweep).flat();
  const down = [`first_${level}`, ...sweeps.slice(2)];
  const up = sweeps.toReversed();
  // Black voxels that were swept last need no second sweep.
  if (level === last) return [...down, ...up.slice(1)];
  return [
    ...down,
    `defect_${level}`,
    `restrict_${level + 1}`,
    ...visit(level + 1, last),
    `prolong_${level + 1}`,
    ...up,
  ];
}

/** β as `kept`, σ as `bent`. Where rounding has left no σ, the direction starts anew. */
const conjugate = `
  float kept = weight_before > 0.0 ? weight / weight_before : 0.0;
  float bent = bend - kept * kept * curvature;
  if (!(bent > 0.0)) { kept = 0.0; bent = bend; }
`;

/**
 * Adds the projection of `velocity`. It needs `addObstacles` and `addHierarchy` before. The scalar `divergence_left` is
 * the largest divergence after each step, 1/s.
 */
export function addProjection(simulation: Simulation, options: ProjectionOptions): void {
  checkOptions('Cannot add projection', options, KNOWN.projection);
  const { levels, tolerance, iterations } = { ...defaults, ...options };
  for (const name of ['phi', 'direction', 'image', 'direction_image']) simulation.addField(name, 'float32', 0);
  simulation.addStencil('measure_outflow', {
    inputs: ['velocity', 'phi', 'diagonal'],
    outputs: ['residual'],
    code: `
      ${readDiagonal}
      float residual = diagonal > 0.0 ? -(${outflow}) - ${applied('phi', 0)} : 0.0;
      WriteField("residual", idx, residual);
      ReduceMax("solve_error", abs(residual) * (1.0 / voxelSize));
    `,
  });
  const cycle = addCycle(simulation, levels);
  const smallest = stageOf(simulation, levels - 1); // where a pass costs nothing
  simulation.addScalar('curvature', 'float');
  smallest.addStencil('forget', { inputs: [], outputs: [], code: 'ReduceMax("weight_before", 0.0);' });
  simulation.addStencil('apply', {
    inputs: ['correction', 'residual', 'diagonal'],
    outputs: ['image'],
    code: `
      ${readDiagonal}
      float correction = ReadField("correction", coord);
      float image = ${applied('correction', 0)};
      WriteField("image", idx, image);
      ReduceSum("weight", correction * ReadField("residual", coord));
      ReduceSum("bend", correction * image);
    `,
  });
  simulation.addStencil('advance', {
    inputs: ['phi', 'residual', 'correction', 'image', 'direction', 'direction_image'],
    outputs: ['phi', 'residual', 'direction', 'direction_image'],
    code: `
      ${conjugate}
      float direction = ReadField("correction", coord);
      float image = ReadField("image", coord);
      if (kept > 0.0) {
        direction += kept * ReadField("direction", coord);
        image += kept * ReadField("direction_image", coord);
      }
      float stride = bent > 0.0 ? weight / bent : 0.0;
      float residual = ReadField("residual", coord) - stride * image;
      WriteField("phi", idx, ReadField("phi", coord) + stride * direction);
      WriteField("residual", idx, residual);
      WriteField("direction", idx, direction);
      WriteField("direction_image", idx, image);
      ReduceMax("solve_error", abs(residual) * (1.0 / voxelSize));
    `,
  });
  smallest.addStencil('remember', {
    inputs: [],
    outputs: [],
    code: `
      ${conjugate}
      ReduceMax("weight_before", weight);
      ReduceMax("curvature", bent);
    `,
  });
  simulation.repeat({
    name: 'solve',
    body: [...cycle, 'apply', 'advance', 'remember'],
    times: iterations,
    until: { scalar: 'solve_error', below: tolerance },
  });
  simulation.addStencil('project', {
    inputs: ['velocity', 'phi', 'gate'],
    outputs: ['velocity'],
    code: `
      vec3 below = vec3(
        ReadField("phi", coord - ivec3(1, 0, 0)), ReadField("phi", coord - ivec3(0, 1, 0)), ReadField("phi", coord - ivec3(0, 0, 1)));
      WriteField("velocity", idx, ReadField("velocity", coord) - ReadField("gate", coord) * (ReadField("phi", coord) - below));
    `,
  });
  simulation.addStencil('measure_divergence', {
    inputs: ['velocity', 'fluid'],
    outputs: [],
    code: `ReduceMax("divergence_left", ReadField("fluid", coord) * abs(Divergence("velocity")));`,
  });
}
