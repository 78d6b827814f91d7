import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gpuTest } from '@halocline/testing';
import { expect } from 'vitest';
import type { Device } from '../src/index.ts';

const shader = (body: string): string => `#version 460
#include "parts/amount.glsl"
layout(local_size_x = 1) in;
layout(binding = 0) buffer Words { uint at[]; };
void main() { ${body} }
`;

/** A folder with `add.comp` and what it includes, gone when it is disposed. */
class Folder implements Disposable {
  readonly root: string = mkdtempSync(path.join(tmpdir(), 'halocline-watch-'));
  readonly main: string = path.join(this.root, 'add.comp');
  readonly part: string = path.join(this.root, 'parts', 'amount.glsl');

  constructor() {
    mkdirSync(path.dirname(this.part));
    writeFileSync(path.join(this.root, 'parts', 'one.glsl'), '#define ONE 1\n');
    writeFileSync(this.part, '#include "one.glsl"\n#define AMOUNT ONE\n');
    writeFileSync(this.main, shader('at[0] += AMOUNT;'));
  }

  [Symbol.dispose](): void {
    rmSync(this.root, { recursive: true });
  }
}

async function zeroed(device: Device) {
  const buffer = device.createBuffer({ label: 'sum', byteLength: 16 });
  await device.staging.upload(buffer, 0, new Uint32Array(4));
  return {
    buffer,
    read: async () => new Uint32Array((await device.staging.download(buffer)).buffer)[0],
    [Symbol.dispose]: () => buffer[Symbol.dispose](),
  };
}

gpuTest('an edit swaps the pipeline between two submits, and a recording follows', {}, async ({ device }) => {
  using folder = new Folder();
  const lines: string[] = [];
  using pipeline = await device.watchPipeline({ file: folder.main, log: (line) => lines.push(line) });
  expect(pipeline.files).toEqual([folder.main, folder.part, path.join(folder.root, 'parts', 'one.glsl')]);
  using sum = await zeroed(device);
  using commands = device.record('step', (encoder) =>
    encoder
      .barrier(['storage-write'], ['storage-read', 'storage-write'])
      .pipeline(pipeline)
      .bind(0, sum.buffer)
      .dispatch(1),
  );
  device.compute.submit([commands]);
  device.compute.submit([commands]);
  const edit = pipeline.nextEdit();
  writeFileSync(folder.main, shader('at[0] += AMOUNT * 100;'));
  expect(await edit).toBeUndefined();
  device.compute.submit([commands]);
  expect(await sum.read()).toBe(102);
  const include = pipeline.nextEdit();
  writeFileSync(folder.part, '#define AMOUNT 10\n');
  await include;
  device.compute.submit([commands]);
  expect(await sum.read()).toBe(1102);
  expect([pipeline.version, lines.length]).toEqual([3, 2]);
  await device.idle();
  expect([...device.children].filter((child) => child.kind === 'pipeline').length).toBe(1);
});

