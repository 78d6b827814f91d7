// What the three passes share: the parameter block, the table of bricks, and the sampling of fields.
//
// A brick is the 8x8x8 cell of index space [8c, 8c + 8) in which a trilinear sample reads voxels 8c ... 8c + 8: a leaf's
// own, and the first layer of its seven neighbours on the far sides. Bricks in which nothing shows are not in the table.
// The same table also holds the larger cells that have a brick inside (sides 32, 128, 1024), which is how rays skip.

layout(constant_id = 0) const uint DENSITY_TYPE = 0;      // 0 float32, 1 float16, 2 int32, 3 uint32, 4 uint8
layout(constant_id = 1) const uint DENSITY_COMPONENTS = 1; // more than one: the vector's length
layout(constant_id = 2) const uint TEMPERATURE_TYPE = 9;   // as above; 9: nothing glows
layout(constant_id = 3) const uint MAPPED = 0;             // 1: a colour map over a range instead of smoke
layout(constant_id = 4) const uint SKIP = 1;               // 0: every brick is kept and every step taken (for tests)

layout(buffer_reference, std430, buffer_reference_align = 4) readonly buffer Floats { float v[]; };
layout(buffer_reference, std430, buffer_reference_align = 4) readonly buffer Integers { int v[]; };
layout(buffer_reference, std430, buffer_reference_align = 4) readonly buffer Words { uint v[]; };
layout(buffer_reference, std430, buffer_reference_align = 4) buffer WritableWords { uint v[]; };
layout(buffer_reference, std430, buffer_reference_align = 16) buffer Entries { uvec4 v[]; };
layout(buffer_reference, std430, buffer_reference_align = 4) buffer Counters { uint bricks; uint overflow; };

const uint LIGHT_WORDS = 120u; // 25 rows of 4 for the sun, 9 rows of 2 for the sky, padding
const uint MAX_SPHERES = 8u;

layout(buffer_reference, std430, buffer_reference_align = 16) readonly buffer Parameters {
  uvec2 leaves;
  uvec2 leafTable;
  uvec2 count;
  uvec2 claims;
  uvec2 table;
  uvec2 slots;
  uvec2 origins;
  uvec2 light;
  uvec2 counters;
  uvec2 image;
  uvec2 density[4];
  uvec2 temperature;
  uvec2 unused;
  vec4 eye;              // w: step in metres
  vec4 right;            // w: tan of half the horizontal field of view
  vec4 up;               // w: the same, vertical
  vec4 forward;          // w: a pixel's side at distance 1
  vec4 worldToIndex[3];
  vec4 boundsMin;        // index space, where samples may differ from the background; w: light step in metres
  vec4 boundsMax;        // w: how far the sky is looked for, in metres
  vec4 medium;           // extinction per metre at value 1, threshold, anisotropy, exposure
  vec4 albedo;           // w: share of light that each further bounce keeps
  vec4 glow;             // x: first kelvin, y: 1 / (last - first), z: emission per metre
  vec4 range;            // x: first value, y: 1 / (last - first)
  vec4 sunDirection;     // toward the sun; w: tan of its half angle
  vec4 sunColor;         // w: the ground's height
  vec4 skyColor;         // w: 1: there is ground
  vec4 bounceColor;      // w: half the outline's width in pixels; 0: none
  vec4 backgroundTop;    // w: 1: transparent
  vec4 backgroundBottom; // w: 1: dither
  vec4 groundColor;      // w: distance in metres at which it fades
  vec4 outlineColor;
  vec4 boxMin;           // index space, active voxels with their half voxels
  vec4 boxMax;
  uvec4 sizes;           // width, height, table size - 1, capacity in bricks
  uvec4 counts;          // spheres
  vec4 spheres[2 * MAX_SPHERES]; // centre and radius in metres; colour
  vec4 glowColors[256];
  vec4 mapColors[256];   // w: opacity
};

layout(push_constant, std430) uniform Push {
  uvec2 parameters;
  uint first;            // first brick or first row of this dispatch
  uint mode;
} push;

Parameters at = Parameters(push.parameters);

const uint SHIFTS[4] = uint[4](0u, 2u, 4u, 7u); // from a brick's coordinate to a larger cell's

uint hashCell(ivec3 cell, uint level) {
  uint h = uint(cell.x) * 73856093u ^ uint(cell.y) * 19349663u ^ uint(cell.z) * 83492791u ^ level * 0x9E3779B9u;
  h ^= h >> 16;
  h *= 0x7feb352du;
  h ^= h >> 15;
  h *= 0x846ca68bu;
  return h ^ (h >> 16);
}

