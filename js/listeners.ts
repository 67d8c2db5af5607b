/**
 * Who listens to which context, and what they have yet to hear.
 *
 * Events are queued when a write commits and told in a microtask, oldest first, so that a listener never runs inside somebody else's call and may
 * itself do anything. Each subscription hears what was committed after it began and before it ended.
 */
import type { ContextEvent, Delta, Listener } from "./types.js";

interface Subscription {
  readonly listener: Listener;
  /** The first event meant for it. */
  readonly from: number;
  isActive: boolean;
}

/** A commit of which listeners are to hear. */
export interface Commit {
  readonly kind: "create" | "change" | "restore" | "delete";
  readonly contextId: string;
  readonly version: number;
  readonly revision: string;
  readonly insertedAt: number;
  readonly origin: "local" | "remote";
  /** Where it is known without reading it. */
  readonly delta?: (() => Delta) | undefined;
}

export class Listeners {
  readonly #byId = new Map<string, Set<Subscription>>();
  #queue: Commit[] = [];
  #told = 0;
  #isScheduled = false;

  get isEmpty(): boolean {
    return this.#byId.size === 0;
  }

  /** Whether anybody would hear of `id`. */
  wants(id: string): boolean {
    return this.#byId.has("*") || this.#byId.has(id);
  }

  /** Whether anybody listens to `id` by its name. */
  has(id: string): boolean {
    return this.#byId.has(id);
  }

  /** Who is listened to by name. */
  ids(): string[] {
    return [...this.#byId.keys()].filter((id) => id !== "*");
  }

  add(id: string, listener: Listener): () => void {
    const subscription: Subscription = { listener, from: this.#told + this.#queue.length, isActive: true };
    const subscriptions = this.#byId.get(id) ?? new Set();
    this.#byId.set(id, subscriptions);
    subscriptions.add(subscription);
    return () => {
      subscription.isActive = false;
      subscriptions.delete(subscription);
      if (subscriptions.size === 0 && this.#byId.get(id) === subscriptions) this.#byId.delete(id);
    };
  }

  push(commit: Commit): void {
    this.#queue.push(commit);
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    queueMicrotask(() => this.#drain());
  }

  #drain(): void {
    // What listeners commit meanwhile is told in a microtask of its own, so others get their turn.
    const queue = this.#queue;
    this.#queue = [];
    const first = this.#told;
    this.#told += queue.length;
    this.#isScheduled = false;
    for (const [index, commit] of queue.entries()) this.#tell(commit, first + index);
  }

  #tell(commit: Commit, sequence: number): void {
    const audience = [...(this.#byId.get(commit.contextId) ?? []), ...(this.#byId.get("*") ?? [])].filter(({ from }) => from <= sequence);
    if (audience.length === 0) return;
    let event: ContextEvent;
    try {
      event = Object.freeze(eventOf(commit));
    } catch {
      // Only a failed instance can't word its events, and it says so to whoever calls it.
      return;
    }
    for (const subscription of audience) {
      if (subscription.isActive) tell(subscription.listener, event);
    }
  }
}

/** Made when its turn comes, for deltas take time to read. */
function eventOf({ kind, contextId, version, revision, insertedAt, origin, delta }: Commit): ContextEvent {
  const type = kind === "delete" ? kind : "change";
  const event = { type, contextId, version, revision, insertedAt, origin } as const;
  return delta === undefined ? event : { ...event, delta: delta() };
}

function tell(listener: Listener, event: ContextEvent): void {
  try {
    const answer = listener(event);
    if (typeof answer === "object" && answer !== null) Promise.resolve(answer).catch(() => {});
  } catch {
    // A listener's trouble is neither the writer's nor the next listener's.
  }
}
