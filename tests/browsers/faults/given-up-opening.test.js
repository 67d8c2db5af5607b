/** What becomes of IndexedDB's answers to what was given up. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { describeIn, everyBrowser } from "./visit.js";

describeIn(everyBrowser, (visit) => {
  test("a database whose making was given up can be made later", { timeout: 60_000 }, async () => {
    const page = await visit.open();
    const outcomes = await page.run(async () => {
      const outcomes = [];
      for (let round = 0; round < 20; round += 1) {
        const name = `made-later-${round}`;
        const hasty = await outcomeOf(open(name, { timeout: 0.1 + (round % 5) }));
        const chord = await open(name);
        outcomes.push({ hasty: hasty.code, ...(await outcomeOf(chord.setContext("c", { round }).then(({ version }) => version))) });
        await chord.close();
        await outcomeOf(Promise.resolve(hasty.value?.close()));
      }
      return outcomes;
    });
    assert.ok(
      outcomes.some(({ hasty }) => hasty !== undefined),
      "some were given up",
    );
    assert.deepEqual(
      outcomes.filter(({ value }) => value !== 1),
      [],
    );
    assert.deepEqual(await page.errors(), []);
    await page.close();
  });

  test("an upgrade that was given up while another tab was in its way is done later", { timeout: 60_000 }, async () => {
    const page = await visit.open();
    const outcome = await page.run(async () => {
      const name = "upgraded-later";
      const stores = ["contexts", "snapshots", "log", "tombstones"];
      const old = await raw.connect(name, 1, (database) => {
        for (const store of stores) database.createObjectStore(store);
      });
      // As a tab that is frozen would.
      old.onversionchange = null;
      const blocked = await outcomeOf(open(name, { timeout: 500 }));
      old.close();
      await sleep(200);
      const chord = await open(name);
      const written = await outcomeOf(chord.setContext("c", { n: 1 }).then(({ version }) => version));
      await chord.close();
      return { blocked: blocked.code, written };
    });
    assert.ok(outcome.blocked === "timeout" || outcome.blocked === "backend_unavailable", outcome.blocked);
    assert.deepEqual(outcome.written, { value: 1 });
    assert.deepEqual(await page.errors(), []);
    await page.close();
  });

  test("answers that come when their transaction was given up disturb nobody", { timeout: 60_000 }, async () => {
    const page = await visit.open();
    const { acknowledged, stored, refused } = await page.run(async () => {
      const name = "late-answers";
      const patient = await open(name);
      await patient.setContext("c", { n: 0 });
      const hasty = await open(name, { timeout: 40 });
      let acknowledged = 0;
      let refused = 0;
      for (let round = 0; round < 5; round += 1) {
        const calls = Array.from({ length: 5_000 }, () => outcomeOf(hasty.updateContext("c", { n: increment() })));
        for (const { code } of await Promise.all(calls)) {
          if (code === undefined) acknowledged += 1;
          else refused += 1;
        }
      }
      const stored = (await patient.getContext("c")).context.n;
      await Promise.all([hasty.close(), patient.close()]);
      await sleep(100);
      return { acknowledged, stored, refused };
    });
    assert.ok(refused > 0, "some were given up");
    assert.ok(stored >= acknowledged, `${stored} are stored, ${acknowledged} were acknowledged`);
    assert.deepEqual(await page.errors(), []);
    await page.close();
  });
});
