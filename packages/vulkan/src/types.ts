/**
 * @file The types that Vulkan's C types become. Handles and addresses are bigints with a brand that exists for the
 * type checker only, so they cost nothing and cross worker threads.
 */

declare const pointee: unique symbol;
declare const handleOf: unique symbol;
declare const extended: unique symbol;

/** The address of a T, in bytes. A `Pointer<never>` fits wherever an address is asked for. */
export type Pointer<T> = bigint & { readonly [pointee]: T };

/** A Vulkan object, by the name of its type. A `Handle<never>` fits wherever a handle is asked for. */
export type Handle<Name extends string> = bigint & { readonly [handleOf]: Name };

/** The address of a struct that, with all that follows it, may stand in the pNext chain of every one of these heads. */
export type Link<Heads extends string> = bigint & { readonly [extended]: { readonly [Head in Heads]: true } };

/** What a pNext takes: what may stand in the chain of one of these heads, or NULL. */
export type Next<Heads extends string> = (Heads extends string ? Link<Heads> : never) | Pointer<never>;

/** Those of these heads whose chain may go on with N. */
export type Fitting<Heads extends string, N> = Heads extends string
  ? [N] extends [Link<Heads> | Pointer<never> | undefined]
    ? Heads
    : never
  : never;

/** The null pointer. */
export const NULL: Pointer<never> = 0n as Pointer<never>;

/** The handle of no object. */
export const VK_NULL_HANDLE: Handle<never> = 0n as Handle<never>;

/** One member as it is read back: addresses and 64-bit numbers are bigints, structs and arrays are nested. */
type ReadMember<M> = [M] extends [number]
  ? M
  : [M] extends [bigint]
    ? M
    : [M] extends [number | bigint]
      ? bigint
      : [M] extends [string]
        ? string
        : [Extract<M, bigint>] extends [never]
          ? M extends readonly (infer Item)[]
            ? ReadMember<Item>[]
            : Read<M>
          : Extract<M, bigint>;

/** What `read` gives of a struct: every member of it. */
export type Read<T> = { -readonly [Name in keyof T]-?: ReadMember<Exclude<T[Name], undefined>> };
