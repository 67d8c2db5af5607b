/** Anywhere: from base64 in a script beside this one, without a file or a bundler's help. */
import { ChordError } from "../error.js";
import { compileText, loadBy } from "../module.js";
import { base64 } from "./wasm-bytes.js";

export * from "../index.js";

loadBy(async (edition) => {
  if (edition === "chord") return compileText(base64);
  throw new ChordError(
    "backend_unavailable",
    "chord-sync/inline has memory and IndexedDB alone; pass chord-sync/chord-backends.wasm as option wasm",
  );
});
