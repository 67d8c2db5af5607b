import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { at } from "../../scripts/paths.js";
import { node } from "../../scripts/runtimes.js";
import { makeConsumer, start } from "./consumer.js";

let consumer;

before(async () => {
  consumer = await makeConsumer();
});

after(() => consumer?.remove());

const kinds = {
  "a bundler's resolution": { module: "ESNext", moduleResolution: "bundler" },
  "node16 resolution": { module: "node16", moduleResolution: "node16" },
  "nodenext resolution": { module: "nodenext", moduleResolution: "nodenext" },
  "Node's types in place of the DOM": { module: "nodenext", lib: ["ES2023"], types: ["node"], typeRoots: [at("node_modules", "@types")] },
};

for (const [name, options] of Object.entries(kinds)) {
  test(`the declarations compile with ${name}`, async () => {
    const compilerOptions = { target: "ES2022", lib: ["ES2022", "DOM"], types: [], strict: true, noEmit: true, ...options };
    const project = join(consumer.folder, "tsconfig.json");
    // Declarations are checked, too: many users don't skip that.
    writeFileSync(project, JSON.stringify({ compilerOptions: { ...compilerOptions, skipLibCheck: false }, files: ["types.ts"] }));
    const tsc = at("node_modules", "typescript", "bin", "tsc");
    const ended = await start(consumer.folder, [node, [tsc, "--project", project]], { timeout: 60_000 });
    assert.equal(ended.code, 0, ended.stdout);
  });
}
