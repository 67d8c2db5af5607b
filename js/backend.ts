/**
 * The contract between the engine and what keeps its contexts, for those who bring their own backend.
 *
 * By id, a backend keeps either a context (its head, a snapshot of its state at some version, and the log entries that lead on from there) or
 * the tombstone of a deleted one. Texts and revisions are opaque: a backend stores them as they are and neither parses nor prints
 * them. Times and TTLs are numbers in the instance's `timeUnit`, of a clock that may be any: fractional, negative, not the backend's own.
 *
 * An answer is of one moment, whatever is stored meanwhile. It stays as it is when something is stored afterwards, and what becomes of its lists
 * changes nothing that is stored; nor does what becomes of a commit's lists once it is answered.
 *
 * Any number of engines may share a backend, in one process or in many. What keeps them from overwriting each other is that `commit`
 * compares and stores in one atomic step.
 *
 * One engine runs the calls for one id one after the other, so a method must not wait for a call on the same id of the `Chord` it belongs to;
 * those for different ids run side by side. Calls on one id that came together while it was busy share one `commit` of several entries.
 *
 * What a method throws or rejects with becomes the `cause` of a `backend_error`; a `ChordError` keeps its own code. One with the code
 * `backend_unavailable` says that trying again may help: the engine does so once. After an error it forgets what it knew of the context and
 * loads it anew, so a failed `commit` may have been stored: its revisions tell. A method that doesn't answer within the option `timeout` is
 * given up, and its late answer is ignored.
 */

/** The newest commit of a context, by name. */
export interface Head {
  /** A whole number from 1. */
  readonly version: number;
  /** No two commits have the same. */
  readonly revision: string;
}

/** One commit in a context's log. */
export interface Entry extends Head {
  /** The revision before this one; `""` for the first of a lineage. */
  readonly previous: string;
  /** The delta as JSON text. */
  readonly delta: string;
  /** When it was committed. */
  readonly insertedAt: number;
}

/**
 * How much of a log to keep. The oldest entry goes while there are more than `count`, while their deltas take more than `bytes` (of UTF-8; a
 * string's `length` will do), and while its `insertedAt` is `after` or earlier. `null` is unbounded.
 *
 * Whatever this says, entries after the stored snapshot stay: the state can't be told without them.
 */
export interface Keep {
  readonly count: number | null;
  readonly bytes: number | null;
  readonly after: number | null;
}

/** What is stored of a context. */
export type Stored =
  | {
      /** The head that the deleted context had. */
      readonly head: Head;
      readonly deleted: true;
    }
  | {
      readonly head: Head;
      /** The state as JSON text, and the version it is the state of: `head`'s or an earlier one. */
      readonly snapshot: { readonly version: number; readonly context: string };
      /** All kept entries, oldest first, without a gap: each that came after the snapshot, and those before it that are kept. */
      readonly tail: readonly Entry[];
      /** The newest entry's. */
      readonly insertedAt: number;
    };

/** What has happened to a context since a head. */
export type News =
  /** Nothing: version and revision are still those. */
  | { readonly kind: "same" }
  /** It is not there, or a tombstone is. */
  | { readonly kind: "gone" }
  /** More than the kept log can tell, or another lineage; the engine asks `load`. Never wrong, only slower. */
  | { readonly kind: "reload" }
  /** These commits, oldest first. The first one's `previous` is the revision asked about. */
  | { readonly kind: "tail"; readonly entries: readonly Entry[] };

/** One commit to store. */
export interface Commit {
  /** The head it builds on, a tombstone's too; `null` where nothing is stored. */
  readonly base: Head | null;
  /** The head afterwards: that of the last entry. */
  readonly head: Head;
  /** A new lineage begins (creation, re-creation, restore): entries from before go. There is a `snapshot` then. */
  readonly reset?: true;
  /** One or more, oldest first, each with the next version and the revision before it. Without `reset` the first leads on from `base`. */
  readonly entries: readonly Entry[];
  /**
   * The state after the last entry as JSON text, which replaces the stored one. Without it the entries alone are appended: snapshots come
   * when entries have outgrown the last.
   */
  readonly snapshot?: string;
  /** When the context expires; `null` where contexts don't. Replaces what was noted before. */
  readonly expiresAt: number | null;
  /** When the oldest kept delta expires; `null` where deltas don't. Replaces what was noted before. */
  readonly deltasExpireAt: number | null;
  /** What to trim the log to in the same step. */
  readonly keep: Keep;
}

