-- Hello, GPU, in Lua: a device, a shader, a buffer; a greeting goes there, and comes back in capitals.
local device = gpu.device_create()
local kernel = gpu.kernel_compile(device, [[
  layout(local_size_x = 64) in;
  layout(std430, binding = 0) buffer Text { uint letters[]; } text;
  layout(push_constant) uniform Push { uint count; } push;
  void main() {
    uint i = gl_GlobalInvocationID.x;
    if (i >= push.count) return;
    uint letter = text.letters[i];
    if (letter >= 97u && letter <= 122u) text.letters[i] = letter - 32u;
  }
]], { label = "capitals" })

local letters = { string.byte(scene.value("greeting", "hello from the gpu"), 1, -1) }
local buffer <close> = gpu.buffer_alloc(device, 4 * #letters, "greeting")
gpu.buffer_upload(buffer, gpu.pack("uint32", letters))
gpu.encode(function(cmd)
  cmd:pipeline(kernel):bind(0, buffer):push(gpu.pack("uint32", { #letters })):dispatch_threads(#letters)
end)
local capitals = gpu.unpack("uint32", gpu.buffer_download(buffer)) -- waits for the device
print(string.char(table.unpack(capitals)) .. ", " .. device:info().name)
