/**
 * Tells listeners of commits to a store that others write to as well, in other tabs, workers or processes: each context's in the order of
 * versions, whoever made them.
 *
 * That something was committed is heard of from a source of hints, see `tabs.ts` and `watching.ts`. A hint is a hint and no more: what happened
 * is read from the store, so one that comes late, twice or never costs time and not truth. Contexts somebody listens to are looked at every
 * now and then without one.
 */
import type { Head } from "./backend.js";
import type { Core, LogEntry, State } from "./core.js";
import { parseFrozen } from "./frozen.js";
import type { Commit, Listeners } from "./listeners.js";
import type { Delta } from "./types.js";
import { unref } from "./unref.js";

const lookEvery = 15_000;
/** More commits at once are told as one, without a delta. */
const mostEntries = 1000;
const mostTold = 10_000;
/** When something happened, where nobody has said. */
const unknownTime = 0;

/** Where hints come from. */
export interface Hints {
  /** Of all that somebody listens to with `"*"`, what has been told of is looked at, too: more than a hint now and then may get lost. */
  readonly isRemote: boolean;
  /** A commit was made here. */
  committed(commit: Commit): void;
  /** Somebody listens to a context, or to `"*"`, which nobody did. */
  subscribed(id: string): void;
  /** Nobody does any more. */
  unsubscribed(id: string): void;
  close(): void;
}

/** Takes hints. */
export interface Followed {
  /** Another has made this commit. */
  heard(commit: Commit): void;
  /** Something may have happened to a context, or to any. `head` is what it led to, where that is known; `isGone` says that it was deleted. */
  hinted(id: string | null, head?: Head, isGone?: boolean): void;
}

/** How far listeners of one context have been told. */
interface Told {
  /** `undefined` until the first event. */
  version: number | undefined;
  revision: string;
  /** What was told last is that it is gone, or there was nothing at first. */
  isGone: boolean;
  readonly commits: Commit[];
  isBusy: boolean;
  /** It has to be looked at once more. */
  isHinted: boolean;
  /** Somebody has begun to listen since nobody did, and is told by another. */
  isOver: boolean;
}

export class Following implements Followed {
  readonly #core: Core;
  readonly #listeners: Listeners;
  readonly #told = new Map<string, Told>();
  readonly #hints: Hints;
  /** How many deletions of a context are under way here, so that nobody takes them for another's. */
  readonly #deletions = new Map<string, number>();
  readonly #look = (): void => this.#lookAtAll();
  readonly #timer: ReturnType<typeof setInterval>;

