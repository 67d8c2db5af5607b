/** What `npm test` runs: each step gives `{ passed, failed, skipped }`, and in `failures`, where it is known, what failed and why. */
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { relative } from "node:path";
import { ensureBrowsers } from "../browsers.js";
import { editions } from "../build.js";
import { fuzzAll } from "../fuzz.js";
import { exclusively } from "../lock.js";
import { ensurePeers } from "../packages.js";
import { pack, tarball } from "../pack.js";
import { at, root } from "../paths.js";
import { ensureRedis } from "../redis.js";
import { run } from "../run.js";
import { ensureRustChecks } from "../rust.js";
import { bun, deno, node } from "../runtimes.js";
import { duration, say } from "../say.js";
import { setUp } from "../setup.js";
import { measure } from "../size.js";
import { filesBelow } from "../step.js";
import { countCargo, countJunit, judged, single, summed } from "./counts.js";

// What can hang must end in a failure while the whole run still has time.
const timeout = 20 * 60_000;
// Colours would only be in the way of a log; the rest keeps the runtimes from asking the network about themselves.
const env = { NO_COLOR: "1", FORCE_COLOR: undefined, DENO_NO_UPDATE_CHECK: "1", DO_NOT_TRACK: "1", npm_config_update_notifier: "false" };

let rust;

const passes = async (program, args, options) => single((await run(program, args, { check: false, timeout, ...options })).code === 0);
const tool = (name, ...path) => at("node_modules", ...name.split("/"), ...path);

/** Test files below a folder, as paths that every runtime takes for files and not for filters. */
const testFiles = (...folders) =>
  folders
    .flatMap((folder) => filesBelow(at(folder)))
    .filter((file) => file.endsWith(".test.js") && !file.includes("node_modules"))
    .map((file) => `./${relative(root, file).replaceAll("\\", "/")}`);

async function withReport(name, program, args) {
  const report = at("build", "reports", `${name}.xml`);
  mkdirSync(at("build", "reports"), { recursive: true });
  rmSync(report, { force: true });
  const { code } = await run(program, args(report), { check: false, timeout, env });
  return judged(countJunit(report), code);
}

const onNode = (name, files) =>
  withReport(name, node, (report) => [
    "--test",
    "--test-reporter=spec",
    "--test-reporter-destination=stdout",
    "--test-reporter=junit",
    `--test-reporter-destination=${report}`,
    ...files,
  ]);

const onDeno = (name, files) =>
  withReport(name, deno(), (report) => [
    ...["test", "--allow-all", "--no-check", "--no-lock", "--no-remote", `--junit-path=${report}`],
    ...files,
  ]);

const onBun = (name, files) => withReport(name, bun(), (report) => ["test", "--reporter=junit", `--reporter-outfile=${report}`, ...files]);

/** Each work of the benchmark once, with its check: what is timed does what its name says, on every runtime. No time is judged. */
async function bench() {
  await ensurePeers();
  const files = testFiles("tests/bench");
  return summed([await onNode("bench", files), await onDeno("bench-deno", files), await onBun("bench-bun", files)]);
}

/** Each runtime has an SQLite of its own. */
async function examples() {
  const files = testFiles("examples");
  return summed([await onNode("examples", files), await onDeno("examples-deno", files), await onBun("examples-bun", files)]);
}

/** Each edition for itself: what only one of them uses is unused in the others. */
async function clippyForWasm() {
  if (rust.args.length > 0) say("clippy", "Debian's compiler comes without clippy: the compiler's own warnings are checked");
  const counts = [];
  for (const { features } of editions) {
    const edition = ["--package", "chord", "--lib", "--no-default-features", "--features", features];
    const args = [...edition, "--target", "wasm32-unknown-unknown", "--target-dir", at(rust.folder)];
    counts.push(
      rust.args.length === 0
        ? await passes("cargo", ["clippy", ...args, "--", "--deny", "warnings"])
        : await passes(rust.cargo, ["rustc", "--release", ...args, ...rust.args, "--", "--deny", "warnings"], { env: rust.env }),
    );
  }
  return summed(counts);
}

async function nativeTests() {
  const args = ["test", "--package", "chord", "--package", "chord-fuzz", "--no-fail-fast"];
  const { code, output } = await run("cargo", args, { check: false, show: "live", timeout });
  return judged(countCargo(output), code);
}

/** The seeded simulator for a minute, with new seeds each time. The native tests have run its past failures, and it for a few seconds. */
async function simulator() {
  const args = ["test", "--package", "chord", "--test", "simulator", "whatever_goes_wrong", "--", "--nocapture"];
  const seconds = process.env.CHORD_SIMULATOR_SECONDS ?? "60";
  const { code, output } = await run("cargo", args, { check: false, show: "live", timeout, env: { CHORD_SIMULATOR_SECONDS: seconds } });
  return judged(countCargo(output), code);
}

async function types() {
  const project = at("tests", "types");
  if (!existsSync(project)) return { passed: 0, failed: 0, skipped: 1 };
  return passes(node, [tool("typescript", "bin", "tsc"), "--noEmit", "--project", project]);
}

