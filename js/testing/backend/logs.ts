/** What of a log is kept, and what never goes. `commit` trims as `trim` does, so most rules are checked on both. */
import type { Backend, Commit, Entry, Keep } from "../../backend.js";
import { same } from "../contract.js";
import { accepted, commitOn, contextAt, hasVersions, headOf, lastOf, noon, stateAt, unbounded, written } from "../history.js";
import { areDue, claim, removed } from "./claims.js";

/** A delta of so many bytes. */
function sized(bytes: number): string {
  const [before, after] = ['{"n":{"action":"removed","oldValue":"', '"}}'];
  return before + "x".repeat(bytes - before.length - after.length) + after;
}

/** A context whose entries are these, all of them up to its snapshot, so that any may go. */
async function covered(backend: Backend, id: string, making: { entries: number | string[]; at?: number | number[] }): Promise<Commit> {
  return accepted(backend, id, commitOn(null, making));
}

/** Trims with `keep` by `trim`, and by a commit that brings a snapshot; says which versions of the first entries have to be left. */
async function keeps(
  backend: Backend,
  making: { entries: number | string[]; at?: number | number[] },
  keep: Keep,
  left: readonly number[],
  rule: string,
): Promise<void> {
  const { head, entries } = await covered(backend, "trimmed", making);
  same("trim: it says how many entries went", await backend.trim("trimmed", keep, null), entries.length - left.length);
  await hasVersions(backend, "trimmed", left, rule);
  same("trim: what has been trimmed is not trimmed again", await backend.trim("trimmed", keep, null), 0);
  same("trim: the head stays, whatever goes", (await contextAt(backend, "trimmed", rule)).head, head);
  await covered(backend, "committed", making).then(({ head }) =>
    accepted(
      backend,
      "committed",
      commitOn(head, { reset: true, entries: entries.map(({ delta }) => delta), at: entries.map(({ insertedAt }) => insertedAt), keep }),
    ),
  );
  await hasVersions(
    backend,
    "committed",
    left.map((version) => version + entries.length),
    `${rule}, in a commit as well`,
  );
}

