/** Calls that overlap, and lists that are shared. */
import { bound, extended, mutant } from "./mutant.js";

export const isolation = [
  mutant(
    "hands its own log out",
    "tail: [...tail], insertedAt",
    "tail, insertedAt",
    "answers: what becomes of their lists changes nothing that is stored",
  ),
  mutant(
    "goes on with the log it handed out",
    "tail: [...before.tail, ...entries],",
    "tail: (before.tail.push(...entries), before.tail),",
    "answers: they stay as they were, whatever is committed afterwards",
  ),
  mutant(
    "keeps the commit's own list",
    "tail: [...before.tail, ...entries],",
    "tail: before.tail.length ? [...before.tail, ...entries] : entries,",
    "commit: what becomes of its lists afterwards changes nothing that is stored",
  ),
];
isolation[1].edits.push(["tail: [...tail], insertedAt", "tail, insertedAt"]);

export const concurrency = [
  extended(
    "is atomic within one connection only",
    (Base) =>
      class extends Base {
        connect() {
          const busy = new Map();
          this.connections = (this.connections ?? 0) + 1;
          const delay = this.connections * 5;
          return {
            ...bound(this),
            commit: async (id, commit) => {
              // What another connection stores between these two is overwritten.
              const turn = (busy.get(id) ?? Promise.resolve()).then(async () => {
                const before = await super.load(id);
                await new Promise((resolve) => setTimeout(resolve, delay));
                const base = before === null || "deleted" in before ? null : before.head;
                const fits = base?.revision === commit.base?.revision && base?.version === commit.base?.version;
                const now = await super.load(id);
                return super.commit(id, fits && now !== null && !("deleted" in now) ? { ...commit, base: now.head } : commit);
              });
              busy.set(
                id,
                turn.catch(() => {}),
              );
              return turn;
            },
          };
        }
      },
    "commit: of many at once on one base exactly one is stored, over several connections",
  ),
  mutant(
    "reads the head and the log at different moments",
    "const { head, snapshot, tail, insertedAt } = found;",
    "const { tail } = found;\n    await this.#late();\n    const { head, snapshot, insertedAt } = this.#contexts.get(id);",
    "load and since: each answer is of one moment, whoever commits and trims meanwhile",
  ),
  mutant(
    "stores entry by entry",
    "this.#contexts.set(id, stored);",
    "for (const [index, entry] of [...entries.slice(0, -1), ...(isThere ? [] : [])].entries()) {\n      if (reset || !isThere) break;\n      this.#contexts.set(id, { ...stored, head: { version: entry.version, revision: entry.revision }, tail: [...before.tail, ...entries.slice(0, index + 1)], snapshot: before.snapshot, insertedAt: entry.insertedAt });\n      await this.#late();\n    }\n    this.#contexts.set(id, stored);",
    "load and since: each answer is of one moment, whoever commits and trims meanwhile",
  ),
  mutant(
    "knows the same commit only when it comes later",
    "if (isThere && isSame(found.head, head)) return { ok: true };",
    "if (isThere && isSame(found.head, head)) return { ok: Date.now() - (this.at ?? 0) > 0 };\n    this.at = Date.now() + 2;",
    "commit: the same one at once, twice, is ok both times and stored once",
  ),
  mutant(
    "gets stuck under load",
    "const isThere = found",
    "if (base?.version > 20) return { ok: false };\n    const isThere = found",
    "commit: writers who try again all get through, and leave one unbroken log",
  ),
];
