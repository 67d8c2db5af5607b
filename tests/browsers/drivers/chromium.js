/** Chromium, by its own protocol. */
import { chromium } from "playwright-core";
import { start, temporaryFolder, within } from "./program.js";
import { switches } from "./switches.js";

export async function launch({ program }, { profile } = {}) {
  const { folder, remove } = profile === undefined ? temporaryFolder() : { folder: profile, remove() {} };
  const process = start(program, ["--headless=new", ...switches, "--remote-debugging-port=0", `--user-data-dir=${folder}`, "about:blank"]);
  const kill = async () => {
    await process.end();
    remove();
  };
  try {
    const [, endpoint] = await process.printed(/DevTools listening on (ws:\S+)/);
    const browser = await chromium.connectOverCDP(endpoint, { timeout: 30_000 });
    const session = await browser.newBrowserCDPSession();
    return {
      version: `Chromium ${browser.version()}`,
      pid: process.pid,
      open: (url) => open(browser.contexts()[0], url),
      kill,
      command: (method, params) => within(30_000, method, session.send(method, params)),

      async close() {
        // It answers, or it is gone before it can.
        await within(10_000, "closing Chromium", session.send("Browser.close")).catch(() => {});
        await kill();
      },
    };
  } catch (error) {
    await kill();
    throw error;
  }
}

async function open(context, url) {
  const page = await context.newPage();
  const errors = [];
  page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
  page.on("pageerror", (error) => errors.push(error.stack ?? String(error)));
  page.on("crash", () => errors.push("the page crashed"));
  await page.goto(url, { timeout: 30_000 });
  const session = await context.newCDPSession(page);
  return {
    errors: async () => [...errors],
    evaluate: (expression) => within(60_000, "evaluating in Chromium", page.evaluate(expression)),
    command: (method, params) => within(30_000, method, session.send(method, params)),
    close: () => within(10_000, "closing a page of Chromium", page.close()),
  };
}
