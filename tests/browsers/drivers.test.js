/** Every browser there is is driven alike, and leaves nothing behind. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { browserNames, ensureBrowsers } from "../../scripts/browsers.js";
import { drivers } from "./drivers/index.js";
import { serve } from "./server.js";

const found = await ensureBrowsers();
const isGone = (pid) => {
  try {
    process.kill(-pid, 0);
    return false;
  } catch {
    return true;
  }
};

for (const name of browserNames) {
  const options = { skip: found[name].missing, timeout: 120_000 };

  test(`${name} opens pages, evaluates in them and tells their errors`, options, async () => {
    const server = await serve("");
    const browser = await drivers[name].launch(found[name]);
    try {
      assert.match(browser.version, /\w+ \d+/);
      // After one is closed, another may be opened.
      for (let opened = 0; opened < 2; opened += 1) {
        const page = await browser.open(`${server.url}/empty`);
        assert.equal(await page.evaluate("1 + 1"), 2);
        assert.deepEqual(await page.evaluate("(async () => ({ secure: isSecureContext, path: location.pathname }))()"), {
          secure: true,
          path: "/empty",
        });
        await assert.rejects(page.evaluate('Promise.reject(new Error("on purpose"))'), /on purpose/);
        await page.evaluate('console.error("printed"), setTimeout(() => { throw new Error("thrown"); }), 0');
        let errors = [];
        for (let tries = 0; tries < 100 && errors.length < 2; tries += 1) {
          errors = await page.errors();
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
        assert.match(errors[0], /printed/);
        assert.match(errors[1], /thrown/);
        await page.close();
      }
    } finally {
      await browser.close();
      await server.close();
    }
    assert.ok(isGone(browser.pid));
  });

  test(`${name} can be killed`, options, async () => {
    const browser = await drivers[name].launch(found[name]);
    await browser.open("about:blank");
    await browser.kill();
    assert.ok(isGone(browser.pid));
  });
}
