/** What `watch` tells. It is a hint, so it may tell too much, but not too little while nothing is lost. */
import type { Backend, Commit, Head } from "../../backend.js";
import { holds, shown } from "../contract.js";
import { accepted, commitOn, noon } from "../history.js";
import { pause, until } from "../waiting.js";
import { claim, connected, removed } from "./claims.js";

/** What a listener may be told beside the id. */
interface News {
  readonly head: Head;
  readonly deleted?: true;
}

const textOf = ({ head: { version, revision }, deleted }: News): string =>
  `${deleted === true ? "removed" : "committed"} ${version} ${revision}`;

/** Collects what a listener is told, and waits for it. */
class Heard {
  readonly ids: (string | null)[] = [];
  readonly #news: News[] = [];
  /** What has happened so far: news may come late, but never of what didn't happen. */
  readonly #past = new Set<string>();
  readonly #patience: number;

  constructor(patience: number) {
    this.#patience = patience;
  }

  readonly hear = (id: string | null, news?: News): void => {
    this.ids.push(id);
    if (news !== undefined) this.#news.push(news);
  };

  happens(head: Head, deleted?: true): void {
    this.#past.add(textOf({ head, ...(deleted === true ? { deleted } : {}) }));
  }

  /** Waits until `id` has been told since the last call, or that something was missed. */
  async of(id: string, rule: string): Promise<void> {
    const isTold = (): boolean => this.ids.includes(id) || this.ids.includes(null);
    await until(this.#patience, rule, `a call with ${shown(id)}`, isTold, () => this.ids);
    this.ids.length = 0;
    for (const news of this.#news.splice(0)) {
      const expected = `one of ${[...this.#past].join(", ")}`;
      holds(this.#past.has(textOf(news)), "watch: news are the head of what happened, and whether it was removed", expected, news);
    }
  }
}

/** Commits, restores and removes, and sees that a listener hears of each. */
async function isHeard(writer: Backend, id: string, heard: Heard, rule: string): Promise<void> {
  const commit = async (made: Commit, what: string): Promise<Head> => {
    heard.happens(made.head);
    await accepted(writer, id, made);
    await heard.of(id, `${rule}: ${what}`);
    return made.head;
  };
  const first = await commit(commitOn(null), "creation");
  const second = await commit(commitOn(first), "a commit");
  const third = await commit(commitOn(second, { reset: true, entries: 2 }), "a restore");
  heard.happens(third, true);
  await removed(writer, id, third, noon);
  await heard.of(id, `${rule}: a removal`);
  const again = await commit(commitOn(third, { reset: true, expiresAt: noon }), "what is created again");
  heard.happens(again, true);
  await writer.remove(id, { expiredBefore: noon, tombstoneUntil: noon + 10 });
  await heard.of(id, `${rule}: a removal by time`);
}

export const watching = [
  claim(
    "watch: of one id everything is told that anybody commits or removes",
    async (backend, ground) => {
      const rule = "watch: of one id everything is told that anybody commits or removes";
      const [other] = (await connected(ground, 1)) as [Backend];
      for (const [index, writer] of [backend, other].entries()) {
        const heard = new Heard(ground.patience);
        const end = await (backend as Required<Backend>).watch(`user:{${index}}*😀`, heard.hear);
        await isHeard(writer, `user:{${index}}*😀`, heard, rule);
        end();
      }
    },
    "watching",
  ),

  claim(
    "watch: of all ids everything is told that anybody commits or removes",
    async (backend, ground) => {
      const rule = "watch: of all ids everything is told that anybody commits or removes";
      const [other] = (await connected(ground, 1)) as [Backend];
      const heard = new Heard(ground.patience);
      const end = await (backend as Required<Backend>).watch(null, heard.hear);
      for (const id of ["a", "a b", "日本\n"]) await isHeard(other, id, heard, rule);
      end();
    },
    "watching",
  ),

  claim(
    "watch: who has ended it hears nothing more, and others still do",
    async (backend, ground) => {
      const rule = "watch: who has ended it hears nothing more, and others still do";
      const [ended, ours, theirs] = [new Heard(ground.patience), new Heard(ground.patience), new Heard(ground.patience)];
      const watch = (backend as Required<Backend>).watch.bind(backend);
      const ends = [await watch("a", ended.hear), await watch(null, ended.hear)];
      await watch("a", ours.hear);
      await watch(null, theirs.hear);
      const created = commitOn(null);
      for (const heard of [ended, ours, theirs]) heard.happens(created.head);
      await accepted(backend, "a", created);
      for (const heard of [ended, ours, theirs]) await heard.of("a", rule);
      for (const end of ends) end();
      // What was on its way may still arrive.
      await pause(50);
      ended.ids.length = 0;
      ours.ids.length = 0;
      theirs.ids.length = 0;
      const next = commitOn(created.head);
      for (const heard of [ours, theirs]) heard.happens(next.head);
      await accepted(backend, "a", next);
      for (const heard of [ours, theirs]) await heard.of("a", rule);
      await pause(50);
      holds(ended.ids.length === 0, rule, "no call", ended.ids);
      // Ended twice is ended once.
      for (const end of ends) end();
    },
    "watching",
  ),

  claim(
    "watch: a listener that throws disturbs nobody",
    async (backend, ground) => {
      const rule = "watch: a listener that throws disturbs nobody";
      const heard = new Heard(ground.patience);
      const watch = (backend as Required<Backend>).watch.bind(backend);
      await watch("a", () => {
        throw new Error("a listener's own");
      });
      await watch("a", heard.hear);
      for (let n = 0, base: Head | null = null; n < 2; n += 1) {
        const commit: Commit = commitOn(base);
        heard.happens(commit.head);
        await accepted(backend, "a", commit, rule);
        await heard.of("a", rule);
        base = commit.head;
      }
    },
    "watching",
  ),
];
