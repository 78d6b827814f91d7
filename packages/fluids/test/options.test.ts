import { expect, test } from 'vitest';
import * as fluids from '../src/index.ts';

/** Nothing of it is touched before the options are looked at. */
const simulation = undefined as never;
const no = <T>(value: unknown): T => value as T;

test('options of another kind, and mistyped ones, are refused before anything is added', () => {
  const vector = 'give three numbers of metres, as in [0, 0, 0]';
  const wrong: readonly (readonly [act: () => unknown, message: string])[] = [
    [
      () => fluids.addAdvection(simulation, [], no({ decay: { u: '1' } })),
      'Cannot add advection: decay is {"u":"1"}; give rates by field, 1/s, as in { density: 0.1 }',
    ],
    [() => fluids.addForces(simulation, no({ gravity: '9.81' })), 'Cannot add forces: gravity is "9.81"; give m/s²'],
    [
      () => fluids.addForces(simulation, no({ confinment: 1 })),
      'Cannot add forces: "confinment" is no option of it (did you mean "confinement"?); there are ambient, confinement, gravity, smokeWeight',
    ],
    [
      () => fluids.addObstacles(simulation, no({ floor: 'yes' })),
      'Cannot add obstacles: floor is "yes"; give true or false',
    ],
    [
      () => fluids.addObstacles(simulation, no({ balls: { center: [0, 0, 0], radius: 1 } })),
      'Cannot add obstacles: balls is {"center":[0,0,0],"radius":1}; give a list of balls, as in [{ center: [0, 0, 0], radius: 1 }]',
    ],
    [
      () => fluids.addObstacles(simulation, no({ balls: [{ center: [0, 0, 0], radius: '1' }] })),
      'Cannot add ball 0: radius is "1"; give metres, at least 0',
    ],
    [
      () => fluids.addObstacles(simulation, no({ balls: [{ radius: 1 }] })),
      `Cannot add ball 0: it lacks its center; ${vector}`,
    ],
    [
      () => fluids.addSource(simulation, no({ center: '123', radius: 1 })),
      `Cannot add source: center is "123"; ${vector}`,
    ],
    [
      () => fluids.addSource(simulation, no(undefined)),
      'Cannot add source: its options are undefined; give an object, as in { center: … }',
    ],
    [
      () => fluids.addStillAir(simulation, no({ density: '0' })),
      'Cannot add still air: values is {"density":"0"}; give values by field, as in { density: 0 }',
    ],
    [
      () => fluids.addHierarchy(simulation, no('4')),
      'Cannot add hierarchy: levels is "4"; give a whole number of levels, at least 1',
    ],
    [
      () => fluids.addProjection(simulation, no({ tolerance: 0.1 })),
      'Cannot add projection: it lacks its levels; give a whole number of levels, at least 1',
    ],
    [
      () => fluids.addProjection(simulation, no({ levels: 3, iterations: 0 })),
      'Cannot add projection: iterations is 0; give a whole number of iterations, at least 1',
    ],
  ];
  for (const [act, message] of wrong) expect(act).toThrow(new TypeError(message));
});

test('so are those of a plume and of its frames', async () => {
  await expect(fluids.createPlume(no({ voxels: '64' }))).rejects.toThrow(
    'Cannot make plume: voxels is "64"; give a multiple of 16',
  );
  await expect(fluids.createPlume(no({ width: '1' }))).rejects.toThrow(
    'Cannot make plume: width is "1"; give metres above 0',
  );
  await expect(fluids.createPlume(no({ voxel: 32 }))).rejects.toThrow(
    /^Cannot make plume: "voxel" is no option of it \(did you mean "voxels"\?\)/u,
  );
  await expect(fluids.plume().frames({ rate: 0 }).next()).rejects.toThrow(
    'Cannot run plume: rate is 0; give frames a second above 0',
  );
  await expect(
    fluids
      .plume()
      .frames(no({ stepsPerFrame: 1.5 }))
      .next(),
  ).rejects.toThrow('Cannot run plume: stepsPerFrame is 1.5; give a whole number of steps, at least 1');
});
