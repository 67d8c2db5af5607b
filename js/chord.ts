/** The class users see. Each method is its documentation and one call; what it does is in the file of its kind. */
/// <reference lib="esnext.disposable" preserve="true" />
import { applyDelta, calculateDelta, formatDelta, invertDelta, mergeDeltas } from "./algebra.js";
import { type Answer, headOf } from "./answers.js";
import { checkFunction, checkLimit } from "./arguments.js";
import { exportContext, restoreContext, transact } from "./callbacks.js";
import { CleanupServer, checkInterval } from "./cleanup.js";
import type { Settled } from "./core.js";
import { chain, Patience } from "./deadline.js";
import { editionFor } from "./edition.js";
import { asChordError, ChordError } from "./error.js";
import { Instance } from "./instance.js";
import { loaded } from "./module.js";
import { type ChordOptions, fieldsOf, settingsOf } from "./options.js";
import { getContext, listContexts, listDeltas, syncContext, syncContextText } from "./reads.js";
import type { Result } from "./result.js";
import type { StorageInfo } from "./storage.js";
import type { Outcome } from "./telemetry.js";
import type {
  ChangeResult,
  Changes,
  CleanupOptions,
  CleanupResult,
  CleanupServerOptions,
  Context,
  ContextInput,
  ContextPage,
  Delta,
  DeltaRecord,
  FormatMetadata,
  JsonObject,
  ListDeltasOptions,
  Listener,
  ListOptions,
  Since,
  SyncOptions,
  SyncResult,
  WriteOptions,
} from "./types.js";
import { openCore } from "./wasm.js";
import { cleanup, deleteContext, setContext, updateContext } from "./writes.js";

const written = ({ changed, version }: Result): Outcome => ({ outcome: changed ? "changed" : "unchanged", version });
const got = (context: Context | undefined): Outcome =>
  context === undefined ? { outcome: "absent" } : { outcome: "found", version: context.version };
const synced = ({ type, version }: SyncResult): Outcome => ({ outcome: type, version });
const deleted = (existed: boolean): Outcome => ({ outcome: existed ? "deleted" : "absent" });
const exported = (): Outcome => ({ outcome: "exported" });
const restored = ({ version }: Context): Outcome => ({ outcome: "restored", version });
const cleaned = ({ contexts, deltas }: CleanupResult): Outcome => ({ outcome: contexts + deltas === 0 ? "nothing" : "removed" });

/**
 * Versioned contexts and their deltas.
 *
 * Methods that give a promise never throw: bad arguments reject it. The others throw. Either way it is a `ChordError`. Any method may be called
 * from inside any callback. After `close()` everything is `closed`, except ending what is over anyway.
 *
 * @example
 * const chord = await Chord.open();
 * await chord.setContext("user:1", { status: "online", theme: "dark" });
 * const seen = await chord.syncContext("user:1");                  // full_context, version 1
 * await chord.updateContext("user:1", { status: "away" });
 * await chord.syncContext("user:1", seen);                         // delta: { status: { action: "modified", … } }
 * await chord.close();
 */
export class Chord implements AsyncDisposable {
  readonly #instance: Instance;
  readonly #server: CleanupServer;
  #closing: Promise<void> | undefined;

  private constructor(instance: Instance) {
    if (!(instance instanceof Instance)) throw new ChordError("invalid_argument", "a Chord is made by `await Chord.open()`");
    this.#instance = instance;
    this.#server = new CleanupServer((options) => this.cleanup(options));
  }

  static {
    // Minified code has shorter names, and consoles print this one.
    Object.defineProperty(Chord, "name", { value: "Chord", configurable: true });
    // Not a method by that name, which would be called "undefined" where the symbol isn't known yet.
    if (Symbol.asyncDispose !== undefined) {
      Object.defineProperty(Chord.prototype, Symbol.asyncDispose, {
        value(this: Chord) {
          return this.close();
        },
        writable: true,
        configurable: true,
      });
    }
  }

  /** `close()`, for `await using`. */
  declare readonly [Symbol.asyncDispose]: () => Promise<void>;

