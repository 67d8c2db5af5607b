/** The package's WebAssembly as a file, on Node and Bun. */
import type { Edition } from "../edition.js";

interface NodeProcess {
  getBuiltinModule?(id: "node:fs"): { readFileSync(path: URL): Uint8Array<ArrayBuffer> };
}

/**
 * The module from its file, where `entry` is the package's own script and lies where it was installed. Reading takes a tenth of what importing the same
 * as text does. `undefined` where a bundler has put the script elsewhere, where it can't be read, and on Deno, which would ask its user.
 */
export function fromFile(edition: Edition, entry: string): WebAssembly.Module | undefined {
  const installed = /^(file:.*\/)dist\/load\/[a-z-]+\.js$/.exec(entry)?.[1];
  if (installed === undefined || "Deno" in globalThis) return undefined;
  try {
    const { process } = globalThis as { process?: NodeProcess };
    const bytes = process?.getBuiltinModule?.("node:fs").readFileSync(new URL(`${edition}.wasm`, installed));
    return bytes && new WebAssembly.Module(bytes);
  } catch {
    return undefined;
  }
}
