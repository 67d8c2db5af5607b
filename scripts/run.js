/** Other programs: run with their output shown, or run for their answer. */
import { spawn, spawnSync } from "node:child_process";
import { Failure } from "./say.js";
import { root } from "./paths.js";

/**
 * Runs a program and gives `{ code, output }`. One that can't be started has code 127, as in a shell.
 *
 * `show` says what becomes of its output: it goes "straight" to the terminal and isn't kept (the default), or it is kept in `output` and
 * shown "live", on "failure", or "never". A bad exit code is a `Failure`, unless `check: false` leaves it to the caller.
 */
export async function run(program, args, { cwd = root, env, check = true, show = "straight", timeout } = {}) {
  const stream = show === "straight" ? "inherit" : "pipe";
  const child = spawn(program, args, { cwd, env: { ...process.env, ...env }, stdio: ["ignore", stream, stream], timeout });
  const chunks = [];
  const keep = (shown) => (chunk) => {
    chunks.push(chunk);
    if (show === "live") shown.write(chunk);
  };
  child.stdout?.on("data", keep(process.stdout));
  child.stderr?.on("data", keep(process.stderr));
  const code = await new Promise((resolve) => {
    child.on("error", (error) => {
      chunks.push(Buffer.from(`${error.message}\n`));
      resolve(127);
    });
    child.on("close", (status, signal) => resolve(signal ? 128 : (status ?? 1)));
  });
  const output = Buffer.concat(chunks).toString();
  if (code !== 0 && show === "failure") process.stderr.write(output);
  if (code !== 0 && check) throw new Failure(`\`${[program, ...args].join(" ")}\` failed with exit code ${code}.`);
  return { code, output };
}

/** What a program prints, trimmed; `undefined` where it is missing or fails. */
export function ask(program, args, { cwd = root, env } = {}) {
  const { status, stdout } = spawnSync(program, args, { cwd, env: { ...process.env, ...env }, encoding: "utf8" });
  return status === 0 ? stdout.trim() : undefined;
}
