// What is measured with. A is large and shallow, B is what a presence or a cursor looks like.

const ITEMS = 1_000;

export const keyOf = (i) => `item-${String(i % ITEMS).padStart(4, "0")}`;

/** A context of 1,000 objects of three fields, about 50 KB of JSON. */
export function makeA() {
  const context = {};
  for (let i = 0; i < ITEMS; i += 1) {
    context[keyOf(i)] = { name: `name ${i}`, count: i, on: i % 2 === 0 };
  }
  return context;
}

/** A context of three fields. `theme` is the one the benchmark changes. */
export const makeB = (theme = "light") => ({ status: "online", metadata: { theme, lang: "en" } });
