/**
 * Results made late, yet exact; and states that share their unchanged parts.
 *
 * A write's result is a `Moment`. A small context's moment has the state's text and needs nobody. A large one has only the delta that led to
 * it, so moments are chained, old to new: read late, one walks from itself to the newest, takes that state from the engine and undoes the
 * deltas in between; or, where an earlier moment of the chain has been seen, plays them onto that, which is how states come to share.
 *
 *     result ─▶ moment 7 ──next──▶ moment 8 ──next──▶ moment 9 ◀── track.head      (9's state: the engine's)
 *        ▲ track.late          ▲ track.seen: have their values
 *
 * Invariants:
 * - Links point from old to new, and nothing here points at the old: what no result holds is collected.
 * - Whoever takes a state away (delete, restore, expiry, close) first settles the head, so that every chain ends in a moment with a value.
 * - A chain whose deltas outgrow the context is ended by settling its head; holding one result costs at most about twice the context.
 * - Where others write to the store, too, the engine's state is soon another. There every chain ends in a write whose outcome came with the
 *   state: see `tell_state` in `src/backend/grouped.rs`.
 * - `next` of a settled moment is kept only while it is `track.seen` or `track.late`.
 * - A track's head is the newest state, unless others write to the store, too. It has none where nobody has looked since a small context's last commit.
 * - There is a track only for contexts somebody looked at and for heads that aren't settled; how many, and how large, is bounded.
 */
import type { Committed, Core, State } from "./core.js";
import { asChordError, ChordError } from "./error.js";
import { parseFrozen, parseShared } from "./frozen.js";
import { Moment, type Source, type Stamp } from "./moment.js";
import { replay } from "./apply.js";
import type { Context, Delta, JsonObject } from "./types.js";

const mostTracks = 10_000;
const mostBytes = 32 * 1024 * 1024;
// Room is made for some more at once: looking for it costs time.
const kept = 7 / 8;
const trackBytes = 256;
const shortestChain = 4096;

class Track {
  /** The state as it is now, where a later one has to be linked to it or can share with it. */
  head: Moment | undefined;
  /** The newest state that was looked at. */
  seen: Moment | undefined;
  seenBytes = 0;
  /** An earlier state than `seen` that was looked at last: whoever reads what is held from old to new goes on from there. */
  late: Moment | undefined;
  weight = 0;
  /** Used since room was last looked for. */
  isFresh = true;

  /** Lets go of what leads from the states that were looked at to later ones. */
  cut(): void {
    if (this.seen !== undefined) this.seen.next = undefined;
    if (this.late !== undefined) this.late.next = undefined;
    this.late = undefined;
  }
}

export class History implements Source {
  readonly #core: Core;
  readonly #tracks = new Map<string, Track>();
  #weight = 0;
  /** Unsettled heads whose track had to go: only who holds their results needs them. */
  readonly #abandoned = new Map<string, WeakRef<Moment>>();
  #sweep: Iterator<[string, WeakRef<Moment>]> | undefined;

  constructor(core: Core) {
    this.#core = core;
  }

