/** One stored record that is none: the rest is fine, and what puts something in its place mends it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { describeIn, everyBrowser } from "./visit.js";

/** What happens to the records of "damaged". */
const damages = {
  "a row that is no JSON": { store: "contexts", value: "{" },
  "a row that is an object of JavaScript's": { store: "contexts", value: { version: 1 } },
  "a row without its fields": { store: "contexts", value: "{}" },
  "no snapshot": { store: "snapshots", value: null },
  "a snapshot that is no object": { store: "snapshots", value: "[]" },
  "a log that is none": { store: "log", value: "[[1]]" },
  "no log": { store: "log", value: null },
};

/** Writes contexts with snapshots and logs, damages one, and opens another Chord, which knows nothing of before. */
async function damage({ name, store, value }) {
  const provided = { context: { n: 100 }, version: 50 };
  const writer = await open(name);
  for (const id of ["damaged", "fine"]) {
    await writer.setContext(id, { n: 0 });
    for (let count = 0; count < 40; count += 1) await writer.updateContext(id, { n: increment(), pad: String(count).padEnd(200, "x") });
  }
  const { version, revision } = await writer.getContext("damaged");
  await writer.close();
  await raw.within(name, async (storeOf) => {
    const stored = storeOf(store);
    const isOf = (key) => new TextDecoder().decode(Array.isArray(key) ? key[0] : key) === "damaged";
    const keys = (await raw.done(stored.getAllKeys())).filter(isOf);
    for (const key of keys) {
      if (value === null) stored.delete(key);
      else stored.put(value, key);
    }
    if (keys.length === 0) throw new Error("there was nothing to damage");
  });
  globalThis.chord = await open(name, { contextExternalProvider: () => provided });
  return { version, revision };
}

describeIn(everyBrowser, (visit) => {
  let page;
  let made = 0;
  for (const [what, { store, value }] of Object.entries(damages)) {
    for (const mending of ["setContext", "deleteContext", "restoreContext"]) {
      test(`${what} is a backend_error for that context alone; ${mending} mends it`, async () => {
        page ??= await visit.open();
        made += 1;
        const before = await page.run(damage, { name: `damaged-${made}`, store, value });
        const seen = await page.run(async () => {
          const calls = [
            chord.getContext("damaged"),
            chord.updateContext("damaged", { n: 1 }),
            chord.syncContext("damaged"),
            chord.listDeltas("damaged"),
            chord.setContext("damaged", {}, { ifVersion: 41 }),
            chord.transact("damaged", () => ({})),
          ];
          const together = [chord.updateContext("fine", { n: increment() }), chord.getContext("fine")];
          return {
            refused: await Promise.all(calls.map(outcomeOf)),
            fine: (await Promise.all(together)).map(({ context, version }) => version ?? context.version),
            list: await chord.listContexts().catch(({ code, contextId }) => ({ code, contextId })),
            rest: (await chord.listContexts({ prefix: "f" })).contexts.length,
          };
        });
        for (const { code, message } of seen.refused) {
          assert.equal(code, "backend_error", message);
          assert.match(message, /damaged.*delete the context, or restore it/);
        }
        assert.deepEqual([seen.fine, seen.rest], [[42, 42], 1]);
        assert.deepEqual(seen.list, { code: "backend_error", contextId: "damaged" });

        const mended = await page.run(
          async ({ mending, since }) => {
            const outcome = await chord[mending]("damaged", ...(mending === "setContext" ? [{ n: 100 }] : []));
            const gone = (await chord.getContext("damaged")) === undefined;
            if (gone) await chord.setContext("damaged", { n: 100 });
            await chord.updateContext("damaged", { n: increment() });
            const { context, version } = await chord.getContext("damaged");
            const synced = await chord.syncContext("damaged", since);
            const log = (await chord.listDeltas("damaged")).length;
            await chord.close();
            return { outcome: outcome === true, gone, context, version, synced: synced.type, log };
          },
          { mending, since: before },
        );
        const isDeleted = mending === "deleteContext";
        // An unreadable row can't say how far its versions went.
        const known = store === "contexts" ? 0 : 41;
        const version = mending === "restoreContext" ? 51 : known + 2;
        const expected = { outcome: isDeleted, gone: isDeleted, context: { n: 101 }, version, synced: "full_context", log: 2 };
        assert.deepEqual(mended, expected);
      });
    }
  }
});
