/** Hints between the tabs and workers of an origin, which share a database: whoever commits says so on a channel. */
import type { Followed, Hints } from "./following.js";
import type { Commit } from "./listeners.js";
import { unref } from "./unref.js";

/** Commits in quick succession are told together: a message costs more than the commit. */
const pause = 20;

/** A commit, as it is told over the channel. */
type Hint = Omit<Commit, "origin" | "delta">;

export class Tabs implements Hints {
  readonly isRemote = false;
  readonly #channel: BroadcastChannel | undefined;
  #outbox: Hint[] = [];
  #sending: ReturnType<typeof setTimeout> | undefined;
  #sent = 0;

  /** @param name of the database */
  constructor(followed: Followed, name: string) {
    if (typeof BroadcastChannel !== "function") return;
    this.#channel = new BroadcastChannel(`chord-sync:${name}`);
    this.#channel.onmessage = ({ data }) => hear(data, followed);
    // Where somebody brought an IndexedDB to a server.
    unref(this.#channel);
  }

  committed({ kind, contextId, version, revision, insertedAt }: Hint): void {
    if (this.#channel === undefined) return;
    this.#outbox.push({ kind, contextId, version, revision, insertedAt });
    this.#sending ??= setTimeout(() => this.#send(), performance.now() - this.#sent < pause ? pause : 0);
  }

  subscribed(): void {}

  unsubscribed(): void {}

  close(): void {
    // What was committed last is said first; what is still under way is found by whoever looks.
    this.#send();
    this.#channel?.close();
  }

  #send(): void {
    clearTimeout(this.#sending);
    this.#sending = undefined;
    if (this.#outbox.length === 0) return;
    try {
      this.#channel?.postMessage({ hints: this.#outbox });
    } catch {
      // The channel of a page that goes away, or that is closed. Whoever looks finds the commit.
    }
    this.#outbox = [];
    this.#sent = performance.now();
  }
}

function hear(message: unknown, followed: Followed): void {
  const { hints } = (message ?? {}) as { hints?: unknown };
  if (!Array.isArray(hints)) return;
  for (const hint of hints as Hint[]) {
    if (typeof hint?.contextId === "string" && Number.isInteger(hint.version)) followed.heard({ ...hint, origin: "remote" });
  }
}
