/**
 * @file Vulkan 1.4 in TypeScript: the C API with its own names, and no policy.
 *
 * Names, members and constants are spelled as in the specification, which says what they mean. Nothing is checked:
 * the caller promises valid usage, as in C.
 */
export { spirvCapabilities } from './generated/capabilities.ts';
export type * from './generated/command-types.ts';
export * from './generated/enums.ts';
export * from './generated/extensions.ts';
export { deviceFeatures } from './generated/features.ts';
export type * from './generated/function-pointers.ts';
export type * from './generated/handles.ts';
export * from './generated/structs.ts';
export { arena, type Arena, type Held } from './arena.ts';
export type { CommandTable } from './commands.ts';
export { countCalls, type CallCount } from './count-calls.ts';
export { registerDebugCallback, type DebugCallback, type DebugMessage } from './debug.ts';
export { enumerate } from './enumerate.ts';
export {
  addressOf,
  callAside,
  functionAt,
  openLibrary,
  readCString,
  registerCallback,
  releaseView,
  viewMemory,
  type Callback,
  type ForeignFunction,
  type Library,
  type Signature,
} from './ffi.ts';
export {
  loadDevice,
  loadInstance,
  LoaderError,
  openLoader,
  type Device,
  type Instance,
  type Loader,
} from './loader.ts';
export {
  deviceTypeName,
  formatName,
  objectTypeName,
  resultName,
  VK_API_VERSION_MAJOR,
  VK_API_VERSION_MINOR,
  VK_API_VERSION_PATCH,
  VK_API_VERSION_VARIANT,
  VK_MAKE_API_VERSION,
} from './names.ts';
export { pinned, type Pinned } from './region.ts';
export type { LinkStruct, Struct } from './struct.ts';
export { NULL, VK_NULL_HANDLE, type Handle, type Link, type Next, type Pointer, type Read } from './types.ts';
