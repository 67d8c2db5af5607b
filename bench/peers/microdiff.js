import diff from "microdiff";

export const load = () => ({
  diff,
  /** microdiff brings nothing that applies what it finds. */
  apply(state, changes) {
    for (const { type, path, value } of changes) {
      const parent = path.slice(0, -1).reduce((node, key) => node[key], state);
      const key = path.at(-1);
      if (type !== "REMOVE") parent[key] = value;
      else if (!Array.isArray(parent)) delete parent[key];
      // Removed elements are told from the front on: nothing else of the array moves, so what stays is counted at the end.
      else parent.length -= 1;
    }
    return state;
  },
});