gpuTest('a shader is edited while it runs, submit after submit, and no step is lost', {}, async ({ device }) => {
  using folder = new Folder();
  using pipeline = await device.watchPipeline({ file: folder.main });
  using sum = await zeroed(device);
  using commands = device.record('step', (encoder) =>
    encoder
      .barrier(['storage-write'], ['storage-read', 'storage-write'])
      .pipeline(pipeline)
      .bind(0, sum.buffer)
      .dispatch(1),
  );
  const steps: number[] = [0, 0, 0, 0];
  for (let version = 1; version <= 3; version++) {
    if (version > 1) writeFileSync(folder.main, shader(`at[0] += ${1000 ** (version - 1)}u;`));
    for (let step = 0; step < 5 || pipeline.version < version; step++) {
      steps[pipeline.version]!++;
      const { timeline, value } = device.compute.submit([commands]);
      await timeline.wait(value);
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  }
  steps[pipeline.version]!++;
  device.compute.submit([commands]);
  expect(pipeline.version).toBe(3);
  expect(steps[2]).toBeGreaterThan(0);
  expect(await sum.read()).toBe(steps[1]! + 1000 * steps[2]! + 1_000_000 * steps[3]!);
});

gpuTest('a broken edit tells its line and changes nothing; the next good one is taken', {}, async ({ device }) => {
  using folder = new Folder();
  const lines: string[] = [];
  using pipeline = await device.watchPipeline({ file: folder.main, log: (line) => lines.push(line) });
  using sum = await zeroed(device);
  using commands = device.record('step', (encoder) => encoder.pipeline(pipeline).bind(0, sum.buffer).dispatch(1));
  const broken = pipeline.nextEdit();
  writeFileSync(folder.main, shader('nonsense;'));
  const error = await broken;
  expect(error?.message).toBe(
    `Cannot compile shader "add.comp": 'nonsense' undeclared identifier (${folder.main}:5:15)\n` +
      '  5 | void main() { nonsense; }\n' +
      '    |               ^^^^^^^^',
  );
  expect([lines, pipeline.error, pipeline.version]).toEqual([[error!.message], error, 1]);
  device.compute.submit([commands]);
  expect(await sum.read()).toBe(1);
  const mended = pipeline.nextEdit();
  writeFileSync(folder.main, shader('at[0] = 7;'));
  await mended;
  device.compute.submit([commands]);
  expect([await sum.read(), pipeline.error]).toEqual([7, undefined]);
});

gpuTest(
  'editors that write beside and rename are followed, and a save without a change says nothing',
  {},
  async ({ device }) => {
    using folder = new Folder();
    using pipeline = await device.watchPipeline({ file: folder.main });
    writeFileSync(folder.main, shader('at[0] += AMOUNT;'));
    for (const amount of [2, 3]) {
      const edit = pipeline.nextEdit();
      renameSync(folder.part, `${folder.part}~`);
      writeFileSync(`${folder.part}.new`, `#define AMOUNT ${amount}\n`);
      await new Promise((resolve) => setTimeout(resolve, 60));
      renameSync(`${folder.part}.new`, folder.part);
      expect(await edit).toBeUndefined();
    }
    expect(pipeline.version).toBe(3);
  },
);

gpuTest('an edit that a recording cannot follow is told, and the old recording stays', {}, async ({ device }) => {
  using folder = new Folder();
  const lines: string[] = [];
  using pipeline = await device.watchPipeline({ file: folder.main, log: (line) => lines.push(line) });
  using sum = await zeroed(device);
  using commands = device.record('step', (encoder) => encoder.pipeline(pipeline).bind(0, sum.buffer).dispatch(1));
  const edit = pipeline.nextEdit();
  writeFileSync(
    folder.main,
    shader('at[0] += more[0];').replace('void', 'layout(binding = 1) buffer More { uint more[]; };\nvoid'),
  );
  await edit;
  device.compute.submit([commands]);
  expect(await sum.read()).toBe(1);
  expect(pipeline.error?.message).toBe(
    'Cannot dispatch pipeline "add.comp" in "step": nothing is bound to 0.1 More; call encoder.bind',
  );
  expect(lines.at(-1)).toBe(pipeline.error?.message);
});

gpuTest('an include that is not there yet is an error, and its coming an edit', {}, async ({ device }) => {
  using folder = new Folder();
  const lines: string[] = [];
  using pipeline = await device.watchPipeline({ file: folder.main, log: (line) => lines.push(line) });
  const broken = pipeline.nextEdit();
  writeFileSync(folder.part, '#include "two.glsl"\n#define AMOUNT TWO\n');
  expect((await broken)?.message).toMatch(/^Cannot include "two.glsl" \(.*amount.glsl:1\): ENOENT/);
  const mended = pipeline.nextEdit();
  writeFileSync(path.join(path.dirname(folder.part), 'two.glsl'), '#define TWO 2\n');
  expect(await mended).toBeUndefined();
  using sum = await zeroed(device);
  await pipeline.current.run([sum.buffer], { threads: 1 });
  expect(await sum.read()).toBe(2);
  expect(lines).toHaveLength(2);
});

gpuTest('who waits for an edit when the pipeline is disposed is told', {}, async ({ device }) => {
  using folder = new Folder();
  const pipeline = await device.watchPipeline({ file: folder.main });
  const waiting = pipeline.nextEdit();
  pipeline[Symbol.dispose]();
  const message = 'Cannot follow the files of pipeline "add.comp": it was disposed; watch them anew';
  expect([await waiting, await pipeline.nextEdit()].map((error) => error?.message)).toEqual([message, message]);
});

gpuTest('a watched pipeline that was disposed is neither recorded with nor built again', {}, async ({ device }) => {
  using folder = new Folder();
  using sum = await zeroed(device);
  const pipeline = await device.watchPipeline({ file: folder.main });
  pipeline[Symbol.dispose]();
  pipeline[Symbol.dispose]();
  writeFileSync(folder.part, '#define AMOUNT 9\n');
  await pipeline.reload();
  expect([pipeline.version, String(pipeline).includes('disposed'), device.children.size]).toEqual([1, true, 1]);
  expect(() => device.record('step', (encoder) => encoder.pipeline(pipeline).bind(0, sum.buffer).dispatch(1))).toThrow(
    'Cannot record "step": watched pipeline "add.comp" was disposed; keep it while commands use it',
  );
});

gpuTest('another branch is an edit: folders that are made anew', {}, async ({ device }) => {
  using folder = new Folder();
  using pipeline = await device.watchPipeline({ file: folder.main });
  const parts = path.dirname(folder.part);
  const branch = (text: string): void => {
    rmSync(parts, { recursive: true });
    mkdirSync(parts);
    writeFileSync(folder.part, text);
  };
  for (const amount of [2, 3]) {
    const edit = pipeline.nextEdit();
    branch(`#define AMOUNT ${amount}\n`);
    expect(await edit).toBeUndefined();
  }
  using sum = await zeroed(device);
  await pipeline.current.run([sum.buffer], { threads: 1 });
  expect(await sum.read()).toBe(3);
});

gpuTest('a file that is not there, and a folder, are told of as such', {}, async ({ device }) => {
  const rest = 'give the path of its text';
  await expect(device.watchPipeline({ file: '/nowhere/x.comp' })).rejects.toThrow(
    `Cannot read shader "x.comp" from "/nowhere/x.comp": there is no such file; ${rest}`,
  );
  await expect(device.watchPipeline({ file: '/', label: 'root' })).rejects.toThrow(
    `Cannot read shader "root" from "/": it is a folder; ${rest}`,
  );
});

gpuTest('a pipeline that draws follows its files', {}, async ({ device }) => {
  using folder = new Folder();
  const [vertex, fragment] = ['cover.vert', 'paint.frag'].map((name) => path.join(folder.root, name)) as [
    string,
    string,
  ];
  writeFileSync(
    vertex,
    'void main() { gl_Position = vec4(gl_VertexIndex % 2 * 4 - 1, gl_VertexIndex / 2 * 4 - 1, 0, 1); }',
  );
  const paint = (red: string): void =>
    writeFileSync(fragment, `layout(location = 0) out vec4 color; void main() { color = vec4(${red}, 0, 0, 1); }`);
  paint('0.2');
  const [label, color] = ['paint', ['rgba8unorm'] as const];
  using pipeline = await device.watchGraphicsPipeline({
    label,
    color,
    vertex: { file: vertex },
    fragment: { file: fragment },
  });
  using image = device.createImage({ label: 'picture', size: [1, 1], format: 'rgba8unorm' });
  using commands = device.record('paint', (encoder) =>
    encoder
      .transition(image, { before: 'undefined', after: 'color-attachment' })
      .rendering({ color: [{ image, clear: 0 }] }, (render) => render.pipeline(pipeline).draw(3)),
  );
  const red = async (): Promise<number | undefined> => {
    device.compute.submit([commands]);
    return (await device.downloadImage(image, { before: 'color-attachment' }))[0];
  };
  expect(await red()).toBe(51);
  const edit = pipeline.nextEdit();
  paint('0.4');
  await edit;
  expect(await red()).toBe(102);
});