export const logs = [
  claim("trim: only the newest `count` entries stay", async (backend) => {
    await keeps(backend, { entries: 12 }, { ...unbounded, count: 3 }, [10, 11, 12], "trim: only the newest `count` entries stay");
  }),

  claim("trim: a count of 0 keeps none, and the context is still there", async (backend) => {
    const rule = "trim: a count of 0 keeps none, and the context is still there";
    await keeps(backend, { entries: 3, at: noon + 9 }, { ...unbounded, count: 0 }, [], rule);
    const stored = await contextAt(backend, "trimmed", rule);
    same("load: insertedAt is the newest commit's, also when no entry is kept", stored.insertedAt, noon + 9);
    const next = await accepted(backend, "trimmed", commitOn(stored.head), rule);
    await hasVersions(backend, "trimmed", [4], rule);
    same(rule, (await contextAt(backend, "trimmed", rule)).head, next.head);
  }),

  claim("trim: the oldest go while deltas take more than `bytes`", async (backend) => {
    const rule = "trim: the oldest go while deltas take more than `bytes`";
    const entries = [sized(100), sized(50), sized(60), sized(70)];
    await keeps(backend, { entries }, { ...unbounded, bytes: 180 }, [2, 3, 4], rule);
  }),

  claim("trim: deltas that take just `bytes` stay, and one that takes more goes", async (backend) => {
    const rule = "trim: deltas that take just `bytes` stay, and one that takes more goes";
    await keeps(backend, { entries: [sized(60), sized(70)] }, { ...unbounded, bytes: 130 }, [1, 2], rule);
    const { head } = await accepted(backend, "large", commitOn(null, { entries: [sized(60), sized(700)] }));
    await backend.trim("large", { ...unbounded, bytes: 699 }, null);
    await hasVersions(backend, "large", [], rule);
    same(rule, (await contextAt(backend, "large", rule)).head, head);
  }),

  claim("trim: entries of `after` or earlier go", async (backend) => {
    const rule = "trim: entries of `after` or earlier go";
    const at = [noon, noon + 10, noon + 10, noon + 20];
    await keeps(backend, { entries: 4, at }, { ...unbounded, after: noon + 10 }, [4], rule);
    same("load: insertedAt is the newest commit's", (await contextAt(backend, "trimmed", rule)).insertedAt, noon + 20);
  }),

  claim("trim: it stops at the first entry that stays, though a later one is older by the clock", async (backend) => {
    const rule = "trim: it stops at the first entry that stays, though a later one is older by the clock";
    const at = [noon, noon + 50, noon + 5, noon + 60];
    await keeps(backend, { entries: 4, at }, { ...unbounded, after: noon + 10 }, [2, 3, 4], rule);
  }),

  claim("trim: each bound counts by itself", async (backend) => {
    const rule = "trim: each bound counts by itself";
    const entries = [sized(50), sized(50), sized(50), sized(50)];
    const at = [noon, noon + 1, noon + 2, noon + 3];
    await keeps(backend, { entries, at }, { count: 3, bytes: 1_000, after: noon - 1 }, [2, 3, 4], rule);
    await backend.trim("committed", { count: 3, bytes: 100, after: noon }, null);
    await hasVersions(backend, "committed", [7, 8], rule);
    await backend.trim("committed", { count: 2, bytes: 100, after: noon + 2 }, null);
    await hasVersions(backend, "committed", [8], rule);
  }),

  claim("trim: null bounds nothing", async (backend) => {
    const all = Array.from({ length: 40 }, (_, index) => index + 1);
    await keeps(backend, { entries: 40 }, unbounded, all, "trim: null bounds nothing");
  }),

  claim("trim: no entry after the stored snapshot goes, whatever is to be kept", async (backend) => {
    const rule = "trim: no entry after the stored snapshot goes, whatever is to be kept";
    const none = { count: 0, bytes: 0, after: noon + 1_000 };
    const first = await accepted(backend, "a", commitOn(null, { entries: 2 }));
    const second = await accepted(backend, "a", commitOn(first.head, { entries: 2, keep: none }));
    const third = await accepted(backend, "a", commitOn(second.head, { keep: none }));
    const stored = { head: third.head, snapshot: { version: 2, context: stateAt(2) }, tail: [...second.entries, ...third.entries] };
    same(rule, await backend.load("a"), stored);
    same("trim: what stays for the snapshot doesn't count as gone", await backend.trim("a", none, 10), 0);
    same(rule, await backend.load("a"), stored);
  }),

  claim("trim: entries up to the snapshot go, those after it stay", async (backend) => {
    const rule = "trim: entries up to the snapshot go, those after it stay";
    const entries = await written(backend, "a", 3);
    const fourth = await accepted(backend, "a", commitOn(lastOf(entries), { snapshot: '{"four":4}' }));
    const fifth = await accepted(backend, "a", commitOn(fourth.head));
    same("trim: it says how many entries went", await backend.trim("a", { ...unbounded, count: 0 }, null), 4);
    same(rule, await backend.load("a"), {
      head: fifth.head,
      snapshot: { version: 4, context: '{"four":4}' },
      tail: fifth.entries,
    });
  }),

  claim("trim: a log of more than ten entries is in the order of versions as numbers", async (backend) => {
    const rule = "trim: a log of more than ten entries is in the order of versions as numbers";
    const entries = await written(backend, "a", 120);
    await accepted(backend, "a", commitOn(lastOf(entries), { snapshot: "{}", keep: { count: 23 } }));
    await hasVersions(
      backend,
      "a",
      Array.from({ length: 23 }, (_, index) => index + 99),
      rule,
    );
  }),

  claim("trim: where nothing or a tombstone is stored, nothing goes", async (backend) => {
    const rule = "trim: where nothing or a tombstone is stored, nothing goes";
    const none = { ...unbounded, count: 0 };
    same(rule, await backend.trim("a", none, 10), 0);
    same(rule, await backend.load("a"), null);
    const { head } = await accepted(backend, "b", commitOn(null, { entries: 3 }));
    await removed(backend, "b", head, noon);
    same(rule, await backend.trim("b", none, 10), 0);
    same(rule, await backend.load("b"), { head, deleted: true });
    await areDue(backend, noon, ["tombstone of b"], rule);
  }),

  claim("trim: other contexts keep theirs", async (backend) => {
    const rule = "trim: other contexts keep theirs";
    await covered(backend, "a", { entries: 3 });
    await covered(backend, "ab", { entries: 3 });
    await backend.trim("a", { ...unbounded, count: 1 }, null);
    await hasVersions(backend, "a", [3], rule);
    await hasVersions(backend, "ab", [1, 2, 3], rule);
  }),

  claim("trim: what came after is still told, and the log goes on", async (backend, ground) => {
    const rule = "trim: what came after is still told, and the log goes on";
    const { head, entries } = await covered(backend, "a", { entries: 4 });
    await backend.trim("a", { ...unbounded, count: 2 }, null);
    const next = await accepted(backend, "a", commitOn(head));
    await hasVersions(backend, "a", [3, 4, 5], rule);
    const news = await backend.since("a", headOf(entries[2] as Entry));
    if (!(ground.lacks("tails") && news.kind === "reload")) {
      same(rule, news, { kind: "tail", entries: [entries[3], ...next.entries] });
    }
  }),
];
