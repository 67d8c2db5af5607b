/**
 * Edits as JSON: `updateContext` takes `undefined`, `append()` and `increment()`, which can't wait in a database or travel over a network.
 * An edit is `{ set?, remove?: path[], append?: [path, items][], increment?: [path, by][] }`.
 */
import { append, increment } from "chord-sync";

/** The changes for `updateContext` that an edit stands for. */
export function changesOf({ set = {}, remove = [], append: appends = [], increment: increments = [] }) {
  const changes = structuredClone(set);
  for (const path of remove) place(changes, path, undefined);
  for (const [path, items] of appends) place(changes, path, append(...items));
  for (const [path, by] of increments) place(changes, path, increment(by));
  return changes;
}

function place(changes, path, value) {
  const parents = path.slice(0, -1);
  let node = changes;
  for (const key of parents) {
    node[key] ??= {};
    node = node[key];
  }
  node[path.at(-1)] = value;
}
