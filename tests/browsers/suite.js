/** Runs the suite in one realm of a browser and judges what it reports. */
import { randomUUID } from "node:crypto";
import { Tally } from "./tally.js";

/** How many times a realm that hangs is begun anew before the rest counts as not run. */
const mostStalls = 3;

/** One go at the files, until their end or a stall. Gives `undefined`, or what stopped it. */
async function attempt({ browser, server, settings, tally, patience }) {
  const run = randomUUID();
  let progress;
  let timer;
  const outcome = new Promise((resolve) => {
    progress = (ms) => {
      clearTimeout(timer);
      timer = setTimeout(() => resolve("it stopped answering"), ms + patience);
    };
    server.listen(run, (event) => {
      progress(event.timeout ?? settings.timeout);
      if (event.type === "end") resolve(undefined);
      else if (event.type === "broken") resolve(event.failure);
      else tally.note(event);
    });
  });
  progress(settings.timeout);
  let page;
  try {
    page = await browser.open(`${server.url}/app/?${run}#${encodeURIComponent(JSON.stringify({ ...settings, run }))}`);
    const stop = await outcome;
    if (stop !== undefined) return [stop, ...(await page.errors().catch(() => []))].join("\n");
    await page.close();
  } catch (error) {
    return error.message;
  } finally {
    clearTimeout(timer);
    server.unlisten(run);
  }
}

/**
 * Runs `files` (names) in a realm ("page", "worker", "service-worker") over a backend, and gives the tally.
 *
 * A test that hangs the realm has failed: the browser is killed, and another goes on with the next test. So `launch` starts one, and
 * `browsers.current` is the one to use, now and afterwards.
 *
 * `timeout` is that of tests without one of their own, and `patience` how long a realm may be silent beyond the timeout of what it is in, both in
 * milliseconds.
 */
export async function runSuite({
  browsers,
  server,
  realm,
  backend,
  files,
  skips,
  only,
  print,
  located,
  timeout = 30_000,
  patience = 15_000,
}) {
  const tally = new Tally({ print, skips, located });
  const settings = { realm, backend, skips: skips.map(({ file, test, reason }) => ({ file, test, reason })), only, timeout };
  let rest = files;
  let from = 0;
  for (let stalls = 0; ; stalls += 1) {
    const stop = await attempt({ browser: browsers.current, server, settings: { ...settings, files: rest, from }, tally, patience });
    if (stop === undefined) break;
    await browsers.replace();
    const { file, index } = tally.stopped(stop);
    if (file === undefined || stalls === mostStalls) break;
    // What can't even be read is left out as a whole.
    rest = rest.slice(rest.indexOf(file) + (index < 0 ? 1 : 0));
    from = index + 1;
  }
  tally.finish({ files, isWhole: only === undefined });
  return tally;
}
