/** The JavaScript runtimes the package is for. Deno and Bun come from npm packages that ship their binary. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { at } from "./paths.js";
import { ask } from "./run.js";
import { Failure } from "./say.js";

const { platform, arch } = process;
const suffix = platform === "win32" ? ".exe" : "";
const bunSystem = platform === "win32" ? "windows" : platform;
const bunArch = arch === "arm64" ? "aarch64" : arch;

// The packages `deno` and `bun` put a binary in their place by a script at installation, and no package runs one here (`.npmrc`).
const candidates = {
  deno: [`@deno/${platform}-${arch}`, `@deno/${platform}-${arch}-glibc`].map((name) => join(name, `deno${suffix}`)),
  bun: ["", "-baseline", "-musl", "-musl-baseline"].map((kind) => join(`@oven/bun-${bunSystem}-${bunArch}${kind}`, "bin", `bun${suffix}`)),
};

function find(name) {
  const found = [...candidates[name].map((path) => at("node_modules", path)), name].find(
    (path) => (path === name || existsSync(path)) && ask(path, ["--version"]) !== undefined,
  );
  if (found === undefined) throw new Failure(`${name} is missing: run \`npm ci\`, or install it so that it is on PATH.`);
  return found;
}

export const node = process.execPath;
export const deno = () => find("deno");
export const bun = () => find("bun");
