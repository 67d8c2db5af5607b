import fc from "fast-check";
import { isObject, own, put } from "./oracle.js";

/** Keys that meet each other often, keys that are special in a delta, to a prototype or in a JSON pointer, and anything at all. */
const awkward = [
  "action",
  "value",
  "oldValue",
  "edits",
  "index",
  "delta",
  "removed",
  "added",
  "",
  "a/b",
  "~",
  "~1",
  "0",
  "-",
  "key with space",
];
const prototypal = ["__proto__", "constructor", "prototype", "toString", "hasOwnProperty"];
const common = ["a", "b", "c", "d"];

/** Any string that is well formed. */
export const strings = fc.string({ unit: "binary", maxLength: 12 });

/** `prototypes: false` leaves out the names that third-party judges refuse. */
export const keys = ({ prototypes = true } = {}) =>
  fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...common) },
    { weight: 3, arbitrary: fc.constantFrom(...awkward) },
    ...(prototypes ? [{ weight: 1, arbitrary: fc.constantFrom(...prototypal) }] : []),
    { weight: 2, arbitrary: prototypes ? strings : strings.filter((key) => !prototypal.includes(key)) },
  );

export const numbers = fc.oneof(
  fc.integer({ min: -3, max: 3 }),
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => (n === 0 ? 0 : n)),
  fc.constantFrom(Number.MAX_SAFE_INTEGER, Number.MAX_VALUE, Number.MIN_VALUE, 1e21, 1e-7, 123456789012345680000, 117.63331139400017),
);

/** The words a delta uses, as values, so that data which looks like a Change is met. */
const words = fc.constantFrom("added", "modified", "removed", "edited", "x", "y", "");

const scalars = (nulls) => fc.oneof(numbers, fc.boolean(), words, strings, ...(nulls ? [fc.constant(null)] : []));

const objectOf = (key, value, maxKeys) =>
  fc.uniqueArray(fc.tuple(key, value), { selector: ([name]) => name, maxLength: maxKeys }).map((entries) => {
    const object = {};
    for (const [name, item] of entries) put(object, name, item);
    return object;
  });

/** JSON values and contexts. `nulls: false` for what a merge patch can say. */
export function json({ nulls = true, prototypes = true, maxKeys = 6, maxItems = 6 } = {}) {
  const key = keys({ prototypes });
  const { value, object } = fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      { weight: 4, arbitrary: scalars(nulls) },
      { weight: 2, arbitrary: tie("object") },
      { weight: 2, arbitrary: fc.array(tie("value"), { maxLength: maxItems }) },
    ),
    object: objectOf(key, tie("value"), maxKeys),
  }));
  return { key, value, context: object };
}

/** One small change somewhere in a document: where it is, how it is made, and what comes in. */
const steps = ({ key, value }) =>
  fc.array(fc.record({ where: fc.nat(), how: fc.nat(6), at: fc.nat(), key, value }), { minLength: 1, maxLength: 5 });

/** A document and `count` more, each a few edits from the one before or, sometimes, something else altogether. */
export function histories(count, options) {
  const parts = json(options);
  const move = fc.oneof({ weight: 5, arbitrary: steps(parts) }, { weight: 1, arbitrary: parts.context });
  return fc.tuple(parts.context, fc.array(move, { minLength: count, maxLength: count })).map(([first, moves]) => {
    const documents = [first];
    for (const next of moves) documents.push(Array.isArray(next) ? next.reduce(stepped, documents.at(-1)) : next);
    return documents;
  });
}

function stepped(document, step) {
  const copy = JSON.parse(JSON.stringify(document));
  const containers = [];
  const collect = (value) => {
    if (value === null || typeof value !== "object") return;
    containers.push(value);
    for (const key of Object.keys(value)) collect(own(value, key));
  };
  collect(copy);
  const target = containers[step.where % containers.length];
  if (isObject(target)) changeObject(target, step);
  else changeArray(target, step);
  return copy;
}

function changeObject(object, { how, at, key, value }) {
  const names = Object.keys(object);
  if (how < 3 || names.length === 0) put(object, key, value);
  else if (how < 5) put(object, names[at % names.length], value);
  else delete object[names[at % names.length]];
}

function changeArray(array, { how, at, value }) {
  const index = array.length === 0 ? 0 : at % array.length;
  if (how === 0 || array.length === 0) array.push(value);
  else if (how === 1) array.splice(index, 0, value);
  else if (how === 2) array.splice(index, 1);
  else if (how === 3) array[index] = value;
  else if (how === 4) array.unshift(array.pop());
  else if (how === 5) array.splice(index, 2, value, value);
  else array.reverse();
}

/** Any sequence of UTF-16 code units, rich in surrogates: what a JavaScript string can be, well formed or not. */
export const utf16 = fc
  .array(fc.oneof(fc.integer({ min: 0, max: 0xffff }), fc.integer({ min: 0xd800, max: 0xdfff }), fc.integer({ min: 0, max: 0x7f })), {
    maxLength: 16,
  })
  .map((units) => String.fromCharCode(...units));
