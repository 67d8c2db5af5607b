/** What is compared before anything is stored, and how one who comes too late catches up. */
import type { Backend, Commit, Entry, Head, News } from "../../backend.js";
import { BrokenContract, holds, same, shown } from "../contract.js";
import { accepted, commitOn, headOf, lastOf, noon, revision, written } from "../history.js";
import { areDue, claim, conflicting, hasNothing, hasTombstone, removed } from "./claims.js";

/** What the news tell, where they are entries; a backend that can't tell says `"reload"`, which is never wrong. */
function tells(news: News, entries: readonly Entry[], rule: string, mayReload: boolean): void {
  if (mayReload && news.kind === "reload") return;
  same(rule, news, { kind: "tail", entries });
}

async function isReload(backend: Backend, id: string, have: Head, rule: string): Promise<void> {
  const news = await backend.since(id, have);
  if (news.kind !== "reload") throw new BrokenContract(rule, '{ kind: "reload" }', shown(news));
}

/** Has a commit refused, and sees to it that this is all that happened. */
async function leavesNoTrace(backend: Backend, commit: Commit, rule: string): Promise<void> {
  const before = await backend.load("a");
  const dueBefore = await backend.expired(noon * 2, 10);
  await conflicting(backend, "a", commit, rule);
  same("commit: a conflict stores nothing", await backend.load("a"), before);
  same("commit: a conflict changes nothing of what is due", await backend.expired(noon * 2, 10), dueBefore);
}

