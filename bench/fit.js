// How cost grows: the slope of log time against log size. 0 is no growth, 1 is proportion, 2 is the square.
//
// The slope is the median of those between all pairs of points (Theil and Sen): one point that another program disturbed doesn't move it, where
// least squares would follow it. What is fixed about an operation hides growth at small sizes, so a second slope is taken over the upper half of
// the sizes, on their logarithmic scale, and the larger one counts.

import { quantile } from "./measure.js";

/** How steep a curve may be: noise and caches that get too small account for what is beyond 0 and 1. */
export const steepest = { flat: 0.15, linear: 1.15 };

function slope(points) {
  const slopes = points.flatMap(([x, y], i) => points.slice(i + 1).map(([x2, y2]) => (y2 - y) / (x2 - x)));
  return quantile(slopes, 0.5);
}

/** `points` are `[size, time]`; gives `{ all, end, exponent }`. */
export function fit(points) {
  const logs = points.map(([size, time]) => [Math.log10(size), Math.log10(time)]);
  const middle = (logs[0][0] + logs.at(-1)[0]) / 2;
  const upper = logs.filter(([x]) => x >= middle - 1e-9);
  const all = slope(logs);
  const end = upper.length > 2 ? slope(upper) : all;
  return { all, end, exponent: Math.max(all, end) };
}
