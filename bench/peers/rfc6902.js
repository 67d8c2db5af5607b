import { applyPatch, createPatch } from "rfc6902";

export const load = () => ({
  diff: createPatch,
  apply(state, patch) {
    const failed = applyPatch(state, patch).find((outcome) => outcome !== null);
    if (failed) throw failed;
    return state;
  },
});
