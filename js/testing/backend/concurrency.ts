/** What calls that overlap may see of each other: one after the other, in whichever order. */
import type { Backend, Commit, Head } from "../../backend.js";
import { BrokenContract, holds, same, shown } from "../contract.js";
import { accepted, commitOn, contextAt, headOf, noon, unbounded } from "../history.js";
import { pause } from "../waiting.js";
import { claim, connected, hasTombstone } from "./claims.js";

const writers = 24;

/** Sends rival commits at once, by turns over all connections; gives the one that was stored. */
async function onlyOne(backends: readonly Backend[], id: string, rivals: readonly Commit[], rule: string): Promise<Commit> {
  const answers = await Promise.all(rivals.map((rival, index) => (backends[index % backends.length] as Backend).commit(id, rival)));
  const stored = rivals.filter((_, index) => answers[index]?.ok === true);
  const heads = stored.map(({ head }) => head);
  holds(stored.length === 1, rule, `one of ${rivals.length} to be stored`, heads);
  return stored[0] as Commit;
}

/** Commits once more, on whatever is there by then; as often as it takes. */
async function appended(backend: Backend, id: string, entries: number): Promise<Commit> {
  for (let tries = 0; tries < 1_000; tries += 1) {
    const stored = await contextAt(backend, id, "load: a context stays there while others commit");
    const commit = commitOn(stored.head, { entries });
    if ((await backend.commit(id, commit)).ok) return commit;
  }
  throw new BrokenContract("commit: of writers who come at once one wins", "a commit within 1,000 tries", "conflicts");
}