export const conflicts = [
  claim("commit: null as base is a conflict where a context is", async (backend) => {
    const rule = "commit: null as base is a conflict where a context is";
    await written(backend, "a", 2);
    await leavesNoTrace(backend, commitOn(null, { expiresAt: noon, deltasExpireAt: noon }), rule);
  }),

  claim("commit: null as base is a conflict where a tombstone is", async (backend) => {
    const rule = "commit: null as base is a conflict where a tombstone is";
    const { head } = await accepted(backend, "a", commitOn(null));
    await removed(backend, "a", head, noon);
    await leavesNoTrace(backend, commitOn(null), rule);
    await hasTombstone(backend, "a", head, rule);
  }),

  claim("commit: a base is a conflict where nothing is stored", async (backend) => {
    const rule = "commit: a base is a conflict where nothing is stored";
    const base = { version: 3, revision: revision() };
    await leavesNoTrace(backend, commitOn(base), rule);
    await leavesNoTrace(backend, commitOn(base, { reset: true }), rule);
    await hasNothing(backend, "a", rule);
  }),

  claim("commit: the revision is compared, not the version alone", async (backend) => {
    const rule = "commit: the revision is compared, not the version alone";
    const { version } = lastOf(await written(backend, "a", 3));
    await leavesNoTrace(backend, commitOn({ version, revision: revision() }), rule);
    await leavesNoTrace(backend, commitOn({ version, revision: revision() }, { reset: true }), rule);
  }),

  claim("commit: the version is compared, not the revision alone", async (backend) => {
    const rule = "commit: the version is compared, not the revision alone";
    const { version, revision: stored } = lastOf(await written(backend, "a", 3));
    await leavesNoTrace(backend, commitOn({ version: version + 1, revision: stored }), rule);
    await leavesNoTrace(backend, commitOn({ version: version - 1, revision: stored }), rule);
  }),

  claim("commit: a base that others have left behind is a conflict, whatever the commit brings", async (backend) => {
    const rule = "commit: a base that others have left behind is a conflict, whatever the commit brings";
    const entries = await written(backend, "a", 4);
    const old = headOf(entries[1] as Entry);
    await leavesNoTrace(backend, commitOn(old, { snapshot: "{}", expiresAt: noon, deltasExpireAt: noon, keep: { count: 1 } }), rule);
    await leavesNoTrace(backend, commitOn(old, { reset: true }), "commit: reset is refused on another head, too");
    await leavesNoTrace(backend, commitOn(old, { entries: 2 }), rule);
    await leavesNoTrace(backend, commitOn(old, { entries: 5 }), rule);
  }),

  claim("commit: reset on a tombstone is refused on another head", async (backend) => {
    const rule = "commit: reset on a tombstone is refused on another head";
    const { head } = await accepted(backend, "a", commitOn(null));
    await removed(backend, "a", head, noon);
    await leavesNoTrace(backend, commitOn({ version: head.version, revision: revision() }, { reset: true }), rule);
    await leavesNoTrace(backend, commitOn({ version: 7, revision: head.revision }, { reset: true }), rule);
    await areDue(backend, noon, ["tombstone of a"], rule);
  }),

  claim("commit: a conflict tells what has happened since base", async (backend, ground) => {
    const rule = "commit: a conflict tells what has happened since base";
    const entries = await written(backend, "a", 5);
    for (const [index, entry] of entries.slice(0, -1).entries()) {
      const { head, tail } = await conflicting(backend, "a", commitOn(headOf(entry)), rule);
      if (head !== undefined) same("commit: the head that a conflict tells is the stored one", head, lastOf(entries));
      const news: News = Array.isArray(tail) ? { kind: "tail", entries: tail } : { kind: "reload" };
      tells(news, entries.slice(index + 1), rule, ground.lacks("tails"));
    }
  }),

  claim("commit: a conflict tells no entries where they don't lead on from base", async (backend) => {
    const rule = "commit: a conflict tells no entries where they don't lead on from base";
    const told = async (id: string, base: Head | null): Promise<void> => {
      const { tail } = await conflicting(backend, id, commitOn(base), rule);
      holds(tail === undefined || tail === "reload", rule, '"reload" or nothing as tail', tail);
    };
    const entries = await written(backend, "a", 3);
    // Another lineage of the same version; a version to come; from before the kept log.
    await told("a", { version: 2, revision: revision() });
    await told("a", { version: 9, revision: revision() });
    await told("a", null);
    const trimmed = await accepted(backend, "a", commitOn(lastOf(entries), { snapshot: "{}", keep: { count: 1 } }));
    await told("a", headOf(entries[0] as Entry));
    await accepted(backend, "a", commitOn(trimmed.head, { reset: true }));
    await told("a", trimmed.head);
    const { head } = await accepted(backend, "b", commitOn(null));
    await removed(backend, "b", head, noon);
    await told("b", head);
    await told("c", head);
  }),

  claim("since: the stored head is the same", async (backend) => {
    const rule = "since: the stored head is the same";
    const entries = await written(backend, "a", 2);
    same(rule, await backend.since("a", lastOf(entries)), { kind: "same" });
    const { head } = await accepted(backend, "a", commitOn(lastOf(entries), { snapshot: "{}", keep: { count: 0 } }));
    same("since: the stored head is the same, also when no entry is kept", await backend.since("a", head), { kind: "same" });
  }),

  claim("since: the same version with another revision is another state", async (backend) => {
    const entries = await written(backend, "a", 3);
    for (const { version } of entries) {
      const rule = "since: the same version with another revision is another state";
      await isReload(backend, "a", { version, revision: revision() }, rule);
    }
  }),

  claim("since: the same revision with another version is another state", async (backend) => {
    const rule = "since: the same revision with another version is another state";
    for (const { version, revision: stored } of await written(backend, "a", 3)) {
      await isReload(backend, "a", { version: version + 1, revision: stored }, rule);
      if (version > 1) await isReload(backend, "a", { version: version - 1, revision: stored }, rule);
    }
  }),

  claim("since: from each kept commit on, all that came after", async (backend, ground) => {
    const rule = "since: from each kept commit on, all that came after";
    const entries = await written(backend, "a", 12);
    for (const [index, entry] of entries.slice(0, -1).entries()) {
      tells(await backend.since("a", headOf(entry)), entries.slice(index + 1), rule, ground.lacks("tails"));
    }
  }),

  claim("since: from before the kept log on it can't be told", async (backend, ground) => {
    const rule = "since: from before the kept log on it can't be told";
    const entries = await written(backend, "a", 5);
    const { head, entries: newest } = await accepted(backend, "a", commitOn(lastOf(entries), { snapshot: "{}", keep: { count: 2 } }));
    for (const entry of entries.slice(0, 3)) await isReload(backend, "a", headOf(entry), rule);
    tells(
      await backend.since("a", headOf(entries[3] as Entry)),
      [entries[4] as Entry, ...newest],
      "since: the oldest kept entry leads on from the commit before it",
      ground.lacks("tails"),
    );
    await isReload(backend, "a", { version: head.version + 3, revision: revision() }, "since: a version to come can't be told");
  }),

  claim("since: across a reset it can't be told, though versions go on", async (backend) => {
    const rule = "since: across a reset it can't be told, though versions go on";
    const entries = await written(backend, "a", 3);
    const restored = await accepted(backend, "a", commitOn(lastOf(entries), { reset: true }));
    await accepted(backend, "a", commitOn(restored.head));
    for (const entry of entries) await isReload(backend, "a", headOf(entry), rule);
  }),

  claim("since: where nothing or a tombstone is stored, gone", async (backend) => {
    const rule = "since: where nothing or a tombstone is stored, gone";
    const { head } = await accepted(backend, "a", commitOn(null));
    same(rule, await backend.since("b", head), { kind: "gone" });
    await removed(backend, "a", head, noon);
    same("since: a tombstone is gone, for all that it has the head", await backend.since("a", head), { kind: "gone" });
  }),
];