/** The answer to a commit. */
export type Committed =
  | { readonly ok: true }
  | {
      readonly ok: false;
      /** What stands there instead; for your own logs, the engine doesn't look at it. */
      readonly head?: Head | null;
      /** What has happened since `base`, as `since` tells it, so one or more entries; `"reload"` or absent where the log can't. */
      readonly tail?: readonly Entry[] | "reload";
    };

/** Which head to remove: exactly one of `head` and `expiredBefore` is there. */
export interface Removal {
  /** The context with this head, in version and revision. Not a tombstone. */
  readonly head?: Head;
  /** The context, if its `expiresAt` is then or earlier; or the tombstone, if it lasts until then or less long. */
  readonly expiredBefore?: number;
  /** How long the tombstone of a removed context is to last. Afterwards it may be forgotten. */
  readonly tombstoneUntil: number;
}

/** Something whose time has come. */
export interface Expired {
  readonly id: string;
  /** A context past its `expiresAt`, deltas past `deltasExpireAt`, or a tombstone past its time. */
  readonly kind: "context" | "deltas" | "tombstone";
}

/** Which ids to list. */
export interface Page {
  /** At most so many. */
  readonly limit: number;
  /** Go on after this id; it need not exist any more. */
  readonly cursor: string | undefined;
  readonly order: "asc" | "desc";
  /** Only ids that start with it; `""` for all. */
  readonly prefix: string;
}

/** Keeps contexts. */
export interface Backend {
  /** What is stored under `id`; `null` for nothing. A tombstone may be told for longer than it has to last. */
  load(id: string): Promise<Stored | null>;

  /** What has happened since `have`. Compare version *and* revision: after a deletion or a restore the same version may be another state. */
  since(id: string, have: Head): Promise<News>;

  /**
   * In one atomic step: compares, stores everything, trims the log.
   *
   * It is stored where `base` is the stored head in version and revision (or nothing is stored and `base` is `null`). A tombstone has the head of
   * what was deleted, so without `reset` it is a conflict all the same. A commit whose `head` is the stored head already was
   * sent twice: answer `ok` and store nothing. Where its context has been removed in between, `ok` and a conflict are as true.
   */
  commit(id: string, commit: Commit): Promise<Committed>;

  /**
   * Removes what `which` allows, in one atomic step, and gives the head it had; `null` (or `false`) where that isn't there any more. In the
   * place of a context it leaves a tombstone, in the place of a tombstone nothing.
   */
  remove(id: string, which: Removal): Promise<Head | null | false>;

  /**
   * Trims the log and says how many entries went.
   *
   * The deltas are due next `deltasTtl` after the `insertedAt` of the oldest entry later than `keep.after`; never where there is none, or
   * where `deltasTtl` is `null`. So what had to stay for the snapshot doesn't come up again and again.
   */
  trim(id: string, keep: Keep, deltasTtl: number | null): Promise<number>;

  /**
   * What is due at `before` or earlier: at most `limit`, what has been due for longest first. Must not read what isn't due. Of a context that
   * has expired itself, the deltas need no mention of their own.
   */
  expired(before: number, limit: number): Promise<readonly Expired[]>;

  /**
   * Ids of contexts, not of tombstones, in the order of their UTF-8 bytes (which is not that of `<` on strings). `cursor` is there exactly where more
   * follow; they are asked for with the last of `ids`, so there is one then.
   */
  list(page: Page): Promise<{ readonly ids: readonly string[]; readonly cursor?: string | undefined }>;

  /**
   * Calls `listener` for each context that somebody, in whichever process, has committed to, restored or removed: that of one id, or all where
   * `id` is `null`. Calls about others do no harm. `null` in the place of the id says that some may have been missed, as after a connection
   * was lost. `news`, where it is known, spares a question; `deleted` goes with the head that was removed.
   *
   * It is a hint and no more: what happened is read from the store, and contexts that are listened to are looked at every 15 seconds without
   * one. Gives, once it hears, what ends it.
   */
  watch?(
    id: string | null,
    listener: (id: string | null, news?: { readonly head: Head; readonly deleted?: true }) => void,
  ): Promise<() => void>;

  /** Called once, by `Chord.open`, before anything else. What it rejects with is what `Chord.open` rejects with. */
  open?(): Promise<void>;

  /** Called once, by `chord.close()`. Calls that are on their way may still arrive, and must end, with an answer or an error. */
  close?(): Promise<void>;
}
