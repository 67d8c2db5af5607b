/** The live page as a page: its keyboard, its looks, and its life without a network. */
import assert from "node:assert/strict";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { at } from "../../scripts/paths.js";
import { buildPage } from "../../scripts/start.js";
import { poorContrast } from "./contrast.js";
import { isOnline, launch, phone, pull, quit, ready, settled, shout, visit } from "./visit.js";

const screenshots = at("build", "screenshots");

before(async () => {
  mkdirSync(screenshots, { recursive: true });
  await launch();
});
after(quit);

/** Presses Tab until the element is reached; every stop on the way must be visible and show that it has the focus. */
async function tabTo(page, selector) {
  for (let presses = 0; presses < 120; presses += 1) {
    await page.keyboard.press("Tab");
    const { isThere, name, outline } = await page.evaluate((wanted) => {
      const node = document.activeElement;
      const { outlineStyle, outlineWidth } = getComputedStyle(node);
      return { isThere: node.matches(wanted), name: node.outerHTML.slice(0, 80), outline: `${outlineStyle} ${outlineWidth}` };
    }, selector);
    assert.ok(name.startsWith("<a") || /^(solid|auto) [1-9]/.test(outline), `no focus to be seen on ${name}: ${outline}`);
    if (isThere) return;
  }
  assert.fail(`Tab never reaches ${selector}`);
}

test("everything can be done with the keyboard", async () => {
  const { page, leave } = await visit();
  await tabTo(page, ".note");
  await tabTo(page, "#jam");
  await tabTo(page, "#nina .switch");
  await page.keyboard.press("Space");
  await isOnline(page, "nina", false);
  await tabTo(page, "#nina .key");
  await page.keyboard.press("Enter");
  await tabTo(page, "#nina .add input");
  await page.keyboard.press("Enter");
  await tabTo(page, "#nina .step");
  await page.keyboard.press("Space");
  await page.waitForFunction(() => document.querySelector("#nina .state").textContent.includes("3 edits wait"));
  await page.keyboard.down("Shift");
  await tabTo(page, "#nina .switch");
  await page.keyboard.up("Shift");
  await page.keyboard.press("Space");
  await isOnline(page, "nina", true);
  await settled(page, 4);
  assert.equal((await phone(page, "miles")).songs.at(-1).title, "All Blues");

  await page.keyboard.down("Shift");
  await tabTo(page, ".note");
  await page.keyboard.up("Shift");
  await page.keyboard.press("ArrowLeft");
  await page.getByRole("heading", { name: "Version 3" }).waitFor();
  await page.keyboard.press("Home");
  await page.getByRole("heading", { name: "Version 1" }).waitFor();
  await page.keyboard.press("End");
  await page.getByRole("heading", { name: "Version 4" }).waitFor();
  await leave();
});

test("arrivals are announced", async () => {
  const { page, leave } = await visit();
  await shout(page, "nina");
  await page.waitForFunction(() => /^(Nina|Miles): delta, version 2, \d+ B$/.test(document.querySelector("#announcer").textContent));
  await leave();
});

const looks = [
  { name: "desktop", width: 1440, height: 1400 },
  { name: "phone", width: 390, height: 844, deviceScaleFactor: 2, hasTouch: true, isMobile: true },
].flatMap((size) => ["light", "dark"].map((colorScheme) => ({ ...size, colorScheme })));

for (const { name, ...look } of looks) {
  test(`${name}, ${look.colorScheme}: fits, can be read, and has its picture taken`, async () => {
    const { page, leave } = await visit(look);
    await playScene(page);
    const [content, window] = await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]);
    assert.ok(content <= window, `${content} px wide in a window of ${window} px`);
    // Colours that fade out are no colours to judge.
    await page.waitForTimeout(1700);
    assert.deepEqual(await page.evaluate(poorContrast), []);
    const file = (part) => join(screenshots, `${name}-${look.colorScheme}${part}.png`);
    await page.evaluate(() => scrollTo(0, 0));
    await page.screenshot({ path: file("") });
    await page.screenshot({ path: file("-whole"), fullPage: true });
    await leave();
  });
}

