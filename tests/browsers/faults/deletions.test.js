/** A deletion has no version of its own, so whoever looks at a store finds it again and again. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { describeIn, everyBrowser } from "./visit.js";

describeIn(everyBrowser, (visit) => {
  test("listeners are told of a deletion once, however often they look", { timeout: 60_000 }, async () => {
    const page = await visit.open();
    const heard = await page.run(async () => {
      const chord = await open("deletions");
      await chord.setContext("a", { n: 1 });
      const heard = [];
      chord.subscribe("a", ({ type, version }) => heard.push(`${type} ${version}`));
      await chord.getContext("a");
      const lookAgain = async () => {
        for (let times = 0; times < 3; times += 1) {
          await sleep(100);
          dispatchEvent(new Event("pageshow"));
        }
        await sleep(100);
      };
      await chord.deleteContext("a");
      await lookAgain();
      await chord.setContext("a", { n: 2 });
      await chord.deleteContext("a");
      await lookAgain();
      await chord.close();
      return heard;
    });
    assert.deepEqual(heard, ["delete 1", "change 2", "delete 2"]);
    await page.close();
  });
});
