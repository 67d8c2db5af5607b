import assert from "node:assert/strict";
import { test } from "node:test";
import { fit, steepest } from "./fit.js";
import { median, ratio } from "./measure.js";

const sizes = [1, 10, 100, 1_000, 10_000];
const exponentOf = (cost) => fit(sizes.map((size) => [size, cost(size)])).exponent;
const isNear = (actual, expected) => assert.ok(Math.abs(actual - expected) < 0.02, `${actual} is not ${expected}`);

test("constant, proportional and quadratic cost are told apart", () => {
  isNear(
    exponentOf(() => 3),
    0,
  );
  isNear(
    exponentOf((size) => 3 * size),
    1,
  );
  isNear(
    exponentOf((size) => 3 * size * size),
    2,
  );
});

test("one point that was disturbed doesn't tip a flat curve", () => {
  assert.ok(exponentOf((size) => (size === 100 ? 9 : 3)) < steepest.flat);
});

test("growth that a fixed cost hides at small sizes is found in the upper half", () => {
  assert.ok(exponentOf((size) => 1_000 + size * size) > steepest.linear);
  assert.ok(exponentOf((size) => 100 + size / 10) > steepest.flat);
});

test("rounds without a sample don't count", () => {
  assert.equal(median([null, 1, null, 3, 2]), 2);
  assert.equal(ratio([2, null, 6, 8], [1, 100, 3, 4]), 2);
});
