/**
 * Who listens to what, and the subscriber connections it takes: one to a server, one to each master of a cluster that has something to tell. They are
 * made when somebody listens and closed when nobody does.
 */
import type { Backend, Head } from "../backend.js";
import { ChordError } from "../error.js";
import { type Calls, pause, pauseAfter } from "./calls.js";
import { failure } from "./failures.js";
import { type Bucket, bucketOf } from "./keys.js";
import type { Events, Subscriber } from "./subscribers.js";

type Listener = Parameters<Required<Backend>["watch"]>[1];
type Connect = (events: Events) => Subscriber;

/** What scripts publish, see there. Ids may hold anything. */
const message = /^(?:([+-])(\d+) ([^ ]*)|\?) (.*)$/s;

interface News {
  readonly head: Head;
  readonly deleted?: true;
}

/** A subscriber connection, and the buckets it hears. */
interface Connected {
  readonly subscriber: Subscriber;
  readonly buckets: Set<number>;
}

interface Waiter {
  readonly buckets: readonly number[];
  readonly resolve: () => void;
}

const longestPause = 2000;

export class Watcher {
  readonly #calls: Calls;
  readonly #buckets: readonly Bucket[];
  readonly #byId = new Map<string, Set<{ readonly listener: Listener }>>();
  readonly #all = new Set<{ readonly listener: Listener }>();
  /** How many listen to a bucket. */
  readonly #wanted = new Map<number, number>();
  /** Where a bucket is heard. */
  readonly #placed = new Map<number, string>();
  readonly #connected = new Map<string, Connected>();
  #waiters: Waiter[] = [];
  #isWorking = false;
  #isClosed = false;
  /** Whether messages may have been missed that nobody has been told of. */
  #hasMissed = false;
  #trouble: unknown;

  constructor(calls: Calls, buckets: readonly Bucket[]) {
    this.#calls = calls;
    this.#buckets = buckets;
  }

