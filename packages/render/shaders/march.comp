#version 460
#extension GL_EXT_buffer_reference : require
#extension GL_EXT_buffer_reference_uvec2 : require
// One ray a pixel: through the smoke step by step, onto a sphere, the ground, or the background.
//
// Single scattering with a two-lobed Henyey-Greenstein phase; further bounces by Wrenninge's octaves (each sees a
// thinner medium, scatters wider, and carries less: "Oz: The Great and Volumetric", SIGGRAPH 2013 talks).
// Scattering is integrated over each step as in Hillaire, "Physically Based and Unified Volumetric Rendering", 2015.
layout(local_size_x = 8, local_size_y = 8) in;
#include "common.glsl"

// Jimenez's interleaved gradient noise: 0 ... 1, the same in each frame.
float noise(vec2 pixel) {
  return fract(52.9829189 * fract(dot(pixel, vec2(0.06711056, 0.00583715))));
}

float henyeyGreenstein(float cosine, float g) {
  return (1.0 - g * g) / pow(1.0 + g * g - 2.0 * g * cosine, 1.5);
}

// 4 pi times the phase function.
float phase(float cosine, float g) {
  return mix(henyeyGreenstein(cosine, g), henyeyGreenstein(cosine, -0.4 * g), 0.3);
}

vec3 film(vec3 x) { // Narkowicz's fit of the ACES curve
  return clamp((x * (2.51 * x + 0.03)) / (x * (2.43 * x + 0.59) + 0.14), 0.0, 1.0);
}

vec3 encode(vec3 x) {
  x = clamp(x, 0.0, 1.0);
  return mix(1.055 * pow(x, vec3(1.0 / 2.4)) - 0.055, x * 12.92, lessThanEqual(x, vec3(0.0031308)));
}

// Sun (x) and sky (y) at a place inside a brick, 0 ... 8 on each axis.
vec2 lightAt(uvec2 address, uint brick, vec3 local) {
  uint base = brick * LIGHT_WORDS;
  vec3 p = local * 0.5;
  uvec3 i = min(uvec3(p), uvec3(3u));
  vec3 f = p - vec3(i);
  uint n = base + (i.x * 5u + i.y) * 4u + i.z;
  vec2 low = mix(wordAt(address, n), wordAt(address, n + 4u), f.y);
  vec2 high = mix(wordAt(address, n + 20u), wordAt(address, n + 24u), f.y);
  vec2 row = mix(low, high, f.x);
  float sun = mix(row.x, row.y, f.z);
  p = local * 0.25;
  i = min(uvec3(p), uvec3(1u));
  f = p - vec3(i);
  n = base + 100u + (i.x * 3u + i.y) * 2u + i.z;
  low = mix(wordAt(address, n), wordAt(address, n + 2u), f.y);
  high = mix(wordAt(address, n + 6u), wordAt(address, n + 8u), f.y);
  row = mix(low, high, f.x);
  return vec2(sun, mix(row.x, row.y, f.z));
}

vec3 shadeSurface(vec3 position, vec3 normal, vec3 color, vec3 view, float gloss) {
  vec3 sunward = at.sunDirection;
  float facing = max(0.0, dot(normal, sunward));
  vec3 lifted = position + normal * at.stepLength;
  float sun = facing > 0.0 ? facing * sphereLight(lifted) * exp(-opticalDepth(lifted, sunward, at.lightStep, 1e30)) : 0.0;
  float open = exp(-roughDepth(lifted, normalize(normal + vec3(0.0, 0.6, 0.0)), at.skyReach));
  vec3 ambient = mix(at.bounceColor, at.skyColor, 0.5 + 0.5 * normal.y) * open;
  vec3 halfway = normalize(sunward - view);
  float shine = 0.18 * pow(max(0.0, dot(normal, halfway)), 40.0) * step(0.0, facing);
  float rim = 0.04 * pow(1.0 - max(0.0, -dot(normal, view)), 4.0);
  return color * (at.sunColor * sun * 0.8 + ambient) + gloss * (at.sunColor * sun * shine + ambient * rim);
}

struct Solid {
  float t;        // metres; a large number: none
  float coverage; // of the pixel
  uint number;
};

