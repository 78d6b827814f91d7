/**
 * @file Validation messages to JavaScript (VK_EXT_debug_utils).
 *
 * Layers call back on the thread that made the faulty call. On this thread the function runs at once, inside that call;
 * a call from another thread waits until this one's event loop turns, so a thread that waits for it must not be waited for.
 */
import { readCString, registerCallback } from './ffi.ts';
import { VK_FALSE } from './generated/enums.ts';
import type { PFN_vkDebugUtilsMessengerCallbackEXT } from './generated/function-pointers.ts';
import {
  VkDebugUtilsLabelEXT,
  VkDebugUtilsMessengerCallbackDataEXT,
  VkDebugUtilsObjectNameInfoEXT,
} from './generated/structs.ts';
import { objectTypeName } from './names.ts';

/** One message of a layer or a driver, copied: it may be kept. */
export interface DebugMessage {
  readonly severity: 'verbose' | 'info' | 'warning' | 'error';
  readonly types: readonly ('general' | 'validation' | 'performance' | 'device address')[];
  readonly message: string;
  /** The name of the broken rule (a VUID), or an empty string. */
  readonly messageIdName: string;
  readonly messageIdNumber: number;
  /** The objects that the message is about, as named by vkSetDebugUtilsObjectNameEXT. */
  readonly objects: readonly { readonly type: string; readonly handle: bigint; readonly name: string }[];
  /** The labels that are open in the queue, as the layer gives them: the innermost first. */
  readonly queueLabels: readonly string[];
  /** The labels that are open in the command buffer, as the layer gives them: the innermost first. */
  readonly cmdBufLabels: readonly string[];
}

/** A callback for VkDebugUtilsMessengerCreateInfoEXT.pfnUserCallback; dispose it after the messenger and the instance. */
export interface DebugCallback extends Disposable {
  readonly address: PFN_vkDebugUtilsMessengerCallbackEXT;
}

const SEVERITIES = [
  [0x1000, 'error'],
  [0x0100, 'warning'],
  [0x0010, 'info'],
  [0x0001, 'verbose'],
] as const;
const TYPES = ['general', 'validation', 'performance', 'device address'] as const;

/** Makes a function the callback of debug messengers. An error that it throws surfaces as an uncaught exception. */
export function registerDebugCallback(receive: (message: DebugMessage) => void): DebugCallback {
  const callback = registerCallback('IIIPP', (severity: number, types: number, data: bigint): number => {
    try {
      receive(readMessage(severity, types, data));
    } catch (error) {
      queueMicrotask(() => {
        throw error;
      });
    }
    return VK_FALSE;
  });
  return {
    address: callback.address as PFN_vkDebugUtilsMessengerCallbackEXT,
    [Symbol.dispose]: () => callback[Symbol.dispose](),
  };
}

function readMessage(severity: number, types: number, address: bigint): DebugMessage {
  const data = VkDebugUtilsMessengerCallbackDataEXT.read(address);
  const objects =
    data.objectCount === 0 ? [] : VkDebugUtilsObjectNameInfoEXT.readArray(data.pObjects, data.objectCount);
  return {
    severity: SEVERITIES.find(([bit]) => (severity & bit) !== 0)?.[1] ?? 'verbose',
    types: TYPES.filter((_, bit) => (types & (1 << bit)) !== 0),
    message: readCString(data.pMessage) ?? '',
    messageIdName: readCString(data.pMessageIdName) ?? '',
    messageIdNumber: data.messageIdNumber,
    objects: objects.map(({ objectType, objectHandle, pObjectName }) => ({
      type: objectTypeName(objectType),
      handle: objectHandle,
      name: readCString(pObjectName) ?? '',
    })),
    queueLabels: readLabels(data.pQueueLabels, data.queueLabelCount),
    cmdBufLabels: readLabels(data.pCmdBufLabels, data.cmdBufLabelCount),
  };
}

function readLabels(address: bigint, count: number): string[] {
  if (count === 0) return [];
  return VkDebugUtilsLabelEXT.readArray(address, count).map(({ pLabelName }) => readCString(pLabelName) ?? '');
}
