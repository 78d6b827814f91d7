-- Density is carried along a flow, and the flow is freed of its divergence: four stencils, over a box that is cut in two.
--     halocline run examples/setup.lua --set half=32 --set steps=4
local half = scene.value("half", 128) -- the box is from -half up to, and without, half: 256³ voxels

local sim = FluidEngine.new {
  domain_bbox = { min = { -half, -half, -half }, max = { half, half, half } },
  device_count = 2, halo_thickness = 2, -- on a machine with one device: two subdomains on it
}
sim:add_field("density", "float32", 0)
sim:add_field("velocity", "vec3", { 0, 0, 0 })
sim:add_field("pressure", "float32", 0)
sim:add_field("temperature", "float32", 300)

sim:add_stencil("start", { -- a ball of density, and a flow that turns within it and rises
  outputs = { "density", "velocity" }, parameters = { radius = half / 2 },
  code = [[
    vec3 at = CoordToWorld(coord);
    if (frame > 0 || length(at) > radius) return;
    WriteField("density", idx, 1.0);
    WriteField("velocity", idx, vec3(-at.z, 9.0, at.x));
  ]],
})
sim:add_stencil("advect_density", {
  inputs = { "density", "velocity" }, outputs = { "density_new" }, requires_neighbors = true, neighbor_radius = 1,
  code = [[
    vec3 back = CoordToWorld(coord) - dt * ReadField("velocity", coord);
    WriteField("density_new", idx, ReadField("density", WorldToCoord(back)));
  ]],
})
sim:add_stencil("compute_divergence", {
  inputs = { "velocity_x", "velocity_y", "velocity_z" }, outputs = { "divergence" }, neighbor_radius = 1,
  code = [[
    float dx = ReadField("velocity_x", coord + ivec3(1,0,0)) - ReadField("velocity_x", coord - ivec3(1,0,0));
    float dy = ReadField("velocity_y", coord + ivec3(0,1,0)) - ReadField("velocity_y", coord - ivec3(0,1,0));
    float dz = ReadField("velocity_z", coord + ivec3(0,0,1)) - ReadField("velocity_z", coord - ivec3(0,0,1));
    WriteField("divergence", idx, 0.5 * (dx + dy + dz));
  ]],
})
sim:add_stencil("pressure_solve", {
  inputs = { "pressure", "divergence" }, outputs = { "pressure" }, neighbor_radius = 1,
  code = [[
    float sum = ReadField("pressure", coord + ivec3(1,0,0)) + ReadField("pressure", coord - ivec3(1,0,0))
              + ReadField("pressure", coord + ivec3(0,1,0)) + ReadField("pressure", coord - ivec3(0,1,0))
              + ReadField("pressure", coord + ivec3(0,0,1)) + ReadField("pressure", coord - ivec3(0,0,1));
    WriteField("pressure", idx, (sum - ReadField("divergence", coord)) / 6.0);
  ]],
})
sim:add_stencil("project_velocity", {
  inputs = { "velocity", "pressure" }, outputs = { "velocity" }, neighbor_radius = 1,
  code = [[
    vec3 gradient = vec3(
      ReadField("pressure", coord + ivec3(1,0,0)) - ReadField("pressure", coord - ivec3(1,0,0)),
      ReadField("pressure", coord + ivec3(0,1,0)) - ReadField("pressure", coord - ivec3(0,1,0)),
      ReadField("pressure", coord + ivec3(0,0,1)) - ReadField("pressure", coord - ivec3(0,0,1)));
    WriteField("velocity", idx, ReadField("velocity", coord) - 0.5 * gradient);
  ]],
})
sim:add_dependency("divergence", "pressure_solve"):add_dependency("pressure", "project_velocity")
sim:initialize()
for _ = 1, scene.value("steps", 1) do sim:run_timestep(0.016) end -- or sim:run_timestep{dt=0.016}
