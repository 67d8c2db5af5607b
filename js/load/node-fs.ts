/** Node's files, on Node and Bun. */

/** What is used of them. */
interface NodeFs {
  readFileSync(path: URL): Uint8Array<ArrayBuffer>;
  openSync(path: string, flags: "r"): number;
  readSync(file: number, into: Uint32Array): number;
  closeSync(file: number): void;
}

/** `undefined` where there are none, and on Deno, which would ask its user. */
export function nodeFs(): NodeFs | undefined {
  if ("Deno" in globalThis) return undefined;
  const { process } = globalThis as { process?: { getBuiltinModule?(id: "node:fs"): NodeFs } };
  return process?.getBuiltinModule?.("node:fs");
}
