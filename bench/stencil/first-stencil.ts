/**
 * @file A program that opens a device, makes a simulation, and adds stencils: prints, as JSON, milliseconds from the first
 * `addStencil` until the last pipeline is made (`pipelines`), of which the processor worked for this thread (`thread`), until
 * `initialize` is done (`ready`), and the same for one stencil more. `node first-stencil.ts COUNT`.
 */
import { openDevice, type Device } from '@halocline/gpu';
import { Simulation } from '@halocline/engine';

/** Milliseconds. */
export interface Times {
  readonly pipelines: number;
  readonly thread: number;
  readonly ready: number;
}

/** Those of the first stencils and of one more, and where they were taken. */
export interface StencilTimes extends Times {
  readonly next: Times;
  readonly device: string;
  readonly driver: string;
}

const texts = [
  (n: number) => `float h = ReadField("u${n}", coord);
    float sum = ReadField("u${n}", coord + ivec3(1, 0, 0)) + ReadField("u${n}", coord - ivec3(1, 0, 0))
              + ReadField("u${n}", coord + ivec3(0, 1, 0)) + ReadField("u${n}", coord - ivec3(0, 1, 0))
              + ReadField("u${n}", coord + ivec3(0, 0, 1)) + ReadField("u${n}", coord - ivec3(0, 0, 1));
    WriteField("u${n}", idx, h + ${n}.5 * dt / (voxelSize * voxelSize) * (sum - 6.0 * h));`,
  (n: number) => `vec3 back = CoordToWorld(coord) - ${n}.25 * dt * ReadField("v", coord);
    WriteField("u${n}", idx, SampleField("u${n}", back));`,
  (n: number) => `float x = ReadField("u${n}", coord);
    for (int i = 0; i < 4; i++) x = mix(x, sin(x + float(i)), ${n}.125 / (1.0 + abs(x)));
    if (x > 0.5) x -= 0.25 * length(ReadField("v", idx));
    WriteField("u${n}", idx, x); ReduceMax("most", x);`,
];

function add(simulation: Simulation, n: number): void {
  simulation.addStencil(`stencil_${n}`, {
    inputs: [`u${n}`, 'v'],
    outputs: [`u${n}`],
    code: texts[n % texts.length]!(n),
  });
}

/** Times from now until the last pipeline and until everything is ready. */
async function timed(device: Device, simulation: Simulation, act: () => void): Promise<Times> {
  const [make, makeAll] = [device.createPipeline.bind(device), device.createPipelines.bind(device)];
  const threadTime = (): number => {
    const { user, system } = process.threadCpuUsage();
    return (user + system) / 1000;
  };
  const [start, threadStart] = [performance.now(), threadTime()];
  let [pipelines, thread] = [0, 0];
  const note = (): void => {
    pipelines = performance.now() - start;
    thread = threadTime() - threadStart;
  };
  device.createPipeline = (options) => {
    const made = make(options);
    if (!options.label.startsWith('engine')) note();
    return made;
  };
  device.createPipelines = async (list) => {
    const made = await makeAll(list);
    if (list.length > 0) note();
    return made;
  };
  act();
  await simulation.initialize();
  const ready = performance.now() - start;
  device.createPipeline = make;
  device.createPipelines = makeAll;
  return { pipelines, thread, ready };
}

const count = Number(process.argv[2] ?? 1);
{
  await using device = await openDevice();
  await using simulation = await Simulation.create({ device, domain: { min: [0, 0, 0], max: [16, 16, 16] } });
  simulation.addField('v', 'vec3', [0, 0, 0]);
  for (let n = 0; n <= count; n++) simulation.addField(`u${n}`, 'float32', 0);
  const first = await timed(device, simulation, () => {
    for (let n = 0; n < count; n++) add(simulation, n);
  });
  const next = await timed(device, simulation, () => add(simulation, count));
  const { driver } = device.report;
  const times: StencilTimes = { ...first, next, device: device.name, driver: `${driver.name} ${driver.info}` };
  process.stdout.write(JSON.stringify(times));
}
