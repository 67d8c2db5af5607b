/** One state a context was in, as long as somebody may still want to see it. How it comes by its value: see `history.ts`. */
import { parseFrozen } from "./frozen.js";
import type { Change, Context, Delta, DeltaRecord, JsonObject } from "./types.js";

/** What is known of a state without looking at it. The engine's own answers serve as it. */
export interface Stamp {
  readonly version: number;
  readonly revision: string;
  readonly insertedAt: number;
}

/** Where moments without a text of their own get their value. */
export interface Source {
  valueOf(moment: Moment): JsonObject;
  /** The moment has been made visible, so later ones can share with it. */
  seen(moment: Moment): void;
}

export class Moment {
  /** The state after this one, where its delta is needed to get back here, or from here to it. */
  next: Moment | undefined;
  /** Bytes of deltas since the chain began. */
  grown: number;
  readonly id: string;
  readonly stamp: Stamp;
  /** The text of what led here; `undefined` where a context began. */
  readonly delta: string | undefined;
  /** The state's text, where there is one at hand. */
  text: string | undefined;
  /** Of the state's text, more or less. */
  readonly bytes: number;
  readonly #source: Source;
  #context: Context | undefined;
  #record: DeltaRecord | undefined;

  constructor(source: Source, id: string, stamp: Stamp, delta: string | undefined, text: string | undefined, bytes: number) {
    this.#source = source;
    this.id = id;
    this.stamp = stamp;
    this.delta = delta;
    this.text = text;
    this.bytes = bytes;
    this.next = undefined;
    this.grown = 0;
    this.#context = undefined;
    this.#record = undefined;
  }

  /** A moment that has been seen, and needs nobody. */
  static of(source: Source, context: Context): Moment {
    const moment = new Moment(source, context.contextId, context, undefined, undefined, 0);
    moment.#context = context;
    return moment;
  }

  /** Whether its value is at hand without any other moment. */
  get isSettled(): boolean {
    return this.#context !== undefined || this.text !== undefined;
  }

  /** The value, where somebody has looked at it before. */
  get seen(): Context | undefined {
    return this.#context;
  }

  get context(): Context {
    if (this.#context === undefined) {
      const context = this.#source.valueOf(this);
      const { version, revision, insertedAt } = this.stamp;
      this.#context = Object.freeze({ contextId: this.id, context, version, revision, insertedAt });
      this.#source.seen(this);
    }
    return this.#context;
  }

  get record(): DeltaRecord {
    this.#record ??= this.recordOf(this.delta === undefined ? created(this.context.context) : parseFrozen<Delta>(this.delta));
    return this.#record;
  }

  recordOf(delta: Delta): DeltaRecord {
    const { version, revision, insertedAt } = this.stamp;
    return Object.freeze({ contextId: this.id, delta, version, revision, insertedAt });
  }
}

/** The delta that leads from nothing to `context`. */
function created(context: JsonObject): Delta {
  const delta: [string, Change][] = Object.entries(context).map(([key, value]) => [key, Object.freeze({ action: "added", value })]);
  return Object.freeze(Object.fromEntries(delta));
}
