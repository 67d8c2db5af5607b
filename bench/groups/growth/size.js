// Cost against the size of one context, its breadth and its depth.

import { floorOf } from "../../floor.js";
import { makeDeep, makeLarge } from "../../inputs.js";
import { updateOneField, writeOneField } from "../updating.js";
import { curve } from "./curve.js";

const SIZES = [1_000, 5_000, 20_000, 100_000, 500_000, 2_000_000, 5_000_000];
const BREADTHS = [10, 100, 1_000, 10_000, 100_000];
const DEPTHS = [3, 6, 12, 25, 50, 95];

export async function prepare({ Chord, whole }) {
  const chord = await Chord.open();
  const few = (points) => (whole ? points : points.slice(0, 3));
  const curves = [
    await curve("update by size", "update of one field, by bytes of the context", "flat", few(SIZES), (bytes) =>
      updateOneField(chord, `size:${bytes}`, makeLarge(bytes)),
    ),
    await curve("floor by size", "the least for a context handed over, by its bytes", "told", few(SIZES), async (bytes) =>
      floorOf(makeLarge(bytes)),
    ),
    // Even the least is more than proportional: its objects and texts outgrow the processor's caches and the runtime's young generation.
    await curve(
      "set by size",
      "set with one field changed, times the least for the same bytes",
      "flat",
      few(SIZES),
      (bytes) => setSized(chord, bytes),
      "floor by size",
    ),
    await curve("update by breadth", "update of one field, by fields beside it", "flat", few(BREADTHS), (fields) =>
      updateWide(chord, fields),
    ),
    await curve("update by depth", "update of the innermost field, by levels", "linear", few(DEPTHS), (levels) =>
      updateDeep(chord, levels),
    ),
  ];
  return { works: curves.flatMap(({ works }) => works), absent: [], facts: () => ({ curves }), end: () => chord.close() };
}

function setSized(chord, bytes) {
  const id = `set:${bytes}`;
  const context = makeLarge(bytes);
  return writeOneField(chord, id, context, (key, count) => {
    context[key].count = count;
    return chord.setContext(id, context);
  });
}

function updateWide(chord, fields) {
  const context = Object.fromEntries(Array.from({ length: fields }, (_, i) => [`field-${i}`, i]));
  return updateOneField(chord, `wide:${fields}`, context, (key, value) => ({ [key]: value }));
}

async function updateDeep(chord, levels) {
  const id = `deep:${levels}`;
  const { context, path } = makeDeep(levels);
  await chord.setContext(id, context);
  let at = 0;
  return {
    async run(n) {
      let last;
      for (let i = 0; i < n; i += 1) last = await chord.updateContext(id, path(++at));
      return last;
    },
    check: (last) => last.changed && JSON.stringify(last.delta.delta).includes(`"value":${at}}`),
  };
}
