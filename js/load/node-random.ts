/** Node's random numbers, from the file that its crypto has them from: Node loads crypto when it is first used, which would delay the first operation. */
import { nodeFs } from "./node-fs.js";

/** `false` where the system has no such file, as Windows, where it can't be read, and on Bun, which has its crypto at hand. */
export function fillFromFile(words: Uint32Array): boolean {
  const { process } = globalThis as { process?: { readonly platform: string } };
  if ("Bun" in globalThis || (process?.platform !== "linux" && process?.platform !== "darwin")) return false;
  try {
    const fs = nodeFs();
    if (fs === undefined) return false;
    const file = fs.openSync("/dev/urandom", "r");
    try {
      return fs.readSync(file, words) === words.byteLength;
    } finally {
      fs.closeSync(file);
    }
  } catch {
    return false;
  }
}
