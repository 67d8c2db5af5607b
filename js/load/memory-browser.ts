/** `chord-sync/memory` in browsers: as `browser.ts`, with nothing but what memory needs. */
import { memory } from "../editions/memory.js";
import { loadBy } from "../module.js";
import { fetched } from "./fetched.js";

export * from "../index.js";

loadBy({ parts: { chord: memory }, modules: { chord: () => fetched(new URL("../../chord.wasm", import.meta.url)) } });
