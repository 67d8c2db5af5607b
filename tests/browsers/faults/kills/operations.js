/**
 * What is written while a browser is being killed, and what that comes to: the operations on a context are numbered, each follows from its
 * number, and every state tells the number that led to it.
 */

/** Characters of padding, by id. */
const sizes = { "small:1": 20, "small:2": 200, "small:3": 2_000, "large:1": 50_000, "large:2": 50_000 };

export const ids = Object.keys(sizes);

/** A context that is incremented by many calls at once, so many at most. */
export const counter = "counter";
export const window = 20;

const noise = (id, number) => {
  let hash = 2166136261;
  for (const character of `${id} ${number}`) hash = Math.imul(hash ^ character.codePointAt(0), 16777619) >>> 0;
  return (hash ^ (hash >>> 13)) >>> 0;
};

const whole = (id, number) => ({
  n: number,
  total: 0,
  pad: String(number).padEnd(sizes[id], "abcdefg "),
  tags: { first: number },
  list: [],
});

/** `{ kind, … }`, by the number of the operation and whether the context is there. */
export function operation(id, number, isThere) {
  const choice = noise(id, number) % 16;
  const tag = `t${number % 5}`;
  if (!isThere || choice === 1) return { kind: "set", context: whole(id, number) };
  if (choice === 0) return { kind: "delete" };
  if (choice < 4) return { kind: "append", changes: { n: number }, item: { number } };
  if (choice < 6) return { kind: "update", changes: { n: number, pad: whole(id, number).pad } };
  return { kind: "update", changes: { n: number, tags: { [tag]: number } }, by: number % 7 };
}

/** The state after an operation; `before` and it are `{ context, version }`, with a context that is `undefined` where there is none. */
export function after({ context, version }, { kind, ...operation }) {
  if (kind === "set") return { context: operation.context, version: version + 1 };
  if (kind === "delete") return { context: undefined, version };
  const { tags, ...changes } = operation.changes;
  const next = { ...context, ...changes, tags: { ...context.tags, ...tags } };
  if (operation.item !== undefined) next.list = [...context.list, operation.item];
  if (operation.by !== undefined) next.total = context.total + operation.by;
  return { context: next, version: version + 1 };
}
