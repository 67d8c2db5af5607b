/** Node and Bun: from the package's file. Where that can't be read, and on Deno: from base64 in scripts beside this one, which needs no permission and no bundler's help. */
import type { Edition } from "../edition.js";
import { memory } from "../editions/memory.js";
import { compileText, loadBy } from "../module.js";
import { fromFile } from "./file.js";

export * from "../index.js";

const load =
  (edition: Edition, script: () => Promise<{ readonly base64: string }>) => (): WebAssembly.Module | Promise<WebAssembly.Module> =>
    fromFile(edition, import.meta.url) ?? script().then(({ base64 }) => compileText(base64));

loadBy({
  parts: {
    chord: memory,
    "chord-indexeddb": async () => (await import("../editions/indexeddb.js")).indexeddb,
    "chord-backends": async () => (await import("../editions/backends.js")).backends,
  },
  modules: {
    chord: load("chord", () => import("./chord-bytes.js")),
    "chord-indexeddb": load("chord-indexeddb", () => import("./chord-indexeddb-bytes.js")),
    "chord-backends": load("chord-backends", () => import("./chord-backends-bytes.js")),
  },
});
