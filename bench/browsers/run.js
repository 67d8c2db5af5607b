/**
 * `npm run bench:browsers [-- chromium …] [-- --save]`: Chord over IndexedDB beside the same written by hand, in each browser. Ratios come from one run
 * in one page; times are those of this machine at this moment.
 */
import { parseArgs } from "node:util";
import { browserNames } from "../../scripts/browsers.js";
import { pack } from "../../scripts/pack.js";
import { ensurePeers } from "../../scripts/packages.js";
import { main } from "../../scripts/say.js";
import { saveIndexedDb } from "../results.js";
import { openBrowser } from "./open.js";

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
  const { values, positionals } = parseArgs({ options: { save: { type: "boolean" } }, allowPositionals: true });
  await pack();
  await ensurePeers();
  const written = [];
  for (const name of positionals.length > 0 ? positionals : browserNames) {
    const browser = await openBrowser(name);
    if (browser.missing !== undefined) continue;
    try {
      const measured = await browser.evaluate("measureIndexedDb()");
      report(browser.version, measured);
      if (values.save) written.push(...saveIndexedDb(name, browser.version, measured));
    } finally {
      await browser.end();
    }
  }
  for (const file of new Set(written)) print(`written: ${file}`);
});
