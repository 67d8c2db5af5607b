/** Node, Deno and Bun: from base64 in scripts beside this one, which needs no file, no permission and no bundler's help. */
import { compileText, loadBy } from "../module.js";

export * from "../index.js";

loadBy(async (edition) => {
  const { base64 } = edition === "chord" ? await import("./wasm-bytes.js") : await import("./backends-bytes.js");
  return compileText(base64);
});
