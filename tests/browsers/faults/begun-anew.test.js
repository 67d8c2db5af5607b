/** Whom listeners hear of, when contexts go and come again. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { describeIn, everyBrowser } from "./visit.js";

describeIn(everyBrowser, (visit) => {
  test("a deletion is told once, however often a page comes to the front", { timeout: 60_000 }, async () => {
    const page = await visit.open();
    const heard = await page.run(async () => {
      const [one, other] = [await open("told-once"), await open("told-once")];
      const heard = [];
      await one.setContext("c", { n: 0 });
      other.subscribe("c", ({ type, version }) => heard.push(`${type} ${version}`));
      await other.getContext("c");
      await one.deleteContext("c");
      await until(() => heard.length === 1);
      for (let round = 0; round < 3; round += 1) {
        dispatchEvent(new Event("pageshow"));
        await sleep(50);
      }
      await one.setContext("c", { n: 1 });
      await until(() => heard.length === 2);
      await Promise.all([one.close(), other.close()]);
      return heard;
    });
    assert.deepEqual(heard, ["delete 1", "change 2"]);
    await page.close();
  });

  test("after a database was deleted, contexts of the same ids are heard of as new", { timeout: 60_000 }, async () => {
    const page = await visit.open();
    const heard = await page.run(async () => {
      const name = "begun-anew";
      const [one, other] = [await open(name), await open(name)];
      const heard = [];
      for (let n = 0; n < 4; n += 1) await one.setContext("c", { n });
      other.subscribe("c", ({ type, version, delta }) => heard.push([type, version, delta?.n?.value]));
      await other.getContext("c");
      await raw.remove(name);
      for (let n = 10; n < 13; n += 1) await one.setContext("c", { n });
      await until(() => heard.at(-1)?.[1] === 3);
      await Promise.all([one.close(), other.close()]);
      return heard;
    });
    assert.deepEqual(heard, [
      ["delete", 4, null],
      ["change", 1, 10],
      ["change", 2, 11],
      ["change", 3, 12],
    ]);
    await page.close();
  });
});
