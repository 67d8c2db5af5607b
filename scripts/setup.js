/** Everything a build needs, got where it may be got: npm packages and a Rust that compiles to WebAssembly. */
import { ensurePackages } from "./packages.js";
import { ensureLinker, ensureWasmRust } from "./rust.js";
import { Failure } from "./say.js";

const [major, minor] = process.versions.node.split(".").map(Number);

/** Gives how to call cargo for WebAssembly, see `rust.js`. */
export async function setUp() {
  if (major < 20 || (major === 20 && minor < 19)) {
    throw new Failure(
      `Chord needs Node 20.19 or newer, this is ${process.versions.node}: install one from https://nodejs.org and start again.`,
    );
  }
  await ensurePackages();
  await ensureLinker();
  return ensureWasmRust();
}
