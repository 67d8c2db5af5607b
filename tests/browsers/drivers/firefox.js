/** Firefox, by WebDriver BiDi. */
import puppeteer from "puppeteer-core";
import { within } from "./program.js";

export async function launch({ program }, { profile } = {}) {
  const browser = await puppeteer.launch({
    browser: "firefox",
    executablePath: program,
    headless: true,
    timeout: 60_000,
    protocolTimeout: 60_000,
    ...(profile === undefined ? {} : { userDataDir: profile }),
  });
  const child = browser.process();
  const ended = new Promise((resolve) => child.once("exit", resolve));
  const kill = async () => {
    // Puppeteer makes it the head of a process group.
    try {
      process.kill(-child.pid, "SIGKILL");
    } catch (error) {
      if (error.code !== "ESRCH") throw error;
    }
    await within(10_000, "the end of Firefox", ended);
  };
  return {
    version: (await browser.version()).replace("/", " "),
    pid: child.pid,
    open: (url) => open(browser, url),
    kill,

    async close() {
      await within(10_000, "closing Firefox", browser.close()).catch(() => {});
      if (child.exitCode === null && child.signalCode === null) await kill();
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
    errors,
    evaluate: (expression) => within(60_000, "evaluating in Firefox", page.evaluate(expression)),
    close: () => within(10_000, "closing a page of Firefox", page.close()),
  };
}
