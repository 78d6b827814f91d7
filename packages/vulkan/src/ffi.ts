/**
 * @file The only file that says koffi: libraries, function pointers, callbacks, addresses and views of memory.
 *
 * An address is a bigint here and above. koffi gives null for a null pointer and a number for a small uint64_t;
 * functions that return such things are declared so that 0n and bigints come out.
 */
import koffi, { type LibraryHandle, type TypeObject } from 'koffi';
import { counted } from './count-calls.ts';

// Calls run on stacks of koffi's own, those in other threads on 128 KiB: drivers' compilers want as much as a thread has.
koffi.config({ async_stack_size: 8 * 1024 * 1024 });

/** A foreign function: numbers, bigints, strings in, one value out. */
export type ForeignFunction = (...parameters: any[]) => any;

/**
 * A C signature in letters, the result first: v nothing, P address or handle, s C string, i int32, I uint32,
 * L uint64, l int64, f float, d double. `iPI` is `int32_t f(void*, uint32_t)`.
 */
export type Signature = string;

const TYPES: Readonly<Record<string, string>> = {
  v: 'void',
  P: 'void *',
  s: 'const char *',
  i: 'int32_t',
  I: 'uint32_t',
  L: 'uint64_t',
  l: 'int64_t',
  f: 'float',
  d: 'double',
  b: 'uint8_t',
  B: 'int8_t',
  h: 'uint16_t',
  H: 'int16_t',
};

function typeOf(letter: string): string {
  const type = TYPES[letter];
  if (type === undefined) throw new Error(`Bug in a signature: no type is called "${letter}"`);
  return type;
}

const prototypes = new Map<Signature, TypeObject>();

function prototype(signature: Signature): TypeObject {
  let type = prototypes.get(signature);
  if (type === undefined) {
    const [result = 'v', ...parameters] = signature;
    type = koffi.proto(typeOf(result), parameters.map(typeOf));
    prototypes.set(signature, type);
  }
  return type;
}

/** A 64-bit value as koffi gives it (null, a number, a bigint, perhaps of the wrong sign) as the right bigint. */
function to64(letter: string, value: number | bigint | null): bigint {
  const wide = BigInt(value ?? 0);
  return letter === 'l' ? wide : BigInt.asUintN(64, wide);
}

const functions = new Map<string, ForeignFunction>();

/**
 * The function at an address. Results of kind P, L and l are bigints. Functions are kept: koffi never gives back what it
 * makes of one, and the same few hundred are asked for with each device.
 */
export function functionAt(address: bigint, signature: Signature): ForeignFunction {
  const key = `${address} ${signature}`;
  let made = functions.get(key);
  if (!made) {
    const call = koffi.decode(address, prototype(signature)) as ForeignFunction;
    const result = signature[0] ?? 'v';
    made = 'PLl'.includes(result) ? (...parameters) => to64(result, call(...parameters)) : call;
    functions.set(key, made);
  }
  return counted(made);
}

/** Calls in other threads that koffi has at once, each with a stack: others wait for their turn. */
const MAX_ASIDE = 16;
let aside = 0;
const waitingAside: (() => void)[] = [];

/**
 * Calls the function at an address in a thread of libuv's, without blocking; as many run at once as that has threads, 4 by
 * default. What its parameters point to must stay until the promise is fulfilled.
 */
export async function callAside(address: bigint, signature: Signature, parameters: readonly any[]): Promise<any> {
  const call = koffi.decode(address, prototype(signature)) as { readonly async: ForeignFunction };
  const result = signature[0] ?? 'v';
  if (aside === MAX_ASIDE) await new Promise<void>((resolve) => waitingAside.push(resolve));
  else aside++;
  try {
    return await new Promise((resolve, reject) => {
      call.async(...parameters, (error: Error | null, value: any) => {
        if (error === null) resolve('PLl'.includes(result) ? to64(result, value) : value);
        else reject(error);
      });
    });
  } finally {
    // Who waits takes this place.
    const next = waitingAside.shift();
    if (next === undefined) aside--;
    else next();
  }
}

/** A loaded shared library. It stays loaded for the life of the process: functions taken from it must not dangle. */
export interface Library {
  readonly path: string;
  /** A function by name and signature; throws when the library has none of that name. */
  func(name: string, signature: Signature): ForeignFunction;
  /** The address of a symbol, or undefined. */
  symbol(name: string): bigint | undefined;
}

const loaded: LibraryHandle[] = [];

/** Loads a shared library by path or by the name that the system's loader knows; throws when there is none. */
export function openLibrary(path: string): Library {
  const handle = koffi.load(path);
  loaded.push(handle);
  const symbol = (name: string): bigint | undefined => {
    try {
      return BigInt(handle.symbol(name) ?? 0);
    } catch {
      return undefined;
    }
  };
  return {
    path,
    symbol,
    func(name, signature) {
      const address = symbol(name);
      if (address === undefined) {
        throw new Error(
          `Cannot find function "${name}": ${path} exports none of that name; check the library's version`,
        );
      }
      return functionAt(address, signature);
    },
  };
}

/** A JavaScript function that C can call, until it is disposed. Addresses and 64-bit numbers reach it as bigints. */
export interface Callback extends Disposable {
  readonly address: bigint;
}

/** Makes a JavaScript function callable from C. Calls from other threads wait for this thread's event loop. */
export function registerCallback(signature: Signature, body: (...parameters: any[]) => any): Callback {
  const letters = signature.slice(1).split('');
  const call = (...values: any[]): any =>
    body(...values.map((value, i) => ('PLl'.includes(letters[i] ?? '') ? to64(letters[i] ?? '', value) : value)));
  const address = koffi.register(call, koffi.pointer(prototype(signature)));
  let isRegistered = true;
  return {
    address,
    [Symbol.dispose]() {
      if (isRegistered) koffi.unregister(address);
      isRegistered = false;
    },
  };
}

/** The address of an ArrayBuffer's first byte. It holds as long as the buffer lives and is not transferred. */
export function addressOf(buffer: ArrayBuffer): bigint {
  return buffer.byteLength === 0 ? 0n : koffi.address(buffer);
}

/**
 * The memory at an address as an ArrayBuffer, without a copy: any size, mapped device memory too. The caller promises
 * that the memory outlives the view, or calls `releaseView` first.
 */
export function viewMemory(address: bigint, byteLength: number): ArrayBuffer {
  return koffi.view(address, byteLength);
}

/**
 * Makes a view inert: its byteLength becomes 0, and whoever still holds it touches nothing. The memory stays. One that was
 * transferred is inert by itself; who it went to is the caller's to know.
 */
export function releaseView(view: ArrayBuffer): void {
  if (!view.detached) view.transfer(0);
}

/** The UTF-8 string at an address, up to its NUL; undefined at 0n. */
export function readCString(address: bigint): string | undefined {
  return address === 0n ? undefined : koffi.decode.string(address);
}
