/** Cloudflare Workers: compiled when the Worker is deployed, for it can't compile bytes. */
import backends from "../../chord-backends.wasm";
import chord from "../../chord.wasm";
import { loadBy } from "../module.js";

export * from "../index.js";

loadBy((edition) => (edition === "chord" ? chord : backends));
