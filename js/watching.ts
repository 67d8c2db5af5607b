/** Hints from a backend that can tell of others' commits. */
import type { Backend } from "./backend.js";
import type { Followed, Hints } from "./following.js";
import { unref } from "./unref.js";

/** A watch that couldn't be had is tried again. Meanwhile, what somebody listens to is looked at every now and then. */
const againAfter = 5_000;

/** One watch: on a context, or on all. */
interface Watch {
  isOver: boolean;
  end: (() => void) | undefined;
}

export class Watching implements Hints {
  readonly isRemote = true;
  readonly #followed: Followed;
  readonly #backend: Backend;
  readonly #watches = new Map<string, Watch>();

  constructor(followed: Followed, backend: Backend) {
    this.#followed = followed;
    this.#backend = backend;
  }

  committed(): void {}

  subscribed(id: string): void {
    if (this.#watches.has(id) || this.#backend.watch === undefined) return;
    const watch: Watch = { isOver: false, end: undefined };
    this.#watches.set(id, watch);
    void this.#begin(id, watch);
  }

  unsubscribed(id: string): void {
    const watch = this.#watches.get(id);
    if (watch === undefined) return;
    this.#watches.delete(id);
    end(watch);
  }

  close(): void {
    for (const id of [...this.#watches.keys()]) this.unsubscribed(id);
  }

  async #begin(id: string, watch: Watch): Promise<void> {
    const watched = id === "*" ? null : id;
    try {
      watch.end = await this.#backend.watch?.(watched, (id, news) => {
        if (watch.isOver) return;
        const { head, deleted } = news ?? {};
        const isHead = typeof head?.version === "number" && typeof head.revision === "string";
        // What is no hint still says that something happened.
        this.#followed.hinted(typeof id === "string" ? id : null, isHead ? head : undefined, deleted === true);
      });
    } catch {
      // Whoever calls the store is told what is wrong with it.
      if (!watch.isOver) unref(setTimeout(() => void (watch.isOver || this.#begin(id, watch)), againAfter));
      return;
    }
    if (watch.isOver) end(watch);
    // What happened until now, nobody may have told.
    else this.#followed.hinted(watched);
  }
}

function end(watch: Watch): void {
  watch.isOver = true;
  try {
    watch.end?.();
  } catch {
    // It is over all the same.
  }
  watch.end = undefined;
}
