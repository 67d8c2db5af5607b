/** Programs that run beside the tests. Each is the head of a process group of its own, and is ended by that group's id. */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const running = new Set();

function endGroup(pid) {
  try {
    process.kill(-pid, "SIGKILL");
  } catch (error) {
    if (error.code !== "ESRCH") throw error;
  }
}

process.on("exit", () => running.forEach(endGroup));
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.once(signal, () => process.exit(1));

/** The promise's outcome, or a failure that says what was waited for. */
export async function within(ms, what, promise) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} took more than ${ms / 1000} s`)), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Starts a program: `{ pid, printed(pattern), onLine, end() }`. */
export function start(program, args, env = {}) {
  const child = spawn(program, args, { detached: true, env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"] });
  const waiting = new Set();
  const listeners = new Set();
  let output = "";
  let isOver = false;
  const ended = new Promise((resolve) => {
    const over = () => {
      isOver = true;
      running.delete(child.pid);
      for (const look of waiting) look();
      resolve();
    };
    child.on("error", over);
    child.on("exit", over);
  });
  if (child.pid !== undefined) running.add(child.pid);
  for (const stream of [child.stdout, child.stderr]) {
    let rest = "";
    stream.setEncoding("utf8").on("data", (text) => {
      // What it says at the start is waited for, and its last words are told; a browser says a lot in between.
      output = (output + text).slice(-10_000);
      const lines = (rest + text).split("\n");
      rest = lines.pop();
      for (const line of lines) for (const listen of listeners) listen(line);
      for (const look of waiting) look();
    });
  }
  return {
    pid: child.pid,

    onLine(listener) {
      listeners.add(listener);
    },

    /** The match of what it prints; a failure where it ends first, or doesn't print it in time. */
    printed(pattern, ms = 30_000) {
      const match = new Promise((resolve, reject) => {
        const look = () => {
          const found = output.match(pattern);
          if (found === null && !isOver) return;
          waiting.delete(look);
          if (found === null) reject(new Error(`${program} ended: ${output.trim()}`));
          else resolve(found);
        };
        waiting.add(look);
        look();
      });
      return within(ms, `the start of ${program}`, match);
    },

    /** Ends it and all it started, at once. */
    async end() {
      if (child.pid !== undefined && !isOver) endGroup(child.pid);
      await within(10_000, `the end of ${program}`, ended);
    },
  };
}

/** A new folder for a browser's data, and what removes it. */
export function temporaryFolder() {
  const folder = mkdtempSync(join(tmpdir(), "chord-browser-"));
  // A browser that was killed may still be writing.
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 }) };
}
