/** Node and Bun: from the package's file. Where that can't be read, and on Deno: from base64 in scripts beside this one, which needs no permission and no bundler's help. */
import { memory } from "../editions/memory.js";
import { loadBy } from "../module.js";
import { randomBy } from "../random.js";
import { fileOrText } from "./file.js";
import { fillFromFile } from "./node-random.js";

export * from "../index.js";

randomBy(fillFromFile);
loadBy({
  parts: {
    chord: memory,
    "chord-indexeddb": async () => (await import("../editions/indexeddb.js")).indexeddb,
    "chord-backends": async () => (await import("../editions/backends.js")).backends,
  },
  modules: {
    chord: fileOrText("chord", import.meta.url, () => import("./chord-bytes.js")),
    "chord-indexeddb": fileOrText("chord-indexeddb", import.meta.url, () => import("./chord-indexeddb-bytes.js")),
    "chord-backends": fileOrText("chord-backends", import.meta.url, () => import("./chord-backends-bytes.js")),
  },
});
