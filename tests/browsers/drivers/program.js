/** Programs that run beside the tests. Each is the head of a process group of its own, and is ended by that group's id. */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** What a sudden end of this process must not leave behind. */
const running = new Set();
const folders = new Set();

/** Sends a signal to a process group; gives whether it is there. */
function signal(pid, name) {
  try {
    process.kill(-pid, name);
    return true;
  } catch (error) {
    if (error.code !== "ESRCH") throw error;
    return false;
  }
}

/** Ends a process and all it started, at once, and waits until they are gone. */
export async function endGroup(pid) {
  const deadline = performance.now() + 10_000;
  while (signal(pid, "SIGKILL")) {
    if (performance.now() > deadline) throw new Error(`process group ${pid} can't be ended`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

process.on("exit", () => {
  for (const pid of running) signal(pid, "SIGKILL");
  for (const folder of folders) remove(folder);
});
for (const name of ["SIGINT", "SIGTERM", "SIGHUP"]) process.once(name, () => process.exit(1));

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

/** Starts a program: `{ pid, printed(pattern), end() }`. */
export function start(program, args, env = {}) {
  const child = spawn(program, args, { detached: true, env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"] });
  const waiting = new Set();
  let output = "";
  let isOver = false;
  const over = () => {
    isOver = true;
    for (const look of waiting) look();
  };
  child.on("error", over);
  child.on("exit", over);
  if (child.pid !== undefined) running.add(child.pid);
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text) => {
      // What it says at the start is waited for, and its last words are told; a browser says a lot in between.
      output = (output + text).slice(-10_000);
      for (const look of waiting) look();
    });
  }
  return {
    pid: child.pid,

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

    /** Ends it and all it started. */
    async end() {
      if (child.pid !== undefined) await endGroup(child.pid);
      running.delete(child.pid);
    },
  };
}

// A browser that was killed may still be writing.
const remove = (folder) => rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });

/** A new folder for a browser's data, and what removes it. */
export function temporaryFolder() {
  const folder = mkdtempSync(join(tmpdir(), "chord-browser-"));
  folders.add(folder);
  return {
    folder,
    remove() {
      remove(folder);
      folders.delete(folder);
    },
  };
}
