/** Cloudflare Workers: compiled when the Worker is deployed, for it can't compile bytes. */
import chordBackends from "../../chord-backends.wasm";
import chordIndexeddb from "../../chord-indexeddb.wasm";
import chord from "../../chord.wasm";
import { backends } from "../editions/backends.js";
import { indexeddb } from "../editions/indexeddb.js";
import { memory } from "../editions/memory.js";
import { loadBy } from "../module.js";

export * from "../index.js";

loadBy({
  parts: { chord: memory, "chord-indexeddb": indexeddb, "chord-backends": backends },
  modules: { chord: () => chord, "chord-indexeddb": () => chordIndexeddb, "chord-backends": () => chordBackends },
});
