/** Runs the suite in one realm of a browser and judges what it reports. */
import { randomUUID } from "node:crypto";
import { Tally } from "./tally.js";

/** How long a realm may be silent beyond what the test it is in may take; then it hangs. */
const patience = 15_000;
/** How many times a realm that hangs is begun anew before the rest counts as not run. */
const mostStalls = 3;

/**
 * One go at the files: opens a page that runs them, until their end or a stall. Gives `{ end }`: "end", or what went wrong.
 */
async function attempt({ browser, server, settings, tally, patience }) {
  const run = randomUUID();
  let progress;
  let timer;
  const outcome = new Promise((resolve) => {
    progress = (ms) => {
      clearTimeout(timer);
      timer = setTimeout(() => resolve("it stopped answering"), ms);
    };
    server.listen(run, (event) => {
      progress((event.timeout ?? settings.timeout) + patience);
      if (event.type === "end") resolve("end");
      else if (event.type === "broken") resolve(event.failure);
      else tally.note(event);
    });
  });
  progress(settings.timeout + patience);
  let page;
  try {
    page = await browser.open(`${server.url}/app/?${run}#${encodeURIComponent(JSON.stringify({ ...settings, run }))}`);
    const end = await outcome;
    return end === "end" ? end : [end, ...page.errors].join("\n");
  } catch (error) {
    return error.message;
  } finally {
    clearTimeout(timer);
    server.listen(run, () => {})();
    // A page that hangs may not close; the browser's end closes it.
    await page?.close().catch(() => {});
  }
}

/**
 * Runs `files` (names) in a realm ("page", "worker", "service-worker") of a launched browser over a backend. Gives the tally.
 *
 * A test that hangs the realm has failed, and a fresh realm goes on with the next one.
 */
export async function runSuite({ browser, server, realm, backend, files, skips, only, timeout = 30_000, print, silence = patience }) {
  const tally = new Tally({ print, skips });
  const settings = { realm, backend, skips: skips.map(({ file, test, reason }) => ({ file, test, reason })), only, timeout };
  let rest = files;
  let from = 0;
  for (let stalls = 0; ; stalls += 1) {
    const end = await attempt({ browser, server, settings: { ...settings, files: rest, from }, tally, patience: silence });
    if (end === "end") break;
    const { file, index } = tally.stalled(end);
    if (file === undefined || stalls === mostStalls) break;
    rest = rest.slice(rest.indexOf(file));
    from = index + 1;
  }
  tally.finish({ files, isWhole: only === undefined });
  return tally;
}
