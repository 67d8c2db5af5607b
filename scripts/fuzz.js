/**
 * `node scripts/fuzz.js [--seconds N] [--target NAME]…`: fuzzes what may come from outside (see `docs/fuzzing.md`). All targets share N
 * seconds of this machine's cores, 60 without a word. What a longer run learns is kept in `build/fuzz/` for the next one.
 */
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { basename, join, relative } from "node:path";
import { parseArgs } from "node:util";
import { at, root } from "./paths.js";
import { ask, run } from "./run.js";
import { ensureCppCompiler } from "./rust.js";
import { duration, Failure, isMain, main, say } from "./say.js";
import { filesBelow } from "./step.js";

/** The targets, by the names of their files. */
export const targets = filesBelow(at("fuzz", "targets")).map((file) => basename(file, ".rs"));

const smoke = 60;
// An input may take that long; a machine that does other things, too, and the counting of coverage make each some ten times slower.
const secondsAnInput = 5;
// Counters for each edge, and what comparisons compare: this is what `cargo fuzz` asks of the compiler, too.
const coverage = [
  "-Cpasses=sancov-module",
  ...["level=4", "inline-8bit-counters", "pc-table", "trace-compares"].map((option) => `-Cllvm-args=-sanitizer-coverage-${option}`),
];

/** Compiles all targets; gives their files by name. */
async function build() {
  await ensureCppCompiler();
  const host = ask("rustc", ["--version", "--verbose"])?.match(/^host: (.+)$/m)?.[1];
  if (host === undefined) throw new Failure("Rust is missing: `npm test` says how to get it.");
  const started = performance.now();
  // With a target named, flags are for what runs there and not for build scripts.
  const args = ["build", "--locked", "--package", "chord-fuzz", "--features", "libfuzzer", "--bins", "--profile", "fuzz", "--target", host];
  const env = { CARGO_ENCODED_RUSTFLAGS: ["--cfg", "fuzzing", ...coverage].join("\x1f"), RUSTFLAGS: undefined };
  const options = { env, check: false, show: "never" };
  const { code, output } = await run("cargo", [...args, "--message-format", "json-render-diagnostics"], options);
  if (code !== 0) {
    process.stderr.write(output);
    throw new Failure("The targets can't be compiled.");
  }
  say("fuzz", `compiled in ${duration(performance.now() - started)}`);
  const lines = output.split("\n").filter((line) => line.startsWith("{"));
  const programs = lines.map((line) => JSON.parse(line).executable).filter(Boolean);
  return Object.fromEntries(programs.map((program) => [basename(program, ".exe"), program]));
}

/** Fuzzes one target; gives what came of it. */
async function fuzz(name, program, seconds, isSmoke) {
  const folder = at("build", "fuzz", name);
  const corpus = join(folder, "corpus");
  const found = join(folder, "found");
  // A smoke run begins with the seeds alone, so that what it finds doesn't depend on what was run before.
  if (isSmoke) rmSync(corpus, { recursive: true, force: true });
  rmSync(found, { recursive: true, force: true });
  for (const path of [corpus, found]) mkdirSync(path, { recursive: true });
  const deep = join(found, "deep");
  const seeds = [at("fuzz", "seeds", name), at("fuzz", "crashers", name)].filter((path) => existsSync(path));
  const args = [
    `-max_total_time=${Math.max(1, Math.round(seconds))}`,
    `-timeout=${secondsAnInput}`,
    `-dict=${at("fuzz", "json.dict")}`,
    `-artifact_prefix=${found}/`,
    "-print_final_stats=1",
    ...(isSmoke ? [] : ["-max_len=65536"]),
    ...[corpus, ...seeds],
  ];
  const env = { RUST_BACKTRACE: "0", CHORD_FUZZ_DEEP: deep };
  const { code, output } = await run(program, args, { env, check: false, show: "never", timeout: Math.round(seconds + 120) * 1000 });
  writeFileSync(join(folder, "log"), output);
  const number = (pattern) => Number(output.match(pattern)?.at(-1)?.match(/\d+/)?.[0] ?? 0);
  return {
    name,
    passed: code === 0,
    executions: number(/number_of_executed_units: *\d+/g),
    coverage: number(/cov: \d+/g),
    seed: number(/Seed: \d+/g),
    inputs: readdirSync(found).map((file) => join(found, file)),
    output,
  };
}

/** What a target died of. */
function reasonOf({ output }) {
  const panic = output.match(/^thread .* panicked at [\s\S]*?(?=^note: |^==\d+==)/m)?.[0];
  const summary = output.match(/^SUMMARY: .*/m)?.[0];
  return panic ?? summary ?? output.slice(-2000);
}

/** Says what a target died of, and what to do about it. */
function tell(result, program) {
  const { name, inputs, seed } = result;
  process.stdout.write(`\n${name} failed with seed ${seed}.\n${reasonOf(result)}\n`);
  for (const input of inputs) {
    const shown = relative(root, input);
    const bytes = readFileSync(input);
    process.stdout.write(`\nThe input, ${bytes.length} bytes, is ${shown}:\n${bytes.toString("utf8").slice(0, 2000)}\n`);
    process.stdout.write(
      [
        `\nTo run it again:      ${relative(root, program)} ${shown}`,
        `To make it smaller:   ${relative(root, program)} -minimize_crash=1 -max_total_time=60 ${shown}`,
        `To keep it for good:  cp ${shown} fuzz/crashers/${name}/what-it-shows`,
        "`cargo test --package chord-fuzz` runs it from then on.\n",
      ].join("\n"),
    );
  }
}

/** Runs the targets for so many seconds altogether, as many at once as there are cores. Gives how many passed and failed. */
export async function fuzzAll({ seconds = smoke, names = targets } = {}) {
  const programs = await build();
  const atOnce = Math.min(availableParallelism(), names.length);
  const each = (seconds * atOnce) / names.length;
  say("fuzz", `${names.length} targets, ${each.toFixed(1)} s each, ${atOnce} at once`);
  const waiting = [...names];
  const results = [];
  const work = async () => {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
      const result = await fuzz(name, programs[name], each, seconds <= smoke);
      const { passed, executions, coverage } = result;
      const numbers = [`${executions} executions`, `${Math.round(executions / each)} a second`, `${coverage} edges covered`];
      say("fuzz", `${name.padEnd(8)} ${passed ? "ok    " : "FAILED"} ${numbers.join(", ")}`);
      results.push(result);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  const failed = results.filter(({ passed }) => !passed);
  for (const result of failed) tell(result, programs[result.name]);
  const failures = failed.map((result) => `${result.name}: ${reasonOf(result)}`);
  return { passed: results.length - failed.length, failed: failed.length, skipped: 0, failures };
}

if (isMain(import.meta.url)) {
  await main(async () => {
    const { values } = parseArgs({ options: { seconds: { type: "string" }, target: { type: "string", multiple: true } } });
    const seconds = Number(values.seconds ?? smoke);
    const names = values.target ?? targets;
    if (!(seconds > 0)) throw new Failure("--seconds takes a number");
    for (const name of names) {
      if (!targets.includes(name)) throw new Failure(`There is no target ${name}; there are ${targets.join(", ")}.`);
    }
    const { failed } = await fuzzAll({ seconds, names });
    return failed === 0 ? 0 : 1;
  });
}
