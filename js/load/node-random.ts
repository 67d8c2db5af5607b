/**
 * Node's random numbers, from the file that its crypto has them from. Node loads crypto when it is first used, which takes a fifth of the time from
 * import to first operation.
 */
interface NodeFs {
  openSync(path: string, flags: "r"): number;
  readSync(file: number, into: Uint32Array): number;
  closeSync(file: number): void;
}

interface Globals {
  readonly process?: { readonly platform: string; getBuiltinModule?(id: "node:fs"): NodeFs };
}

/** `false` on Windows, where the file can't be read, and on Deno and Bun: the one would ask its user, the other has its crypto at hand. */
export function fillFromFile(words: Uint32Array): boolean {
  if ("Deno" in globalThis || "Bun" in globalThis) return false;
  const { process } = globalThis as Globals;
  if (process?.platform !== "linux" && process?.platform !== "darwin") return false;
  try {
    const fs = process.getBuiltinModule?.("node:fs");
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
