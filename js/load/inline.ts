/** Anywhere: from base64 in a script beside this one, without a file or a bundler's help. */
import { compileText, loadBy } from "../module.js";
import { base64 } from "./wasm-bytes.js";

export * from "../index.js";

loadBy(async (edition) => {
  if (edition === "chord") return compileText(base64);
  throw new Error("chord-sync/inline has memory and IndexedDB only; pass chord-sync/chord-backends.wasm as option wasm");
});
