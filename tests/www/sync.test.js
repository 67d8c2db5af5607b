/** What a visitor sees of Chord on the live page. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, phone, pull, quit, ready, settled, shout, visit } from "./visit.js";

before(launch);
after(quit);

test("both phones begin with the full context", async () => {
  const { page, leave } = await visit();
  for (const id of ["nina", "miles"]) {
    const { version, songs, arrivals } = await phone(page, id);
    assert.equal(version, 1);
    assert.equal(songs.length, 8);
    assert.deepEqual(
      arrivals.map(({ type }) => type),
      ["full_context"],
    );
  }
  await leave();
});

test("edits of every kind arrive on the other phone, each as a delta", async () => {
  const { page, leave } = await visit();
  const nina = page.locator("#nina");
  await shout(page, "nina");
  await nina.getByRole("button", { name: "So What is in Dm" }).click();
  await nina.getByRole("button", { name: "Strike Take Five" }).click();
  await nina.getByRole("button", { name: "Play Summertime" }).click();
  await nina.getByLabel("Note to the band").fill("Slowly");
  await nina.getByLabel("Note to the band").press("Enter");
  await nina.getByLabel("Title of a song to add").fill("Giant Steps");
  await nina.getByRole("button", { name: "Add", exact: true }).click();
  await settled(page, 7);

  const miles = await phone(page, "miles");
  assert.equal(miles.version, 7);
  assert.equal(miles.encores, 1);
  assert.equal(miles.note, "Slowly");
  assert.equal(miles.songs[0].key, "E♭m");
  assert.ok(miles.songs[3].struck);
  assert.ok(miles.songs[5].playing);
  assert.equal(miles.songs.at(-1).title, "Giant Steps");
  assert.equal(miles.arrivals[0].type, "delta");
  assert.deepEqual(miles.songs, (await phone(page, "nina")).songs);

  // And back: what was added can be removed.
  await page.locator("#miles").getByRole("button", { name: "Put Take Five back" }).click();
  await page.locator("#miles").getByRole("button", { name: "Remove the note" }).click();
  await settled(page, 9);
  const back = await phone(page, "nina");
  assert.equal(back.version, 9);
  assert.equal(back.note, "");
  assert.ok(!back.songs[3].struck);
  await leave();
});

test("a phone that was offline sends what it did and catches up with one delta", async () => {
  const { page, leave } = await visit();
  await pull(page, "miles");
  await shout(page, "nina", 3);
  await settled(page, 4);
  await shout(page, "miles", 2);
  await page.locator("#miles").getByRole("button", { name: "Blue in Green is in Dm" }).click();
  await page.waitForFunction(() => document.querySelector("#miles .state").textContent.includes("3 edits wait"));
  const apart = await phone(page, "miles");
  assert.match(apart.state, /version 1 · 3 behind · 3 edits wait/);
  assert.equal(apart.encores, 2, "its own edits show at once");
  assert.ok(apart.songs[2].waiting);

  await pull(page, "miles");
  await settled(page, 7);
  const [miles, nina] = [await phone(page, "miles"), await phone(page, "nina")];
  assert.equal(miles.encores, 5, "increments of both sides are kept");
  assert.deepEqual(miles.songs, nina.songs);
  assert.equal(miles.songs[2].key, "E♭m");
  assert.deepEqual(
    miles.arrivals.map(({ type, versions }) => [type, versions]),
    [
      ["delta", "v1 → v7"],
      ["full_context", "v1"],
    ],
  );
  await leave();
});

test("a phone that missed more than the server remembers gets the full context", async () => {
  const { page, leave } = await visit();
  await pull(page, "miles");
  await shout(page, "nina", 30);
  await settled(page, 31);
  assert.match((await phone(page, "miles")).state, /30 behind, too far for a delta/);
  await pull(page, "miles");
  await settled(page, 31);
  const miles = await phone(page, "miles");
  assert.equal(miles.arrivals[0].type, "full_context");
  assert.equal(miles.encores, 30);
  assert.equal(await page.locator(".notes .note").count(), 24, "the timeline shows what is kept");
  assert.match(await page.locator(".rest").textContent(), /v1–7 forgotten/);
  await leave();
});

test("asking when nothing has changed is answered so", async () => {
  const { page, leave } = await visit();
  await page.locator("#nina").getByRole("button", { name: "Ask now" }).click();
  await page.waitForSelector("#nina .arrival.no_change");
  assert.equal(await page.locator("#ledger .types .no_change b").textContent(), "1");
  await leave();
});

test("an answer lost on the way does no harm: edits sent again count once", async () => {
  const { page, leave } = await visit();
  await page.locator("#latency").fill("1000");
  await shout(page, "nina");
  // Half a round trip later the server has it and its answer is under way.
  await page.waitForFunction(() => document.querySelector("#score-facts").textContent.includes("version 2"));
  await pull(page, "nina");
  assert.match((await phone(page, "nina")).state, /1 edit waits/);
  await page.locator("#latency").fill("0");
  await pull(page, "nina");
  await settled(page, 2);
  assert.equal((await phone(page, "nina")).encores, 1);
  assert.equal((await phone(page, "miles")).encores, 1);
  await leave();
});

test("more phones can join, and a jam moves them all", async () => {
  const { page, leave } = await visit();
  await page.getByRole("button", { name: "Add Ella’s phone" }).click();
  await page.getByRole("button", { name: "Add Max’s phone" }).click();
  await page.waitForSelector("#max .arrival.full_context");
  assert.equal(await page.locator("#join").isHidden(), true);
  await page.getByRole("button", { name: "Jam for 8 seconds" }).click();
  await page.waitForFunction(() => document.querySelectorAll(".notes .note").length > 8);
  await page.getByRole("button", { name: "Stop" }).click();
  await settled(page);
  const views = await Promise.all(["nina", "miles", "ella", "max"].map((id) => phone(page, id)));
  for (const { songs, encores, note } of views)
    assert.deepEqual({ songs, encores, note }, { songs: views[0].songs, encores: views[0].encores, note: views[0].note });
  assert.match(await page.locator(".share").textContent(), /\d+ % less/);
  await leave();
});

test("cleanup takes the deltas whose time is over, says so, and the next answer is the full context", async () => {
  const { page, leave } = await visit();
  await page.locator("#cleanup .switch").click();
  await shout(page, "nina", 3);
  await settled(page, 4);
  await pull(page, "miles");
  await page.locator("#skip-time").click();
  await page.locator("#clean").click();
  await page.waitForFunction(() => document.querySelector(".runs li")?.textContent.includes("nothing to do"));
  await shout(page, "nina");
  await settled(page, 5);
  await page.locator("#skip-time").click();
  await page.waitForSelector(".notes .expired");
  assert.equal(await page.locator(".notes .expired").count(), 4);
  await page.locator("#clean").click();
  await page.waitForFunction(() => document.querySelector(".runs li").textContent.includes("v1–4 went, 4 deltas"));
  assert.equal(await page.locator(".notes .note").count(), 1);
  await pull(page, "miles");
  await settled(page, 5);
  // It had version 4, and the delta to 5 is still there.
  assert.equal((await phone(page, "miles")).arrivals[0].type, "delta");

  await pull(page, "miles");
  await shout(page, "nina", 2);
  await settled(page, 7);
  await page.locator("#skip-time").click();
  await page.locator("#skip-time").click();
  await page.locator("#cleanup .switch").click();
  await page.waitForFunction(() => document.querySelector(".runs li").textContent.includes("by the serverv5–7 went"));
  await pull(page, "miles");
  await settled(page, 7);
  assert.equal((await phone(page, "miles")).arrivals[0].type, "full_context");
  await leave();
});

test("a version of the timeline shows what it changed, who did it, and in how many bytes", async () => {
  const { page, leave } = await visit();
  await page.locator("#miles").getByRole("button", { name: "Autumn Leaves is in Gm" }).click();
  await settled(page, 2);
  await shout(page, "nina");
  await settled(page, 3);
  await page.getByRole("button", { name: /^Version 2 by Miles/ }).click();
  await page.getByRole("heading", { name: "Version 2" }).waitFor();
  assert.match(await page.locator("#diff .facts").textContent(), /^Miles · .* · 1 change · \d+ B$/);
  assert.equal(await page.locator(".change dt").textContent(), "songs›autumn-leaves›key");
  assert.equal(await page.locator(".change del").textContent(), "Gm");
  assert.equal(await page.locator(".change ins").textContent(), "A♭m");
  await page.getByRole("button", { name: "Follow the latest" }).click();
  await page.getByRole("heading", { name: "Version 3" }).waitFor();
  assert.equal(await page.locator(".change dt").textContent(), "encores");
  await leave();
});

test("two tabs on the same databases lose nothing and count nothing twice", async () => {
  const { page, context, url, leave } = await visit();
  const other = await context.newPage();
  await other.goto(url);
  await ready(other);
  await Promise.all([shout(page, "nina", 4), shout(other, "nina", 4), shout(other, "miles", 2)]);
  for (const tab of [page, other]) {
    await settled(tab, 11);
    assert.equal((await phone(tab, "nina")).encores, 10);
    assert.equal((await phone(tab, "miles")).encores, 10);
  }
  await leave();
});
