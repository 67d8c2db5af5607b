/**
 * The other side of `src/wasm/class.rs`: writes arguments into linear memory, calls, reads the answer.
 * Generated glue stays off the hot paths: arguments and results are numbers and texts in linear memory.
 */
import type { Cleaned, Committed, Core, Guard, LogEntry, Settled, State, Synced } from "./core.js";
import { late } from "./deadline.js";
import type { Deadlines } from "./deadlines.js";
import type { Engine, Parts } from "./edition.js";
import { ChordError, type ChordErrorCode, type Path, showPath } from "./error.js";
// Where calls wait, engines have a little more.
import type { Chord as BackendsEngine } from "./glue/chord-backends.js";
import type { JsonLimits } from "./json-writer.js";
import { type Memory, memoryOf, textOf } from "./memory.js";
import type { Settings } from "./options.js";
import { hexOf, Outcome } from "./outcome.js";
import type { OwnBackend } from "./own-backend.js";
import type { Printable, Printer } from "./printer.js";
import { randomWords } from "./random.js";

/** What calls answer with; the names are those of `src/wasm/output.rs`. */
const failed = 0;
const done = 1;
const nothing = 2;
const full = 3;
const pending = 4;

const formats = ["default", "json-patch", "merge-patch"] as const;
const noGuard = -1;

/** The engine for `settings`, over the instance of `module` that all engines of this process share. */
export function openCore(module: WebAssembly.Module, parts: Parts, settings: Settings): Core {
  return new WasmCore(memoryOf(module, parts), parts, settings);
}

function hex(high: number, low: number): string {
  return high === 0 ? low.toString(16) : high.toString(16) + low.toString(16).padStart(8, "0");
}

class WasmCore implements Core {
  readonly isShared: boolean;
  readonly #memory: Memory;
  readonly #printer: Printer;
  /** What contexts and changes may measure. */
  readonly #json: JsonLimits;
  /** What deltas handed in may measure: they hold old and new values, and each array adds three levels. */
  readonly #deltaJson: JsonLimits;
  readonly #deltasJson: JsonLimits;
  readonly #engine: Engine;
  /** What revisions of this engine's own begin with. */
  readonly #writer: string;
  /** Calls that wait for an asynchronous backend, by number. */
  readonly #waiting = new Map<number, (status: number) => void>();
  readonly #timeout: number;
  /** Where calls wait. */
  readonly #deadlines: Deadlines | undefined;
  #isClosed = false;
  /** What a backend failed with, by the number of the question, for as long as calls wait that may be told of it. */
  readonly #causes = new Map<number, unknown>();
  #isGone = false;
  /** The engine is free to go once no call waits any more. */
  #isToGo = false;

  constructor(memory: Memory, { shared }: Parts, settings: Settings) {
    const [writerHigh = 0, writerLow = 0, seedHigh = 0, seedLow = 0] = randomWords(4);
    this.isShared = settings.backend !== "memory";
    this.#memory = memory;
    this.#printer = memory.printer;
    const { contextBytes, depth } = settings.limits;
    this.#json = { bytes: contextBytes, depth, isDelta: false };
    this.#deltaJson = { bytes: contextBytes, depth: 3 * depth + 8, isDelta: true };
    this.#deltasJson = { ...this.#deltaJson, depth: this.#deltaJson.depth + 1 };
    this.#timeout = settings.timeout;
    this.#writer = `${hex(writerHigh, writerLow)}-`;
    // In the order of `src/wasm/settings.rs`.
    const numbers = [
      (settings.contextAutoDelete ? settings.contextTtl : null) ?? Number.POSITIVE_INFINITY,
      settings.deltaTtl ?? Number.POSITIVE_INFINITY,
      settings.deltaThreshold ?? Number.POSITIVE_INFINITY,
      settings.tombstoneTtl,
      settings.limits.contextBytes,
      settings.limits.depth,
      settings.limits.logBytes,
      writerHigh,
      writerLow,
      seedHigh,
      seedLow,
    ];
    memory.writeNumbers(numbers);
    if (!this.isShared || shared === undefined) {
      this.#engine = this.#guarded(() => new memory.glue.Chord());
      return;
    }
    this.#deadlines = new shared.Deadlines(settings.timeout, () => void this.#interrupt());
    const settle = (call: number, status: number): void => this.#settle(call, status);
    this.#engine = this.#guarded(() => shared.engine(settings, settle, (own) => this.#asking(own)));
  }

  get isInUse(): boolean {
    return this.#memory.isInUse;
  }

