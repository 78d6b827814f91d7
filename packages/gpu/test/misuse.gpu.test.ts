/** What ended the process, or lost the device, once: each in a process of its own, which prints what was said of it. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gpuTest } from '@halocline/testing';
import { expect } from 'vitest';

/** What the runtime said of a case, where the validation layer had nothing to say. */
async function told(name: string): Promise<unknown> {
  const child = fileURLToPath(new URL('misuse-child.ts', import.meta.url));
  const end = { timeout: 100_000, killSignal: 'SIGKILL' } as const; // before this test ends: it never outlives it
  const args = ['--conditions=@halocline/source', child, name];
  const report = JSON.parse((await promisify(execFile)(process.execPath, args, end)).stdout);
  expect(report.messages).toEqual([]);
  return report.told;
}

gpuTest('what a check before a submit disposes is not submitted', {}, async () => {
  expect(await told('a check that disposes')).toEqual([
    'Cannot submit "fill": it uses buffer "words", which was disposed; record it again',
    'Cannot submit "fill": it was disposed; record it again',
    'Cannot submit "gate": it was disposed; record it again',
    'Cannot submit "fill": it uses buffer "words", which was disposed; record it again',
  ]);
});

gpuTest('what a listener of the checks disposes is not submitted', {}, async () => {
  expect(await told('a listener that disposes')).toEqual([
    'Cannot submit "second": it uses buffer "words", which was disposed; record it again',
  ]);
});

gpuTest('ids of a shader that are none never come to the driver', {}, async () => {
  expect(await told('ids of a shader with a bit flipped')).toEqual([
    `Cannot read SPIR-V of pipeline "flipped": at word # id # is not # to #, below the header's bound; compile the shader again`,
    'Cannot read SPIR-V of pipeline "flipped": at word # function # of entry point "main" is used and not declared; compile the shader again',
  ]);
});

gpuTest('a label that is no string is no address', { layer: true }, async () => {
  expect(await told('labels that are no strings')).toEqual([
    'Buffer("5", 64 bytes)',
    'ComputePipeline("5", 1×1×1 threads, 0 bytes pushed)',
  ]);
});

gpuTest('timelines and query pools that were disposed are asked nothing', {}, async () => {
  const why = 'it was disposed; dispose it when nobody uses it any more';
  const submit =
    'Cannot submit to queue "compute": it uses timeline "steps", which was disposed; dispose it when nobody uses it any more';
  expect(await told('what was disposed')).toEqual([
    '3',
    `Cannot signal timeline "steps": ${why}`,
    'Cannot wait for timeline "steps" to reach 9: it was disposed; dispose it when nobody waits any more',
    `Cannot export timeline "steps": ${why}`,
    submit,
    submit,
    `Cannot read query pool "times": ${why}`,
    `Cannot read query pool "times": ${why}`,
    `Cannot reset query pool "times": ${why}`,
  ]);
});

gpuTest('values that timelines do not take lose no device', {}, async () => {
  const submit = 'Cannot submit to queue "compute": it';
  const none = 'no value of a timeline; give a whole number';
  expect(await told('values that are none')).toEqual([
    ...['NaN', '1.1805916207174113e+21', '6.5', '7'].flatMap((value) => [
      `Cannot signal timeline "steps" with ${value}: it is ${none} above 5`,
      `${submit} signals timeline "steps" with ${value}, which is ${none} above 5`,
      `${submit} waits for timeline "steps" to reach ${value}, which is ${none} from 0`,
      `Cannot wait for timeline "steps" to reach ${value}: it is ${none} from 0`,
      `Cannot wait for timeline "steps" to reach ${value}: it is ${none} from 0`,
    ]),
    `${submit} signals timeline "steps" with 5, which was promised 5; a timeline only grows`,
    `${submit} signals timeline "steps" with 6, which was promised 6; a timeline only grows`,
    `${submit} signals timeline "steps" with 6, which was promised 6; a timeline only grows`,
    `${submit} signals timeline "compute queue", which its queue alone does; signal one that createTimeline made`,
    'Cannot submit to queue "compute": what it waits for or signals is no point of a timeline; give such as { timeline, value: 1 }',
    'Cannot signal timeline "compute queue": its queue alone has a say over it; signal one that createTimeline made',
    'Cannot dispose timeline "compute queue": its queue alone has a say over it; close the device',
    2,
    5,
  ]);
});

gpuTest('a frame is ended where it was begun', {}, async ({ device }) => {
  const foreign = `Cannot end frame 0: it is of another device, "${device.name}"; end it there`;
  expect(await told('a frame of another device')).toEqual([
    foreign,
    `Cannot end a frame of device "${device.name}": undefined is given; give the one that beginFrame resolved to`,
    foreign,
    'Cannot end "the frame" in frame 0: it was ended; begin another',
    5,
  ]);
});

gpuTest('nothing is made from a device that is being closed', {}, async ({ device }) => {
  const answers = (await told('made while the device closes')) as readonly string[];
  const which = `Cannot use device "${device.name}": it`;
  expect(answers.slice(1, -1)).toEqual(Array.from({ length: 15 }, () => `${which} is being closed; open it again`));
  // Its shader is compiled meanwhile, however long that takes.
  expect(answers[0]).toMatch(/is being closed|was closed/);
  expect(answers.at(-1)).toBe(`${which} was closed; open it again`);
});

gpuTest('a process lives until a recorder that is disposed in the middle of finalize has ended', {}, async () => {
  expect(await told('a recorder that is disposed in finalize')).toEqual([
    'Cannot record pass "fill" on a thread: recorder "recorder" was disposed; await its finalize first',
  ]);
});

gpuTest('a process lives until a recording thread that somebody ends has ended', {}, async () => {
  expect(await told('a thread that is ended while a frame is finalized')).toEqual([1]);
});

gpuTest('a recording thread may be killed at any moment behind a frame', {}, async () => {
  expect(await told('threads that are killed as they take back a frame')).toEqual([1]);
});
