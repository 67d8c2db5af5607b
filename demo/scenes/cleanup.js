import { Chord } from "chord-sync";
import { mark, say, title } from "../terminal.js";

const MINUTE = 60_000;

/** Old contexts leave, those in use stay. The clock is handed in, so an hour passes at once. */
export async function cleanup(verdict) {
  title("Cleanup: what nobody changed for an hour goes, a few at a time");
  let now = Date.UTC(2026, 0, 1);
  let serverRuns = 0;
  const gone = [];
  const chord = await Chord.open({
    contextAutoDelete: true,
    contextTtl: 60 * MINUTE,
    timeProvider: () => now,
    telemetry: ({ name }) => {
      if (name === "chord.cleanup.run.stop") serverRuns += 1;
    },
  });
  chord.subscribe("*", (event) => {
    if (event.type === "delete") gone.push(event.contextId);
  });

  for (let i = 0; i < 10; i += 1) await chord.setContext(`visitor:${i}`, { page: "/" });
  now += 40 * MINUTE;
  for (const i of [0, 5, 9]) await chord.updateContext(`visitor:${i}`, { page: "/pricing" });
  now += 40 * MINUTE;

  const runs = [];
  do runs.push((await chord.cleanup({ limit: 3 })).contexts);
  while (runs.at(-1) > 0);
  const left = await names(chord);
  const inTurns = verdict.expect(runs.join() === "3,3,1,0", `seven of ten go, at most three at a time (went: ${runs.join(", ")})`);
  const kept = verdict.expect(left === "visitor:0 visitor:5 visitor:9", `the three in use stay (left: ${left})`);
  verdict.expect(gone.length === 7, "subscribers hear of each of them");
  say(`${mark(inTurns)} by hand    10 contexts, 80 minutes later 7 are stale: runs of limit 3 remove ${runs.join(", ")}`);
  say(`${mark(kept)} kept       ${left}: changed 40 minutes ago`);

  now += 40 * MINUTE;
  serverRuns = 0;
  chord.startCleanupServer({ interval: 10 });
  const emptied = await until(async () => (await names(chord)) === "");
  chord.stopCleanupServer();
  const swept = verdict.expect(emptied && gone.length === 10, "the cleanup server removes the rest by itself");
  say(
    `${mark(swept)} by server  another 40 minutes: the cleanup server found the last 3 (${serverRuns} ${serverRuns === 1 ? "run" : "runs"}), subscribers heard of all ${gone.length}`,
  );
  await chord.close();
}

const names = async (chord) => (await chord.listContexts()).contexts.map(({ contextId }) => contextId).join(" ");

/** Waits on a timer that keeps the process alive: the cleanup server's own does not, by design. */
async function until(condition) {
  for (let tries = 0; tries < 100; tries += 1) {
    if (await condition()) return true;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return false;
}
