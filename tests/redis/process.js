/** Processes of their own, each with a Chord over the same Redis, that run functions of the tests. */
import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { targetOf } from "./clients.js";

const program = fileURLToPath(new URL("process-program.js", import.meta.url));

class Process {
  #child;
  #calls = new Map();
  #last = 0;
  #ended;

  constructor(hear) {
    this.#child = fork(program, { stdio: ["ignore", "inherit", "inherit", "ipc"] });
    this.#child.on("message", ({ number, value, error, told }) => {
      if (number === undefined) return hear(told);
      const { resolve, reject } = this.#calls.get(number);
      this.#calls.delete(number);
      if (error === undefined) resolve(value);
      else reject(Object.assign(new Error(error.message), error));
    });
    this.#ended = new Promise((resolve) => {
      this.#child.once("exit", (code, signal) => {
        for (const { reject } of this.#calls.values()) reject(new Error(`the process ended: ${signal ?? code}`));
        resolve();
      });
    });
  }

  get pid() {
    return this.#child.pid;
  }

  call(what) {
    this.#last += 1;
    const number = this.#last;
    return new Promise((resolve, reject) => {
      this.#calls.set(number, { resolve, reject });
      this.#child.send({ number, ...what });
    });
  }

  /**
   * Runs a function of the test there and gives what it gives, as JSON. It gets `realm` (see process-program.js) and `input`, and sees nothing else of the
   * test.
   */
  run(work, input) {
    return this.call({ text: String(work), input });
  }

  async close() {
    await this.call({ close: true }).catch(() => {});
    this.#child.kill("SIGKILL");
    await this.#ended;
  }
}

/** Starts a process with a Chord. `hear` gets what it tells; `options` are `openChord`'s, as far as they are JSON. */
export async function startProcess(library, target, { hear = () => {}, ...options } = {}) {
  const started = new Process(hear);
  try {
    await started.call({ open: { library, target: targetOf(target), options } });
    return started;
  } catch (error) {
    await started.close();
    throw error;
  }
}

/** As many of them as there are libraries named; all, or none that stays and keeps the test's process from ending. */
export async function startProcesses(libraries, target, options) {
  const starting = await Promise.allSettled(libraries.map((library) => startProcess(library, target, options)));
  const failure = starting.find(({ status }) => status === "rejected");
  if (failure === undefined) return starting.map(({ value }) => value);
  await Promise.all(starting.map(({ value }) => value?.close()));
  throw failure.reason;
}
