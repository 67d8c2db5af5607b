/** The shapes of what goes in and comes out. The doc comments of `Chord`'s methods say when. */

/** A value JSON can hold. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** A JSON object: what a context's state is. */
export type JsonObject = { readonly [key: string]: Json };

/** One state of one context. Frozen, deeply; unchanged parts are `===` to those of the state before where that had been read. */
export interface Context {
  readonly contextId: string;
  readonly context: JsonObject;
  /** 1 for the first state, then one more with each change. */
  readonly version: number;
  /** Opaque, unique per commit. Tells two states of the same version apart after a re-creation or a restore. */
  readonly revision: string;
  /** When this version was committed, in the instance's time unit. */
  readonly insertedAt: number;
}

/** What one commit changed. Frozen, deeply. */
export interface DeltaRecord {
  readonly contextId: string;
  readonly delta: Delta;
  /** The version this delta led to. */
  readonly version: number;
  readonly revision: string;
  /** When it was committed, in the instance's time unit. */
  readonly insertedAt: number;
}

/**
 * The outcome of a write. `context` and `delta` are made when first read, and are those of this write's version however late that is;
 * being getters of the prototype, all three are not seen by spread or `structuredClone`: `toJSON()` gives a plain object of them.
 */
export interface ChangeResult {
  /** Whether anything was committed. */
  readonly changed: boolean;
  readonly context: Context;
  /** What changed; `delta.delta` is `{}` when nothing did. On creation each key is `added`. */
  readonly delta: DeltaRecord;
  toJSON(): { changed: boolean; context: Context; delta: DeltaRecord };
}

/** What a client that lags has to be told. Frozen, deeply. Can be passed back to `syncContext` as `since`. */
export type SyncResult =
  | {
      readonly type: "full_context";
      readonly contextId: string;
      readonly context: JsonObject;
      readonly version: number;
      readonly revision: string;
      readonly insertedAt: number;
    }
  | {
      readonly type: "delta";
      readonly contextId: string;
      readonly delta: Delta;
      /** The version the delta starts from: the one asked about. */
      readonly fromVersion: number;
      readonly version: number;
      readonly revision: string;
      readonly insertedAt: number;
    }
  | { readonly type: "no_change"; readonly contextId: string; readonly version: number; readonly revision: string };

/** What happened to one key. */
export type Change =
  | { readonly action: "added"; readonly value: Json }
  /** `oldValue` is absent only after `{ oldValues: false }`. */
  | { readonly action: "modified"; readonly oldValue?: Json; readonly value: Json }
  | { readonly action: "removed"; readonly oldValue?: Json }
  | { readonly action: "edited"; readonly edits: readonly ArrayEdit[] };

/** One step in an array; steps are applied in order. */
export type ArrayEdit =
  /** From `index` on, `removed` gives way to `added`. A count in place of the elements only after `{ oldValues: false }`. */
  | { readonly index: number; readonly removed: readonly Json[] | number; readonly added: readonly Json[] }
  /** The element at `index` changed inside. */
  | { readonly index: number; readonly delta: Delta | Change };

/** What leads from one state to another. A node is a `Change` exactly when its `action` is a string. */
export type Delta = { readonly [key: string]: Change | Delta };

/** What `append()` gives: a field operation for `updateContext`. */
export interface Append {
  readonly operation: "append";
  readonly items: readonly Json[];
}

/** What `increment()` gives: a field operation for `updateContext`. */
export interface Increment {
  readonly operation: "increment";
  readonly by: number;
}

/** What `updateContext` merges in: `undefined` removes a key, `null` is a value, arrays are replaced. */
export type Changes = { readonly [key: string]: ChangesField };

/** One field of `Changes`. */
export type ChangesField = Json | undefined | Append | Increment | Changes;

/** What `setContext` and `transact` accept: JSON, where a field of an object may be `undefined` and is then absent. */
export type JsonInput = null | boolean | number | string | readonly JsonInput[] | { readonly [key: string]: JsonInput | undefined };

/** An object of `JsonInput`: what a whole new state is given as. */
export type ContextInput = { readonly [key: string]: JsonInput | undefined };

/** When a write may happen. */
export interface WriteOptions {
  /** The version the context must have; 0: it must not exist. Otherwise the write is a `conflict`. */
  readonly ifVersion?: number | undefined;
}

/** What a client has: nothing, a version, or a version and the revision that came with it. */
export type Since = null | undefined | number | { readonly version: number; readonly revision?: string | undefined };

/** How `syncContext` words its answer. */
export interface SyncOptions {
  /** `false` leaves old values out: smaller, can be applied, not inverted. Default `true`. */
  readonly oldValues?: boolean | undefined;
}

