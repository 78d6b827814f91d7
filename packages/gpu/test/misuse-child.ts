/**
 * @file Misuses a device in a way that could end the process, and prints what was said of it as JSON: the errors, and what the
 * validation layer told where that is installed. Started by `misuse.gpu.test.ts`, with the name of the case.
 */
import { isValidationAvailable, openDevice, type CommandBuffer, type Device } from '../src/index.ts';
import { bufferAlloc, bufferFree, deviceCreate, deviceFree, kernelCompile, kernelFree } from '../src/flat.ts';
import { messageOf } from './message-of.ts';

const CASES: Readonly<Record<string, (device: Device) => unknown>> = {
  async 'a check that disposes'(device) {
    const told: string[] = [];
    for (const what of ['buffer', 'other', 'itself']) {
      using words = device.createBuffer({ label: 'words', byteLength: 2 ** 24 });
      using fill = device.record('fill', (encoder) => encoder.fill(words, 0, 2 ** 24, 1));
      const gone = (): Disposable => ({ buffer: words, other: fill, itself: gate })[what]!;
      using gate: CommandBuffer = device.record('gate', (encoder) =>
        encoder.beforeSubmit(() => gone()[Symbol.dispose]()),
      );
      told.push(messageOf(() => device.compute.submit([fill, gate])));
    }
    using words = device.createBuffer({ label: 'words', byteLength: 64 });
    const frame = await device.beginFrame();
    frame.record('fill', (encoder) => encoder.fill(words, 0, 64, 1));
    frame.record('gate', (encoder) => encoder.beforeSubmit(() => words[Symbol.dispose]()));
    told.push(messageOf(() => device.endFrame(frame)));
    return told;
  },
  async 'labels that are no strings'(device) {
    const five = 5 as unknown as string;
    using buffer = device.createBuffer({ label: five, byteLength: 64 });
    const spirv = await device.compile('layout(local_size_x = 1) in; void main() {}', { label: 'empty' });
    using pipeline = device.createPipeline({ label: five, spirv });
    await device.submitOnce('step', (encoder) => encoder.label(five, () => encoder.pipeline(pipeline).dispatch(1)));
    const open = await deviceCreate({ validation: isValidationAvailable() });
    bufferFree(bufferAlloc(open, 16, five));
    kernelFree(await kernelCompile(open, spirv, { label: five }));
    await deviceFree(open);
    return [String(buffer), String(pipeline)];
  },
};

const messages: string[] = [];
const device = await openDevice({
  validation: isValidationAvailable(),
  onValidation: ({ message }) => messages.push(message),
});
const told = await CASES[process.argv[2]!]!(device);
await device[Symbol.asyncDispose]();
process.stdout.write(`${JSON.stringify({ told, messages })}\n`);
