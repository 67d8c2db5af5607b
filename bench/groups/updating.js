// What several groups do to contexts, each to others.

import { makeB } from "../inputs.js";

/** So many contexts like B; gives their ids. */
export async function fill(chord, prefix, count) {
  const ids = Array.from({ length: count }, (_, i) => `${prefix}${i}`);
  const context = makeB();
  for (const id of ids) await chord.setContext(id, context);
  return ids;
}

/** One field of a context after another, all over it. `changesOf(key, value)` is what is told. */
export const updateOneField = (chord, id, context, changesOf = (key, count) => ({ [key]: { count } })) =>
  writeOneField(chord, id, context, (key, value) => chord.updateContext(id, changesOf(key, value)));

/** The same, written by `write(key, value)`. */
export async function writeOneField(chord, id, context, write) {
  const keys = Object.keys(context);
  await chord.setContext(id, context);
  let at = 0;
  return {
    async run(n) {
      let last;
      for (let i = 0; i < n; i += 1) {
        at += 1;
        last = await write(keys[(at * 7_919) % keys.length], -at);
      }
      return last;
    },
    check: (last) => last.changed && Object.keys(last.delta.delta).length === 1,
  };
}

/** One field of any of the contexts, like B all of them. */
export function updateAny(chord, ids, roll) {
  let chosen = [];
  let turn = 0;
  return {
    before(n) {
      turn += 1;
      chosen = Array.from({ length: n }, () => ids[roll(ids.length)]);
    },
    async run() {
      let last;
      let at = 0;
      for (const id of chosen) last = await chord.updateContext(id, { metadata: { theme: `${turn}-${at++}` } });
      return last;
    },
    check: (last) => last.changed && last.context.context.metadata.lang === "en",
  };
}
