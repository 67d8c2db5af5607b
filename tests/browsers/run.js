/**
 * Runs the suite in browsers, by hand or from `npm test`:
 *
 *     node tests/browsers/run.js [--browser chromium] [--realm worker] [--backend indexeddb] [--only "part of a file's or a test's name"]
 *
 * Without an option, all of its kind; but memory is the same everywhere in a browser, so it runs in a page unless a realm is named. `--report` names a file for the counts, as JSON.
 */
import { writeFileSync } from "node:fs";
import { basename } from "node:path";
import { parseArgs } from "node:util";
import { browserNames, ensureBrowsers } from "../../scripts/browsers.js";
import { at } from "../../scripts/paths.js";
import { duration, Failure, main } from "../../scripts/say.js";
import { filesBelow } from "../../scripts/step.js";
import { summed } from "../../scripts/test/counts.js";
import { bundleSuite } from "./bundle.js";
import { replaceable } from "./drivers/index.js";
import { serve } from "./server.js";
import { skipsFor } from "./skipped.js";
import { runSuite } from "./suite.js";

const allRealms = ["page", "worker", "service-worker"];
const backends = ["memory", "indexeddb"];
const print = (line) => process.stdout.write(`${line}\n`);

function chosen(option, all, value) {
  if (value === undefined) return all;
  if (!all.includes(value)) throw new Failure(`--${option} must be one of ${all.join(", ")}, not ${value}.`);
  return [value];
}

/** Every realm over every backend in one browser process; gives their counts. */
async function runBrowser(name, programs, { server, suite, files, only, backends, realms }) {
  const counts = [];
  const browsers = await replaceable(name, programs);
  try {
    for (const backend of backends) {
      for (const realm of realms ?? (backend === "memory" ? ["page"] : allRealms)) {
        const started = performance.now();
        print(`▶ ${browsers.current.version}, ${realm}, ${backend}`);
        const skips = skipsFor({ browser: name, realm, backend });
        const tally = await runSuite({ browsers, server, realm, backend, files, skips, only, print, located: suite.located });
        const { passed, failed, skipped } = tally.counts;
        print(`  ${passed} passed, ${failed} failed, ${skipped} skipped in ${duration(performance.now() - started)}\n`);
        const failures = tally.failures.map((failure) => `${realm}, ${backend}: ${failure}`);
        counts.push({ ...tally.counts, failures });
      }
    }
  } finally {
    await browsers.current.close();
  }
  return counts;
}

await main(async () => {
  const options = ["browser", "realm", "backend", "only", "report"];
  const { values } = parseArgs({ options: Object.fromEntries(options.map((name) => [name, { type: "string" }])) });
  const paths = filesBelow(at("tests", "js")).filter((path) => path.endsWith(".test.js"));
  const plan = {
    only: values.only,
    files: paths.map((path) => basename(path)),
    backends: chosen("backend", backends, values.backend),
    realms: values.realm && chosen("realm", allRealms, values.realm),
  };
  const names = chosen("browser", browserNames, values.browser);
  const found = await ensureBrowsers(names);
  const suite = await bundleSuite(paths);
  const server = await serve(suite.code);
  const counts = [];
  try {
    for (const name of names) {
      if (found[name].missing) throw new Failure(found[name].missing);
      counts.push(...(await runBrowser(name, found[name], { ...plan, server, suite })));
    }
  } finally {
    await server.close();
  }
  const sum = summed(counts);
  if (values.report !== undefined) writeFileSync(values.report, `${JSON.stringify(sum)}\n`);
  return sum.failed === 0 ? 0 : 1;
});
