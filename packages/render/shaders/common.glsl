// What the passes share: the parameter block, the table of bricks, and rays through them.
//
// A brick is the 8x8x8 cell of index space [8c, 8c + 8) in which a trilinear sample reads voxels 8c ... 8c + 8: a leaf's
// own, and the first layer of its seven neighbours on the far sides. Bricks in which nothing shows are not in the table.
// The same table also holds the larger cells that have a brick inside (sides 32, 128, 1024), which is how rays skip.
// A brick's 9x9x9 values are copied out of the field, so that a sample is four loads and looks at no leaf.

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
const uint VALUE_WORDS = 648u; // 81 rows of 8; a word is two halves, of this voxel and of the next along z
const uint MAX_SPHERES = 8u;

// A vec3 and the number behind it are members of their own: Mesa 22.3 reads the wrong word where a vec4 is loaded whole
// and by component in one shader.
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
  uvec2 values;
  vec3 eye;
  float stepLength;      // metres, of a ray of the picture
  vec3 right;
  float halfWidth;       // tan of half the horizontal field of view
  vec3 up;
  float halfHeight;
  vec3 forward;
  float pixelSize;       // a pixel's side at distance 1
  vec4 worldToIndex[3];
  vec3 boundsMin;        // index space, where samples may differ from the background
  float lightStep;       // metres, of a ray to the sun
  vec3 boundsMax;
  float skyReach;        // metres that soft light looks
  float extinction;      // per metre at value 1
  float threshold;
  float anisotropy;
  float exposure;
  vec3 albedo;
  float bounces;         // share of light that each further bounce keeps
  float glowFrom;        // kelvin
  float glowScale;       // 1 / (brightest - first kelvin)
  float glowStrength;    // emission per metre
  float unused1;
  float rangeFrom;
  float rangeScale;      // 1 / (last - first value)
  float unused2;
  float unused3;
  vec3 sunDirection;     // toward the sun
  float sunSize;         // tan of its half angle
  vec3 sunColor;
  float groundHeight;
  vec3 skyColor;
  float hasGround;
  vec3 bounceColor;
  float outlineWidth;    // half of it, in pixels; 0: none
  vec3 backgroundTop;
  float transparent;
  vec3 backgroundBottom;
  float dithered;
  vec3 groundColor;
  float groundReach;     // metres at which it fades
  vec3 outlineColor;
  float unused4;
  vec3 boxMin;           // index space, active voxels with their half voxels
  float unused5;
  vec3 boxMax;
  float unused6;
  uvec2 size;            // pixels
  uint tableMask;
  uint brickCapacity;
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
// Read once: a software driver reads memory for each thread, also where all read the same.
uvec2 tableAddress = at.table;
uvec2 valuesAddress = at.values;
uint tableMask = at.tableMask;

// From a brick's coordinate to that of a larger cell: 0, 2, 4, 7 bits.
uint shiftOf(uint level) {
  return (0x7420u >> (level * 4u)) & 15u;
}

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
  uint h = hashCell(cell, level) & tableMask;
  for (uint probe = 0u; probe < 64u; probe += 1u) {
    uvec4 entry = Entries(tableAddress).v[h];
    if (entry.w == 0u) return 0u;
    if (ivec3(entry.xyz) == cell && (entry.w >> 30) == level) return entry.w & 0x3fffffffu;
    h = (h + 1u) & tableMask;
  }
  return 0u;
}

// Colour and opacity at a place of the map, 0 ... 1.
vec4 mapped(float place) {
  float x = clamp(place, 0.0, 1.0) * 255.0;
  uint low = min(uint(x), 254u);
  return mix(at.mapColors[low], at.mapColors[low + 1u], x - float(low));
}

// How much of the medium a brick's value is: 0 at the threshold and below it.
float amountOf(float value) {
  if (MAPPED == 0u) return value;
  float opacity = mapped(value).w;
  return opacity > at.threshold ? opacity : 0.0;
}

vec2 wordAt(uvec2 base, uint word) {
  return unpackHalf2x16(Words(base).v[word]);
}

// The value at a place inside a brick, 0 ... 8 on each axis; `part` 0: the density, 1: the heat.
float sampleBrick(uint brick, uint part, vec3 local) {
  uvec3 i = min(uvec3(local), uvec3(7u));
  vec3 f = local - vec3(i);
  uint n = (TEMPERATURE_TYPE == 9u ? brick : brick * 2u + part) * VALUE_WORDS + ((i.x * 9u + i.y) << 3) + i.z;
  vec2 low = mix(wordAt(valuesAddress, n), wordAt(valuesAddress, n + 8u), f.y);
  vec2 high = mix(wordAt(valuesAddress, n + 72u), wordAt(valuesAddress, n + 80u), f.y);
  vec2 row = mix(low, high, f.x);
  return mix(row.x, row.y, f.z);
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
    if (findCell(cell >> shiftOf(l), l) == 0u) {
      level = l;
      break;
    }
  }
  uint shift = shiftOf(level);
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
  vec2 span = clipLine(line, at.boundsMin, at.boundsMax);
  float last = min(span.y, reach);
  float k = max(0.0, ceil(span.x / stepLength - 0.5));
  float sum = 0.0;
  float scale = at.extinction * stepLength;
  float enough = 9.0 / scale;
  ivec3 cell = ivec3(0x7fffffff);
  uint brick = 0u;
  for (uint guard = 0u; guard < 16384u; guard += 1u) {
    float t = (k + 0.5) * stepLength;
    if (!(t < last) || sum > enough) break;
    vec3 p = line.o + line.d * t;
    ivec3 here = ivec3(floor(p)) >> 3;
    if (here != cell) {
      cell = here;
      brick = findCell(cell, 0u);
    }
    if (brick == 0u) {
      k = SKIP == 1u ? skipTo(k, leaveEmpty(line, cell), stepLength, 0.5) : k + 1.0;
      continue;
    }
    sum += amountOf(sampleBrick(brick - 1u, 0u, p - vec3(cell * 8)));
    k += 1.0;
  }
  return sum * scale;
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
    ivec3 cell = ivec3(floor(p)) >> 3;
    uint brick = findCell(cell, 0u);
    if (brick != 0u) sum += amountOf(sampleBrick(brick - 1u, 0u, p - vec3(cell * 8))) * (end - before);
    before = end;
  }
  return sum * at.extinction;
}

// How much of the sun passes the spheres from a world position outside them: 0 ... 1, soft by the sun's size.
float sphereLight(vec3 position) {
  float light = 1.0;
  for (uint i = 0u; i < at.counts.x; i += 1u) {
    vec4 sphere = at.spheres[2u * i];
    vec3 away = position - sphere.xyz;
    float along = -dot(away, at.sunDirection);
    float closest = sqrt(max(0.0, dot(away, away) - along * along));
    float blur = max(along * at.sunSize, 0.02 * sphere.w);
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
