/**
 * The border, seen from JavaScript: what the facade needs of the engine, and nothing about how it gets there.
 *
 * Values that users hand in are JSON exactly, or refused with `invalid_value` or `limit_exceeded`; texts are JSON as `JSON.stringify` prints it. Times are in the instance's time unit. Every method gives its value at once when the
 * backend could (memory always can) and a promise only when it could not. Failures are thrown, or rejected, as `ChordError`.
 */

/** A value, or a promise of it where the backend had to be waited for. */
export type Settled<T> = T | Promise<T>;

/** What a write asks of the state it meets: that version (0: absent), and that revision where given. */
export interface Guard {
  readonly version: number;
  readonly revision?: string;
}

/** The outcome of a write. */
export interface Committed {
  readonly changed: boolean;
  readonly version: number;
  readonly revision: string;
  readonly insertedAt: number;
  /** The delta's text; `undefined` where the commit created the context (each key `added`) or nothing changed. */
  readonly delta: string | undefined;
  /** The state's text after the write, given with small contexts only. */
  readonly context: string | undefined;
  /** Bytes of the state's text. */
  readonly bytes: number;
}

/** One context as it is now. */
export interface State {
  readonly version: number;
  readonly revision: string;
  readonly insertedAt: number;
  readonly context: string;
}

/** What a client has to be told. */
export type Synced =
  | { readonly type: "full_context"; readonly state: State }
  | {
      readonly type: "delta";
      readonly delta: string;
      readonly fromVersion: number;
      readonly version: number;
      readonly revision: string;
      readonly insertedAt: number;
    }
  | { readonly type: "no_change"; readonly version: number; readonly revision: string };

/** One kept log entry. */
export interface LogEntry {
  readonly version: number;
  readonly revision: string;
  /** The revision before it; `""` for the first of a lineage. */
  readonly previous: string;
  readonly insertedAt: number;
  readonly delta: string;
}

/** What a cleanup run removed. `deleted` names the removed contexts and the head each had. */
export interface Cleaned {
  readonly deltas: number;
  readonly deleted: readonly { readonly contextId: string; readonly version: number; readonly revision: string }[];
}

/** The engine behind one `Chord`. */
export interface Core {
  /** Whether others may change what is stored, so that the state at hand is soon another. */
  readonly isShared: boolean;
  /** Whether a revision is that of a commit made here. */
  isOwn(revision: string): boolean;
  /** Finds out whether contexts can be kept here. */
  open(): Settled<void>;
  set(id: string, context: unknown, guard: Guard | undefined, now: number): Settled<Committed>;
  /** `changes` is merged deeply; what is removed, appended and incremented comes after it, in that order. */
  update(id: string, changes: unknown, guard: Guard | undefined, now: number): Settled<Committed>;
  /** `"same"` when the head still is `have`. */
  get(id: string, have: { readonly version: number; readonly revision: string } | undefined): Settled<State | "same" | undefined>;
  /** The newest state at hand, told at once: in memory that is the state, over a backend what its last call left. */
  peek(id: string): State | undefined;
  /** `since.version` 0 asks for the full context. Absent ids are `not_found`. */
  sync(id: string, since: { readonly version: number; readonly revision?: string }, oldValues: boolean): Settled<Synced>;
  /** The removed head, or `undefined` when there was none. */
  delete(id: string, guard: Guard | undefined, now: number): Settled<{ readonly version: number; readonly revision: string } | undefined>;
  restore(id: string, context: unknown, version: number, now: number): Settled<Committed>;
  list(
    limit: number,
    cursor: string | undefined,
    order: "asc" | "desc",
    prefix: string,
  ): Settled<{ readonly ids: readonly string[]; readonly cursor?: string }>;
  deltas(id: string, limit: number, order: "asc" | "desc"): Settled<readonly LogEntry[]>;
  cleanup(limit: number, now: number): Settled<Cleaned>;
  close(): Settled<void>;

  /** The text of a delta, as are those of `merge` and `invert`. */
  diff(before: unknown, after: unknown): string;
  merge(deltas: unknown): string;
  apply(context: unknown, delta: unknown): string;
  invert(delta: unknown): string;
  /** Refuses what can't be JSON, as the others do. `context` is the state before, where the caller has it. */
  check(delta: unknown, context: unknown): void;
  /** `context` is the state before, where the caller has it. */
  format(
    format: "default" | "json-patch" | "merge-patch",
    delta: unknown,
    contextId: string | undefined,
    version: number | undefined,
    context: unknown,
  ): string;
}
