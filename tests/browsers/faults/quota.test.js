/** The site gets no more room. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { describeIn } from "./visit.js";

for (const durability of ["relaxed", "strict"]) {
  describeIn(["chromium"], (visit) => {
    test(`without room (${durability}), writes end as quota_exceeded, what was there stays, and room makes it work again`, async () => {
      const page = await visit.open();
      const { origin } = new URL(visit.server.url);
      // From the start: what the browser has once granted, it doesn't ask about again for a while.
      await page.command("Storage.overrideQuotaForOrigin", { origin, quotaSize: 500_000 });
      await page.run(
        async ({ name, durability }) => {
          globalThis.chord = await open(name, { backend: { durability }, timeout: 5_000 });
          await chord.setContext("kept", { count: 1 });
          // The browser compresses what is alike.
          globalThis.noise = (length) => {
            let text = "";
            while (text.length < length) text += Math.random().toString(36).slice(2);
            return text.slice(0, length);
          };
          await chord.setContext("unwanted", { pad: noise(100_000) });
        },
        { name: `quota-${durability}`, durability },
      );
      const without = await page.run(async () => {
        const large = { pad: noise(2_000_000) };
        const alone = [];
        alone.push(await timed(chord.setContext("kept", { ...large, count: 2 })));
        alone.push(await timed(chord.updateContext("kept", large)));
        alone.push(await timed(chord.setContext("new", large)));
        const together = await Promise.all(["a", "b", "c"].map((id) => timed(chord.setContext(id, large))));
        const reads = {
          kept: (await chord.getContext("kept")).context,
          version: (await chord.getContext("kept")).version,
          ids: (await chord.listContexts()).contexts.map(({ contextId }) => contextId ?? null),
          sync: (await chord.syncContext("kept")).type,
        };
        return { alone, together, reads, deleted: await timed(chord.deleteContext("unwanted")) };
      });
      for (const { code, message, took } of [...without.alone, ...without.together]) {
        assert.equal(code, "quota_exceeded", message);
        assert.match(message, /no more room/);
        assert.ok(took < 5_000);
      }
      assert.deepEqual(
        { ...without.reads, ids: without.reads.ids.length },
        { kept: { count: 1 }, version: 1, ids: 2, sync: "full_context" },
      );
      assert.equal(without.deleted.value, true, without.deleted.message);

      await page.command("Storage.overrideQuotaForOrigin", { origin });
      const again = await page.run(async () => {
        const { context } = await chord.updateContext("kept", { count: increment(), pad: noise(2_000_000) });
        const other = await open("quota-other");
        await other.close();
        return { version: context.version, count: context.context.count, gone: (await chord.getContext("unwanted")) === undefined };
      });
      assert.deepEqual(again, { version: 2, count: 2, gone: true });
      await page.run(async (name) => {
        await chord.close();
        await raw.remove(name);
      }, `quota-${durability}`);
      await page.close();
    });
  });
}