  /** The moment a write led to. */
  committed(id: string, commit: Committed): Moment {
    const known = commit.context;
    const track = this.#track(id);
    if (track === undefined && known !== undefined) return new Moment(this, id, commit, commit.delta, known, commit.bytes);
    const head = track?.head;
    if (!commit.changed) {
      const current = head ?? track?.seen;
      if (current !== undefined && isSame(current.stamp, commit)) {
        if (track !== undefined && current === head && known !== undefined && !current.isSettled) {
          current.text = known;
          this.#settled(id, track);
        }
        return current;
      }
      const moment = new Moment(this, id, commit, undefined, known, commit.bytes);
      if (known === undefined) this.#setHead(track ?? this.#open(id), moment);
      return moment;
    }
    const moment = new Moment(this, id, commit, commit.delta, known, commit.bytes);
    const isNext = head !== undefined && commit.delta !== undefined && head.stamp.version + 1 === commit.version;
    if (isNext) head.next = moment;
    if (known !== undefined) {
      if (track !== undefined) this.#settled(id, track);
      return moment;
    }
    if (isNext) moment.grown = head.grown + (commit.delta?.length ?? 0);
    const current = track ?? this.#open(id);
    this.#setHead(current, moment);
    if (!this.#core.isShared && moment.grown > Math.max(commit.bytes, shortestChain)) this.#settle(id, moment);
    return moment;
  }

  /** The newest state of `id`, where nobody else writes to the store. */
  head(id: string): Moment | undefined {
    const track = this.#tracks.get(id);
    if (track === undefined) return undefined;
    track.isFresh = true;
    return track.head;
  }

  /** The newest state of `id` that is kept here: perhaps still the newest there is. */
  latest(id: string): Moment | undefined {
    const track = this.#tracks.get(id);
    if (track === undefined) return undefined;
    track.isFresh = true;
    return track.head ?? track.seen;
  }

  /** The snapshot of the state the engine gave for `id`. */
  snapshot(id: string, state: State): Context {
    const track = this.#track(id);
    const latest = track?.head ?? track?.seen;
    if (latest !== undefined && isSame(latest.stamp, state)) return latest.context;
    const moment = new Moment(this, id, stampOf(state), undefined, state.context, state.context.length);
    this.#setHead(track ?? this.#open(id), moment);
    return moment.context;
  }

  /** Like `snapshot`, for states that pass by in numbers: what isn't kept already is not kept. */
  glance(id: string, state: State): Context {
    const latest = this.latest(id);
    if (latest?.seen !== undefined && isSame(latest.stamp, state)) return latest.seen;
    return Object.freeze({ contextId: id, context: parseFrozen<JsonObject>(state.context), ...stampOf(state) });
  }

  /** `id`'s state may be about to be taken away. */
  prepare(id: string): void {
    const head = this.#track(id)?.head;
    if (head !== undefined) this.#fill(head);
  }

  /** `id` is gone. */
  forget(id: string): void {
    const track = this.#tracks.get(id);
    if (track === undefined) return;
    track.cut();
    this.#weight -= track.weight;
    this.#tracks.delete(id);
  }

  /** States committed at times for which `isDue` holds may be taken away without a word. */
  settle(isDue: (insertedAt: number) => boolean): void {
    for (const [id, track] of this.#tracks) {
      if (track.head !== undefined && !track.head.isSettled && isDue(track.head.stamp.insertedAt)) this.#settle(id, track.head);
    }
    for (const [id, reference] of this.#abandoned) {
      const head = reference.deref();
      if (head === undefined || isDue(head.stamp.insertedAt)) {
        this.#abandoned.delete(id);
        if (head !== undefined) this.#fill(head);
      }
    }
  }

  close(): void {
    this.settle(() => true);
    this.#tracks.clear();
    this.#weight = 0;
  }

  valueOf(moment: Moment): JsonObject {
    const track = this.#tracks.get(moment.id);
    const earlier = track?.seen?.seen?.context;
    if (moment.text !== undefined) {
      const value = parseShared(moment.text, earlier);
      moment.text = undefined;
      return value;
    }
    const value = valueAfter(track?.seen, moment) ?? valueAfter(track?.late, moment);
    if (value !== undefined) return value;
    const end = endOf(moment);
    if (end === moment) return parseShared(this.#stateOf(moment), earlier);
    const back = deltasBetween(moment, end) ?? [];
    return replay(end.context.context, back.reverse(), "backwards");
  }

  seen(moment: Moment): void {
    const track = this.#tracks.get(moment.id) ?? this.#open(moment.id);
    const isHead = track.head === moment;
    if (!isHead && track.seen !== undefined && isLater(track.seen.stamp, moment.stamp)) {
      if (track.late !== undefined && track.late !== moment) track.late.next = undefined;
      track.late = moment;
      this.#weigh(track);
      this.#makeRoom();
      return;
    }
    if (track.seen !== undefined && track.seen !== moment) track.seen.next = undefined;
    track.seen = moment;
    track.seenBytes = moment.bytes;
    if (isHead) moment.grown = 0;
    this.#weigh(track);
    this.#makeRoom();
  }

  #open(id: string): Track {
    const track = new Track();
    this.#tracks.set(id, track);
    return track;
  }

  #setHead(track: Track, head: Moment): void {
    track.head = head;
    track.isFresh = true;
    this.#weigh(track);
    if (this.#weight > mostBytes || this.#tracks.size > mostTracks) this.#makeRoom();
  }

  #weigh(track: Track): void {
    const weight = trackBytes + track.seenBytes + (track.late?.bytes ?? 0) + (track.head?.delta?.length ?? 0);
    this.#weight += weight - track.weight;
    track.weight = weight;
  }

