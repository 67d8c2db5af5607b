/** `chord-sync/memory` on Node, Deno and Bun: as `server.ts`, with nothing but what memory needs. */
import { memory } from "../editions/memory.js";
import { loadBy } from "../module.js";
import { fileOrText } from "./file.js";

export * from "../index.js";

loadBy({
  parts: { chord: memory },
  modules: { chord: fileOrText("chord", import.meta.url, () => import("./chord-bytes.js")) },
});
