/** Memory and backends that the user brings. */
import type { Backend } from "../backend.js";
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
} from "../glue/chord-backends.js";
import { backendOf, type Settings } from "../options.js";
import { OwnBackend } from "../own-backend.js";
import { Watching } from "../watching.js";

// By name: a namespace would keep all of the glue, what nobody calls included.
const glue = { __wbg_reset_state, apply, Chord, diff, format, idArea, initSync, invert, merge, numbersArea, textArea };

export const backends: Parts = {
  edition: "chord-backends",
  glue,
  shared: {
    Deadlines,
    engine: (settings, settle, asking) => Chord.overBackend(settle, asking(new OwnBackend(of(settings)))),
    follow: (settings, core, listeners) => new Following(core, listeners, (followed) => new Watching(followed, of(settings))),
    storage: async () => ({ kind: "backend" }),
  },
};

const of = (settings: Settings): Backend => backendOf(settings) as Backend;
