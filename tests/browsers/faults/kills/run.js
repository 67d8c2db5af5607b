/**
 * Kills Chromium amid writes and looks at what is there afterwards, by hand or from `kills.test.js`:
 *
 *     node tests/browsers/faults/kills/run.js [--kills 200] [--lanes 2]
 *
 * Each lane has a browser and a profile of its own, so that one starts while the other is being looked at.
 */
import { parseArgs } from "node:util";
import { ensureBrowsers } from "../../../../scripts/browsers.js";
import { duration, Failure, isMain, main } from "../../../../scripts/say.js";
import { serve } from "../server.js";
import { Lane } from "./lane.js";

/** Every other lane asks for strict durability. */
const durabilities = ["relaxed", "strict"];

/** Kills so many times; gives counts of what was seen. `print` hears of progress. */
export async function killRepeatedly({ kills, lanes = 2, print = () => {} }) {
  const { program, missing } = (await ensureBrowsers(["chromium"])).chromium;
  if (missing !== undefined) throw new Failure(missing);
  const started = performance.now();
  const all = [];
  const server = await serve({ hear: (told) => all[told.lane].hear(told) });
  const sum = () =>
    all.reduce((total, { counts }) => Object.fromEntries(Object.entries(total).map(([key, value]) => [key, value + counts[key]])), {
      ...{ kills: 0, acknowledged: 0, inFlight: 0, undecided: 0, resets: 0 },
    });
  for (let number = 0; number < lanes; number += 1) {
    all.push(new Lane({ program, server, number, durability: durabilities[number % durabilities.length] }));
  }
  let left = kills;
  let isOver = false;
  async function work(lane) {
    try {
      while (left > 0 && !isOver) {
        left -= 1;
        await lane.run();
        if (sum().kills % 10 === 0)
          print(`${sum().kills} of ${kills} kills, ${sum().acknowledged} writes acknowledged, ${duration(performance.now() - started)}`);
      }
      // What the last kill left is looked at, too.
      if (!isOver) await lane.run({ isLast: true });
    } catch (error) {
      isOver = true;
      throw error;
    }
  }
  try {
    // Each goes on to its end, so that none is taken away under another.
    const outcomes = await Promise.allSettled(all.map(work));
    await Promise.allSettled(all.map((lane) => lane.end()));
    const failed = outcomes.find(({ status }) => status === "rejected");
    if (failed !== undefined) throw failed.reason;
  } finally {
    await server.close();
  }
  return { ...sum(), took: performance.now() - started };
}

if (isMain(import.meta.url)) {
  await main(async () => {
    const { values } = parseArgs({ options: { kills: { type: "string", default: "200" }, lanes: { type: "string", default: "2" } } });
    const seen = await killRepeatedly({
      kills: Number(values.kills),
      lanes: Number(values.lanes),
      print: (line) => process.stdout.write(`${line}\n`),
    });
    process.stdout.write(`${JSON.stringify(seen)}\n`);
  });
}