  isOwn(revision: string): boolean {
    return revision.startsWith(this.#writer);
  }

  open(): Settled<void> {
    return this.#answer(
      () => this.#engine.open(),
      () => undefined,
    );
  }

  set(id: string, context: unknown, guard: Guard | undefined, now: number): Settled<Committed> {
    const text = this.#printer.object(context, this.#json, "context");
    const idBytes = this.#memory.writeId(id);
    const known = this.#writeRevision(guard?.revision, idBytes);
    const status = this.#called(() => this.#engine.set(idBytes, known, text, guard?.version ?? noGuard, now));
    return this.#answered(status, status === pending ? this.#committedFrom(text) : this.#committed);
  }

  update(id: string, changes: unknown, guard: Guard | undefined, now: number): Settled<Committed> {
    const text = this.#printer.changes(changes, this.#json);
    const idBytes = this.#memory.writeId(id);
    const known = this.#writeRevision(guard?.revision, idBytes);
    return this.#answer(() => this.#engine.update(idBytes, known, text, guard?.version ?? noGuard, now), this.#committed);
  }

  restore(id: string, context: unknown, version: number, now: number): Settled<Committed> {
    const text = this.#printer.object(context, this.#json, "context");
    const idBytes = this.#memory.writeId(id);
    const status = this.#called(() => this.#engine.restore(idBytes, text, version, now));
    return this.#answered(status, status === pending ? this.#committedFrom(text) : this.#committed);
  }

  get(id: string, have: { readonly version: number; readonly revision: string } | undefined): Settled<State | "same" | undefined> {
    const idBytes = this.#memory.writeId(id);
    const known = this.#writeRevision(have?.revision, idBytes);
    return this.#answer(() => this.#engine.get(idBytes, known, have?.version ?? 0), this.#got);
  }

  peek(id: string): State | undefined {
    const idBytes = this.#memory.writeId(id);
    const status = this.#guarded(() => this.#engine.peek(idBytes));
    return this.#read(status, () => (status === full ? this.#state() : undefined));
  }

