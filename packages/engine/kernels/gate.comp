#version 450
#extension GL_EXT_buffer_reference : require
#extension GL_EXT_buffer_reference_uvec2 : require
// Opens and shuts the indirect arguments of a step's passes. One workgroup.
//   args    four words a scope and level (groups x, y, z, leaf count); scopes: 0 live, 1 + 2·loop body, 2 + 2·loop settle.
//           z is 1 where the scope is open and 0 where it is shut.
//   status  word 0: the loop that stalled, plus one; word 1 + loop: iterations that it has run in this step
layout(local_size_x = 64) in;
layout(buffer_reference, std430, buffer_reference_align = 4) buffer Words { uint at[]; };
layout(push_constant) uniform Push {
  uvec2 counts;    // four words a level: the arguments of an open scope
  uvec2 args;
  uvec2 status;
  uvec2 scalar;    // of the loop's `until`
  uvec2 bound;     // of a parameter: what the scalar must be below
  uint mode;       // 0 open, 1 iterate, 2 check, 3 resume
  uint loop;
  uint loops;
  uint levels;
  uint times;
  uint test;       // stop when the scalar is 0: not 0, 1: below `number`, 2: below the parameter
  uint type;       // of the scalar: 0 float, 1 int, 2 uint, 3 double
  uint number;     // its bits, of the scalar's type
  uint high;       // and the upper ones of a double's
} push;

bool isOpen(uint scope) { return Words(push.args).at[4 * scope * push.levels + 2] != 0; }

void setScope(uint scope, bool open) {
  Words args = Words(push.args);
  Words counts = Words(push.counts);
  uint words = 4 * push.levels;
  for (uint word = gl_LocalInvocationID.x; word < words; word += 64) {
    args.at[scope * words + word] = open || (word & 3) == 3 ? counts.at[word] : 0;
  }
}

// Doubles are compared by their words, since not every device has them.
bool isNan(uvec2 bits) {
  uint high = bits.y & 0x7fffffffu;
  return high > 0x7ff00000u || (high == 0x7ff00000u && bits.x != 0);
}

bool isZero(uvec2 bits) { return bits.x == 0 && (bits.y & 0x7fffffffu) == 0; }

// The words of a number, made so that they are ordered as it is.
uvec2 ordered(uvec2 bits) { return bits.y >> 31 == 1 ? ~bits : uvec2(bits.x, bits.y | 0x80000000u); }

bool saysDouble() {
  uvec2 bits = uvec2(Words(push.scalar).at[0], Words(push.scalar).at[1]);
  if (push.test == 0) return !isZero(bits);
  uvec2 bound = uvec2(push.number, push.high);
  if (push.test == 2) bound = uvec2(Words(push.bound).at[0], Words(push.bound).at[1]);
  if (isNan(bits) || isNan(bound) || (isZero(bits) && isZero(bound))) return false;
  uvec2 a = ordered(bits);
  uvec2 b = ordered(bound);
  return a.y < b.y || (a.y == b.y && a.x < b.x);
}

bool says() {
  if (push.type == 3) return saysDouble();
  uint bits = Words(push.scalar).at[0];
  uint bound = push.test == 2 ? Words(push.bound).at[0] : push.number;
  if (push.type == 0) {
    float value = uintBitsToFloat(bits);
    return push.test == 0 ? value != 0.0 : value < uintBitsToFloat(bound);
  }
  if (push.test == 0) return bits != 0;
  return push.type == 1 ? int(bits) < int(bound) : bits < bound;
}

void main() {
  Words status = Words(push.status);
  uint body = 1 + 2 * push.loop;
  uint scopes = 1 + 2 * push.loops;
  bool stalled = status.at[0] != 0;
  bool live = isOpen(0);
  bool running = isOpen(body);
  uint executed = status.at[1 + push.loop] + 1;
  bool first = gl_LocalInvocationID.x == 0;
  barrier();
  if (push.mode == 0) {
    setScope(0, !stalled);
    for (uint scope = 1; scope < scopes; scope++) setScope(scope, !stalled && (scope & 1) == 1);
    if (!stalled) for (uint loop = gl_LocalInvocationID.x; loop < push.loops; loop += 64) status.at[1 + loop] = 0;
  } else if (push.mode == 1) {
    if (!running) return;
    bool done = executed >= push.times || says();
    if (first) status.at[1 + push.loop] = executed;
    if (!done) return;
    setScope(body, false);
    setScope(body + 1, (executed & 1) == 1);
  } else if (push.mode == 2) {
    if (!live || !running) return;
    if (first) status.at[0] = 1 + push.loop;
    for (uint scope = 0; scope < scopes; scope++) setScope(scope, false);
  } else {
    if (status.at[0] != 1 + push.loop) return;
    setScope(0, true);
    for (uint scope = 1; scope < scopes; scope++) setScope(scope, scope >= body && (scope & 1) == 1);
    barrier();
    if (first) status.at[0] = 0;
  }
}
