/** The harness itself: whatever goes wrong in a browser is counted as failed, and nothing hangs. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { basename } from "node:path";
import { ensureBrowsers } from "../../scripts/browsers.js";
import { at } from "../../scripts/paths.js";
import { bundleSuite } from "./bundle.js";
import { replaceable } from "./drivers/index.js";
import { serve } from "./server.js";
import { runSuite } from "./suite.js";

const fixture = (name) => at("tests", "browsers", "fixtures", name);
const [name, programs] = Object.entries(await ensureBrowsers()).find(([, { missing }]) => missing === undefined) ?? [];
const options = { skip: name === undefined && "there is no browser on this machine", timeout: 120_000 };

/** Runs fixtures as the suite is run; gives the counts and what was printed. */
async function runFixtures(files, { realm = "page", skips = [], ...more } = {}) {
  const suite = await bundleSuite(files.map(fixture));
  const server = await serve(suite.code);
  const browsers = await replaceable(name, programs);
  const printed = [];
  try {
    const tally = await runSuite({
      ...{ browsers, server, realm, skips, backend: "memory", files: files.map((file) => basename(file)) },
      ...{ print: (line) => printed.push(line), located: suite.located, timeout: 1_000, patience: 2_000, ...more },
    });
    return { counts: tally.counts, printed: printed.join("\n") };
  } finally {
    await browsers.current.close();
    await server.close();
  }
}

for (const realm of ["page", "worker", "service-worker"]) {
  test(`in a ${realm}, what fails, rejects, hangs or leaves something behind has failed`, options, async () => {
    const skips = [{ file: "failing.js", test: "isn't run", reason: "to see that it isn't" }];
    const { counts, printed } = await runFixtures(["failing.js"], { realm, skips });
    assert.deepEqual(counts, { passed: 2, failed: 5, skipped: 1 }, printed);
    for (const claim of ["fails", "rejects", "leaves a rejection to nobody", "never ends", "what runs after its tests"]) {
      assert.ok(printed.includes(`✖ failing.js › ${claim}`), printed);
    }
    assert.match(printed, /﹣ failing\.js › isn't run # skipped: to see that it isn't/);
    assert.match(printed, /not done within 200 ms/);
    assert.match(printed, /tests\/browsers\/fixtures\/failing\.js:7:/, "places are those of the file");
  });

  test(`in a ${realm}, a test that never gives it back has failed, and the next ones run`, options, async () => {
    const { counts, printed } = await runFixtures(["hanging.js", "unreadable.js", "unprepared.js"], { realm });
    assert.deepEqual(counts, { passed: 2, failed: 3, skipped: 0 }, printed);
    assert.match(printed, /✖ hanging\.js › hangs\n +it stopped answering/);
    assert.match(printed, /can't be read to its end/);
    assert.match(printed, /nothing is ready/);
  });
}

test("a browser that dies counts as failed, and another goes on", options, async () => {
  const suite = await bundleSuite([fixture("hanging.js")]);
  const server = await serve(suite.code);
  const browsers = await replaceable(name, programs);
  const printed = [];
  try {
    const dying = setTimeout(() => browsers.current.kill(), 1_000);
    const tally = await runSuite({
      ...{ browsers, server, realm: "page", backend: "memory", files: ["hanging.js"], skips: [] },
      ...{ print: (line) => printed.push(line), timeout: 1_000, patience: 3_000 },
    });
    clearTimeout(dying);
    assert.deepEqual(tally.counts, { passed: 2, failed: 1, skipped: 0 }, printed.join("\n"));
  } finally {
    await browsers.current.close();
    await server.close();
  }
});

test("a skip that names no test has failed", options, async () => {
  const skips = [{ file: "failing.js", test: "is gone", reason: "old" }];
  const { counts, printed } = await runFixtures(["failing.js"], { skips });
  assert.equal(counts.failed, 7, printed);
  assert.match(printed, /skipped\.js names it, but there is no such test/);
});