// Brick number + 1 (any other level: 1) of a cell; 0: not there.
uint findCell(ivec3 cell, uint level) {
  uint mask = at.sizes.z;
  uint h = hashCell(cell, level) & mask;
  for (uint probe = 0u; probe < 64u; probe += 1u) {
    uvec4 entry = Entries(at.table).v[h];
    if (entry.w == 0u) return 0u;
    if (ivec3(entry.xyz) == cell && (entry.w >> 30) == level) return entry.w & 0x3fffffffu;
    h = (h + 1u) & mask;
  }
  return 0u;
}

float loadValue(uvec2 base, uint type, uint n) {
  if (type == 0u) return Floats(base).v[n];
  if (type == 1u) {
    vec2 pair = unpackHalf2x16(Words(base).v[n >> 1]);
    return (n & 1u) == 0u ? pair.x : pair.y;
  }
  if (type == 2u) return float(Integers(base).v[n]);
  if (type == 3u) return float(Words(base).v[n]);
  return float((Words(base).v[n >> 2] >> (8u * (n & 3u))) & 255u);
}

float loadDensity(uint n) {
  if (DENSITY_COMPONENTS == 1u) return loadValue(at.density[0], DENSITY_TYPE, n);
  float sum = 0.0;
  for (uint c = 0u; c < DENSITY_COMPONENTS; c += 1u) {
    float value = loadValue(at.density[c], DENSITY_TYPE, n);
    sum += value * value;
  }
  return sqrt(sum);
}

vec4 mapped(float value) {
  float x = clamp((value - at.range.x) * at.range.y, 0.0, 1.0) * 255.0;
  uint low = min(uint(x), 254u);
  return mix(at.mapColors[low], at.mapColors[low + 1u], x - float(low));
}

// How much of the medium a value is: 0 at the threshold and below it.
float amountOf(float value) {
  float amount = MAPPED == 1u ? mapped(value).w : value;
  return amount > at.medium.y ? amount : 0.0;
}

// Element numbers of the eight voxels around a sample: low x, then high x, each as (y z) = 00, 01, 10, 11.
void tapsOf(uint brick, ivec3 base, out uvec4 low, out uvec4 high) {
  uvec3 l = uvec3(base & 7);
  if (all(lessThan(l, uvec3(7u)))) {
    uint n = Words(at.slots).v[brick * 8u] * 512u + (l.x << 6 | l.y << 3 | l.z);
    low = n + uvec4(0u, 1u, 8u, 9u);
    high = low + 64u;
    return;
  }
  uvec3 over = uvec3(equal(l, uvec3(7u)));
  uvec3 next = (l + 1u) & 7u;
  Words slots = Words(at.slots);
  uint s = brick * 8u;
  uvec4 beyond = uvec4(0u, over.z, over.y << 1, over.y << 1 | over.z);
  uvec4 row = uvec4(l.y << 3 | l.z, l.y << 3 | next.z, next.y << 3 | l.z, next.y << 3 | next.z);
  low = row + (l.x << 6);
  high = row + (next.x << 6);
  low += 512u * uvec4(slots.v[s], slots.v[s + beyond.y], slots.v[s + beyond.z], slots.v[s + beyond.w]);
  s += over.x << 2;
  high += 512u * uvec4(slots.v[s], slots.v[s + beyond.y], slots.v[s + beyond.z], slots.v[s + beyond.w]);
}

float blend(vec4 low, vec4 high, vec3 f) {
  vec4 x = mix(low, high, f.x);
  vec2 z = mix(x.xz, x.yw, f.z);
  return mix(z.x, z.y, f.y);
}

float sampleValue(uvec2 base, uint type, uvec4 low, uvec4 high, vec3 f) {
  return blend(
    vec4(loadValue(base, type, low.x), loadValue(base, type, low.y), loadValue(base, type, low.z), loadValue(base, type, low.w)),
    vec4(loadValue(base, type, high.x), loadValue(base, type, high.y), loadValue(base, type, high.z), loadValue(base, type, high.w)),
    f
  );
}

float sampleDensity(uvec4 low, uvec4 high, vec3 f) {
  return blend(
    vec4(loadDensity(low.x), loadDensity(low.y), loadDensity(low.z), loadDensity(low.w)),
    vec4(loadDensity(high.x), loadDensity(high.y), loadDensity(high.z), loadDensity(high.w)),
    f
  );
}

vec3 toIndex(vec3 world) {
  vec4 p = vec4(world, 1.0);
  return vec3(dot(at.worldToIndex[0], p), dot(at.worldToIndex[1], p), dot(at.worldToIndex[2], p));
}

vec3 toIndexDirection(vec3 world) {
  return vec3(dot(at.worldToIndex[0].xyz, world), dot(at.worldToIndex[1].xyz, world), dot(at.worldToIndex[2].xyz, world));
}

// A line through index space, o + d t, with t in metres.
struct Line {
  vec3 o;
  vec3 d;
  vec3 inverse;
};

