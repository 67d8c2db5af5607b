import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

/** The package's WebAssembly module as bytes. */
export const moduleBytes = () => readFile(fileURLToPath(import.meta.resolve("chord-sync/chord.wasm")));
