/** What one open `Chord` consists of, and what its operations have in common: readiness, time, deadline, telemetry, events. */
import { Answers } from "./answers.js";
import { type Clock, clockOf } from "./clock.js";
import type { Committed, Core, Settled } from "./core.js";
import { type Patience, within } from "./deadline.js";
import type { SharedStore } from "./edition.js";
import { asChordError, ChordError } from "./error.js";
import type { Following } from "./following.js";
import { History } from "./history.js";
import { checkId } from "./id.js";
import { type Commit, Listeners } from "./listeners.js";
import { Moment, type Stamp } from "./moment.js";
import type { Settings } from "./options.js";
import { Result } from "./result.js";
import type { StorageInfo } from "./storage.js";
import { type Operation, type Outcome, Observer } from "./telemetry.js";
import type { Context, Delta, Listener } from "./types.js";

export class Instance {
  readonly settings: Settings;
  readonly core: Core;
  readonly history: History;
  readonly answers = new Answers();
  readonly listeners = new Listeners();
  isClosed = false;
  readonly #shared: SharedStore | undefined;
  /** Where others write to the store, too. */
  readonly #following: Following | undefined;
  readonly #clock: Clock;
  readonly #observer: Observer | undefined;

  /** @param shared where the store is shared with others */
  constructor(settings: Settings, core: Core, shared: SharedStore | undefined) {
    this.settings = settings;
    this.core = core;
    this.history = new History(core);
    this.#shared = shared;
    this.#following = shared?.follow(settings, core, this.listeners);
    this.#clock = clockOf(settings.timeUnit, settings.timeProvider);
    this.#observer = settings.telemetry === undefined ? undefined : new Observer(settings.telemetry);
  }

  /** @throws ChordError `closed` */
  ready(): void {
    if (this.isClosed) throw new ChordError("closed", "this Chord has been closed; open a new one");
  }

  checkId(id: unknown): asserts id is string {
    checkId(id, this.settings.limits.idBytes);
  }

  /** The time of the write about to happen. */
  now(): number {
    const now = this.#clock();
    // A time provider may do anything, closing included.
    this.ready();
    return now;
  }

  /**
   * Does `work` and gives its outcome as a promise, whatever happens.
   *
   * @param patience where it waits for more than the core, which has deadlines of its own
   */
  run<T>(work: () => Settled<T>, contextId?: unknown, patience?: Patience): Promise<T> {
    try {
      this.ready();
      const value = work();
      if (!(value instanceof Promise)) return Promise.resolve(value);
      const id = typeof contextId === "string" ? contextId : undefined;
      if (patience !== undefined) return this.#bounded(value, id, patience);
      return value.catch((error: unknown) => {
        throw asChordError(error, id);
      });
    } catch (error) {
      return Promise.reject(asChordError(error, typeof contextId === "string" ? contextId : undefined));
    }
  }

  /** Like `run`, told to telemetry where there is any. */
  runObserved<T>(
    name: Operation,
    outcomeOf: (value: T) => Outcome,
    work: () => Settled<T>,
    contextId?: unknown,
    patience?: Patience,
  ): Promise<T> {
    const observer = this.#observer;
    if (observer === undefined || observer.isTelling) return this.run(work, contextId, patience);
    return observer.observe(name, contextId, () => this.run(work, contextId, patience), outcomeOf);
  }

  /** Does `work` at once. */
  compute<T>(work: () => T): T {
    try {
      this.ready();
      return work();
    } catch (error) {
      throw asChordError(error, undefined);
    }
  }

  /** The result of a write, after telling whoever listens. */
  committed(id: string, commit: Committed): Result {
    const moment = this.history.committed(id, commit);
    if (commit.changed) this.changed(moment, false);
    return new Result(commit.changed, moment);
  }

  /** The result of a write that had nothing to do. */
  unchanged(context: Context): Result {
    return new Result(false, Moment.of(this.history, context));
  }

  /** A context has a new state. After a restore there is no delta to tell. */
  changed(moment: Moment, isRestored: boolean): void {
    if (!this.answers.isEmpty) this.answers.forget(moment.id);
    if (this.#following === undefined && this.listeners.isEmpty) return;
    const kind = moment.delta === undefined ? "create" : "change";
    this.#tell(moment.id, isRestored ? "restore" : kind, moment.stamp, isRestored ? undefined : () => moment.record.delta);
  }

  /** Does `work`, which may delete a context, or any where that is `"*"`. */
  deleting<T>(contextId: string, work: () => Settled<T>): Settled<T> {
    const following = this.#following;
    if (following === undefined) return work();
    following.deleting(contextId);
    const over = (): void => following.deletionOver(contextId);
    try {
      const outcome = work();
      if (outcome instanceof Promise) return outcome.finally(over);
      over();
      return outcome;
    } catch (error) {
      over();
      throw error;
    }
  }

  /** A context is gone. */
  deleted(contextId: string, head: { readonly version: number; readonly revision: string }, insertedAt: number): void {
    this.history.forget(contextId);
    this.answers.forget(contextId);
    this.#tell(contextId, "delete", { ...head, insertedAt }, undefined);
  }

  #tell(contextId: string, kind: Commit["kind"], stamp: Stamp, delta: (() => Delta) | undefined): void {
    const { version, revision, insertedAt } = stamp;
    const commit = { kind, contextId, version, revision, insertedAt, origin: "local", delta } as const;
    if (this.#following !== undefined) this.#following.committed(commit);
    else if (this.listeners.wants(contextId)) this.listeners.push(commit);
  }

  /** Adds a listener, who hears of what is committed from now on. */
  subscribe(id: string, listener: Listener): () => void {
    const isFirst = !this.listeners.has(id);
    const isFollowed = this.listeners.wants(id);
    const unsubscribe = this.listeners.add(id, listener);
    if (isFirst) this.#following?.subscribed(id, isFollowed);
    return () => {
      unsubscribe();
      this.#following?.unsubscribed(id);
    };
  }

  async storage(): Promise<StorageInfo> {
    return this.#shared?.storage(this.settings) ?? { kind: "memory" };
  }

  /** Results handed out before stay readable, and events of what was committed are still told. */
  async close(): Promise<void> {
    this.isClosed = true;
    try {
      this.#following?.close();
      this.history.close();
      this.answers.clear();
      const closing = this.core.close();
      if (closing instanceof Promise) await this.#bounded(closing, undefined, undefined);
    } catch (error) {
      throw asChordError(error, undefined);
    }
  }

  async #bounded<T>(value: Promise<T>, contextId: string | undefined, patience: Patience | undefined): Promise<T> {
    try {
      return await within(value, this.settings.timeout, patience);
    } catch (error) {
      throw asChordError(error, contextId);
    }
  }
}
