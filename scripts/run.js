/** Other programs: run with their output shown, or run for their answer. */
import { spawn, spawnSync } from "node:child_process";
import { Failure } from "./say.js";
import { root } from "./paths.js";

/**
 * Runs a program with its output shown, and gives `{ code, output }`.
 *
 * A program that can't be started has code 127, as in a shell. `check: false` leaves a bad exit code to the caller; otherwise
 * it is a `Failure`. `quiet` shows the output only when the program failed. `capture` keeps it, too.
 */
export async function run(program, args, { cwd = root, env, check = true, quiet = false, capture = false, timeout } = {}) {
  const child = spawn(program, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ["ignore", quiet || capture ? "pipe" : "inherit", quiet || capture ? "pipe" : "inherit"],
    timeout,
  });
  const chunks = [];
  for (const [stream, shown] of [
    [child.stdout, process.stdout],
    [child.stderr, process.stderr],
  ]) {
    stream?.on("data", (chunk) => {
      chunks.push(chunk);
      if (!quiet) shown.write(chunk);
    });
  }
  const code = await new Promise((resolve) => {
    child.on("error", (error) => {
      chunks.push(Buffer.from(`${error.message}\n`));
      resolve(127);
    });
    child.on("close", (status, signal) => resolve(signal ? 128 : (status ?? 1)));
  });
  const output = Buffer.concat(chunks).toString();
  if (code !== 0 && quiet) process.stderr.write(output);
  if (code !== 0 && check) throw new Failure(`\`${[program, ...args].join(" ")}\` failed with exit code ${code}.`);
  return { code, output };
}

/** What a program prints, trimmed; `undefined` where it is missing or fails. */
export function ask(program, args, { cwd = root, env } = {}) {
  const { status, stdout } = spawnSync(program, args, { cwd, env: { ...process.env, ...env }, encoding: "utf8" });
  return status === 0 ? stdout.trim() : undefined;
}
