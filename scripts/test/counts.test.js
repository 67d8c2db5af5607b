import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { countCargo, countJunit, judged, summed } from "./counts.js";

function countsOf(cases) {
  const folder = mkdtempSync(join(tmpdir(), "chord-counts-"));
  try {
    writeFileSync(join(folder, "report.xml"), `<testsuites>${cases}</testsuites>`);
    return countJunit(join(folder, "report.xml"));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test("passed, failed and skipped cases are told apart, whatever their names contain", () => {
  const counts = countsOf(`
    <testcase name="a > b" time="0.1"/>
    <testcase name="c" failure="x > y"><failure type="t" message="x &lt; &#10;&quot;y&quot;">z</failure></testcase>
    <testcase name="d"><skipped/></testcase>
    <testcase name="e">
    </testcase>`);
  assert.deepEqual(counts, { passed: 2, failed: 1, skipped: 1, failures: ['c: x < \n"y"'] });
});

test("a group that Deno reports as a case isn't counted beside its tests", () => {
  const counts = countsOf('<testcase name="group"><failure/></testcase><testcase name="group &gt; one"></testcase>');
  assert.deepEqual(counts, { passed: 1, failed: 0, skipped: 0, failures: [] });
});

test("all results of cargo are summed, and what failed is named", () => {
  const output =
    "test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured\nrunning 2 tests\ntest laws::a ... FAILED\ntest laws::b ... ok\n\nfailures:\n\n---- laws::a stdout ----\n\nthread 'laws::a' panicked at a.rs:1:\nno\n\n\nfailures:\n    laws::a\n\ntest result: FAILED. 1 passed; 1 failed; 0 ignored;";
  assert.deepEqual(countCargo(output), {
    passed: 4,
    failed: 1,
    skipped: 1,
    failures: ["laws::a: thread 'laws::a' panicked at a.rs:1:\nno"],
  });
});

test("a failure without a message is told by what it holds", () => {
  const { failures } = countsOf(
    '<testcase name="a"><failure type="t">at x.js:1</failure></testcase><testcase name="b"><error/></testcase>',
  );
  assert.deepEqual(failures, ["a: at x.js:1", "b:"]);
});

test("several runs are summed", () => {
  const counts = [
    { passed: 1, failed: 1, skipped: 0, failures: ["a"] },
    { passed: 2, failed: 1, skipped: 3 },
  ];
  assert.deepEqual(summed(counts), { passed: 3, failed: 2, skipped: 3, failures: ["a"] });
});

test("a runner that ran nothing, or failed without a failed test, has failed", () => {
  assert.equal(judged({ passed: 0, failed: 0, skipped: 3 }, 0).failed, 1);
  assert.equal(judged({ passed: 9, failed: 0, skipped: 0 }, 1).failed, 1);
  assert.deepEqual(judged({ passed: 9, failed: 0, skipped: 0, failures: [] }, 1).failures, [
    "it ended with code 1 and without a failed test",
  ]);
  assert.equal(judged({ passed: 9, failed: 0, skipped: 0 }, 0).failed, 0);
});