Solid nearestSphere(vec3 origin, vec3 direction) {
  Solid solid = Solid(1e30, 0.0, 0u);
  for (uint i = 0u; i < at.counts.x; i += 1u) {
    vec4 sphere = at.spheres[2u * i];
    vec3 away = sphere.xyz - origin;
    float along = dot(away, direction);
    if (along <= 0.0) continue;
    float closest = length(away - direction * along);
    float coverage = clamp(0.5 + (sphere.w - closest) / (along * at.pixelSize), 0.0, 1.0);
    float t = along - sqrt(max(0.0, sphere.w * sphere.w - closest * closest));
    if (coverage > 0.0 && t < solid.t) solid = Solid(t, coverage, i);
  }
  return solid;
}

// How much of an outline's line a point on the box's surface shows.
float outlineAt(vec3 p, float t) {
  vec3 toFace = min(abs(p - at.boxMin), abs(p - at.boxMax));
  float second = max(min(toFace.x, toFace.y), min(max(toFace.x, toFace.y), toFace.z));
  float voxel = 1.0 / length(toIndexDirection(vec3(1.0, 0.0, 0.0)));
  float pixels = second * voxel / (t * at.pixelSize);
  return clamp(at.outlineWidth + 0.5 - pixels, 0.0, 1.0);
}

struct March {
  vec3 light;
  float through; // transmittance so far
  float k;       // the next step
};

void march(Line line, vec3 direction, float limit, float jitter, inout March m) {
  float stepLength = at.stepLength;
  float cosine = dot(direction, at.sunDirection);
  float g = at.anisotropy;
  vec3 phases = vec3(phase(cosine, g), phase(cosine, 0.5 * g), phase(cosine, 0.25 * g));
  float keep = at.bounces;
  vec3 weights = phases * vec3(1.0, keep, keep * keep);
  uvec2 lights = at.light;
  float extinction = at.extinction;
  vec3 albedo = at.albedo;
  vec3 sunColor = at.sunColor * albedo;
  vec3 skyColor = at.skyColor * albedo;
  vec3 bounceColor = at.bounceColor * albedo;
  ivec3 cell = ivec3(0x7fffffff);
  uint brick = 0u;
  for (uint guard = 0u; guard < 65536u; guard += 1u) {
    float t = (m.k + jitter) * stepLength;
    if (!(t < limit) || m.through < 0.004) break;
    vec3 p = line.o + line.d * t;
    ivec3 here = ivec3(floor(p)) >> 3;
    if (here != cell) {
      cell = here;
      brick = findCell(cell, 0u);
    }
    if (brick == 0u) {
      m.k = SKIP == 1u ? skipTo(m.k, leaveEmpty(line, cell), stepLength, jitter) : m.k + 1.0;
      continue;
    }
    vec3 local = p - vec3(cell * 8);
    float value = sampleBrick(brick - 1u, 0u, local);
    float amount = amountOf(value);
    float sigma = amount * extinction;
    vec3 source = vec3(0.0); // per metre
    if (sigma > 0.0) {
      vec2 light = lightAt(lights, brick - 1u, local);
      if (MAPPED == 1u) {
        source = sigma * mapped(value).rgb * (0.55 + 0.35 * light.x + 0.3 * light.y);
      } else {
        float root = sqrt(light.x);
        float sun = dot(weights, vec3(light.x, root, sqrt(root)));
        source = sigma * (sunColor * sun + mix(bounceColor, skyColor, light.y) * (0.15 + 0.85 * light.y));
      }
    }
    if (TEMPERATURE_TYPE != 9u) {
      float heat = sampleBrick(brick - 1u, 1u, local);
      if (heat > 0.0) source += at.glowColors[uint(heat * 255.0)].rgb * at.glowStrength;
    }
    float passed = exp(-sigma * stepLength);
    m.light += m.through * source * (sigma * stepLength > 1e-4 ? (1.0 - passed) / sigma : stepLength);
    m.through *= passed;
    m.k += 1.0;
  }
}

