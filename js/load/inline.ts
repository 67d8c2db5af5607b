/** Anywhere: from base64 in a script beside this one, without a file or a bundler's help. One edition serves memory and IndexedDB. */
import { backends } from "../editions/backends.js";
import { indexeddb } from "../editions/indexeddb.js";
import { memory } from "../editions/memory.js";
import { ChordError } from "../error.js";
import { compileText, loadBy } from "../module.js";
import { base64 } from "./chord-indexeddb-bytes.js";

export * from "../index.js";

const module = (): Promise<WebAssembly.Module> => compileText(base64);

loadBy({
  parts: { chord: memory, "chord-indexeddb": indexeddb, "chord-backends": backends },
  modules: {
    chord: module,
    "chord-indexeddb": module,
    "chord-backends": () => {
      throw new ChordError(
        "backend_unavailable",
        "chord-sync/inline has memory and IndexedDB alone; pass chord-sync/chord-backends.wasm as option wasm",
      );
    },
  },
});
