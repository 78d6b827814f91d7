/** @file The table `gpu`: the runtime's flat functions, and methods on the same handles. */

/** Lua: the fourth part of the prelude. */
export const GPU: string = String.raw`
local type, next, fail, method = type, next, H.fail, H.method

local Device = H.class('device', 'a device')
local Buffer = H.class('buffer', 'a buffer')
local Kernel = H.class('kernel', 'a kernel')
local Heap = H.class('heap', 'a heap')
local gpu_members
gpu, gpu_members = H.library('gpu')
H.gpu_members = gpu_members

-- Bytes of what is given: a string as it is, a table as float32.
local function bytes_of(what, data)
  if type(data) == 'string' then return data end
  if type(data) == 'table' then return H.pack_numbers('float32', data) end
  fail('Cannot %s: the data is of type %s; give a string of bytes (gpu.pack makes them), or a table of numbers', what, type(data))
end
H.bytes_of = bytes_of

for _, name in ipairs {
  'device_create', 'device_sync', 'device_free', 'buffer_alloc', 'buffer_free', 'kernel_compile', 'kernel_free',
  'heap_create', 'heap_free', 'heap_report', 'list_devices',
} do
  gpu_members[name] = function(...) return (H.call('gpu.' .. name, ...)) end
end

function gpu_members.buffer_upload(buffer, data, byte_offset)
  H.call_bytes('gpu.buffer_upload', bytes_of('upload', data), buffer, byte_offset)
end
function gpu_members.buffer_download(buffer, byte_offset, byte_length)
  local _, bytes = H.call('gpu.buffer_download', buffer, byte_offset, byte_length)
  return bytes
end
function gpu_members.kernel_launch(kernel, groups, options)
  local push
  if type(options) == 'table' and options.push ~= nil then
    local copy = {}
    for key, value in next, options do if key ~= 'push' then copy[key] = value end end
    push, options = bytes_of('launch', options.push), copy
  end
  H.call_bytes('gpu.kernel_launch', push, kernel, groups, options)
end
function gpu_members.save_png(path, width, height, pixels)
  H.call_bytes('gpu.save_png', bytes_of('save a picture', pixels), path, width, height)
end
gpu_members.pack = H.pack_numbers
gpu_members.unpack = H.unpack_numbers

method(Device, 'sync', 'gpu.device_sync')
method(Device, 'free', 'gpu.device_free')
method(Device, 'info', 'gpu.device_info')
method(Device, 'heap', 'gpu.device_heap')
method(Device, 'alloc', 'gpu.buffer_alloc')
method(Device, 'compile', 'gpu.kernel_compile')
method(Buffer, 'download', 'gpu.buffer_download')
method(Buffer, 'free', 'gpu.buffer_free')
method(Buffer, 'info', 'gpu.buffer_info')
function Buffer.methods.upload(self, data, byte_offset)
  H.check(self, Buffer, 'upload')
  gpu_members.buffer_upload(self, data, byte_offset)
  return self
end
method(Kernel, 'free', 'gpu.kernel_free')
method(Kernel, 'info', 'gpu.kernel_info')
function Kernel.methods.launch(self, groups, options)
  H.check(self, Kernel, 'launch')
  gpu_members.kernel_launch(self, groups, options)
  return self
end
method(Heap, 'alloc', 'gpu.heap_alloc')
method(Heap, 'report', 'gpu.heap_report')
method(Heap, 'free', 'gpu.heap_free')
`;
