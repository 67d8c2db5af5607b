/** The package as it is, without a bundler, in the kinds of workers, under policies, and where its module can't be had. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { after, afterEach, before, beforeEach, describe, test } from "node:test";
import { serve } from "../../scripts/serve.js";
import { evaluate, launch, open } from "./chromium.js";
import { first, second } from "./outcomes.js";
import { makeProject } from "./project.js";

const { browser, missing } = await launch();

describe("without a bundler", { timeout: 120_000, skip: missing }, () => {
  let project;
  let server;
  let context;

  before(async () => {
    project = await makeProject("realms");
    server = await serve(project.folder);
  });

  beforeEach(async () => {
    context = await browser.newContext();
  });

  afterEach(() => context.close());

  after(async () => {
    await browser.close();
    await server?.close();
    await project?.remove();
  });

  const openPage = (name) => open(context, `${server.url}${name}.html`);
  const outcomesOf = (opened) => evaluate(opened, "globalThis.outcomes");

  test("a shared worker serves two pages from one instance", async () => {
    const one = await outcomesOf(await openPage("shared"));
    assert.deepEqual(one, { outcome: JSON.stringify(first), visits: 1 });
    const other = await outcomesOf(await openPage("shared"));
    assert.deepEqual(other, { outcome: JSON.stringify(second), visits: 2 });
  });

  test("a service worker that was stopped is rebuilt and finds what it stored", async () => {
    const opened = await openPage("service");
    const visit = () => evaluate(opened, "globalThis.visit", "globalThis.visit()");
    const [one, two] = [await visit(), await visit()];
    assert.deepEqual([one.type, one.version, one.visits], ["full_context", 2, 1]);
    assert.deepEqual(two, { instance: one.instance, type: "delta", version: 3, visits: 2 });

    const session = await context.newCDPSession(opened.page);
    let isRunning = false;
    const stopped = new Promise((resolve) => {
      session.on("ServiceWorker.workerVersionUpdated", ({ versions }) => {
        for (const { runningStatus } of versions) {
          if (runningStatus === "running") isRunning = true;
          if (runningStatus === "stopped" && isRunning) resolve();
        }
      });
    });
    await session.send("ServiceWorker.enable");
    await session.send("ServiceWorker.stopAllWorkers");
    await Promise.race([stopped, once(AbortSignal.timeout(20_000), "abort").then(() => assert.fail("the worker was not stopped"))]);

    const three = await visit();
    assert.notEqual(three.instance, one.instance);
    assert.deepEqual([three.type, three.version, three.visits], ["delta", 4, 3]);
  });

  test("a policy with 'wasm-unsafe-eval' lets it work", async () => {
    const opened = await openPage("allowed");
    assert.equal(await outcomesOf(opened), JSON.stringify(first));
    assert.deepEqual(opened.errors, []);
  });

  test("a policy without is an error that names the directive", async () => {
    const { name, code, message } = await outcomesOf(await openPage("forbidden"));
    assert.deepEqual([name, code], ["ChordError", "backend_unavailable"]);
    assert.match(message, /Content-Security-Policy forbids WebAssembly; add 'wasm-unsafe-eval' to its script-src$/);
  });

  for (const [what, answer, told] of [
    ["isn't served", { status: 404, body: "" }, /answered with status 404/],
    ["is a page for whatever isn't there", { contentType: "text/html", body: "<!doctype html>" }, /answered with a page/],
  ]) {
    test(`a module that ${what} is an error that says what to do`, async () => {
      await context.route("**/chord.wasm", (route) => route.fulfill(answer));
      const { name, code, message } = await outcomesOf(await openPage("refused"));
      assert.deepEqual([name, code], ["ChordError", "backend_unavailable"]);
      assert.match(message, told);
      assert.match(message, /\/chord\.wasm .*option wasm.*chord-sync\/inline/);
    });
  }
});
