/** What writes resolve to: a flag and a moment, until somebody reads more. */
import type { Moment } from "./moment.js";
import type { ChangeResult, Context, Delta, DeltaRecord } from "./types.js";

const nothing: Delta = Object.freeze({});

// One is made with every write, so it is neither frozen nor given initialized fields: each would take longer than all the rest of it.
export class Result implements ChangeResult {
  readonly #changed: boolean;
  readonly #moment: Moment;
  #record: DeltaRecord | undefined;

  constructor(changed: boolean, moment: Moment) {
    this.#changed = changed;
    this.#moment = moment;
  }

  /** The version the write led to, without a look at anything else. */
  get version(): number {
    return this.#moment.stamp.version;
  }

  get changed(): boolean {
    return this.#changed;
  }

  get context(): Context {
    return this.#moment.context;
  }

  get delta(): DeltaRecord {
    this.#record ??= this.#changed ? this.#moment.record : this.#moment.recordOf(nothing);
    return this.#record;
  }

  toJSON(): { changed: boolean; context: Context; delta: DeltaRecord } {
    return { changed: this.changed, context: this.context, delta: this.delta };
  }

  /** What consoles that follow Node's convention print, as getters would not show. */
  [Symbol.for("nodejs.util.inspect.custom")](): unknown {
    return this.toJSON();
  }
}
