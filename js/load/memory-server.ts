/** `chord-sync/memory` on Node, Deno and Bun: as `server.ts`, with nothing but what memory needs. */
import { memory } from "../editions/memory.js";
import { compileText, loadBy } from "../module.js";
import { fromFile } from "./file.js";

export * from "../index.js";

loadBy({
  parts: { chord: memory },
  modules: {
    chord: () => fromFile("chord", import.meta.url) ?? import("./chord-bytes.js").then(({ base64 }) => compileText(base64)),
  },
});
