/**
 * @file Colour: sRGB and linear light, the glow of a black body, and colour maps for fields that are not smoke.
 *
 * Sources: IEC 61966-2-1 (sRGB); Planck's law with the CIE 1931 observer in the multi-lobe fit of Wyman, Sloan and
 * Shirley, "Simple Analytic Approximations to the CIE XYZ Color Matching Functions", JCGT 2(2), 2013; the maps of
 * matplotlib (van der Walt and Smith, CC0) in Matt Zucker's polynomials of degree six (CC0).
 */

/** A colour in linear light with sRGB's primaries: red, green, blue, where 1 is the display's white. */
export type Color = readonly [red: number, green: number, blue: number];

/** sRGB (0 … 1) to linear light. */
export function srgbToLinear(value: number): number {
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
}

/** Linear light to sRGB, both clamped to 0 … 1. */
export function linearToSrgb(value: number): number {
  const bound = Math.min(1, Math.max(0, value));
  return bound <= 0.0031308 ? bound * 12.92 : 1.055 * bound ** (1 / 2.4) - 0.055;
}

/** The linear colour of a text "#rrggbb" in sRGB. */
export function parseColor(text: string): Color {
  if (!/^#[\da-f]{6}$/i.test(text)) {
    throw new RangeError(`Cannot read colour "${text}": it is not of the form #rrggbb; write six hexadecimal digits`);
  }
  const channel = (at: number): number => srgbToLinear(Number.parseInt(text.slice(at, at + 2), 16) / 255);
  return [channel(1), channel(3), channel(5)];
}

/** Gaussian with different widths (as reciprocals, 1/nm) on its two sides. */
function lobe(wavelength: number, peak: number, below: number, above: number): number {
  const distance = (wavelength - peak) * (wavelength < peak ? below : above);
  return Math.exp(-0.5 * distance * distance);
}

function observer(nm: number): Color {
  return [
    1.056 * lobe(nm, 599.8, 0.0264, 0.0323) +
      0.362 * lobe(nm, 442, 0.0624, 0.0374) -
      0.065 * lobe(nm, 501.1, 0.049, 0.0382),
    0.821 * lobe(nm, 568.8, 0.0213, 0.0247) + 0.286 * lobe(nm, 530.9, 0.0613, 0.0322),
    1.217 * lobe(nm, 437, 0.0845, 0.0278) + 0.681 * lobe(nm, 459, 0.0385, 0.0725),
  ];
}

/** Spectral radiance of a black body, in units that cancel: wavelength in nm, temperature in kelvin. */
function planck(nm: number, kelvin: number): number {
  const metres = nm * 1e-9;
  return 3.741771852e-16 / metres ** 5 / Math.expm1(1.438776877e-2 / (metres * kelvin));
}

/** Linear sRGB of a black body with luminance 1 (colours outside sRGB are clipped to zero); temperature in kelvin, from 500. */
export function blackBodyColor(kelvin: number): Color {
  if (!(kelvin >= 500)) {
    throw new RangeError(`Cannot glow at "${kelvin}" K: nothing is visible there; give a temperature from 500 K`);
  }
  let [x, y, z] = [0, 0, 0];
  for (let nm = 380; nm <= 780; nm += 5) {
    const power = planck(nm, kelvin);
    const [sx, sy, sz] = observer(nm);
    x += power * sx;
    y += power * sy;
    z += power * sz;
  }
  const red = 3.2404542 * x - 1.5371385 * y - 0.4985314 * z;
  const green = -0.969266 * x + 1.8760108 * y + 0.041556 * z;
  const blue = 0.0556434 * x - 0.2040259 * y + 1.0572252 * z;
  return [Math.max(0, red / y), Math.max(0, green / y), Math.max(0, blue / y)];
}

/** A colour map's name. */
export type ColorMapName = 'viridis' | 'magma' | 'inferno' | 'gray' | 'cool-warm';

/** Coefficients from the constant on, in sRGB; none: not a polynomial. */
const POLYNOMIALS: Readonly<Record<ColorMapName, readonly Color[]>> = {
  viridis: [
    [0.2777273272234177, 0.005407344544966578, 0.3340998053353061],
    [0.1050930431085774, 1.404613529898575, 1.384590162594685],
    [-0.3308618287255563, 0.214847559468213, 0.09509516302823659],
    [-4.634230498983486, -5.799100973351585, -19.33244095627987],
    [6.228269936347081, 14.17993336680509, 56.69055260068105],
    [4.776384997670288, -13.74514537774601, -65.35303263337234],
    [-5.435455855934631, 4.645852612178535, 26.3124352495832],
  ],
  magma: [
    [-0.002136485053939582, -0.000749655052795221, -0.005386127855323933],
    [0.2516605407371642, 0.6775232436837668, 2.494026599312351],
    [8.353717279216625, -3.577719514958484, 0.3144679030132573],
    [-27.66873308576866, 14.26473078096533, -13.64921318813922],
    [52.17613981234068, -27.94360607168351, 12.94416944238394],
    [-50.76852536473588, 29.04658282127291, 4.23415299384598],
    [18.65570506591883, -11.48977351997711, -5.601961508734096],
  ],
  inferno: [
    [0.0002189403691192265, 0.001651004631001012, -0.01948089843709184],
    [0.1065134194856116, 0.5639564367884091, 3.932712388889277],
    [11.60249308247187, -3.972853965665698, -15.9423941062914],
    [-41.70399613139459, 17.43639888205313, 44.35414519872813],
    [77.162935699427, -33.40235894210092, -81.80730925738993],
    [-71.31942824499214, 32.62606426397723, 73.20951985803202],
    [25.13112622477341, -12.24266895238567, -23.07032500287172],
  ],
  gray: [
    [0, 0, 0],
    [1, 1, 1],
  ],
  'cool-warm': [],
};

/** The colour maps there are: four sequential ones and a diverging one (`cool-warm`, white in the middle). */
export const colorMapNames: readonly ColorMapName[] = Object.keys(POLYNOMIALS) as ColorMapName[];

/** Colour of a map at `at` (0 … 1), in linear light. */
export function colorMap(name: ColorMapName, at: number): Color {
  if (!Object.hasOwn(POLYNOMIALS, name)) {
    throw new RangeError(
      `Cannot use colour map "${name}": there is none of that name; use ${colorMapNames.join(', ')}`,
    );
  }
  const x = Math.min(1, Math.max(0, at));
  if (name === 'cool-warm') return coolWarm(x);
  const terms = POLYNOMIALS[name];
  const channel = (c: 0 | 1 | 2): number =>
    srgbToLinear(
      Math.min(
        1,
        Math.max(
          0,
          terms.reduceRight((sum, term) => sum * x + term[c], 0),
        ),
      ),
    );
  return [channel(0), channel(1), channel(2)];
}

function coolWarm(x: number): Color {
  const side = Math.abs(2 * x - 1);
  const end: Color = x < 0.5 ? [0.044, 0.073, 0.527] : [0.456, 0.001, 0.019];
  const mix = (channel: number): number => 0.72 + (channel - 0.72) * side;
  return [mix(end[0]), mix(end[1]), mix(end[2])];
}