  /**
   * A `Chord` over the backend's contexts: in memory those are its own, in IndexedDB the origin's, in Redis and backends of one's own those of all who share the
   * store. The WebAssembly module that the backend needs is loaded and compiled once per process, however often this is called.
   *
   * Rejects with `invalid_argument` naming the option, or `backend_unavailable`: the backend, or the module, can't be had here.
   *
   * @example
   * const chord = await Chord.open({ deltaThreshold: 500, telemetry: console.log });
   * const offline = await Chord.open({ wasm: await readFile("chord.wasm") });     // bytes, a Module, a Response or a URL
   */
  static async open(options?: ChordOptions): Promise<Chord> {
    const settings = settingsOf(options);
    const { module, parts } = await loaded(settings.wasm, editionFor(settings));
    try {
      const core = openCore(module, parts, settings);
      try {
        await core.open();
      } catch (error) {
        void Promise.resolve(core.close()).catch(() => undefined);
        throw error;
      }
      return new Chord(new Instance(settings, core, core.isShared ? parts.shared : undefined));
    } catch (error) {
      throw asChordError(error, undefined);
    }
  }

  /**
   * The outcome of making `context` the whole state of `id`; creates it when there is none. A field that is `undefined` is absent.
   *
   * Creating is always a change: version 1, each key `added`. Otherwise an equal state commits nothing (`changed: false`); the order of keys
   * doesn't count.
   *
   * Rejects with `invalid_value` naming the path of what JSON can't hold, `limit_exceeded`, or `conflict` where `ifVersion` isn't met.
   *
   * @example
   * const { changed, delta } = await chord.setContext("user:1", { status: "online" });
   */
  setContext(id: string, context: ContextInput, options?: WriteOptions): Promise<ChangeResult> {
    return this.#instance.runObserved("chord.context.set", written, () => setContext(this.#instance, id, context, options), id);
  }

  /**
   * The outcome of merging `changes` deeply into `id`: objects merge, `undefined` removes a key, everything else replaces, arrays too. `append()` and
   * `increment()` stand in place of a value and are computed when the update commits, so concurrent ones all survive.
   *
   * Rejects with `not_found`, `invalid_value` naming the path, `limit_exceeded`, or `conflict` where `ifVersion` isn't met.
   *
   * @example
   * await chord.updateContext("user:1", { status: "away", draft: undefined, logins: increment(), log: append("left") });
   */
  updateContext(id: string, changes: Changes, options?: WriteOptions): Promise<ChangeResult> {
    return this.#instance.runObserved("chord.context.update", written, () => updateContext(this.#instance, id, changes, options), id);
  }

