/** Browsers, and bundlers for them: fetched from beside the package, the one that is needed. The scripts are few, and service workers can't import. */
import { backends } from "../editions/backends.js";
import { indexeddb } from "../editions/indexeddb.js";
import { memory } from "../editions/memory.js";
import { loadBy } from "../module.js";
import { fetched } from "./fetched.js";

export * from "../index.js";

// Addresses are written so that bundlers see them; they put the modules among their assets and their new addresses here.
loadBy({
  parts: { chord: memory, "chord-indexeddb": indexeddb, "chord-backends": backends },
  modules: {
    chord: () => fetched(new URL("../../chord.wasm", import.meta.url)),
    "chord-indexeddb": () => fetched(new URL("../../chord-indexeddb.wasm", import.meta.url)),
    "chord-backends": () => fetched(new URL("../../chord-backends.wasm", import.meta.url)),
  },
});
