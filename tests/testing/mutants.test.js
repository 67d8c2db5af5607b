/** The suite can fail: of each backend that breaks a rule it says so, and each of its cases is failed by some. */
import assert from "node:assert/strict";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { BrokenContract, backendConformance } from "chord-sync/testing";
import { mutants } from "./mutants/index.js";

const beside = (path) => fileURLToPath(new URL(path, import.meta.url));
const smallest = readFileSync(beside("../backends/memory-backend.js"), "utf8");
const folder = mkdtempSync(join(tmpdir(), "chord-mutants-"));
let variants = 0;

after(() => rmSync(folder, { recursive: true, force: true }));

/** The smallest backend with `watch`, with some places of its source changed, each of which has to be there once. */
async function withEdits(edits) {
  let source = smallest;
  for (const [before, after] of edits) {
    assert.equal(source.split(before).length, 2, `the backend has this once: ${before}`);
    source = source.replace(before, () => after);
  }
  variants += 1;
  const variant = join(folder, String(variants));
  for (const name of ["backends", "testing"]) mkdirSync(join(variant, name), { recursive: true });
  writeFileSync(join(variant, "package.json"), '{ "type": "module" }');
  writeFileSync(join(variant, "backends", "memory-backend.js"), source);
  cpSync(beside("watching-backend.js"), join(variant, "testing", "watching-backend.js"));
  return (await import(pathToFileURL(join(variant, "testing", "watching-backend.js")))).WatchingBackend;
}

const late = () => new Promise((resolve) => setImmediate(resolve));

/** The cases that a backend fails, by name, with their errors. */
async function failuresOf(Backend) {
  const store = () => {
    const backend = new Backend(late);
    return { connect: () => backend.connect?.() ?? backend };
  };
  const failures = new Map();
  const outcomes = backendConformance(store, { timeout: 20_000 }).map(async ({ name, run }) => {
    await run().catch((error) => failures.set(name, error));
  });
  await Promise.all(outcomes);
  return failures;
}

const names = backendConformance(() => assert.fail("nothing is run")).map(({ name }) => name);
const failed = new Map(names.map((name) => [name, 0]));

test("the unchanged backend breaks no rule", async () => {
  assert.deepEqual([...(await failuresOf(await withEdits([])))], []);
});

// Most of the time is spent waiting for calls that never come.
describe("a backend that", { concurrency: 6 }, () => {
  for (const { name, edits, extend = (Base) => Base, breaks, named } of mutants) {
    test(`${name} is told so`, async () => {
      assert.ok(names.includes(breaks), `there is a case "${breaks}"`);
      const failures = await failuresOf(extend(await withEdits(edits)));
      for (const failure of failures.keys()) failed.set(failure, failed.get(failure) + 1);
      const error = failures.get(breaks);
      assert.ok(error instanceof BrokenContract, `"${breaks}" fails, not only ${JSON.stringify([...failures.keys()])}`);
      assert.match(error.message, /^broken: .+\n {2}expected: .+\n {2}came: {5}.+/);
      if (named !== undefined) assert.match(error.message, named);
      // An accident would be no proof that the suite looks at the rule.
      else assert.equal(error.cause?.message, undefined);
    });
  }
});

test("each case is failed by some backend", () => {
  const never = [...failed].filter(([, times]) => times === 0).map(([name]) => name);
  assert.deepEqual(never, []);
});
