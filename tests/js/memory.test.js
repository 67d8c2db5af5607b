import assert from "node:assert/strict";
import { test } from "node:test";
import { runProgram } from "./runtime.js";

const MB = 1024 * 1024;

/**
 * Runs the work in a process of its own and compares what is in use after the first point (warm) with each later one.
 * `most` says by how many bytes each measure may have grown. The heap after a collection and linear memory are steady and their bounds tight:
 * a few bytes a step. The whole process breathes by tens of megabytes with the collector's moods, so its bound only sees what neither shows.
 */
async function staysFlat(work, points, most) {
  const { code, printed } = await runProgram("measure-memory.js", [work, ...points.map(String)], 280_000);
  assert.equal(code, 0, printed);
  const measures = printed
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line));
  assert.equal(measures.length, points.length, printed);
  const [warm, ...later] = measures;
  assert.ok(warm.instances > 0 && warm.linear >= 0, `no WebAssembly memory was seen: ${printed}`);
  const last = later.at(-1);
  const grown = Object.fromEntries(Object.keys(most).map((name) => [name, last[name] - warm[name]]));
  console.log(
    `${work}: ${Object.entries(grown)
      .map(([name, bytes]) => `${name} ${(bytes / MB).toFixed(1)} MB`)
      .join(", ")} grown after ${last.done - warm.done} steps`,
  );
  for (const [name, limit] of Object.entries(most)) {
    assert.ok(grown[name] <= limit, `${name} grew by ${(grown[name] / MB).toFixed(1)} MB: ${printed}`);
  }
}

test("ten thousand times open and close leave memory flat", { timeout: 300_000 }, async () => {
  await staysFlat("cycles", [2_000, 10_000], { rss: 64 * MB, heapUsed: 4 * MB, linear: 4 * MB });
});

test("a million updates leave memory flat", { timeout: 300_000 }, async () => {
  await staysFlat("updates", [200_000, 1_000_000], { rss: 64 * MB, heapUsed: 4 * MB, linear: 1 * MB });
});

test("contexts that come and go under new ids leave memory flat", { timeout: 300_000 }, async () => {
  await staysFlat("churn", [50_000, 250_000], { rss: 64 * MB, heapUsed: 3 * MB, linear: 1 * MB });
});

test("however many contexts there are, what JavaScript keeps of them is bounded", { timeout: 300_000 }, async () => {
  await staysFlat("crowd", [100_000, 250_000], { heapUsed: 16 * MB });
});