  /** The head has its text, so nothing has to be linked to it any more. */
  #settle(id: string, head: Moment): void {
    this.#fill(head);
    const track = this.#tracks.get(id);
    if (track !== undefined) this.#settled(id, track);
  }

  #settled(id: string, track: Track): void {
    track.head = undefined;
    if (track.seen === undefined) {
      this.forget(id);
    } else {
      track.cut();
      this.#weigh(track);
    }
  }

  #fill(head: Moment): void {
    if (head.isSettled) return;
    try {
      head.text = this.#stateOf(head);
    } catch {
      // Only a failed engine can't tell. The commit, or the end, that this comes with is right; whoever reads the result is told.
    }
  }

  /** The text of the newest state, from the engine. */
  #stateOf(moment: Moment): string {
    const state = this.#core.peek(moment.id);
    if (state === undefined || !isSame(state, moment.stamp)) {
      throw asChordError(
        new ChordError("internal", `version ${moment.stamp.version} of this context is no longer at hand; please report it`),
        moment.id,
      );
    }
    return state.context;
  }

  /** Lets go of what has not been used for longest, going by one bit: exact order would cost each read more than it is worth. */
  #makeRoom(): void {
    if (this.#weight <= mostBytes && this.#tracks.size <= mostTracks) return;
    for (const [id, track] of this.#tracks) {
      if ((this.#weight <= mostBytes * kept && this.#tracks.size <= mostTracks * kept) || this.#tracks.size === 1) return;
      if (track.isFresh) {
        track.isFresh = false;
        this.#tracks.delete(id);
        this.#tracks.set(id, track);
        continue;
      }
      this.forget(id);
      if (track.head !== undefined && !track.head.isSettled) this.#abandon(id, track.head);
    }
  }

  #abandon(id: string, head: Moment): void {
    if (typeof WeakRef === "undefined") {
      this.#fill(head);
      return;
    }
    this.#abandoned.set(id, new WeakRef(head));
    for (let visits = 2; visits > 0; visits -= 1) {
      this.#sweep ??= this.#abandoned.entries();
      const next = this.#sweep.next();
      if (next.done === true) this.#sweep = undefined;
      else if (next.value[1].deref() === undefined) this.#abandoned.delete(next.value[0]);
    }
  }

  /** The track of `id`, with its head where that had been let go but is still held by a result. */
  #track(id: string): Track | undefined {
    const track = this.#tracks.get(id);
    if (this.#abandoned.size === 0 || track?.head !== undefined) return track;
    const head = this.#abandoned.get(id)?.deref();
    this.#abandoned.delete(id);
    if (head === undefined || head.isSettled) return track;
    const current = track ?? this.#open(id);
    current.head = head;
    current.isFresh = true;
    this.#weigh(current);
    return current;
  }
}

function isSame(one: Stamp, other: { readonly version: number; readonly revision: string }): boolean {
  return one.version === other.version && one.revision === other.revision;
}

/** Whether `one` is not before `other`. Higher versions of an earlier lineage were committed before. */
function isLater(one: Stamp, other: Stamp): boolean {
  return one.version >= other.version || one.insertedAt > other.insertedAt;
}

function stampOf({ version, revision, insertedAt }: State): Stamp {
  return { version, revision, insertedAt };
}

/** The newest moment a chain leads to, or the first on the way that is settled. */
function endOf(moment: Moment): Moment {
  let end = moment;
  while (!end.isSettled && end.next !== undefined) end = end.next;
  return end;
}

/** The value of `moment`, from that of one before it where a chain leads there. */
function valueAfter(before: Moment | undefined, moment: Moment): JsonObject | undefined {
  const value = before?.seen?.context;
  if (before === undefined || value === undefined || before.stamp.version >= moment.stamp.version) return undefined;
  const way = deltasBetween(before, moment);
  return way === undefined ? undefined : replay(value, way, "forwards");
}

/** The deltas that lead from `from` to `to`, where the chain does. */
function deltasBetween(from: Moment, to: Moment): Delta[] | undefined {
  const deltas: Delta[] = [];
  for (let moment: Moment | undefined = from; moment !== to; ) {
    moment = moment.next;
    if (moment?.delta === undefined) return undefined;
    deltas.push(parseFrozen<Delta>(moment.delta));
  }
  return deltas;
}
