/** Memory and IndexedDB. */
import { Deadlines } from "../deadlines.js";
import type { Parts } from "../edition.js";
import { Following } from "../following.js";
import {
  __wbg_reset_state,
  apply,
  Chord,
  diff,
  format,
  idArea,
  initSync,
  invert,
  merge,
  numbersArea,
  textArea,
} from "../glue/chord-indexeddb.js";
import { type Database, databaseOf, type Settings } from "../options.js";
import { storage } from "../storage.js";
import { Tabs } from "../tabs.js";

// By name: a namespace would keep all of the glue, what nobody calls included.
const glue = { __wbg_reset_state, apply, Chord, diff, format, idArea, initSync, invert, merge, numbersArea, textArea };

export const indexeddb: Parts = {
  edition: "chord-indexeddb",
  glue,
  shared: {
    Deadlines,
    engine(settings, settle) {
      const { name, durability } = of(settings);
      return Chord.overIndexedDb(settle, { name, strict: durability === "strict" });
    },
    follow: (settings, core, listeners) => new Following(core, listeners, (followed) => new Tabs(followed, of(settings).name)),
    storage,
  },
};

const of = (settings: Settings): Database => databaseOf(settings) as Database;
