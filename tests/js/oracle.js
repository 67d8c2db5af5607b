/**
 * What the contract says, written a second time as plainly as possible and without a line of Chord: equality, update, apply.
 * Slow and strict on purpose. It copies nothing it need not, so that unchanged parts stay `===` and big comparisons stay cheap.
 */

export const isObject = (value) => value !== null && typeof value === "object" && !Array.isArray(value);

/** Sets an own property whatever its name; plain assignment would run the setter of `__proto__`. */
export function put(object, key, value) {
  Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
  return object;
}

const copied = (object) => {
  const copy = {};
  for (const key of Object.keys(object)) put(copy, key, object[key]);
  return copy;
};

/** A deep copy by way of JSON text, which is what a client on the other end of a wire has. */
export const overTheWire = (value) => JSON.parse(JSON.stringify(value));

/** Equality of JSON values, key order aside. Reads own properties only: `constructor` must not equal the inherited one. */
export function same(a, b) {
  if (a === b) return true;
  if (a === null || b === null || typeof a !== "object" || typeof b !== "object") return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  if (Array.isArray(a)) return a.length === b.length && a.every((item, index) => same(item, b[index]));
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && same(own(a, key), own(b, key)));
}

/** The own property's value; of `__proto__` too, which a plain read of an object without such a key would not give. */
export const own = (object, key) => Object.getOwnPropertyDescriptor(object, key)?.value;

/** The state after `updateContext(id, changes)`, without field operations. */
export function merged(state, changes) {
  const next = isObject(state) ? copied(state) : {};
  for (const key of Object.keys(changes)) {
    const change = own(changes, key);
    if (change === undefined) delete next[key];
    else put(next, key, isObject(change) ? merged(own(next, key), change) : change);
  }
  return next;
}

export class Mismatch extends Error {}

const fit = (condition, why) => {
  if (!condition) throw new Mismatch(why);
};

/** A node is a Change exactly when its `action` is a string. */
export const isChange = (node) => isObject(node) && typeof own(node, "action") === "string";

/** The state that a client holding `state` has after `delta`; throws `Mismatch` where the delta doesn't fit. */
export function patched(state, delta) {
  const next = copied(state);
  for (const key of Object.keys(delta)) {
    const node = own(delta, key);
    const present = Object.hasOwn(next, key);
    if (isChange(node) && node.action === "added") {
      fit(!present, `${key} is there already`);
      put(next, key, node.value);
      continue;
    }
    fit(present, `${key} is absent`);
    if (isChange(node) && node.action === "removed") {
      fit(!Object.hasOwn(node, "oldValue") || same(own(next, key), node.oldValue), `${key} has another value`);
      delete next[key];
    } else {
      put(next, key, changedValue(own(next, key), node));
    }
  }
  return next;
}

function changedValue(value, node) {
  if (!isChange(node)) {
    fit(isObject(value), "no object to go into");
    return patched(value, node);
  }
  if (node.action === "modified") {
    fit(!Object.hasOwn(node, "oldValue") || same(value, node.oldValue), "another value stands there");
    return node.value;
  }
  fit(node.action === "edited", `no value can be ${node.action} here`);
  fit(Array.isArray(value), "no array to edit");
  return node.edits.reduce(edited, value);
}

function edited(array, edit) {
  const next = [...array];
  if (Object.hasOwn(edit, "delta")) {
    fit(edit.index < next.length, "no such index");
    next[edit.index] = changedValue(next[edit.index], edit.delta);
    return next;
  }
  const count = typeof edit.removed === "number" ? edit.removed : edit.removed.length;
  fit(edit.index + count <= next.length, "no such range");
  const gone = next.splice(edit.index, count, ...edit.added);
  fit(typeof edit.removed === "number" || same(gone, edit.removed), "other elements stand there");
  return next;
}

/** What a client holds after a sync: the answer's context, its own with the delta applied, or what it had. */
export function received(held, answer) {
  if (answer.type === "full_context") return answer.context;
  if (answer.type === "delta") return patched(held, answer.delta);
  return held;
}
