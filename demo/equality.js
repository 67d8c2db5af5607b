/**
 * Whether two JSON values are the same, key order aside. Written here and not borrowed from Chord, so that the demo has a judge
 * that knows nothing of what it judges.
 */
export function equal(a, b) {
  if (a === b) return true;
  if (a === null || b === null || typeof a !== "object" || typeof b !== "object") return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  for (const key of keys) {
    if (!Object.hasOwn(b, key) || !equal(a[key], b[key])) return false;
  }
  return true;
}

/** How many top-level entries differ between two objects. */
export function entriesChanged(before, after) {
  const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
  let changed = 0;
  for (const key of keys) {
    const both = Object.hasOwn(before, key) && Object.hasOwn(after, key);
    if (!both || !equal(before[key], after[key])) changed += 1;
  }
  return changed;
}
