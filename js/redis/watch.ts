/**
 * Who listens to what, and the connections it takes: one to a server, one to each master of a cluster that has something to tell. They are made when
 * somebody listens and closed when nobody does.
 */
import { ChordError } from "../error.js";
import { type Calls, pause, pauseAfter } from "./calls.js";
import type { Ear, Hearing } from "./ears.js";
import { failure } from "./failures.js";
import { type Bucket, bucketOf } from "./keys.js";

type Listener = (id: string | null) => void;
type Listen = (hearing: Hearing) => Ear;

/** A connection, and the buckets it hears. */
interface Post {
  readonly ear: Ear;
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
  readonly #posts = new Map<string, Post>();
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
    for (const { ear } of this.#posts.values()) ear.close();
    this.#posts.clear();
    for (const { resolve } of this.#waiters.splice(0)) resolve();
  }

  #heard(buckets: readonly number[]): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiters = this.#waiters.filter((one) => one !== waiter);
        reject(failure(this.#trouble ?? new Error("no answer from the connection that listens")));
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
    const homes = new Map<string, { readonly listen: Listen; readonly buckets: number[] }>();
    const found = await Promise.allSettled(
      missing.map(async (bucket) => {
        const key = (this.#buckets[bucket] as Bucket).due;
        // A command for the slot makes a cluster client learn where it is now.
        if (isAgain && this.#calls.link.isCluster) await this.#calls.link.send(key, ["EXISTS", key]);
        const { name, listen } = await this.#calls.link.home(key);
        const home = homes.get(name) ?? { listen, buckets: [] };
        homes.set(name, home);
        home.buckets.push(bucket);
      }),
    );
    const placed = await Promise.allSettled([...homes].map(([name, { listen, buckets }]) => this.#place(name, listen, buckets)));
    const left = await Promise.allSettled([...this.#posts].map(([name, post]) => this.#leave(name, post)));
    if (this.#hasMissed && (isLate || this.#isDone())) {
      this.#hasMissed = !this.#isDone();
      this.#tell(null);
    }
    for (const result of [...found, ...placed, ...left]) if (result.status === "rejected") return result.reason ?? new Error("unknown");
    return undefined;
  }

  /** The connection to a server. */
  async #post(name: string, listen: Listen): Promise<Post> {
    const known = this.#posts.get(name);
    if (known !== undefined) return known;
    const ear = listen({ message: (id) => this.#tell(id), lost: () => this.#lose(name, post) });
    const post: Post = { ear, buckets: new Set() };
    this.#posts.set(name, post);
    try {
      await ear.connect();
    } catch (reason) {
      this.#lose(name, post);
      throw reason;
    }
    if (this.#isClosed) ear.close();
    return post;
  }

  async #place(name: string, listen: Listen, buckets: readonly number[]): Promise<void> {
    const post = await this.#post(name, listen);
    await post.ear.subscribe(buckets.map((bucket) => (this.#buckets[bucket] as Bucket).channel));
    if (this.#posts.get(name) !== post) throw new Error("the connection that listens was lost");
    for (const bucket of buckets) {
      post.buckets.add(bucket);
      this.#placed.set(bucket, name);
    }
  }

  /** Gives up what nobody listens to any more. */
  async #leave(name: string, post: Post): Promise<void> {
    const unwanted = [...post.buckets].filter((bucket) => !this.#wanted.has(bucket));
    for (const bucket of unwanted) {
      post.buckets.delete(bucket);
      this.#placed.delete(bucket);
    }
    if (unwanted.length > 0 && post.buckets.size === 0) {
      this.#posts.delete(name);
      post.ear.close();
    } else if (unwanted.length > 0) await post.ear.unsubscribe(unwanted.map((bucket) => (this.#buckets[bucket] as Bucket).channel));
  }

  #lose(name: string, post: Post): void {
    if (this.#posts.get(name) !== post) return;
    this.#posts.delete(name);
    post.ear.close();
    for (const bucket of post.buckets) this.#placed.delete(bucket);
    if (post.buckets.size > 0) this.#hasMissed = true;
    this.#work();
  }

  #tell(id: string | null): void {
    // What `open` publishes to see whether it may.
    if (id === "") return;
    const listeners = id === null ? [...this.#byId.values()].flatMap((set) => [...set]) : [...(this.#byId.get(id) ?? [])];
    for (const { listener } of [...listeners, ...this.#all]) {
      try {
        listener(id);
      } catch {
        // It is a hint: whoever can't take it harms nobody else.
      }
    }
  }
}
