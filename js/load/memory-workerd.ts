/** `chord-sync/memory` on Cloudflare Workers: as `workerd.ts`, with nothing but what memory needs. */
import chord from "../../chord.wasm";
import { memory } from "../editions/memory.js";
import { loadBy } from "../module.js";

export * from "../index.js";

loadBy({ parts: { chord: memory }, modules: { chord: () => chord } });
