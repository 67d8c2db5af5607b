// Every work of the benchmark does what its title says, with small inputs. `measure` refuses one whose check fails; a peer that can't be loaded on
// the runtime at hand is named, as the benchmark's table would, and is a failure only where it is known to run.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import * as chord from "chord-sync";
import { efforts, groups, measureGroup } from "../../bench/groups/index.js";
import { peerNames } from "../../bench/peers/index.js";
import { releaseSeries } from "../../bench/releases.js";
import { counterparts } from "../../bench/run.js";

describe("each work passes its check", () => {
  for (const name of Object.keys(groups)) {
    test(name, async () => {
      const series = name === "mime" ? releaseSeries() : undefined;
      const { works, absent } = await measureGroup(name, efforts.check, { ...chord, series });
      assert.deepEqual(absent, [], "peers that can't run here");
      assert.ok(works.length > 0);
      for (const { id, samples } of works) assert.ok(samples.length > 0 && samples.every((took) => took >= 0), id);
      if (name in counterparts)
        assert.ok(
          works.some(({ id }) => id === counterparts[name]),
          "Chord does the peers' work",
        );
    });
  }
});

const runtime = process.versions.bun ? "bun" : globalThis.Deno ? "deno" : "node";
const flags = { node: ["--expose-gc"], deno: ["run", "--allow-all", "--no-check", "--no-lock", "--v8-flags=--expose-gc"], bun: [] }[
  runtime
];

/** What a program of the benchmark prints after its mark. */
function printed(name, ...args) {
  const file = fileURLToPath(new URL(`../../bench/${name}`, import.meta.url));
  const output = execFileSync(process.execPath, [...flags, file, ...args], { encoding: "utf8" });
  return JSON.parse(/^measured (.*)$/m.exec(output)[1]);
}

test("the first operation is timed in a process of its own", () => {
  assert.ok(printed("start.js") > 0);
});

test("memory is measured where garbage can be collected on demand", { skip: runtime === "bun" }, () => {
  const { contexts, stages, crowd } = printed("memory.js", "2000", "50");
  assert.equal(contexts, 2000);
  assert.equal(stages.length, 4);
  for (const { heap, wasm } of [...stages, crowd]) assert.ok(Number.isFinite(heap + wasm));
});

test("each peer is asked for something", async () => {
  const asked = new Set();
  for (const name of ["set", "update"]) {
    const { works } = await measureGroup(name, efforts.check, chord);
    for (const { peer } of works) asked.add(peer);
  }
  for (const name of peerNames) assert.ok(asked.has(name), name);
});

test("a work that does something else than it says has no figure", async () => {
  const { measure } = await import("../../bench/measure.js");
  const broken = { id: "broken", title: "nothing at all", run: () => undefined, check: () => false };
  await assert.rejects(measure([broken], efforts.check), /"nothing at all" did not do what it says/);
});