/** Whether TypeScript finds the types of each entry, as ES modules: the package has no others. */
function attw() {
  const args = [tarball(), "--profile", "esm-only", "--no-definitely-typed", "--format", "ascii"];
  return passes(node, [tool("@arethetypeswrong/cli", "dist", "index.js"), ...args], { env });
}

async function demo() {
  const started = performance.now();
  const { code } = await run(node, [at("scripts", "demo.js")], { check: false, timeout, env });
  const took = performance.now() - started;
  // Everything is built by now, so this is the second run of the README's promise.
  const limit = 10_000;
  say("demo", `took ${duration(took)}, set-up included; promised are ${duration(limit)}`);
  return code === 0 && took < limit
    ? { passed: 2, failed: 0, skipped: 0 }
    : { passed: Number(code === 0) + Number(took < limit), failed: Number(code !== 0) + Number(took >= limit), skipped: 0 };
}

/** The suite in each realm of a browser. Where the browser can't be had, the checks that did not run are named, and CI doesn't put up with that. */
async function inBrowser(name) {
  const { missing } = (await ensureBrowsers([name]))[name];
  if (missing !== undefined) {
    say("browsers", `not run: the suite in ${name}, over memory in a page, and over IndexedDB in a page, a worker and a service worker`);
    return process.env.CI ? single(false) : { passed: 0, failed: 0, skipped: 4 };
  }
  const report = at("build", "reports", `${name}.json`);
  mkdirSync(at("build", "reports"), { recursive: true });
  rmSync(report, { force: true });
  const args = [at("tests", "browsers", "run.js"), "--browser", name, "--report", report];
  const { code } = await run(node, args, { check: false, timeout, env });
  const counts = existsSync(report) ? JSON.parse(readFileSync(report, "utf8")) : { passed: 0, failed: 0, skipped: 0 };
  return judged(counts, code);
}

/** Tests that start Redis servers. Where there is no Redis, what did not run is named; CI doesn't put up with that (see `redis.js`). */
async function withRedis(what, work) {
  const { missing } = await ensureRedis();
  if (missing === undefined) return work();
  say("redis", `not run: ${what}`);
  return { passed: 0, failed: 0, skipped: 1 };
}

const conformanceOverRedis = ["./tests/redis/conformance.test.js"];

/** In an order that fails early. `needed` steps are those without which the later ones can't run. */
export const steps = [
  {
    name: "set-up",
    needed: true,
    work: async () => {
      rust = await exclusively(setUp);
      await ensureRustChecks();
      return single(true);
    },
  },
  { name: "rustfmt", work: () => passes("cargo", ["fmt", "--all", "--check", "--", "-l"]) },
  { name: "biome", work: () => passes(node, [tool("@biomejs/biome", "bin", "biome"), "check", "--error-on-warnings"], { env }) },
  { name: "clippy", work: () => passes("cargo", ["clippy", "--workspace", "--all-targets", "--", "--deny", "warnings"]) },
  { name: "clippy for wasm", work: clippyForWasm },
  { name: "native tests", work: nativeTests },
  { name: "simulator", work: simulator },
  { name: "fuzzing", work: () => fuzzAll() },
  {
    name: "build and pack",
    needed: true,
    work: async () => {
      await pack();
      return single(true);
    },
  },
  { name: "types", work: types },
  { name: "publint", work: () => passes(node, [tool("publint", "src", "cli.js"), "run", at("pkg"), "--strict"], { env }) },
  { name: "attw", work: attw },
  { name: "suite on Node", work: () => onNode("node", testFiles("tests/js")) },
  { name: "suite on Deno", work: () => onDeno("deno", testFiles("tests/js")) },
  { name: "suite on Bun", work: () => onBun("bun", testFiles("tests/js")) },
  {
    name: "harness for browsers",
    work: () =>
      onNode(
        "browsers",
        testFiles("tests/browsers").filter((file) => !file.includes("/faults/")),
      ),
  },
  { name: "suite in Chromium", work: () => inBrowser("chromium") },
  { name: "suite in Firefox", work: () => inBrowser("firefox") },
  { name: "suite in WebKitGTK", work: () => inBrowser("webkit") },
  { name: "faults in browsers", work: () => onNode("faults", testFiles("tests/browsers/faults")) },
  { name: "documents and scripts", work: () => onNode("documents", testFiles("demo", "bench", "scripts")) },
  { name: "packed package", work: () => onNode("packed", testFiles("tests/packed")) },
  { name: "fresh projects", work: () => onNode("bundlers", testFiles("tests/bundlers")) },
  { name: "live page", work: () => onNode("page", testFiles("tests/www")) },
  { name: "backends of one's own", work: () => onNode("backends", testFiles("tests/backends", "tests/testing")) },
  {
    name: "Redis",
    work: () => withRedis("Chord over Redis, on one server and in a cluster", () => onNode("redis", testFiles("tests/redis"))),
  },
  { name: "Redis on Deno", work: () => withRedis("the suite of backends on Deno", () => onDeno("redis-deno", conformanceOverRedis)) },
  { name: "Redis on Bun", work: () => withRedis("the suite of backends on Bun", () => onBun("redis-bun", conformanceOverRedis)) },
  { name: "examples", work: examples },
  { name: "demo", work: demo },
  { name: "bench", work: bench },
  { name: "size", work: async () => single(await measure()) },
];
