/** Random histories, call by call against the model. */
import type { Backend, Commit, Head, News } from "../../backend.js";
import { BrokenContract, same } from "../contract.js";
import { commitOn, noon, revision, stateAt } from "../history.js";
import { Model } from "../model.js";
import { claim, connected } from "./claims.js";

/** A small generator of numbers that look random: the same ones for the same seed (mulberry32). */
function numbersFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

const ids = ["a", "b", "b:1", "😀"];

/** One history, of calls that a cleanup, writers and readers might make. */
class History {
  readonly #model = new Model();
  readonly #past: Commit[] = [];
  #now = noon;

  constructor(
    readonly backends: readonly Backend[],
    readonly random: (below: number) => number,
    readonly mayReload: boolean,
  ) {}

  #pick<T>(from: readonly T[]): T {
    return from[this.random(from.length)] as T;
  }

  #time(): number | null {
    return this.random(4) === 0 ? null : this.#now + this.random(60);
  }

  /** A head that is, was or never was. */
  #head(id: string): Head {
    const past = this.#past.length > 0 ? this.#pick(this.#past).head : undefined;
    const current = this.#model.head(id);
    const choices = [current, current, current, past, { version: 1 + this.random(5), revision: revision() }];
    return this.#pick(choices) ?? { version: 1, revision: revision() };
  }

  #commit(id: string): Commit {
    if (this.#past.length > 0 && this.random(12) === 0) return this.#pick(this.#past.slice(-3));
    const current = this.#model.head(id);
    const base = this.random(5) === 0 ? this.#pick([null, this.#head(id)]) : current;
    const isThere = current !== null && !("deleted" in (this.#model.load(id) ?? {}));
    const isReset = base !== null && (!isThere || this.random(10) === 0);
    const entries = 1 + this.random(3);
    const snapshot = this.random(3) === 0 ? { snapshot: stateAt((base?.version ?? 0) + entries) } : {};
    return commitOn(base, {
      entries,
      at: Array.from({ length: entries }, () => this.#now + this.random(3)),
      expiresAt: this.#time(),
      deltasExpireAt: this.#time(),
      keep: this.#keep(),
      ...snapshot,
      ...(isReset ? { reset: true as const, snapshot: stateAt(base.version + entries) } : {}),
    });
  }

  #keep() {
    const may = <T>(value: T): T | null => (this.random(3) === 0 ? value : null);
    return { count: may(this.random(6)), bytes: may(100 + this.random(400)), after: may(this.#now - this.random(40)) };
  }

  #news(news: News, expected: News, rule: string): void {
    if (this.mayReload && expected.kind === "tail" && news.kind === "reload") return;
    same(rule, news, expected);
  }

  async step(): Promise<void> {
    const id = this.#pick(ids);
    const backend = this.#pick(this.backends);
    this.#now += this.random(5);
    switch (this.random(8)) {
      case 0: {
        const have = this.#head(id);
        return this.#news(
          await backend.since(id, have),
          this.#model.since(id, have),
          "since: as the contract says, after whatever happened",
        );
      }
      case 1: {
        const tombstoneUntil = this.#now + this.random(40);
        const which = this.random(2) ? { head: this.#head(id), tombstoneUntil } : { expiredBefore: this.#now, tombstoneUntil };
        return same(
          "remove: as the contract says, after whatever happened",
          await backend.remove(id, which),
          this.#model.remove(id, which),
        );
      }
      case 2: {
        const given = [id, this.#keep(), this.random(4) === 0 ? null : this.random(60)] as const;
        return same("trim: as the contract says, after whatever happened", await backend.trim(...given), this.#model.trim(...given));
      }
      default: {
        const commit = this.#commit(id);
        const isDeleted = "deleted" in (this.#model.load(id) ?? {});
        // A commit that has been stored and removed since is ok and a conflict alike.
        if (isDeleted && this.#past.includes(commit)) return;
        this.#past.push(commit);
        const [answer, expected] = [await backend.commit(id, commit), this.#model.commit(id, commit)];
        same("commit: as the contract says, after whatever happened", answer.ok, expected.ok);
        if (answer.ok || expected.ok || !Array.isArray(answer.tail)) return;
        same("commit: a conflict tells what has happened since base", answer.tail, expected.tail);
      }
    }
  }

  /** Compares all that is stored. */
  async compare(): Promise<void> {
    const backend = this.#pick(this.backends);
    for (const id of ids) same(`load: as the contract says, after whatever happened`, await backend.load(id), this.#model.load(id));
    const listed = await backend.list({ limit: 100, cursor: undefined, order: "asc", prefix: "b" });
    same("list: as the contract says, after whatever happened", listed.ids.toSorted(), this.#model.ids({ prefix: "b" }).toSorted());
    const expected = this.#model.expired(this.#now).map(({ id, kind }) => `${kind} of ${id}`);
    const contexts = new Set(expected.filter((what) => what.startsWith("context")).map((what) => what.slice("context of ".length)));
    const found = await backend.expired(this.#now, 100);
    const due = found.filter(({ id, kind }) => !(kind === "deltas" && contexts.has(id))).map(({ id, kind }) => `${kind} of ${id}`);
    same("expired: as the contract says, after whatever happened", due.toSorted(), expected.toSorted());
  }
}

async function follow(backends: readonly Backend[], seed: number, mayReload: boolean): Promise<void> {
  const history = new History(backends, numbersFrom(seed), mayReload);
  for (let step = 0; step < 120; step += 1) {
    try {
      await history.step();
      if (step % 3 === 0) await history.compare();
    } catch (error) {
      if (!(error instanceof BrokenContract)) throw error;
      error.message += `\n  where:    step ${step} of the random history ${seed}`;
      throw error;
    }
  }
}

const seeds = [1, 2, 3];

export const histories = seeds.map((seed) =>
  claim(`all: random histories leave what the contract says (${seed} of ${seeds.length})`, async (backend, ground) => {
    await follow([backend, ...(await connected(ground, 2))], seed, ground.lacks("tails"));
  }),
);