Line lineOf(vec3 origin, vec3 direction) {
  vec3 d = toIndexDirection(direction);
  vec3 safe = mix(d, vec3(1e-20), lessThan(abs(d), vec3(1e-20)));
  return Line(toIndex(origin), d, 1.0 / safe);
}

// Where the line is inside a box: x first, y last t; x > y: nowhere.
vec2 clipLine(Line line, vec3 low, vec3 high) {
  vec3 a = (low - line.o) * line.inverse;
  vec3 b = (high - line.o) * line.inverse;
  vec3 near = min(a, b);
  vec3 far = max(a, b);
  return vec2(max(max(near.x, near.y), near.z), min(min(far.x, far.y), far.z));
}

// t at which the line leaves the largest cell around the brick that has nothing in it.
float leaveEmpty(Line line, ivec3 cell) {
  uint level = 0u;
  for (uint l = 3u; l >= 1u; l -= 1u) {
    if (findCell(cell >> SHIFTS[l], l) == 0u) {
      level = l;
      break;
    }
  }
  uint shift = SHIFTS[level];
  vec3 low = vec3(((cell >> shift) << shift) * 8);
  return clipLine(line, low, low + float(8u << shift)).y;
}

// The last step that is not beyond t, and at least the next one: steps stand at (k + offset) step, so that where a ray
// looks does not depend on what it skipped.
float skipTo(float k, float t, float stepLength, float offset) {
  return max(k + 1.0, floor(t / stepLength - offset));
}

// Optical depth from a world position along a direction up to `reach` metres, with steps of `stepLength`.
float opticalDepth(vec3 origin, vec3 direction, float stepLength, float reach) {
  Line line = lineOf(origin, direction);
  vec2 span = clipLine(line, at.boundsMin.xyz, at.boundsMax.xyz);
  float last = min(span.y, reach);
  float k = max(0.0, ceil(span.x / stepLength - 0.5));
  float sum = 0.0;
  float enough = 9.0 / (at.medium.x * stepLength);
  ivec3 cell = ivec3(0x7fffffff);
  uint brick = 0u;
  for (uint guard = 0u; guard < 16384u; guard += 1u) {
    float t = (k + 0.5) * stepLength;
    if (!(t < last) || sum > enough) break;
    vec3 p = line.o + line.d * t;
    vec3 base = floor(p);
    ivec3 here = ivec3(base) >> 3;
    if (here != cell) {
      cell = here;
      brick = findCell(cell, 0u);
    }
    if (brick == 0u) {
      k = SKIP == 1u ? skipTo(k, leaveEmpty(line, cell), stepLength, 0.5) : k + 1.0;
      continue;
    }
    uvec4 low, high;
    tapsOf(brick - 1u, ivec3(base), low, high);
    sum += amountOf(sampleDensity(low, high, p - base));
    k += 1.0;
  }
  return sum * at.medium.x * stepLength;
}

// The same over a short way with few, growing steps: for soft light, where a coarse answer will do.
float roughDepth(vec3 origin, vec3 direction, float reach) {
  Line line = lineOf(origin, direction);
  float sum = 0.0;
  float before = 0.0;
  for (uint i = 1u; i <= 8u; i += 1u) {
    float x = float(i) / 8.0;
    float end = reach * x * x;
    vec3 p = line.o + line.d * (0.5 * (before + end));
    vec3 base = floor(p);
    uint brick = findCell(ivec3(base) >> 3, 0u);
    if (brick != 0u) {
      uvec4 low, high;
      tapsOf(brick - 1u, ivec3(base), low, high);
      sum += amountOf(sampleDensity(low, high, p - base)) * (end - before);
    }
    before = end;
  }
  return sum * at.medium.x;
}

// How much of the sun passes the spheres from a world position outside them: 0 ... 1, soft by the sun's size.
float sphereLight(vec3 position) {
  float light = 1.0;
  for (uint i = 0u; i < at.counts.x; i += 1u) {
    vec4 sphere = at.spheres[2u * i];
    vec3 away = position - sphere.xyz;
    float along = -dot(away, at.sunDirection.xyz);
    float closest = sqrt(max(0.0, dot(away, away) - along * along));
    float blur = max(along * at.sunDirection.w, 0.02 * sphere.w);
    light *= along <= 0.0 ? 1.0 : smoothstep(-1.0, 1.0, (closest - sphere.w) / blur);
  }
  return light;
}

// The share of all directions that the spheres leave free around a world position outside them.
float sphereOpenness(vec3 position) {
  float open = 1.0;
  for (uint i = 0u; i < at.counts.x; i += 1u) {
    vec4 sphere = at.spheres[2u * i];
    float ratio = min(1.0, sphere.w / max(1e-12, length(position - sphere.xyz)));
    open *= 1.0 - 0.5 * (1.0 - sqrt(1.0 - ratio * ratio));
  }
  return open;
}
