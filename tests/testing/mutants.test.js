/** The suite can fail: of each backend that breaks a rule it says so, and each of its cases is failed by some. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Chord } from "chord-sync";
import { BrokenContract, backendConformance, chordConformance } from "chord-sync/testing";
import { mutants } from "./mutants/index.js";
import { classOf, storeOf, withEdits } from "./variants.js";

/** The cases that a backend fails, by name, with their errors. */
async function failuresOf(Backend) {
  const failures = new Map();
  const outcomes = backendConformance(storeOf(Backend), { timeout: 20_000 }).map(async ({ name, run }) => {
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
  for (const mutant of mutants) {
    const { name, breaks, named } = mutant;
    test(`${name} is told so`, async () => {
      assert.ok(names.includes(breaks), `there is a case "${breaks}"`);
      const failures = await failuresOf(await classOf(mutant));
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

const seenThroughChord = {
  "compares nothing": "Chord: concurrent updates of two instances are all kept, with versions in a row",
  "compares the version only": "Chord: transactions of two instances all count",
  "compares only without reset": "Chord: of writes for one and the same version one goes through, the others are conflicts",
  "loses a commit": "Chord: a sync is exact from every version, with the whole log, with two instances writing",
  "trims past the snapshot": "Chord: a sync is exact from every version, with the log trimmed by age and cleaned",
  "leaves no tombstone": "Chord: cleanup removes contexts not changed for contextTtl, and no others",
  "tells the newest first": "Chord: cleanup with a limit reaches everything in the end, what is due for longest first",
  "waits between looking and removing": "Chord: what one instance cleans up is gone for the other",
  "lists in UTF-16 order": "Chord: contexts are listed in the order of their UTF-8 bytes, page by page, in both directions",
  "ends ids at NUL": "Chord: ids of every kind name contexts of their own",
  "knows two bytes of a character": "Chord: what is stored comes back, to the character and the number",
  "keeps what it stores to its connection": "Chord: what one instance has stored, one opened later finds, with its log",
  "tells of nothing": "Chord: who listens to all contexts hears of those that other instances create",
};

describe("a Chord over a backend that", { concurrency: 6 }, () => {
  for (const [name, claim] of Object.entries(seenThroughChord)) {
    test(`${name} doesn't keep its promises, and the suite says which`, async () => {
      const mutant = mutants.find((mutant) => mutant.name === name);
      const cases = chordConformance(Chord, storeOf(await classOf(mutant)));
      await assert.rejects(cases.find((found) => found.name === claim).run(), BrokenContract);
    });
  }
});
