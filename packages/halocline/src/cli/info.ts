/** @file `halocline info`: the devices, best first, and the ways between them. */
import { forcedTransport } from '@halocline/engine';
import { listDevices, type DeviceReport } from '@halocline/gpu';
import { UsageError, type Words } from './command.ts';
import { tellCut } from './cut.ts';
import { bytes } from './table.ts';
import { describePairs, measurePairs } from './transports.ts';

/** The features and extensions that Halocline uses where they are; the first two it must have. */
const used = [
  'bufferDeviceAddress',
  'timelineSemaphore',
  'synchronization2',
  'storageBuffer8BitAccess',
  'storageBuffer16BitAccess',
  'shaderInt8',
  'shaderFloat16',
  'VK_EXT_memory_budget',
  'VK_EXT_device_fault',
  'VK_EXT_external_memory_host',
  'VK_KHR_external_memory_fd',
  'VK_KHR_external_semaphore_fd',
];

function describe(device: DeviceReport): string {
  const has = (name: string): boolean => device.features[name] === true || device.extensions.includes(name);
  const list = (present: boolean): string => used.filter((name) => has(name) === present).join(', ') || 'none';
  const rows: [string, string][] = [
    ['type', `${device.kind}, score ${device.score}`],
    ['driver', `${device.driver.name} ${device.driver.info}`],
    ['Vulkan', device.apiVersion],
    ['uuid', device.uuid],
    ...device.memory.heaps.map((heap, index): [string, string] => [
      `memory heap ${index}`,
      `${bytes(heap.byteLength)}, budget ${bytes(heap.budget)}, used ${bytes(heap.used)}${heap.deviceLocal ? ', device-local' : ''}`,
    ]),
    ...device.queues.map((queue): [string, string] => [
      `queue family ${queue.family}`,
      `${queue.count} × ${queue.flags.join(', ')}`,
    ]),
    ['uses', list(true)],
    ['does without', list(false)],
    ...(device.missing.length === 0 ? [] : [['CANNOT BE USED', device.missing.join('; ')] as [string, string]]),
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  return `#${device.index} ${device.name}\n${rows.map(([name, text]) => `  ${name.padEnd(width)}  ${text}`).join('\n')}\n`;
}

/** Does what the words ask for, and gives the exit code. */
export async function run(words: Words): Promise<number> {
  const scene = words.text('cut');
  if (scene !== undefined) return tellCut(words, scene);
  const given = (name: string): boolean => words.text(name) !== undefined || words.all(name).length > 0;
  const stray = ['subdomains', 'cut-order', 'set', 'device', 'devices', 'out'].find(given);
  if (stray !== undefined) {
    throw new UsageError(
      `Cannot run "halocline info": --${stray} is given without --cut SCENE; see halocline info --help`,
    );
  }
  const forced = forcedTransport();
  const devices = listDevices();
  if (words.has('json')) {
    const transports = (await measurePairs(devices)).map(({ from, to, access }) => ({
      from,
      to,
      transports: access.transports,
    }));
    process.stdout.write(`${JSON.stringify({ devices, transports, forced }, null, 2)}\n`);
    return 0;
  }
  if (devices.length === 0)
    throw new Error('Cannot find a device: the Vulkan loader reports none; try halocline doctor');
  process.stdout.write(`${devices.map((device) => describe(device)).join('\n')}\n`);
  process.stdout.write(describePairs(await measurePairs(devices), forced));
  return 0;
}
