import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

/** Which runtime the tests are running on. */
export const runtime = process.versions.bun ? "bun" : typeof globalThis.Deno === "object" ? "deno" : "node";

// Collecting garbage on demand makes measured memory mean something; Bun can without a flag.
const flags = { node: ["--expose-gc"], deno: ["run", "--allow-all", "--no-check", "--v8-flags=--expose-gc"], bun: [] };

/**
 * Runs one of the programs beside the tests in a process of its own, on the runtime at hand.
 * Gives its exit code, what it printed and how long it took; a process that doesn't end within `ms` is killed and has no code.
 */
export function runProgram(name, args = [], ms = 60_000) {
  const file = fileURLToPath(new URL(`./programs/${name}`, import.meta.url));
  const started = performance.now();
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...flags[runtime], file, ...args], { stdio: ["ignore", "pipe", "pipe"] });
    let printed = "";
    child.stdout.on("data", (data) => (printed += data));
    child.stderr.on("data", (data) => (printed += data));
    const timer = setTimeout(() => child.kill("SIGKILL"), ms);
    child.on("error", reject);
    child.on("close", (code) => {
      clearTimeout(timer);
      resolve({ code, printed, took: performance.now() - started });
    });
  });
}
