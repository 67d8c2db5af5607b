/**
 * The contract between the engine and what keeps its contexts, for those who bring their own backend.
 * Texts are opaque to a backend: it stores them byte for byte and neither parses nor prints them.
 */

/** The newest state of a context, by name. */
export interface Head {
  readonly version: number;
  readonly revision: string;
}

/** One commit in a context's log. */
export interface Entry extends Head {
  /** The revision before this one; `""` for the first of a lineage. */
  readonly previous: string;
  /** The delta as JSON text. */
  readonly delta: string;
  /** In the instance's time unit. */
  readonly insertedAt: number;
}

/** How much of a log to keep: the newest `count`, up to `bytes` of text, none from before `after`. `null`: unbounded. */
export interface Keep {
  readonly count: number | null;
  readonly bytes: number | null;
  readonly after: number | null;
}

/** What is stored of a context: a snapshot and the log entries after it, or the tombstone of a deleted one. */
export type Stored =
  | { readonly head: Head; readonly deleted: true }
  | {
      readonly head: Head;
      readonly snapshot: { readonly version: number; readonly context: string };
      readonly tail: readonly Entry[];
      readonly insertedAt: number;
    };

/** One commit to store. */
export interface Commit {
  /** The head it builds on, version and revision; `null` where nothing is stored. */
  readonly base: Head | null;
  readonly head: Head;
  /** A new lineage begins: what was logged before is dropped. */
  readonly reset?: true;
  readonly entries: readonly Entry[];
  /** The state as JSON text; without it the entries alone are appended. */
  readonly snapshot?: string;
  /** When the context expires, in the instance's time unit. */
  readonly expiresAt: number | null;
  readonly keep: Keep;
  /** Who commits, and that client's how many-th commit it is: the same again is recognised and done once. */
  readonly client?: { readonly id: string; readonly sequence: number };
}

/** Something whose time has come. */
export interface Expired {
  readonly id: string;
  readonly kind: "context" | "deltas" | "tombstone";
}

/** Keeps contexts. Every method may be called again with the same arguments after a failure. */
export interface Backend {
  load(id: string): Promise<Stored | null>;
  /** What has happened since `have`: nothing, a deletion, entries, or more than the log can tell. */
  since(
    id: string,
    have: { readonly version: number; readonly revision?: string },
  ): Promise<{ readonly kind: "same" | "gone" | "reload" } | { readonly kind: "tail"; readonly entries: readonly Entry[] }>;
  /** Atomic: compares `base` with the stored head, version and revision, and stores all or nothing. */
  commit(
    id: string,
    commit: Commit,
  ): Promise<{ readonly ok: true } | { readonly ok: false; readonly head: Head | null; readonly tail: readonly Entry[] | "reload" }>;
  /** Whether something was removed: the head named, or what expired before, leaving a tombstone. */
  remove(id: string, only: { readonly head?: Head; readonly expiredBefore?: number; readonly tombstoneUntil: number }): Promise<boolean>;
  /** How many log entries were dropped. Entries after the stored snapshot never are. */
  trim(id: string, keep: Keep): Promise<number>;
  /** What expired before `before`, in expiry order. */
  expired(before: number, limit: number): Promise<readonly Expired[]>;
  /** Ids in UTF-8 byte order. */
  list(page: {
    readonly limit: number;
    readonly cursor: string | undefined;
    readonly order: "asc" | "desc";
    readonly prefix: string;
  }): Promise<{ readonly ids: readonly string[]; readonly cursor?: string }>;
  /** Tells of commits by others. A hint: correctness never depends on it. Gives the function that ends it. */
  watch?(id: string | null, listener: (id: string) => void): Promise<() => void>;
  close?(): Promise<void>;
}
