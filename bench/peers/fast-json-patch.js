import jsonPatch from "fast-json-patch";

export const load = () => ({
  diff: (before, after) => jsonPatch.compare(before, after),
  apply: (state, patch) => jsonPatch.applyPatch(state, patch).newDocument,
});
