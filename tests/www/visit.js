/** A built page, served, and a Chromium to look at it with. */
import assert from "node:assert/strict";
import { chromium } from "playwright-core";
import { ensureBrowsers } from "../../scripts/browsers.js";
import { serve } from "../../scripts/serve.js";
import { buildPage } from "../../scripts/start.js";
import { switches } from "../browsers/drivers/switches.js";

let browser;

export async function launch() {
  const { program, missing } = (await ensureBrowsers(["chromium"])).chromium;
  assert.equal(missing, undefined, missing);
  browser = await chromium.launch({ executablePath: program, args: switches });
}

export const quit = () => browser?.close();

/** Serves the page from a folder, the built one by default, and opens it in a fresh profile. */
export async function visit({ folder, width = 1440, height = 1000, ...options } = {}) {
  const served = await serve(folder ?? (await buildPage()));
  const context = await browser.newContext({ viewport: { width, height }, ...options });
  context.setDefaultTimeout(15_000);
  const errors = [];
  const watch = (page) => {
    page.on("console", (message) => ["error", "warning"].includes(message.type()) && errors.push(message.text()));
    page.on("pageerror", (error) => errors.push(error.stack ?? String(error)));
  };
  context.on("page", watch);
  const page = await context.newPage();
  await page.goto(served.url);
  await ready(page);
  return {
    page,
    context,
    url: served.url,
    errors,
    stopServer: served.close,
    /** Ends the visit, which must not have left an error in the console. */
    async leave() {
      await context.close();
      await served.close();
      assert.deepEqual(errors, []);
    },
  };
}

/** Waits until every phone that is online is where the server is. */
export async function ready(page) {
  await page.waitForSelector("html[data-ready]");
  await settled(page);
}

/** Waits until the server has that version (or any), all phones that are online have it, too, and nothing waits on them. */
export async function settled(page, version) {
  await page.waitForFunction((wanted) => {
    const facts = document.querySelector("#score-facts").textContent;
    const newest = Number(/version (\d+)/.exec(facts)?.[1]);
    const phones = [...document.querySelectorAll(".phone:not(.offline)")];
    const even = (phone) => Number(phone.dataset.version) === newest && !phone.querySelector(".state").textContent.includes("wait");
    return newest > 0 && newest === (wanted ?? newest) && phones.every(even);
  }, version);
}

/** What a phone shows and what arrived there, newest first. */
export const phone = (page, id) =>
  page.locator(`#${id}`).evaluate((node) => ({
    online: !node.classList.contains("offline"),
    version: Number(node.dataset.version),
    state: node.querySelector(".state").textContent,
    encores: Number(node.querySelector(".encores").value),
    note: node.querySelector("input.note").value,
    songs: [...node.querySelectorAll(".song")].map((song) => ({
      title: song.querySelector(".title").firstElementChild.textContent,
      key: song.querySelector(".key").textContent,
      struck: song.classList.contains("struck"),
      playing: song.classList.contains("playing"),
      waiting: song.classList.contains("waiting"),
    })),
    arrivals: [...node.querySelectorAll(".arrival")].map((arrival) => ({
      type: arrival.dataset.type,
      versions: arrival.querySelector(".versions").textContent,
      bytes: arrival.querySelector(".bytes").textContent,
    })),
  }));

/** Presses the encore button of a phone so many times, as quickly as it goes. */
export const shout = (page, id, times = 1) =>
  page.locator(`#${id} .step`).evaluate((button, count) => {
    for (let i = 0; i < count; i += 1) button.click();
  }, times);

/** Pulls a phone's plug, or puts it in again. */
export async function pull(page, id) {
  const { online } = await phone(page, id);
  await page.locator(`#${id} .switch`).click();
  await isOnline(page, id, !online);
}

/** Waits until a phone shows that it is online, or that it isn't. */
export const isOnline = (page, id, online) => page.waitForSelector(`#${id}${online ? ":not(.offline)" : ".offline"}`);
