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

vec2 lightRow(uint word) {
  return unpackHalf2x16(Words(at.light).v[word]);
}

// Sun (x) and sky (y) at a place inside a brick, 0 ... 8 on each axis.
vec2 lightAt(uint brick, vec3 local) {
  uint base = brick * LIGHT_WORDS;
  vec3 p = local * 0.5;
  uvec3 i = min(uvec3(p), uvec3(3u));
  vec3 f = p - vec3(i);
  uint n = base + (i.x * 5u + i.y) * 4u + i.z;
  vec2 low = mix(lightRow(n), lightRow(n + 4u), f.y);
  vec2 high = mix(lightRow(n + 20u), lightRow(n + 24u), f.y);
  vec2 row = mix(low, high, f.x);
  float sun = mix(row.x, row.y, f.z);
  p = local * 0.25;
  i = min(uvec3(p), uvec3(1u));
  f = p - vec3(i);
  n = base + 100u + (i.x * 3u + i.y) * 2u + i.z;
  low = mix(lightRow(n), lightRow(n + 2u), f.y);
  high = mix(lightRow(n + 6u), lightRow(n + 8u), f.y);
  row = mix(low, high, f.x);
  return vec2(sun, mix(row.x, row.y, f.z));
}

vec3 shadeSurface(vec3 position, vec3 normal, vec3 color, vec3 view) {
  vec3 sunward = at.sunDirection.xyz;
  float facing = max(0.0, dot(normal, sunward));
  vec3 lifted = position + normal * at.eye.w;
  float sun = facing > 0.0 ? facing * sphereLight(lifted) * exp(-opticalDepth(lifted, sunward, at.boundsMin.w, 1e30)) : 0.0;
  float open = exp(-roughDepth(lifted, normalize(normal + vec3(0.0, 0.6, 0.0)), at.boundsMax.w));
  vec3 ambient = mix(at.bounceColor.rgb, at.skyColor.rgb, 0.5 + 0.5 * normal.y) * open;
  vec3 halfway = normalize(sunward - view);
  float shine = 0.25 * pow(max(0.0, dot(normal, halfway)), 40.0) * step(0.0, facing);
  float rim = 0.12 * pow(1.0 - max(0.0, -dot(normal, view)), 4.0);
  return color * (at.sunColor.rgb * sun * 0.8 + ambient) + at.sunColor.rgb * sun * shine + ambient * rim;
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
    float coverage = clamp(0.5 + (sphere.w - closest) / (along * at.forward.w), 0.0, 1.0);
    float t = along - sqrt(max(0.0, sphere.w * sphere.w - closest * closest));
    if (coverage > 0.0 && t < solid.t) solid = Solid(t, coverage, i);
  }
  return solid;
}

// How much of an outline's line a point on the box's surface shows.
float outlineAt(vec3 p, float t) {
  vec3 toFace = min(abs(p - at.boxMin.xyz), abs(p - at.boxMax.xyz));
  float second = max(min(toFace.x, toFace.y), min(max(toFace.x, toFace.y), toFace.z));
  float voxel = 1.0 / length(toIndexDirection(vec3(1.0, 0.0, 0.0)));
  float pixels = second * voxel / (t * at.forward.w);
  return clamp(at.bounceColor.w + 0.5 - pixels, 0.0, 1.0);
}

struct March {
  vec3 light;
  float through; // transmittance so far
  float k;       // the next step
};

void march(Line line, vec3 direction, float limit, float jitter, inout March m) {
  float stepLength = at.eye.w;
  float cosine = dot(direction, at.sunDirection.xyz);
  float g = at.medium.z;
  vec3 phases = vec3(phase(cosine, g), phase(cosine, 0.5 * g), phase(cosine, 0.25 * g));
  float keep = at.albedo.w;
  vec3 weights = phases * vec3(1.0, keep, keep * keep);
  ivec3 cell = ivec3(0x7fffffff);
  uint brick = 0u;
  for (uint guard = 0u; guard < 65536u; guard += 1u) {
    float t = (m.k + jitter) * stepLength;
    if (!(t < limit) || m.through < 0.004) break;
    vec3 p = line.o + line.d * t;
    vec3 base = floor(p);
    ivec3 here = ivec3(base) >> 3;
    if (here != cell) {
      cell = here;
      brick = findCell(cell, 0u);
    }
    if (brick == 0u) {
      m.k = SKIP == 1u ? skipTo(m.k, leaveEmpty(line, cell), stepLength, jitter) : m.k + 1.0;
      continue;
    }
    uvec4 low, high;
    tapsOf(brick - 1u, ivec3(base), low, high);
    float value = sampleDensity(low, high, p - base);
    float amount = amountOf(value);
    float sigma = amount * at.medium.x;
    vec3 source = vec3(0.0); // per metre
    if (sigma > 0.0) {
      vec2 light = lightAt(brick - 1u, p - vec3(cell * 8));
      if (MAPPED == 1u) {
        source = sigma * mapped(value).rgb * (0.55 + 0.35 * light.x + 0.3 * light.y);
      } else {
        float root = sqrt(light.x);
        float sun = dot(weights, vec3(light.x, root, sqrt(root)));
        vec3 sky = mix(at.bounceColor.rgb, at.skyColor.rgb, light.y) * (0.15 + 0.85 * light.y);
        source = sigma * at.albedo.rgb * (at.sunColor.rgb * sun + sky);
      }
    }
    if (TEMPERATURE_TYPE != 9u) {
      float heat = (sampleValue(at.temperature, TEMPERATURE_TYPE, low, high, p - base) - at.glow.x) * at.glow.y;
      if (heat > 0.0) source += at.glowColors[uint(min(heat, 1.0) * 255.0)].rgb * at.glow.z;
    }
    float passed = exp(-sigma * stepLength);
    m.light += m.through * source * (sigma * stepLength > 1e-4 ? (1.0 - passed) / sigma : stepLength);
    m.through *= passed;
    m.k += 1.0;
  }
}

