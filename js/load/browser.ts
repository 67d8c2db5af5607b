/** Browsers, and bundlers for them: fetched from beside the package. */
import { type Edition, loadBy } from "../module.js";

export * from "../index.js";

/** Where Vite looks after it has moved this script to its cache and left the modules behind (vite#8427), and where it serves them. */
const leftBehind = /\/node_modules\/(chord(?:-backends)?\.wasm)(?=$|\?)/;
const served = "/node_modules/chord-sync/$1";

/** Written so that bundlers see it; they put the modules among their assets and their new addresses here. */
const urls: { readonly [edition in Edition]: () => URL } = {
  chord: () => new URL("../../chord.wasm", import.meta.url),
  "chord-backends": () => new URL("../../chord-backends.wasm", import.meta.url),
};

loadBy(async (edition) => {
  const url = urls[edition]().href.replace(leftBehind, served);
  const response = await fetch(url);
  const type = response.headers.get("Content-Type") ?? "";
  // Servers for single pages answer with that page whatever they don't have.
  if (!response.ok || type.startsWith("text/html")) {
    throw new Error(`${url} was answered with ${response.ok ? "a page" : `status ${response.status}`}`);
  }
  // As a stream where the server names the type; many don't know it, and compileStreaming insists.
  if (type === "application/wasm") return WebAssembly.compileStreaming(response);
  return WebAssembly.compile(await response.arrayBuffer());
});
