/** Calls that nobody waits for any more, because somebody else keeps the stores to himself: they end without a trace. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { describeIn, everyBrowser } from "./visit.js";

describeIn(everyBrowser, (visit) => {
  test("a transaction that was given up leaves no uncaught error, and nobody is held up by it", { timeout: 60_000 }, async () => {
    const page = await visit.open();
    const { codes, next, errors, isBlocked } = await page.run(async () => {
      const errors = [];
      addEventListener("error", ({ message }) => errors.push(message));
      const chord = await open("given-up", { timeout: 600 });
      await chord.setContext("a", { n: 1 });
      const other = await raw.connect("given-up");
      const transaction = other.transaction([...other.objectStoreNames], "readwrite");
      let isHeld = true;
      const hold = () => {
        if (isHeld) transaction.objectStore("contexts").get(raw.key("a")).onsuccess = hold;
      };
      hold();
      const codes = [(await outcomeOf(chord.setContext("a", { n: 2 }))).code, (await outcomeOf(chord.getContext("a"))).code];
      isHeld = false;
      await sleep(300);
      const next = await outcomeOf(chord.setContext("a", { n: 3 }));
      other.close();
      await chord.close();
      const { isBlocked } = await raw.remove("given-up");
      return { codes, next: next.code ?? "done", errors, isBlocked };
    });
    assert.ok(
      codes.every((code) => code === "timeout" || code === "backend_unavailable"),
      codes.join(),
    );
    assert.deepEqual({ next, errors, isBlocked }, { next: "done", errors: [], isBlocked: false });
    await page.close();
  });
});
