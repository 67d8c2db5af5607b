/** Cloudflare Workers: compiled when the Worker is deployed, for it can't compile bytes. */
import module from "../../chord.wasm";
import { loadBy } from "../module.js";

export * from "../index.js";

loadBy(() => module);
