import wasm from "chord-sync/chord-indexeddb.wasm";

export { Chord, increment } from "chord-sync";
// esbuild names the file; where it lies is up to who serves it: here beside the scripts.
export const options = { wasm: new URL(wasm, import.meta.url) };
