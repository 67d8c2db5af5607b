// The README's figure is compared with what was measured.

import assert from "node:assert/strict";
import { test } from "node:test";
import { faultOf } from "../size.js";

const readme = "all that a page loads to open the package is 134.5 KB gzip.";

test("a figure that is right within a kilobyte is taken", () => {
  for (const kilobytes of [133.6, 134.5, 135.4]) assert.equal(faultOf(readme, kilobytes * 1024), undefined);
});

test("a figure that has drifted is named beside the right one", () => {
  assert.match(faultOf(readme, 142 * 1024), /says 134\.5 KB gzip where it is 142\.0 KB/);
  assert.match(faultOf(readme, 130 * 1024), /where it is 130\.0 KB/);
});

test("a README without the figure is told which to say", () => {
  assert.match(faultOf("It is small.", 1024), /say "1\.0 KB gzip"/);
});
