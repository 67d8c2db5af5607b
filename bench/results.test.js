// What README, documents and plot say of the benchmark is what the saved results say: nothing there is typed by hand.

import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { at } from "../scripts/paths.js";
import { withFigures } from "./figures.js";
import { published, readResults } from "./results.js";
import { runtimes } from "./runtimes.js";
import { targets } from "./targets.js";

const results = readResults();

test("every runtime has saved results", () => {
  assert.deepEqual(Object.keys(results), Object.keys(runtimes));
});

for (const [path, text] of Object.entries(published(results))) {
  test(`${path} says what the saved results say`, () => {
    assert.ok(existsSync(at(path)));
    assert.equal(readFileSync(at(path), "utf8"), text, "`npm run bench -- --save` writes it anew");
  });
}

test("the saved results know every target, and no other", () => {
  const saved = results.node.targets.filter(({ expect }) => expect === undefined).map(({ name }) => name);
  assert.deepEqual(
    saved,
    targets.map(({ name }) => name),
  );
});

test("a figure that was typed by hand is found", () => {
  const readme = readFileSync(at("README.md"), "utf8");
  const [place] = readme.match(/<!-- bench: µs -->[\s\S]*?<!-- \/bench -->/);
  const altered = readme.replace(
    place,
    place.replace(/\d/, (digit) => String((Number(digit) + 1) % 10)),
  );
  assert.notEqual(altered, readme);
  assert.equal(withFigures("README.md", altered, results), readme);
});
