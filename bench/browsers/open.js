/** Browsers with the benchmark's page in them. */
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { ensureBrowsers } from "../../scripts/browsers.js";
import { at } from "../../scripts/paths.js";
import { bundle } from "../../tests/browsers/bundle.js";
import { drivers } from "../../tests/browsers/drivers/index.js";

// Alone among its kind, a page is given the finest clock its browser has.
const isolated = { "cross-origin-opener-policy": "same-origin", "cross-origin-embedder-policy": "require-corp" };

async function serve() {
  const { code } = await bundle(at("bench", "browsers", "page.js"), { loader: { ".wasm": "empty" } });
  const wasm = async (name) => [await readFile(at("node_modules", "chord-sync", name)), "application/wasm"];
  const files = {
    "/": ['<!doctype html><meta charset="utf-8"><script type="module" src="/app/assets/page.js"></script>', "text/html"],
    "/app/assets/page.js": [code, "text/javascript"],
    "/chord.wasm": await wasm("chord.wasm"),
    "/chord-indexeddb.wasm": await wasm("chord-indexeddb.wasm"),
  };
  const server = createServer(({ url }, response) => {
    const [body, type] = files[url] ?? [];
    if (body === undefined) response.writeHead(404).end();
    else response.writeHead(200, { ...isolated, "content-type": type }).end(body);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  return { url: `http://127.0.0.1:${server.address().port}/`, close };
}

/** A browser by name: `{ version, evaluate(expression), end() }`, or `{ missing }`. Each expression has a page of its own, and may take minutes. */
export async function openBrowser(name) {
  const programs = (await ensureBrowsers([name]))[name];
  if (programs.missing !== undefined) return { missing: programs.missing };
  const server = await serve();
  const browser = await drivers[name].launch(programs);
  return {
    version: browser.version,

    async evaluate(expression) {
      const page = await browser.open(server.url);
      try {
        return await outcomeOf(page, expression);
      } finally {
        await page.close().catch(() => {});
      }
    },

    async end() {
      await browser.close();
      server.close();
    },
  };
}

/** Asked for every few seconds, because a driver waits for an answer only so long. */
async function outcomeOf(page, expression) {
  await page.evaluate("new Promise((resolve) => { const wait = () => globalThis.measure ? resolve(1) : setTimeout(wait, 20); wait(); })");
  const started = `${expression}.then((value) => ({ value }), (error) => ({ error: String(error?.stack ?? error) }))`;
  await page.evaluate(`void (globalThis.outcome = ${started})`);
  for (;;) {
    const outcome = await page
      .evaluate("Promise.race([outcome, new Promise((resolve) => setTimeout(resolve, 5000, null))])")
      .catch(() => null);
    if (outcome?.error !== undefined) throw new Error(outcome.error);
    if (outcome !== null) return outcome.value;
  }
}
