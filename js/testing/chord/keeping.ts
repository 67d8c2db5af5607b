/** What stays, what goes with time, and what is found of it. */
import type { Chord } from "../../chord.js";
import type { ChordOptions } from "../../options.js";
import { increment } from "../../operation.js";
import { same } from "../contract.js";
import { claim, manualClock, two } from "./claims.js";
import { range } from "./writing.js";

/** Ids of all contexts, page by page. */
async function listed(chord: Chord, options: { limit?: number; order?: "asc" | "desc"; prefix?: string } = {}): Promise<readonly string[]> {
  const ids: string[] = [];
  let cursor: string | undefined;
  for (let pages = 0; pages < 1_000; pages += 1) {
    const page = await chord.listContexts({ ...options, cursor });
    ids.push(...page.contexts.map(({ contextId }) => contextId));
    cursor = page.cursor;
    if (cursor === undefined) break;
  }
  return ids;
}

const expiring = (clock: { timeProvider: () => number }, more: ChordOptions = {}): ChordOptions => ({
  contextAutoDelete: true,
  contextTtl: 100,
  deltaTtl: 1_000,
  timeProvider: clock.timeProvider,
  ...more,
});

export const keeping = [
  claim(
    "what one instance has stored, one opened later finds, with its log",
    async (open, rule) => {
      const first = await open();
      const { context } = await first.setContext("a", { n: 0 });
      for (let n = 0; n < 10; n += 1) await first.updateContext("a", { n: increment() });
      const before = await first.getContext("a");
      await first.close();
      const later = await open();
      same(rule, await later.getContext("a"), before);
      const answer = await later.syncContext("a", context);
      same(rule, answer.type === "no_change" ? undefined : answer.version, 11);
      same(rule, (await later.listDeltas("a")).length, 11);
      same(rule, (await later.updateContext("a", { n: increment() })).context.version, 12);
    },
    "sharing",
  ),

  claim("contexts are listed in the order of their UTF-8 bytes, page by page, in both directions", async (open, rule) => {
    const chord = await open();
    const ids = ["a", "a:1", "a:10", "a:2", "b", "z", "é", "日", "\ufffd", "\uffff", "😀", "\u{10ffff}"];
    await Promise.all(ids.toReversed().map((id) => chord.setContext(id, { id })));
    for (const limit of [1, 5, 12, 100]) {
      same(rule, await listed(chord, { limit }), ids);
      same(rule, await listed(chord, { limit, order: "desc" }), ids.toReversed());
    }
    same("Chord: only contexts with the prefix are listed", await listed(chord, { prefix: "a:", limit: 2 }), ["a:1", "a:10", "a:2"]);
    await chord.deleteContext("a:10");
    same("Chord: deleted contexts are not listed", await listed(chord, { prefix: "a:" }), ["a:1", "a:2"]);
  }),

  claim("cleanup removes contexts not changed for contextTtl, and no others", async (open, rule) => {
    const clock = manualClock();
    const chord = await open(expiring(clock));
    const heard: string[] = [];
    for (const id of ["a", "b", "c"]) await chord.setContext(id, { id });
    chord.subscribe("*", ({ type, contextId }) => heard.push(`${type} ${contextId}`));
    clock.now += 60;
    await chord.updateContext("b", { renewed: true });
    clock.now += 39;
    same(rule, (await chord.cleanup()).contexts, 0);
    clock.now += 1;
    same(rule, (await chord.cleanup()).contexts, 2);
    same(rule, await listed(chord), ["b"]);
    same(rule, await chord.getContext("a"), undefined);
    same("Chord: listeners hear of what cleanup removes", heard.toSorted(), ["change b", "delete a", "delete c"]);
    same("Chord: versions go on after a removal by cleanup", (await chord.setContext("a", {})).context.version, 2);
  }),

  claim("cleanup with a limit reaches everything in the end, what is due for longest first", async (open, rule) => {
    const clock = manualClock();
    const chord = await open(expiring(clock));
    for (const n of range(1, 9)) {
      clock.now += 1;
      await chord.setContext(`c${(n * 4) % 9}`, { n });
    }
    clock.now += 500;
    for (const left of [6, 3, 0]) {
      same(rule, (await chord.cleanup({ limit: 3 })).contexts, 3);
      const found = await chord.listContexts();
      same(rule, found.contexts.length, left);
      for (const { context } of found.contexts) same(rule, Number(context.n) > 9 - left, true);
    }
  }),

  claim("a tombstone is forgotten after deltaTtl, and versions begin anew", async (open, rule) => {
    const clock = manualClock();
    const chord = await open(expiring(clock, { deltaTtl: 50 }));
    for (let n = 0; n < 3; n += 1) await chord.setContext("a", { n });
    await chord.deleteContext("a");
    clock.now += 49;
    await chord.cleanup();
    same("Chord: until then versions go on", (await chord.setContext("a", {})).context.version, 4);
    await chord.deleteContext("a");
    clock.now += 50;
    await chord.cleanup();
    same(rule, (await chord.setContext("a", {})).context.version, 1);
  }),

  claim("cleanup removes old deltas, and what is due comes up once", async (open, rule) => {
    const clock = manualClock();
    const chord = await open({ deltaTtl: 100, timeProvider: clock.timeProvider });
    for (const id of ["a", "b"]) {
      await chord.setContext(id, { pad: "x".repeat(2_000), n: 0 });
      for (let n = 1; n <= 5; n += 1) await chord.updateContext(id, { n });
    }
    clock.now += 150;
    await chord.updateContext("b", { n: 6 });
    await chord.cleanup();
    same(
      rule,
      (await chord.listDeltas("b")).map(({ version }) => version),
      [7],
    );
    same(rule, (await chord.listDeltas("a")).length, 0);
    same("Chord: what cleanup has done it doesn't find again", await chord.cleanup(), { contexts: 0, deltas: 0 });
    same("Chord: cleanup leaves states as they are", (await chord.getContext("a"))?.context.n, 5);
    clock.now += 100;
    await chord.cleanup();
    same(rule, (await chord.listDeltas("b")).length, 0);
  }),

  claim(
    "what one instance cleans up is gone for the other",
    async (open, rule) => {
      const clock = manualClock();
      const [one, other] = await two(open, expiring(clock));
      await one.setContext("a", { n: 1 });
      await other.updateContext("a", { n: 2 });
      clock.now += 100;
      const results = await Promise.all([one.cleanup(), other.cleanup()]);
      same("Chord: of two cleanups at once one removes a context", results[0].contexts + results[1].contexts, 1);
      same(rule, [await one.getContext("a"), await other.getContext("a")], [undefined, undefined]);
    },
    "sharing",
  ),
];
