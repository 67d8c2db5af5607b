/** Tabs that stand in the way: with older versions of the database, with newer ones, or by deleting it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { describeIn, everyBrowser } from "./visit.js";

describeIn(everyBrowser, (visit) => {
  test("a tab that keeps an older version open and ignores versionchange ends opening by its deadline", async () => {
    const [stubborn, page] = [await visit.open(), await visit.open()];
    await stubborn.run(async () => {
      globalThis.held = await raw.connect("blocked", 1, raw.firstSchema);
      held.onversionchange = null;
    });
    const refused = await page.run(() => timed(open("blocked", { timeout: 1_000 })));
    assert.equal(refused.code, "backend_unavailable", refused.message);
    assert.match(refused.message, /other tabs/);
    assert.ok(refused.took < 3_000, `took ${refused.took} ms`);
    // Others are not blocked by what was given up.
    const other = await page.run(async () => (await (await open("not-blocked")).setContext("a", {})).context.version);
    assert.equal(other, 1);
    await stubborn.close();
    const opened = await page.run(async () => {
      const chord = await until(() => open("blocked", { timeout: 2_000 }).catch(() => undefined));
      const { context } = await chord.setContext("a", { works: true });
      await chord.close();
      return context.version;
    });
    assert.equal(opened, 1);
    await page.close();
  });

  test("whoever deletes the database needn't wait, and Chord goes on with an empty one", async () => {
    const [page, other] = [await visit.open(), await visit.open()];
    const before = await page.run(async () => {
      globalThis.chord = await open("deleted");
      for (const count of [1, 2, 3]) await chord.setContext("a", { count });
      const { version, revision } = await chord.getContext("a");
      return { version, revision };
    });
    const removed = await other.run(() => raw.remove("deleted"));
    assert.equal(removed.isBlocked, false);
    assert.ok(removed.took < 2_000, `took ${removed.took} ms`);
    const after = await page.run(async (since) => {
      const gone = await outcomeOf(chord.getContext("a"));
      const ids = (await chord.listContexts()).contexts.length;
      const lost = await outcomeOf(chord.updateContext("a", { count: increment() }));
      await chord.setContext("a", { count: 10 });
      await chord.setContext("a", { count: 11 });
      await chord.setContext("a", { count: 12 });
      // The same version number as before, and another lineage.
      const { type, version, context } = await chord.syncContext("a", since);
      return { gone, ids, lost: lost.code, type, version, context };
    }, before);
    assert.deepEqual(after, { gone: {}, ids: 0, lost: "not_found", type: "full_context", version: before.version, context: { count: 12 } });

    // The same while calls are under way.
    const calls = page.run(async () => {
      const outcomes = [];
      const until = performance.now() + 600;
      while (performance.now() < until) outcomes.push(await timed(chord.setContext("b", { at: performance.now() })));
      return {
        outcomes: outcomes.filter(({ code }) => code !== undefined),
        count: outcomes.length,
        last: (await chord.getContext("b")).context,
      };
    });
    for (let times = 0; times < 3; times += 1) await other.run(() => raw.remove("deleted"));
    const { outcomes, count, last } = await calls;
    assert.ok(count > 3);
    assert.deepEqual(outcomes, []);
    assert.ok(last.at > 0);
    await page.run(() => chord.close());
    for (const each of [page, other]) await each.close();
  });

  test("a newer version in another tab gets the database at once, and here it is said which release is needed", async () => {
    const [page, other] = [await visit.open(), await visit.open()];
    await page.run(async () => {
      globalThis.chord = await open("newer", { timeout: 3_000 });
      await chord.setContext("a", { kept: true });
    });
    const upgraded = await other.run(async () => {
      const started = performance.now();
      globalThis.held = await raw.connect("newer", 1_000);
      return performance.now() - started;
    });
    assert.ok(upgraded < 2_000, `took ${upgraded} ms`);
    const refused = await page.run(async () => [
      await timed(chord.getContext("a")),
      await timed(chord.setContext("a", {})),
      await timed(open("newer")),
    ]);
    for (const { code, message, took } of refused) {
      assert.equal(code, "backend_unavailable", message);
      assert.match(message, /newer release/);
      assert.ok(took < 3_000);
    }
    const rows = await other.run(async () => (await raw.contents("newer")).contexts.length);
    assert.equal(rows, 1, "what was there is left alone");
    for (const each of [page, other]) await each.close();
  });
});
