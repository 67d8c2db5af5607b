// What is measured with. A is large and shallow, B is what a presence or a cursor looks like. Nothing here needs more than the language:
// browsers load it, too.

const ITEMS = 1_000;

const keys = Array.from({ length: ITEMS }, (_, i) => `item-${String(i).padStart(4, "0")}`);

/** The key of an item of A. Made once: putting a key together takes a tenth of an update. */
export const keyOf = (i) => keys[i % ITEMS];

const item = (i) => ({ name: `name ${i}`, count: i, on: i % 2 === 0 });

/** A context of 1,000 objects of three fields, about 50 KB of JSON. */
export function makeA() {
  const context = {};
  for (const [i, key] of keys.entries()) context[key] = item(i);
  return context;
}

/** A context of three fields. `theme` is the one the benchmark changes. */
export const makeB = (theme = "light") => ({ status: "online", metadata: { theme, lang: "en" } });

/** A context like A, of as many items as it takes to come close to so many bytes of JSON. */
export function makeLarge(bytes) {
  const count = Math.max(1, Math.round(bytes / 61));
  const context = {};
  for (let i = 0; i < count; i += 1) context[`item-${String(i).padStart(6, "0")}`] = item(i);
  return context;
}

export const makeMessage = (i) => ({
  id: i,
  from: `user-${i % 50}`,
  text: `what number ${i} had to say`,
  at: 1_700_000_000_000 + 1_000 * i,
});

/** A chat room with so many messages. */
export const makeRoom = (messages) => ({ title: "a room", messages: Array.from({ length: messages }, (_, i) => makeMessage(i)) });

/** The 7 KB of the original library's scenarios: a hundred fields of text. */
export const makeParticipants = () =>
  Object.fromEntries(
    Array.from({ length: 100 }, (_, i) => [`key_${i}`, `value ${i} of a participant, with as much text as makes it 7 KB.`]),
  );

/** So many levels of objects, each with two fields beside the next level; `path` makes the changes that reach the innermost field. */
export function makeDeep(levels) {
  let context = { value: 0 };
  for (let level = 1; level < levels; level += 1) context = { name: `level ${level}`, on: true, inner: context };
  const path = (value) => {
    let changes = { value };
    for (let level = 1; level < levels; level += 1) changes = { inner: changes };
    return changes;
  };
  return { context, path };
}

/** Numbers that look random and are the same in every run. */
export function dice(seed = 1) {
  let state = seed >>> 0;
  return (sides) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * sides);
  };
}
