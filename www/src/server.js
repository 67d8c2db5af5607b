/** The server: the one truth, in a Chord of its own. A real one would sit behind HTTP or a socket and look the same. */
import { Chord } from "chord-sync";
import { bytesOf } from "./bytes.js";
import { ignoreConflict } from "./conflict.js";
import { changesOf } from "./edits.js";
import { CONTEXT, opening } from "./setlist.js";
import { backendFor } from "./storage.js";

/** How much history it keeps: a phone that missed more gets the full context. */
export const KEPT = { deltas: 24, minutes: 10 };
export const CLEANUP_EVERY = 5_000;
const MOST_TRIES = 20;

export class Server {
  #clock;

  /** @param {import("./clock.js").Clock} clock */
  static async open(clock, telemetry) {
    const chord = await Chord.open({
      backend: backendFor("server"),
      deltaThreshold: KEPT.deltas,
      deltaTtl: KEPT.minutes * 60_000,
      timeProvider: clock.now,
      telemetry,
    });
    if ((await chord.getContext(CONTEXT)) === undefined) {
      // Another tab may be quicker, which is just as well.
      await chord.setContext(CONTEXT, opening(), { ifVersion: 0 }).catch(ignoreConflict);
    }
    return new Server(chord, clock);
  }

  constructor(chord, clock) {
    this.chord = chord;
    this.#clock = clock;
  }

  /** When the kept deltas stop being of use, as seen now. */
  isExpired({ insertedAt }) {
    return insertedAt + KEPT.minutes * 60_000 <= this.#clock.now();
  }

  /**
   * One round trip of a phone: takes the edits it made, answers with what it misses, and says how many bytes that is and how many the whole
   * context would have been.
   */
  async exchange({ device, edits, since }) {
    for (const edit of edits) await this.#accept(device, edit);
    const answer = await this.chord.syncContext(CONTEXT, since, { oldValues: false });
    const { contextId, context, version, revision, insertedAt } = await this.chord.getContext(CONTEXT);
    const whole = bytesOf({ type: "full_context", contextId, context, version, revision, insertedAt });
    return { answer, bytes: bytesOf(answer), whole };
  }

  /**
   * Commits an edit once, however often it arrives: an answer may get lost, and then the phone sends its edits again. The number of the last one
   * taken from each phone is part of the context, so that both are written together or not at all.
   */
  async #accept(device, { sequence, edit }) {
    for (let tries = 1; ; tries += 1) {
      const { context, version } = await this.chord.getContext(CONTEXT);
      if (sequence <= (context.edits[device] ?? 0)) return;
      const changes = { ...changesOf(edit), edits: { [device]: sequence } };
      try {
        await this.chord.updateContext(CONTEXT, changes, { ifVersion: version });
        return;
      } catch (error) {
        if (tries === MOST_TRIES) throw error;
        ignoreConflict(error);
      }
    }
  }
}
