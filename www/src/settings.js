/** What the page remembers about itself, in a Chord of its own: who is there, who is online, how far the clock was put forward. */
import { ignoreConflict } from "./conflict.js";

const SETTINGS = "settings";

const BAND = [
  { id: "nina", name: "Nina", part: "piano" },
  { id: "miles", name: "Miles", part: "trumpet" },
  { id: "ella", name: "Ella", part: "voice" },
  { id: "max", name: "Max", part: "drums" },
];

const INITIAL = {
  present: ["nina", "miles"],
  online: { nina: true, miles: true, ella: true, max: true },
  latency: 160,
  skipped: 0,
  cleanupServer: true,
};

export class Settings {
  #chord;

  /** @param {import("chord-sync").Chord} chord where to keep them */
  static async open(chord) {
    await chord.setContext(SETTINGS, INITIAL, { ifVersion: 0 }).catch(ignoreConflict);
    const settings = new Settings(chord);
    settings.values = (await chord.getContext(SETTINGS)).context;
    return settings;
  }

  constructor(chord) {
    this.#chord = chord;
  }

  async change(changes) {
    this.values = (await this.#chord.updateContext(SETTINGS, changes)).context.context;
  }

  /** Those who are there, in the order they came. */
  present() {
    return this.values.present.map((id) => ({ ...BAND.find((player) => player.id === id), online: this.values.online[id] }));
  }

  /** The next who could join, or `undefined`. */
  next() {
    return BAND.find(({ id }) => !this.values.present.includes(id));
  }
}

export const OWNERS = ["server", "page", ...BAND.map(({ id }) => id)];
