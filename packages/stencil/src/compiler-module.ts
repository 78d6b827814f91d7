/** @file Where the compiler's modules lie: who keeps what it made asks whether they are still the same. */

/** The address of a module of the compiler, beside all others. */
export const compilerModule: string = (import.meta as { readonly url?: string }).url ?? '';
