/** Anywhere: from base64 in a script beside this one. Also for Node, Deno and Bun, where it needs no file, no permission and no bundler's help. */
import { loadBy } from "../module.js";
import { base64 } from "./wasm-bytes.js";

export * from "../index.js";

loadBy(async () => WebAssembly.compile(Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))));
