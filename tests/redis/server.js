/**
 * One redis-server as a process of the test: on a free port, with a folder of its own, and with nothing left of either once the test is over.
 */
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensureRedis } from "../../scripts/redis.js";
import { ask } from "../../scripts/run.js";
import { connectAdmin } from "./admin.js";
import { until } from "./wait.js";

export const redis = await ensureRedis();

/** For a test's options: why it can't run here, if it can't. */
export const skip = redis.missing;

const running = new Set();
process.on("exit", () => {
  for (const server of running) server.abandon();
});

// A process that is killed runs nothing of its own any more, so on Linux the kernel is told to take its servers along.
const leash = process.platform === "linux" ? ask("which", ["setpriv"]) : undefined;

// Below the ports that systems give to those who connect, and so that the bus of a cluster's node, 10,000 higher, is below them, too.
const [lowestPort, highestPort] = [10_000, 22_000];
const busDistance = 10_000;

function isFree(port) {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", () => resolve(false));
    probe.listen(port, "127.0.0.1", () => probe.close(() => resolve(true)));
  });
}

async function freePort() {
  for (;;) {
    const port = lowestPort + Math.floor(Math.random() * (highestPort - lowestPort));
    if ((await isFree(port)) && (await isFree(port + busDistance))) return port;
  }
}

class Server {
  #child;
  #ended;
  #admin;
  #settings;
  #password;

  constructor(port, settings, password) {
    this.port = port;
    this.url = `redis://${password === undefined ? "" : `:${password}@`}127.0.0.1:${port}`;
    this.folder = mkdtempSync(join(tmpdir(), "chord-redis-"));
    this.#settings = settings;
    this.#password = password;
    running.add(this);
  }

  get pid() {
    return this.#child?.pid;
  }

  get isRunning() {
    return this.#child !== undefined;
  }

  /** What it wrote to its log, for messages. */
  get log() {
    const file = join(this.folder, "log");
    return existsSync(file) ? readFileSync(file, "utf8") : "";
  }

  /** Starts the process, on the port and with the data it had, and gives once it answers. */
  async start() {
    const settings = { port: this.port, dir: this.folder, logfile: join(this.folder, "log"), ...this.#settings };
    const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]);
    const command = [...(leash === undefined ? [] : [leash, "--pdeathsig", "KILL", "--"]), redis.server, ...args];
    const child = spawn(command[0], command.slice(1), { stdio: "ignore" });
    this.#child = child;
    this.#ended = new Promise((resolve) => {
      child.once("error", resolve);
      child.once("exit", resolve);
    }).then(() => {
      if (this.#child === child) this.#child = undefined;
    });
    // A server that a test forgot doesn't keep the test's process from ending.
    child.unref();
    await until(`redis-server on port ${this.port}`, async () => {
      if (!this.isRunning) return true;
      // One that still reads its data answers with an error.
      return (await this.call("PING")) === "PONG";
    });
    if (!this.isRunning) throw new Error(`redis-server on port ${this.port} ended at once: ${this.log.slice(-500)}`);
  }

  /** Sends one command past the client libraries and gives its reply. */
  async call(...command) {
    if (this.#admin === undefined || this.#admin.isLost()) {
      this.#admin?.close();
      this.#admin = await connectAdmin({ port: this.port, password: this.#password });
    }
    return this.#admin.call(...command);
  }

  /** A figure or word of INFO. */
  async info(section, field) {
    const text = await this.call("INFO", section);
    const value = new RegExp(`^${field}:(.*)\r$`, "m").exec(text)?.[1];
    return value !== undefined && /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : value;
  }

  /** Asks it to end, as a restart of its machine does. */
  stop() {
    return this.#end("SIGTERM");
  }

  /** Ends it at once. */
  kill() {
    return this.#end("SIGKILL");
  }

  async restart(signal = "SIGKILL") {
    await this.#end(signal);
    await this.start();
  }

  /** Stops the process where it stands: its connections stay and nothing answers. */
  pause() {
    process.kill(this.pid, "SIGSTOP");
  }

  resume() {
    process.kill(this.pid, "SIGCONT");
  }

  async #end(signal) {
    const child = this.#child;
    if (child === undefined) return;
    child.ref();
    child.kill(signal);
    // One that is paused doesn't hear of anything else.
    if (signal !== "SIGKILL") child.kill("SIGCONT");
    await this.#ended;
    this.#admin?.close();
    this.#admin = undefined;
  }

  /** What an ending process does about it: no time for more. */
  abandon() {
    this.#child?.kill("SIGKILL");
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Ends it for good. */
  async close() {
    await this.kill();
    rmSync(this.folder, { recursive: true, force: true });
    running.delete(this);
  }
}

/**
 * Starts a server. `persistent`: what it acknowledged is there after `kill()` and `start()`; otherwise it starts empty. `settings` are those of
 * redis.conf.
 */
export async function startServer({ persistent = false, password, settings = {} } = {}) {
  const all = {
    bind: "127.0.0.1",
    save: "",
    appendonly: persistent ? "yes" : "no",
    // What a killed process wrote stays in the system's hands. With "everysec" writes may be put off, and so be acknowledged before.
    appendfsync: "no",
    ...(password !== undefined && { requirepass: password, masterauth: password }),
    ...settings,
  };
  for (let attempt = 1; ; attempt += 1) {
    const server = new Server(await freePort(), all, password);
    try {
      await server.start();
      return server;
    } catch (error) {
      await server.close();
      // Somebody else may have taken the port just then.
      if (attempt === 3) throw error;
    }
  }
}
