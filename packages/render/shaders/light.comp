#version 460
#extension GL_EXT_buffer_reference : require
#extension GL_EXT_buffer_reference_uvec2 : require
// Light that reaches each brick: the sun's transmittance at 5x5x5 points two voxels apart (corners shared with the
// neighbours, so that it is continuous and no neighbour is read), and how open the sky is at 3x3x3 points.
// One workgroup a brick.
layout(local_size_x = 128) in;
#include "common.glsl"

const vec3 SKY[6] = vec3[6](
  vec3(0.0, 1.0, 0.0), vec3(0.816, 0.577, 0.0), vec3(-0.408, 0.577, 0.707), vec3(-0.408, 0.577, -0.707),
  vec3(0.707, -0.3, -0.64), vec3(-0.707, -0.3, 0.64)
);
const float SKY_SHARE[6] = float[6](0.24, 0.2, 0.2, 0.2, 0.08, 0.08);

shared float sun[125];
shared float sky[162];

vec3 toWorld(vec3 index) {
  vec4 r0 = at.worldToIndex[0];
  vec4 r1 = at.worldToIndex[1];
  vec4 r2 = at.worldToIndex[2];
  vec3 b = index - vec3(r0.w, r1.w, r2.w);
  vec3 c = cross(r1.xyz, r2.xyz);
  return (c * b.x + cross(r2.xyz, r0.xyz) * b.y + cross(r0.xyz, r1.xyz) * b.z) / dot(r0.xyz, c);
}

// A point inside a sphere takes the light of the surface next to it: its neighbours outside interpolate with it.
vec3 outsideSpheres(vec3 position) {
  for (uint i = 0u; i < at.counts.x; i += 1u) {
    vec4 sphere = at.spheres[2u * i];
    vec3 away = position - sphere.xyz;
    float distance_ = max(1e-6, length(away));
    if (distance_ < sphere.w) position = sphere.xyz + away * (1.001 * sphere.w / distance_);
  }
  return position;
}

void main() {
  uint brick = push.first + gl_WorkGroupID.y * gl_NumWorkGroups.x + gl_WorkGroupID.x;
  if (brick >= min(Counters(at.counters).bricks, at.brickCapacity)) return;
  vec3 origin = vec3(ivec3(Entries(at.origins).v[brick].xyz));
  uint t = gl_LocalInvocationID.x;
  if (t < 125u) {
    vec3 position = outsideSpheres(toWorld(origin + 2.0 * vec3(t / 25u, (t / 5u) % 5u, t % 5u)));
    float light = sphereLight(position);
    if (light > 0.0) light *= exp(-opticalDepth(position, at.sunDirection, at.lightStep, 1e30));
    sun[t] = light;
  }
  for (uint task = t; task < 162u; task += 128u) {
    uint point = task / 6u;
    uint way = task % 6u;
    vec3 position = outsideSpheres(toWorld(origin + 4.0 * vec3(point / 9u, (point / 3u) % 3u, point % 3u)));
    sky[task] = SKY_SHARE[way] * sphereOpenness(position) * exp(-roughDepth(position, SKY[way], at.skyReach));
  }
  barrier();
  uint target = brick * LIGHT_WORDS;
  if (t < 100u) {
    uint first = (t >> 2) * 5u + (t & 3u);
    WritableWords(at.light).v[target + t] = packHalf2x16(vec2(sun[first], sun[first + 1u]));
  } else if (t < 118u) {
    uint first = ((t - 100u) >> 1) * 3u + (t & 1u);
    vec2 open = vec2(0.0);
    for (uint way = 0u; way < 6u; way += 1u) open += vec2(sky[first * 6u + way], sky[first * 6u + 6u + way]);
    WritableWords(at.light).v[target + t] = packHalf2x16(open);
  }
}
