/** Node, Deno and Bun: from base64 in scripts beside this one, which needs no file, no permission and no bundler's help. */
import { memory } from "../editions/memory.js";
import { compileText, loadBy } from "../module.js";

export * from "../index.js";

loadBy({
  parts: {
    chord: memory,
    "chord-indexeddb": async () => (await import("../editions/indexeddb.js")).indexeddb,
    "chord-backends": async () => (await import("../editions/backends.js")).backends,
  },
  modules: {
    chord: async () => compileText((await import("./chord-bytes.js")).base64),
    "chord-indexeddb": async () => compileText((await import("./chord-indexeddb-bytes.js")).base64),
    "chord-backends": async () => compileText((await import("./chord-backends-bytes.js")).base64),
  },
});
