/**
 * `npm test`: everything CI runs. Every step runs even if an earlier one failed, except where that makes it impossible.
 * The last line is `N passed, N failed`.
 */
import { duration, Failure, main } from "./say.js";
import { single } from "./test/counts.js";
import { steps } from "./test/steps.js";

/** Of a failure's message. */
const mostLines = 8;

async function runStep({ name, work }) {
  process.stdout.write(`\n=== ${name}\n`);
  const started = performance.now();
  let counts;
  try {
    counts = await work();
  } catch (error) {
    const message = error instanceof Failure ? error.message : error.stack;
    process.stdout.write(`${message}\n`);
    counts = { ...single(false), failures: [message] };
  }
  return { name, ...counts, took: performance.now() - started };
}

function printTable(rows) {
  const widest = Math.max(...rows.map(({ name }) => name.length));
  process.stdout.write("\n=== summary\n");
  for (const { name, passed, failed, skipped, took } of rows) {
    const mark = failed > 0 ? "FAILED" : "ok";
    const numbers = took === undefined ? "not run" : `${passed} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ""}`;
    process.stdout.write(
      `${mark.padEnd(7)}${name.padEnd(widest + 2)}${numbers.padEnd(36)}${took === undefined ? "" : duration(took).padStart(12)}\n`,
    );
  }
}

/** Which tests failed, once more: what they printed is far above. */
function printFailures(rows) {
  for (const { name, failures = [] } of rows) {
    for (const failure of failures) {
      const lines = failure.split("\n").slice(0, mostLines);
      process.stdout.write(`\nFAILED ${name}: ${lines.join("\n  ")}\n`);
    }
  }
}

await main(async () => {
  const started = performance.now();
  const rows = [];
  let impossible = false;
  for (const step of steps) {
    const row = impossible ? { name: step.name, ...single(false) } : await runStep(step);
    rows.push(row);
    impossible ||= step.needed === true && row.failed > 0;
  }
  printTable(rows);
  printFailures(rows);
  const sum = (key) => rows.reduce((total, row) => total + row[key], 0);
  process.stdout.write(`\nin ${duration(performance.now() - started)}\n${sum("passed")} passed, ${sum("failed")} failed\n`);
  return sum("failed") === 0 ? 0 : 1;
});
