/**
 * @file The Vulkan instance: made once a process however many ask, also from several threads, and freed with the last. A device
 * with validation has one of its own beside it: the layer's messages are an instance's, and so that device's alone; they call back
 * into the thread that made it.
 */

import * as V from '@halocline/vulkan';
import type { Instance as InstanceCommands, Loader } from '@halocline/vulkan';
import { VulkanError } from '../errors.ts';
import { enumerated, refusal } from './enumerated.ts';
import { keepingDrivers } from './kept-drivers.ts';
import { placeText } from '../printing.ts';
import { useNvidiaWithoutX11 } from './nvidia-without-x11.ts';
import { switchWish } from './options.ts';
import { acquireHandle, releaseHandle } from './shared-instance.ts';

/**
 * How much the validation layer looks at: `true` what it always does; 'synchronization' missing barriers too, of descriptors
 * and copies (it sees nothing of access by address); 'gpu-assisted' instruments shaders, and so sees accesses past a buffer's
 * end by address. Layer 1.3.239 then loses track of timelines: each wait takes ten seconds.
 */
export type Validation = boolean | 'synchronization' | 'gpu-assisted';

/** One message of the validation layer. */
export interface ValidationMessage {
  readonly severity: 'error' | 'warning';
  /** The rule's name, such as "VUID-vkCmdDispatch-None-08114"; may be empty. */
  readonly rule: string;
  /** What the layer says; at its end, where it is about commands, the recording and the pass that they stand in. */
  readonly message: string;
}

const LAYER = 'VK_LAYER_KHRONOS_validation';

/** The layer's environment variable that lists messages it keeps to itself. */
const KEPT_QUIET = 'VK_LAYER_MESSAGE_ID_FILTER';

/**
 * What layer 1.3.239 says of itself, after ten seconds, where a thread's wait for a timeline meets the host's signal in a bad moment:
 * with a lock that the signalling thread waits for. That is our main thread, which the message would call back into: both
 * would wait for ever.
 */
const OWN_FAULT = 'UNASSIGNED-VkSemaphore-state-timeout';

/** Asks the layer, through the environment, to keep what it says of itself to itself. */
function keepQuiet(env: NodeJS.ProcessEnv = process.env): void {
  const known = (env[KEPT_QUIET] ?? '').split(',').filter((each) => each !== '');
  if (!known.includes(OWN_FAULT)) env[KEPT_QUIET] = [...known, OWN_FAULT].join(',');
}

let openedLoader: Loader | undefined;

/** The loader library, opened once; throws VulkanError 'not-available' where there is none. */
export function vulkanLoader(): Loader {
  try {
    return (openedLoader ??= V.openLoader());
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new VulkanError(why, { kind: 'not-available', cause });
  }
}

/** Whether the Khronos validation layer is installed. Never throws. */
export function isValidationAvailable(): boolean {
  try {
    return layerNames(vulkanLoader()).includes(LAYER);
  } catch {
    return false;
  }
}

const VALIDATIONS: readonly Validation[] = [false, true, 'synchronization', 'gpu-assisted'];

/** The validation that an option and HALOCLINE_VALIDATION ask for together; the option wins. Throws TypeError. */
export function validationWish(
  option: Validation | undefined,
  env: Readonly<Record<string, string | undefined>> = process.env,
): Validation {
  if (option !== undefined) {
    if (VALIDATIONS.includes(option)) return option;
    throw new TypeError(
      `Cannot open a device: validation is "${String(option)}"; give true, false, 'synchronization' or 'gpu-assisted'`,
    );
  }
  const word = env['HALOCLINE_VALIDATION'] ?? '';
  if (word === 'synchronization' || word === 'gpu-assisted') return word;
  const wish = word === '' ? false : switchWish(word);
  if (wish !== undefined) return wish;
  throw new TypeError(
    `Cannot open a device: HALOCLINE_VALIDATION is "${word}"; give 1, 0, synchronization or gpu-assisted`,
  );
}

/** An instance; `release` it once for each `acquireInstance`. */
export class Instance {
  readonly commands: InstanceCommands;
  readonly validation: Validation;
  readonly #callback: V.DebugCallback | undefined;
  #messenger: V.VkDebugUtilsMessengerEXT | undefined;
  #users = 0;