/** A little of everything: a catch-up, a full context, no change, and a phone that is offline with edits waiting. */
async function playScene(page) {
  const miles = page.locator("#miles");
  const nina = page.locator("#nina");
  await shout(page, "nina", 2);
  await settled(page, 3);
  await miles.getByRole("button", { name: "Strike Take Five" }).click();
  await settled(page, 4);
  await pull(page, "miles");
  const edits = ["Play Autumn Leaves", "So What is in Dm", "Strike Summertime", "One more shout", "Blue in Green is in Dm", "Add"];
  for (const [index, name] of edits.entries()) {
    await nina.getByRole("button", { name }).first().click();
    await settled(page, 5 + index);
  }
  await pull(page, "miles");
  await settled(page, 10);
  await nina.locator(".sync").click();
  await miles.getByRole("button", { name: "Play Blue in Green" }).click();
  await settled(page, 11);
  await pull(page, "miles");
  await miles.getByRole("button", { name: "My Favorite Things is in Em" }).click();
  await shout(page, "miles");
  await nina.getByRole("button", { name: "Strike All Blues" }).click();
  await settled(page, 12);
  await page.locator("#records summary").click();
  await page.locator(".store").first().waitFor();
  await page.mouse.move(0, 0);
  await page.evaluate(() => {
    document.activeElement.blur();
    document.querySelector("#rack").scrollLeft = 0;
  });
}

test("it fits the narrowest of phones", async () => {
  const { page, leave } = await visit({ width: 320, height: 640 });
  const [content, window] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  assert.ok(content <= window, `${content} px wide in a window of ${window} px`);
  await leave();
});

test("after a reload without a network it is all there, and works", async () => {
  const { page, context, stopServer, leave } = await visit();
  await page.getByText("Starts without a network").waitFor();
  await shout(page, "nina", 2);
  await settled(page, 3);
  await pull(page, "miles");
  await page.locator("#miles").getByRole("button", { name: "Strike Take Five" }).click();
  await page.waitForFunction(() => document.querySelector("#miles .state").textContent.includes("1 edit waits"));
  await context.setOffline(true);
  await page.getByText("Network off").waitFor();
  await stopServer();
  await page.reload();
  await ready(page);
  await page.waitForSelector("#nina .arrival");
  const [nina, miles] = [await phone(page, "nina"), await phone(page, "miles")];
  assert.equal(nina.version, 3);
  assert.equal(nina.encores, 2);
  assert.equal(nina.arrivals[0].type, "no_change", "it goes on from where it was");
  assert.equal(miles.online, false, "the plug stays pulled");
  assert.ok(miles.songs[3].struck && miles.songs[3].waiting, "what waited still waits");
  await pull(page, "miles");
  await settled(page, 4);
  assert.ok((await phone(page, "nina")).songs[3].struck);
  await leave();
});

test("a new version takes over when asked to, whole", async () => {
  const folder = mkdtempSync(join(tmpdir(), "chord-page-"));
  cpSync(await buildPage(), folder, { recursive: true });
  const { page, leave } = await visit({ folder });
  await page.getByText("Starts without a network").waitFor();
  publish(folder, "Second edition");
  await page.evaluate(() => navigator.serviceWorker.getRegistration().then((registration) => registration.update()));
  await page.getByRole("button", { name: "New version: reload" }).click();
  await page.waitForFunction(() => document.title === "Second edition");
  await ready(page);

  // Nobody presses the button: the next load brings it.
  publish(folder, "Third edition");
  await page.evaluate(() => navigator.serviceWorker.getRegistration().then((registration) => registration.update()));
  await page.getByRole("button", { name: "New version: reload" }).waitFor();
  await page.reload();
  await page.waitForFunction(() => document.title === "Third edition");
  await ready(page);
  assert.equal((await page.evaluate(() => caches.keys())).length, 1, "old files are gone");
  await leave();
  rmSync(folder, { recursive: true, force: true });
});

/** Publishes another build in the folder, with another title. */
function publish(folder, title) {
  const [index, worker] = ["index.html", "service-worker.js"].map((name) => join(folder, name));
  writeFileSync(index, readFileSync(index, "utf8").replace(/<title>.*?<\/title>/, `<title>${title}</title>`));
  writeFileSync(worker, readFileSync(worker, "utf8").replace(/"version":"[^"]*"/, `"version":"${title.replace(" ", "-")}"`));
}

test("starting over leaves nothing behind", async () => {
  const { page, leave } = await visit();
  await shout(page, "nina", 2);
  await settled(page, 3);
  await Promise.all([page.waitForEvent("load"), page.getByRole("button", { name: "Start over" }).click()]);
  await ready(page);
  assert.equal((await phone(page, "nina")).version, 1);
  await leave();
});
