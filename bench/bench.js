// `npm run bench`: how fast Chord is, beside its peers and beside what it has to reach. Never fails on a time: figures are for reading.
// `scripts/bench.js` says which arguments there are.

import { mkdirSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus, loadavg } from "node:os";
import { relative } from "node:path";
import { dim, say } from "../demo/terminal.js";
import { at } from "../scripts/paths.js";
import { duration } from "../scripts/say.js";
import { options } from "./options.js";
import { plot } from "./plot.js";
import { printCurves, printGroup, printTargets } from "./report.js";
import { resultOf, save } from "./results.js";
import { Run } from "./run.js";
import { runtimes } from "./runtimes.js";

const { on, only, effort, isSaved } = options(process.argv.slice(2));
const started = performance.now();
const machine = `${availableParallelism()} × ${cpus()[0].model.trim()}`;
const results = {};

for (const name of on) {
  const runtime = await runtimes[name].start();
  if (runtime.missing !== undefined) {
    say(dim(`${name}: not measured, ${runtime.missing}`));
    continue;
  }
  try {
    results[name] = await measureOn(name, runtime);
  } finally {
    await runtime.end();
  }
}
writeAll();

async function measureOn(name, runtime) {
  say();
  say(`${runtime.version}, ${machine}, load ${loadavg()[0].toFixed(1)}: medians of ${effort.rounds} alternating rounds or fewer`);
  const groups = {};
  for (const group of runtime.groups.filter((each) => only.length === 0 || only.some((part) => each.startsWith(part)))) {
    progress(`  ${runtime.version}: ${group}`);
    groups[group] = await runtime.measure(group, effort);
    progress("");
    const run = new Run(groups, name === "node");
    const rows = run.rows(group);
    if (rows.length > 0) printGroup(group, { rows, absent: run.absent(group), facts: run.facts(group) });
  }
  const run = new Run(groups, name === "node");
  printCurves(run.curves());
  const result = resultOf(run, { runtime: runtime.version, machine, effort: effort.name });
  printTargets(result.targets.filter(({ outcome }) => outcome !== "not measured" || (only.length === 0 && name === "node")));
  return result;
}

function writeAll() {
  mkdirSync(at("build"), { recursive: true });
  const written = [at("build", "bench.json"), at("build", "bench.svg")];
  writeFileSync(written[0], `${JSON.stringify(results, null, 2)}\n`);
  writeFileSync(written[1], plot(results));
  if (isSaved) written.push(...save(results));
  say();
  say(dim(`In ${duration(performance.now() - started)}. Written: ${written.map((file) => relative(process.cwd(), file)).join(", ")}`));
}

/** A line that says what it is doing, where there is a terminal to overwrite it in. */
function progress(text) {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
}
