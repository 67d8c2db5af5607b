/**
 * `npm run bench:browsers [-- chromium …]`: Chord over IndexedDB beside the same written by hand, in each browser. Ratios come from one run
 * in one page; times are those of this machine at this moment.
 */
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { browserNames, ensureBrowsers } from "../../scripts/browsers.js";
import { pack } from "../../scripts/pack.js";
import { at } from "../../scripts/paths.js";
import { main } from "../../scripts/say.js";
import { bundle } from "../../tests/browsers/bundle.js";
import { drivers } from "../../tests/browsers/drivers/index.js";

/** At most this many times as long as by hand. */
const targets = {
  "update of a small context": 1.2,
  "update of a 54 KB context": 1.2,
  "1000 concurrent updates of one context": 0.1,
  "concurrent updates of 1000 contexts": 0.1,
  "open to first read of a 54 KB context": 1.5,
};
const mostBytes = 2048;
const print = (line) => process.stdout.write(`${line}\n`);

async function serve() {
  const { code } = await bundle(at("bench", "browsers", "page.js"));
  const wasm = await readFile(at("node_modules", "chord-sync", "chord-indexeddb.wasm"));
  const files = {
    "/": ['<!doctype html><meta charset="utf-8"><script type="module" src="/app/assets/page.js"></script>', "text/html"],
    "/app/assets/page.js": [code, "text/javascript"],
    "/chord-indexeddb.wasm": [wasm, "application/wasm"],
  };
  const server = createServer(({ url }, response) => {
    const [body, type] = files[url] ?? [];
    if (body === undefined) response.writeHead(404).end();
    else response.writeHead(200, { "content-type": type }).end(body);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  return { url: `http://127.0.0.1:${server.address().port}/`, close };
}

function report(version, { times, bytesPerChange }) {
  print(`\n${version}`);
  print(`${"".padEnd(44)}${"by hand".padStart(12)}${"Chord".padStart(12)}${"ratio".padStart(9)}${"at most".padStart(10)}`);
  for (const [name, { chord, hand }] of Object.entries(times)) {
    const ratio = chord / hand;
    const mark = ratio <= targets[name] ? "" : "  MISSED";
    const row = [`${hand.toFixed(2)} ms`.padStart(12), `${chord.toFixed(2)} ms`.padStart(12), ratio.toFixed(3).padStart(9)];
    print(`${name.padEnd(44)}${row.join("")}${String(targets[name]).padStart(10)}${mark}`);
  }
  const mark = bytesPerChange <= mostBytes ? "" : "  MISSED";
  print(
    `${"bytes written for one field of 54 KB".padEnd(44)}${bytesPerChange.toFixed(0).padStart(24)}${String(mostBytes).padStart(19)}${mark}`,
  );
}

await main(async () => {
  const names = process.argv.length > 2 ? process.argv.slice(2) : browserNames;
  const programs = await ensureBrowsers(names);
  await pack();
  const server = await serve();
  try {
    for (const name of names) {
      const browser = await drivers[name].launch(programs[name]);
      try {
        const page = await browser.open(server.url);
        await page.evaluate(
          "new Promise((resolve) => { const wait = () => globalThis.measure ? resolve(1) : setTimeout(wait, 20); wait(); })",
        );
        await page.evaluate("void (globalThis.outcome = measure().then((value) => ({ value }), (error) => ({ error: String(error) })))");
        let outcome;
        while (outcome === undefined) {
          outcome = await page
            .evaluate("Promise.race([outcome, new Promise((resolve) => setTimeout(resolve, 5000, null))])")
            .catch(() => null);
          outcome ??= undefined;
        }
        if (outcome.error !== undefined) print(`\n${browser.version}: ${outcome.error}`);
        else report(browser.version, outcome.value);
      } finally {
        await browser.close();
      }
    }
  } finally {
    server.close();
  }
});
