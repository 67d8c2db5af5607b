// Where the benchmark runs. `start()` gives `{ version, groups, measure(group, effort), end() }`, or `{ missing }` with the reason.

import { fileURLToPath } from "node:url";
import { bun, deno, node } from "../scripts/runtimes.js";
import { ask, run } from "../scripts/run.js";
import { Failure } from "../scripts/say.js";
import { inBrowser } from "./browsers/runtime.js";
import { median } from "./measure.js";

const file = (name) => fileURLToPath(new URL(name, import.meta.url));
const shared = ["set", "update", "small", "room", "crowd"];
const MILLION = 1_000_000;

/** Runs a program of this folder in a process of its own; gives what it printed after the mark. */
async function measured(program, args) {
  const { code, output } = await run(program, args, { check: false, show: "never", env: { DENO_NO_UPDATE_CHECK: "1", NO_COLOR: "1" } });
  const [, line] = /^measured (.*)$/m.exec(output) ?? [];
  if (code !== 0 || line === undefined) throw new Failure(`\`${[program, ...args].join(" ")}\` measured nothing:\n${output}`);
  return JSON.parse(line);
}

async function memory(program, { name }) {
  const contexts = name === "quick" ? MILLION / 5 : MILLION;
  return { facts: await measured(program, ["--expose-gc", file("memory.js"), String(contexts), "100000"]) };
}

async function start(program, flags, { rounds }) {
  const times = [];
  for (let i = 0; i < Math.min(rounds, 15); i += 1) times.push(await measured(program, [...flags, file("start.js")]));
  return { facts: { start: median(times) } };
}

function process(version, find, flags, groups) {
  return {
    async start() {
      let program;
      try {
        program = find();
      } catch (error) {
        return { missing: error.message };
      }
      return {
        version: version(program),
        groups,
        measure(group, effort) {
          if (group === "memory") return memory(program, effort);
          if (group === "start") return start(program, flags, effort);
          return measured(program, [...flags, file("process.js"), group, effort.name]);
        },
        end: async () => {},
      };
    },
  };
}

const versionOf = (name, pattern) => (program) => `${name} ${pattern.exec(ask(program, ["--version"]))[1]}`;
const growth = ["growth-size", "growth-contexts", "growth-log"];

export const runtimes = {
  node: process(versionOf("Node", /v(\S+)/), () => node, [], [...shared, "scenarios", "mime", "memory", "start", ...growth]),
  deno: process(versionOf("Deno", /deno (\S+)/), deno, ["run", "--allow-all", "--no-check", "--no-lock"], [...shared, "start"]),
  bun: process(versionOf("Bun", /^(\S+)/), bun, [], [...shared, "start"]),
  chromium: inBrowser("chromium", shared),
  firefox: inBrowser("firefox", shared),
  webkit: inBrowser("webkit", shared),
};
