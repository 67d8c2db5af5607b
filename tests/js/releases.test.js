import assert from "node:assert/strict";
import { test } from "node:test";
import { Chord } from "chord-sync";
import { manualClock } from "./open.js";
import { received, same } from "./oracle.js";
import { releaseSeries } from "./releases.js";

/**
 * Plays the releases into one context. After each, a client of every earlier release syncs by its version alone and by version and
 * revision, and what it then holds is compared with the truth. Gives back how often each kind of answer came.
 */
async function replay(releases, options, clock) {
  const chord = await Chord.open(options);
  const heads = [];
  const answers = { delta: 0, full_context: 0 };
  let verified;
  try {
    for (const [j, release] of releases.entries()) {
      clock?.advance(1_000);
      const { context } = await chord.setContext("mime", release);
      heads.push({ version: context.version, revision: context.revision });
      for (let i = 0; i < j; i += 1) {
        const bare = await chord.syncContext("mime", heads[i].version);
        const proven = await chord.syncContext("mime", heads[i]);
        assert.equal(proven.type, bare.type, `${i} → ${j}`);
        for (const answer of [bare, proven]) {
          answers[answer.type] += 1;
          assert.equal(answer.version, heads[j].version);
          assert.equal(answer.revision, heads[j].revision);
          if (answer.type === "delta") assert.equal(answer.fromVersion, heads[i].version);
          if (answer.type === "full_context" && answer.context === verified) continue;
          const held = received(releases[i], answer);
          assert.ok(same(held, release), `a client at release ${i} differs after the sync to ${j}`);
          if (answer.type === "full_context") verified = answer.context;
        }
      }
      const current = await chord.syncContext("mime", heads[j]);
      assert.deepEqual(current, { type: "no_change", contextId: "mime", ...heads[j] });
    }
  } finally {
    await chord.close();
  }
  return answers;
}

const unbounded = { deltaThreshold: null, deltaTtl: null, limits: { logBytes: 64 * 1024 * 1024 } };

for (const { name, releases } of await releaseSeries()) {
  const run = (claim, options, check) =>
    test(`${claim}: all pairs of ${name}`, { timeout: 180_000 }, async () => {
      const clock = manualClock();
      check(await replay(releases, { ...unbounded, timeProvider: clock.timeProvider, ...options }, clock));
    });
  const pairs = releases.length * (releases.length - 1);

  run("a sync applied gives the newer release", {}, ({ delta, full_context }) => {
    assert.equal(delta + full_context, pairs);
    assert.ok(delta > full_context, "an untrimmed log answers with deltas");
  });

  run("with the log trimmed by count", { deltaThreshold: 5 }, ({ delta, full_context }) => {
    assert.ok(delta > 0 && full_context > 0);
    assert.ok(delta <= 2 * 5 * releases.length, `${delta} deltas from five kept entries`);
  });

  run("with the log trimmed by bytes", { limits: { logBytes: 25_000 } }, ({ delta, full_context }) => {
    assert.ok(delta > 0 && full_context > 0);
  });

  run("with the log trimmed by age", { deltaTtl: 4_500 }, ({ delta, full_context }) => {
    assert.ok(delta > 0 && full_context > 0);
    assert.ok(delta <= 2 * 5 * releases.length, `${delta} deltas from five young entries`);
  });
}
