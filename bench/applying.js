// What a client would do with the deltas of the measured works, in a few lines that know nothing of Chord: the judge of what is timed.

/** The state after `delta`; `state` itself is altered. */
export function applyPlainly(state, delta) {
  for (const [key, node] of Object.entries(delta)) {
    if (typeof node.action !== "string") applyPlainly(state[key], node);
    else if (node.action === "removed") delete state[key];
    else if (node.action === "edited") edit(state[key], node.edits);
    else state[key] = node.value;
  }
  return state;
}

function edit(array, edits) {
  for (const { index, removed, added, delta } of edits) {
    if (delta === undefined) array.splice(index, typeof removed === "number" ? removed : removed.length, ...added);
    else if (typeof delta.action !== "string") applyPlainly(array[index], delta);
    else if (delta.action === "edited") edit(array[index], delta.edits);
    else array[index] = delta.value;
  }
}

/** Whether two JSON values are the same, key order aside. */
export function isSame(a, b) {
  if (a === b) return true;
  if (a === null || b === null || typeof a !== "object" || typeof b !== "object") return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && isSame(a[key], b[key]));
}
