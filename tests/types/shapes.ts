/** Exact types, asserted both ways: a type that grows wider or narrower than the contract stops compiling. */

/** `true` only where the two types are the same; assignability alone would let `any` pass. */
export type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/** Compiles only for `true`. */
export declare function holds<T extends true>(): T;