void main() {
  uvec2 pixel = uvec2(gl_GlobalInvocationID.x, gl_GlobalInvocationID.y + push.first);
  uvec2 size = at.size;
  if (pixel.x >= size.x || pixel.y >= min(size.y, push.first + push.mode)) return;
  vec3 eye = at.eye;
  vec2 place = (vec2(pixel) + 0.5) / vec2(size);
  vec3 direction = normalize(
    at.forward + at.right * ((2.0 * place.x - 1.0) * at.halfWidth) + at.up * ((1.0 - 2.0 * place.y) * at.halfHeight)
  );
  float jitter = noise(vec2(pixel));
  Line line = lineOf(eye, direction);
  vec2 span = clipLine(line, at.boundsMin, at.boundsMax);
  March m = March(vec3(0.0), 1.0, max(0.0, ceil(max(0.0, span.x) / at.stepLength - jitter)));
  bool touches = span.x < span.y && span.y > 0.0;

  vec2 box = clipLine(line, at.boxMin, at.boxMax);
  bool outlined = at.outlineWidth > 0.0 && box.x < box.y;
  if (outlined && box.x > 0.0) {
    float shown = outlineAt(line.o + line.d * box.x, box.x);
    m.light += at.outlineColor * shown;
    m.through *= 1.0 - shown;
  }

  float ground = at.hasGround > 0.0 ? (at.groundHeight - eye.y) / direction.y : -1.0;
  if (ground <= 0.0) ground = 1e30;
  Solid solid = nearestSphere(eye, direction);
  if (solid.t < ground) {
    if (touches) march(line, direction, min(span.y, solid.t), jitter, m);
    vec4 sphere = at.spheres[2u * solid.number];
    vec3 position = eye + direction * solid.t;
    vec3 normal = normalize(position - sphere.xyz);
    vec3 color = at.spheres[2u * solid.number + 1u].rgb;
    if (m.through > 0.004) m.light += m.through * solid.coverage * shadeSurface(position, normal, color, direction, 1.0);
    m.through *= 1.0 - solid.coverage;
  }
  if (touches) march(line, direction, min(span.y, ground), jitter, m);
  if (ground < 1e29 && m.through > 0.004) {
    vec3 position = eye + direction * ground;
    vec3 centre = 0.5 * (at.boxMin + at.boxMax);
    float far = length((toIndex(position) - centre).xz) / length(at.worldToIndex[0].xyz);
    float shown = exp(-far * far / (at.groundReach * at.groundReach));
    vec3 shade = shadeSurface(position, vec3(0.0, eye.y > at.groundHeight ? 1.0 : -1.0, 0.0), at.groundColor, direction, 0.0);
    m.light += m.through * shown * shade * sphereOpenness(position);
    m.through *= 1.0 - shown;
  }
  if (outlined && box.y > 0.0 && box.y < min(ground, solid.t)) {
    float shown = outlineAt(line.o + line.d * box.y, box.y);
    m.light += m.through * at.outlineColor * shown;
    m.through *= 1.0 - shown;
  }

  if (m.through < 0.004) m.through = 0.0;
  vec3 backdrop = mix(at.backgroundTop, at.backgroundBottom, place.y);
  // Tone mapping sees what covers the background as if it covered all of it: so the background is shown as it was given,
  // and thin smoke is no brighter than thick. What only glows covers nothing; its light counts instead.
  vec3 light = m.light * at.exposure;
  float cover = max(1.0 - m.through, 1.0 - exp(-max(light.r, max(light.g, light.b))));
  vec3 color = cover > 0.0 ? film(light / cover) : vec3(0.0);
  float alpha = 1.0;
  if (at.transparent > 0.0) alpha = cover;
  else color = color * cover + m.through * backdrop;
  vec3 bytes = encode(color) * 255.0;
  float lift = at.dithered > 0.0 ? noise(vec2(pixel.yx) + 17.0) : 0.5;
  uvec3 rounded = uvec3(clamp(floor(bytes + lift), 0.0, 255.0));
  uint a = uint(clamp(floor(alpha * 255.0 + 0.5), 0.0, 255.0));
  WritableWords(at.image).v[pixel.y * size.x + pixel.x] = rounded.x | rounded.y << 8 | rounded.z << 16 | a << 24;
}
