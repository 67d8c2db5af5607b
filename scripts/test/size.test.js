// The README's figures are compared with what was measured.

import assert from "node:assert/strict";
import { test } from "node:test";
import { faultOf } from "../size.js";

const readme = "all that a page loads to open the package is 34.5 KB gzip with memory alone and\n55.2 KB gzip with IndexedDB.";

test("a figure that is right within a kilobyte is taken", () => {
  for (const kilobytes of [33.6, 34.5, 35.4]) assert.equal(faultOf(readme, "memory", kilobytes * 1024), undefined);
  assert.equal(faultOf(readme, "IndexedDB", 55.9 * 1024), undefined);
});

test("a figure that has drifted is named beside the right one", () => {
  assert.match(faultOf(readme, "memory", 42 * 1024), /says 34\.5 KB gzip with memory where it is 42\.0 KB/);
  assert.match(faultOf(readme, "IndexedDB", 50 * 1024), /says 55\.2 KB .*where it is 50\.0 KB/);
});

test("a README without the figure is told which to say", () => {
  assert.match(faultOf("It is small.", "memory", 1024), /say "1\.0 KB gzip with memory"/);
});
