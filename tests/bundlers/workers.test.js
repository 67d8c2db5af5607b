/** Cloudflare Workers: bundled by Wrangler, run by workerd through Miniflare. */
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import { makeProject } from "./project.js";

const requests = 50;
let project;
let Miniflare;

before(async () => {
  project = await makeProject("workers");
  await project.script("build");
  const { resolve } = createRequire(join(project.folder, "package.json"));
  ({ Miniflare } = await import(pathToFileURL(resolve("miniflare"))));
});

after(() => project?.remove());

/** A runtime that has seen no request yet. */
function startCold() {
  const dist = join(project.folder, "dist");
  const files = readdirSync(dist);
  return new Miniflare({
    compatibilityDate: "2026-04-01",
    modulesRoot: dist,
    modules: [
      { type: "ESModule", path: join(dist, "worker.js") },
      ...files.filter((name) => name.endsWith(".wasm")).map((name) => ({ type: "CompiledWasm", path: join(dist, name) })),
    ],
    // Nothing about requests is asked of Cloudflare.
    cf: false,
  });
}

async function ask(worker, path) {
  const url = await worker.ready;
  const numbers = Array.from({ length: requests }, (_, number) => number);
  return Promise.all(
    numbers.map(async (number) => {
      const response = await fetch(new URL(`${path}?number=${number}`, url), { signal: AbortSignal.timeout(30_000) });
      const text = await response.text();
      return response.status === 200 ? JSON.parse(text) : text;
    }),
  );
}

describe("50 concurrent requests to a Worker that has just been started", { timeout: 120_000 }, () => {
  const kinds = {
    "each opens for itself": {
      path: "/own",
      expected: (number) => ({ type: "delta", context: { number, visits: 1 } }),
    },
    "all share what one has opened": {
      path: "/shared",
      expected: (number) => ({ version: 2, context: { number: number + 1000 } }),
    },
  };
  for (const [name, { path, expected }] of Object.entries(kinds)) {
    test(name, async () => {
      const worker = startCold();
      try {
        const answers = await ask(worker, path);
        assert.deepEqual(
          answers,
          answers.map((_, number) => expected(number)),
        );
      } finally {
        await worker.dispose();
      }
    });
  }
});
