/** @file A program that opens a device, compiles one shader of some size, and runs it: prints what each step took, as JSON. */
import { openDevice } from '@halocline/gpu';

/** Milliseconds of each step. */
export interface FirstDispatch {
  readonly open: number;
  readonly glsl: number;
  readonly pipeline: number;
  readonly dispatch: number;
}

/** 200 statements that no compiler folds away. */
const body = Array.from(
  { length: 200 },
  (_, i) => `x = fma(x, sin(x + ${i}.5), cos(y * ${i + 1}.25)); y = sqrt(abs(y - x)) + ${i}.125;`,
).join('\n  ');

const source = `
layout(local_size_x = 64) in;
layout(push_constant) uniform Push { vec4 word; } push;
layout(std430, binding = 0) buffer To { float at[]; } to;
void main() {
  float x = push.word.x + float(gl_GlobalInvocationID.x), y = push.word.y;
  ${body}
  to.at[gl_GlobalInvocationID.x] = x + y;
}`;

const times = [performance.now()];
{
  await using device = await openDevice();
  times.push(performance.now());
  const spirv = await device.compile(source, { label: 'bench' });
  times.push(performance.now());
  using pipeline = device.createPipeline({ label: 'bench', spirv });
  times.push(performance.now());
  using buffer = device.createBuffer({ label: 'bench', byteLength: 256 });
  await device.submitOnce('bench', (encoder) =>
    encoder.pipeline(pipeline).push(new Float32Array(4)).bind(0, buffer).dispatch(1),
  );
  times.push(performance.now());
}
const [open, glsl, pipeline, dispatch] = times.slice(1).map((time, i) => time - times[i]!);
process.stdout.write(JSON.stringify({ open, glsl, pipeline, dispatch }));
