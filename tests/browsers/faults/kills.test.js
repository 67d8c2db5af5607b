/**
 * Chromium killed amid its writes: what was acknowledged is there afterwards, each record whole. `kills/run.js` does the same by hand.
 *
 * `resets` counts where Chromium itself gave up a log that a kill had torn (see `kills/leveldb.js`), which is proven by the log, and then
 * everything must be gone.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { killRepeatedly } from "./kills/run.js";
import { programsOf } from "./visit.js";

const kills = 200;

test(`chromium: ${kills} kills amid writes lose nothing that was acknowledged`, {
  skip: programsOf("chromium").missing,
  timeout: 900_000,
}, async (context) => {
  const seen = await killRepeatedly({ kills, print: (line) => process.stdout.write(`${line}\n`) });
  context.diagnostic(JSON.stringify(seen));
  assert.ok(seen.kills >= kills);
  assert.ok(seen.acknowledged > 20 * kills, "there was much to lose");
  assert.ok(seen.resets <= kills / 20, "the browser seldom resets itself");
  assert.ok(seen.inFlight > 0, "some were killed between storing and telling");
});
