/** `chord-sync/memory` on Node, Deno and Bun: as `server.ts`, with nothing but what memory needs. */
import { memory } from "../editions/memory.js";
import { loadBy } from "../module.js";
import { randomBy } from "../random.js";
import { fileOrText } from "./file.js";
import { fillFromFile } from "./node-random.js";

export * from "../index.js";

randomBy(fillFromFile);
loadBy({
  parts: { chord: memory },
  modules: { chord: fileOrText("chord", import.meta.url, () => import("./chord-bytes.js")) },
});