  async watch(id: string | null, listener: Listener): Promise<() => void> {
    if (this.#isClosed) throw new ChordError("closed", "the Redis backend has been closed");
    const buckets = id === null ? this.#buckets.map((_, number) => number) : [bucketOf(id)];
    const entry = { listener };
    const listeners = id === null ? this.#all : (this.#byId.get(id) ?? new Set());
    if (id !== null) this.#byId.set(id, listeners);
    listeners.add(entry);
    for (const bucket of buckets) this.#wanted.set(bucket, (this.#wanted.get(bucket) ?? 0) + 1);
    const end = (): void => {
      if (!listeners.delete(entry)) return;
      if (id !== null && listeners.size === 0 && this.#byId.get(id) === listeners) this.#byId.delete(id);
      for (const bucket of buckets) {
        const left = (this.#wanted.get(bucket) ?? 0) - 1;
        if (left > 0) this.#wanted.set(bucket, left);
        else this.#wanted.delete(bucket);
      }
      this.#work();
    };
    try {
      await this.#heard(buckets);
    } catch (reason) {
      end();
      throw reason;
    }
    return end;
  }

  close(): void {
    this.#isClosed = true;
    this.#byId.clear();
    this.#all.clear();
    this.#wanted.clear();
    this.#placed.clear();
    for (const { subscriber } of this.#connected.values()) subscriber.close();
    this.#connected.clear();
    for (const { resolve } of this.#waiters.splice(0)) resolve();
  }

  #heard(buckets: readonly number[]): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiters = this.#waiters.filter((one) => one !== waiter);
        reject(failure(this.#trouble ?? new Error("no answer on the subscriber connection")));
      }, this.#calls.patience);
      const waiter: Waiter = {
        buckets,
        resolve: () => {
          clearTimeout(timer);
          resolve();
        },
      };
      this.#waiters.push(waiter);
      this.#work();
    });
  }

  /** Hears what is wanted and nothing else; one run at a time. */
  async #work(): Promise<void> {
    if (this.#isWorking) return;
    this.#isWorking = true;
    for (let attempt = 0; !this.#isClosed; ) {
      const trouble = await this.#step(attempt > 0 || this.#hasMissed);
      this.#settle();
      if (trouble !== undefined) {
        this.#trouble = trouble;
        attempt += 1;
      } else if (this.#isDone()) break;
      if (attempt > 0 || this.#hasMissed) await pause(pauseAfter(attempt, longestPause));
    }
    this.#isWorking = false;
  }

  #isDone(): boolean {
    return this.#placed.size === this.#wanted.size && [...this.#wanted.keys()].every((bucket) => this.#placed.has(bucket));
  }

  #settle(): void {
    const isHeard = ({ buckets }: Waiter) => buckets.every((bucket) => this.#placed.has(bucket));
    for (const waiter of this.#waiters.filter(isHeard)) waiter.resolve();
    this.#waiters = this.#waiters.filter((waiter) => !isHeard(waiter));
  }

  /** One round; gives what kept it from being the last. */
  async #step(isAgain: boolean): Promise<unknown> {
    const missing = [...this.#wanted.keys()].filter((bucket) => !this.#placed.has(bucket));
    const isLate = this.#hasMissed && missing.length > 0;
    const homes = new Map<string, { readonly connect: Connect; readonly buckets: number[] }>();
    const found = await Promise.allSettled(
      missing.map(async (bucket) => {
        const key = (this.#buckets[bucket] as Bucket).due;
        // A command for the slot makes a cluster client learn where it is now.
        if (isAgain && this.#calls.link.isCluster) await this.#calls.link.send(key, ["EXISTS", key]);
        const { name, subscriber } = await this.#calls.link.home(key);
        const home = homes.get(name) ?? { connect: subscriber, buckets: [] };
        homes.set(name, home);
        home.buckets.push(bucket);
      }),
    );
    const placed = await Promise.allSettled([...homes].map(([name, { connect, buckets }]) => this.#place(name, connect, buckets)));
    const left = await Promise.allSettled([...this.#connected].map(([name, connected]) => this.#leave(name, connected)));
    if (this.#hasMissed && (isLate || this.#isDone())) {
      this.#hasMissed = !this.#isDone();
      this.#tell(null);
    }
    for (const result of [...found, ...placed, ...left]) if (result.status === "rejected") return result.reason ?? new Error("unknown");
    return undefined;
  }

  /** The subscriber connection to a server. */
  async #connect(name: string, connect: Connect): Promise<Connected> {
    const known = this.#connected.get(name);
    if (known !== undefined) return known;
    const subscriber = connect({ message: (text) => this.#hear(text), lost: () => this.#lose(name, connected) });
    const connected: Connected = { subscriber, buckets: new Set() };
    this.#connected.set(name, connected);
    try {
      await subscriber.connect();
    } catch (reason) {
      this.#lose(name, connected);
      throw reason;
    }
    if (this.#isClosed) subscriber.close();
    return connected;
  }

  async #place(name: string, connect: Connect, buckets: readonly number[]): Promise<void> {
    const connected = await this.#connect(name, connect);
    await connected.subscriber.subscribe(this.#channelsOf(buckets));
    if (this.#connected.get(name) !== connected) throw new Error("the subscriber connection was lost");
    for (const bucket of buckets) {
      connected.buckets.add(bucket);
      this.#placed.set(bucket, name);
    }
  }

  /** Gives up what nobody listens to any more. */
  async #leave(name: string, connected: Connected): Promise<void> {
    const unwanted = [...connected.buckets].filter((bucket) => !this.#wanted.has(bucket));
    for (const bucket of unwanted) {
      connected.buckets.delete(bucket);
      this.#placed.delete(bucket);
    }
    if (unwanted.length > 0 && connected.buckets.size === 0) {
      this.#connected.delete(name);
      connected.subscriber.close();
    } else if (unwanted.length > 0) await connected.subscriber.unsubscribe(this.#channelsOf(unwanted));
  }

  #channelsOf(buckets: readonly number[]): string[] {
    return buckets.map((bucket) => (this.#buckets[bucket] as Bucket).channel);
  }

  #lose(name: string, connected: Connected): void {
    if (this.#connected.get(name) !== connected) return;
    this.#connected.delete(name);
    connected.subscriber.close();
    for (const bucket of connected.buckets) this.#placed.delete(bucket);
    if (connected.buckets.size > 0) this.#hasMissed = true;
    this.#work();
  }

  #hear(text: string): void {
    const parts = message.exec(text);
    // Such as what `open` publishes to see whether it may.
    if (parts === null) return;
    const [, kind, version, revision, id] = parts;
    const head = { version: Number(version), revision: revision as string };
    if (kind === undefined) this.#tell(id as string);
    else this.#tell(id as string, kind === "-" ? { head, deleted: true } : { head });
  }

  #tell(id: string | null, news?: News): void {
    const listeners = id === null ? [...this.#byId.values()].flatMap((set) => [...set]) : [...(this.#byId.get(id) ?? [])];
    for (const { listener } of [...listeners, ...this.#all]) {
      try {
        listener(id, news);
      } catch {
        // It is a hint: whoever can't take it harms nobody else.
      }
    }
  }
}
