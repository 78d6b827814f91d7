// Values of the fields as the picture sees them, read from the leaves.

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

// What a brick holds of a voxel: its density, or its place in the map's range; 0 where it is not more than the threshold.
float shownDensity(uint n) {
  float value = loadDensity(n);
  if (MAPPED == 1u) return clamp((value - at.rangeFrom) * at.rangeScale, 0.0, 1.0);
  return value > at.threshold ? min(value, 65000.0) : 0.0;
}

// Heat: 0 where the glow begins, 1 where it is brightest.
float shownHeat(uint n) {
  return clamp((loadValue(at.temperature, TEMPERATURE_TYPE, n) - at.glowFrom) * at.glowScale, 0.0, 1.0);
}
