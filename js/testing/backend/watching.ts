/** What `watch` tells. It is a hint, so it may tell too much, but not too little while nothing is lost. */
import type { Backend } from "../../backend.js";
import { BrokenContract, holds, shown } from "../contract.js";
import { accepted, commitOn, noon } from "../history.js";
import { claim, connected, removed } from "./claims.js";

/** Collects what a listener is told, and waits for it. */
class Heard {
  readonly ids: (string | null)[] = [];
  readonly hear = (id: string | null): void => {
    this.ids.push(id);
  };

  /** Waits until `id` has been told since the last call, or that something was missed. */
  async of(id: string, rule: string): Promise<void> {
    const deadline = Date.now() + 5_000;
    while (!this.ids.includes(id) && !this.ids.includes(null)) {
      if (Date.now() > deadline)
        throw new BrokenContract(rule, `a call with ${shown(id)} within 5 seconds`, `calls with ${shown(this.ids)}`);
      await pause(5);
    }
    this.ids.length = 0;
  }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Commits, restores and removes, and sees that a listener hears of each. */
async function isHeard(writer: Backend, id: string, heard: Heard, rule: string): Promise<void> {
  const first = await accepted(writer, id, commitOn(null));
  await heard.of(id, `${rule}: creation`);
  const second = await accepted(writer, id, commitOn(first.head));
  await heard.of(id, `${rule}: a commit`);
  const third = await accepted(writer, id, commitOn(second.head, { reset: true }));
  await heard.of(id, `${rule}: a restore`);
  await removed(writer, id, third.head, noon);
  await heard.of(id, `${rule}: a removal`);
  const again = await accepted(writer, id, commitOn(third.head, { reset: true, expiresAt: noon }));
  await heard.of(id, `${rule}: what is created again`);
  await writer.remove(id, { expiredBefore: noon, tombstoneUntil: noon + 10 });
  await heard.of(id, `${rule}: a removal by time`);
  holds(again.head.version === 4, "commit: reset goes on from base's version", "version 4", again.head);
}

export const watching = [
  claim(
    "watch: of one id everything is told that anybody commits or removes",
    async (backend, ground) => {
      const rule = "watch: of one id everything is told that anybody commits or removes";
      const [other] = (await connected(ground, 1)) as [Backend];
      for (const [index, writer] of [backend, other].entries()) {
        const heard = new Heard();
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
      const heard = new Heard();
      const end = await (backend as Required<Backend>).watch(null, heard.hear);
      for (const id of ["a", "a b", "日本\n"]) await isHeard(other, id, heard, rule);
      end();
    },
    "watching",
  ),

  claim(
    "watch: who has ended it hears nothing more, and others still do",
    async (backend) => {
      const rule = "watch: who has ended it hears nothing more, and others still do";
      const [ended, ours, theirs] = [new Heard(), new Heard(), new Heard()];
      const watch = (backend as Required<Backend>).watch.bind(backend);
      const ends = [await watch("a", ended.hear), await watch(null, ended.hear)];
      await watch("a", ours.hear);
      await watch(null, theirs.hear);
      const { head } = await accepted(backend, "a", commitOn(null));
      for (const heard of [ended, ours, theirs]) await heard.of("a", rule);
      for (const end of ends) end();
      await pause(50);
      ended.ids.length = 0;
      ours.ids.length = 0;
      theirs.ids.length = 0;
      await accepted(backend, "a", commitOn(head));
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
    async (backend) => {
      const rule = "watch: a listener that throws disturbs nobody";
      const heard = new Heard();
      const watch = (backend as Required<Backend>).watch.bind(backend);
      await watch("a", () => {
        throw new Error("a listener's own");
      });
      await watch("a", heard.hear);
      const { head } = await accepted(backend, "a", commitOn(null), rule);
      await heard.of("a", rule);
      await accepted(backend, "a", commitOn(head), rule);
      await heard.of("a", rule);
    },
    "watching",
  ),
];
