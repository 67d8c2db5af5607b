import { create } from "jsondiffpatch";

export function load() {
  const differ = create();
  return {
    diff: (before, after) => differ.diff(before, after),
    apply: (state, delta) => differ.patch(state, delta),
  };
}
