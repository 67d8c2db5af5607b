/** All small JSON values, for laws that are checked without exception rather than by sample. */

const pairs = (values) => values.flatMap((a) => values.map((b) => [a, b]));

/** Every array over `items` up to `length` elements. */
export function arraysOver(items, length) {
  const arrays = [[]];
  let longest = [[]];
  for (let size = 1; size <= length; size += 1) {
    longest = longest.flatMap((array) => items.map((item) => [...array, item]));
    arrays.push(...longest);
  }
  return arrays;
}

const ABSENT = Symbol("absent");

/** Every object with the keys `a` and `b`, each absent or one of `values`. */
export const objectsOver = (values) =>
  pairs([ABSENT, ...values]).map(([a, b]) => ({ ...(a === ABSENT ? {} : { a }), ...(b === ABSENT ? {} : { b }) }));

const scalars = [null, 0, "s"];

/** Contexts without arrays: two keys, scalars and objects of two keys below. */
export const plainContexts = objectsOver([...scalars, {}, { a: 0 }, { a: "s", b: 0 }]);

/** One key with every array up to three elements, some of them objects that can change inside. */
export const arrayContexts = [{}, { a: 0 }, ...arraysOver([0, { a: 0 }, { a: "s" }], 3).map((a) => ({ a }))];

/** One key with every array of arrays and scalars up to three elements. */
export const nestedArrayContexts = [{}, { a: {} }, ...arraysOver([0, [], [0]], 3).map((a) => ({ a }))];

/** Data that spells what a delta spells: `action`, `value`, `oldValue` as ordinary keys. */
export const lookalikeContexts = [
  {},
  { action: "added" },
  { action: "added", value: 1 },
  { action: "modified", oldValue: 0, value: 1 },
  { action: "removed", oldValue: 0 },
  { action: { action: "removed" } },
  { action: { action: "added", value: 0 } },
  { action: 0, value: 1 },
  { a: { action: "added", value: 1 } },
  { a: { action: "removed" } },
  { a: { action: {} } },
  { a: { action: { action: "x" } } },
  { a: { action: "edited", edits: [] } },
  { a: { edits: [{ index: 0, removed: [], added: [] }] } },
  { a: [{ action: "added", value: 1 }] },
  { a: [{ action: "removed" }, { index: 0, delta: {} }] },
];
