import { realpathSync } from "node:fs";
import { pathToFileURL } from "node:url";

/** What a script is doing, one line a step, so that nobody wonders whether it hangs. */
export function say(step, text) {
  process.stdout.write(`${step.padEnd(10)} ${text}\n`);
}

/** Milliseconds as a person reads them. */
export function duration(ms) {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  return ms < 60_000 ? `${(ms / 1000).toFixed(1)} s` : `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1000)} s`;
}

/** A failure whose message is all its reader needs: what is missing and the command to run. Shown without a stack. */
export class Failure extends Error {}

/** Runs a script's main function and ends the process with its outcome. */
export async function main(work) {
  try {
    const code = await work();
    process.exitCode = code ?? 0;
  } catch (error) {
    process.stderr.write(error instanceof Failure ? `\n${error.message}\n` : `\n${error?.stack ?? error}\n`);
    process.exitCode = 1;
  }
}

/** Whether a file is the one node was started with, as opposed to imported by another script. */
export function isMain(url) {
  return process.argv[1] !== undefined && url === pathToFileURL(realpathSync(process.argv[1])).href;
}