export const concurrency = [
  claim("commit: of many at once on one base exactly one is stored, over one connection", async (backend) => {
    const rule = "commit: of many at once on one base exactly one is stored, over one connection";
    let { head } = await accepted(backend, "a", commitOn(null));
    for (let round = 0; round < 5; round += 1) {
      const rivals = Array.from({ length: writers }, () => commitOn(head));
      ({ head } = await onlyOne([backend], "a", rivals, rule));
      same(rule, (await contextAt(backend, "a", rule)).head, head);
    }
    same("commit: of rivals only the winner's entries are stored", (await contextAt(backend, "a", rule)).tail.length, 6);
  }),

  claim(
    "commit: of many at once on one base exactly one is stored, over several connections",
    async (backend, ground) => {
      const rule = "commit: of many at once on one base exactly one is stored, over several connections";
      const backends = [backend, ...(await connected(ground, 3))];
      let { head } = await accepted(backend, "a", commitOn(null));
      for (let round = 0; round < 5; round += 1) {
        const rivals = Array.from({ length: writers }, () => commitOn(head, { entries: 2 }));
        ({ head } = await onlyOne(backends, "a", rivals, rule));
        for (const each of backends) same(rule, (await contextAt(each, "a", rule)).head, head);
      }
    },
    "sharing",
  ),

  claim("commit: of many that create at once exactly one is stored", async (backend, ground) => {
    const rule = "commit: of many that create at once exactly one is stored";
    const backends = [backend, ...(await connected(ground, 2))];
    for (let round = 0; round < 4; round += 1) {
      const rivals = Array.from({ length: writers }, (_, n) => commitOn(null, { snapshot: `{"writer":${n}}` }));
      const { head, snapshot, entries } = await onlyOne(backends, `a${round}`, rivals, rule);
      same(rule, await backend.load(`a${round}`), { head, snapshot: { version: 1, context: snapshot }, tail: entries });
    }
  }),

  claim("commit: many at once on different ids are all stored", async (backend, ground) => {
    const rule = "commit: many at once on different ids are all stored";
    const backends = [backend, ...(await connected(ground, 2))];
    const ids = Array.from({ length: 60 }, (_, index) => `id ${index}`);
    const commits = ids.map(() => commitOn(null));
    const answers = await Promise.all(
      ids.map((id, index) => (backends[index % backends.length] as Backend).commit(id, commits[index] as Commit)),
    );
    same(
      rule,
      ids.filter((_, index) => answers[index]?.ok !== true),
      [],
    );
    for (const [index, id] of ids.entries()) same(rule, (await contextAt(backend, id, rule)).head, commits[index]?.head);
  }),

  claim("commit: the same one at once, twice, is ok both times and stored once", async (backend, ground) => {
    const rule = "commit: the same one at once, twice, is ok both times and stored once";
    const [other] = await connected(ground, 1);
    const { head } = await accepted(backend, "a", commitOn(null));
    const commit = commitOn(head, { entries: 2 });
    const answers = await Promise.all([backend.commit("a", commit), (other as Backend).commit("a", commit)]);
    same(
      rule,
      answers.map(({ ok }) => ok),
      [true, true],
    );
    same(rule, (await contextAt(backend, "a", rule)).tail.length, 3);
  }),

  claim("commit: writers who try again all get through, and leave one unbroken log", async (backend, ground) => {
    const rule = "commit: writers who try again all get through, and leave one unbroken log";
    const backends = [backend, ...(await connected(ground, 3))];
    await accepted(backend, "a", commitOn(null));
    const commits: Commit[] = [];
    const write = async (writer: Backend): Promise<void> => {
      for (let n = 0; n < 8; n += 1) commits.push(await appended(writer, "a", 1 + (n % 3)));
    };
    await Promise.all(backends.map(write));
    const { tail } = await contextAt(backend, "a", rule);
    const entries = commits.flatMap((commit) => commit.entries).sort((one, other) => one.version - other.version);
    same(rule, tail.slice(1), entries);
  }),

  claim("load and since: each answer is of one moment, whoever commits and trims meanwhile", async (backend, ground) => {
    const rule = "load and since: each answer is of one moment, whoever commits and trims meanwhile";
    const [writer, reader, trimmer] = (await connected(ground, 3)) as [Backend, Backend, Backend];
    let { head } = await accepted(backend, "a", commitOn(null));
    const ends = new Map<number, string>([[head.version, head.revision]]);
    let isOver = false;
    const write = async (): Promise<void> => {
      try {
        for (let n = 0; n < 40; n += 1) {
          const commit = commitOn(head, { entries: 3, ...(n % 5 === 4 ? { snapshot: `{"n":${head.version + 3}}` } : {}) });
          ends.set(commit.head.version, commit.head.revision);
          await accepted(writer, "a", commit);
          ({ head } = commit);
        }
      } finally {
        isOver = true;
      }
    };
    const trim = async (): Promise<void> => {
      while (!isOver) {
        await trimmer.trim("a", { ...unbounded, count: 2 }, null);
        await pause(1);
      }
    };
    // Checked answers have no gaps; what is left to see is that they end where a commit ended, and that the snapshot is one's state.
    const isEnd = (end: Head | undefined): boolean => end !== undefined && ends.get(end.version) === end.revision;
    const read = async (): Promise<void> => {
      let have: Head | undefined;
      while (!isOver) {
        // Also where every answer is there at once, timers must have their turn.
        await pause(0);
        const stored = await contextAt(reader, "a", rule);
        holds(isEnd(stored.head), rule, "the head of a whole commit", stored.head);
        same(rule, stored.snapshot.context, `{"n":${stored.snapshot.version}}`);
        if (have !== undefined) {
          holds(
            stored.head.version >= have.version,
            "load: what has been read once is not unread",
            `version ${have.version} or later`,
            stored.head,
          );
          const news = await reader.since("a", have);
          if (news.kind === "tail") holds(isEnd(news.entries.at(-1)), rule, "entries of whole commits", news.entries.at(-1));
        }
        have = headOf(stored.head);
      }
    };
    await Promise.all([write(), trim(), read(), read()]);
  }),

  claim("remove: of a commit and a removal at once, exactly one finds the head", async (backend, ground) => {
    const rule = "remove: of a commit and a removal at once, exactly one finds the head";
    const [other] = (await connected(ground, 1)) as [Backend];
    for (let round = 0; round < 12; round += 1) {
      const id = `a${round}`;
      const { head } = await accepted(backend, id, commitOn(null));
      const commit = commitOn(head);
      const removal = { head, tombstoneUntil: noon };
      const both: readonly [() => Promise<unknown>, () => Promise<unknown>] = [
        () => backend.commit(id, commit),
        () => other.remove(id, removal),
      ];
      const answers =
        round % 2 ? await Promise.all(both.map((send) => send())) : (await Promise.all(both.toReversed().map((send) => send()))).reverse();
      const [committed, gone] = answers as [Awaited<ReturnType<Backend["commit"]>>, Head | null];
      holds(committed.ok !== (gone !== null), rule, "either a commit or a removal", { committed, removed: gone });
      if (committed.ok) same(rule, (await contextAt(backend, id, rule)).head, commit.head);
      else await hasTombstone(backend, id, head, rule);
    }
  }),

  claim("remove: of many removals at once exactly one tells the head", async (backend, ground) => {
    const rule = "remove: of many removals at once exactly one tells the head";
    const [other] = (await connected(ground, 1)) as [Backend];
    for (const which of [undefined, { expiredBefore: noon }]) {
      const id = which === undefined ? "by head" : "by time";
      const { head } = await accepted(backend, id, commitOn(null, { expiresAt: noon }));
      const calls = Array.from({ length: 8 }, (_, n) =>
        (n % 2 ? backend : other).remove(id, { ...(which ?? { head }), tombstoneUntil: noon + 10 }),
      );
      const told = (await Promise.all(calls)).filter((gone) => gone !== null && gone !== false);
      if (told.length !== 1) throw new BrokenContract(rule, "the head, once", shown(told));
      same(rule, told[0], head);
      await hasTombstone(backend, id, head, rule);
    }
  }),
];
