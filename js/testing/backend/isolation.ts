/** What is handed over belongs to whoever got it. */
import type { Commit, Entry } from "../../backend.js";
import { same } from "../contract.js";
import { accepted, commitOn, contextAt, headOf, lastOf, noon, unbounded, written } from "../history.js";
import { claim, conflicting, due } from "./claims.js";

/** Empties a list, where it can be. */
function emptied(list: unknown): void {
  if (!Array.isArray(list) || Object.isFrozen(list)) return;
  list.length = 0;
}

export const isolation = [
  claim("answers: they stay as they were, whatever is committed afterwards", async (backend) => {
    const rule = "answers: they stay as they were, whatever is committed afterwards";
    const entries = await written(backend, "a", 4);
    const answers = async (): Promise<readonly unknown[]> => [
      await backend.load("a"),
      await backend.since("a", headOf(entries[1] as Entry)),
      (await conflicting(backend, "a", commitOn(headOf(entries[0] as Entry)), "commit: an old base is a conflict")).tail,
      await backend.expired(noon * 2, 10),
      (await backend.list({ limit: 10, cursor: undefined, order: "asc", prefix: "" })).ids,
    ];
    const before = await answers();
    const copies = structuredClone(before);
    const next = await accepted(backend, "a", commitOn(lastOf(entries), { snapshot: '{"later":true}', expiresAt: noon }));
    await backend.trim("a", { ...unbounded, count: 0 }, null);
    await accepted(backend, "a", commitOn(next.head, { reset: true, entries: 2 }));
    await accepted(backend, "b", commitOn(null));
    same(rule, before, copies);
  }),

  claim("answers: what becomes of their lists changes nothing that is stored", async (backend) => {
    const rule = "answers: what becomes of their lists changes nothing that is stored";
    const entries = await written(backend, "a", 4, { expiresAt: noon });
    const before = structuredClone(await backend.load("a"));
    emptied((await contextAt(backend, "a", rule)).tail);
    const news = await backend.since("a", headOf(entries[1] as Entry));
    if (news.kind === "tail") emptied(news.entries);
    emptied((await conflicting(backend, "a", commitOn(headOf(entries[0] as Entry)), "commit: an old base is a conflict")).tail);
    emptied((await backend.list({ limit: 10, cursor: undefined, order: "asc", prefix: "" })).ids);
    emptied(await backend.expired(noon, 10));
    same(rule, await backend.load("a"), before);
    same(rule, (await backend.list({ limit: 10, cursor: undefined, order: "asc", prefix: "" })).ids, ["a"]);
    same(rule, await due(backend, noon), ["context of a"]);
  }),

  claim("commit: what becomes of its lists afterwards changes nothing that is stored", async (backend) => {
    const rule = "commit: what becomes of its lists afterwards changes nothing that is stored";
    const commit: Commit = commitOn(null, { entries: 3 });
    const entries = [...commit.entries];
    await accepted(backend, "a", commit);
    emptied(commit.entries);
    same(rule, (await contextAt(backend, "a", rule)).tail, entries);
  }),
];