void main() {
  uvec2 pixel = uvec2(gl_GlobalInvocationID.x, gl_GlobalInvocationID.y + push.first);
  if (pixel.x >= at.sizes.x || pixel.y >= min(at.sizes.y, push.first + push.mode)) return;
  vec2 size = vec2(at.sizes.xy);
  vec2 place = (vec2(pixel) + 0.5) / size;
  vec3 direction = normalize(
    at.forward.xyz + at.right.xyz * ((2.0 * place.x - 1.0) * at.right.w) + at.up.xyz * ((1.0 - 2.0 * place.y) * at.up.w)
  );
  float jitter = noise(vec2(pixel));
  Line line = lineOf(at.eye.xyz, direction);
  vec2 span = clipLine(line, at.boundsMin.xyz, at.boundsMax.xyz);
  March m = March(vec3(0.0), 1.0, max(0.0, ceil(max(0.0, span.x) / at.eye.w - jitter)));
  bool touches = span.x < span.y && span.y > 0.0;

  vec2 box = clipLine(line, at.boxMin.xyz, at.boxMax.xyz);
  bool outlined = at.bounceColor.w > 0.0 && box.x < box.y;
  if (outlined && box.x > 0.0) {
    float shown = outlineAt(line.o + line.d * box.x, box.x);
    m.light += at.outlineColor.rgb * shown;
    m.through *= 1.0 - shown;
  }

  float ground = at.skyColor.w > 0.0 ? (at.sunColor.w - at.eye.y) / direction.y : -1.0;
  if (ground <= 0.0) ground = 1e30;
  Solid solid = nearestSphere(at.eye.xyz, direction);
  if (solid.t < ground) {
    if (touches) march(line, direction, min(span.y, solid.t), jitter, m);
    vec4 sphere = at.spheres[2u * solid.number];
    vec3 position = at.eye.xyz + direction * solid.t;
    vec3 normal = normalize(position - sphere.xyz);
    vec3 color = at.spheres[2u * solid.number + 1u].rgb;
    if (m.through > 0.004) m.light += m.through * solid.coverage * shadeSurface(position, normal, color, direction);
    m.through *= 1.0 - solid.coverage;
  }
  if (touches) march(line, direction, min(span.y, ground), jitter, m);
  if (ground < 1e29 && m.through > 0.004) {
    vec3 position = at.eye.xyz + direction * ground;
    vec3 centre = 0.5 * (at.boxMin.xyz + at.boxMax.xyz);
    float far = length((toIndex(position) - centre).xz) / length(at.worldToIndex[0].xyz);
    float shown = exp(-far * far / (at.groundColor.w * at.groundColor.w));
    vec3 shade = shadeSurface(position, vec3(0.0, at.eye.y > at.sunColor.w ? 1.0 : -1.0, 0.0), at.groundColor.rgb, direction);
    m.light += m.through * shown * shade * sphereOpenness(position);
    m.through *= 1.0 - shown;
  }
  if (outlined && box.y > 0.0 && box.y < min(ground, solid.t)) {
    float shown = outlineAt(line.o + line.d * box.y, box.y);
    m.light += m.through * at.outlineColor.rgb * shown;
    m.through *= 1.0 - shown;
  }

  if (m.through < 0.004) m.through = 0.0;
  vec3 backdrop = mix(at.backgroundTop.rgb, at.backgroundBottom.rgb, place.y);
  vec3 color = film(m.light * at.medium.w);
  float alpha = 1.0;
  if (at.backgroundTop.w > 0.0) {
    alpha = 1.0 - m.through;
    color = alpha > 0.0 ? color / alpha : vec3(0.0);
  } else {
    color += m.through * backdrop;
  }
  vec3 bytes = encode(color) * 255.0;
  float lift = at.backgroundBottom.w > 0.0 ? noise(vec2(pixel.yx) + 17.0) : 0.5;
  uvec3 rounded = uvec3(clamp(floor(bytes + lift), 0.0, 255.0));
  uint a = uint(clamp(floor(alpha * 255.0 + 0.5), 0.0, 255.0));
  WritableWords(at.image).v[pixel.y * at.sizes.x + pixel.x] = rounded.x | rounded.y << 8 | rounded.z << 16 | a << 24;
}
