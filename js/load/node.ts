/** Node: read from beside the package. */
import { readFile } from "node:fs/promises";

export async function load(): Promise<WebAssembly.Module> {
  return WebAssembly.compile(await readFile(new URL("../../chord.wasm", import.meta.url)));
}
