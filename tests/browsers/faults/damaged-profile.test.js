/** Chromium's files are damaged while it doesn't run: it starts, pages work, and Chord has what was there, or says what is the matter, or begins anew. */
import assert from "node:assert/strict";
import { closeSync, ftruncateSync, openSync, readdirSync, rmSync, statSync, writeSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { drivers } from "../drivers/index.js";
import { temporaryFolder } from "../drivers/program.js";
import { serve } from "./server.js";
import { openPage, programsOf } from "./visit.js";

const contexts = 100;

/** The files of the databases in a profile by pattern. */
function filesOf(profile, pattern) {
  const folder = join(profile, "Default", "IndexedDB");
  const files = readdirSync(folder, { recursive: true }).filter((name) => pattern.test(name));
  return files.map((name) => join(folder, name));
}

function overwrite(path, from, bytes) {
  const file = openSync(path, "r+");
  writeSync(file, Buffer.alloc(bytes, 0xa5), 0, bytes, from);
  closeSync(file);
}

function truncate(path, bytes) {
  const file = openSync(path, "r+");
  ftruncateSync(file, bytes);
  closeSync(file);
}

const middle = (path) => Math.floor(statSync(path).size / 2);

/** What is done to each file of a kind. */
const damages = {
  "the log cut in half": { pattern: /\.log$/, damage: (path) => truncate(path, middle(path)) },
  "the log overwritten in its middle": { pattern: /\.log$/, damage: (path) => overwrite(path, middle(path), 200) },
  "no log": { pattern: /\.log$/, damage: rmSync },
  "an overwritten manifest": { pattern: /MANIFEST/, damage: (path) => overwrite(path, 0, 40) },
  "no manifest": { pattern: /MANIFEST/, damage: rmSync },
  "another manifest named": { pattern: /CURRENT$/, damage: (path) => overwrite(path, 0, 12) },
  "overwritten tables": { pattern: /\.ldb$/, damage: (path) => overwrite(path, middle(path), 5_000) },
  "no file of a large value": { pattern: /\.blob.\d+.\d\d.[0-9a-f]+$/, damage: rmSync, spares: "small contexts" },
  "an overwritten file of a large value": {
    pattern: /\.blob.\d+.\d\d.[0-9a-f]+$/,
    damage: (path) => overwrite(path, 0, statSync(path).size),
    spares: "small contexts",
  },
  "no tables": { pattern: /\.ldb$/, damage: rmSync },
};

/** Writes enough that there are tables besides the log, and one value that gets a file of its own. */
async function write(contexts) {
  const noise = (length) => Array.from({ length: length / 10 }, () => Math.random().toString(36).slice(2, 12).padEnd(10, "x")).join("");
  const chord = await open("kept");
  await chord.setContext("large", { noise: noise(200_000) });
  for (let number = 0; number < contexts; number += 1) await chord.setContext(`c${number}`, { number, noise: noise(50_000) });
  await chord.updateContext("c0", { updated: true });
  await chord.close();
}

/** What a page finds; some of it is asked for together. */
async function look(contexts) {
  const opened = await timed(open("kept", { timeout: 5_000 }));
  if (opened.code) return { calls: { opened } };
  globalThis.chord = opened.value;
  opened.value = undefined;
  const reads = ["large", "c0", `c${contexts - 1}`].map((id) => timed(chord.getContext(id)));
  const [large, first, last] = await Promise.all(reads);
  const list = await timed(chord.listContexts());
  const written = await timed(chord.setContext("new", { works: true }));
  const replaced = await timed(chord.setContext("large", { noise: "" }));
  const lengths = [large, first, last].map(({ value }) => value?.context.noise.length);
  const count = list.value?.contexts.length;
  for (const each of [large, first, last, list, written, replaced]) each.value = each.value !== undefined;
  return { calls: { opened, large, first, last, list, written, replaced }, lengths, count };
}

async function isUsable() {
  await globalThis.chord?.close();
  try {
    const fresh = await open("kept", { timeout: 5_000 });
    await fresh.setContext("new", { works: true });
    const { context } = await fresh.getContext("new");
    await fresh.close();
    return context.works;
  } catch {
    return false;
  }
}

for (const [what, { pattern, damage, spares }] of Object.entries(damages)) {
  test(`chromium: ${what}`, { skip: programsOf("chromium").missing, timeout: 120_000 }, async (context) => {
    const { folder: profile, remove } = temporaryFolder();
    const server = await serve();
    const launch = () => drivers.chromium.launch(programsOf("chromium"), { profile });
    let browser = await launch();
    try {
      await (await openPage(browser, server)).run(write, contexts);
      await browser.close();
      if (filesOf(profile, pattern).length === 0) {
        browser = await launch();
        await (await openPage(browser, server)).run(write, contexts);
        await browser.close();
      }
      const damaged = filesOf(profile, pattern);
      assert.ok(damaged.length > 0, "there is something to damage");
      for (const path of damaged) damage(path);
      browser = await launch();
      const page = await openPage(browser, server);
      const seen = await page.run(look, contexts);
      const { calls, lengths, count } = seen;
      context.diagnostic(`${Object.entries(calls).map(([name, { code = "ok" }]) => `${name} ${code}`)}, ${lengths}, ${count} contexts`);
      for (const { code, message, took } of Object.values(calls)) {
        assert.ok([undefined, "backend_unavailable", "backend_error"].includes(code), `${code}: ${message}`);
        assert.ok(took < 7_000, `took ${took} ms`);
      }
      if (calls.opened.code === undefined) {
        const whole = [200_000, 50_000, 50_000];
        assert.ok(
          lengths.every((length, place) => [undefined, null, whole[place]].includes(length)),
          "what is given is whole",
        );
      }
      if (spares !== undefined) {
        assert.deepEqual(lengths.slice(1), [50_000, 50_000]);
        assert.deepEqual([calls.written.code, calls.replaced.code], [undefined, undefined]);
        assert.equal(calls.large.code, "backend_error");
      }
      assert.equal(await page.run(() => 1 + 1), 2, "the page is alive");
      // At the latest once the site's data has been cleared, everything works.
      let again = "as it is";
      if (!(await page.run(isUsable))) {
        again = "once the database has been deleted";
        await page.run(() => outcomeOf(raw.remove("kept")));
      }
      if (!(await page.run(isUsable))) {
        again = "once site data has been cleared";
        const { origin } = new URL(server.url);
        await page.command("Storage.clearDataForOrigin", { origin, storageTypes: "all" });
      }
      assert.ok(await page.run(isUsable));
      context.diagnostic(`usable: ${again}`);
      assert.deepEqual(
        (await page.errors()).filter((error) => /crashed/.test(error)),
        [],
      );
    } finally {
      await browser.close();
      await server.close();
      remove();
    }
  });
}
