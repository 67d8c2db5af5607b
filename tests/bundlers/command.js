/** A project's own commands, each at the head of a process group of its own, which is ended by its id: tools start more processes. */
import { spawn } from "node:child_process";

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

// None of them is to ask the network about itself, take itself for a test, or write a log for people.
const environment = () => {
  const { NODE_TEST_CONTEXT, NODE_OPTIONS, FORCE_COLOR, CI, ...inherited } = process.env;
  return {
    ...inherited,
    NO_COLOR: "1",
    NEXT_TELEMETRY_DISABLED: "1",
    WRANGLER_SEND_METRICS: "false",
    npm_config_update_notifier: "false",
    npm_config_prefer_offline: "true",
  };
};

/**
 * Starts a program in `cwd`. After `deadline` ms it is ended whatever it does.
 *
 * `ended` is `{ code, output }`, `printed(pattern)` the match of what it prints, or a failure if it ends without; `end()` ends it.
 */
export function start(cwd, program, args, deadline) {
  const child = spawn(program, args, { cwd, detached: true, env: environment(), stdio: ["ignore", "pipe", "pipe"] });
  if (child.pid !== undefined) running.add(child.pid);
  const looks = new Set();
  let output = "";
  let isOver = false;
  const end = () => {
    if (child.pid !== undefined && !isOver) endGroup(child.pid);
  };
  const timer = setTimeout(() => {
    output += `\nended after ${deadline / 1000} s`;
    end();
  }, deadline);
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text) => {
      output += text;
      for (const look of looks) look();
    });
  }
  const ended = new Promise((resolve) => {
    const over = (code) => {
      clearTimeout(timer);
      isOver = true;
      running.delete(child.pid);
      for (const look of looks) look();
      resolve({ code, output });
    };
    child.on("error", (error) => {
      output += error.message;
      over(127);
    });
    child.on("close", (code) => over(code ?? 1));
  });
  const printed = (pattern) =>
    new Promise((resolve, reject) => {
      const look = () => {
        const match = output.match(pattern);
        if (match !== null) resolve(match);
        else if (isOver) reject(new Error(`${[program, ...args].join(" ")} never said ${pattern}:\n${output}`));
        else return;
        looks.delete(look);
      };
      looks.add(look);
      look();
    });
  return {
    ended,
    printed,
    async end() {
      end();
      await ended;
    },
  };
}

/** Runs a program to its end; gives what it printed. Any exit code but 0 is an error that tells it. */
export async function run(cwd, program, args, deadline = 180_000) {
  const { code, output } = await start(cwd, program, args, deadline).ended;
  if (code !== 0) throw new Error(`${[program, ...args].join(" ")} failed with exit code ${code}:\n${output}`);
  return output;
}
