/** How many tests passed and failed, and which, read from what test runners write. */
import { existsSync, readFileSync } from "node:fs";

/** The test cases of a JUnit report, each `{ name, body }`; a missing report has none. */
function junitCases(file) {
  const text = existsSync(file) ? readFileSync(file, "utf8") : "";
  // A case is empty (`<testcase … />`) or has a body. `>` may stand in an attribute's value, so those are read as a whole.
  const cases = text.matchAll(/<testcase((?:\s+[\w:-]+="[^"]*")*)\s*(?:\/>|>([\s\S]*?)<\/testcase>)/g);
  return [...cases].map(([, attributes, body = ""]) => ({ name: /\sname="([^"]*)"/.exec(attributes)?.[1] ?? "", body }));
}

/** Counts of a JUnit report's tests. A test that only holds others (as Deno reports groups) is not one. */
export function countJunit(file) {
  const cases = junitCases(file);
  const names = cases.map(({ name }) => name);
  const counts = { passed: 0, failed: 0, skipped: 0, failures: [] };
  for (const { name, body } of cases) {
    if (names.some((other) => other.startsWith(`${name} &gt; `))) continue;
    const failure = /<(?:failure|error)\b([^>]*>[\s\S]*)/.exec(body)?.[1];
    if (failure !== undefined) {
      counts.failed += 1;
      const message = /^[^>]*\smessage="([^"]*)"/.exec(failure)?.[1] ?? failure.replace(/^[^>]*>|<[^<]*$/g, "");
      counts.failures.push(unescaped(`${name}: ${message}`).trim());
    } else if (/<skipped\b/.test(body)) counts.skipped += 1;
    else counts.passed += 1;
  }
  return counts;
}

const entities = { lt: "<", gt: ">", quot: '"', apos: "'", amp: "&" };

/** The text that an attribute of XML is of. */
const unescaped = (text) =>
  text.replace(/&(?:#(\d+)|#x([\da-f]+)|(\w+));/gi, (all, decimal, hex, name) =>
    name === undefined ? String.fromCodePoint(decimal ?? Number.parseInt(hex, 16)) : (entities[name] ?? all),
  );

/** Counts of all `test result:` lines that `cargo test` printed. */
export function countCargo(output) {
  const whys = new Map([...output.matchAll(/^---- (.*) stdout ----\s*([\s\S]*?)\n\n/gm)].map(([, name, why]) => [name, why]));
  const names = [...output.matchAll(/^test (.*) \.\.\. FAILED$/gm)].map(([, name]) => name);
  const failures = names.map((name) => (whys.has(name) ? `${name}: ${whys.get(name)}` : name));
  const counts = { passed: 0, failed: 0, skipped: 0, failures };
  for (const [, passed, failed, ignored] of output.matchAll(/^test result: .*?(\d+) passed; (\d+) failed; (\d+) ignored/gm)) {
    counts.passed += Number(passed);
    counts.failed += Number(failed);
    counts.skipped += Number(ignored);
  }
  return counts;
}

/** The counts of several runs together. */
export function summed(counts) {
  const sum = (kind) => counts.reduce((total, count) => total + count[kind], 0);
  return {
    passed: sum("passed"),
    failed: sum("failed"),
    skipped: sum("skipped"),
    failures: counts.flatMap(({ failures = [] }) => failures),
  };
}

/** One test that passed or failed. */
export const single = (passed) => ({ passed: passed ? 1 : 0, failed: passed ? 0 : 1, skipped: 0 });

/**
 * The counts of a runner that ended with `code`. One that failed without a failed test (it crashed, a file could not be loaded), or
 * that ran no test at all, counts as one failure: silence is no success.
 */
export function judged(counts, code) {
  const isQuiet = counts.failed === 0 && (code !== 0 || counts.passed === 0);
  if (!isQuiet) return counts;
  const reason = code === 0 ? "it ran no test" : `it ended with code ${code} and without a failed test`;
  return { ...counts, failed: 1, failures: [...(counts.failures ?? []), reason] };
}
