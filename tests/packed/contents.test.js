import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { after, before, test } from "node:test";
import { transform } from "esbuild";
import { filesBelow } from "../../scripts/step.js";
import { makeConsumer } from "./consumer.js";

let consumer;
let installed;

before(async () => {
  consumer = await makeConsumer();
  installed = join(consumer.folder, "node_modules", "chord-sync");
});

after(() => consumer?.remove());

const read = (...path) => readFileSync(join(installed, ...path), "utf8");

const modules = ["chord-backends.wasm", "chord-indexeddb.wasm", "chord.wasm"];

test("the tarball holds the package and nothing else", () => {
  const top = new Set(filesBelow(installed).map((file) => relative(installed, file).split(/[\\/]/)[0]));
  assert.deepEqual([...top].sort(), ["LICENSE", "README.md", ...modules, "dist", "package.json"]);
  const kinds = filesBelow(join(installed, "dist")).filter((file) => !/\.(js|d\.ts)$/.test(file));
  assert.deepEqual(kinds, []);
});

test("it depends on no package; the clients of Redis are optional peers, which nothing in it imports", () => {
  const { dependencies, optionalDependencies, peerDependencies, peerDependenciesMeta } = JSON.parse(read("package.json"));
  assert.deepEqual([dependencies, optionalDependencies], [undefined, undefined]);
  assert.deepEqual(Object.keys(peerDependencies).sort(), ["ioredis", "redis"]);
  for (const name of Object.keys(peerDependencies)) assert.deepEqual(peerDependenciesMeta[name], { optional: true });
  for (const file of filesBelow(join(installed, "dist")).filter((file) => file.endsWith(".js"))) {
    for (const [, name] of readFileSync(file, "utf8").matchAll(/\b(?:from|import)\s*["']([^"'\s;()]+)["']/g)) {
      assert.match(name, /^\.{1,2}\//, `${relative(installed, file)} imports ${name}`);
    }
  }
});

test("every file that the manifest names is there", () => {
  const { exports, types } = JSON.parse(read("package.json"));
  const named = (node) => (typeof node === "string" ? [node] : Object.values(node).flatMap(named));
  const files = new Set(filesBelow(installed).map((file) => `./${relative(installed, file).replaceAll("\\", "/")}`));
  for (const file of [types, ...named(exports)]) assert.ok(files.has(file), file);
});

test("nothing in it waits at the top level, which service workers forbid", async () => {
  // No such thing can be said in CommonJS, and esbuild says so.
  const check = (source) => transform(source, { format: "cjs", logLevel: "silent" });
  await assert.rejects(check("await 0;"), /Top-level await/);
  for (const file of filesBelow(join(installed, "dist")).filter((file) => file.endsWith(".js"))) await check(readFileSync(file, "utf8"));
});

test("every relative import leads to a file", () => {
  const files = new Set(filesBelow(installed));
  for (const file of files) {
    if (!file.endsWith(".js")) continue;
    for (const [, name] of readFileSync(file, "utf8").matchAll(/(?:\bfrom\s*|\bimport\s*\(?\s*)["'](\.[^"']+)["']/g)) {
      assert.ok(files.has(join(dirname(file), name)), `${relative(installed, file)} imports ${name}`);
    }
  }
});
