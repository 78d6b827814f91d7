/** @file Which typed array of JavaScript's holds values of a type of C's. */

/** The typed array over values of a type, by its code; of addresses and handles there is none here, since those are branded. */
export const TYPED_ARRAYS: Readonly<Record<string, string>> = Object.freeze({
  b: 'Uint8Array',
  B: 'Int8Array',
  h: 'Uint16Array',
  H: 'Int16Array',
  i: 'Int32Array',
  I: 'Uint32Array',
  l: 'BigInt64Array',
  L: 'BigUint64Array',
  f: 'Float32Array',
  d: 'Float64Array',
});
