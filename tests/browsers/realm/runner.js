/** Runs the suite's tests inside a realm, one after the other, and reports to the server that the realm came from. */
import { suite } from "suite";
import { useBackend } from "./backend.js";
import { collect } from "./test.js";

/** A failure as text. Firefox's and WebKit's stacks don't begin with the message, Chromium's do. */
function told(error) {
  if (!(error instanceof Error)) return String(error);
  const head = `${error.name}: ${error.message}`;
  const stack = error.stack ?? "";
  const cause = error.cause === undefined ? "" : `\ncaused by ${told(error.cause)}`;
  return (stack.startsWith(head.slice(0, 20)) ? stack : `${head}\n${stack}`) + cause;
}

/** What became of `work`: `undefined`, or the failure as text. */
async function failureOf(work, ms) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not done within ${ms} ms`)), ms);
  });
  try {
    await Promise.race([work(), late]);
    return undefined;
  } catch (error) {
    return told(error);
  } finally {
    clearTimeout(timer);
  }
}

function reporterTo(run) {
  return async (...events) => {
    const response = await fetch(`/report?run=${run}`, { method: "POST", body: JSON.stringify(events) });
    if (!response.ok) throw new Error(`the harness answered a report with status ${response.status}`);
  };
}

/** What nobody awaited and nobody caught. Node fails a test for it, so it fails one here. */
function uncaughtErrors() {
  const errors = [];
  self.addEventListener("error", (event) => {
    errors.push(told(event.error ?? event.message));
    // Else a worker's would go on to the page that started it, as if the worker had failed.
    event.preventDefault();
  });
  self.addEventListener("unhandledrejection", (event) => errors.push(`an unhandled rejection: ${told(event.reason)}`));
  return errors;
}

const inAll = async (hooks) => {
  for (const hook of hooks) await hook();
};

/**
 * Runs the files that `settings` names.
 *
 * Each event is sent with the start of what comes next, so a realm that stops answering has said in what. `settings.from` is where to go on
 * after such a stop: the index of the file's first test to run.
 */
async function runFile(name, register, settings, report, uncaught) {
  const { timeout, skips, from = 0, only } = settings;
  const file = { tests: [], before: [], after: [] };
  await report({ type: "file", file: name });
  const unreadable = await failureOf(async () => Object.assign(file, await collect(register)), timeout);
  await report({ type: "registered", file: name, tests: file.tests.map((test) => test.name), failure: unreadable });
  const skipped = (test) => skips.find((skip) => skip.file === name && (skip.test === undefined || skip.test === test));
  const wanted = (test) => only === undefined || `${name} ${test}`.includes(only);
  const runs = file.tests.map(({ name: test }, index) => index >= from && wanted(test) && !skipped(test));
  const broken = runs.includes(true) ? await failureOf(() => inAll(file.before), timeout) : undefined;
  let last;
  for (const [index, test] of file.tests.entries()) {
    const id = { file: name, index, test: test.name };
    if (index < from || !wanted(test.name)) continue;
    const skip = skipped(test.name);
    if (skip !== undefined) {
      await report(...(last ? [last] : []), { type: "skipped", ...id, reason: skip.reason });
      last = undefined;
      continue;
    }
    const limit = test.timeout ?? timeout;
    await report(...(last ? [last] : []), { type: "start", ...id, timeout: limit });
    const started = performance.now();
    uncaught.length = 0;
    const failure = broken ?? (await failureOf(async () => test.body(), limit)) ?? uncaught[0];
    last = { type: failure === undefined ? "passed" : "failed", ...id, failure, took: performance.now() - started };
  }
  if (last) await report(last);
  const unclean = runs.includes(true) ? await failureOf(() => inAll(file.after), timeout) : undefined;
  await report({ type: "filed", file: name, failure: unclean });
}

export async function run(settings) {
  const report = reporterTo(settings.run);
  try {
    const uncaught = uncaughtErrors();
    const backend = useBackend(settings.backend, settings.run);
    for (const [position, name] of settings.files.entries()) {
      await runFile(name, suite[name], { ...settings, from: position === 0 ? settings.from : 0 }, report, uncaught);
      await backend.cleanUp();
    }
    await report({ type: "end" });
  } catch (error) {
    await report({ type: "broken", failure: told(error) });
  }
}
