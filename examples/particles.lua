-- Particles in Lua: a shell of them is carried by curling noise, and what light they leave is toned to a picture: a graph.
-- halocline run examples/particles.lua --set count=1000000 --set width=1280
local count, width, steps = scene.value("count", 200000), scene.value("width", 640), scene.value("steps", 300)
local height, file = width * 9 // 16, scene.value("file", "out/particles-lua.png")

local device = gpu.device_create()
local move = gpu.kernel_compile(device, [[
  layout(local_size_x = 256) in;
  layout(binding = 0) buffer Particles { vec4 at[]; };
  layout(binding = 1) buffer Light { uint light[]; }; // red, green, blue of each pixel, in thousandths
  layout(push_constant) uniform Push { uvec2 size; uint shines; } push;
  vec3 velocity(vec3 p) {
    vec3 v = vec3(0);
    for (float k = 2.1, size = 0.42; k < 20.0; k *= 2.2, size *= 0.42)
      v += size * (sin(k * p.zxy + vec3(0.3, 2.1, 4.7) * k) + cos(k * p.yzx * 1.1 + vec3(1.9, 5.2, 0.6) / k));
    return v;
  }
  void main() {
    uint i = gl_GlobalInvocationID.x;
    if (i >= at.length()) return;
    float z = 1.0 - (2.0 * float(i) + 1.0) / float(at.length()), turn = float(i * 2654435769u) * 1.4629181e-9;
    vec3 p = at[i].w > 0.0 ? at[i].xyz : vec3(sqrt(1.0 - z * z) * vec2(cos(turn), sin(turn)), z); // w 0: not begun
    vec3 v = velocity(p + 0.003 * velocity(p)); // at the middle of the step
    at[i] = vec4(p + 0.006 * v, length(v));
    p = mat3(0.82, 0.23, 0.53, -0.16, 0.97, -0.17, -0.55, 0.06, 0.83) * (at[i].xyz - vec3(0.25, -0.95, 0.1));
    vec2 pixel = (vec2(9.0 / 16.0, 1.0) * 1.75 * p.xy / (4.0 - p.z) * 0.5 + 0.5) * vec2(push.size);
    if (push.shines == 0u || any(lessThan(pixel, vec2(0))) || any(greaterThanEqual(pixel, vec2(push.size)))) return;
    vec3 slow = vec3(0.04, 0.22, 1.0), middle = vec3(0.85, 0.1, 0.6), fast = vec3(1.0, 0.6, 0.12);
    vec3 color = mix(mix(slow, middle, smoothstep(0.3, 0.9, at[i].w)), fast, smoothstep(0.8, 1.4, at[i].w));
    uint first = 3u * (uint(pixel.y) * push.size.x + uint(pixel.x));
    for (int c = 0; c < 3; c++) atomicAdd(light[first + uint(c)], uint(1000.0 * color[c]));
  }]], { label = "move" })
local tone = gpu.kernel_compile(device, [[
  layout(local_size_x = 256) in;
  layout(binding = 0) readonly buffer Light { uint light[]; }; layout(binding = 1) writeonly buffer Pixels { uint pixels[]; };
  layout(push_constant) uniform Push { float power; } push;
  void main() {
    uint i = gl_GlobalInvocationID.x;
    if (i >= pixels.length()) return;
    vec3 sum = push.power * vec3(light[3u * i], light[3u * i + 1u], light[3u * i + 2u]);
    pixels[i] = packUnorm4x8(vec4(pow(1.0 - exp(-sum), vec3(1.0 / 2.2)), 1.0));
  }]], { label = "tone" })

local graph, pixels = gpu.graph(), gpu.buffer_alloc(device, 4 * width * height, "pixels")
local points = graph:add_resource("points", { byte_length = 16 * count })
local light = graph:add_resource("light", { byte_length = 12 * width * height })
graph:add_pass("start", function(cmd) cmd:fill(points, 0, 16 * count, 0):fill(light, 0, 12 * width * height, 0) end)
  :write(points, "transfer-target"):write(light, "transfer-target")
graph:add_pass("move", function(cmd)
  cmd:pipeline(move):bind(0, points):bind(1, light)
  for left = steps - 1, 0, -1 do
    cmd:push(gpu.pack("uint32", { width, height, left < 16 and 1 or 0 })):dispatch_threads(count)
      :barrier("storage-write", { "storage-read", "storage-write" })
  end
end):read(points):read(light):write(points):write(light)
graph:add_pass("tone", function(cmd)
  cmd:pipeline(tone):bind(0, light):bind(1, pixels):push({ 9e-5 * width * width / count / 16 }):dispatch_threads(width * height)
end):read(light):write(pixels)
graph:run()
gpu.save_png(file, width, height, pixels:download()) -- four bytes a pixel
