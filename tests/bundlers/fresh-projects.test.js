/** The tarball in a fresh project of each tool, built as the tool's documentation says, and opened in Chromium. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { serve } from "../../scripts/serve.js";
import { launch, open, evaluate } from "./chromium.js";
import { run } from "./command.js";
import { first, second } from "./outcomes.js";
import { makeProject } from "./project.js";

const { browser, missing } = await launch();

after(() => browser?.close());

/** Opens the page, and again: page and worker each find what they stored before. */
async function checkPage(t, url, realms = ["page", "worker"]) {
  if (missing !== undefined) return t.skip(missing);
  const context = await browser.newContext();
  try {
    const opened = await open(context, url);
    for (const expected of [first, second]) {
      const outcomes = await evaluate(opened, "globalThis.outcomes");
      const wanted = realms.map(() => JSON.stringify(expected));
      assert.deepEqual([outcomes, opened.errors], [wanted, []]);
      if (expected === first) await opened.page.reload();
    }
  } finally {
    await context.close();
  }
}

async function checkFolder(t, folder, path = "", realms) {
  const server = await serve(folder);
  try {
    await checkPage(t, `${server.url}${path}`, realms);
  } finally {
    await server.close();
  }
}

/** Tests that share one project. */
function inProject(title, name, tests) {
  describe(title, { timeout: 360_000 }, () => {
    const holder = {};
    before(async () => {
      holder.project = await makeProject(name);
    });
    after(() => holder.project?.remove());
    tests(holder);
  });
}

for (const [title, name] of [
  ["Vite 8", "vite"],
  ["Vite 7", "vite-7"],
]) {
  inProject(title, name, (its) => {
    test("vite, with dependencies bundled beforehand", async (t) => {
      await checkPage(t, await its.project.serve("dev"));
      assert.ok(missing !== undefined || existsSync(join(its.project.folder, "node_modules", ".vite", "deps", "chord-sync.js")));
    });

    test("vite build", async (t) => {
      await its.project.script("build");
      await checkFolder(t, join(its.project.folder, "dist"));
    });
  });
}

inProject("webpack", "webpack", (its) => {
  test("webpack", async (t) => {
    await its.project.script("build");
    await checkFolder(t, its.project.folder);
  });
});

inProject("esbuild", "esbuild", (its) => {
  test("the module as a file beside the scripts", async (t) => {
    await its.project.script("build");
    await checkFolder(t, its.project.folder);
  });

  test("chord-sync/inline in one classic script", async (t) => {
    await its.project.script("build:inline");
    await checkFolder(t, its.project.folder, "inline.html", ["page"]);
  });

  test("one script for Node that needs nothing beside it", async () => {
    const { folder } = its.project;
    await its.project.script("build:node");
    const output = await run(join(folder, "node"), process.execPath, [join(folder, "node", "main.js")]);
    assert.equal(output.trim(), '{"bundled":true}');
  });
});

inProject("Rollup", "rollup", (its) => {
  test("the module as an asset", async (t) => {
    await its.project.script("build");
    await checkFolder(t, its.project.folder);
  });

  test("chord-sync/inline in one classic script", async (t) => {
    assert.ok(existsSync(join(its.project.folder, "inline", "main.js")), "built by the first test");
    await checkFolder(t, its.project.folder, "inline.html", ["page"]);
  });
});

inProject("no tool", "script", (its) => {
  test("a script module with an import map, and a worker with a path", async (t) => {
    await checkFolder(t, its.project.folder);
  });
});

inProject("Next.js", "next", (its) => {
  let url;
  test("next build and next start", async () => {
    await its.project.script("build");
    url = await its.project.serve("start", "--port", "0");
  });

  test("a client component", (t) => checkPage(t, url));

  test("a server component", async () => {
    const html = await (await fetch(url)).text();
    assert.match(html.replaceAll("&quot;", '"'), /<p id="server">\{"rendered":true\}<\/p>/);
  });

  test("a route handler", async () => {
    assert.deepEqual(await (await fetch(`${url}/api`)).json(), { visits: 1 });
  });
});