  constructor(core: Core, listeners: Listeners, hints: (followed: Followed) => Hints) {
    this.#core = core;
    this.#listeners = listeners;
    this.#hints = hints(this);
    this.#timer = setInterval(this.#look, lookEvery);
    // No reason for a process to live on.
    unref(this.#timer);
    // A page that was frozen or in the background may have missed anything.
    globalThis.addEventListener?.("visibilitychange", this.#look);
    globalThis.addEventListener?.("pageshow", this.#look);
  }

  /** Tells of a commit of this instance's own, here and elsewhere. */
  committed(commit: Commit): void {
    this.#hints.committed(commit);
    this.#add(commit);
  }

  /** A context is about to be deleted here, or for `"*"` any. */
  deleting(id: string): void {
    this.#deletions.set(id, (this.#deletions.get(id) ?? 0) + 1);
  }

  /** It has been, or not. */
  deletionOver(id: string): void {
    const left = (this.#deletions.get(id) ?? 1) - 1;
    if (left > 0) this.#deletions.set(id, left);
    else this.#deletions.delete(id);
    for (const hinted of id === "*" ? this.#told.keys() : [id]) {
      const told = this.#told.get(hinted);
      if (told?.isHinted && !told.isBusy) this.#lookAt(hinted, told);
    }
  }

  #isDeleting(id: string): boolean {
    return this.#deletions.has(id) || this.#deletions.has("*");
  }

  heard(commit: Commit): void {
    this.#add(commit);
  }

  hinted(id: string | null, head?: Head, isGone = false): void {
    if (id === null) {
      this.#lookAtAll();
      return;
    }
    // Whoever commits here tells of it here.
    if (!this.#listeners.wants(id) || (head !== undefined && !isGone && this.#core.isOwn(head.revision))) return;
    const told = this.#toldOf(id);
    if (isGone && this.#isDeleting(id)) told.isHinted = true;
    else if (told.version === undefined && head !== undefined) {
      const kind = isGone ? "delete" : "change";
      this.#add({ kind, contextId: id, ...head, insertedAt: unknownTime, origin: "remote" });
    } else if (!isGone && head !== undefined && head.version > (told.version ?? 0)) {
      this.#add({ kind: "change", contextId: id, ...head, insertedAt: unknownTime, origin: "remote" });
    } else if (isGone || told.revision !== head?.revision) this.#lookAt(id, told);
  }

  /**
   * Somebody listens to `id` by its name from now on, which nobody did.
   *
   * @param isFollowed whether somebody who listens to all has heard of it all the time
   */
  subscribed(id: string, isFollowed: boolean): void {
    this.#hints.subscribed(id);
    if (id === "*") return;
    const known = this.#told.get(id);
    if (isFollowed && known !== undefined && (known.isBusy || known.version !== undefined)) return;
    this.#drop(id);
    const told = this.#toldOf(id);
    told.isBusy = true;
    void this.#begin(id, told).finally(() => this.#goOn(id, told));
  }

  /** Somebody who listened to `id` has gone. */
  unsubscribed(id: string): void {
    if (!this.#listeners.has(id)) this.#hints.unsubscribed(id);
    for (const id of this.#told.keys()) {
      if (!this.#listeners.wants(id)) this.#drop(id);
    }
  }

  async #begin(id: string, told: Told): Promise<void> {
    try {
      const state = await this.#core.get(id, undefined);
      if (state === "same") return;
      told.version = state?.version ?? 0;
      told.revision = state?.revision ?? "";
      told.isGone = state === undefined;
    } catch {
      // The first commit heard of is the first one told, then.
    }
  }

  close(): void {
    clearInterval(this.#timer);
    globalThis.removeEventListener?.("visibilitychange", this.#look);
    globalThis.removeEventListener?.("pageshow", this.#look);
    this.#hints.close();
  }

  #add(commit: Commit): void {
    const { contextId } = commit;
    if (!this.#listeners.wants(contextId)) {
      this.#drop(contextId);
      return;
    }
    const told = this.#toldOf(contextId);
    told.commits.push(commit);
    this.#tell(contextId, told);
  }

  #toldOf(id: string): Told {
    let told = this.#told.get(id);
    if (told === undefined) {
      if (this.#told.size >= mostTold) this.#makeRoom();
      told = { version: undefined, revision: "", isGone: false, commits: [], isBusy: false, isHinted: false, isOver: false };
      this.#told.set(id, told);
    }
    return told;
  }

  /** Lets go of the context that was heard of first, among those that nobody names. */
  #makeRoom(): void {
    for (const [id, { isBusy }] of this.#told) {
      if (isBusy || this.#listeners.has(id)) continue;
      this.#drop(id);
      return;
    }
  }

  /** What is read for it still comes to nothing. */
  #drop(id: string): void {
    const told = this.#told.get(id);
    if (told !== undefined) told.isOver = true;
    this.#told.delete(id);
  }

  #goOn(id: string, told: Told): void {
    told.isBusy = false;
    this.#tell(id, told);
    if (told.isHinted && !told.isBusy && !this.#isDeleting(id)) this.#lookAt(id, told);
  }

  /** Tells what can be told now; what has to be read first is told later. */
  #tell(id: string, told: Told): void {
    if (told.isBusy || told.isOver) return;
    told.commits.sort((one, other) => one.version - other.version);
    for (let commit = told.commits.shift(); commit !== undefined; commit = told.commits.shift()) {
      const { kind } = commit;
      // Versions go on after a deletion, from where only the creation knows.
      const isStart = told.version === undefined || kind === "create";
      const next = isStart ? Math.max(commit.version, (told.version ?? 0) + 1) : (told.version ?? 0) + 1;
      // A deletion has the version of what it deletes, and may be heard of more than once.
      const isNews = kind === "delete" && !told.isGone ? commit.version + 1 >= next : commit.version >= next;
      if (!isNews) {
        // A context that was long gone begins anew, with versions that have been told of another.
        if ((kind !== "restore" && kind !== "create") || commit.revision === told.revision) continue;
        told.isBusy = true;
        void this.#compare(id, told).finally(() => this.#goOn(id, told));
        return;
      }
      if (kind === "restore" || kind === "delete" || (commit.version === next && commit.delta !== undefined)) {
        this.#push(commit, told);
        continue;
      }
      told.isBusy = true;
      void this.#catchUp(commit, next, told).finally(() => this.#goOn(id, told));
      return;
    }
  }

  /** Reads the commits from version `next` on, and tells them. */
  async #catchUp(commit: Commit, next: number, told: Told): Promise<void> {
    const { contextId } = commit;
    let entries: readonly LogEntry[];
    try {
      entries = await this.#entriesSince(contextId, next, commit.version);
    } catch {
      // Whoever calls the store is told what is wrong with it; the next hint or look comes back to this.
      return;
    }
    if (told.isOver) return;
    const missed = entries.filter(({ version }) => version >= next).reverse();
    const [first] = missed;
    // A log may have another commit in the place of the last one told, or begin anew where that was.
    const leadsOn = told.isGone || (told.version ?? 0) === 0 || first?.previous === told.revision;
    if (first?.version !== next || !leadsOn) {
      const newest = missed.at(-1);
      if (newest === undefined && commit.insertedAt === unknownTime) {
        told.isHinted = true;
        return;
      }
      const { version, revision, insertedAt } = newest ?? commit;
      this.#push({ kind: "change", contextId, version, revision, insertedAt, origin: this.#originOf(revision) }, told);
      return;
    }
    for (const { version, revision, insertedAt, delta } of missed) {
      const read = (): Delta => parseFrozen<Delta>(delta);
      this.#push({ kind: "change", contextId, version, revision, insertedAt, origin: this.#originOf(revision), delta: read }, told);
    }
  }

  /** The newest entries of the log: back to version `next`, or as far as it goes. */
  async #entriesSince(id: string, next: number, known: number): Promise<readonly LogEntry[]> {
    let newest = known;
    // Some more than were heard of: others come meanwhile, and where more came than that, it is asked again.
    for (let spare = 8; ; spare *= 4) {
      const limit = Math.min(newest - next + spare, mostEntries);
      const entries = await this.#core.deltas(id, limit, "desc");
      const isAll = entries.length < limit || limit === mostEntries;
      if (isAll || entries.some(({ version }) => version <= next)) return entries;
      newest = entries[0]?.version ?? newest;
    }
  }

  #originOf(revision: string): "local" | "remote" {
    return this.#core.isOwn(revision) ? "local" : "remote";
  }

  #push(commit: Commit, told: Told): void {
    told.version = commit.version;
    told.revision = commit.revision;
    told.isGone = commit.kind === "delete";
    this.#listeners.push(commit);
  }

  #lookAtAll(): void {
    const all = this.#hints.isRemote && this.#listeners.has("*");
    for (const id of all ? [...this.#told.keys()] : this.#listeners.ids()) {
      const told = this.#told.get(id);
      if (told !== undefined) this.#lookAt(id, told);
    }
  }

  #lookAt(id: string, told: Told): void {
    told.isHinted = told.isBusy || this.#isDeleting(id);
    if (told.isHinted || told.isOver) return;
    told.isBusy = true;
    void this.#compare(id, told).finally(() => this.#goOn(id, told));
  }

  /** Compares what was told last with what is stored, and tells what happened in between. */
  async #compare(id: string, told: Told): Promise<void> {
    const { version = 0, revision } = told;
    let state: State | "same" | undefined;
    try {
      state = await this.#core.get(id, version > 0 ? { version, revision } : undefined);
    } catch {
      // Whoever calls the store is told what is wrong with it; the next hint or look comes back to this.
      return;
    }
    if (state === "same" || told.isOver) return;
    if (this.#isDeleting(id)) {
      told.isHinted = true;
      return;
    }
    const isAnother = state === undefined || state.version < version || (state.version === version && state.revision !== revision);
    // When it was deleted is not known any more; it was there before, or there is nothing to tell.
    if (isAnother && version > 0 && !told.isGone) {
      this.#push({ kind: "delete", contextId: id, version, revision, insertedAt: 0, origin: "remote" }, told);
    }
    if (state === undefined) return;
    if (isAnother) told.version = 0;
    told.commits.push({ kind: "change", contextId: id, ...state, origin: this.#originOf(state.revision) });
  }
}
