/** The package's WebAssembly as a file, on Node and Bun. */
import type { Edition } from "../edition.js";
import { compileText } from "../module.js";
import { nodeFs } from "./node-fs.js";

/** How to come by a module: from its file where that can be had, else from `script`, which has it as text. `entry` is the package's own script. */
export const fileOrText =
  (edition: Edition, entry: string, script: () => Promise<{ readonly base64: string }>) =>
  (): WebAssembly.Module | Promise<WebAssembly.Module> =>
    fromFile(edition, entry) ?? script().then(({ base64 }) => compileText(base64));

/**
 * The module from its file, where `entry` is the package's own script and lies where it was installed. Reading takes a tenth of what importing the same
 * as text does. `undefined` where a bundler has put the script elsewhere, and where it can't be read.
 */
function fromFile(edition: Edition, entry: string): WebAssembly.Module | undefined {
  const installed = /^(file:.*\/)dist\/load\/[a-z-]+\.js$/.exec(entry)?.[1];
  if (installed === undefined) return undefined;
  try {
    const bytes = nodeFs()?.readFileSync(new URL(`${edition}.wasm`, installed));
    return bytes && new WebAssembly.Module(bytes);
  } catch {
    return undefined;
  }
}
