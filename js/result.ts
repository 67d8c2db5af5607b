/** What writes resolve to: two words until somebody reads more. */
import type { Moment } from "./moment.js";
import type { ChangeResult, Context, Delta, DeltaRecord } from "./types.js";

const nothing: Delta = Object.freeze({});

export class Result implements ChangeResult {
  // `declare`: an initialized field would triple the time this takes, and one is made with every write.
  declare readonly changed: boolean;
  readonly #moment: Moment;
  #record: DeltaRecord | undefined;

  constructor(changed: boolean, moment: Moment) {
    this.changed = changed;
    this.#moment = moment;
  }

  get context(): Context {
    return this.#moment.context;
  }

  get delta(): DeltaRecord {
    this.#record ??= this.changed ? this.#moment.record : this.#moment.recordOf(nothing);
    return this.#record;
  }

  toJSON(): { changed: boolean; context: Context; delta: DeltaRecord } {
    return { changed: this.changed, context: this.context, delta: this.delta };
  }
}
