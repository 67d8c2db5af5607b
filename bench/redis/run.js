// `npm run bench:redis`: Chord over Redis beside the same by hand, against one server in one run. Never fails on a time: figures are for
// reading. --quick measures fewer rounds.

import { cpus, loadavg } from "node:os";
import { pack } from "../../scripts/pack.js";
import { ensureRedis } from "../../scripts/redis.js";
import { Failure, main } from "../../scripts/say.js";
import { bold, dim, green, red, say, table, title } from "../../demo/terminal.js";
import { measure, median, ratio } from "../measure.js";

const quick = process.argv.includes("--quick");
const [rounds, hotRounds, changes] = quick ? [7, 3, 1_000] : [41, 15, 5_000];
const writers = 8;

const speed = (samples) => `${Math.round(1e6 / median(samples)).toLocaleString("en-US")} /s`;
const verdict = (isMet) => (isMet ? green("met") : red("missed"));

async function bench() {
  // Only now: they import the package, which may just have been made.
  const { openChord } = await import("../../tests/redis/clients.js");
  const { startProcess } = await import("../../tests/redis/process.js");
  const { startServer } = await import("../../tests/redis/servers.js");
  const { loadScript } = await import("./bare.js");
  const { bytesPerChange, hotContext, manyContexts, oneContext } = await import("./work.js");

  const server = await startServer();
  const { chord, client, close } = await openChord("node-redis", server);
  const processes = await Promise.all(Array.from({ length: writers }, () => startProcess("node-redis", server)));
  try {
    const sha = await loadScript(client);
    const version = await server.info("server", "redis_version");
    say();
    say(
      `Node ${process.versions.node}, Redis ${version} on loopback, ${cpus().length} × ${cpus()[0].model.trim()}, load ${loadavg()[0].toFixed(1)}`,
    );
    title(`Chord beside the same by hand, medians of ${rounds} alternating rounds (${hotRounds} with several processes)`);
    const line = table({ "": -48, "by hand": 12, Chord: 12, ratio: 9, target: 10, " ": -6 });
    const row = async (name, { chord: own, without }, times, target) => {
      const samples = await measure([own, without], { rounds: times, warmUp: quick ? 1 : 3 });
      const [ours, theirs] = [samples.get(own.id).clock, samples.get(without.id).clock];
      // How many of ours are done in the time of one of theirs.
      const factor = ratio(theirs, ours);
      line([name, speed(theirs), bold(speed(ours)), `${factor.toFixed(2)} ×`, `≥ ${target} ×`, verdict(factor >= target)]);
    };
    await row("updates of one context, one after the other", await oneContext(chord, client, sha), rounds, 0.8);
    await row("updates of 1,024 contexts, 64 in flight", await manyContexts(chord, client, sha), rounds, 0.7);
    const hot = await hotContext(chord, processes, sha);
    await row(`increments of one context by ${writers} processes`, hot, hotRounds, 3);
    const { size, bytes } = await bytesPerChange(chord, server, changes);
    line([`bytes sent for one field of ${(size / 1000).toFixed(0)} KB`, "", bold(bytes.toFixed(0)), "", "< 2,000", verdict(bytes < 2000)]);
    say();
    say(dim("By hand: one script for the same, see bench/redis/bare.js, called by its digest; in the third row read, compute and try"));
    say(
      dim(
        `until nobody was faster, ${median(hot.conflicts).toFixed(1)} times in vain per increment. Bytes: what the server received, over ${changes} changes.`,
      ),
    );
    say();
  } finally {
    await Promise.all(processes.map((process) => process.close()));
    await close();
    await server.close();
  }
}

await main(async () => {
  const { missing } = await ensureRedis();
  if (missing !== undefined) throw new Failure(missing);
  await pack();
  await bench();
});
