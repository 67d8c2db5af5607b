/** Every answer the server gave, in bytes, beside what the whole context would have been. Kept in the page's own Chord. */
import { ignoreConflict } from "./conflict.js";

const LEDGER = "ledger";
const EMPTY = { answers: 0, sent: 0, whole: 0, types: { full_context: 0, delta: 0, no_change: 0 }, points: [] };
const MOST_POINTS = 240;

export class Ledger {
  #chord;
  state = EMPTY;

  /** @param {import("chord-sync").Chord} chord where to keep it */
  static async open(chord, onChange) {
    await chord.setContext(LEDGER, EMPTY, { ifVersion: 0 }).catch(ignoreConflict);
    const ledger = new Ledger(chord);
    const refresh = async () => {
      ledger.state = (await chord.getContext(LEDGER)).context;
      onChange(ledger.state);
    };
    chord.subscribe(LEDGER, refresh);
    await refresh();
    return ledger;
  }

  constructor(chord) {
    this.#chord = chord;
  }

  /**
   * A "no change" counts against Chord: its bytes are added, and no full context is, since a server without deltas could know that much too.
   *
   * @param {{ type: string, bytes: number, whole: number }} answer
   */
  async enter({ type, bytes, whole }) {
    await this.#chord.transact(LEDGER, (ledger) => {
      const answers = ledger.answers + 1;
      const sent = ledger.sent + bytes;
      const total = ledger.whole + (type === "no_change" ? 0 : whole);
      const types = { ...ledger.types, [type]: ledger.types[type] + 1 };
      return { answers, sent, whole: total, types, points: thinned([...ledger.points, [answers, sent, total, type]]) };
    });
  }
}

/** Every other point once there are too many to see; the first and the last stay. */
const thinned = (points) =>
  points.length <= MOST_POINTS ? points : points.filter((_, index) => index % 2 === 0 || index === points.length - 1);
