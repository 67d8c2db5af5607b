// A document of a peer that is told changes:
// - `update(key, count)` sets `count` in the item `key` of A and gives the message for clients;
// - `append(message)` adds to `messages` of a room and gives the message for clients;
// - `value()` is its state as JSON;
// - `replica()` is a client that has that state: `apply(message)` and `value()`.

/** The edits of a document whose states are drafted: `commit(recipe)` gives the message. */
export const editsOfDraft = (commit) => ({
  update: (key, count) =>
    commit((draft) => {
      draft[key].count = count;
    }),
  append: (message) =>
    commit((draft) => {
      draft.messages.push({ ...message });
    }),
});

/** A document of a library whose states are immutable: `produce(state, recipe)` gives the next one and its patches, `apply` does them. */
export function immutableDocument(context, produce, apply) {
  // A copy of its own: what the caller keeps of `context` must not reach it.
  let state = structuredClone(context);
  const commit = (recipe) => {
    const [next, patches] = produce(state, recipe);
    state = next;
    return JSON.stringify(patches);
  };
  return {
    ...editsOfDraft(commit),
    value: () => state,
    replica() {
      let copy = state;
      return {
        apply(message) {
          copy = apply(copy, JSON.parse(message));
        },
        value: () => copy,
      };
    },
  };
}
