/**
 * Runs the suite in browsers, by hand or from `npm test`:
 *
 *     node tests/browsers/run.js [--browser chromium] [--realm worker] [--backend indexeddb] [--only "part of a file's or a test's name"]
 *
 * Without an option, all of its kind. The last line is a JSON object of counts.
 */
import { writeFileSync } from "node:fs";
import { basename } from "node:path";
import { parseArgs } from "node:util";
import { browserNames, ensureBrowsers } from "../../scripts/browsers.js";
import { at } from "../../scripts/paths.js";
import { duration, Failure, main } from "../../scripts/say.js";
import { filesBelow } from "../../scripts/step.js";
import { bundle } from "./bundle.js";
import { drivers } from "./drivers/index.js";
import { serve } from "./server.js";
import { skipsFor } from "./skipped.js";
import { runSuite } from "./suite.js";

const realms = ["page", "worker", "service-worker"];
const backends = ["memory", "indexeddb"];
const print = (line) => process.stdout.write(`${line}\n`);

function chosen(option, all, value) {
  if (value === undefined) return all;
  if (!all.includes(value)) throw new Failure(`--${option} must be one of ${all.join(", ")}, not ${value}.`);
  return [value];
}

await main(async () => {
  const { values } = parseArgs({
    options: Object.fromEntries(["browser", "realm", "backend", "only", "report"].map((name) => [name, { type: "string" }])),
  });
  const { only } = values;
  const paths = filesBelow(at("tests", "js")).filter((path) => path.endsWith(".test.js"));
  const files = paths.map((path) => basename(path));
  const names = chosen("browser", browserNames, values.browser);
  const found = await ensureBrowsers(names);
  const server = await serve(await bundle(paths));
  const sum = { passed: 0, failed: 0, skipped: 0 };
  try {
    for (const name of names) {
      if (found[name].missing) {
        print(`${found[name].missing}`);
        sum.failed += 1;
        continue;
      }
      const browser = await drivers[name].launch(found[name]);
      try {
        for (const backend of chosen("backend", backends, values.backend)) {
          for (const realm of chosen("realm", realms, values.realm)) {
            const started = performance.now();
            print(`▶ ${browser.version}, ${realm}, ${backend}`);
            const skips = skipsFor({ browser: name, realm, backend });
            const { counts } = await runSuite({ browser, server, realm, backend, files, skips, only, print });
            for (const [key, value] of Object.entries(counts)) sum[key] += value;
            print(`  ${JSON.stringify(counts)} in ${duration(performance.now() - started)}`);
          }
        }
      } finally {
        await browser.close();
      }
    }
  } finally {
    await server.close();
  }
  if (values.report !== undefined) writeFileSync(values.report, JSON.stringify(sum));
  return sum.failed === 0 ? 0 : 1;
});
