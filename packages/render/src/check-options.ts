/**
 * @file What a picture's options may be, as data: what users run isn't always looked at by TypeScript, and a value of another kind
 * would be shown as something. How large numbers may be is looked at where the options are filled in.
 */
import type { CameraOptions } from './camera.ts';
import type { Ground, Light, RenderOptions, Sphere, Transfer } from './options.ts';

/** What does not fit a value, in words; undefined where it fits. */
type Check = (value: unknown, name: string) => string | undefined;

const isNumber = (value: unknown): boolean => typeof value === 'number' && !Number.isNaN(value);
const isList = (value: unknown, length: number): boolean =>
  (Array.isArray(value) || ArrayBuffer.isView(value)) &&
  (value as ArrayLike<unknown>).length === length &&
  Array.from(value as ArrayLike<unknown>).every(isNumber);

const kind =
  (wants: string, fits: (value: unknown) => boolean): Check =>
  (value, name) =>
    fits(value) ? undefined : `${name} is ${shown(value)}; give ${wants}`;

const number = kind('a number', isNumber);
const flag = kind('true or false', (value) => typeof value === 'boolean');
const name = kind("a field's name", (value) => typeof value === 'string');
const color = kind('three numbers, red, green and blue', (value) => isList(value, 3));
const place = kind('three numbers, x, y and z', (value) => isList(value, 3));

/** An object whose members are these; `needs` can't be left out. */
function members(known: Readonly<Record<string, Check>>, needs: readonly string[] = []): Check {
  return (value, at) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      return `${at} ${at === 'its options' ? 'are' : 'is'} ${shown(value)}; give an object, as in { ${Object.keys(known)[0]}: … }`;
    }
    const path = (key: string): string => (at === 'its options' ? key : `${at}.${key}`);
    for (const [key, given] of Object.entries(value)) {
      if (!Object.hasOwn(known, key)) {
        return `"${path(key)}" is no option of it; there are ${Object.keys(known).toSorted().join(', ')}`;
      }
      const slip = given === undefined ? undefined : known[key]!(given, path(key));
      if (slip !== undefined) return slip;
    }
    const missing = needs.find((key) => (value as Record<string, unknown>)[key] === undefined);
    return missing === undefined ? undefined : known[missing]!(undefined, path(missing));
  };
}

const all = <Options>(known: Readonly<Record<keyof Options, Check>>): Readonly<Record<string, Check>> => known;

const camera = members(
  all<CameraOptions>({ azimuth: number, elevation: number, distance: number, fov: number, target: place, eye: place }),
);
const sphere = members(all<Sphere>({ center: place, radius: number, color }), ['center', 'radius']);
const gradient = members({ top: color, bottom: color }, ['top', 'bottom']);
const range = kind('two numbers', (value) => isList(value, 2));

const look = members(
  all<RenderOptions>({
    width: number,
    height: number,
    camera,
    density: name,
    temperature: name,
    transfer: members(
      all<Transfer>({
        extinction: number,
        albedo: color,
        threshold: number,
        anisotropy: number,
        bounces: number,
        emission: members({ from: number, to: number, intensity: number }),
        map: members({ name: kind("a colour map's name", (value) => typeof value === 'string'), range }, ['name']),
      }),
    ),
    light: members(all<Light>({ direction: place, color, angle: number, sky: color, bounce: color })),
    spheres: (value, at) => {
      if (!Array.isArray(value)) return `${at} is ${shown(value)}; give a list of spheres`;
      return value.map((each, index) => sphere(each, `${at}[${index}]`)).find((slip) => slip !== undefined);
    },
    background: (value, at) => {
      if (value === 'transparent') return undefined;
      return typeof value === 'object' && value !== null
        ? gradient(value, at)
        : `${at} is ${shown(value)}; give 'transparent', or { top, bottom }`;
    },
    ground: members(all<Ground>({ height: number, color }), ['height']),
    outline: flag,
    exposure: number,
    step: number,
    dither: flag,
    skipping: flag,
  }),
);

/** Throws TypeError for options that there are none of, and for values of another kind than an option has. */
export function checkRenderOptions(options: unknown): void {
  const slip = look(options, 'its options');
  if (slip !== undefined) throw new TypeError(`Cannot render picture: ${slip}`);
}

/** A value in a message: text in quotes, so that "2" is not taken for 2. */
function shown(value: unknown): string {
  if (typeof value === 'function') return 'a function';
  if (typeof value === 'object' && value !== null) return JSON.stringify(value);
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}
