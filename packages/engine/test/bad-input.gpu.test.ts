import { describe, expect } from 'vitest';
import { gpuTest } from '@halocline/testing';
import { gridFromLeaves, GridMap } from '@halocline/vdb';
import { Simulation } from '../src/index.ts';

const domain = { min: [0, 0, 0], max: [8, 8, 8] } as const;

describe('a simulation refuses', () => {
  gpuTest('a domain that is none', {}, async ({ device }) => {
    const create = (options: object): Promise<Simulation> => Simulation.create({ device, ...options });
    await expect(create({})).rejects.toThrow(
      new TypeError('Cannot create simulation: neither domain nor grid is given; give one of them'),
    );
    await expect(create({ domain: { min: [0, 0, 4], max: [8, 8, 4] } })).rejects.toThrow(
      new RangeError(
        'Cannot create simulation: domain [0, 0, 4] … [8, 8, 4] holds no voxel; max is exclusive, and must be above min on each axis',
      ),
    );
    await expect(create({ domain: { min: [0, 0, 0], max: [8, 8, 0.5] } })).rejects.toThrow(
      "Cannot create simulation: domain [0, 0, 0] … [8, 8, 0.5] isn't made of whole numbers below 2^28; give min and max of three",
    );
    await expect(create({ domain: { min: [0, 0, 0], max: [2048, 2048, 1024] } })).rejects.toThrow(
      new RangeError(
        'Cannot create simulation: the domain has 8388608 leaves of 8³ voxels, and a device takes 4194302; make it smaller',
      ),
    );
    await expect(create({ domain: { min: [0, 0, 0] } })).rejects.toThrow(
      'Cannot create simulation: the domain lacks min or max; give both, as in { min: [0, 0, 0], max: [64, 64, 64] }',
    );
    await expect(create({ domain, voxelSize: 0 })).rejects.toThrow('voxelSize is 0; give metres above 0');
    const empty = { origins: new Int32Array(3), masks: new Uint32Array(16), map: GridMap.scale(1), background: [0] };
    const grid = gridFromLeaves({ name: 'nothing', type: 'float', values: [new Float32Array(512)], ...empty });
    await expect(create({ grid })).rejects.toThrow(
      'Cannot create simulation: grid "nothing" has no active voxel; give one that has, or a domain',
    );
  });

  gpuTest('options and paths of files that are none', {}, async ({ device }) => {
    await using simulation = await Simulation.create({ device, domain });
    const refuses = async (act: Promise<unknown>, message: string): Promise<void> =>
      expect(await act.catch((error: unknown) => error)).toEqual(new TypeError(message));
    const none = undefined as never;
    await refuses(
      simulation.checkpoint('c.nvdb', { abuot: 3 } as object),
      'Cannot write checkpoint "c.nvdb": "abuot" is no option of it (did you mean "about"?); there are about',
    );
    await refuses(
      simulation.checkpoint(none),
      'Cannot write checkpoint: its path is undefined; give that of a .nvdb file',
    );
    await refuses(simulation.resume(none), 'Cannot resume: its path is undefined; give that of a .nvdb file');
    await refuses(
      simulation.load('c.nvdb', { field: {} } as object),
      'Cannot load "c.nvdb": "field" is no option of it (did you mean "fields"?); there are fields',
    );
    await refuses(
      simulation.extractSubdomain(0, { fields: 'u' } as object),
      'Cannot extract subdomain 0: "fields" is no option of it (did you mean "field"?); there are field',
    );
  });

  gpuTest('numbers that integers don’t hold', {}, async ({ device }) => {
    await using simulation = await Simulation.create({ device, domain });
    simulation.addParameter('pi', 'int', -(2 ** 31)).addParameter('pu', 'uvec2', [2 ** 32 - 1, 0]);
    simulation.addParameter('pv', 'vec3', 0).addScalar('count', 'uint');
    const ids = simulation.addField('ids', 'u8vec2', [255, 0]);
    const [int, uint] = ['whole numbers from -2147483648 to 2147483647', 'whole numbers from 0 to 4294967295'];
    const messages: [() => unknown, string][] = [
      [() => simulation.set('pi', 1.5), `Cannot set "pi": int takes ${int}, and 1.5 was given`],
      [() => simulation.set('pi', 2 ** 40), `Cannot set "pi": int takes ${int}, and 1099511627776 was given`],
      [() => simulation.set('pu', [3, -1]), `Cannot set "pu": uvec2 takes ${uint}, and -1 was given`],
      [() => simulation.set('count', Infinity), `Cannot set "count": uint takes ${uint}, and Infinity was given`],
      [() => simulation.addParameter('n', 'int', 0.5), `Cannot set "n": int takes ${int}, and 0.5 was given`],
      [() => simulation.addScalar('n', 'int', 0.5), `Cannot add scalar "n": int takes ${int}, and 0.5 was given`],
      [() => simulation.addField('a', 'int32', 1.5), `Cannot add field "a": int32 takes ${int}, and 1.5 was given`],
      [
        () => simulation.addField('a', 'uint8', 300),
        'Cannot add field "a": uint8 takes whole numbers from 0 to 255, and 300 was given',
      ],
      [() => simulation.addField('a', 'uvec2', [1, -1]), `Cannot add field "a": uvec2 takes ${uint}, and -1 was given`],
    ];
    for (const [act, message] of messages) expect(act).toThrow(new RangeError(message));
    await expect(ids.fill([256, 0])).rejects.toThrow(
      new RangeError('Cannot fill field "ids": u8vec2 takes whole numbers from 0 to 255, and 256 was given'),
    );
    expect(() => simulation.set('pv', null as unknown as number)).toThrow(
      new TypeError('Cannot set "pv": vec3 takes 3 numbers, and null was given'),
    );
  });

  gpuTest('declarations that can’t be', {}, async ({ device }) => {
    await using simulation = await Simulation.create({ device, domain });
    simulation.addField('density', 'float32', 0);
    const messages: [() => unknown, string][] = [
      [
        () => simulation.addField('density', 'vec3'),
        'Cannot add field "density": it is declared already, as float32; choose another name',
      ],
      [
        () => simulation.addField('speed', 'flaot32'),
        'Cannot add field "speed": "flaot32" is no field type (did you mean "float32"?); use one of float32, float16, float64, int32, uint32, uint8, vec2 … vec4, f16vec2 … f16vec4, dvec2 … dvec4, ivec2 … ivec4, uvec2 … uvec4, u8vec2 … u8vec4',
      ],
      [
        () => simulation.addField('speed', undefined as unknown as string),
        'Cannot add field "speed": "undefined" is no field type; use one of float32, float16, float64, int32, uint32, uint8, vec2 … vec4, f16vec2 … f16vec4, dvec2 … dvec4, ivec2 … ivec4, uvec2 … uvec4, u8vec2 … u8vec4',
      ],
      [
        () => simulation.addParameter('dt', 'float', 0.1),
        'Cannot add parameter "dt": every stencil has a value of that name, which would be read instead; choose another name',
      ],
      [
        () => simulation.addScalar('time', 'float'),
        'Cannot add scalar "time": every stencil has a value of that name, which would be read instead; choose another name',
      ],
      [
        () => simulation.addField('2nd', 'float32'),
        'Cannot add field "2nd": it is no name; use letters, digits and underscores, at most 128, not first a digit',
      ],
      [
        () => simulation.addField('v', 'vec3', [1, 2]),
        'Cannot add field "v": a vec3 takes a number or 3 of them, and [1, 2] was given',
      ],
      [
        () => simulation.field('densty'),
        'Cannot find field "densty": there is none of that name (did you mean "density"?); the fields are "density"',
      ],
      [
        () => simulation.addStencil('s', {}),
        'Cannot add stencil "s": it has neither code nor file nor body; give one of them',
      ],
      [
        () => simulation.addStencil('s', { code: '', file: 'x' }),
        'Cannot add stencil "s": it has both code and file; give one of them',
      ],
      [
        () => simulation.addStencil('s', { body: (() => ({})) as never }),
        'Cannot add stencil "s": its body is of type function; give what stencil({ inputs, outputs }, …) makes',
      ],
      [
        () => simulation.removeStencil('s'),
        'Cannot remove stencil "s": there is none of that name; the stencils are none',
      ],
      [
        () => simulation.set('gravity', 3),
        'Cannot set "gravity": there is no parameter or scalar of that name; there are none',
      ],
      [
        () => simulation.addParameter('g', 'vec5', 3),
        'Cannot add parameter "g": "vec5" is no type (did you mean "vec2"?); use one of float, vec2, vec3, vec4, int, ivec2, ivec3, ivec4, uint, uvec2, uvec3, uvec4, bool, bvec2, bvec3, bvec4, double, dvec2, dvec3, dvec4',
      ],
      [
        () => simulation.addParameter('g', 'vec3', [1, 2]),
        'Cannot set "g": vec3 takes 3 numbers, and [1, 2] was given',
      ],
      [
        () => simulation.addScalar('r', 'vec2'),
        'Cannot add scalar "r": "vec2" is no scalar type; use float, double, int, uint or bool',
      ],
      [
        () => simulation.repeat({ body: [], times: 3 }),
        'Cannot add repeat "repeat_1": its body is empty; name the stencils that it runs',
      ],
      [
        () => simulation.repeat({ body: ['s'], times: 0 }),
        'Cannot add repeat "repeat_1": times is 0; give a whole number of at least 1',
      ],
      [
        () => simulation.repeat({ body: ['s'], times: 1e9 }),
        'Cannot add repeat "repeat_1": it runs 1000000000 passes a step, and each is recorded; run at most 65536, or more steps',
      ],
      [
        () =>
          simulation.repeat({ name: 'inner', body: ['s', 't'], times: 200 }).repeat({ body: ['inner'], times: 164 }),
        'Cannot add repeat "repeat_2": it runs 65600 passes a step, and each is recorded; run at most 65536, or more steps',
      ],
      [
        () => simulation.level(-1),
        "Cannot take level -1: levels are whole numbers from 0 to 19; 0 is the simulation's own",
      ],
    ];
    for (const [act, message] of messages) expect(messageOf(act)).toBe(message);
    await expect(simulation.runTimestep({ dt: NaN })).rejects.toThrow(
      'Cannot run a step of { dt: NaN }: dt is NaN; give seconds, as in runTimestep(0.016)',
    );
    await expect(simulation.runTimestep(undefined as unknown as number)).rejects.toThrow(
      'Cannot run a step of undefined: dt is undefined; give seconds, as in runTimestep(0.016)',
    );
    await expect(simulation.save('none.nvdb', [])).rejects.toThrow(
      'Cannot save "none.nvdb": there is no field to save; name at least one',
    );
  });

  gpuTest('repeats that name each other, and none that stops, however often it may run', {}, async ({ device }) => {
    await using simulation = await Simulation.create({ device, domain });
    simulation.addField('u', 'float32');
    simulation.addScalar('enough', 'float');
    simulation.addStencil('s', { outputs: ['u'], code: 'WriteField("u", idx, 1.0); ReduceMax("enough", 0.0);' });
    simulation.repeat({ name: 'search', body: ['s'], times: 1e6, until: { scalar: 'enough', below: 1 } });
    await simulation.runTimestep(0.1);
    simulation.repeat({ name: 'one', body: ['other'], times: 2 });
    simulation.repeat({ name: 'other', body: ['one'], times: 2 }).repeat({ name: 'third', body: ['one'], times: 2 });
    await expect(simulation.runTimestep(0.1)).rejects.toThrow(
      'Cannot run repeat "one": "other" in its body is neither a stencil nor an earlier repeat; the stencils are "s"',
    );
  });

  gpuTest('options that were mistyped, and lists and texts that are none', {}, async ({ device }) => {
    await expect(Simulation.create({ device, domain, voxelsize: 0.1 } as object)).rejects.toThrow(
      /^Cannot create simulation: "voxelsize" is no option of it \(did you mean "voxelSize"\?\); there are access, .*, voxelSize$/u,
    );
    // What comes through from a scene's own options is not ours to refuse.
    await using simulation = await Simulation.create({ device, domain, values: {} } as object);
    simulation.addField('u', 'float32');
    const code = 'WriteField("u", idx, 1.0);';
    const options =
      'there are beyondRadius, body, code, color, debug, file, inputs, neighborRadius, outputs, parameters, requiresHalos';
    const told = (given: object): string => messageOf(() => simulation.addStencil('s', given));
    expect(told({ outputs: ['u'], code, neighbourRadius: 2 })).toBe(
      `Cannot add stencil "s": "neighbourRadius" is no option of it (did you mean "neighborRadius"?); ${options}`,
    );
    expect(told({ outputs: ['u'], code, groups: 3 })).toBe(
      `Cannot add stencil "s": "groups" is no option of it; ${options}`,
    );
    expect(told({ outputs: 'u', code })).toBe(
      `Cannot add stencil "s": outputs is "u"; give a list of names, as in ['density']`,
    );
    expect(told({ inputs: { u: 'float32' }, outputs: ['u'], code })).toBe(
      `Cannot add stencil "s": inputs is of type object; give a list of names, as in ['density']`,
    );
    expect(told({ outputs: ['u'], code, debug: { voxel: [1, 2] } })).toBe(
      'Cannot add stencil "s": the voxel of debug is [1,2]; give three whole numbers, as in [3, 4, 5]',
    );
    expect(told({ outputs: ['u'], code: 5 })).toBe('Cannot add stencil "s": its code is of type number; give text');
    simulation.addParameter('k', 'float', 1);
    expect(messageOf(() => simulation.set('k', NaN))).toBe('Cannot set "k": float takes one number, and NaN was given');
    await expect(simulation.runTimestep('0.1' as unknown as number)).rejects.toThrow(
      'Cannot run a step of 0.1: dt is "0.1"; give seconds, as in runTimestep(0.016)',
    );
    await expect(simulation.field('u').write(3 as never)).rejects.toThrow(
      'Cannot write field "u": 3 is no source of values; give an array, a grid or a function, or use fill',
    );
  });

  gpuTest('values of another kind than an option has', {}, async ({ device }) => {
    const made = async (options: object): Promise<string> => {
      try {
        await using _ = await Simulation.create({ device, domain, ...options });
        return 'made';
      } catch (error) {
        return (error as Error).message.replace('Cannot create simulation: ', '');
      }
    };
    const wrong: readonly (readonly [options: object, message: string])[] = [
      [{ overlap: 'besides' }, 'overlap is "besides"; give true or false'],
      [{ fusion: 'off' }, 'fusion is "off"; give true or false'],
      [{ validation: 1 }, 'validation is 1; give true or false'],
      [{ access: 'adress' }, `access is "adress"; give 'address' or 'descriptor'`],
      [{ replicate: '512' }, 'replicate is "512"; give a whole number of leaves, at least 0'],
      [{ memoryLimit: '1 GiB' }, 'memoryLimit is "1 GiB"; give bytes above 0'],
      [{ haloThickness: '2' }, 'haloThickness is "2"; give whole voxels, at least 0'],
      [{ subdomains: '2' }, 'subdomains is "2"; give a whole number, at least 1'],
      [{ voxelSize: '0.1' }, 'voxelSize is "0.1"; give metres above 0'],
      [{ voxelSize: 1e39 }, 'voxelSize is 1e+39; give metres above 0, which a float32 holds'],
      [{ translation: [0, 0] }, 'translation is [0, 0]; give three numbers of metres, as in [0, 0, 0]'],
      [{ origin: ['0', 0, 0] }, 'origin is ["0", 0, 0]; give three numbers of metres, as in [0, 0, 0]'],
      [{ domain: null }, 'domain is null; give a box, as in { min: [0, 0, 0], max: [64, 64, 64] }'],
      [{ domain: undefined, grid: 5 }, `grid is 5; give a grid, or a file's path`],
      [{ device: 0 }, `device is 0; give a device's name, '#0', or an open device`],
      [
        { device: undefined, devices: 'two' },
        `devices is "two"; give a whole number, or a list of names and open devices, as in ['#0', '#1']`,
      ],
      [{ rebalance: 'tiem' }, `rebalance is "tiem"; give 'voxels', 'time' or 'off'`],
      [{ stepsInFlight: 1 }, 'stepsInFlight is 1; give a whole number of steps, 2 to 16'],
      [{ checkpointEvery: '5' }, 'checkpointEvery is "5"; give a whole number of steps, at least 1'],
      [{ checkpointFile: 5 }, `checkpointFile is 5; give a file's path`],
      [{ trace: true }, `trace is true; give a file's path that ends in .json`],
      [{ trace: 'scene.ts' }, `trace is "scene.ts"; give a file's path that ends in .json`],
      [{ log: 'console' }, 'log is "console"; give a function'],
      [{ overlap: undefined }, 'made'],
    ];
    for (const [options, message] of wrong) expect(await made(options)).toBe(message);
    await expect(Simulation.create(undefined as never)).rejects.toThrow(
      'Cannot create simulation: its options are undefined; give an object, as in { domain: … }',
    );
    await using simulation = await Simulation.create({ device, domain });
    const no = <T>(value: unknown): T => value as T;
    const [code, outputs] = ['WriteField("u", idx, 1.0);', ['u']];
    const stencil = (options: object) => () => simulation.addStencil('s', { outputs, code, ...options });
    const kernel = (options: object) => () => simulation.registerKernel('k', { outputs, glsl: '', ...options });
    const messages: readonly (readonly [() => unknown, string])[] = [
      [
        () => simulation.addField('u', 'float32', no('5')),
        'field "u": a float32 takes a number, and string 5 was given',
      ],
      [
        () => simulation.addField('u', 'float32', no(null)),
        'field "u": a float32 takes a number, and object null was given',
      ],
      [
        () => simulation.addField('u', 'float32', 0, no({ transient: 'no' })),
        'field "u": transient is "no"; give true or false',
      ],
      [
        () => simulation.addField('u', 'float32', 0, no({ storrage: 'float16' })),
        'field "u": "storrage" is no option of it (did you mean "storage"?); there are at, storage, transient',
      ],
      [
        () => simulation.addField('u', 'float32', 0, no('float16')),
        'field "u": its options are "float16"; give an object, as in { at: … }',
      ],
      [
        stencil({ neighborRadius: '2' }),
        `stencil "s": neighborRadius is "2"; give voxels, or { cfl: 'velocity', cap: 8 }`,
      ],
      [
        stencil({ neighborRadius: null }),
        `stencil "s": neighborRadius is null; give voxels, or { cfl: 'velocity', cap: 8 }`,
      ],
      [stencil({ requiresHalos: 'no' }), 'stencil "s": requiresHalos is "no"; give true or false'],
      [stencil({ color: 'blue' }), `stencil "s": color is "blue"; give 'red' or 'black'`],
      [stencil({ debug: 'yes' }), 'stencil "s": debug is "yes"; give true, false or { voxel: [3, 4, 5] }'],
      [stencil({ debug: null }), 'stencil "s": debug is null; give true, false or { voxel: [3, 4, 5] }'],
      [kernel({ neighborRadius: '2' }), 'kernel "k": neighborRadius is "2"; give a whole number of voxels, 0 or more'],
      [kernel({ overwrites: 'all' }), 'kernel "k": overwrites is "all"; give true or false'],
      [kernel({ outputs: 'u' }), `kernel "k": outputs is "u"; give a list of names, as in ['density']`],
      [kernel({ entry: 1 }), 'kernel "k": entry is 1; give the name of an entry point'],
      [
        () => simulation.repeat(no({ body: 's', times: 3 })),
        `repeat "repeat_1": body is "s"; give a list of stencils' names, as in ['relax']`,
      ],
      [
        () => simulation.repeat(no({ body: ['s'], times: '3' })),
        'repeat "repeat_1": times is "3"; give a whole number of at least 1',
      ],
      [
        () => simulation.repeat(no({ body: ['s'], times: 3, until: { scalar: 'e' } })),
        `repeat "repeat_1": until is {"scalar":"e"}; give a scalar's name, or { scalar: 'error', below: 0.1 }`,
      ],
      [() => simulation.addScalar('e', 'float', no('1')), 'scalar "e": its value is "1"; give a number'],
    ];
    for (const [act, message] of messages) {
      expect(messageOf(act)).toBe(`Cannot ${message.startsWith('kernel') ? 'register' : 'add'} ${message}`);
    }
    expect(messageOf(() => simulation.addParameter('g', 'float', no('1')))).toBe(
      'Cannot set "g": float takes one number, and "1" was given',
    );
    expect(messageOf(() => simulation.addParameter('g', 'vec2', no([1, '2'])))).toBe(
      'Cannot set "g": vec2 takes 2 numbers, and [1, "2"] was given',
    );
    simulation.addField('u', 'float32');
    await expect(simulation.save('u.nvdb', ['u'], no({ codec: 'gzip' }))).rejects.toThrow(
      `Cannot save "u.nvdb": codec is "gzip"; give 'none', 'zip' or 'blosc'`,
    );
  });

  gpuTest('stencils that reach too far, know no field, or write what isn’t theirs', {}, async ({ device }) => {
    await using simulation = await Simulation.create({ device, domain, haloThickness: 1 });
    simulation.addField('u', 'float32');
    simulation.addField('w', 'float32');
    const attempt = async (options: object): Promise<string> => {
      simulation.addStencil('s', { inputs: ['u'], outputs: ['u'], ...options });
      const message = await simulation.initialize().then(String, (error: Error) => error.message);
      simulation.removeStencil('s');
      return message;
    };
    expect(await attempt({ code: 'WriteField("u", idx, ReadField("u", coord + ivec3(0, -3, 0)));' })).toBe(
      'Cannot run stencil "s": it reads "u" 3 voxels away, and the halo is 1 voxel thick; give haloThickness: 3, or leave it out',
    );
    expect(await attempt({ inputs: ['uu'], code: '' })).toContain(
      'there is no field "uu" for an input; did you mean "u"?',
    );
    expect(await attempt({ code: 'WriteField("w", idx, 1.0);' })).toContain('Cannot compile stencil "s": line 1');
    expect(await attempt({ code: 'WriteField("u", idx, ReadField("w", idx));' })).toContain(
      'Cannot compile stencil "s": line 1',
    );
    expect(await attempt({ code: 'float x = ;' })).toContain('float x = ;\n      |           ^');
    expect(await attempt({ code: undefined, file: '/nowhere/s.stencil' })).toBe(
      'Cannot read stencil "s" from "/nowhere/s.stencil": there is no such file; give the path of its text',
    );
  });

  gpuTest('orders and loops that can’t be', {}, async ({ device }) => {
    await using simulation = await Simulation.create({ device, domain });
    simulation.addField('a', 'float32');
    simulation.addField('b', 'float32');
    simulation.addStencil('first', {
      inputs: ['a'],
      outputs: ['b'],
      code: 'WriteField("b", idx, ReadField("a", idx));',
    });
    simulation.addStencil('second', {
      inputs: ['b'],
      outputs: ['a'],
      code: 'WriteField("a", idx, ReadField("b", idx));',
    });
    simulation.repeat({ name: 'loop', body: ['second'], times: 3, until: 'done' });
    await expect(simulation.initialize()).rejects.toThrow(
      new TypeError('Cannot run repeat "loop" until scalar "done": there is none of that name; the scalars are none'),
    );
    simulation.removeRepeat('loop');
    simulation.addDependency('a', 'first');
    await expect(simulation.initialize()).rejects.toThrow(
      new TypeError(
        'Cannot order the stencils: first → second → first is a cycle (second reads "b", which first writes; addDependency("a", "first")); remove one of these dependencies, or declare the stencils in the order in which they run',
      ),
    );
  });

  gpuTest('more memory than there is, and names who holds it', { memoryLimit: 24 * 2 ** 20 }, async ({ device }) => {
    await using simulation = await Simulation.create({ device, domain: { min: [0, 0, 0], max: [64, 64, 64] } });
    for (let n = 0; n < 40; n++) simulation.addField(`big${n}`, 'vec4');
    const error = await simulation.initialize().catch((caught: Error) => caught);
    expect(String(error)).toContain('OutOfMemoryError');
    expect(String(error)).toContain('field big0');
  });

  gpuTest(
    'a program that doesn’t fit, and goes on without what asked for it',
    { memoryLimit: 24 * 2 ** 20 },
    async ({ device }) => {
      await using simulation = await Simulation.create({ device, domain: { min: [0, 0, 0], max: [64, 64, 64] } });
      simulation.addField('u', 'vec4');
      simulation.addStencil('grow', {
        inputs: ['u'],
        outputs: ['u'],
        code: 'WriteField("u", idx, ReadField("u", idx) + 1.0);',
      });
      await simulation.runTimestep(1);
      // More than the limits of all heaps that a device may have: where one is full, the next is taken.
      const names = Array.from({ length: 40 }, (_, n) => `more${n}`);
      for (const name of names) simulation.addField(name, 'vec4');
      await expect(simulation.runTimestep(1)).rejects.toThrow('Cannot allocate buffer "more');
      for (const name of names) simulation.removeField(name);
      await simulation.runTimestep(1);
      expect((await simulation.field('u').read()).get(5, 5, 5)).toEqual([2, 2, 2, 2]);
    },
  );

  gpuTest('to be used after its end', {}, async ({ device }) => {
    const simulation = await Simulation.create({ device, domain });
    const total = simulation.addScalar('total', 'float32', 3);
    await simulation.runTimestep(1);
    await simulation[Symbol.asyncDispose]();
    const disposed = 'Cannot use the simulation: it has been disposed; create another';
    await expect(simulation.runTimestep(1)).rejects.toThrow(disposed);
    await expect(total.read()).rejects.toThrow(disposed);
  });
});

function messageOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    return (error as Error).message;
  }
  return 'nothing was thrown';
}
