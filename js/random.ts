/** Random numbers that nobody can guess, from the host. */

/** Fills `words`; `false` where it can't. */
type Source = (words: Uint32Array) => boolean;

let own: Source | undefined;

/** So many random 32-bit numbers. */
export function randomWords(count: number): Uint32Array {
  const words = new Uint32Array(count);
  return own?.(words) ? words : crypto.getRandomValues(words);
}

/** Asks `source` first; an entry of the package whose host has a quicker one than `crypto` says so. */
export function randomBy(source: Source): void {
  own = source;
}