  /** `listener` gets each message of the layer. */
  constructor(validation: Validation, listener: (message: ValidationMessage) => void) {
    this.validation = validation;
    const loader = vulkanLoader();
    using undo = new DisposableStack();
    if (validation !== false) {
      if (!layerNames(loader).includes(LAYER)) {
        throw new VulkanError(
          `Cannot turn validation on: layer ${LAYER} is not installed; install vulkan-validationlayers, or leave validation off`,
          { kind: 'not-available' },
        );
      }
      keepQuiet();
      this.#callback = undo.use(V.registerDebugCallback((message) => tell(message, listener)));
    }
    const create = (): V.VkInstance => keepingDrivers(() => createInstance(loader, validation, this.#callback));
    this.commands = V.loadInstance(loader, this.#callback ? create() : acquireHandle(create));
    undo.defer(() => this.#destroy());
    if (this.#callback) this.#messenger = this.#createMessenger(this.#callback);
    undo.move();
  }

  acquire(): this {
    this.#users++;
    return this;
  }

  release(): void {
    if (--this.#users > 0) return;
    if (plain === this) plain = undefined;
    const { commands } = this;
    if (this.#messenger !== undefined)
      commands.vkDestroyDebugUtilsMessengerEXT(commands.handle, this.#messenger, V.NULL);
    this.#destroy();
    this.#callback?.[Symbol.dispose]();
  }

  #destroy(): void {
    const { commands } = this;
    const destroy = (): void => commands.vkDestroyInstance(commands.handle, V.NULL);
    if (this.#callback) destroy();
    else releaseHandle(destroy);
  }

  #createMessenger(callback: V.DebugCallback): V.VkDebugUtilsMessengerEXT {
    return V.arena.scope(() => {
      const out = V.arena.u64();
      const info = V.VkDebugUtilsMessengerCreateInfoEXT(messengerInfo(callback));
      const { commands } = this;
      const result = commands.vkCreateDebugUtilsMessengerEXT(commands.handle, info, V.NULL, out);
      check(result, 'vkCreateDebugUtilsMessengerEXT');
      return V.arena.readU64<V.VkDebugUtilsMessengerEXT>(out);
    });
  }
}

/** The process's instance, as this thread knows it. */
let plain: Instance | undefined;

/** The process's instance, made if there is none; with validation one that `listener` alone hears of. */
export function acquireInstance(
  validation: Validation,
  listener: (message: ValidationMessage) => void = () => undefined,
): Instance {
  if (validation !== false) return new Instance(validation, listener).acquire();
  return (plain ??= new Instance(false, listener)).acquire();
}

/** Tells a message of the layer, with the labels that are open in the command buffer. */
function tell(
  { severity, messageIdName, message, cmdBufLabels }: V.DebugMessage,
  listener: (message: ValidationMessage) => void,
): void {
  if (severity !== 'error' && severity !== 'warning') return;
  // Layer 1.3.239 has each of them twice where it looks at synchronization too.
  const labels = cmdBufLabels.filter((label, at) => label !== cmdBufLabels[at - 1]).toReversed();
  const where = labels.length === 0 ? '' : ` | in ${placeText(labels)}`;
  listener({ severity, rule: messageIdName, message: message + where });
}

function createInstance(loader: Loader, validation: Validation, callback: V.DebugCallback | undefined): V.VkInstance {
  const list = (): string[] =>
    V.enumerate(V.VkExtensionProperties, (count, items) =>
      loader.vkEnumerateInstanceExtensionProperties(null, count, items),
    ).map((each) => each.extensionName);
  const available = enumerated('vkEnumerateInstanceExtensionProperties', list);
  const portable = available.includes(V.VK_KHR_PORTABILITY_ENUMERATION_EXTENSION_NAME);
  const extensions = portable ? [V.VK_KHR_PORTABILITY_ENUMERATION_EXTENSION_NAME] : [];
  if (callback) extensions.push(V.VK_EXT_DEBUG_UTILS_EXTENSION_NAME);
  return V.arena.scope(() => {
    const out = V.arena.u64();
    const info = V.VkInstanceCreateInfo({
      pNext: callback ? validationChain(validation, callback) : V.NULL,
      flags: portable ? V.VK_INSTANCE_CREATE_ENUMERATE_PORTABILITY_BIT_KHR : 0,
      pApplicationInfo: { pEngineName: 'Halocline', apiVersion: V.VK_API_VERSION_1_3 },
      ppEnabledLayerNames: callback ? [LAYER] : [],
      ppEnabledExtensionNames: extensions,
    });
    let result = loader.vkCreateInstance(info, V.NULL, out);
    if (result === V.VK_ERROR_INCOMPATIBLE_DRIVER && useNvidiaWithoutX11()) {
      result = loader.vkCreateInstance(info, V.NULL, out);
    }
    check(result, 'vkCreateInstance');
    return V.arena.readU64<V.VkInstance>(out);
  });
}

function validationChain(validation: Validation, callback: V.DebugCallback): V.Link<'VkInstanceCreateInfo'> {
  const messenger = V.VkDebugUtilsMessengerCreateInfoEXT(messengerInfo(callback));
  const enabled =
    validation === 'synchronization'
      ? [V.VK_VALIDATION_FEATURE_ENABLE_SYNCHRONIZATION_VALIDATION_EXT]
      : validation === 'gpu-assisted'
        ? [
            V.VK_VALIDATION_FEATURE_ENABLE_GPU_ASSISTED_EXT,
            V.VK_VALIDATION_FEATURE_ENABLE_GPU_ASSISTED_RESERVE_BINDING_SLOT_EXT,
          ]
        : [];
  if (enabled.length === 0) return messenger;
  return V.VkValidationFeaturesEXT({ pNext: messenger, pEnabledValidationFeatures: enabled });
}

function messengerInfo(callback: V.DebugCallback): V.VkDebugUtilsMessengerCreateInfoEXT {
  return {
    messageSeverity:
      V.VK_DEBUG_UTILS_MESSAGE_SEVERITY_ERROR_BIT_EXT | V.VK_DEBUG_UTILS_MESSAGE_SEVERITY_WARNING_BIT_EXT,
    messageType: V.VK_DEBUG_UTILS_MESSAGE_TYPE_VALIDATION_BIT_EXT | V.VK_DEBUG_UTILS_MESSAGE_TYPE_PERFORMANCE_BIT_EXT,
    pfnUserCallback: callback.address,
  };
}

function layerNames(loader: Loader): string[] {
  const list = (): string[] =>
    V.enumerate(V.VkLayerProperties, loader.vkEnumerateInstanceLayerProperties).map((layer) => layer.layerName);
  return enumerated('vkEnumerateInstanceLayerProperties', list);
}

function check(result: number, command: string): void {
  if (result < 0) throw refusal(command, result);
}
