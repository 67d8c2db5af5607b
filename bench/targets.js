// What Chord has to reach. Each target is one row: a figure of a run, and how much it may or must be. Those in µs were set on a machine where the
// floor (see `floor.js`) takes `FLOOR_THERE`; elsewhere they are judged as measured and as they would be there.

import { steepest } from "./fit.js";

const PEER_GROUP = { set: "set A", update: "update A" };

/** `of(run)` gives the figure from a run (see `run.js`), or `undefined` where it wasn't measured. Without `atLeast` a limit is `atMost`. */
const us = (name, atMost, group, id) => ({ name, unit: "µs", group, atMost, of: (run) => run.time(group, id), isTime: true });
const times = (name, limit, group, a, b) => ({ name, unit: "×", group, ...limit, of: (run) => run.ratio(group, a, b) });
const fact = (name, unit, limit, group, read) => ({ name, unit, group, ...limit, of: (run) => read(run.facts(group)) });

/** So many times as long takes the peer as Chord for the same. */
const faster = (group, peer, atLeast, own = PEER_GROUP[group], extra = "") =>
  times(`${PEER_GROUP[group]}${extra}: ${peer} takes`, { atLeast }, group, peer, own);

/** How many of our batches fit into one that took the original library so many µs, there where the targets were set. */
const original = (name, theirs, id) => ({
  name,
  unit: "×",
  group: "scenarios",
  atLeast: 20,
  of: (run) => per(theirs, run.time("scenarios", id)),
  isSpeed: true,
});
const per = (a, b) => (b === undefined ? undefined : a / b);

const percentOf = (mime, id) => mime && (100 * mime.bytes[id]) / mime.full;
const bytesEach = ({ heap, wasm }) => heap + wasm;
const MILLION = 1_000_000;

export const targets = [
  times("set A, one field: over the floor", { atMost: 1.15 }, "set", "set A", "floor"),
  times("set A, unchanged: over the floor", { atMost: 1.08 }, "set", "set A, same", "floor"),
  times("set A: structuredClone + microdiff + stringify of A takes", { atLeast: 2.5 }, "set", "microdiff, whole, structuredClone", "set A"),
  times("set A, told: the same with the patch as text takes", { atLeast: 2.5 }, "set", "microdiff", "set A, told"),

  us("update A, one field", 1.2, "update", "update A"),
  times("update A: over update B", { atMost: 1.3 }, "update", "update A", "update B"),
  faster("update", "Yjs", 4),
  faster("update", "Loro", 8),
  faster("update", "Automerge", 200),
  faster("update", "immer", 200),
  faster("update", "Yjs", 4, "update A, told", ", told"),
  faster("update", "Loro", 8, "update A, told", ", told"),
  faster("update", "Automerge", 200, "update A, told", ", told"),
  faster("update", "immer", 200, "update A, told", ", told"),
  us("update of one field of 5 MB", 4, "update", "update 5 MB"),
  us("increment of one number in A", 1.2, "update", "increment A"),

  us("update B", 1.2, "update", "update B"),
  us("update B, any of 300,000 contexts", 1.2, "small", "update B, 300,000"),
  us("set B, new", 2, "small", "set B new"),
  us("set B, new, beside 300,000 contexts", 2, "small", "set B new, 300,000"),
  us("get B, unchanged", 0.15, "small", "get B"),
  us("sync B, ten behind, parsed", 4, "small", "sync B"),
  us("sync B, ten behind, as text", 3, "small", "sync B, text"),
  us("sync B, no change", 0.25, "small", "sync same"),

  original("the original's single context: its 6.8 ms a batch over ours", 6_800, "original, single"),
  original("the original's 100 contexts: its 114 ms a batch over ours", 114_000, "original, hundred"),
  original("the same with all 51 operations on each of the 100", 114_000, "original, hundred whole"),

  times("append to 10,000 messages over append to 10", { atMost: 2 }, "room", "append, 10,000", "append, 10"),
  fact("bytes of that delta beyond the message", "bytes", { below: 200 }, "room", ({ roomDeltaExtra }) => roomDeltaExtra),
  us("10,000 clients one version behind on A, a client", 0.7, "crowd", "crowd, 1"),
  us("10,000 clients ten versions behind on A, a client", 0.7, "crowd", "crowd, 10"),
  fact("bytes of memory a client leaves behind, of 100,000", "bytes", { below: 1 }, "memory", ({ crowd }) => crowd && bytesEach(crowd)),
  fact("bytes a context like B, a million of them", "bytes", { atMost: 250 }, "memory", ({ contexts, stages }) =>
    contexts === MILLION ? bytesEach(stages[0]) : undefined,
  ),
  fact("bytes more a kept delta", "bytes", { atMost: 75 }, "memory", ({ contexts, stages }) =>
    contexts === MILLION ? (bytesEach(stages[3]) - bytesEach(stages[0])) / 3 : undefined,
  ),

  fact("MIME: bytes of the deltas over bytes of the full texts", "%", { atMost: 2.22 }, "mime", ({ mime }) => percentOf(mime, "mime")),
  fact("MIME: the same without old values", "%", { atMost: 2.1 }, "mime", ({ mime }) => percentOf(mime, "mime, no old")),
  fact("import to first operation", "ms", { atMost: 8 }, "start", ({ start }) => start),
];

const isWithin = (value, { atMost, atLeast, below }) =>
  atMost !== undefined ? value <= atMost : atLeast !== undefined ? value >= atLeast : value < below;

/** A target's row: `value` here, `there` as it would be where the targets were set, and whether it is met as either. */
export function judge(target, run) {
  const { name, unit, group, atMost, atLeast, below, isTime, isSpeed } = target;
  const row = { name, unit, group, atMost, atLeast, below };
  const value = target.of(run);
  if (value === undefined) return { ...row, outcome: "not measured" };
  const speed = run.speed(group);
  if ((!isTime && !isSpeed) || speed === undefined) return { ...row, value, outcome: isWithin(value, target) ? "met" : "missed" };
  const there = isTime ? value * speed : value / speed;
  const [here, scaled] = [isWithin(value, target), isWithin(there, target)];
  return { ...row, value, there, outcome: here && scaled ? "met" : scaled ? "met as scaled" : here ? "met as measured" : "missed" };
}

/** The rows of the curves: how steep each is, against what it may be. */
export function judgeCurves(run) {
  const judged = run.curves().filter(({ expect }) => expect in steepest);
  return judged.map(({ title, expect, fitted }) => {
    const atMost = steepest[expect];
    const outcome = fitted.exponent <= atMost ? "met" : "missed";
    return { name: title, unit: "exponent", group: "growth", expect, atMost, value: fitted.exponent, outcome };
  });
}
