/** Firefox, by WebDriver BiDi. */
import puppeteer from "puppeteer-core";
import { endGroup, temporaryFolder, within } from "./program.js";

export async function launch({ program }, { profile } = {}) {
  const { folder, remove } = profile === undefined ? temporaryFolder() : { folder: profile, remove() {} };
  const options = { browser: "firefox", executablePath: program, userDataDir: folder, headless: true };
  const browser = await puppeteer.launch({ ...options, timeout: 60_000, protocolTimeout: 60_000 });
  // Puppeteer makes it the head of a process group.
  const { pid } = browser.process();
  const kill = async () => {
    await endGroup(pid);
    remove();
  };
  return {
    version: (await browser.version()).replace(/^firefox\//, "Firefox "),
    pid,
    open: (url) => open(browser, url),
    kill,

    async close() {
      await within(10_000, "closing Firefox", browser.close()).catch(() => {});
      await kill();
    },
  };
}

async function open(browser, url) {
  const page = await browser.newPage();
  const errors = [];
  page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
  page.on("pageerror", (error) => errors.push(error.stack ?? String(error)));
  await page.goto(url, { timeout: 30_000 });
  return {
    errors: async () => [...errors],
    evaluate: (expression) => within(60_000, "evaluating in Firefox", page.evaluate(expression)),
    close: () => within(10_000, "closing a page of Firefox", page.close()),
  };
}