  sync(id: string, since: { readonly version: number; readonly revision?: string }, oldValues: boolean): Settled<Synced> {
    const idBytes = this.#memory.writeId(id);
    const known = this.#writeRevision(since.revision, idBytes);
    return this.#answer(
      () => this.#engine.sync(idBytes, known, since.version, oldValues),
      (status) => this.#synced(status, since.version),
    );
  }

  #synced(status: number, fromVersion: number): Synced {
    if (status === full) return { type: "full_context", state: this.#state() };
    const delta = this.#memory.part(0);
    const { version, revision, insertedAt } = this.#head(1);
    if (status === nothing) return { type: "no_change", version, revision };
    return { type: "delta", delta, fromVersion, version, revision, insertedAt };
  }

  delete(id: string, guard: Guard | undefined, now: number): Settled<{ readonly version: number; readonly revision: string } | undefined> {
    const idBytes = this.#memory.writeId(id);
    const known = this.#writeRevision(guard?.revision, idBytes);
    return this.#answer(
      () => this.#engine.delete(idBytes, known, guard?.version ?? noGuard, now),
      (status) => {
        if (status === nothing) return undefined;
        const { version, revision } = this.#head(0);
        return { version, revision };
      },
    );
  }

  list(
    limit: number,
    cursor: string | undefined,
    order: "asc" | "desc",
    prefix: string,
  ): Settled<{ readonly ids: readonly string[]; readonly cursor?: string }> {
    const cursorBytes = this.#memory.writeId(cursor ?? "");
    const prefixBytes = this.#memory.writeId(prefix, cursorBytes);
    return this.#answer(
      () => this.#engine.list(limit, cursorBytes, prefixBytes, order === "desc"),
      () => {
        const ids = JSON.parse(this.#memory.part(0)) as string[];
        const last = this.#memory.number("extra") === 1 ? ids.at(-1) : undefined;
        return last === undefined ? { ids } : { ids, cursor: last };
      },
    );
  }

  deltas(id: string, limit: number, order: "asc" | "desc"): Settled<readonly LogEntry[]> {
    const idBytes = this.#memory.writeId(id);
    return this.#answer(
      () => this.#engine.deltas(idBytes, limit, order === "desc"),
      () => {
        const kept = JSON.parse(this.#memory.part(0)) as [number, string, string, number, unknown][];
        return kept.map(([version, revision, previous, insertedAt, delta]) => {
          return { version, revision, previous, insertedAt, delta: JSON.stringify(delta) };
        });
      },
    );
  }

  cleanup(limit: number, now: number): Settled<Cleaned> {
    return this.#answer(
      () => this.#engine.cleanup(limit, now),
      () => {
        const removed = JSON.parse(this.#memory.part(0)) as [string, number, string][];
        const deleted = removed.map(([contextId, version, revision]) => ({ contextId, version, revision }));
        return { deltas: this.#memory.number("extra"), deleted };
      },
    );
  }

  close(): Settled<void> {
    // After a defect there is nothing left to let go of.
    if (this.#isClosed || !this.#memory.isInUse) return;
    const go = (): void => {
      this.#isToGo = true;
      this.#letGo();
    };
    const closing = this.#answer(() => this.#engine.close(), go);
    this.#isClosed = true;
    // A backend that doesn't even close is let go of all the same.
    if (closing instanceof Promise) closing.catch(go);
    return closing;
  }

  diff(before: unknown, after: unknown): string {
    const [a = 0, b = 0] = this.#printer.values([before, this.#json, "the state before"], [after, this.#json, "the state after"]);
    return this.#computed(() => this.#memory.glue.diff(a, b));
  }

  merge(deltas: unknown): string {
    const [text = 0] = this.#printer.values([deltas, this.#deltasJson, "deltas", "array"]);
    return this.#computed(() => this.#memory.glue.merge(text));
  }

  apply(context: unknown, delta: unknown): string {
    const [a = 0, b = 0] = this.#printer.values([context, this.#json, "context"], [delta, this.#deltaJson, "delta"]);
    return this.#computed(() => this.#memory.glue.apply(a, b));
  }

  invert(delta: unknown): string {
    const text = this.#printer.object(delta, this.#deltaJson, "delta");
    return this.#computed(() => this.#memory.glue.invert(text));
  }

  check(delta: unknown, context: unknown): void {
    this.#printer.values(...this.#formatted(delta, context));
  }

  format(
    format: (typeof formats)[number],
    delta: unknown,
    contextId: string | undefined,
    version: number | undefined,
    context: unknown,
  ): string {
    const [a = 0, b = 0] = this.#printer.values(...this.#formatted(delta, context));
    const idBytes = contextId === undefined ? 0 : this.#memory.writeId(contextId);
    return this.#computed(() => this.#memory.glue.format(formats.indexOf(format), idBytes, version ?? -1, a, b));
  }

  #formatted(delta: unknown, context: unknown): Printable[] {
    const values: Printable[] = [[delta, this.#deltaJson, "delta"]];
    if (context !== undefined) values.push([context, this.#json, "metadata.context"]);
    return values;
  }

  /** Writes what the caller knows of a revision behind the bytes of an id and gives how many bytes it takes. */
  #writeRevision(revision: string | undefined, idBytes: number): number {
    return revision === undefined ? 0 : this.#memory.writeId(revision, idBytes);
  }

  /** Makes a call and reads its answer, at once or when the backend has given its own. */
  #answer<T>(call: () => number, read: (status: number) => T): Settled<T> {
    return this.#answered(this.#called(call), read);
  }

  #called(call: () => number): number {
    this.#checkOpen();
    return this.#guarded(call);
  }

  /** What an operation does after it has waited, it may come to do too late. */
  #checkOpen(): void {
    if (this.#isClosed) throw new ChordError("closed", "this Chord was closed in the meantime; open a new one");
  }

  #answered<T>(status: number, read: (status: number) => T): Settled<T> {
    if (status !== pending) return this.#read(status, read);
    const number = this.#memory.number("extra");
    return new Promise((resolve, reject) => {
      this.#deadlines?.add(number, () => this.#giveUp(number, reject));
      this.#waiting.set(number, (status) => {
        try {
          resolve(this.#read(status, read));
        } catch (error) {
          reject(error);
        }
      });
    });
  }

  /** Hears that a waiting call has its answer, which must be read before anything else is called. */
  #settle(call: number, status: number): void {
    const settle = this.#waiting.get(call);
    this.#waiting.delete(call);
    this.#deadlines?.met(call);
    settle?.(status);
    this.#letGo();
  }

  /** What the engine asks a backend by. What is asked stands in linear memory until something else is called. */
  #asking(own: OwnBackend): (number: number, question: number) => void {
    return (number, question) => {
      own.ask(
        question,
        this.#memory.part(0),
        this.#memory.part(1),
        (answer) => {
          const [bytes = 0] = this.#memory.isInUse ? this.#memory.writeTexts(answer) : [];
          this.#tell((engine) => engine.answer(number, bytes));
        },
        ({ code, message, cause }) => {
          this.#causes.set(number, cause);
          const [codeBytes = 0, messageBytes = 0] = this.#memory.isInUse ? this.#memory.writeTexts(code, message) : [];
          this.#tell((engine) => engine.fail(number, codeBytes, messageBytes));
        },
      );
    };
  }

  #tell(tell: (engine: BackendsEngine) => void): void {
    // After a defect, or once the engine is gone, nobody waits for it.
    if (!this.#memory.isInUse || this.#isGone) return;
    this.#guarded(() => tell(this.#engine as BackendsEngine));
  }

  /** Ends a call that has waited too long, so that those behind it get their turn. */
  #giveUp(call: number, reject: (error: ChordError) => void): void {
    this.#waiting.delete(call);
    let error = late(this.#timeout);
    try {
      if (this.#deadlines?.isStalled) error = this.#interrupt() ?? error;
      // After a defect there is nothing left to end.
      if (this.#memory.isInUse) this.#guarded(() => (this.#engine as BackendsEngine).giveUp(call));
    } catch (defect) {
      error = defect as ChordError;
    }
    reject(error);
    this.#letGo();
  }

  /** Has what is under way begin anew; gives what may be the matter, where the backend knows. */
  #interrupt(): ChordError | undefined {
    if (!this.#memory.isInUse) return undefined;
    return this.#guarded(() => (this.#engine as BackendsEngine).interrupt()) === failed ? this.#error() : undefined;
  }

  /** Lets go of what only calls that wait have needed. */
  #letGo(): void {
    if (this.#waiting.size > 0) return;
    this.#causes.clear();
    if (!this.#isToGo) return;
    this.#isToGo = false;
    // A backend may close its Chord from inside a method, and then the engine is still at work.
    queueMicrotask(() => {
      this.#isGone = true;
      this.#engine.free();
    });
  }

  #read<T>(status: number, read: (status: number) => T): T {
    if (status === failed) throw this.#error();
    return read(status);
  }

  #computed(call: () => number): string {
    return this.#read(this.#guarded(call), () => this.#memory.part(0));
  }

  readonly #committed = (status: number): Committed => {
    const memory = this.#memory;
    const [delta, context] = memory.firstParts();
    const counter = memory.number("counter");
    return new Outcome(
      status !== nothing,
      memory.number("version"),
      memory.number("at"),
      memory.number("extra"),
      delta,
      context,
      counter < 0 ? memory.part(2) : this.#writer,
      counter,
    );
  };

  /**
   * As `#committed`, of a state of so many bytes that was just printed and still stands there: where it begins a lineage, it is the state that is
   * stored, which a group of writes may have replaced before anybody can ask for it.
   */
  #committedFrom(bytes: number): (status: number) => Committed {
    const given = this.#memory.bytes.slice(0, bytes);
    return (status) => {
      const commit = this.#committed(status);
      const { changed, version, revision, insertedAt, delta, context, bytes } = commit;
      if (!changed || delta !== undefined || context !== undefined) return commit;
      return { changed, version, revision, insertedAt, delta, context: textOf(given), bytes };
    };
  }

  readonly #got = (status: number): State | "same" | undefined => {
    if (status === nothing) return undefined;
    return status === done ? "same" : this.#state();
  };

  #state(): State {
    return { context: this.#memory.part(0), ...this.#head(1) };
  }

  /** @param part which text the revision is, where it is another engine's */
  #head(part: number): { version: number; revision: string; insertedAt: number } {
    const memory = this.#memory;
    const counter = memory.number("counter");
    const revision = counter < 0 ? memory.part(part) : this.#writer + hexOf(counter);
    return { version: memory.number("version"), revision, insertedAt: memory.number("at") };
  }

  #error(): ChordError {
    const memory = this.#memory;
    const code = memory.part(0) as ChordErrorCode;
    const message = memory.part(1);
    const path = memory.part(2);
    const cause = memory.number("extra");
    const details = cause < 0 ? {} : { cause: this.#causes.get(cause) };
    if (path === "") return new ChordError(code, message, details);
    const keys = JSON.parse(path) as Path;
    return new ChordError(code, `${showPath(keys)}: ${message}`, { ...details, path: keys });
  }

  #guarded<T>(call: () => T): T {
    this.#memory.checkInUse();
    this.#memory.uses += 1;
    try {
      return call();
    } catch (cause) {
      // What it left in memory is not to be trusted.
      this.#memory.trapped();
      throw new ChordError("internal", "a defect in Chord stopped it; open a new one, and please report this with its cause", { cause });
    }
  }
}
