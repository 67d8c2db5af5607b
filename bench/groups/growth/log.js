// Cost against how many deltas are kept, and against how many a client missed.

import { applyPlainly, isSame } from "../../applying.js";
import { makeB, makeLarge } from "../../inputs.js";
import { opener } from "./chords.js";
import { curve } from "./curve.js";

const LENGTHS = [1, 10, 100, 1_000, 10_000];
/** Contexts with such a log: one sync is too short for a clock. */
const logged = Array.from({ length: 5 }, (_, i) => `logged:${i}`);
const LAGS = [1, 3, 10, 30, 100, 300, 1_000];

export async function prepare({ Chord, whole }) {
  const few = (points) => (whole ? points : points.slice(0, 3));
  const { open, end } = opener(Chord);
  const logs = new Map();
  const updates = await curve(
    "update by log",
    "update of B, by deltas kept, the oldest trimmed each time",
    "flat",
    few(LENGTHS),
    async (length) => {
      const chord = await open({ deltaThreshold: length });
      for (const id of logged) {
        await chord.setContext(id, makeB());
        for (let i = 0; i < length + 5; i += 1) await chord.updateContext(id, { metadata: { theme: `start ${i}` } });
      }
      logs.set(length, chord);
      return updateLogged(chord);
    },
  );
  const syncs = await curve("sync by log", "sync of B, one version behind, by deltas kept", "flat", few(LENGTHS), (length) =>
    syncLogged(logs.get(length)),
  );
  const unbounded = await open({ deltaThreshold: null });
  const changing = fields(whole ? 500_000 : 5_000);
  const apart = await curve("sync by lag", "sync, by versions behind, each of which changed another field", "linear", few(LAGS), (lag) =>
    lagging(unbounded, lag, changing),
  );
  const same = await curve(
    "sync by lag, same field",
    "sync of B, by versions behind, all of which changed one field",
    "linear",
    few(LAGS),
    (lag) => lagging(unbounded, lag, oneField),
  );
  const curves = [updates, syncs, apart, same];
  return { works: curves.flatMap(({ works }) => works), absent: [], facts: () => ({ curves }), end };
}

function updateLogged(chord) {
  let at = 0;
  return {
    async run(n) {
      let last;
      for (let i = 0; i < n; i += 1) last = await chord.updateContext(logged[i % logged.length], { metadata: { theme: `theme ${at++}` } });
      return last;
    },
    check: (last) => last.changed && last.context.context.metadata.theme === `theme ${at - 1}`,
  };
}

/** Each after an update, so that none is answered from memory. */
function syncLogged(chord) {
  let at = 0;
  let since;
  return {
    least: logged.length,
    most: logged.length,
    async before() {
      since = [];
      for (const id of logged) {
        since.push(await chord.syncContext(id));
        await chord.updateContext(id, { metadata: { theme: `synced ${at++}` } });
      }
    },
    async run(n) {
      let last;
      for (let i = 0; i < n; i += 1) last = await chord.syncContext(logged[i], since[i]);
      return last;
    },
    check: (answer) => answer.type === "delta" && answer.delta.metadata.theme.value === `synced ${at - 1}`,
  };
}

/** Clients of contexts that are each changed `lag` times in between; more of them where one sync is too short for a clock. */
async function lagging(chord, lag, { name, context, change, judge }) {
  const ids = Array.from({ length: Math.max(1, Math.min(20, Math.ceil(100 / lag))) }, (_, i) => `${name}:${lag}:${i}`);
  for (const id of ids) await chord.setContext(id, context);
  let at = 0;
  let since;
  return {
    least: ids.length,
    most: ids.length,
    async before() {
      since = [];
      for (const id of ids) {
        since.push(await chord.getContext(id));
        for (let i = 0; i < lag; i += 1) await chord.updateContext(id, change(at++));
      }
    },
    async run(n) {
      let last;
      for (let i = 0; i < n; i += 1) {
        const { version, revision } = since[i];
        last = await chord.syncContext(ids[i], { version, revision });
      }
      return last;
    },
    async check(answer) {
      if (answer.type !== "delta" || answer.version - answer.fromVersion !== lag) return false;
      return judge(answer, since.at(-1).context, (await chord.getContext(ids.at(-1))).context, at - 1);
    },
  };
}

/** Each change is of another field. */
function fields(bytes) {
  const context = makeLarge(bytes);
  const keys = Object.keys(context);
  return {
    name: "fields",
    context,
    change: (at) => ({ [keys[at % keys.length]]: { count: -at - 1 } }),
    judge: ({ delta }, before, now) => isSame(applyPlainly(structuredClone(before), delta), now),
  };
}

/** All changes are of one field. */
const oneField = {
  name: "one field",
  context: makeB(),
  change: (at) => ({ metadata: { theme: `theme ${at}` } }),
  judge: ({ delta }, _before, _now, at) => delta.metadata.theme.value === `theme ${at}`,
};
