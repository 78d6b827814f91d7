/** Zero copy: an array of JavaScript's own that the device reads and writes where it lies. Nothing is uploaded or downloaded. */
import { openDevice, type DeviceOptions } from '@halocline/gpu';
import * as V from '@halocline/vulkan';

const SHADER = `
#extension GL_EXT_buffer_reference : require
#extension GL_EXT_buffer_reference_uvec2 : require
layout(local_size_x = 64) in;
layout(buffer_reference, std430) buffer Words { uint at[]; };
layout(push_constant) uniform Push { uvec2 words; uint count; } push;
void main() {
  uint i = gl_GlobalInvocationID.x;
  if (i < push.count) Words(push.words).at[i] = Words(push.words).at[i] * Words(push.words).at[i];
}`;

/** What became of the array, and what it took; undefined where the device can't use memory of the host. */
export interface ZeroCopy {
  /** The squares of 0 … count − 1, in the array that held the numbers. */
  readonly squares: Uint32Array;
  /** Whether the array lies where it lay before the device wrote it. */
  readonly sameAddress: boolean;
  /** Uploads and downloads. */
  readonly transfers: number;
}

/** Squares the numbers below `count` on the device, in place. */
export async function zeroCopy(count: number, options: DeviceOptions = {}): Promise<ZeroCopy | undefined> {
  await using device = await openDevice(options);
  if (!device.raw.extensions.includes('VK_EXT_external_memory_host')) return undefined;
  using pipeline = device.createPipeline({
    label: 'square',
    spirv: await device.compile(SHADER, { label: 'square' }),
  });
  using host = device.hostArray(4 * count, { label: 'numbers' });
  const numbers = new Uint32Array(host.array);
  for (let i = 0; i < count; i++) numbers[i] = i;

  const address = V.addressOf(host.array);
  const push = new BigUint64Array([host.buffer.address, BigInt(count)]);
  await device.submitOnce('square', (encoder) => {
    const constants = new Uint8Array(push.buffer, 0, 12);
    encoder
      .pipeline(pipeline)
      .push(constants)
      .dispatch(Math.ceil(count / 64));
    encoder.barrier(['storage-write'], ['host-read']);
  });
  const { uploads, downloads } = device.counters;
  const sameAddress = V.addressOf(numbers.buffer) === address;
  return { squares: numbers.slice(), sameAddress, transfers: uploads + downloads };
}

if (import.meta.main) {
  const done = await zeroCopy(1000);
  const text =
    done && `999² = ${done.squares[999]}, ${done.transfers} transfers, the same address: ${done.sameAddress}`;
  process.stdout.write(`${text ?? "this device can't use memory of the host"}\n`);
}
