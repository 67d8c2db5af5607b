/** The Chromium that opens what the tools have built, with a profile of its own for each project. */
import { chromium } from "playwright-core";
import { ensureBrowsers } from "../../scripts/browsers.js";
import { switches } from "../browsers/drivers/switches.js";

/** `{ browser }`, or `{ missing }`: how to get it. In CI it has to be there. */
export async function launch() {
  const { program, missing } = (await ensureBrowsers(["chromium"])).chromium;
  if (missing !== undefined) {
    if (process.env.CI) throw new Error(missing);
    return { missing };
  }
  const browser = await chromium.launch({ executablePath: program, args: switches, timeout: 30_000 });
  return { browser };
}

const isAboutIcon = (message) => message.location().url.endsWith("/favicon.ico");

/** A page, and the errors it printed or threw so far. */
export async function open(context, url) {
  const page = await context.newPage();
  page.setDefaultTimeout(30_000);
  const errors = [];
  page.on("console", (message) => message.type() === "error" && !isAboutIcon(message) && errors.push(message.text()));
  // A browser asks for an icon by itself.
  page.on("response", (response) => {
    if (response.status() >= 400 && !response.url().endsWith("/favicon.ico")) errors.push(`${response.url()}: status ${response.status()}`);
  });
  page.on("pageerror", (error) => errors.push(error.stack ?? String(error)));
  await page.goto(url);
  return { page, errors };
}

/** The value of `expression`, once the page's own script has set `name`; a failure tells what the page printed. */
export async function evaluate({ page, errors }, name, expression = name) {
  try {
    await page.waitForFunction(`${name} !== undefined`);
    let timer;
    const late = new Promise((_, reject) => {
      timer = setTimeout(() => reject(new Error(`${expression} took more than 30 s`)), 30_000);
    });
    return await Promise.race([page.evaluate(expression), late]).finally(() => clearTimeout(timer));
  } catch (error) {
    throw new Error([error.message, ...errors].join("\n"));
  }
}
