// Cost against how many contexts there are.

import { dice, makeB } from "../../inputs.js";
import { fill, updateAny } from "../updating.js";
import { opener } from "./chords.js";
import { curve } from "./curve.js";

const COUNTS = [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000];
const CLEANED = [10_000, 30_000, 100_000, 300_000];
/** Contexts of which one in a hundred falls due at a time; so many times are at hand. */
const DUE_TIMES = 30;
const TTL = 1_000;

export async function prepare({ Chord, whole }) {
  const few = (points) => (whole ? points : points.slice(0, 3));
  const { open, end } = opener(Chord);
  const filled = new Map();
  const updates = await curve("update by contexts", "update of B, by number of contexts", "flat", few(COUNTS), async (count) => {
    const chord = await open();
    const ids = await fill(chord, "user:", count);
    filled.set(count, { chord, ids });
    return { least: 200, ...updateAny(chord, ids, dice(3)) };
  });
  const reads = await curve("get by contexts", "get of unchanged B, by number of contexts", "flat", few(COUNTS), (count) =>
    getAny(filled.get(count)),
  );
  const cleanups = await curve(
    "cleanup of 1 %",
    "cleanup of the 1 % that expired, by number of contexts",
    "linear",
    whole ? CLEANED : [100, 1_000],
    (count) => cleanup(open, count),
  );
  const curves = [updates, reads, cleanups];
  return { works: curves.flatMap(({ works }) => works), absent: [], facts: () => ({ curves }), end };
}

/** Contexts that somebody has read before, any of all that there are: the first read makes the object, and is not what is measured. */
function getAny({ chord, ids }) {
  const roll = dice(5);
  let chosen = [];
  return {
    least: 200,
    most: 1_000,
    async before(n) {
      chosen = Array.from({ length: n }, () => ids[roll(ids.length)]);
      for (const id of chosen) await chord.getContext(id);
    },
    async run() {
      let last;
      for (const id of chosen) last = await chord.getContext(id);
      return last;
    },
    check: (last) => last.context.status === "online",
  };
}

/** The clock is ours: a hundredth of the contexts is made at each of so many times, the others later, and each cleanup comes when the next part is due. */
async function cleanup(open, count) {
  let now = 0;
  const chord = await open({ contextAutoDelete: true, contextTtl: TTL, deltaTtl: null, timeProvider: () => now });
  const part = count / 100;
  const context = makeB();
  for (let i = 0; i < count; i += 1) {
    now = Math.min(Math.floor(i / part), DUE_TIMES) * 10;
    await chord.setContext(`user:${i}`, context);
  }
  let due = 0;
  return {
    most: 1,
    before() {
      now = TTL + 10 * due + 5;
      due += 1;
      if (due > DUE_TIMES) throw new Error("more rounds than parts that fall due one after the other");
    },
    run: () => chord.cleanup({ limit: 1_000_000 }),
    check: ({ contexts }) => contexts === part,
  };
}
