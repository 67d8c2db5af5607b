/** `chord-sync/memory` on Node, Deno and Bun: as `server.ts`, with nothing but what memory needs. */
import { memory } from "../editions/memory.js";
import { compileText, loadBy } from "../module.js";
import { base64 } from "./chord-bytes.js";

export * from "../index.js";

loadBy({ parts: { chord: memory }, modules: { chord: () => compileText(base64) } });
