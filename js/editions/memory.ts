/** Memory alone. */
import type { Parts } from "../edition.js";
import { __wbg_reset_state, apply, Chord, diff, format, idArea, initSync, invert, merge, numbersArea, textArea } from "../glue/chord.js";

// By name: a namespace would keep all of the glue, what nobody calls included.
const glue = { __wbg_reset_state, apply, Chord, diff, format, idArea, initSync, invert, merge, numbersArea, textArea };

export const memory: Parts = { edition: "chord", glue };