  /**
   * The outcome of committing what `compute` makes of the current state, and of nothing else: when another write comes in between, `compute` is
   * called again with what that left. It gets the frozen state, or `undefined` when there is none; it may be async; where it gives `undefined`
   * nothing is committed.
   *
   * Rejects with `conflict` after 100 tries, `callback_failed` with what `compute` threw, `timeout` (nothing was committed),
   * or `not_found` where there is no such context and nothing to create it from.
   *
   * @example
   * await chord.transact("cart:1", (cart) => cart && { ...cart, total: sum(cart.items) });
   */
  transact(
    id: string,
    compute: (current: JsonObject | undefined) => ContextInput | undefined | Promise<ContextInput | undefined>,
  ): Promise<ChangeResult> {
    const patience = new Patience();
    const work = (): ReturnType<typeof transact> => {
      checkFunction("the transaction", compute);
      return transact(this.#instance, id, compute, patience);
    };
    return this.#instance.runObserved("chord.context.set", written, work, id, patience);
  }

  /**
   * The context as it is now, or `undefined`. As long as nothing changes it is the very same object.
   *
   * @example
   * const { context, version } = (await chord.getContext("user:1")) ?? {};
   */
  getContext(id: string): Promise<Context | undefined> {
    return this.#instance.runObserved("chord.context.get", got, () => getContext(this.#instance, id), id);
  }

  /**
   * What a client that has `since` needs to be up to date: one delta, the full context, or nothing.
   *
   * `since` is what the client got last: a previous result as it is, or `{ version, revision }`. With a revision the delta proves an unbroken chain
   * from it. A bare version does for contexts that are never deleted or restored. Nothing, 0, or a version ahead of this one gives the full context,
   * as do trimmed logs and deltas longer than both the context and 1,024 bytes.
   *
   * Rejects with `not_found`.
   *
   * @example
   * const result = await chord.syncContext("user:1", last);
   * if (result.type === "full_context") state = result.context;
   * if (result.type === "delta") state = chord.applyDelta(state, result.delta);
   * last = result;
   */
  syncContext(id: string, since?: Since, options?: SyncOptions): Promise<SyncResult> {
    return this.#instance.runObserved("chord.context.sync", synced, () => syncContext(this.#instance, id, since, options), id);
  }

  /**
   * The JSON text of what `syncContext` gives, with keys in the order they are stored in, ready to be sent: servers need not parse what they only hand
   * on. Clients at the same version share one text. Telemetry hears of it as of a sync.
   *
   * Rejects with `not_found`.
   *
   * @example
   * socket.send(await chord.syncContextText("user:1", { version, revision }));   // {"type":"delta","contextId":"user:1",…
   */
  syncContextText(id: string, since?: Since, options?: SyncOptions): Promise<string> {
    let answered: Answer;
    const text = (): Settled<string> =>
      chain(syncContextText(this.#instance, id, since, options), (answer) => {
        answered = answer;
        return answer.text ?? "";
      });
    const outcomeOf = (): Outcome => ({ outcome: answered.synced.type, version: headOf(answered.synced).version });
    return this.#instance.runObserved("chord.context.sync", outcomeOf, text, id);
  }

  /**
   * Whether there was such a context; now there is none. Its version is remembered for `deltaTtl`, and goes on from there if it is created again.
   *
   * Rejects with `conflict` where `ifVersion` isn't met.
   */
  deleteContext(id: string, options?: WriteOptions): Promise<boolean> {
    return this.#instance.runObserved("chord.context.delete", deleted, () => deleteContext(this.#instance, id, options), id);
  }

  /**
   * Hands the context to the option `exportCallback` and waits for it.
   *
   * Rejects with `no_export_callback`, `not_found`, `callback_failed` with what it threw, or `timeout`.
   */
  exportContext(id: string): Promise<void> {
    const patience = new Patience();
    return this.#instance.runObserved("chord.context.export", exported, () => exportContext(this.#instance, id), id, patience);
  }

  /**
   * The context after installing what the option `contextExternalProvider` gives for `id`, as a new beginning: its version is at least the provider's and
   * above any this `Chord` knew, and clients from before get the full context.
   *
   * Rejects with `no_context_external_provider`, `not_found` where it gives null or undefined, `callback_failed` where it throws or gives anything
   * but `{ context, version }`, `limit_exceeded`, or `timeout` (nothing was restored).
   */
  restoreContext(id: string): Promise<Context> {
    const patience = new Patience();
    return this.#instance.runObserved("chord.context.restore", restored, () => restoreContext(this.#instance, id, patience), id, patience);
  }

  /**
   * Contexts by id, in UTF-8 byte order, and a `cursor` when there are more.
   *
   * @example
   * for (let cursor; ; ) {
   *   const page = await chord.listContexts({ prefix: "user:", limit: 100, cursor });
   *   page.contexts.forEach(show);
   *   if ((cursor = page.cursor) === undefined) break;
   * }
   */
  listContexts(options?: ListOptions): Promise<ContextPage> {
    return this.#instance.run(() => listContexts(this.#instance, options));
  }

  /** The deltas kept of `id`, oldest first, or newest first with `order: "desc"`. Empty for a context that isn't there. */
  listDeltas(id: string, options?: ListDeltasOptions): Promise<DeltaRecord[]> {
    return this.#instance.run(() => listDeltas(this.#instance, id, options), id);
  }

  /**
   * Calls `listener` after each commit to `id`, or to any context with `"*"`: in the order of versions, in a microtask, for what is committed from now
   * on until the function it gives is called. Over IndexedDB also for what other tabs and workers commit, over Redis and backends of one's own for what other
   * processes commit: at once where the backend has `watch`, else when the context is looked at, every 15 seconds. A listener that throws or
   * rejects harms nobody.
   *
   * @example
   * const unsubscribe = chord.subscribe("user:1", ({ type, version, delta }) => broadcast({ type, version, delta }));
   */
  subscribe(id: string, listener: Listener): () => void {
    return this.#instance.compute(() => {
      if (id !== "*") this.#instance.checkId(id);
      checkFunction("listener", listener);
      return this.#instance.subscribe(id, listener);
    });
  }

  /**
   * How much was removed: contexts past `contextTtl` with `contextAutoDelete`, and deltas past `deltaTtl` or `deltaThreshold`. Visits what has
   * waited longest first, so a small `limit` (contexts; default 1,000) only means more runs.
   */
  cleanup(options?: CleanupOptions): Promise<CleanupResult> {
    return this.#instance.runObserved("chord.cleanup.run", cleaned, () => cleanup(this.#instance, options));
  }

  /**
   * Runs `cleanup` at an interval: an hour, or what was asked for, here or before. Runs never overlap, a failing one is told to telemetry and
   * doesn't stop the next, and the timer doesn't keep a process alive. Starting again replaces it.
   *
   * Throws `invalid_argument`.
   *
   * @example
   * chord.startCleanupServer({ interval: 60_000, backendOptions: { limit: 500 } });
   */
  startCleanupServer(options?: CleanupServerOptions): void {
    this.#instance.compute(() => {
      const { interval, backendOptions } = fieldsOf(options, "options", ["interval", "backendOptions"]);
      if (interval !== undefined) checkInterval(interval);
      const cleanupOptions = checkCleanupOptions(backendOptions);
      if (interval !== undefined) this.#server.setInterval(interval);
      this.#server.setOptions(cleanupOptions);
      this.#server.start();
    });
  }

  /** Changes the cleanup server's interval, in milliseconds, at once or for when it is started. Throws `invalid_argument`. */
  updateCleanupInterval(interval: number): void {
    this.#instance.compute(() => {
      checkInterval(interval);
      this.#server.setInterval(interval);
    });
  }

  /** Changes what the cleanup server's runs are called with. Throws `invalid_argument`. */
  updateCleanupBackendOptions(options: CleanupOptions): void {
    this.#instance.compute(() => this.#server.setOptions(checkCleanupOptions(options)));
  }

  /** Stops the cleanup server. It may have been stopped before, or never started. */
  stopCleanupServer(): void {
    this.#server.stop();
  }

  /**
   * The delta that leads from state `before` to state `after`; `{}` when they are equal.
   *
   * Throws `invalid_value` naming the path, or `limit_exceeded`.
   *
   * @example
   * chord.calculateDelta({ status: "online" }, { status: "away" });
   * // { status: { action: "modified", oldValue: "online", value: "away" } }
   */
  calculateDelta(before: ContextInput, after: ContextInput): Delta {
    return this.#instance.compute(() => calculateDelta(this.#instance, before, after));
  }

  /**
   * One delta with the effect of all, in their order.
   *
   * Throws `delta_mismatch` naming the path where one doesn't fit what those before it leave, or `invalid_argument` where one is no delta.
   */
  mergeDeltas(deltas: readonly Delta[]): Delta {
    return this.#instance.compute(() => mergeDeltas(this.#instance, deltas));
  }

  /**
   * The state `delta` makes of `context`. Neither is altered.
   *
   * Throws `delta_mismatch` naming the path where it doesn't fit, or `invalid_argument` where it is no delta.
   */
  applyDelta(context: ContextInput, delta: Delta): JsonObject {
    return this.#instance.compute(() => applyDelta(this.#instance, context, delta));
  }

  /**
   * The delta that leads back.
   *
   * Throws `invalid_argument` where it has no old values, or is no delta.
   */
  invertDelta(delta: Delta): Delta {
    return this.#instance.compute(() => invertDelta(this.#instance, delta));
  }

  /**
   * `delta` in the format of the option `deltaFormatter`: a `FormattedDelta`, an array of `JsonPatchOperation`, a merge patch, or whatever your own function
   * makes of it. `metadata` names the context and version; `merge-patch` needs the state before as `context` where arrays were edited.
   *
   * Throws `invalid_argument` where the format can't say it, `callback_failed` with what your function threw.
   */
  formatDelta(delta: Delta, metadata?: FormatMetadata): unknown {
    return this.#instance.compute(() => formatDelta(this.#instance, delta, metadata));
  }

  /**
   * Where contexts are kept, whether that is for good, and how much of it is taken.
   *
   * @example
   * const { kind } = await chord.storage();
   * if (kind === "best-effort") await navigator.storage.persist();     // ask the browser to keep it when room gets short
   */
  storage(): Promise<StorageInfo> {
    return this.#instance.run(() => this.#instance.storage());
  }

  /** Ends everything: timers, subscriptions, and the contexts kept in memory. Results that were handed out stay readable. Calling it again is fine. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#server.stop();
    await this.#instance.close();
  }
}

function checkCleanupOptions(options: unknown): CleanupOptions {
  const { limit } = fieldsOf(options, "backendOptions", ["limit"]);
  return limit === undefined ? {} : { limit: checkLimit(limit, 1000) };
}
