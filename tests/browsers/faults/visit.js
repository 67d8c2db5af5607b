/** Browsers whose pages and workers run functions of the tests. */
import { after, before, describe } from "node:test";
import { browserNames, ensureBrowsers } from "../../../scripts/browsers.js";
import { drivers } from "../drivers/index.js";
import { serve } from "./server.js";

const found = await ensureBrowsers();

/** A page of `browser` whose realms run functions of the tests: they get `input`, see nothing but globals (see page/realm.js), and give JSON. */
export async function openPage(browser, server) {
  const page = await browser.open(server.url);
  const runIn = (realm, work, input, ms = 60_000) => {
    const begin = (key) => page.evaluate(`void runIn(${JSON.stringify(realm)}, ${JSON.stringify({ key, text: String(work), input })})`);
    return server.outcome(begin, `${realm}: ${String(work).slice(0, 200)}`, ms);
  };
  return {
    ...page,
    run: (work, input, ms) => runIn("page", work, input, ms),
    runInWorker: (work, input, ms) => runIn("worker", work, input, ms),
    runInServiceWorker: (work, input, ms) => runIn("service-worker", work, input, ms),
  };
}

/** Tests in each of these browsers that there is. `define` gets a visit, which is under way by the time that they run: `{ browser, server, open() }`. */
export function describeIn(names, define, { profile } = {}) {
  for (const name of names) {
    describe(name, { skip: found[name].missing }, () => {
      const visit = {};
      before(async () => {
        visit.server = await serve();
        visit.browser = await drivers[name].launch(found[name], { profile });
        visit.open = () => openPage(visit.browser, visit.server);
      });
      after(async () => {
        await visit.browser?.close();
        await visit.server?.close();
      });
      define(visit, name);
    });
  }
}

/** The programs of a browser, or why there are none. */
export const programsOf = (name) => found[name];
export const everyBrowser = browserNames;