/** A page of `listContexts`. */
export interface ListOptions {
  /** At most that many. Default 1,000. */
  readonly limit?: number | undefined;
  /** Where the page before ended: its `cursor`. */
  readonly cursor?: string | undefined;
  /** By id, in UTF-8 byte order. Default `"asc"`. */
  readonly order?: "asc" | "desc" | undefined;
  /** Only ids that begin so. */
  readonly prefix?: string | undefined;
}

/** What `listContexts` gives. A `cursor` says that there is more. */
export interface ContextPage {
  readonly contexts: Context[];
  readonly cursor?: string;
}

/** Which of a context's deltas `listDeltas` gives. */
export interface ListDeltasOptions {
  /** At most that many. Default: all that are kept. */
  readonly limit?: number | undefined;
  /** By version. Default `"asc"`: oldest first. */
  readonly order?: "asc" | "desc" | undefined;
}

/** How much one cleanup run does. */
export interface CleanupOptions {
  /** How many contexts to visit at most. Default 1,000. */
  readonly limit?: number | undefined;
}

/** How many a cleanup run removed. */
export interface CleanupResult {
  readonly contexts: number;
  readonly deltas: number;
}

/** How the cleanup server works. What is absent keeps its setting. */
export interface CleanupServerOptions {
  /** Milliseconds between runs. Default 3,600,000: an hour. */
  readonly interval?: number | undefined;
  readonly backendOptions?: CleanupOptions | undefined;
}

/** What a listener is told after a commit. Frozen. */
export interface ContextEvent {
  readonly type: "change" | "delete";
  readonly contextId: string;
  /** The version committed, or the one that was deleted. */
  readonly version: number;
  readonly revision: string;
  /** Absent for deletions and restores, and for a commit elsewhere after which more followed than the log tells. */
  readonly delta?: Delta;
  /** When, in the instance's time unit; 0 for a deletion elsewhere that was noticed later. */
  readonly insertedAt: number;
  /** `"remote"`: committed by another `Chord` over the same store. */
  readonly origin: "local" | "remote";
}

/** Hears of commits. What it throws, or the promise it returns rejects with, is dropped. */
export type Listener = (event: ContextEvent) => unknown;

/** What telemetry events are called. */
export type TelemetryName =
  | `chord.context.${"set" | "get" | "update" | "delete" | "sync" | "export" | "restore"}.${"start" | "stop" | "exception"}`
  | `chord.cleanup.run.${"start" | "stop" | "exception"}`;

/** What telemetry is told at the start and at the end of an operation. */
export interface TelemetryEvent {
  readonly name: TelemetryName;
  /** Real milliseconds; with `stop` and `exception`. */
  readonly durationMs?: number;
  readonly contextId?: string;
  readonly version?: number;
  /**
   * With `stop`. set, update: `changed`, `unchanged`; get: `found`, `absent`; delete: `deleted`, `absent`;
   * sync: the result's `type`; export: `exported`; restore: `restored`; cleanup: `removed`, `nothing`.
   */
  readonly outcome?: string;
  /** With `exception`: what the operation rejected with. */
  readonly error?: unknown;
}

/** Hears of operations. What it throws is dropped, and operations it starts emit nothing. */
export type Telemetry = (event: TelemetryEvent) => void;

/** The units `insertedAt` and TTLs can be in. */
export type TimeUnit = "millisecond" | "second";

/** What `formatDelta` passes on to a formatter. */
export interface FormatMetadata {
  readonly contextId?: string | undefined;
  readonly version?: number | undefined;
  /** The state before, which `merge-patch` needs where arrays were edited. */
  readonly context?: ContextInput | undefined;
}

/** Turns a delta into whatever an application wants to send. */
export type DeltaFormatter = (delta: Delta, metadata: FormatMetadata) => unknown;

/** One change as the `default` format lists it. */
export interface FormattedChange {
  /** A string for a top-level field, an array of keys for a path. */
  readonly key: string | readonly (string | number)[];
  readonly action: Change["action"];
  readonly value?: Json;
  readonly oldValue?: Json;
  readonly edits?: readonly ArrayEdit[];
  /** `null` where the caller gave none. */
  readonly contextId: string | null;
}

/** What `formatDelta` gives with `deltaFormatter: "default"`. */
export interface FormattedDelta {
  /** `null` where the caller gave none. */
  readonly version: number | null;
  readonly changes: readonly FormattedChange[];
}

/** One operation of what `formatDelta` gives with `deltaFormatter: "json-patch"` (RFC 6902). */
export type JsonPatchOperation =
  | { readonly op: "add" | "replace" | "test"; readonly path: string; readonly value: Json }
  | { readonly op: "remove"; readonly path: string }
  | { readonly op: "move" | "copy"; readonly from: string; readonly path: string };
